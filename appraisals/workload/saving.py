"""Writing workload: said by the person, entered or confirmed by the unit; nothing is overwritten unseen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from appraisals.models import Workload
from appraisals.states import ValueSource
from appraisals.workload.asked import Asked, indicators_of
from appraisals.workload.entries import Conflict, Entry, Refused, Saved, Unseen
from appraisals.workload.values import parse, parse_asked
from assignments.models import AssignmentMonth, MonthSheet
from assignments.services import month_window, months_hooks, months_standing
from assignments.states import SheetState
from deploy_admin import clock
from deploy_admin.access import Actor, Permission
from deploy_admin.audit import services as audit
from deploy_admin.db import refusals, update_rows
from deploy_admin.errors import RuleViolation
from deploy_admin.jobs.importing.secrecy import scrubbed

REASON_LENGTH = 300
#: Of so many values the record of an act keeps what they were; of more, how many.
RECORDED = 200


@dataclass(frozen=True, slots=True)
class _Line:
    """One entry that may be written."""

    index: int
    entry: Entry
    row: AssignmentMonth
    asked: Asked
    value: Decimal | None
    reason: str


@transaction.atomic
def save(*, entries: Sequence[Entry], source: ValueSource, partly: bool = False, by: Actor) -> Saved:
    """Write these values where what stands is still what the writer saw; all others come back with both values.

    One refusal refuses all, unless `partly`: then the refused are named and the others written. A constant number of
    statements.
    """
    lines, refused = _read(entries, source, by)
    if refused and not partly:
        raise refused[0].refusal
    held = _held(line.row.pk for line in lines)
    now = clock.now()
    new: list[Workload] = []
    changed: list[Workload] = []
    moved: set[int] = set()
    conflicts: list[Conflict] = []
    written: list[int] = []
    detail: list[dict[str, Any]] = []
    rows: dict[tuple[int, str], Workload] = {}
    for line in lines:
        key = line.row.pk, line.entry.code
        there = held.get(key)
        before = there.value if there is not None else None
        if there is not None:
            rows[key] = there
        if _is_other(line, before):
            assert there is not None or before is None  # noqa: S101 -- nothing there is a value too: none
            conflicts.append(
                Conflict(
                    *key,
                    before,
                    line.value,
                    there.updated_by_name if there else "",
                    there.updated_at if there else now,
                )
            )
            continue
        if there is None and line.value is None:
            continue
        row = there or Workload(row=line.row, indicator=line.asked.indicator, version=0)
        if not _set(row, line, source, now):
            continue
        row.version += 1
        row.updated_at, row.updated_by_id, row.updated_by_name = now, by.user_id, by.name
        if there is None:
            new.append(row)
            held[key] = rows[key] = row
        elif row.pk is not None:
            changed.append(row)
        if row.value != before:
            moved.add(line.row.sheet_id)
        written.append(line.index)
        detail.append({"row": key[0], "code": key[1], "was": before, "now": row.value})
    _write(new, changed)
    if written:
        _follow({change["row"] for change in detail}, moved, now)
        _record(detail, source, {line.row.sheet_id for line in lines}, by)
    unchanged = len(lines) - len(written) - len(conflicts)
    return Saved(len(written), unchanged, tuple(conflicts), tuple(refused), rows, tuple(written))


def check(*, entries: Sequence[Entry], source: ValueSource, by: Actor) -> list[Refused]:
    """Return everything that would be refused, all at once; nothing is written."""
    with transaction.atomic():
        return _read(entries, source, by)[1]


@transaction.atomic
def confirm_all(*, sheet: MonthSheet, by: Actor) -> int:
    """Confirm every value that people said and the unit has not looked at yet; return how many."""
    held = _locked({sheet.pk})[sheet.pk]
    _may_enter([held], by)
    rows = Workload.objects.filter(row__sheet=held, is_confirmed=False, value__isnull=False).order_by()
    now = clock.now()
    row_ids = set(rows.values_list("row_id", flat=True))
    count = 0
    if row_ids:
        # Through the rows named once: an UPDATE does not join.
        count = Workload.objects.filter(row__in=row_ids, is_confirmed=False, value__isnull=False).update(
            is_confirmed=True, updated_at=now, updated_by_id=by.user_id, updated_by_name=by.name
        )
        _follow(row_ids, set(), now)
        audit.record(act="appraisals.workload_confirmed", by=by, on=held, detail={"values": count})
    return count


# ------------------------------------------------------------ reading


def _read(entries: Sequence[Entry], source: ValueSource, by: Actor) -> tuple[list[_Line], list[Refused]]:
    """Return what may be written and what may not, the sheets locked so that none is submitted meanwhile."""
    seen = AssignmentMonth.objects.visible_to(by).select_related("assignment")
    rows = {row.pk: row for row in seen.filter(pk__in={entry.row_id for entry in entries})}
    sheets = _locked({row.sheet_id for row in rows.values()})
    closed = _closed(sheets.values(), source, by)
    asked = indicators_of(rows)
    confirmed = _confirmed(rows) if source == ValueSource.PERSON else frozenset()
    lines: list[_Line] = []
    refused: list[Refused] = []
    for index, entry in enumerate(entries):
        try:
            row = rows.get(entry.row_id)
            if row is None:
                raise RuleViolation(_("This month is not known to you."), "row_unknown")
            if (refusal := closed.get(row.sheet_id)) is not None:
                raise RuleViolation(refusal.message, refusal.code)
            lines.append(_line(index, entry, row, asked, source, by, confirmed))
        except RuleViolation as refusal:
            refusal.context = {**refusal.context, "row": entry.row_id, "indicator": entry.code}
            refused.append(Refused(index, entry.row_id, entry.code, refusal))
    return lines, refused


def _line(
    index: int,
    entry: Entry,
    row: AssignmentMonth,
    asked: Mapping[int, Iterable[Asked]],
    source: ValueSource,
    by: Actor,
    confirmed: frozenset[tuple[int, str]],
) -> _Line:
    found = next((each for each in asked.get(row.pk, ()) if each.indicator.code == entry.code), None)
    if found is None:
        raise RuleViolation(_("This is not asked of this person in this month."), "indicator_unknown")
    value = parse_asked(entry.value, found)
    reason = scrubbed(entry.reason.strip())[:REASON_LENGTH]
    if source == ValueSource.PERSON:
        _check_person(row, found, (row.pk, entry.code) in confirmed, by)
    elif found.wants_reason(value) and not reason:
        raise RuleViolation(
            _("Say why “%(indicator)s” is given these points.") % {"indicator": found.label}, "reason_missing"
        )
    return _Line(index, entry, row, found, value, reason)


def _check_person(row: AssignmentMonth, asked: Asked, is_confirmed: bool, by: Actor) -> None:
    if row.assignment.worker_id != by.worker_id:
        raise RuleViolation(_("Everybody enters the own work only."), "not_own_month")
    if asked.is_judged:
        raise RuleViolation(_("These points are given by the receiving unit."), "judged_by_unit")
    if is_confirmed:
        raise RuleViolation(
            _("The receiving unit has confirmed this value. Ask the unit, or say so when you answer the month."),
            "confirmed_by_unit",
        )


def _closed(sheets: Iterable[MonthSheet], source: ValueSource, by: Actor) -> dict[int, RuleViolation]:
    """Return by sheet why nothing may be written there now."""
    found: dict[int, RuleViolation] = {}
    for sheet in sheets:
        try:
            _may_say(sheet, by) if source == ValueSource.PERSON else _may_enter([sheet], by)
        except RuleViolation as refusal:
            found[sheet.pk] = refusal
    return found


def _may_say(sheet: MonthSheet, by: Actor) -> None:
    """The person says what was done from the month's first day on until it is released."""
    if not by.can(Permission.OWN_SERVICE) or by.worker_id is None:
        raise RuleViolation(_("Your capacity does not allow this."), "not_permitted")
    if sheet.state == SheetState.RELEASED:
        raise RuleViolation(
            _("This month has been released. A correction is asked for at the unit."), "month_released"
        )
    if sheet.month > clock.today():
        raise RuleViolation(_("This month has not begun."), "month_not_begun")


