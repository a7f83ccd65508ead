"""The month sheet as its page shows it: rows of cells, totals, workload, what may be done now, what happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from appraisals.entry import reading, words
from appraisals.entry.reading import Day, Held
from appraisals.entry.work import Column, WorkCell, cells_of_row, columns_of
from assignments import leave_words, month_words
from assignments.kinds import RosterPattern
from assignments.models import AssignmentMonth, MonthSheet
from assignments.rules.attendance import is_half
from assignments.rules.attendance_codes import CLOSED, DAY_CODES, HALF, CountsAs
from assignments.rules.month_window import Window
from assignments.services import month_window, months_standing
from assignments.states import SHEET_OPEN, SHEET_SHAPES, MonthAnswer, SheetState
from deploy_admin.access import Actor
from deploy_admin.registry.models import Institution

_WARNED = frozenset({"sent_back", "reopened"})
#: The columns of the database behind each total, in half days.
_HALVES = {
    "attended": "attended_halves",
    "leave": "leave_halves",
    "absent": "absent_halves",
    "unchecked": "unchecked_halves",
    "night": "night_halves",
    "extra": "extra_halves",
}
Total = tuple[str, str, str, str]


@dataclass
class RowShown:
    """One person's line: names, cells as HTML, totals, workload; and what the script needs of it."""

    held: Held
    days: list[str]
    base: tuple[str, ...]
    locks: dict[int, tuple[str, str]]
    cells: SafeString
    totals: list[Total]
    work: list[WorkCell | None] = field(default_factory=list)

    @property
    def row(self) -> AssignmentMonth:
        return self.held.row

    @property
    def pk(self) -> int:
        pk: int = self.held.row.pk
        return pk

    @property
    def name(self) -> str:
        return self.held.name

    @property
    def about(self) -> str:
        return self.held.about

    @property
    def speciality(self) -> str:
        return self.held.speciality

    @property
    def url(self) -> str:
        return reverse("appraisals:sheet_row", args=[self.pk])

    @property
    def shifts(self) -> bool:
        return bool(self.row.assignment.roster_pattern == RosterPattern.SHIFT)

    @property
    def answer(self) -> str:
        """What the person says of the month, in words; empty where nothing."""
        return self.row.get_answer_display() if self.row.answer else ""

    @property
    def answer_remark(self) -> str:
        return str(self.row.answer_remark)

    @property
    def disputed(self) -> bool:
        return bool(self.row.answer == MonthAnswer.DISPUTED)

    def for_script(self) -> dict[str, Any]:
        return {
            "id": self.pk,
            "name": self.name,
            "sub": self.about,
            "days": self.days,
            "base": list(self.base),
            "locks": {n: sentence for n, (sentence, _url) in self.locks.items()},
            "due": self.row.duty_days,
            "shifts": self.shifts,
        }


