"""Rows of a bulk write as they arrive: whose they are, checked key by key; what is not known is refused."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from assignments.models import AssignmentMonth, MonthSheet
from assignments.rules.attendance_codes import CELLS
from assignments.services import months_opening
from deploy_admin import clock
from deploy_admin.access import Actor, Reach
from deploy_admin.errors import RuleViolation
from deploy_admin.months import Month

ROWS_AT_ONCE = 5_000
_CELLS = frozenset(CELLS)


@dataclass
class Result:
    """What became of one row, in the place it had in the list."""

    index: int
    assignment: int | None = None
    row: int | None = None
    applied: int = 0
    conflicts: list[dict[str, Any]] = field(default_factory=list)
    refused: list[dict[str, Any]] = field(default_factory=list)
    code: str = ""
    detail: str = ""

    def refuse(self, refusal: RuleViolation) -> None:
        """Refuse the row as a whole."""
        self.code, self.detail = refusal.code, str(refusal.message)

    @property
    def outcome(self) -> str:
        if self.code or self.refused:
            return "refused"
        if self.conflicts:
            return "conflict"
        return "applied" if self.applied else "unchanged"

    def as_json(self) -> dict[str, Any]:
        """Return the result as it is answered and kept."""
        return {
            "index": self.index,
            "assignment": self.assignment,
            "row": self.row,
            "result": self.outcome,
            "applied": self.applied,
            "conflicts": self.conflicts,
            "refused": self.refused,
            "code": self.code,
            "detail": self.detail,
        }


@dataclass(frozen=True, slots=True)
class Given:
    """One row that may be looked up: its result to be, and what it says."""

    result: Result
    assignment: int
    institution: int | None
    said: Mapping[str, Any]


def given(rows: Sequence[Any], keys: Collection[str]) -> tuple[list[Result], list[Given]]:
    """Return a result for every row, and those rows that name an assignment and nothing unknown."""
    results, found = [], []
    for index, row in enumerate(rows):
        result = Result(index)
        results.append(result)
        try:
            found.append(_given(row, result, frozenset(keys)))
        except RuleViolation as refusal:
            result.refuse(refusal)
    return results, found


def _given(row: Any, result: Result, keys: frozenset[str]) -> Given:
    if not isinstance(row, dict):
        raise RuleViolation(_("A row is an object."), "row_shape")
    number = row.get("assignment")
    if isinstance(number, int) and not isinstance(number, bool):
        result.assignment = number
    allowed = {"assignment", "institution", *keys}
    if unknown := sorted(str(key)[:40] for key in row if key not in allowed):
        sentence = _("Not taken: %(keys)s. A row says %(allowed)s; nothing about patients belongs here.")
        said = {"keys": ", ".join(unknown[:10]), "allowed": ", ".join(sorted(allowed))}
        raise RuleViolation(sentence % said, "key_unknown")
    if result.assignment is None or not 0 < result.assignment < 2**63:
        raise RuleViolation(_("Name the assignment by its number."), "assignment_missing")
    unit = row.get("institution")
    if unit is not None and (not isinstance(unit, int) or isinstance(unit, bool)):
        raise RuleViolation(_("Name the institution by its number."), "institution_shape")
    return Given(result, result.assignment, unit, row)


def lock_rows(found: Iterable[Given], month: Month, by: Actor) -> dict[int, AssignmentMonth]:
    """Return by place in the list the month that each row means, its sheet held to the end; refuse the others.

    A month nobody has opened yet is opened. A constant number of queries for any number of rows.
    """
    rows = list(found)
    ids = {each.assignment for each in rows}
    there = _there(ids, month, by)
    if by.reach is Reach.UNIT and ids - {row.assignment_id for row in there} and month.first <= clock.today():
        months_opening.open_month(month, institution_ids=sorted(by.institution_ids), by=by)
        there = _there(ids, month, by)
    sheets = sorted({row.sheet_id for row in there})
    list(MonthSheet.objects.filter(pk__in=sheets).select_for_update(of=("self",), no_key=True).order_by("pk"))
    held: dict[int, list[AssignmentMonth]] = {}
    for row in _there(ids, month, by) if sheets else []:
        held.setdefault(row.assignment_id, []).append(row)
    meant: dict[int, AssignmentMonth] = {}
    taken: set[int] = set()
    for each in rows:
        try:
            row = _meant(each, held.get(each.assignment, []), taken)
        except RuleViolation as refusal:
            each.result.refuse(refusal)
            continue
        taken.add(row.pk)
        each.result.row = row.pk
        meant[each.result.index] = row
    return meant


def _there(ids: set[int], month: Month, by: Actor) -> list[AssignmentMonth]:
    sheets = MonthSheet.objects.visible_to(by).of(month).order_by().values("pk")
    rows = AssignmentMonth.objects.filter(month=month.first, assignment__in=ids, sheet__in=sheets)
    return list(rows.select_related("sheet").order_by("pk"))


def _meant(each: Given, rows: list[AssignmentMonth], taken: set[int]) -> AssignmentMonth:
    if each.institution is not None:
        rows = [row for row in rows if row.sheet.institution_id == each.institution]
    if not rows:
        raise RuleViolation(_("This assignment has no such month at a unit of yours."), "row_unknown")
    if len(rows) > 1:
        sentence = _("The person moved within the month: name the institution too.")
        raise RuleViolation(sentence, "row_ambiguous")
    if rows[0].pk in taken:
        raise RuleViolation(_("This assignment stands in the list twice."), "row_twice")
    return rows[0]


def days_said(said: Any, last: int) -> dict[int, str]:
    """Return the cells by day of `{"3": "B"}` or of a list with one place for each day; null says nothing."""
    if said is None:
        return {}
    if isinstance(said, list):
        if len(said) != last:
            raise RuleViolation(_("A list of days has %(count)s places.") % {"count": last}, "days_length")
        said = {str(day): cell for day, cell in enumerate(said, 1)}
    if not isinstance(said, dict):
        raise RuleViolation(_("Days are an object by day, or a list."), "days_shape")
    found = {}
    for day, cell in said.items():
        if not (isinstance(day, str) and day.isascii() and day.isdigit() and len(day) < 3 and 1 <= int(day) <= last):
            raise RuleViolation(_("The month has no such day: %(day)s.") % {"day": str(day)[:10]}, "day_unknown")
        if cell is None:
            continue
        if not isinstance(cell, str) or cell not in _CELLS:
            sentence = _("“%(cell)s” is not a code of the attendance list.") % {"cell": str(cell)[:20]}
            raise RuleViolation(sentence, "code_unknown")
        found[int(day)] = cell
    return found


def values_said(said: Any, *, text: bool = False) -> dict[str, Any]:
    """Return numbers (or, of reasons, texts) by the code of their indicator; null clears a number."""
    if said is None:
        return {}
    if not isinstance(said, dict):
        raise RuleViolation(_("Values are an object by the indicator's code."), "values_shape")
    kinds = (str,) if text else (int, Decimal, str, type(None))
    for code, value in said.items():
        if not isinstance(value, kinds) or isinstance(value, bool):
            raise RuleViolation(_("“%(code)s” is not a number.") % {"code": str(code)[:60]}, "not_a_number")
    return dict(said)
