"""Entering a month: cells saved one by one against what somebody else may have set, pastes, rosters of shifts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from assignments.kinds import RosterPattern
from assignments.models import Assignment, AssignmentMonth, MonthSheet, RosterCycle
from assignments.rules.attendance import Prefilled
from assignments.rules.attendance_codes import CELLS, CLOSED, DAY_CODES, CountsAs
from assignments.rules.attendance_paste import parse
from assignments.services import month_window, months_opening, months_rows, months_standing, moving, standing_of
from assignments.services.months_ground import MonthGround
from assignments.services.months_rows import Written
from assignments.states import SHEET_OPEN
from deploy_admin import clock
from deploy_admin.access import Actor, Permission
from deploy_admin.audit import services as audit
from deploy_admin.db import refusals
from deploy_admin.errors import RuleViolation


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell as it is to be; None goes back to what is prefilled. `was` is what its writer saw, if that is asked."""

    row_id: int
    day: int
    cell: str | None
    was: str | None = None


@dataclass(frozen=True, slots=True)
class Conflicting:
    """A cell that somebody else set meanwhile: both values, and by whom and when the row was changed last."""

    row_id: int
    day: int
    theirs: str
    yours: str
    by_name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Refused:
    """A cell that is not the unit's to set: outside the stay, or held by a record that the sentence names."""

    row_id: int
    day: int
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of the cells, and the rows concerned as they are now, totals included."""

    applied: tuple[Cell, ...]
    conflicts: tuple[Conflicting, ...]
    refused: tuple[Refused, ...]
    rows: Mapping[int, AssignmentMonth]


@transaction.atomic
def save_cells(*, sheet: MonthSheet, changes: Sequence[Cell], keep: str = "", by: Actor) -> Saved:
    """Set cells that are still as their writer saw them; the others come back as conflicts, nothing is lost.

    `keep="mine"` sets them all the same. Locked and closed days are refused one by one, the rest is saved.
    """
    held = take(sheet, by)
    months_standing.may_enter(held, by)
    month_window.check_open(held, by)
    rows = _rows(held, {change.row_id for change in changes})
    _check(changes, rows, held)
    ground = MonthGround(held.period, institution_ids=[held.institution_id])
    prefilled = {pk: ground.prefilled(held.institution_id, row.assignment_id) for pk, row in rows.items()}
    return _Saving(held, rows, prefilled, keep == "mine").save(changes, by)


@transaction.atomic
def paste(*, sheet: MonthSheet, text: str, row_ids: Sequence[int], first_day: int = 1, by: Actor) -> Saved:
    """Set what was copied out of a spreadsheet from one cell on: the rows in their order on the page, days onwards.

    Empty cells go back to what is prefilled. One unreadable cell, or one beyond the sheet, and nothing is set.
    """
    pasted = parse(text)
    if pasted.unknown:
        named = ", ".join(f"“{cell.strip()[:20]}”" for _r, _c, cell in pasted.unknown[:5])
        places = [{"row": r, "column": c, "text": cell[:40]} for r, c, cell in pasted.unknown[:50]]
        sentence = _("Nothing was pasted: %(cells)s cannot be read.") % {"cells": named}
        raise RuleViolation(sentence, "cell_unreadable", context={"unknown": places})
    last_day = sheet.period.last.day
    if len(pasted.grid) > len(row_ids) or any(first_day + len(row) - 1 > last_day for row in pasted.grid):
        raise RuleViolation(_("Nothing was pasted: it reaches beyond the sheet."), "paste_too_large")
    changes = [
        Cell(row_id, first_day + n, cell)
        for row_id, row in zip(row_ids, pasted.grid, strict=False)
        for n, cell in enumerate(row)
    ]
    return save_cells(sheet=sheet, changes=changes, by=by)


@transaction.atomic
def set_cycle(*, assignment: Assignment, valid_from: date, cells: Sequence[str], by: Actor) -> RosterCycle:
    """Say how somebody's shifts repeat from a day on: day duty P, night duty N, rest X; open months follow."""
    held = moving.hold(assignment, None, by)
    on_behalf = standing_of.may_act_for_receiver(held, by, Permission.MONTHS_ENTER)
    if held.roster_pattern != RosterPattern.SHIFT:
        sentence = _("%(name)s does not work shifts; change the roster pattern first.")
        raise RuleViolation(sentence % {"name": held.worker.name}, "not_shift")
    if not held.starts_on <= valid_from <= held.ends_on:
        sentence = _("This day lies outside the assignment.")
        raise RuleViolation(sentence, "outside_assignment", fields={"valid_from": sentence})
    with refusals():
        cycle, _made = RosterCycle.objects.update_or_create(
            assignment=held,
            valid_from=valid_from,
            defaults={"cells": list(cells), "recorded_by_name": by.name[:150], "recorded_at": clock.now()},
        )
    detail = {"assignment": held.pk, "worker": held.worker_id, "from": valid_from, "cells": "".join(cells)}
    detail |= {"on_behalf": True} if on_behalf else {}
    audit.record(act="assignments.roster_set", by=by, on=cycle, label=held.worker.name, detail=detail)
    rows = AssignmentMonth.objects.filter(assignment=held, sheet__state__in=SHEET_OPEN)
    months_opening.refresh(set(rows.values_list("sheet_id", flat=True)))
    return cycle