@dataclass
class SheetPage:
    """One sheet in one actor's eyes."""

    sheet: MonthSheet
    actor: Actor
    today: date
    unit: str
    window: Window
    enters: bool
    on_behalf: bool
    days: list[Day]
    rows: list[RowShown]
    columns: list[Column]
    before: dict[str, str] | None
    after: dict[str, str] | None

    @classmethod
    def read(cls, sheet: MonthSheet, actor: Actor, today: date, *, row_ids: Sequence[int] | None = None) -> SheetPage:
        """Read the sheet with everything its page shows: a constant number of queries for any number of people."""
        window = month_window.window_of(sheet, today)
        enters = months_standing.enters(sheet, actor)
        editable = enters and window.may_enter
        days = reading.days_of(sheet)
        held = reading.rows_of(sheet, row_ids=row_ids, open_=editable)
        columns = columns_of(held)
        before, after = _neighbours(sheet, actor)
        rows = [shown(each, days, actor, editable=editable) for each in held]
        for row in rows:
            row.work = cells_of_row(row.held, columns)
        return cls(
            sheet=sheet,
            actor=actor,
            today=today,
            unit=Institution.objects.filter(pk=sheet.institution_id).named(today).get(sheet.institution_id, ""),
            window=window,
            enters=enters,
            on_behalf=enters and sheet.institution_id not in actor.institution_ids,
            days=days,
            rows=rows,
            columns=columns,
            before=before,
            after=after,
        )

    @property
    def pk(self) -> int:
        pk: int = self.sheet.pk
        return pk

    @property
    def version(self) -> int:
        return int(self.sheet.version)

    @property
    def heading(self) -> str:
        return words.month_label(self.sheet.month)

    @property
    def state(self) -> str:
        return str(self.sheet.get_state_display())

    @property
    def shape(self) -> str:
        return SHEET_SHAPES[SheetState(self.sheet.state)]

    @property
    def editable(self) -> bool:
        return self.enters and self.window.may_enter

    @property
    def may_submit(self) -> bool:
        return self.editable and self.window.may_submit

    @property
    def may_withdraw(self) -> bool:
        return self.enters and self.sheet.state == SheetState.SUBMITTED

    @property
    def plain(self) -> bool:
        """Whether nobody entered any exception: the whole month is one tap."""
        return not any(row.row.touched for row in self.rows)

    @property
    def due(self) -> dict[str, Any] | None:
        """By when it is owed, while it is."""
        if self.sheet.state not in SHEET_OPEN or not self.window.may_enter:
            return None
        if self.window.code == "exempt":
            return {"sentence": _("more time until"), "day": self.window.exempt_until}
        return {"sentence": _("to be submitted by"), "day": self.window.submit_by}

    @property
    def returned(self) -> str:
        """Why the district sent it back, while it is with the unit again."""
        return str(self.sheet.reason) if self.sheet.state == SheetState.RETURNED else ""

    @property
    def shut(self) -> str:
        """Why it cannot be changed, to whom it concerns."""
        return "" if self.editable or not self.enters else month_window.sentence_of(self.window)

    @property
    def hint(self) -> dict[str, str] | None:
        """What to know before entering: late, more time, too early to submit, a calendar that may move."""
        if not self.editable:
            return None
        if self.window.code == "exempt":
            reason = str(self.sheet.exemption_reason)
            text = _("The month is closed to others; you have more time until %(day)s: %(reason)s")
            return {"kind": "info", "text": text % {"day": self.window.exempt_until, "reason": reason}}
        if self.window.is_late:
            text = _("The day for submitting has passed. Until %(day)s it is still taken, marked as late.")
            return {"kind": "warn", "text": text % {"day": self.window.feed_back_by}}
        if not self.window.may_submit:
            text = _("Enter from day to day as you like; the month is submitted from %(day)s on.")
            return {"kind": "info", "text": text % {"day": self.window.submit_from}}
        return None

    @property
    def lead(self) -> int:
        """How many places of the first week lie before the month."""
        return int(self.sheet.month.weekday())

    @property
    def saved_at(self) -> Any:
        touched = [row.row for row in self.rows if row.row.updated_by_name and row.row.updated_by_id]
        return max((row.updated_at for row in touched), default=None)

    @property
    def saved_by(self) -> str:
        return next((r.row.updated_by_name for r in self.rows if r.row.updated_at == self.saved_at), "")

    @property
    def present(self) -> list[int | str]:
        """How many are at the post on each day."""
        counts = [sum(is_present(row.days[n]) for row in self.rows) for n in range(len(self.days))]
        return [count or "" for count in counts]

    @property
    def sums(self) -> list[tuple[str, str]]:
        """The totals of all."""
        totals = {key: sum(getattr(row.row, name) for row in self.rows) for key, name in _HALVES.items()}
        totals["due"] = 2 * sum(row.row.duty_days for row in self.rows)
        return [(key, shown_total(key, totals[key])) for key, _short, _long in words.total_heads()]

    @property
    def check(self) -> str:
        """What the stamped paper is compared by: people, then every total."""
        parts = [f"{short} {value or 0}" for (_key, value), (_k, short, _l) in zip(self.sums, words.total_heads())]  # noqa: B905
        return " · ".join([_("%(n)d people") % {"n": len(self.rows)}, *parts, f"R{self.sheet.revision}"])

    @property
    def steps(self) -> list[dict[str, Any]]:
        """What happened to the sheet, the latest last."""
        found = []
        for step in self.sheet.steps.order_by("id"):
            mark = _("on behalf of the unit") if step.on_behalf else ""
            by = _("System") if step.by_name == "system" else step.by_name
            text = " · ".join(filter(None, (month_words.step_words(step.act), by, mark)))
            kind = "attn" if step.act in _WARNED else "done"
            found.append({"when": step.at, "text": text, "detail": step.reason, "kind": kind})
        return found


