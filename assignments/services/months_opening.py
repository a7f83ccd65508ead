"""Opening a month at the units where people serve, and bringing open sheets up to what is recorded around them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.db.models.deletion import ProtectedError
from django.utils.translation import gettext as _

from assignments.models import Assignment, AssignmentMonth, MonthSheet, Segment
from assignments.rules.attendance import Prefilled, merged, still_touched
from assignments.services import months_rows
from assignments.services.months_ground import MonthGround
from assignments.services.months_rows import Written
from assignments.states import SHEET_OPEN, MonthAnswer, SheetState
from deploy_admin import clock
from deploy_admin.access import SYSTEM, Actor
from deploy_admin.audit import services as audit
from deploy_admin.db import listed
from deploy_admin.errors import RuleViolation
from deploy_admin.months import Month
from deploy_admin.registry.models import CalendarYear

#: So many rows go into the database with one statement.
AT_ONCE = 2_000


@transaction.atomic
def open_month(month: Month, *, institution_ids: Collection[int] | None = None, by: Actor) -> list[int]:
    """Make the month's sheets and rows for everybody serving, at these units or at all; return the sheets.

    A constant number of statements for any number of people; safe to run again, and by two at once. Whoever came
    later comes onto open sheets; whoever was never there leaves a sheet nobody has entered anything of them on.
    """
    if month.first > clock.today():
        raise RuleViolation(_("This month has not begun."), "month_not_begun")
    ground = MonthGround(month, institution_ids=institution_ids)
    units = {unit for unit, _assignment in ground.stays}
    sheets = MonthSheet.objects.of(month)
    held = set(sheets.filter(institution__in=listed(units)).values_list("institution_id", flat=True))
    new = sorted(units - held)
    if new:
        # Two at once: the second waits for the first and finds its sheets.
        MonthSheet.objects.bulk_create(
            [MonthSheet(institution_id=unit, month=month.first) for unit in new], ignore_conflicts=True
        )
    if institution_ids is not None:
        sheets = sheets.filter(institution__in=listed(institution_ids))
    found = list(sheets.order_by("pk").values_list("pk", flat=True))
    changed = _bring(month, found, by, institution_ids)
    if new:
        detail = {"month": str(month), "sheets": len(new), "changed": len(changed)}
        audit.record(act="assignments.month_opened", by=by, label=str(month), detail=detail)
    return list(MonthSheet.objects.filter(pk__in=found).order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def refresh(sheet_ids: Collection[int], *, by: Actor = SYSTEM) -> set[int]:
    """Bring open sheets up to leave, absence, last days, rosters and calendar; return those that changed.

    What somebody set stays, but for days that a record holds or that lie outside the stay.
    """
    rows = MonthSheet.objects.filter(pk__in=list(sheet_ids), state__in=SHEET_OPEN).order_by("month")
    together: dict[Month, list[tuple[int, int]]] = defaultdict(list)
    for pk, unit, first in rows.values_list("pk", "institution_id", "month"):
        together[Month(first)].append((pk, unit))
    changed: set[int] = set()
    for month, held in together.items():
        changed |= _bring(month, [pk for pk, _unit in held], by, [unit for _pk, unit in held])
    return changed


def is_stale(sheet: MonthSheet) -> bool:
    """Whether anything the sheet is prefilled from may have changed since it was brought up to date. Two queries."""
    if sheet.state not in SHEET_OPEN:
        return False
    month = sheet.period
    pieces = Segment.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=month.first),
        receiving_unit=sheet.institution_id,
        valid_from__lte=month.last,
    )
    there = Q(pk__in=pieces.values("assignment")) | Q(months__sheet=sheet.pk)
    moved = Assignment.objects.filter(there, updated_at__gte=sheet.updated_at)
    calendar = CalendarYear.objects.filter(year=sheet.month.year, updated_at__gte=sheet.updated_at)
    return moved.exists() or calendar.exists()


def refresh_if_stale(sheet: MonthSheet, *, by: Actor = SYSTEM) -> bool:
    """Bring one sheet up to date before a page shows it, where that may be needed; return whether it changed."""
    if not is_stale(sheet):
        return False
    with transaction.atomic():
        changed = bool(refresh([sheet.pk], by=by))
        MonthSheet.objects.filter(pk=sheet.pk).update(updated_at=clock.now())
    sheet.refresh_from_db()
    return changed


# ------------------------------------------------------------ steps


def _bring(month: Month, sheet_ids: list[int], by: Actor, institution_ids: Collection[int] | None) -> set[int]:
    """Bring the open ones of these sheets of one month up to date; return those that changed."""
    open_ones = {sheet.pk: sheet for sheet in months_rows.lock_sheets(sheet_ids) if sheet.state in SHEET_OPEN}
    if not open_ones:
        return set()
    # Read once they are locked: what was recorded while we waited is in it.
    ground = MonthGround(month, institution_ids=institution_ids)
    changed = _update(open_ones, ground, by)
    changed |= _add(open_ones, ground)
    _remove_empty(open_ones)
    MonthSheet.objects.filter(pk__in=changed).update(revision=F("revision") + 1, updated_at=clock.now())
    return changed


def _update(open_ones: dict[int, MonthSheet], ground: MonthGround, by: Actor) -> set[int]:
    """Bring the rows there are up to date; whose stay is gone goes, unless something was entered of it."""
    rows = AssignmentMonth.objects.filter(sheet__in=listed(open_ones)).order_by("pk")
    columns = ("pk", "sheet_id", "assignment_id", "days", "touched", "duty_days", "answer")
    written: list[Written] = []
    gone: list[int] = []
    changed: set[int] = set()
    for pk, sheet_id, assignment, days, touched, duty_days, answer in rows.values_list(*columns):
        sheet = open_ones[sheet_id]
        right = brought(days, touched, ground.prefilled(sheet.institution_id, assignment))
        if right == (tuple(days), touched, duty_days):
            continue
        changed.add(sheet_id)
        is_there = (sheet.institution_id, assignment) in ground.stays
        if is_there or touched or answer != MonthAnswer.NONE or sheet.state != SheetState.DRAFT:
            written.append(Written(pk, *right))
        else:
            gone.append(pk)
    kept = _deleted(gone)
    written += [
        Written(pk, *brought((), 0, ground.prefilled(open_ones[sheet_id].institution_id, assignment)))
        for pk, sheet_id, assignment in kept
    ]
    months_rows.write(written, by)
    return changed


def brought(days: Iterable[str], touched: int, prefilled: Prefilled) -> tuple[tuple[str, ...], int, int]:
    """Return what a row is to say: cells, which of them somebody set, duty days."""
    cells = tuple(days) or prefilled.days
    return merged(cells, touched, prefilled), still_touched(cells, touched, prefilled), prefilled.duty_days


def _deleted(row_ids: list[int]) -> list[tuple[int, int, int]]:
    """Delete these rows; return row, sheet and assignment of those that something else rests on: they stay, closed."""
    rows = AssignmentMonth.objects.filter(pk__in=listed(row_ids))
    if not row_ids:
        return []
    try:
        with transaction.atomic():
            rows.delete()
    except ProtectedError as error:
        held = {_row_of(each) for each in error.protected_objects}
        rows.exclude(pk__in=held).delete()
        return list(rows.order_by("pk").values_list("pk", "sheet_id", "assignment_id"))
    return []


def _row_of(protected: Any) -> int:
    """Return the row that something in an app above rests on."""
    found: int = protected.row_id
    return found


def _add(open_ones: dict[int, MonthSheet], ground: MonthGround) -> set[int]:
    """Add whoever serves and is not on the sheet yet."""
    sheet_of = {sheet.institution_id: pk for pk, sheet in open_ones.items()}
    held = set(
        AssignmentMonth.objects.filter(sheet__in=listed(open_ones)).order_by().values_list("sheet_id", "assignment_id")
    )
    missing = [
        (sheet_of[unit], assignment, unit)
        for unit, assignment in ground.stays
        if unit in sheet_of and (sheet_of[unit], assignment) not in held
    ]
    new = []
    for sheet_id, assignment, unit in missing:
        days, _touched, duty_days = brought((), 0, ground.prefilled(unit, assignment))
        new.append(
            AssignmentMonth(
                sheet_id=sheet_id,
                assignment_id=assignment,
                month=ground.month.first,
                days=list(days),
                duty_days=duty_days,
            )
        )
    AssignmentMonth.objects.bulk_create(new, batch_size=AT_ONCE)
    return {sheet_id for sheet_id, _assignment, _unit in missing}


def _remove_empty(open_ones: dict[int, MonthSheet]) -> None:
    """Take away sheets on which nobody stands and of which nothing was ever said."""
    empty = MonthSheet.objects.filter(
        pk__in=listed(open_ones), state=SheetState.DRAFT, rows__isnull=True, steps__isnull=True
    )
    ids = list(empty.values_list("pk", flat=True))
    MonthSheet.objects.filter(pk__in=ids).delete()
