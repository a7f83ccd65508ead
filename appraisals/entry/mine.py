"""The deployed person's own months: what the unit has of them, what was said, what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from appraisals.entry import reading, words
from appraisals.entry.page import Total, totals_of
from appraisals.entry.work import WorkCell, cell_of
from appraisals.models import ReleasedScore
from assignments import month_words
from assignments.models import AssignmentMonth
from assignments.rules.attendance_codes import CLOSED
from assignments.states import SHEET_HANDED_IN, SHEET_SHAPES, MonthAnswer, SheetState
from deploy_admin.registry.models import Institution


@dataclass(frozen=True, slots=True)
class Line:
    """One month in the list."""

    url: str
    label: str
    unit: str
    state: str
    shape: str
    attended: str
    due: int
    answer: str
    answer_shape: str
    released: bool
    points: Any
    score_url: str


@dataclass(frozen=True, slots=True)
class ShownDay:
    """One day of the own calendar."""

    d: int
    css: str
    code: str
    said: str
    label: str


@dataclass(frozen=True, slots=True)
class Field:
    """One count of the own work: open to say, or as the unit confirmed it."""

    cell: WorkCell
    open: bool
    error: str
    typed: str | None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.cell, name)

    @property
    def said(self) -> str:
        if self.typed is not None:
            return self.typed
        return self.cell.said or self.cell.value

    @property
    def shown(self) -> str:
        return self.cell.value

    @property
    def confirmed(self) -> str:
        return _("confirmed by the unit") if self.cell.is_confirmed else ""


class MyMonth:
    """One own month with everything its page shows."""

    def __init__(self, row: AssignmentMonth, today: date, typed: Mapping[str, str] | None = None) -> None:
        self.row, self.sheet, self.today = row, row.sheet, today
        self.held = reading.rows_of(row.sheet, row_ids=[row.pk], open_=False)[0]
        self.typed = typed or {}
        self.errors: dict[str, str] = {}
        self._released = standing_scores([row.pk]).get(row.pk)

    @property
    def pk(self) -> int:
        pk: int = self.row.pk
        return pk

    @property
    def heading(self) -> str:
        return words.month_label(self.row.month)

    @property
    def unit(self) -> str:
        units = Institution.objects.filter(pk=self.sheet.institution_id)
        return units.named(self.today).get(self.sheet.institution_id, "")

    @property
    def state(self) -> str:
        return str(self.sheet.get_state_display())

    @property
    def shape(self) -> str:
        return SHEET_SHAPES[SheetState(self.sheet.state)]

    @property
    def lead(self) -> range:
        return range(self.row.month.weekday())

    @property
    def totals(self) -> list[Total]:
        return totals_of(self.row)

    @property
    def days(self) -> list[ShownDay]:
        found = []
        for day, cell in zip(reading.days_of(self.sheet), self.row.days, strict=True):
            css = " ".join(filter(None, (day.css, "half" if cell.endswith("h") else "")))
            said = "" if cell == CLOSED else words.cell_sign(cell)
            label = f"{day.label}，{month_words.cell_words(cell)}"
            found.append(ShownDay(day.d, css, f"v-{cell[0]}", said, label))
        return found

    @property
    def may_say(self) -> bool:
        """Whether the own work may still be said: until the month is released."""
        return bool(self.sheet.state != SheetState.RELEASED and self.sheet.month <= self.today)

    @property
    def work(self) -> list[Field]:
        """What is asked of the person; points that the unit gives are the unit's to say."""
        found = []
        for asked in self.held.asked:
            if asked.is_judged:
                continue
            cell = cell_of(self.held, asked)
            may = self.may_say and not cell.is_confirmed
            found.append(Field(cell, may, self.errors.get(cell.code, ""), self.typed.get(cell.name)))
        return found

    @property
    def may_answer(self) -> bool:
        return self.sheet.state in SHEET_HANDED_IN and self.sheet.state != SheetState.RELEASED

    @property
    def answer(self) -> str:
        return self.row.get_answer_display() if self.row.answer else ""

    @property
    def answer_shape(self) -> str:
        return words.ANSWER_SHAPES[MonthAnswer(self.row.answer)]

    @property
    def answer_remark(self) -> str:
        return str(self.row.answer_remark)

    @property
    def released(self) -> bool:
        return self._released is not None

    @property
    def points(self) -> Any:
        return self._released.points if self._released else None

    @property
    def score_url(self) -> str:
        return _score_url(self._released) if self._released else ""


def lines(rows: Sequence[AssignmentMonth], today: date) -> list[Line]:
    """Return own months in words: a constant number of queries."""
    units = Institution.objects.filter(pk__in={row.sheet.institution_id for row in rows}).named(today)
    scores = standing_scores([row.pk for row in rows])
    return [
        Line(
            url=reverse("appraisals:my_month", args=[row.pk]),
            label=words.month_label(row.month),
            unit=units.get(row.sheet.institution_id, ""),
            state=row.sheet.get_state_display(),
            shape=SHEET_SHAPES[SheetState(row.sheet.state)],
            attended=words.days(row.attended_halves),
            due=row.duty_days,
            answer=row.get_answer_display(),
            answer_shape=words.ANSWER_SHAPES[MonthAnswer(row.answer)],
            released=row.pk in scores,
            points=scores[row.pk].points if row.pk in scores else None,
            score_url=_score_url(scores[row.pk]) if row.pk in scores else "",
        )
        for row in rows
    ]


def standing_scores(row_ids: Sequence[int]) -> dict[int, ReleasedScore]:
    """Return what was released of these rows and no correction has replaced. One query."""
    return {row.row_id: row for row in ReleasedScore.objects.standing().filter(row__in=row_ids).defer("explanation")}


def _score_url(released: ReleasedScore) -> str:
    return released.get_absolute_url()
