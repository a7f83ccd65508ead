"""Absences as the units and authorities see them: the list, one absence with its hearing, reports, proposals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from assignments import leave_listing, leave_words
from assignments.forms import leave as forms
from assignments.leave_listing import AbsenceList
from assignments.models import Absence, Proposal
from assignments.rules.absences import AbsenceStanding
from assignments.services import absences, proposals
from assignments.sight import Sight, seen_or_404
from assignments.states import AbsenceState, ProposalState
from deploy_admin import clock
from deploy_admin.access import Actor, ActorRequest, Permission, requires
from deploy_admin.audit import services as audit
from deploy_admin.http import exported, is_part, page_of, refusals_shown_in
from deploy_admin.people.words import without_ids

_OPEN = frozenset({AbsenceState.TO_BE_CHECKED, AbsenceState.ANSWERED})


@require_GET
@requires(Permission.ASSIGNMENTS_VIEW)
def absence_list(request: ActorRequest) -> HttpResponse:
    """Show the absences the actor may know about, narrowed by the address; or hand out exactly these."""
    shown = AbsenceList(request.GET.dict(), request.actor)
    answer = exported(request, "absences", shown.export, _("Absences"))
    if answer is not None:
        detail = {"filters": without_ids(request.GET.dict()), "rows": shown.count}
        audit.record(act="assignments.absences_exported", by=request.actor, detail=detail)
        return answer
    context = {
        "shown": shown,
        "page": shown.page(request.GET.get("page")),
        "proposed": Proposal.objects.visible_to(request.actor).open().count(),
    }
    template = "assignments/absence_list.html"
    return render(request, f"{template}#list" if is_part(request) else template, context)


def seen(request: ActorRequest, pk: int) -> Absence:
    """Return the absence as the actor may know it; unseen is not there."""
    rows = Absence.objects.visible_to(request.actor).select_related("assignment__worker", "assignment__campaign")
    found: Absence = get_object_or_404(rows, pk=pk)
    return found


@require_GET
@requires(Permission.ASSIGNMENTS_VIEW)
def absence(request: ActorRequest, pk: int) -> HttpResponse:
    """Show one absence: what was seen, what was answered, where the person stands, what may be done."""
    return render(request, "assignments/absence.html", _context(seen(request, pk), request.actor))


def _context(row: Absence, actor: Actor, **bound: Any) -> dict[str, Any]:
    names = leave_listing.names_of([row], clock.today())
    standing = absences.standing(row.assignment)
    return {
        "row": row,
        "assignment": row.assignment,
        "shape": leave_listing.SHAPES.get(AbsenceState(row.state), "mute"),
        "note": leave_listing.hearing_note(row, clock.today()),
        "sending": names.get(row.assignment.sending_unit_id, ""),
        "receiving": names.get(row.assignment.receiving_unit_id, ""),
        "standing": standing,
        "alerts": alert_words(standing),
        "explained": standing.explained.to_json(),
        "forms": _forms(row, actor) | bound,
    }


def alert_words(standing: AbsenceStanding) -> list[str]:
    """Return what is pointed out, in words."""
    return [
        _("%(what)s: %(n)d (%(days)s)")
        % {
            "what": leave_words.code_words(alert.code),
            "n": alert.days,
            "days": leave_words.span(alert.first, alert.last),
        }
        for alert in standing.alerts
    ]


def _forms(row: Absence, actor: Actor) -> dict[str, Any]:
    """Return what this actor may do with the absence now, as forms by act."""
    if not Sight(row.assignment, actor, clock.today()).receives:
        return {}
    found: dict[str, Any] = {}

    def offer(act: str, form: Callable[..., Any]) -> None:
        found[act] = form(actor=actor, initial={"version": row.version}, auto_id=f"{act}_%s")

    decides, state = actor.can(Permission.POST_DECIDE), AbsenceState(row.state)
    may = state.may_become()
    heard = state is AbsenceState.ANSWERED or clock.today() > row.answer_by
    if state in _OPEN and actor.can(Permission.POST_MANAGE):
        offer("answer", forms.AnswerForm)
    another = row.recorded_by_id is None or row.recorded_by_id != actor.user_id
    if AbsenceState.CONFIRMED in may and decides and heard and another:
        offer("confirm", forms.DecisionForm)
    if AbsenceState.EXCUSED in may and decides:
        offer("excuse", forms.ExcuseForm)
    if AbsenceState.WITHDRAWN in may and (
        decides if state is AbsenceState.CONFIRMED else actor.can(Permission.POST_MANAGE)
    ):
        offer("withdraw", forms.ReasonForm)
    return found


@require_http_methods(["GET", "POST"])
@requires(Permission.POST_MANAGE)
def report(request: ActorRequest, pk: int) -> HttpResponse:
    """Report days on which somebody was missing."""
    assignment = seen_or_404(request.actor, pk)
    data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = forms.ReportForm(data, files=files, actor=request.actor, assignment=assignment)
    if form.is_bound and form.is_valid():
        with refusals_shown_in(form), transaction.atomic():  # a scan is stored with its entry or not at all
            row = absences.report_absence(
                assignment=assignment,
                **form.days(),
                remark=form.cleaned_data["remark"],
                basis=form.basis(request.actor),
                by=request.actor,
            )
            told = {"day": row.answer_by.isoformat()}
            messages.success(request, _("Reported; the person has been told and may answer until %(day)s.") % told)
            return redirect("assignments:absence", pk=row.pk)
    context = {"form": form, "assignment": assignment}
    return render(request, "assignments/absence_report.html", context, status=422 if form.is_bound else 200)


def _act(
    request: ActorRequest,
    pk: int,
    act: str,
    form_class: Callable[..., Any],
    run: Callable[[Absence, dict[str, Any]], object],
    done: str,
) -> HttpResponse:
    """Run one act on one absence from its page; a refusal is shown there."""
    row = seen(request, pk)
    form = form_class(request.POST, actor=request.actor, auto_id=f"{act}_%s")
    if form.is_valid():
        with refusals_shown_in(form):
            run(row, form.cleaned_data)
            messages.success(request, done)
            return redirect("assignments:absence", pk=pk)
    context = _context(seen(request, pk), request.actor, **{act: form})
    return render(request, "assignments/absence.html", context, status=422)


@require_POST
@requires(Permission.POST_MANAGE)
def answer(request: ActorRequest, pk: int) -> HttpResponse:
    """Take down what the person said."""

    def run(row: Absence, said: dict[str, Any]) -> object:
        return absences.answer_absence(absence=row, **said, by=request.actor)

    return _act(request, pk, "answer", forms.AnswerForm, run, _("The answer was taken down."))


@require_POST
@requires(Permission.POST_DECIDE)
def confirm(request: ActorRequest, pk: int) -> HttpResponse:
    """Confirm that it was without leave."""

    def run(row: Absence, said: dict[str, Any]) -> object:
        return absences.confirm_absence(absence=row, **said, by=request.actor)

    return _act(request, pk, "confirm", forms.DecisionForm, run, _("The absence counts as unapproved."))


@require_POST
@requires(Permission.POST_DECIDE)
def excuse(request: ActorRequest, pk: int) -> HttpResponse:
    """Excuse it, with leave or for a reason."""

    def run(row: Absence, said: dict[str, Any]) -> object:
        return absences.excuse_absence(absence=row, **said, by=request.actor)

    return _act(request, pk, "excuse", forms.ExcuseForm, run, _("The absence is excused."))


@require_POST
@requires(Permission.POST_MANAGE)
def withdraw(request: ActorRequest, pk: int) -> HttpResponse:
    """Take the report back."""

    def run(row: Absence, said: dict[str, Any]) -> object:
        return absences.withdraw_absence(absence=row, **said, by=request.actor)

    return _act(request, pk, "withdraw", forms.ReasonForm, run, _("The report was taken back."))


# ------------------------------------------------------------ proposals


@require_GET
@requires(Permission.ASSIGNMENTS_DECIDE)
def proposal_list(request: ActorRequest) -> HttpResponse:
    """Show what the machine proposes, the open ones first."""
    rows = Proposal.objects.visible_to(request.actor).select_related("assignment__worker")
    page = page_of(request, rows.order_by("decided_at", "-proposed_at", "pk"))
    names = leave_listing.names_of(page.object_list, clock.today())
    lines = [
        {"row": row, "receiving": names.get(row.assignment.receiving_unit_id, ""), "shape": _SHAPES[row.state]}
        for row in page.object_list
    ]
    return render(request, "assignments/absence_proposals.html", {"page": page, "lines": lines})


_SHAPES = {
    ProposalState.OPEN: "warn",
    ProposalState.FOLLOWED: "bad",
    ProposalState.DISMISSED: "mute",
    ProposalState.LAPSED: "mute",
}


@require_http_methods(["GET", "POST"])
@requires(Permission.ASSIGNMENTS_DECIDE)
def proposal(request: ActorRequest, pk: int) -> HttpResponse:
    """Show on what a proposal rests, and decide it."""
    rows = Proposal.objects.visible_to(request.actor).select_related("assignment__worker", "assignment__campaign")
    row = get_object_or_404(rows, pk=pk)
    data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = None
    if data is not None or (row.state == ProposalState.OPEN and _may_decide(row, request.actor)):
        initial = {"version": row.version, "on": clock.today()}
        form = forms.ProposalForm(data, files=files, actor=request.actor, initial=initial)
    if form is not None and form.is_bound and form.is_valid():
        with refusals_shown_in(form), transaction.atomic():  # a scan is stored with the decision or not at all
            said = form.cleaned_data
            proposals.decide(
                proposal=row,
                follow=said["follow"] == "yes",
                reason=said["reason"],
                basis=form.basis(request.actor),
                on=said["on"],
                version=said["version"],
                by=request.actor,
            )
            messages.success(request, _("The decision was recorded."))
            return redirect("assignments:proposal", pk=pk)
    context = {
        "row": row,
        "assignment": row.assignment,
        "form": form,
        "shape": _SHAPES[row.state],
        "explained": row.basis.get("explained"),
        "clauses": [{"quote": row.basis["cite"]}] if row.basis.get("cite") else [],
    }
    return render(request, "assignments/absence_proposal.html", context, status=422 if data is not None else 200)


def _may_decide(row: Proposal, actor: Actor) -> bool:
    return Sight(row.assignment, actor, clock.today()).decides
