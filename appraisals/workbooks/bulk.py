"""Bulk writes of connected systems: attendance and workload of many people of one month, row by row answered."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from django.db import transaction

from appraisals.rules.written import plain
from appraisals.states import ValueSource
from appraisals.workbooks.rows import Given, Result, days_said, given, lock_rows, values_said
from appraisals.workload.entries import KEEP, Entry
from appraisals.workload.saving import save
from assignments.models import AssignmentMonth, MonthSheet
from assignments.services import months_entry
from assignments.services.months_entry import Cell
from deploy_admin.access import Actor
from deploy_admin.audit import services as audit
from deploy_admin.errors import RuleViolation
from deploy_admin.months import Month


@transaction.atomic
def write_attendance(*, month: Month, rows: Sequence[Any], by: Actor) -> list[dict[str, Any]]:
    """Set days of the month: rows `{assignment, days, was?}`; a row's free cells are set though others are refused.

    Where `was` says what the system saw, a cell that is another by now comes back with both values.
    """
    results, found = given(rows, ("days", "was"))
    meant = lock_rows(found, month, by)
    by_sheet: dict[int, list[Cell]] = defaultdict(list)
    by_row: dict[int, Result] = {}
    sheets: dict[int, MonthSheet] = {}
    for each in found:
        if (row := meant.get(each.result.index)) is None:
            continue
        try:
            cells = _cells(each, row, month)
        except RuleViolation as refusal:
            each.result.refuse(refusal)
            continue
        by_row[row.pk] = each.result
        sheets[row.sheet_id] = row.sheet
        by_sheet[row.sheet_id] += cells
    for sheet_id, cells in sorted(by_sheet.items()):
        _save_cells(sheets[sheet_id], cells, by_row, by)
    return _told("attendance", month, results, by)


@transaction.atomic
def write_workload(*, month: Month, rows: Sequence[Any], by: Actor) -> list[dict[str, Any]]:
    """Set counts of work: rows `{assignment, values, was?, reasons?}` by the codes of the indicators."""
    results, found = given(rows, ("values", "was", "reasons"))
    meant = lock_rows(found, month, by)
    entries: list[Entry] = []
    whose: list[Result] = []
    for each in found:
        if (row := meant.get(each.result.index)) is None:
            continue
        try:
            own = _entries(each, row)
        except RuleViolation as refusal:
            each.result.refuse(refusal)
            continue
        entries += own
        whose += [each.result] * len(own)
    if entries:
        _save_values(entries, whose, by)
    return _told("workload", month, results, by)


def _cells(each: Given, row: AssignmentMonth, month: Month) -> list[Cell]:
    """Return the cells that would change anything."""
    last = month.last.day
    was = days_said(each.said.get("was"), last)
    return [
        Cell(row.pk, day, cell, was.get(day))
        for day, cell in days_said(each.said.get("days"), last).items()
        if row.days[day - 1] != cell
    ]


def _save_cells(sheet: MonthSheet, cells: list[Cell], by_row: dict[int, Result], by: Actor) -> None:
    concerned = {cell.row_id for cell in cells}
    if not cells:
        return
    try:
        with transaction.atomic():
            saved = months_entry.save_cells(sheet=sheet, changes=cells, by=by)
    except RuleViolation as refusal:  # the month is not open, or not this caller's
        for row_id in concerned:
            by_row[row_id].refuse(refusal)
        return
    for cell in saved.applied:
        by_row[cell.row_id].applied += 1
    for clash in saved.conflicts:
        both = {"day": clash.day, "theirs": clash.theirs, "yours": clash.yours}
        by_row[clash.row_id].conflicts.append(both | {"by": clash.by_name, "at": clash.at.isoformat()})
    for no in saved.refused:
        by_row[no.row_id].refused.append({"day": no.day, "code": no.code, "detail": no.message})


def _entries(each: Given, row: AssignmentMonth) -> list[Entry]:
    values, was = values_said(each.said.get("values")), values_said(each.said.get("was"))
    reasons = values_said(each.said.get("reasons"), text=True)
    return [Entry(row.pk, code, value, reasons.get(code, ""), was.get(code, KEEP)) for code, value in values.items()]


def _save_values(entries: list[Entry], whose: list[Result], by: Actor) -> None:
    saved = save(entries=entries, source=ValueSource.REST, partly=True, by=by)
    by_row = {entry.row_id: result for entry, result in zip(entries, whose, strict=True)}
    for index in saved.written:
        whose[index].applied += 1
    for clash in saved.conflicts:
        theirs = None if clash.theirs is None else plain(clash.theirs)
        yours = None if clash.yours is None else plain(clash.yours)
        both = {"indicator": clash.code, "theirs": theirs, "yours": yours}
        by_row[clash.row_id].conflicts.append(both | {"by": clash.by_name, "at": clash.at.isoformat()})
    for no in saved.refused:
        refusal = no.refusal
        whose[no.index].refused.append({"indicator": no.code, "code": refusal.code, "detail": str(refusal.message)})


def _told(what: str, month: Month, results: Sequence[Result], by: Actor) -> list[dict[str, Any]]:
    """Record the write as one act and return what is answered."""
    counts = Counter(result.outcome for result in results)
    detail = {"month": str(month), "what": what, "rows": len(results), **counts}
    audit.record(act="appraisals.months_written", by=by, label=str(month), detail=detail)
    return [result.as_json() for result in results]
