"""Corrections of released months: entered with a preview of all they move, listed, decided by a second person."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from appraisals.models import MonthCorrection
from appraisals.review import forms, scans, services
from appraisals.review.checking import asked_of
from appraisals.review.moves_page import MovesPage
from appraisals.states import CorrectionState
from assignments.models import AssignmentMonth
from deploy_admin import clock
from deploy_admin.access import Actor, ActorRequest, Permission, requires
from deploy_admin.errors import RuleViolation
from deploy_admin.http import page_of, refusals_shown_in
from deploy_admin.registry.models import Institution

PAGE = "appraisals/review_correction.html"
SHAPES = {
    CorrectionState.ASKED: "warn",
    CorrectionState.APPROVED: "ok",
    CorrectionState.DECLINED: "mute",
    CorrectionState.WITHDRAWN: "mute",
}


@require_http_methods(["GET", "POST"])
@requires(Permission.MONTHS_VIEW)
def correct(request: ActorRequest, pk: int) -> HttpResponse:
    """Enter a released month as it should be, see everything that moves, ask for it."""
    rows = AssignmentMonth.objects.visible_to(request.actor).select_related("sheet", "assignment__worker")
    row: Any = get_object_or_404(rows, pk=pk)
    if not services.may_ask(row, request.actor):
        raise RuleViolation(_("Your capacity does not allow this."), "not_permitted")
    released = services.standing(row)
    data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = forms.CorrectionForm(
        data,
        files=files,
        actor=request.actor,
        month=row.month,
        days=released.values["days"],
        asked=asked_of(row, released),
        workload=released.values.get("workload", {}),
        initial={"released": released.pk},
    )
    moves = None
    if form.is_bound and form.is_valid():
        with refusals_shown_in(form), transaction.atomic():  # a scan is stored with its correction or not at all
            if "ask" in request.POST:
                asked = services.ask_correction(
                    row=row,
                    days=form.days,
                    workload=form.workload,
                    reason=form.cleaned_data["reason"],
                    released_id=form.cleaned_data["released"],
                    scan=scans.kept(form.cleaned_data.get("scan"), request.actor),
                    by=request.actor,
                )
                messages.success(request, _("Asked for; somebody else of the authority decides."))
                return redirect("appraisals:correction", pk=asked.pk)
            moves = services.preview_correction(row=row, days=form.days, workload=form.workload)
    context = {
        "row": row,
        "released": released,
        "form": form,
        "moves": MovesPage(moves.to_json(), row, request.actor) if moves is not None else None,
        "nothing": moves is not None and not moves.moves_anything,
        "unit": _unit(row),
        "open": MonthCorrection.objects.filter(row=row, state=CorrectionState.ASKED).first(),
    }
    status = 422 if form.is_bound and moves is None else 200
    return render(request, "appraisals/review_correct.html", context, status=status)


@require_GET
@requires(Permission.MONTHS_VIEW)
def corrections(request: ActorRequest) -> HttpResponse:
    """List the corrections the actor may know about, the open ones first."""
    state = request.GET.get("state", "")
    rows = MonthCorrection.objects.visible_to(request.actor).select_related(
        "row__sheet", "row__assignment__worker", "released"
    )
    if state in CorrectionState.values:
        rows = rows.filter(state=state)
    page = page_of(request, rows.order_by("decided_at", "-pk") if not state else rows.order_by("-pk"))
    units = {each.row.sheet.institution_id for each in page.object_list}
    names = Institution.objects.filter(pk__in=units).named(clock.today())
    lines = [
        {
            "correction": each,
            "unit": names.get(each.row.sheet.institution_id, ""),
            "shape": SHAPES[CorrectionState(each.state)],
            "was": each.moves.get("was", {}).get("points"),
            "now": each.moves.get("now", {}).get("points"),
        }
        for each in page.object_list
    ]
    chips = [{"value": each.value, "label": each.label, "shape": SHAPES[each]} for each in CorrectionState]
    context = {"page": page, "lines": lines, "chips": chips, "state": state}
    return render(request, "appraisals/review_corrections.html", context)


def seen(request: ActorRequest, pk: int) -> MonthCorrection:
    """Return the correction as the actor may know it; unseen is not there."""
    rows = MonthCorrection.objects.visible_to(request.actor).select_related(
        "row__sheet", "row__assignment__worker", "released__release", "release", "scan"
    )
    found: MonthCorrection = get_object_or_404(rows, pk=pk)
    return found


@require_GET
@requires(Permission.MONTHS_VIEW)
def correction(request: ActorRequest, pk: int) -> HttpResponse:
    """Show one correction with everything it moves, and what may be done about it."""
    return render(request, PAGE, _context(seen(request, pk), request.actor))


def _context(row: MonthCorrection, actor: Actor, **bound: Any) -> dict[str, Any]:
    is_open = row.state == CorrectionState.ASKED
    version = {"version": row.version}
    may = is_open and actor.can(Permission.MONTHS_REVIEW) and services.may_ask(row.row, actor)
    decides = services.may_decide(row, actor)
    return {
        "correction": row,
        "row": row.row,
        "unit": _unit(row.row),
        "shape": SHAPES[CorrectionState(row.state)],
        "moves": MovesPage(row.moves, row.row, actor),
        "second_person": may and not decides,
        "new": row.release.scores.first() if row.release is not None else None,
        "approve_form": bound.get("approve")
        or (forms.DecisionForm(actor=actor, initial=version, auto_id="approve_%s") if decides else None),
        "decline_form": bound.get("decline")
        or (forms.DeclineForm(actor=actor, initial=version, auto_id="decline_%s") if may else None),
        "withdraw_form": forms.WithdrawForm(actor=actor, initial=version, auto_id="withdraw_%s")
        if is_open and row.recorded_by_id == actor.user_id
        else None,
    }


def _unit(row: AssignmentMonth) -> str:
    unit = row.sheet.institution_id
    return str(Institution.objects.filter(pk=unit).named(clock.today()).get(unit, ""))


def _act(
    request: ActorRequest,
    pk: int,
    act: str,
    form_class: Callable[..., Any],
    run: Callable[[MonthCorrection, dict[str, Any]], object],
    done: str,
) -> HttpResponse:
    """Run one act on one correction from its page; a refusal is shown there."""
    row = seen(request, pk)
    form = form_class(request.POST, actor=request.actor, auto_id=f"{act}_%s")
    if form.is_valid():
        with refusals_shown_in(form):
            run(row, form.cleaned_data)
            messages.success(request, done)
            return redirect("appraisals:correction", pk=pk)
    return render(request, PAGE, _context(seen(request, pk), request.actor, **{act: form}), status=422)


@require_POST
@requires(Permission.MONTHS_REVIEW)
def approve(request: ActorRequest, pk: int) -> HttpResponse:
    """Correct the month and release the correction."""

    def run(row: MonthCorrection, said: dict[str, Any]) -> object:
        return services.approve_correction(correction=row, **said, by=request.actor)

    done = _("The month is corrected; letters about it are owed to everybody who had the old one.")
    return _act(request, pk, "approve", forms.DecisionForm, run, done)


@require_POST
@requires(Permission.MONTHS_REVIEW)
def decline(request: ActorRequest, pk: int) -> HttpResponse:
    """Let what was released stand."""

    def run(row: MonthCorrection, said: dict[str, Any]) -> object:
        return services.decline_correction(correction=row, **said, by=request.actor)

    return _act(request, pk, "decline", forms.DeclineForm, run, _("Declined; whoever asked has been told."))


@require_POST
@requires(Permission.MONTHS_VIEW)
def withdraw(request: ActorRequest, pk: int) -> HttpResponse:
    """Take back what was asked for."""

    def run(row: MonthCorrection, said: dict[str, Any]) -> object:
        return services.withdraw_correction(correction=row, **said, by=request.actor)

    return _act(request, pk, "withdraw", forms.WithdrawForm, run, _("Taken back."))