def shown(held: Held, days: Sequence[Day], actor: Actor, *, editable: bool) -> RowShown:
    """Return one row as a page shows it to this actor; private kinds of leave only to whom they are told."""
    row, prefilled = held.row, held.prefilled
    cells = list(row.days) if leave_words.knows_kinds(actor) else [masked(cell) for cell in row.days]
    base = prefilled.days if prefilled else tuple(cells)
    locks = {
        n: reading.lock_of(ref)
        for n, ref in (prefilled.locks if prefilled else {}).items()
        if row.days[n - 1][0] not in prefilled.also.get(n, "")  # type: ignore[union-attr]
    }
    html = "".join(
        _cell(held.name, day, cell, base[day.d - 1], locks.get(day.d)) for day, cell in zip(days, cells, strict=True)
    )
    return RowShown(held, cells, base, locks, mark_safe(html), totals_of(row))  # noqa: S308 -- escaped in _cell


def _cell(name: str, day: Day, cell: str, base: str, lock: tuple[str, str] | None) -> str:
    css = ["c", f"v-{cell[0]}"]
    css += filter(None, (day.css, "half" if is_half(cell) else "", "edited" if cell != base and not lock else ""))
    off = cell in ("X", "H") and day.css in ("rest", "hol")
    sign = "" if cell == CLOSED or off else words.cell_sign(cell)
    label = f"{name} {day.label}，{month_words.cell_words(cell)}"
    held = f' data-lock="1" title="{escape(lock[0])}"' if lock else ""
    return (
        f'<td role="gridcell" class="{" ".join(css)}" tabindex="-1" data-d="{day.d}" '
        f'aria-label="{escape(label)}"{held}>{escape(sign)}</td>'
    )


def masked(cell: str) -> str:
    """Return a private kind of leave as leave of some kind."""
    private = DAY_CODES[cell[0]].leave_kind in leave_words.PRIVATE_KINDS
    return "Q" + cell[1:] if private else cell


def is_present(cell: str) -> bool:
    """Whether somebody is there on the day, and be it for half of it."""
    return cell.endswith(HALF) or DAY_CODES[cell[0]].counts_as is CountsAs.ATTENDED


def totals_of(row: AssignmentMonth) -> list[Total]:
    """Return key, days, style and word of each total of a row."""
    halves = {key: getattr(row, name) for key, name in _HALVES.items()} | {"due": 2 * row.duty_days}
    return [
        (key, shown_total(key, halves[key]), " short" if key in ("absent", "unchecked") and halves[key] else "", long)
        for key, _short, long in words.total_heads()
    ]


def shown_total(key: str, halves: int) -> str:
    return words.days(halves) if halves or key in ("due", "attended") else ""


def _neighbours(sheet: MonthSheet, actor: Actor) -> tuple[dict[str, str] | None, dict[str, str] | None]:
    """Return the unit's sheets of the month before and after, where there are any. One query."""
    wanted = (sheet.period.previous.first, sheet.period.next.first)
    rows = MonthSheet.objects.visible_to(actor).filter(institution=sheet.institution_id, month__in=wanted)
    found = {
        row.month: {"url": row.get_absolute_url(), "label": words.month_label(row.month)} for row in rows.order_by()
    }
    return found.get(wanted[0]), found.get(wanted[1])
