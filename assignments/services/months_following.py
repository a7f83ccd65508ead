"""What becomes of months when leave, absence or last days change: open sheets follow, handed-in ones are marked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date

from django.db.models import Q

from assignments.models import Absence, AssignmentMonth, MonthSheet, Segment, SheetStep
from assignments.rules.attendance import settled
from assignments.services import months_hooks, months_opening, months_rows
from assignments.services.months_ground import MonthGround
from assignments.services.months_rows import Written
from assignments.states import SHEET_HANDED_IN, SHEET_OPEN, AbsenceState, SheetState
from deploy_admin.access import SYSTEM, Actor
from deploy_admin.audit import services as audit
from deploy_admin.db import listed
from deploy_admin.months import Month, Period

#: With the district, not released: what was undecided on them is settled.
_WITH_DISTRICT = (SheetState.SUBMITTED, SheetState.IN_REVIEW, SheetState.ACCEPTED)
_DECIDED = (AbsenceState.CONFIRMED, AbsenceState.EXCUSED, AbsenceState.WITHDRAWN)


def follow(assignment_ids: Collection[int]) -> None:
    """Bring open sheets up to these assignments as they are now, and mark handed-in ones that reach past the last day.

    Called within the act that changed them, whose locks on the assignments come before those on the sheets.
    """
    ids = sorted(set(assignment_ids))
    if not ids:
        return
    pieces = Segment.objects.filter(assignment__in=listed(ids)).values("receiving_unit")
    on_them = AssignmentMonth.objects.filter(assignment__in=listed(ids)).values("sheet")
    concerned = MonthSheet.objects.filter(Q(pk__in=on_them) | Q(institution__in=pieces), state__in=SHEET_OPEN)
    if found := list(concerned.order_by("pk").values_list("pk", flat=True)):
        months_opening.refresh(found)
    handed_in = AssignmentMonth.objects.filter(assignment__in=listed(ids), sheet__state__in=_WITH_DISTRICT)
    days = handed_in.order_by().values_list("sheet_id", "month", "assignment__ends_on")
    if past := {sheet for sheet, month, ends_on in days if ends_on < Month(month).last}:
        months_hooks.touch(past)


def decided(days: Iterable[tuple[int, date, date]], *, by: Actor = SYSTEM) -> None:
    """Follow what was decided about leave or absence on these days (assignment, first, last) on handed-in sheets.

    Their revision moves, so that scores follow; days that were to be checked are settled as the decision has them,
    with a step on the sheet. A released sheet keeps its days: it is corrected.
    """
    spans: dict[int, list[Period]] = defaultdict(list)
    for assignment, first, last in days:
        spans[assignment].append(Period(first, last))
    rows = AssignmentMonth.objects.filter(assignment__in=listed(list(spans)), sheet__state__in=SHEET_HANDED_IN)
    concerned = [
        (pk, sheet)
        for pk, sheet, assignment, month in rows.order_by("pk").values_list("pk", "sheet_id", "assignment_id", "month")
        if any(span.overlaps(Month(month).period) for span in spans[assignment])
    ]
    if not concerned:
        return
    sheets = {sheet.pk: sheet for sheet in months_rows.lock_sheets(sorted({sheet for _pk, sheet in concerned}))}
    with_district = [pk for pk, sheet in concerned if sheets[sheet].state in _WITH_DISTRICT]
    _settle(with_district, sheets, by)
    months_hooks.touch(sheets)


def _settle(row_ids: Sequence[int], sheets: dict[int, MonthSheet], by: Actor) -> None:
    """Set the days of decided absences that stand as to be checked, or as unapproved, to what was decided."""
    rows = list(AssignmentMonth.objects.filter(pk__in=list(row_ids)).order_by("pk"))
    written: list[Written] = []
    moved: set[int] = set()
    for month in sorted({row.month for row in rows}):
        mine = [row for row in rows if row.month == month]
        ground = MonthGround(Month(month), assignment_ids={row.assignment_id for row in mine})
        absences = _decided_in(Month(month), {row.assignment_id for row in mine})
        for row in mine:
            right = ground.prefilled(sheets[row.sheet_id].institution_id, row.assignment_id)
            days = tuple(row.days)
            for span in absences.get(row.assignment_id, ()):
                days = settled(days, span.first.day, span.last.day, right)
            if days != tuple(row.days):
                written.append(Written(row.pk, days, row.touched, row.duty_days))
                moved.add(row.sheet_id)
    if not written:
        return
    months_rows.write(written, by)
    audit.record(act="assignments.days_settled", by=by, detail={"sheets": sorted(moved), "count": len(written)})
    SheetStep.objects.bulk_create(
        [
            SheetStep(
                sheet=sheets[pk],
                act="days_settled",
                from_state=sheets[pk].state,
                to_state=sheets[pk].state,
                by_id=by.user_id,
                by_name=by.name[:150],
            )
            for pk in sorted(moved)
        ]
    )


def _decided_in(month: Month, assignment_ids: Collection[int]) -> dict[int, list[Period]]:
    """Return the days within the month of absences that were decided, by assignment."""
    rows = Absence.objects.filter(
        assignment__in=list(assignment_ids),
        state__in=_DECIDED,
        first_day__lte=month.last,
        last_day__gte=month.first,
    )
    found: dict[int, list[Period]] = defaultdict(list)
    for owner, first, last in rows.order_by("first_day").values_list("assignment_id", "first_day", "last_day"):
        if common := month.period.common(Period(first, last)):
            found[owner].append(common)
    return found


def of_year(year: int) -> None:
    """Bring the open sheets of a year up to its calendar."""
    rows = MonthSheet.objects.open().filter(month__year=year)
    months_opening.refresh(list(rows.values_list("pk", flat=True)))
