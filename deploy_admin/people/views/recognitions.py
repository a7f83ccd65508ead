"""Claims of earlier service: the list, and the authority's decision."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from deploy_admin.access import ActorRequest, Permission, requires
from deploy_admin.http import is_part, page_of, refusals_shown_in
from deploy_admin.people import presenting, services, words
from deploy_admin.people.forms.holdings import DecideForm
from deploy_admin.people.models import Recognition
from deploy_admin.people.models.recognitions import RecognitionState


@require_GET
@requires(Permission.PEOPLE_VIEW)
def recognitions(request: ActorRequest) -> HttpResponse:
    """The claims about people the actor may know about; those to be decided first come to the eye."""
    rows = Recognition.objects.visible_to(request.actor).select_related("worker").order_by("-recorded_at", "-pk")
    state = request.GET.get("state", RecognitionState.CLAIMED)
    if state in RecognitionState.values:
        rows = rows.filter(state=state)
    page: Any = page_of(request, rows)
    decides = request.actor.can(Permission.PEOPLE_RECOGNISE)
    page.object_list = [
        {
            "row": row,
            "when": words.period(row.served_from, row.served_to),
            "shape": presenting.shape(row.state),
            "may_decide": decides
            and row.state == RecognitionState.CLAIMED
            and row.recorded_by_id != request.actor.user_id,
        }
        for row in page.object_list
    ]
    context = {
        "page": page,
        "state": state,
        "states": [{"value": s.value, "label": s.label} for s in RecognitionState],
        "may_merge": request.actor.can(Permission.PEOPLE_MERGE),
    }
    template = "people/recognitions.html"
    return render(request, f"{template}#list" if is_part(request) else template, context)


@require_http_methods(["GET", "POST"])
@requires(Permission.PEOPLE_RECOGNISE)
def decide(request: ActorRequest, pk: int) -> HttpResponse:
    """Recognise a claim or decline it."""
    claim = get_object_or_404(Recognition.objects.visible_to(request.actor).select_related("worker"), pk=pk)
    form = DecideForm(request.POST if request.method == "POST" else None, actor=request.actor)
    if form.is_bound and form.is_valid():
        recognise = form.cleaned_data["decision"] == "recognise"
        with refusals_shown_in(form):
            services.decide_recognition(
                recognition=claim, recognise=recognise, remark=form.cleaned_data["remark"], by=request.actor
            )
            messages.success(request, _("The service is recognised.") if recognise else _("The claim is declined."))
            return redirect("people:recognitions")
    context = {
        "form": form,
        "claim": claim,
        "facts": [
            (_("Person"), f"{claim.worker.name} · {claim.worker.number}"),
            (_("Kind"), claim.kind_label),
            (_("Served"), words.period(claim.served_from, claim.served_to)),
            (_("Place"), claim.place),
            (_("Document"), " ".join(filter(None, (claim.document, claim.document_number)))),
            (_("Claimed by"), claim.recorded_by_name),
            (_("State"), claim.get_state_display()),
        ],
    }
    return render(request, "people/recognition.html", context, status=422 if form.is_bound else 200)