def _may_enter(sheets: Iterable[MonthSheet], by: Actor) -> None:
    """The receiving unit enters while the month is open to it, an authority on behalf of a unit without an account."""
    for sheet in sheets:
        months_standing.may_enter(sheet, by)
        month_window.check_open(sheet, by)


def _confirmed(row_ids: Iterable[int]) -> frozenset[tuple[int, str]]:
    rows = Workload.objects.filter(row__in=list(row_ids), is_confirmed=True).order_by()
    return frozenset(rows.values_list("row_id", "indicator__code"))


def _locked(sheet_ids: Iterable[int]) -> dict[int, MonthSheet]:
    """Return the sheets, held until the end: whoever submits, or writes values too, waits."""
    rows = MonthSheet.objects.filter(pk__in=set(sheet_ids)).select_for_update(of=("self",), no_key=True)
    return {sheet.pk: sheet for sheet in rows.order_by("pk")}


def _held(row_ids: Iterable[int]) -> dict[tuple[int, str], Workload]:
    rows = Workload.objects.filter(row__in=set(row_ids)).select_related("indicator").order_by()
    return {(row.row_id, row.indicator.code): row for row in rows}


# ------------------------------------------------------------ writing


def _is_other(line: _Line, before: Decimal | None) -> bool:
    """Whether what stands is neither what the writer saw nor what they write."""
    was = line.entry.was
    if isinstance(was, Unseen) or before == line.value:
        return False
    try:
        return before != parse(was, line.asked.indicator)
    except RuleViolation:
        return True


def _set(row: Workload, line: _Line, source: ValueSource, now: datetime) -> bool:
    """Set the value as whoever says it may; return whether anything changed."""
    before = row.value, row.said, row.is_confirmed, row.reason
    row.value = line.value
    if source == ValueSource.PERSON:
        if row.said != line.value or row.said_at is None:
            row.said, row.said_at = line.value, now
    else:
        row.is_confirmed = line.value is not None
        row.reason = line.reason
    if (row.value, row.said, row.is_confirmed, row.reason) == before and row.pk is not None:
        return False
    row.source = source
    return True


def _write(new: Sequence[Workload], changed: Sequence[Workload]) -> None:
    columns = (
        "value", "said", "said_at", "is_confirmed", "reason", "source", "version", "updated_at", "updated_by_id",
        "updated_by_name",
    )  # fmt: skip
    latest = {row.pk: row for row in changed}
    with refusals():
        Workload.objects.bulk_create(new, batch_size=2000)
        update_rows(Workload, columns, [(pk, *(getattr(row, name) for name in columns)) for pk, row in latest.items()])


def _follow(row_ids: set[int], moved: set[int], now: datetime) -> None:
    """Say to whoever reads by time that these months changed, and have scores that rest on them computed again."""
    AssignmentMonth.objects.filter(pk__in=row_ids).update(updated_at=now)
    if moved:
        months_hooks.touch(moved)


def _record(detail: Sequence[Mapping[str, Any]], source: ValueSource, sheet_ids: set[int], by: Actor) -> None:
    audit.record(
        act="appraisals.workload_entered",
        by=by,
        detail={
            "source": str(source),
            "sheets": sorted(sheet_ids),
            "values": len(detail),
            "changes": list(detail[:RECORDED]),
        },
    )
