"""What people say is wrong in their records, for the personnel office to look at and answer."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from assignments import services
from assignments.forms.eligibility import AnswerForm
from assignments.models import CorrectionRequest
from deploy_admin.access import ActorRequest, Permission, requires
from deploy_admin.http import page_of, refusals_shown_in


@require_GET
@requires(Permission.PEOPLE_VIEW)
def corrections(request: ActorRequest) -> HttpResponse:
    """List what was said, the open ones first."""
    rows = CorrectionRequest.objects.visible_to(request.actor).select_related("worker").for_list()
    context = {"page": page_of(request, rows), "may_answer": request.actor.can(Permission.PEOPLE_EDIT)}
    return render(request, "assignments/corrections.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.PEOPLE_EDIT)
def correction_answer(request: ActorRequest, pk: int) -> HttpResponse:
    """Show one message with its answer, or answer it."""
    rows = CorrectionRequest.objects.visible_to(request.actor).select_related("worker")
    asked = get_object_or_404(rows, pk=pk)
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_shown_in(form):
            services.answer_correction(request=asked, answer=form.cleaned_data["answer"], by=request.actor)
            messages.success(request, _("The answer has been sent."))
            return redirect("assignments:corrections")
    status = 422 if request.method == "POST" else 200
    return render(request, "assignments/correction.html", {"asked": asked, "form": form}, status=status)
