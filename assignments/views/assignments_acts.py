"""The acts on one assignment: each is told here, assignments_acting.py gives it its page."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from assignments.forms import assignments as forms
from assignments.models import Mentoring, PracticeSuspension, Task
from assignments.sight import Sight
from assignments.states import COMING, RUNNING, SERVED, AssignmentState
from assignments.views import assignments_runs as runs
from assignments.views.assignments_acting import Act
from deploy_admin.access import Permission

_S = AssignmentState
_AT_POST = frozenset({_S.ON_POST, _S.TERM_REACHED})


def _in(states: Iterable[AssignmentState], side: Callable[[Sight], bool]) -> Callable[[Sight, Any], bool]:
    known = frozenset(states)
    return lambda sight, about: sight.state in known and side(sight)


def _receives(sight: Sight) -> bool:
    return sight.receives


def _sends(sight: Sight) -> bool:
    return sight.sends


def _decides(sight: Sight) -> bool:
    return sight.decides


def _oversees(sight: Sight) -> bool:
    return sight.oversees


def _today(field: str) -> Callable[[Any], dict[str, Any]]:
    return lambda about: forms.today_in(field)


#: What the life of an assignment waits for: of those offered the first is the next step.
NEXT = frozenset({"suspend", "arrive", "evaluate", "close"})
#: In the order of a life.
ACTS: dict[str, Act] = {
    "suspend": Act(
        Permission.SUSPENSIONS_STATE, forms.SuspensionForm, runs.suspend,
        _("State the suspension of practice"), _("State the suspension"),
        _("The suspension is stated; the person may go."),
        when=_in([_S.PLANNED, _S.FILED, _S.ON_POST], lambda sight: sight.sends and not sight.is_stated),
        shown=_today("on"),
    ),
    "arrive": Act(
        Permission.POST_MANAGE, forms.ArrivalForm, runs.arrive,
        _("Confirm the arrival"), _("Confirm the arrival"), _("The arrival is confirmed; the term runs from it."),
        when=_in([_S.FILED], _receives), shown=lambda assignment: {"on": assignment.starts_on},
    ),
    "evaluate": Act(
        Permission.ASSIGNMENTS_DECIDE, forms.OnDayForm, runs.evaluate,
        _("Begin the evaluation"), _("Begin the evaluation"), _("The evaluation has begun."),
        when=_in([_S.TERM_REACHED], _decides), shown=_today("on"),
    ),
    "close": Act(
        Permission.ASSIGNMENTS_DECIDE, forms.CloseForm, runs.close,
        _("Close the assignment"), _("Close"), _("The assignment is closed."),
        when=_in([_S.TERM_REACHED, _S.UNDER_EVALUATION], _decides), shown=_today("on"),
    ),
    "file": Act(
        Permission.FILINGS_RECORD, forms.FilingForm, runs.file,
        _("Record the basis of practice"), _("Record"), _("The basis of practice is recorded."),
        when=_in(COMING | RUNNING, _oversees), shown=_today("on"),
    ),
    "renew": Act(
        Permission.ASSIGNMENTS_DECIDE, forms.RenewForm, runs.renew,
        _("Renew for a further term"), _("Renew"), _("The further term is planned from the day after the last."),
        when=_in(RUNNING, _decides), shown=lambda assignment: {"months": assignment.term_months, "days": 0},
    ),
    "extend": Act(
        Permission.ASSIGNMENTS_DECIDE, forms.ExtensionForm, runs.extend,
        _("Grant an extension"), _("Grant"), _("The extension is granted; the last day follows from it."),
        when=_in(_AT_POST, _decides),
    ),
    "move": Act(
        Permission.ASSIGNMENTS_DECIDE, forms.MoveForm, runs.move,
        _("Move to another receiving unit"), _("Move"), _("The move is recorded; the term goes on."),
        when=_in(_AT_POST, _decides), shown=_today("first_day"),
    ),
    "full_time": Act(
        Permission.ASSIGNMENTS_DECIDE, forms.FullTimeForm, runs.full_time,
        _("Change between full-time and part-time"), _("Change"), _("The change is recorded."),
        when=_in(_AT_POST, _decides),
        shown=lambda assignment: {"full_time": "no" if assignment.full_time else "yes"} | forms.today_in("first_day"),
    ),
    "details": Act(
        Permission.POST_MANAGE, forms.DetailsForm, runs.details,
        _("Change department, supervisor or roster"), _("Save"), _("Saved."),
        when=_in(COMING | RUNNING, _receives),
        shown=lambda assignment: {
            name: getattr(assignment, name) for name in ("department", "supervisor", "roster_pattern")
        },
    ),
    "deputy": Act(
        Permission.ASSIGNMENTS_DECIDE, forms.DeputyForm, runs.deputy,
        _("Post as deputy director"), _("Post"), _("The posting as deputy director is recorded."),
        when=lambda sight, about: (
            sight.state in {_S.FILED, _S.ON_POST} and sight.decides and sight.assignment.deputy_from is None
        ),
        shown=lambda assignment: {"first_day": assignment.starts_on},
    ),
    "deputy_end": Act(
        Permission.ASSIGNMENTS_DECIDE, forms.EndDeputyForm, runs.end_deputy,
        _("End the posting as deputy director"), _("End"), _("The end of the posting is recorded."),
        when=lambda sight, about: (
            sight.decides and sight.assignment.deputy_from is not None and sight.assignment.deputy_to is None
        ),
        shown=_today("last_day"),
    ),
    "recall": Act(
        Permission.ASSIGNMENTS_DECIDE, forms.RecallForm, runs.recall,
        _("Recall"), pgettext_lazy("act", "Recall"), _("The person is recalled."),
        when=_in(_AT_POST, _decides), shown=_today("last_day"), danger=True,
    ),
    "end_early": Act(
        Permission.ASSIGNMENTS_DECIDE, forms.EndEarlyForm, runs.end_early,
        _("End early"), _("End early"), _("The early end is recorded."),
        when=_in(_AT_POST, _decides), shown=_today("last_day"), danger=True,
    ),
    "void": Act(
        Permission.ASSIGNMENTS_DECIDE, forms.VoidForm, runs.void,
        _("Decide that it does not count"), _("Do not count"), _("The assignment does not count."),
        lead=_("Only a recorded decision of the competent body does this; earlier assignments stay as they are."),
        when=_in(RUNNING | SERVED, _decides), shown=_today("on"), danger=True,
    ),
    "undo_arrival": Act(
        Permission.ASSIGNMENTS_DECIDE, forms.ReasonForm, runs.undo_arrival,
        _("Take back a confirmed arrival"), _("Take back"), _("The arrival is taken back."),
        when=_in([_S.ON_POST], _decides), danger=True,
    ),
    "undo_end": Act(
        Permission.ASSIGNMENTS_DECIDE, forms.ReasonForm, runs.undo_end,
        _("Take back the early end"), _("Take back"), _("The early end is taken back; the term runs on."),
        when=_in([_S.ENDED_EARLY], _decides),
    ),
    "reopen": Act(
        Permission.ASSIGNMENTS_DECIDE, forms.ReasonForm, runs.reopen,
        _("Open it again"), _("Open again"), _("The assignment is under evaluation again."),
        when=_in([_S.RETURNED, _S.TRANSFERRED, _S.RENEWED], _decides),
    ),
}  # fmt: skip
#: Acts on a row beside the assignment: their address ends with the row.
ROW_ACTS: dict[str, Act] = {
    "suspension_withdraw": Act(
        Permission.SUSPENSIONS_STATE, forms.WithdrawSuspensionForm, runs.withdraw_suspension,
        _("Take back the suspension"), _("Take back"), _("The statement is taken back."),
        when=lambda sight, about: sight.state in COMING and sight.sends and about.withdrawn_at is None,
        model=PracticeSuspension, shown=_today("on"), danger=True,
    ),
    "task_change": Act(
        Permission.POST_MANAGE, forms.TaskChangeForm, runs.change_task,
        _("Goal and outcome of a task"), _("Save"), _("Saved."),
        when=lambda sight, about: sight.receives and about.removed_at is None,
        model=Task, offer=_("Change"),
        shown=lambda task: {
            name: getattr(task, name) for name in ("goal", "target_number", "reached_number", "outcome")
        },
    ),
    "task_remove": Act(
        Permission.POST_MANAGE, forms.TaskRemoveForm, runs.remove_task,
        _("Remove a task"), _("Remove"), _("The task is removed."),
        when=lambda sight, about: sight.receives and about.removed_at is None, model=Task, danger=True,
    ),
    "mentoring_end": Act(
        Permission.POST_MANAGE, forms.EndMentoringForm, runs.end_mentoring,
        _("End a mentoring"), _("End"), _("The end is recorded."),
        when=lambda sight, about: sight.receives and about.valid_to is None,
        model=Mentoring, shown=_today("last_day"),
    ),
}  # fmt: skip
#: Acts that add such a row: offered in its panel.
ADDING: dict[str, Act] = {
    "task_add": Act(
        Permission.POST_MANAGE, forms.TaskForm, runs.add_task,
        _("Set a task"), _("Set"), _("The task is set."), when=_in(COMING | RUNNING, _receives),
    ),
    "mentoring_add": Act(
        Permission.POST_MANAGE, forms.MentoringForm, runs.add_mentoring,
        _("Enter whom the person teaches"), _("Enter"), _("Entered."), when=_in(COMING | RUNNING, _receives),
        shown=lambda assignment: {"valid_from": assignment.starts_on},
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Elsewhere:
    """An act whose page belongs to another room: where it is, and when it is offered."""

    permission: Permission
    url_name: str
    title: Any
    when: Callable[[Sight, Any], bool]


#: Offered among the acts, after the next step.
ELSEWHERE = (
    Elsewhere(
        Permission.ASSIGNMENTS_PLAN, "assignments:plan_change", _("Change the plan"), _in(COMING, _decides)
    ),
    Elsewhere(
        Permission.ASSIGNMENTS_PLAN, "assignments:plan_withdraw", _("Take the plan back"), _in(COMING, _decides)
    ),
    Elsewhere(
        Permission.POST_MANAGE, "assignments:leave_ask", _("Enter leave asked for by letter"), _in(_AT_POST, _receives)
    ),
    Elsewhere(
        Permission.POST_MANAGE, "assignments:absence_report", _("Report an absence"), _in(_AT_POST, _receives)
    ),
)  # fmt: skip


def elsewhere(sight: Sight) -> list[dict[str, Any]]:
    """Return label and address of what this actor may do now on pages of other rooms."""
    return [
        {
            "name": each.url_name.partition(":")[2],
            "label": each.title,
            "url": reverse(each.url_name, args=[sight.assignment.pk]),
        }
        for each in ELSEWHERE
        if sight.actor.can(each.permission) and each.when(sight, None)
    ]
