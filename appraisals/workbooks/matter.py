"""What stands in one unit's workbook of a month: who, their days, their counts and what is usual; set-based."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from appraisals.models import Workload
from appraisals.workbooks.columns import Heading, headings
from appraisals.workload.asked import Asked, indicators_of
from appraisals.workload.usual import sentence_of, usual_ranges
from assignments.models import AssignmentMonth, MonthSheet
from deploy_admin.months import Month
from deploy_admin.registry.calendar import work_calendar
from deploy_admin.registry.models import Institution
from deploy_admin.workdays import SATURDAY, WorkCalendar


class DayLies(StrEnum):
    """How a day lies in the work calendar."""

    WORK = "work"
    REST = "rest"
    HOLIDAY = "holiday"
    MAKE_UP = "make_up"


@dataclass(frozen=True, slots=True)
class Line:
    """One person: number, name, where from, a cell for each day, the counts by code, whatever is asked of them."""

    assignment_id: int
    name: str
    sending_unit: str
    days: tuple[str, ...]
    counts: Mapping[str, Decimal | None] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    asked: frozenset[str] = frozenset()
    usual: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Matter:
    """One unit's month as a workbook says it."""

    unit: str
    month: Month
    lies: tuple[DayLies, ...]
    indicators: tuple[Heading, ...]
    lines: tuple[Line, ...]


def lies_of(month: Month, calendar: WorkCalendar) -> tuple[DayLies, ...]:
    """Return how each day of the month lies."""
    return tuple(_lies(day, calendar) for day in month.period.each_day())


def _lies(day: date, calendar: WorkCalendar) -> DayLies:
    if day in calendar.off:
        return DayLies.HOLIDAY
    if day.weekday() >= SATURDAY:
        return DayLies.MAKE_UP if day in calendar.on else DayLies.REST
    return DayLies.WORK


def read(sheet: MonthSheet, asked: Mapping[int, Sequence[Asked]] | None = None) -> Matter:
    """Read one sheet: a constant number of queries for any number of people."""
    rows = list(AssignmentMonth.objects.filter(sheet=sheet).for_list())
    asked = indicators_of(row.pk for row in rows) if asked is None else asked
    month = Month(sheet.month)
    usual = usual_ranges(rows, asked)
    units = {row.assignment.sending_unit_id for row in rows} | {sheet.institution_id}
    names = Institution.objects.filter(pk__in=units).named(month.last)
    counts: dict[int, dict[str, Decimal | None]] = defaultdict(dict)
    reasons: dict[int, dict[str, str]] = defaultdict(dict)
    held = Workload.objects.filter(row__in=[row.pk for row in rows]).order_by()
    for pk, code, value, reason in held.values_list("row_id", "indicator__code", "value", "reason"):
        counts[pk][code] = value
        reasons[pk][code] = reason
    lines = tuple(
        Line(
            row.assignment_id,
            row.assignment.worker.name,
            names.get(row.assignment.sending_unit_id, ""),
            tuple(row.days),
            counts.get(row.pk, {}),
            {code: reason for code, reason in reasons.get(row.pk, {}).items() if reason},
            frozenset(each.indicator.code for each in asked.get(row.pk, ())),
            {
                each.indicator.code: sentence_of(usual[row.pk, each.indicator.code])
                for each in asked.get(row.pk, ())
                if (row.pk, each.indicator.code) in usual
            },
        )
        for row in rows
    )
    return Matter(
        names.get(sheet.institution_id, ""), month, lies_of(month, work_calendar()), headings(asked.values()), lines
    )
