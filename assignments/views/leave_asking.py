"""Asking for leave: the person's own page, the receiving unit's entry for somebody, and what a leave would do."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from assignments import leave_listing, leave_words
from assignments.forms import leave as forms
from assignments.models import Absence, Assignment, Leave
from assignments.services import absences, leaves
from assignments.services.leave_checks import AT_POST
from assignments.sight import seen_or_404
from assignments.states import AbsenceState, LeaveState
from deploy_admin import clock
from deploy_admin.access import ActorRequest, Permission, requires
from deploy_admin.errors import RuleViolation
from deploy_admin.http import refusals_shown_in


def outlook(assignment: Assignment, form: Any) -> dict[str, Any]:
    """Return what the leave in the form would do to the last day, or why it cannot be asked for."""
    if not form.is_valid():
        return {"outlook": "", "refusal": ""}
    try:
        ending = leaves.preview(assignment, form.cleaned_data["kind"], *form.days().values())
    except RuleViolation as refusal:
        return {"outlook": "", "refusal": refusal.message}
    return {"outlook": leave_words.outlook(assignment.ends_on, ending), "refusal": ""}


# ------------------------------------------------------------ the person


def _running(request: ActorRequest) -> Assignment | None:
    """Return the person's assignment on which leave may be asked for."""
    rows = Assignment.objects.visible_to(request.actor).confirmed().filter(worker=request.actor.worker_id)
    found: Assignment | None = (
        rows.filter(state__in=AT_POST).select_related("worker", "campaign").order_by("-starts_on").first()
    )
    return found if request.actor.worker_id is not None else None


def _mine(request: ActorRequest, form: Any = None) -> dict[str, Any]:
    own = Leave.objects.visible_to(request.actor).filter(assignment__worker=request.actor.worker_id)
    now = _running(request)
    today = clock.today()
    rows = own.select_related("assignment").order_by("-first_day", "-pk")[:100]
    if form is None and now is not None:
        form = forms.AskLeaveForm(actor=request.actor, assignment=now)
    return {
        "assignment": now,
        "form": form,
        "preview_url": "assignments:my_leave_preview",
        "rows": [
            {
                "row": row,
                "what": leave_words.kind_label(row.kind),
                "shape": leave_listing.SHAPES[LeaveState(row.state)],
                "note": leave_listing.filing_note(row),
                "may_withdraw": row.state == LeaveState.ASKED
                or (row.state == LeaveState.APPROVED and row.first_day > today),
                "form": forms.ReasonForm if row.state == LeaveState.APPROVED else forms.MayTakeBackForm,
            }
            for row in rows
        ],
    }


@require_http_methods(["GET", "POST"])
@requires(Permission.OWN_SERVICE)
def my_leave(request: ActorRequest) -> HttpResponse:
    """Show one's own leave, and ask for more: without a script the outlook comes with the answer."""
    now = _running(request)
    if request.method == "GET" or now is None:
        return render(request, "assignments/leave_mine.html", _mine(request))
    form = forms.AskLeaveForm(request.POST, actor=request.actor, assignment=now)
    look = outlook(now, form)
    if request.POST.get("look"):
        return render(request, "assignments/leave_mine.html", _mine(request, form) | look)
    if form.is_valid():
        with refusals_shown_in(form):
            said = {"kind": form.cleaned_data["kind"], "remark": form.cleaned_data["remark"]}
            leaves.ask_leave(assignment=now, **said, **form.days(), by=request.actor)
            messages.success(request, _("Asked. %(outlook)s") % {"outlook": look["outlook"]})
            return redirect("assignments:my_leave")
    return render(request, "assignments/leave_mine.html", _mine(request, form), status=422)


@require_GET
@requires(Permission.OWN_SERVICE)
def my_leave_preview(request: ActorRequest) -> HttpResponse:
    """Answer with the sentence beside the form."""
    now = _running(request)
    look = {"outlook": "", "refusal": ""}
    if now is not None:
        look = outlook(now, forms.AskLeaveForm(request.GET, actor=request.actor, assignment=now))
    return render(request, "assignments/leave_outlook.html", look)


