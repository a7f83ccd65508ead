"""What a month is prefilled from, read once for many people: pieces, roster, leave, absence, calendar."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from assignments.kinds import Origin
from assignments.models import Absence, Leave, RosterCycle, Segment
from assignments.rules.attendance import ABSENT, TO_BE_CHECKED, Away, Cycle, Prefilled, prefill
from assignments.rules.attendance_codes import by_leave_kind
from assignments.states import COMING, AbsenceState, AssignmentState
from deploy_admin.db import listed
from deploy_admin.months import Month, Period
from deploy_admin.policies.language.leave import LeaveKind
from deploy_admin.registry.calendar import work_calendar
from deploy_admin.workdays import WorkCalendar

#: Nobody came, or has come yet.
NOT_THERE = (*COMING, AssignmentState.WITHDRAWN)
#: What is recorded of an absence that was not decided for the person.
_LETTERS = {
    AbsenceState.CONFIRMED: ABSENT,
    AbsenceState.TO_BE_CHECKED: TO_BE_CHECKED,
    AbsenceState.ANSWERED: TO_BE_CHECKED,
}
_BOTH = TO_BE_CHECKED + ABSENT


@dataclass(frozen=True, slots=True)
class Stay:
    """The days that one assignment has at one unit within the month, and the roster it follows."""

    assignment_id: int
    worker_id: int
    unit_id: int
    pattern: str
    spans: tuple[Period, ...]

    @property
    def last(self) -> date:
        return self.spans[-1].last

    @property
    def first(self) -> date:
        return self.spans[0].first

    @property
    def gaps(self) -> frozenset[int]:
        """The days between two stays at the same unit."""
        inside = {day.day for span in self.spans for day in span.each_day()}
        return frozenset(set(range(self.first.day, self.last.day + 1)) - inside)


class MonthGround:
    """The stays of a month and what each of them is prefilled with: five queries for any number of people."""

    def __init__(
        self,
        month: Month,
        *,
        institution_ids: Collection[int] | None = None,
        assignment_ids: Collection[int] | None = None,
        calendar: WorkCalendar | None = None,
    ) -> None:
        self.month, self.calendar = month, calendar or work_calendar()
        self.stays = _stays(month, institution_ids, assignment_ids)
        ids = sorted({assignment for _unit, assignment in self.stays})
        self._away = _away(month, ids)
        self._plain: dict[Any, Prefilled] = {}
        self._cycles = _cycles(month, [key[1] for key, stay in self.stays.items() if stay.pattern == "shift"])

    def prefilled(self, unit_id: int, assignment_id: int) -> Prefilled:
        """Return the month of one assignment at one unit; all closed where it has no day there."""
        stay = self.stays.get((unit_id, assignment_id))
        if stay is None:
            return closed(self.month)
        cycles, away = self._cycles.get(assignment_id, ()), self._away.get(assignment_id, ())
        if cycles or away:
            return self._prefill(stay, cycles, away)
        # Most people's months are alike: worked out once.
        key = stay.first, stay.last, stay.pattern, len(stay.spans) == 1 or stay.spans
        if key not in self._plain:
            self._plain[key] = self._prefill(stay, (), ())
        return self._plain[key]

    def _prefill(self, stay: Stay, cycles: Sequence[Cycle], away: Sequence[Away]) -> Prefilled:
        return prefill(
            self.month,
            stay.first.day,
            stay.last.day,
            stay.pattern,
            self.calendar,
            cycles=cycles,
            away=away,
            gaps=stay.gaps,
        )

    def at(self, unit_id: int) -> list[int]:
        """Return the assignments that have days at the unit."""
        return [assignment for unit, assignment in self.stays if unit == unit_id]


def closed(month: Month) -> Prefilled:
    """Return a month of which no day is spent at the unit."""
    days = ("Z",) * month.last.day
    return Prefilled(days, 0, {}, days)


def _stays(
    month: Month, institution_ids: Collection[int] | None, assignment_ids: Collection[int] | None
) -> dict[tuple[int, int], Stay]:
    """Return the stays by unit and assignment: whoever was entered here and has come, the past left out."""
    rows = Segment.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=month.first),
        valid_from__lte=month.last,
        assignment__origin=Origin.ENTERED,
        assignment__starts_on__lte=month.last,
        assignment__ends_on__gte=month.first,
    ).exclude(assignment__state__in=NOT_THERE)
    if institution_ids is not None:
        rows = rows.filter(receiving_unit__in=listed(institution_ids))
    if assignment_ids is not None:
        rows = rows.filter(assignment__in=listed(assignment_ids))
    columns = ("receiving_unit_id", "assignment_id", "assignment__worker_id", "assignment__roster_pattern")
    days = ("valid_from", "valid_to", "assignment__starts_on", "assignment__ends_on")
    spans: dict[tuple[int, int], list[Period]] = defaultdict(list)
    told: dict[tuple[int, int], tuple[int, str]] = {}
    for unit, assignment, worker, pattern, first, last, starts_on, ends_on in rows.order_by(
        "assignment__sort_key", "assignment_id", "valid_from"
    ).values_list(*columns, *days):
        first = max(first, starts_on, month.first)
        last = min(last or ends_on, ends_on, month.last)
        if first <= last:
            spans[unit, assignment].append(Period(first, last))
            told[unit, assignment] = worker, pattern
    return {
        (unit, assignment): Stay(assignment, told[unit, assignment][0], unit, told[unit, assignment][1], tuple(held))
        for (unit, assignment), held in spans.items()
    }


def _away(month: Month, ids: list[int]) -> Mapping[int, list[Away]]:
    """Return approved leave and reported absence by assignment; leave goes before absence."""
    within: dict[str, Any] = {"assignment__in": listed(ids), "first_day__lte": month.last}
    within["last_day__gte"] = month.first
    found: dict[int, list[Away]] = defaultdict(list)
    leave = Leave.objects.approved().filter(**within).order_by("first_day")
    for pk, owner, kind, first, last in leave.values_list("pk", "assignment_id", "kind", "first_day", "last_day"):
        every_day = kind == LeaveKind.MATERNITY
        away = Away(first, last, by_leave_kind(kind), f"leave:{pk}", locked=True, every_day=every_day)
        found[owner].append(away)
    absence = Absence.objects.filter(state__in=list(_LETTERS), **within).order_by("first_day")
    for pk, owner, state, first, last in absence.values_list("pk", "assignment_id", "state", "first_day", "last_day"):
        letter = _LETTERS[AbsenceState(state)]
        also = "" if letter == ABSENT else _BOTH
        found[owner].append(Away(first, last, letter, f"absence:{pk}", locked=True, also=also))
    return found


def _cycles(month: Month, ids: Iterable[int]) -> Mapping[int, list[Cycle]]:
    rows = RosterCycle.objects.filter(assignment__in=listed(sorted(set(ids))), valid_from__lte=month.last)
    found: dict[int, list[Cycle]] = defaultdict(list)
    for owner, first, cells in rows.order_by("valid_from").values_list("assignment_id", "valid_from", "cells"):
        found[owner].append((first, tuple(cells)))
    return found
