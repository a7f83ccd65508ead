"""Requests to take on a person from another unit's roster: asked, answered, taken back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from deploy_admin import clock
from deploy_admin.access import Actor, ActorRequest, Permission, Reach, requires
from deploy_admin.http import is_part, page_of, refusals_shown_in
from deploy_admin.people import codes, presenting, services
from deploy_admin.people.forms.people import PostFields
from deploy_admin.people.forms.posts import AnswerForm, AskTransferForm
from deploy_admin.people.models import HealthWorker, TransferRequest
from deploy_admin.people.models.history import TransferState
from deploy_admin.people.services import PostFacts
from deploy_admin.registry.models import Institution
from deploy_admin.registry.tables import names_of


@require_GET
@requires(Permission.PEOPLE_VIEW)
def transfers(request: ActorRequest) -> HttpResponse:
    """The requests from and to the units the actor sees, open ones first."""
    rows = TransferRequest.objects.visible_to(request.actor).select_related("worker")
    state = request.GET.get("state", TransferState.ASKED)
    if state in TransferState.values:
        rows = rows.filter(state=state)
    page: Any = page_of(request, rows)
    page.object_list = _dressed(page.object_list, request.actor)
    context = {
        "page": page,
        "state": state,
        "states": [{"value": s.value, "label": s.label} for s in TransferState],
        "may_edit": request.actor.can(Permission.PEOPLE_EDIT),
        "may_merge": request.actor.can(Permission.PEOPLE_MERGE),
    }
    return render(request, "people/transfers.html#list" if is_part(request) else "people/transfers.html", context)


def _dressed(found: Any, actor: Actor) -> list[dict[str, Any]]:
    """Return the requests with names, and what the actor may do about each."""
    rows = list(found)
    units = {unit for row in rows for unit in (row.from_institution_id, row.to_institution_id)}
    named = names_of(units, clock.today())
    seen = set(Institution.objects.visible_to(actor).filter(pk__in=units).values_list("pk", flat=True))
    people = HealthWorker.objects.visible_to(actor).filter(pk__in=[row.worker_id for row in rows])
    known = set(people.values_list("pk", flat=True))
    edits = actor.can(Permission.PEOPLE_EDIT)
    dressed = []
    for row in rows:
        is_open = edits and row.state == TransferState.ASKED
        over_both = {row.from_institution_id, row.to_institution_id} <= seen
        dressed.append(
            {
                "row": row,
                "known": row.worker_id in known,
                "from": named.get(row.from_institution_id, ""),
                "to": named.get(row.to_institution_id, ""),
                "post": _(", ").join(
                    word for word in (row.department, codes.label(codes.STAFF_CATEGORIES, row.staff_category)) if word
                ),
                "shape": presenting.shape(row.state),
                "may_answer": is_open
                and (over_both or (actor.reach is Reach.UNIT and row.from_institution_id in seen)),
                "may_withdraw": is_open and row.to_institution_id in seen,
            }
        )
    return dressed


@require_http_methods(["GET", "POST"])
@requires(Permission.PEOPLE_EDIT)
def ask(request: ActorRequest) -> HttpResponse:
    """Ask another unit to let a person go, by name and ID number."""
    arriving = request.method == "POST" and "arriving" in request.POST
    if arriving:  # from the page that met a person of another unit: what was entered there is not asked again
        initial = {name: request.POST.get(name, "") for name in AskTransferForm.base_fields if name in request.POST}
        initial["first_day"] = request.POST.get("valid_from", "")
        form = AskTransferForm(None, actor=request.actor, initial=initial)
    else:
        form = AskTransferForm(request.POST if request.method == "POST" else None, actor=request.actor)
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        with refusals_shown_in(form):
            services.request_transfer(
                national_id=data["national_id"],
                name=data["name"],
                to=form.institution,
                first_day=data["first_day"],
                post=PostFacts(**{name: data[name] for name in PostFields.base_fields}),
                by=request.actor,
            )
            messages.success(request, _("The unit is asked; its answer comes into your inbox."))
            return redirect("people:transfers")
    return render(request, "people/transfer_ask.html", {"form": form}, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
@requires(Permission.PEOPLE_EDIT)
def answer(request: ActorRequest, pk: int) -> HttpResponse:
    """Agree to a transfer or decline it."""
    asked = get_object_or_404(TransferRequest.objects.visible_to(request.actor).select_related("worker"), pk=pk)
    form = AnswerForm(request.POST if request.method == "POST" else None, actor=request.actor)
    if form.is_bound and form.is_valid():
        agree = form.cleaned_data["decision"] == "agree"
        with refusals_shown_in(form):
            services.answer_transfer(request=asked, agree=agree, remark=form.cleaned_data["remark"], by=request.actor)
            done = _("Agreed: the person moves on %(day)s.") if agree else _("The transfer is declined.")
            messages.success(request, done % {"day": asked.first_day} if agree else done)
            return redirect("people:transfers")
    context = {"form": form, "item": _dressed([asked], request.actor)[0]}
    return render(request, "people/transfer_answer.html", context, status=422 if form.is_bound else 200)


@require_POST
@requires(Permission.PEOPLE_EDIT)
def withdraw(request: ActorRequest, pk: int) -> HttpResponse:
    """Take back a request that nobody answered yet."""
    asked = get_object_or_404(TransferRequest.objects.visible_to(request.actor), pk=pk)
    services.withdraw_transfer(request=asked, by=request.actor)
    messages.success(request, _("The request is taken back."))
    return redirect("people:transfers")
