"""Month sheets and their rows as valid rows written directly, as short as a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from assignments.models import Assignment, AssignmentMonth, MonthSheet, RosterCycle, SheetStep
from assignments.states import SHEET_HANDED_IN, SheetState
from deploy_admin import clock
from deploy_admin.months import Month
from deploy_admin.people.models import HealthWorker
from deploy_admin.registry.models import Institution
from tests.assignments.postings import on_post
from tests.registry.factories import an_institution

#: The month before the tests' day: the last that is over. November is being entered, and cannot be submitted yet.
OCTOBER = Month(date(2026, 10, 1))
NOVEMBER = Month(date(2026, 11, 1))
#: Days off in October and November 2026 that fall on working weekdays of the plain week, as the tests' rows have them.
HOLIDAYS = frozenset({date(2026, 10, day) for day in (1, 2, 5, 6, 7)})

When = Month | date | str
People = int | Iterable[Assignment | HealthWorker]


def the_month(month: When) -> Month:
    """Return the month however it is said: 2026-10, a day in it, or itself."""
    if isinstance(month, Month):
        return month
    return Month.parse(month) if isinstance(month, str) else Month.of(month)


def days_of(
    month: When = OCTOBER, exceptions: Mapping[int, str] | None = None, *, first: int = 1, last: int | None = None
) -> list[str]:
    """Return a month of a five-day week from day `first` to day `last`, but for the exceptions by day."""
    period = the_month(month).period
    found = []
    for day in period.each_day():
        if not first <= day.day <= (last or 31):
            cell = "Z"
        elif day in HOLIDAYS:
            cell = "H"
        else:
            cell = "X" if day.weekday() >= 5 else "P"
        found.append((exceptions or {}).get(day.day, cell))
    return found


def a_row(
    sheet: MonthSheet,
    assignment: Assignment | HealthWorker | None = None,
    exceptions: Mapping[int, str] | None = None,
    *,
    days: Sequence[str] | None = None,
    first: int = 1,
    last: int | None = None,
    **more: Any,
) -> AssignmentMonth:
    """Return one person's month on the sheet: somebody on post there, present all month but for the exceptions.

    The exceptions count as set by hand.
    """
    if not isinstance(assignment, Assignment):
        begun = min(date(2026, 3, 10), sheet.month)
        assignment = on_post(assignment, receiver=sheet.institution, starts_on=begun)
    cells = list(days) if days is not None else days_of(sheet.month, exceptions, first=first, last=last)
    plain = days_of(sheet.month, first=first, last=last)
    fields: dict[str, Any] = {
        "month": sheet.month,
        "days": cells,
        "touched": sum(1 << (day - 1) for day in exceptions or ()),
        "duty_days": plain.count("P"),
    }
    if more.get("answer"):
        more = {"answered_at": clock.now()} | more
    row = AssignmentMonth.objects.create(sheet=sheet, assignment=assignment, **(fields | more))
    row.refresh_from_db()  # the totals are the database's
    return row


def a_sheet(
    institution: Institution | None = None,
    month: When = OCTOBER,
    state: str = SheetState.DRAFT,
    people: People = 1,
    *,
    open_until: date | None = None,
    **more: Any,
) -> MonthSheet:
    """Return a unit's sheet of the month in a state, with a row for each of the people: so many, or these.

    `open_until` gives the unit more time: on the tests' day October is closed to it.
    """
    institution = institution or an_institution(kind="township_health_centre", tier="township", level=1)
    now = clock.now()
    fields: dict[str, Any] = {"institution": institution, "month": the_month(month).first, "state": state}
    if state in SHEET_HANDED_IN:
        fields |= {"submitted_at": now, "submitted_by_id": 7101, "submitted_by_name": "示范文员"}
    if state in (SheetState.IN_REVIEW, SheetState.ACCEPTED, SheetState.RELEASED):
        fields["opened_at"] = now
    if state in (SheetState.ACCEPTED, SheetState.RELEASED):
        fields |= {"accepted_at": now, "accepted_by_id": 8001, "accepted_by_name": "区县经办（示范）"}
    if state == SheetState.RELEASED:
        fields["released_at"] = now
    if state == SheetState.RETURNED:
        fields["reason"] = "请核对出勤"
    if open_until is not None:
        fields |= {"exempt_until": open_until, "exemption_reason": "示范延期"}
    sheet = MonthSheet.objects.create(**(fields | more))
    for one in [None] * people if isinstance(people, int) else people:
        a_row(sheet, one)
    return sheet


def handed_in(institution: Institution | None = None, month: When = OCTOBER, **more: Any) -> MonthSheet:
    """Return a submitted sheet."""
    return a_sheet(institution, month, **({"state": SheetState.SUBMITTED} | more))


def a_cycle(assignment: Assignment, valid_from: date, cells: str = "PNXX") -> RosterCycle:
    """Return a shift roster that repeats from a day on."""
    return RosterCycle.objects.create(
        assignment=assignment, valid_from=valid_from, cells=list(cells), recorded_by_name="示范文员"
    )


def a_sheet_step(sheet: MonthSheet, act: str = "submitted", **more: Any) -> SheetStep:
    """Return one step of the sheet."""
    fields: dict[str, Any] = {"from_state": SheetState.DRAFT, "to_state": sheet.state, "by_name": "示范文员"}
    return SheetStep.objects.create(sheet=sheet, act=act, **(fields | more))
