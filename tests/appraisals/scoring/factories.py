"""Scored months as short as a sentence: an adopted rule with points, a unit, somebody's month with its counts."""

from __future__ import annotations

from typing import Any

from appraisals.models import Score
from appraisals.scoring import working
from assignments.models import AssignmentMonth, MonthSheet
from deploy_admin.access import SYSTEM
from deploy_admin.months import Month
from deploy_admin.policies.models import PolicyVersion
from deploy_admin.registry.models import Institution
from tests.appraisals.workload.factories import a_count, a_month_clause, a_unit
from tests.assignments.months.factories import OCTOBER, a_row, handed_in
from tests.policies.factories import the_indicators

VISITS = "outpatient_emergency_visits"
#: Forty points for 160 visits, twenty for teaching by steps, forty for being there: 100 in all.
WEIGHED = """
      - {id: visits, measure: outpatient_emergency_visits, weight: "40", target: {fixed: "160"}}
      - {id: present, measure: attendance_days, weight: "40", share_of: duty_days}
      - id: teaching
        measure: teaching_sessions
        bands: [{less_than: "2", points: "0"}, {at_least: "2", points: "20"}]"""
#: The whole worth of the month against the mean of the own last three.
AGAINST_ONESELF = """
      - {id: visits, measure: outpatient_emergency_visits, weight: "100", target: {own_history: 3, at_least: 1}}"""
ABSENT_ONCE = """
      - {id: absent, label_zh: 旷工, label_en: Absent, measure: absent_times, when: {at_least: "1"}, gives: "0"}"""


def weighed(indicators: str = WEIGHED, **more: Any) -> PolicyVersion:
    """Return an adopted plan with points."""
    return a_month_clause(indicators, **more)


def a_month_of(
    unit: Institution | None = None,
    who: Any = None,
    cells: dict[int, str] | None = None,
    *,
    month: Month = OCTOBER,
    counts: dict[str, Any] | None = None,
    sheet: MonthSheet | None = None,
    **more: Any,
) -> AssignmentMonth:
    """Return somebody's month on a submitted sheet, with 160 visits and two sessions of teaching."""
    the_indicators()
    sheet = sheet or handed_in(unit or a_unit(), month, people=0)
    row = a_row(sheet, who, cells, **more)
    for code, value in ({VISITS: 160, "teaching_sessions": 2} if counts is None else counts).items():
        a_count(row, code, value)
    return row


def compute(*rows: AssignmentMonth) -> int:
    """Score the sheets of these rows."""
    return working.compute({row.sheet_id for row in rows}, by=SYSTEM)


def score_of(row: AssignmentMonth) -> Score:
    """Return the score as it stands."""
    return Score.objects.get(row=row)


def points_of(row: AssignmentMonth) -> str | None:
    """Return the points as text, after the sheet was scored."""
    compute(row)
    found = score_of(row).points
    return None if found is None else str(found)
