"""Leave and absence marked on a sheet become records when it is submitted: asked for, to be checked, never decided."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from assignments.kinds import RosterPattern
from assignments.models import AssignmentMonth, Leave, MonthSheet
from assignments.rules.attendance import ABSENT, ON_DUTY, TO_BE_CHECKED, Prefilled
from assignments.rules.attendance_codes import CLOSED, DAY_CODES, CountsAs
from assignments.services import absences, leaves
from assignments.services.months_ground import MonthGround
from assignments.states import LeaveState
from deploy_admin.access import Actor
from deploy_admin.errors import RuleViolation

#: Leave somebody asked for or that was declined: asking again for these days would say nothing new.
_SPOKEN_OF = (LeaveState.ASKED, LeaveState.APPROVED, LeaveState.DECLINED)


@dataclass(frozen=True, slots=True)
class Run:
    """Days on end with the same mark, only days off between them; `days` counts the marked ones."""

    letter: str
    first: date
    last: date
    days: int


def open_records(sheet: MonthSheet, by: Actor) -> dict[str, Any]:
    """Open a leave, asked for, or an absence, to be checked, for each run of marks that no record holds.

    Half days open none: records count whole days, and would count against the person. What cannot be opened stays
    on the sheet and is found by the review. Returns what the audit record keeps.
    """
    rows = list(AssignmentMonth.objects.filter(sheet=sheet).select_related("assignment__worker").order_by("pk"))
    ground = MonthGround(sheet.period, institution_ids=[sheet.institution_id])
    spoken = spoken_of(sheet)
    told: dict[str, Any] = {"leave": [], "absences": [], "not_opened": 0}
    for row in rows:
        held = ground.prefilled(sheet.institution_id, row.assignment_id)
        for run in runs(row, held, spoken.get(row.assignment_id, frozenset())):
            kind = DAY_CODES[run.letter].leave_kind
            name = "leave" if kind else "absences"
            stated = run.days if row.assignment.roster_pattern == RosterPattern.SHIFT else None
            try:
                told[name].append(_opener(kind)(row, run, stated, by))
            except RuleViolation:
                told["not_opened"] += 1
    return told


def runs(row: AssignmentMonth, held: Prefilled, spoken: frozenset[date]) -> Iterator[Run]:
    """Yield the runs of whole days marked as leave or absence that no record speaks of."""
    run: Run | None = None
    for n, cell in enumerate(row.days, 1):
        day = row.month + timedelta(days=n - 1)
        marked = _is_marked(cell) and n not in held.locks and not (cell not in "UK" and day in spoken)
        if marked and run is not None and run.letter == cell:
            run = Run(cell, run.first, day, run.days + 1)
            continue
        if run is not None and (marked or cell == CLOSED or cell in ON_DUTY or held.roster[n - 1] in ON_DUTY):
            yield run
            run = None
        if marked:
            run = Run(cell, day, day, 1)
    if run is not None:
        yield run


def spoken_of(sheet: MonthSheet) -> Mapping[int, frozenset[date]]:
    """Return, by assignment, the days of the month of which a leave speaks: asked for, approved or declined."""
    month = sheet.period
    rows = Leave.objects.filter(
        assignment__in=AssignmentMonth.objects.filter(sheet=sheet).values("assignment"),
        state__in=_SPOKEN_OF,
        first_day__lte=month.last,
        last_day__gte=month.first,
    )
    found: dict[int, set[date]] = defaultdict(set)
    for owner, first, last in rows.order_by().values_list("assignment_id", "first_day", "last_day"):
        found[owner] |= {day for day in month.period.each_day() if first <= day <= last}
    return {owner: frozenset(days) for owner, days in found.items()}


def _is_marked(cell: str) -> bool:
    return cell in (TO_BE_CHECKED, ABSENT) or (len(cell) == 1 and DAY_CODES[cell].counts_as is CountsAs.LEAVE)


def _opener(kind: str) -> Callable[[AssignmentMonth, Run, int | None, Actor], int]:
    def leave(row: AssignmentMonth, run: Run, stated: int | None, by: Actor) -> int:
        made = leaves.ask_leave(
            assignment=row.assignment,
            kind=kind,
            first_day=run.first,
            last_day=run.last,
            stated_duty_days=stated,
            remark=_("marked on the month sheet"),
            by=by,
        )
        return made.pk

    def absence(row: AssignmentMonth, run: Run, stated: int | None, by: Actor) -> int:
        made = absences.report_absence(
            assignment=row.assignment,
            first_day=run.first,
            last_day=run.last,
            stated_duty_days=stated,
            remark=_("marked on the month sheet"),
            by=by,
        )
        return made.pk

    return leave if kind else absence
