"""What is asked of whom: the clause's measures, what stands on every sheet, the kinds of staff."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from appraisals.workload.services import MonthRules, indicators_for
from deploy_admin.people.models import Employment
from deploy_admin.registry.models import Indicator
from tests.appraisals.workload.factories import a_month_clause, a_unit, an_indicator
from tests.assignments.factories import a_place
from tests.assignments.months.factories import NOVEMBER, a_row, a_sheet

pytestmark = pytest.mark.django_db


def codes(row):
    return [each.indicator.code for each in indicators_for([row])[row.pk]]


@pytest.fixture
def indicators():
    return [
        an_indicator("outpatient_emergency_visits", position=1, staff_categories=["physician"], is_core=True),
        an_indicator("rounds", position=2, is_core=True),
        an_indicator("teaching_sessions", position=3),
        an_indicator("operations", position=4),
    ]


@pytest.fixture
def row():
    return a_sheet(a_unit(), NOVEMBER).rows.get()


def as_a(row, category):
    Employment.objects.filter(worker=row.assignment.worker).update(staff_category=category)


def test_without_a_rule_what_stands_on_every_sheet_is_asked(indicators, row):
    assert codes(row) == ["outpatient_emergency_visits", "rounds"]
    assert not any(each.required for each in indicators_for([row])[row.pk])


def test_a_clause_adds_its_measures_and_the_sheets_own_are_not_asked_again(indicators, row):
    a_month_clause()
    found = indicators_for([row])[row.pk]
    assert [each.indicator.code for each in found] == ["outpatient_emergency_visits", "rounds", "teaching_sessions"]
    assert [each.required for each in found] == [True, False, True]
    assert found[0].clause == "month-plan#month"
    assert found[1].clause == ""


def test_a_nurse_is_not_asked_for_visits_that_a_clause_only_shows(indicators, row):
    a_month_clause()
    as_a(row, "nursing")
    assert codes(row) == ["rounds", "teaching_sessions"]


def test_what_scores_is_asked_of_everybody(indicators, row):
    a_month_clause("\n      - {id: visits, measure: outpatient_emergency_visits, weight: 100, target: {fixed: '160'}}")
    as_a(row, "nursing")
    assert codes(row) == ["outpatient_emergency_visits", "rounds"]


def test_of_whom_nobody_knows_the_kind_everything_is_asked(indicators, row):
    as_a(row, "")
    assert codes(row) == ["outpatient_emergency_visits", "rounds"]


def test_a_condition_of_one_indicator_holds_for_whom_it_names(indicators, row):
    a_month_clause(
        """
      - {id: visits, measure: outpatient_emergency_visits, applies_to: {staff_category: physician}}
      - {id: ops, measure: operations, applies_to: {staff_category: nursing}}"""
    )
    as_a(row, "physician")
    assert codes(row) == ["outpatient_emergency_visits", "rounds"]


def test_a_clause_for_others_does_not_hold(indicators, row):
    a_month_clause("\n      - {id: ops, measure: operations}", applies_to="{staff_category: nursing}")
    as_a(row, "physician")
    assert codes(row) == ["outpatient_emergency_visits", "rounds"]
    as_a(row, "nursing")
    assert codes(row) == ["rounds", "operations"]


def test_judged_points_carry_their_cap(indicators, row):
    an_indicator("attitude", position=9)
    a_month_clause("\n      - {id: judged, measure: attitude, judged: {most: '20', reason_from: '5'}}", full="'20'")
    judged = indicators_for([row])[row.pk][-1]
    assert (judged.is_judged, judged.judged_most, judged.highest) == (True, 20, 20)
    assert not judged.wants_reason(Decimal(16))
    assert judged.wants_reason(Decimal(15))


def test_an_indicator_of_another_district_is_not_asked_here(indicators, row):
    an_indicator("elsewhere", is_core=True, division=a_place("500101"))
    an_indicator("here", is_core=True, division=a_place("500102"))
    assert codes(row) == ["outpatient_emergency_visits", "rounds", "here"]


def test_out_of_use_it_is_asked_only_where_a_clause_names_it(indicators, row):
    a_month_clause()
    Indicator.objects.update(is_active=False)
    assert codes(row) == ["outpatient_emergency_visits", "teaching_sessions"]


def test_the_rule_is_that_of_the_first_day_of_the_month(indicators):
    a_month_clause("\n      - {id: ops, measure: operations}", in_force="{from: 2026-11-02}")
    row = a_sheet(a_unit(), NOVEMBER).rows.get()
    assert MonthRules.of([row.pk]).rule(row.pk) is None
    december = a_sheet(a_unit(), date(2026, 12, 1)).rows.get()
    assert MonthRules.of([december.pk]).rule(december.pk).clause_id == "month"


def test_however_many_people_the_number_of_queries_stays(indicators):
    a_month_clause(applies_to="{staff_category: physician}")
    unit = a_unit()
    sheet = a_sheet(unit, NOVEMBER, people=2)

    def asked():
        rows = list(sheet.rows.all())
        with CaptureQueriesContext(connection) as told:
            indicators_for(rows)
        return len(told)

    few = asked()
    for _ in range(6):
        a_row(sheet)
    assert asked() == few
