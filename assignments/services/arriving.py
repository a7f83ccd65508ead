"""The first day: the receiving unit confirms who has come, all at once with exceptions; an officer takes it back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from assignments.kinds import FilingBasis
from assignments.models import Absence, Assignment, Leave, PresenceCheck, Segment
from assignments.posting import Asked, Posted, asked_of
from assignments.rules.terms import term_end
from assignments.services import ending, following, moving, renewing, telling
from assignments.services.clashes import Stay, naming_the_other_place
from assignments.services.going import suspended_days
from assignments.services.moving import Step
from assignments.services.standing_of import may_act_for_receiver, may_decide
from assignments.states import AbsenceState, AssignmentState, LeaveState
from deploy_admin import clock
from deploy_admin.access import Actor
from deploy_admin.db import update_rows
from deploy_admin.errors import RuleViolation
from deploy_admin.people.services.rows import check_not_future, reason_given
from deploy_admin.policies.language.explained import Truth
from deploy_admin.registry.calendar import work_calendar

_S = AssignmentState


@dataclass(frozen=True)
class Arrivals:
    """Who has come, and who has not."""

    arrived: list[Assignment]
    not_come: list[Assignment]


@transaction.atomic
def confirm_arrivals(
    *,
    assignments: Iterable[Assignment | int],
    on: date,
    by: Actor,
    exceptions: Mapping[int, date | str] | None = None,
    versions: Mapping[int, int] | None = None,
) -> Arrivals:
    """Confirm for a whole list that its people are on post since `on`; the end follows from the actual first day.

    Of the exceptions a date says since when instead, a text that the person has not come, and why: they stay as they
    are, and the authority is told.
    """
    rows = moving.hold_all(assignments, by, versions)
    on_behalf = may_act_for_receiver(rows, by)
    moving.check_state([row for row in rows if row.state == _S.ON_POST], {_S.FILED}, "arrived_already")
    moving.check_state(rows, {_S.FILED}, "not_stated")
    said = {row.pk: (exceptions or {}).get(row.pk, on) for row in rows}
    days = {pk: day for pk, day in said.items() if isinstance(day, date)}
    for day in {on, *days.values()}:
        check_not_future(day, "on")
    arrived = [row for row in rows if row.pk in days]
    not_come = [row for row in rows if row.pk not in days]
    if arrived:
        _arrive(arrived, days, on_behalf, by)
    if not_come:
        _stay_away(not_come, {pk: str(text) for pk, text in said.items()}, on, on_behalf, by)
    telling.refresh(rows)
    following.follow([row.pk for row in rows])
    fresh = {row.pk: row for row in Assignment.objects.filter(pk__in=days).select_related("worker", "campaign")}
    return Arrivals([fresh[row.pk] for row in arrived], not_come)


@transaction.atomic
def undo_arrival(*, assignment: Assignment, reason: str, version: int | None, by: Actor) -> Assignment:
    """Take back an arrival that was confirmed by mistake, as long as nothing at the post rests on it."""
    text = reason_given(reason)
    moving.hold(assignment, version, by)
    may_decide(assignment, by)
    moving.check_state([assignment], {_S.ON_POST})
    _check_nothing_rests_on(assignment)
    confirmed = assignment.transitions.filter(act="arrived").order_by("-recorded_at", "-pk").first()
    planned = (confirmed.detail if confirmed else {}).get("planned")
    first = date.fromisoformat(planned) if planned else assignment.starts_on
    values = _term(assignment, first) | {"arrived_at": None, "arrived_by_name": "", "filing_due_on": None}
    with naming_the_other_place({assignment.pk: _stay(assignment, values)}, by):
        moving.move(assignment, _S.FILED, on=clock.today(), act="arrival_undone", by=by, reason=text, values=values)
    Segment.objects.filter(assignment=assignment).update(valid_from=first)
    ending.recompute([assignment.pk], by=by)
    telling.refresh([assignment])
    following.follow([assignment.pk])
    assignment.refresh_from_db()
    return assignment


def _arrive(rows: list[Assignment], days: Mapping[int, date], on_behalf: bool, by: Actor) -> None:
    asked = asked_of(Posted.of(row).begun_on(days[row.pk]) for row in rows)
    _check_may_begin(rows, days, asked)
    values = {row.pk: _first_day(row, days[row.pk], asked[row.pk], by) for row in rows}
    steps = [
        Step(row, _S.ON_POST, days[row.pk], detail=_told(row, days[row.pk], on_behalf), values=values[row.pk])
        for row in rows
    ]
    with naming_the_other_place({row.pk: _stay(row, values[row.pk]) for row in rows}, by):
        moving.move_all(steps, act="arrived", by=by, detail={"on_behalf": on_behalf} if on_behalf else None)
    first_pieces = Segment.objects.filter(assignment__in=days).order_by("assignment_id", "valid_from")
    first_pieces = first_pieces.distinct("assignment_id")
    moved = [
        (pk, days[owner])
        for pk, owner, since in first_pieces.values_list("pk", "assignment_id", "valid_from")
        if since != days[owner]
    ]
    update_rows(Segment, ["valid_from"], moved)
    ending.recompute(list(days), by=by)
    renewing.close_renewed({row.renews_id for row in rows if row.renews_id is not None}, by=by)
    telling.came([row.pk for row in rows])


def _stay_away(rows: list[Assignment], why: Mapping[int, str], on: date, on_behalf: bool, by: Actor) -> None:
    steps = [
        Step(row, _S.FILED, on, reason_given(why[row.pk]), {"on_behalf": True} if on_behalf else {}) for row in rows
    ]
    moving.move_all(steps, act="not_come", by=by)
    telling.not_come(steps, on)


def _check_may_begin(rows: list[Assignment], days: Mapping[int, date], asked: Mapping[int, Asked]) -> None:
    """Refuse whoever must not go on post: without the suspension that is asked, or not fully detached."""
    held = suspended_days(days)
    _refuse(
        [row for row in rows if asked[row.pk].suspension and not _covered(held[row.pk], days[row.pk])],
        "not_suspended",
        lambda names: _("Practice at the sending unit is not suspended on the first day: %(names)s") % names,
    )
    _refuse(
        [row for row in rows if asked[row.pk].full_time and not row.full_time],
        "full_detachment",
        lambda names: _("The policy asks for full detachment: %(names)s") % names,
    )


def _refuse(rows: list[Assignment], code: str, sentence: Callable[[dict[str, str]], str]) -> None:
    if rows:
        message = sentence({"names": moving.names_of(rows)})
        raise RuleViolation(message, code, context={"assignments": [row.pk for row in rows]})


def _covered(held: Iterable[tuple[date, date | None]], day: date) -> bool:
    return any(first <= day and (last is None or day <= last) for first, last in held)


def _first_day(row: Assignment, day: date, asked: Asked, by: Actor) -> dict[str, Any]:
    """Return the columns that change: the first day, the term from it, who confirmed, and the filing that is due."""
    values = _term(row, day) | {"arrived_at": clock.now(), "arrived_by_name": by.name[:150]}
    if asked.filing is not None and row.filing_basis == FilingBasis.NONE:
        if asked.exempt is Truth.YES:
            values["filing_basis"] = FilingBasis.EXEMPT.value
        else:
            values["filing_due_on"] = work_calendar().after(day, asked.filing.within)
    return values


def _term(row: Assignment, first: date) -> dict[str, Any]:
    """Return the term from a first day as it is by itself; leave is counted in afterwards."""
    last = term_end(first, row.term_months, row.term_days)
    return {"starts_on": first, "term_ends_on": last, "ends_on": last}


def _stay(row: Assignment, values: Mapping[str, Any]) -> Stay:
    return Stay(row.worker_id, values["starts_on"], values["ends_on"])


def _told(row: Assignment, day: date, on_behalf: bool) -> dict[str, Any]:
    told: dict[str, Any] = {"on_behalf": True} if on_behalf else {}
    return told | ({"planned": row.starts_on.isoformat()} if row.starts_on != day else {})


def _check_nothing_rests_on(assignment: Assignment) -> None:
    leave = Leave.objects.filter(assignment=assignment, state__in=[LeaveState.ASKED, LeaveState.APPROVED])
    absence = Absence.objects.filter(assignment=assignment).exclude(state=AbsenceState.WITHDRAWN)
    seen = PresenceCheck.objects.filter(assignment=assignment)
    moved = Segment.objects.filter(assignment=assignment, valid_to__isnull=False)
    if leave.exists() or absence.exists() or seen.exists() or moved.exists():
        sentence = _("Leave, absences, inspections or moves are recorded at the post; take these back first.")
        raise RuleViolation(sentence, "rows_in_the_way")