@require_POST
@requires(Permission.OWN_SERVICE)
def my_leave_withdraw(request: ActorRequest, pk: int) -> HttpResponse:
    """Take one's own leave back."""
    rows = Leave.objects.visible_to(request.actor).select_related("assignment__worker", "assignment__campaign")
    row = get_object_or_404(rows, pk=pk, assignment__worker=request.actor.worker_id)
    form = forms.MayTakeBackForm(request.POST, actor=request.actor)
    if form.is_valid():
        leaves.withdraw_leave(
            leave=row, reason=form.cleaned_data["reason"], version=form.cleaned_data["version"], by=request.actor
        )
        messages.success(request, _("The leave was taken back."))
        return redirect("assignments:my_leave")
    return render(request, "assignments/leave_mine.html", _mine(request) | {"refused": form}, status=422)


@require_http_methods(["GET", "POST"])
@requires(Permission.OWN_SERVICE)
def my_absence(request: ActorRequest, pk: int) -> HttpResponse:
    """Show what is said of one's own absence, and answer it."""
    rows = Absence.objects.visible_to(request.actor).select_related("assignment__worker", "assignment__campaign")
    row = get_object_or_404(rows, pk=pk, assignment__worker=request.actor.worker_id)
    open_still = row.state in (AbsenceState.TO_BE_CHECKED, AbsenceState.ANSWERED)
    data = request.POST if request.method == "POST" else None
    initial = {"version": row.version, "answer": row.answer}
    form = forms.AnswerForm(data, actor=request.actor, initial=initial) if open_still or data else None
    if form is not None and form.is_bound and form.is_valid():
        with refusals_shown_in(form):
            said = form.cleaned_data
            absences.answer_absence(absence=row, answer=said["answer"], version=said["version"], by=request.actor)
            messages.success(request, _("Your answer has been sent to the unit's head."))
            return redirect("assignments:my_absence", pk=pk)
    context = {
        "row": row,
        "form": form,
        "shape": leave_listing.SHAPES.get(AbsenceState(row.state), "mute"),
        "note": leave_listing.hearing_note(row, clock.today()),
        "receiving": leave_listing.names_of([row], clock.today()).get(row.assignment.receiving_unit_id, ""),
    }
    return render(request, "assignments/absence_mine.html", context, status=422 if data else 200)


# ------------------------------------------------------------ the receiving unit, for somebody


@require_http_methods(["GET", "POST"])
@requires(Permission.POST_MANAGE)
def ask(request: ActorRequest, pk: int) -> HttpResponse:
    """Enter leave for somebody who asked by letter or by word."""
    assignment = seen_or_404(request.actor, pk)
    data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = forms.AskLeaveForPersonForm(data, files=files, actor=request.actor, assignment=assignment)
    look: dict[str, Any] = {}
    if data is not None:
        look = outlook(assignment, form)
    if data is not None and not data.get("look") and form.is_valid():
        with refusals_shown_in(form), transaction.atomic():  # a scan is stored with its entry or not at all
            said = {"kind": form.cleaned_data["kind"], "remark": form.cleaned_data["remark"]}
            row = leaves.ask_leave(
                assignment=assignment, **said, **form.days(), basis=form.basis(request.actor), by=request.actor
            )
            messages.success(request, _("Entered. %(outlook)s") % {"outlook": look["outlook"]})
            return redirect("assignments:leave", pk=row.pk)
    context = {"form": form, "assignment": assignment} | look
    status = 422 if data is not None and not data.get("look") else 200
    return render(request, "assignments/leave_ask.html", context, status=status)


@require_GET
@requires(Permission.POST_MANAGE)
def ask_preview(request: ActorRequest, pk: int) -> HttpResponse:
    """Answer with the sentence beside the form."""
    assignment = seen_or_404(request.actor, pk)
    form = forms.AskLeaveForPersonForm(request.GET, actor=request.actor, assignment=assignment)
    return render(request, "assignments/leave_outlook.html", outlook(assignment, form))
