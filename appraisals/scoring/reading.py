"""Months read for scoring: a fixed number of statements for any number of rows, numbers as exact text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.db import connection

from appraisals.rules.absences import Away, Missed, missed
from assignments.states import SHEET_HANDED_IN
from deploy_admin.policies.language.month import SheetMeasure
from deploy_admin.registry.models import Indicator

Texts = Mapping[str, str | None]


class Row(NamedTuple):
    """One assignment-month as it is scored; the names are the columns'."""

    id: int
    sheet_id: int
    month: date
    duty_days: int
    attended_halves: int
    leave_halves: int
    personal_halves: int
    sick_halves: int
    absent_halves: int
    unchecked_halves: int
    night_halves: int
    extra_halves: int
    round_halves: int
    institution_id: int
    assignment_id: int
    worker_id: int
    scheme: str
    speciality: str
    roster_pattern: str
    full_time: bool
    is_partial: bool
    digest: str | None


#: What a measure of the sheet is read from; absences are read from their own rows.
HALVES: dict[str, int] = {
    SheetMeasure.ATTENDANCE_DAYS: Row._fields.index("attended_halves"),
    SheetMeasure.LEAVE_DAYS: Row._fields.index("leave_halves"),
    SheetMeasure.PERSONAL_LEAVE_DAYS: Row._fields.index("personal_halves"),
    SheetMeasure.SICK_LEAVE_DAYS: Row._fields.index("sick_halves"),
    SheetMeasure.NIGHT_DUTIES: Row._fields.index("night_halves"),
    SheetMeasure.REST_DAY_DUTIES: Row._fields.index("extra_halves"),
    SheetMeasure.ROUND_DAYS: Row._fields.index("round_halves"),
}
DUTY_DAYS = Row._fields.index("duty_days")
ABSENT = (SheetMeasure.ABSENT_DAYS, SheetMeasure.ABSENT_TIMES)
#: Half days as days: 39 is 19.5. A month has 62 at most.
DAYS = tuple(str(n // 2) if n % 2 == 0 else f"{n // 2}.5" for n in range(64))
NOTHING_MISSED = Missed(0, 0, (), ())

_ROWS = """
SELECT r.id, r.sheet_id, r.month, r.duty_days, r.attended_halves, r.leave_halves, r.personal_halves, r.sick_halves,
    r.absent_halves, r.unchecked_halves, r.night_halves, r.extra_halves, r.round_halves, m.institution_id,
    r.assignment_id, a.worker_id, a.scheme, coalesce(nullif(a.speciality, ''), w.speciality), a.roster_pattern,
    a.full_time, 'Z' = ANY(r.days), s.digest
FROM assignments_assignmentmonth r
JOIN assignments_monthsheet m ON m.id = r.sheet_id
JOIN assignments_assignment a ON a.id = r.assignment_id
JOIN people_healthworker w ON w.id = a.worker_id
LEFT JOIN appraisals_score s ON s.row_id = r.id
WHERE {where}
ORDER BY r.sheet_id, r.id
"""
_EARLIER = (
    "a.worker_id = ANY(%s) AND r.month < %s AND m.state = ANY(%s)"  # by the worker's assignments, then their months
)
_WORKLOAD = """
SELECT w.row_id, w.indicator_id, trim_scale(w.value)::text
FROM appraisals_workload w
WHERE w.row_id = ANY(%s) AND w.value IS NOT NULL
"""
_AWAY = """
SELECT assignment_id, first_day, last_day, state
FROM assignments_absence
WHERE assignment_id = ANY(%s) AND first_day <= %s AND last_day >= %s AND state <> 'withdrawn'
ORDER BY assignment_id, first_day
"""
_CELLS = "SELECT id, days FROM assignments_assignmentmonth WHERE id = ANY(%s)"


class Months:
    """Some rows with everything that was entered about them: workload by row, absences where there are any."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.rows = tuple(rows)
        self.workload = _workload([row.id for row in self.rows])
        # After the workload, so that whatever is counted in has its code.
        self.codes: Mapping[str, int] = dict(Indicator.objects.values_list("code", "pk"))
        self.missed = _missed(self.rows)

    @classmethod
    def of_sheets(cls, sheet_ids: Collection[int]) -> Months:
        """Read the rows of these sheets."""
        return cls(_read("r.sheet_id = ANY(%s)", [list(sheet_ids)]))

    @classmethod
    def of_rows(cls, row_ids: Collection[int]) -> Months:
        """Read these rows."""
        return cls(_read("r.id = ANY(%s)", [list(row_ids)]))

    @classmethod
    def before(cls, worker_ids: Collection[int], month: date) -> Months:
        """Read what these people handed in before the month."""
        return cls(_read(_EARLIER, [list(worker_ids), month, [str(state) for state in SHEET_HANDED_IN]]))

    def missed_in(self, row: Row) -> Missed:
        """Return what is known of the row's absences; nothing where there are none."""
        return self.missed.get(row.id, NOTHING_MISSED)

    def text(self, row: Row, measure: str) -> str | None:
        """Return one value as exact text; None where it is not known."""
        if (at := HALVES.get(measure)) is not None:
            if measure == SheetMeasure.ATTENDANCE_DAYS and self.missed_in(row).unchecked:
                return None
            halves: Any = row[at]
            return DAYS[halves]
        if measure == SheetMeasure.DUTY_DAYS:
            return str(row.duty_days)
        if measure in ABSENT:
            found = self.missed_in(row)
            if found.open:
                return None
            return DAYS[found.halves] if measure == SheetMeasure.ABSENT_DAYS else str(found.times)
        number = self.codes.get(measure)
        return None if number is None else self.workload.get(row.id, {}).get(number)

    def lacking(self, row: Row) -> dict[str, tuple[str, ...]]:
        """Return why values of the sheet are not known."""
        found = self.missed.get(row.id)
        if found is None:
            return {}
        said: dict[str, tuple[str, ...]] = {}
        if found.unchecked:
            said[SheetMeasure.ATTENDANCE_DAYS.value] = found.unchecked
        if found.open:
            said |= dict.fromkeys((each.value for each in ABSENT), found.open)
        return said

    def with_cells(self, row: Row, cells: Collection[str], totals: Mapping[str, int]) -> Months:
        """Return these months with one row as it would be with other cells; nothing is written."""
        other = Months.__new__(Months)
        numbers: Mapping[str, Any] = totals
        changed = row._replace(**numbers)
        other.rows = tuple(changed if each.id == row.id else each for each in self.rows)
        other.codes, other.workload = self.codes, self.workload
        other.missed = _with_absences([changed], {row.id: list(cells)})
        return other


def _read(where: str, params: list[Any]) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(_ROWS.format(where=where), params)
        return [Row._make(values) for values in cursor.fetchall()]


def _workload(ids: list[int]) -> dict[int, dict[int, str]]:
    found: dict[int, dict[int, str]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(_WORKLOAD, [ids])
        for row, indicator, value in cursor.fetchall():
            found[row][indicator] = value
    return dict(found)


def _missed(rows: Collection[Row]) -> dict[int, Missed]:
    """Return what rows with absences, or with cells that say so, miss; the others miss nothing."""
    return _with_absences(rows, None)


def _with_absences(rows: Collection[Row], cells: dict[int, list[str]] | None) -> dict[int, Missed]:
    if not rows:
        return {}
    away = _away(rows)
    touched = [row for row in rows if row.absent_halves or row.unchecked_halves or row.assignment_id in away]
    if touched and cells is None:
        with connection.cursor() as cursor:
            cursor.execute(_CELLS, [[row.id for row in touched]])
            cells = dict(cursor.fetchall())
    return {row.id: missed(row.month, (cells or {})[row.id], away.get(row.assignment_id, ())) for row in touched}


def _away(rows: Collection[Row]) -> dict[int, list[Away]]:
    first = min(row.month for row in rows)
    last = max(row.month for row in rows) + timedelta(days=31)
    found: dict[int, list[Away]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_AWAY, [[row.assignment_id for row in rows], last, first])
        for assignment, *days in cursor.fetchall():
            found[assignment].append(Away(*days))
    return dict(found)
