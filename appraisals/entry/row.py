"""One person's month as a page of plain fields: days, counts of work, the way to the person before and after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse

from appraisals.entry import reading, words
from appraisals.entry.page import RowShown, SheetPage
from assignments import month_words
from assignments.models import AssignmentMonth, MonthSheet
from assignments.rules.attendance_codes import CLOSED
from deploy_admin.access import Actor


@dataclass(frozen=True, slots=True)
class DayField:
    """One day: a field with its choices, or what stands there for good."""

    d: int
    css: str
    sign: str
    label: str
    fixed: bool
    said: str
    cell: str
    chosen: str
    choices: tuple[tuple[str, str], ...]
    lock: str
    lock_url: str


@dataclass
class RowPage:
    """One row in one actor's eyes."""

    page: SheetPage
    shown: RowShown
    may_see_sheet: bool
    before: str
    after: str

    @classmethod
    def read(cls, row: AssignmentMonth, actor: Actor, today: date) -> RowPage:
        """Read the row with everything its page shows."""
        page = SheetPage.read(row.sheet, actor, today, row_ids=[row.pk])
        may_see_sheet = MonthSheet.objects.visible_to(actor).filter(pk=row.sheet_id).exists()
        before = after = ""
        if may_see_sheet:
            order = list(AssignmentMonth.objects.filter(sheet=row.sheet_id).for_list().values_list("pk", flat=True))
            place = order.index(row.pk)
            before = _url(order[place - 1]) if place else ""
            after = _url(order[place + 1]) if place + 1 < len(order) else ""
        return cls(page, page.rows[0], may_see_sheet, before, after)

    def __getattr__(self, name: str) -> Any:
        """Name, totals, workload and the rest are the row's own."""
        return getattr(self.shown, name)

    @property
    def lead(self) -> range:
        """Empty places of the first week."""
        return range(self.page.lead)

    @property
    def assignment_url(self) -> str:
        url: str = self.shown.row.assignment.get_absolute_url()
        return url

    @property
    def cycle(self) -> str:
        return reading.cycle_of(self.shown.row)

    @property
    def day_fields(self) -> list[DayField]:
        """The days as fields; closed days and those a record holds are said and not asked."""
        found, touched = [], self.shown.row.touched
        for day in self.page.days:
            cell, base = self.shown.days[day.d - 1], self.shown.base[day.d - 1]
            lock, lock_url = self.shown.locks.get(day.d, ("", ""))
            fixed = not self.page.editable or bool(lock) or CLOSED in (cell, base)
            said = f"{words.cell_sign(cell)} {month_words.cell_words(cell)}".strip()
            chosen = cell if touched >> (day.d - 1) & 1 else ""
            choices = () if fixed else tuple(words.cell_choices(base))
            found.append(
                DayField(day.d, day.css, day.sign, day.label, fixed, said, cell, chosen, choices, lock, lock_url)
            )
        return found


def _url(row_id: int) -> str:
    return reverse("appraisals:sheet_row", args=[row_id])