def take(sheet: MonthSheet, by: Actor) -> MonthSheet:
    """Lock a seen sheet to the end of the transaction and return it as it is then."""
    seen = MonthSheet.objects.visible_to(by).filter(pk=sheet.pk)
    found: MonthSheet | None = seen.select_for_update(of=("self",), no_key=True).first()
    if found is None:
        raise months_standing.unknown()
    return found


# ------------------------------------------------------------ steps


class _Saving:
    """One save: cells sorted into what is set, what clashes, what is not the unit's."""

    def __init__(
        self,
        sheet: MonthSheet,
        rows: Mapping[int, AssignmentMonth],
        prefilled: Mapping[int, Prefilled],
        mine: bool,
    ) -> None:
        self.sheet, self.rows, self.prefilled, self.mine = sheet, rows, prefilled, mine
        self.applied: list[Cell] = []
        self.conflicts: list[Conflicting] = []
        self.refused: list[Refused] = []
        self.told: list[list[Any]] = []

    def save(self, changes: Iterable[Cell], by: Actor) -> Saved:
        for change in changes:
            self._set(change)
        changed = {row_id for row_id, *_rest in self.told}
        written = [self._written(self.rows[pk]) for pk in sorted(changed)]
        months_rows.write(written, by)
        if written:
            MonthSheet.objects.filter(pk=self.sheet.pk).update(revision=F("revision") + 1, updated_at=clock.now())
            label = f"{self.sheet.month:%Y-%m}"
            detail = {"cells": self.told, "count": len(self.told)}
            audit.record(act="assignments.month_saved", by=by, on=self.sheet, label=label, detail=detail)
        rows = AssignmentMonth.objects.filter(pk__in=list(self.rows)).select_related("assignment__worker")
        return Saved(tuple(self.applied), tuple(self.conflicts), tuple(self.refused), {row.pk: row for row in rows})

    def _set(self, change: Cell) -> None:
        row, prefilled = self.rows[change.row_id], self.prefilled[change.row_id]
        now = row.days[change.day - 1]
        then = prefilled.days[change.day - 1] if change.cell is None else change.cell
        if now == then:
            self.applied.append(change)
        elif (refused := self._refusal(change, row, prefilled, then)) is not None:
            self.refused.append(refused)
        elif change.was is not None and change.was != now and not self.mine:
            self.conflicts.append(Conflicting(row.pk, change.day, now, then, row.updated_by_name, row.updated_at))
        else:
            row.days[change.day - 1] = then
            bit = 1 << (change.day - 1)
            row.touched = row.touched & ~bit if change.cell is None else row.touched | bit
            self.applied.append(change)
            self.told.append([row.pk, change.day, _told(now), _told(then)])

    def _refusal(self, change: Cell, row: AssignmentMonth, prefilled: Prefilled, then: str) -> Refused | None:
        day = self.sheet.month + timedelta(days=change.day - 1)
        words = {"name": row.assignment.worker.name, "day": day.isoformat()}
        if prefilled.days[change.day - 1] == CLOSED or then == CLOSED:
            sentence = _("%(name)s: %(day)s is not a day at this unit, or is one; days are opened by the assignment.")
            return Refused(row.pk, change.day, "day_closed", sentence % words)
        ref = prefilled.locks.get(change.day)
        if ref is None or then[0] in prefilled.also.get(change.day, ""):
            return None
        if ref.startswith("leave:"):
            sentence = _("%(name)s has approved leave on %(day)s: take the leave back first.")
        else:
            sentence = _("%(name)s: an absence on %(day)s is recorded; decide it or take it back first.")
        return Refused(row.pk, change.day, "day_locked", sentence % words)

    def _written(self, row: AssignmentMonth) -> Written:
        return Written(row.pk, tuple(row.days), row.touched, row.duty_days)


def _told(cell: str) -> str:
    """Return what the audit record keeps of a cell: leave is not told by its kind."""
    return "leave" if DAY_CODES[cell[0]].counts_as is CountsAs.LEAVE else cell


def _rows(sheet: MonthSheet, ids: Collection[int]) -> dict[int, AssignmentMonth]:
    """Return the rows at hand; refuse one that stands on another sheet."""
    rows = AssignmentMonth.objects.filter(sheet=sheet, pk__in=ids).select_related("assignment__worker")
    found = {row.pk: row for row in rows}
    if len(found) != len(ids):
        raise RuleViolation(_("This person does not stand on the sheet any more; load it again."), "row_unknown")
    return found


def _check(changes: Iterable[Cell], rows: Mapping[int, AssignmentMonth], sheet: MonthSheet) -> None:
    last = sheet.period.last.day
    for change in changes:
        if not 1 <= change.day <= last:
            raise RuleViolation(_("The month has no such day: %(day)s.") % {"day": change.day}, "day_unknown")
        if change.cell is not None and change.cell not in CELLS:
            sentence = _("“%(cell)s” is not a code of the attendance list.") % {"cell": change.cell[:20]}
            raise RuleViolation(sentence, "code_unknown")
