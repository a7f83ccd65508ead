"""Whose a file is: by the mark in the workbook, else by its name or folder, else by the units its rows name."""

from __future__ import annotations

import hashlib
import json
from typing import Any, NamedTuple

from deploy_admin.jobs.importing.columns import ColumnSet, Context, Unit, folded
from deploy_admin.jobs.importing.records import FileRefused, parse
from deploy_admin.jobs.models import Recognised
from deploy_admin.spreadsheets import Workbook

SHORTEST = 3  # letters of a name that may tell a unit


class Recognition(NamedTuple):
    """The unit and how it was told, or the problem."""

    unit: Unit | None = None
    by: str = ""
    problem: str = ""
    params: dict[str, Any] = {}


def marker(column_set: ColumnSet, context: Context, unit: Unit) -> str:
    """Return the mark of the workbook that is given out to `unit`."""
    mark = {
        "table": column_set.key,
        "unit": unit.id,
        "name": unit.name,
        "collection": _collection(context),
        "for": f"{column_set.title} {column_set.subtitle(context)}".strip(),
    }
    return json.dumps(mark, ensure_ascii=False)


def _collection(context: Context) -> str:
    """Return what tells collections apart: what the form asked for, the year above all, and not the unit."""
    params = {key: value for key, value in context.params.items() if key != "unit"}
    return hashlib.sha256(json.dumps(params, sort_keys=True, default=str).encode()).hexdigest()[:16]


class Recogniser:
    """Knows the units of one collection by everything they are called."""

    def __init__(self, column_set: ColumnSet, context: Context) -> None:
        self.set, self.context = column_set, context
        self.units = {unit.id: unit for unit in column_set.units(context)}
        self.called: dict[str, set[int]] = {}
        for unit in self.units.values():
            for name in (unit.name, unit.code, *unit.names):
                if len(folded(name)) >= SHORTEST:
                    self.called.setdefault(folded(name), set()).add(unit.id)

    def recognise(self, book: Workbook, name: str) -> Recognition:
        """Return whose the workbook is. A mark decides, even against the name; a doubtful name asks the rows."""
        marked = self._by_marker(book.marker)
        if marked is not None:
            return marked
        named = self._by_name(name)
        if len(named) == 1:
            return Recognition(self.units[named[0]], Recognised.FILE_NAME)
        rows = self._by_rows(book)
        if len(rows) == 1:
            return Recognition(self.units[rows[0]], Recognised.ROWS)
        several = named or rows
        if several:
            names = "、".join(self.units[pk].name for pk in several[:6])
            return Recognition(problem="several_units", params={"names": names})
        return Recognition(problem="unrecognised")

    def _by_marker(self, text: str) -> Recognition | None:
        try:
            mark = json.loads(text) if text else None
        except ValueError:
            return None
        if not isinstance(mark, dict) or not {"table", "unit", "name", "collection"} <= mark.keys():
            return None
        made_for = str(mark.get("for") or mark["table"])[:100]
        if mark["table"] != self.set.key:
            return Recognition(problem="other_table", params={"made_for": made_for})
        unit = self.units.get(mark["unit"]) if isinstance(mark["unit"], int) else None
        if mark["collection"] != _collection(self.context):
            return Recognition(unit, problem="other_collection", params={"made_for": made_for})
        if unit is None:
            return Recognition(problem="unit_not_expected", params={"name": str(mark["name"])[:100]})
        return Recognition(unit, Recognised.MARKER)

    def _by_name(self, path: str) -> list[int]:
        """Return the units whose names stand in the path, less those that are only part of another's longer name."""
        whole = folded(path)
        there = {name for name in self.called if name in whole}
        longest = {name for name in there if not any(name != other and name in other for other in there)}
        return sorted({pk for name in longest for pk in self.called[name]})

    def _by_rows(self, book: Workbook) -> list[int]:
        try:
            parsed = parse(book, self.set, self.context)
        except FileRefused:
            return []
        found: set[int] = set()
        for record in parsed.records:
            for key in self.set.unit_columns:
                value = record.values.get(key)
                if isinstance(value, str):
                    found |= self.called.get(folded(value), set())
        return sorted(found)
