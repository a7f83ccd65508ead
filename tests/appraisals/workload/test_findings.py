"""What a reviewer is shown of the workload of a sheet."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from appraisals.workload.services import findings, sentence
from tests.appraisals.workload.factories import a_count, a_month_clause, a_unit, an_indicator
from tests.assignments.months.factories import OCTOBER, a_row, a_sheet
from tests.assignments.postings import on_post

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture(autouse=True)
def _in_english():
    with override("en"):
        yield


@pytest.fixture
def indicators():
    an_indicator("outpatient_emergency_visits", label_en="visits", highest=D(6000), usual_low=50, usual_high=1500)
    an_indicator("teaching_sessions", label_en="teaching")
    an_indicator("rounds", is_core=True, label_en="rounds")


@pytest.fixture
def row(indicators):
    return a_sheet(a_unit(), OCTOBER, "submitted").rows.get()


def told(row):
    return [(each.code, sentence(each)) for each in findings([row.sheet_id]).get(row.sheet_id, [])]


def test_nothing_to_see_is_nothing_told(row):
    assert findings([row.sheet_id]) == {}


def test_what_the_clause_asks_and_nobody_entered_is_named_once_for_each_person(row):
    a_month_clause()
    assert told(row) == [("workload_missing", "Not entered: visits, teaching.")]
    a_count(row, "teaching_sessions", 0)
    assert told(row) == [("workload_missing", "Not entered: visits.")]


def test_far_from_usual_is_pointed_out(row):
    a_month_clause()
    a_count(row, "outpatient_emergency_visits", 1501)
    a_count(row, "teaching_sessions", 4)
    assert told(row) == [("workload_unusual", "visits: 1501, usually 50 to 1500.")]


def test_what_the_unit_entered_otherwise_than_the_person_said_is_pointed_out(row):
    a_count(row, "rounds", 10, said=D(12))
    assert told(row) == [("workload_said_differs", "rounds: the person entered 12, the unit 10.")]


def test_judged_points_without_a_reason_are_pointed_out(row):
    an_indicator("attitude", label_en="attitude")
    a_month_clause("\n      - {id: judged, measure: attitude, judged: {most: '20', reason_from: '5'}}", full="'20'")
    value = a_count(row, "attitude", 10)
    assert told(row) == [("judged_without_reason", "attitude: points without a reason.")]
    value.reason = "两次未参加查房"
    value.save()
    assert told(row) == []


def with_last_month(unit, values, now):
    person = on_post(receiver=unit)
    september = a_row(a_sheet(unit, date(2026, 9, 1), "released", people=0), person)
    for code, value in values.items():
        a_count(september, code, value)
    row = a_row(a_sheet(unit, OCTOBER, "submitted", people=0), person)
    for code, value in now.items():
        a_count(row, code, value)
    return row


def test_three_counts_as_they_were_last_month_are_worth_a_look(indicators):
    counts = {"rounds": 4, "teaching_sessions": 3, "outpatient_emergency_visits": 212}
    row = with_last_month(a_unit(), counts, counts)
    assert told(row) == [("workload_unchanged", "The workload is the same as in 2026-09.")]


@pytest.mark.parametrize(
    "now",
    [
        {"rounds": 4, "teaching_sessions": 3, "outpatient_emergency_visits": 213},
        {"rounds": 4, "teaching_sessions": 3},
    ],
)
def test_one_count_that_moved_or_is_missing_is_another_month(indicators, now):
    counts = {"rounds": 4, "teaching_sessions": 3, "outpatient_emergency_visits": 212}
    assert "workload_unchanged" not in dict(told(with_last_month(a_unit(), counts, now)))


def test_noughts_and_a_few_small_counts_repeat_by_chance(indicators):
    counts = {"rounds": 1, "teaching_sessions": 1, "outpatient_emergency_visits": 0}
    assert "workload_unchanged" not in dict(told(with_last_month(a_unit(), counts, counts)))


def test_however_many_sheets_the_number_of_queries_stays(indicators):
    a_month_clause()

    def cost(sheets):
        with CaptureQueriesContext(connection) as asked:
            findings(sheets)
        return len(asked)

    few = [a_sheet(a_unit(), OCTOBER, "submitted").pk]
    many = [a_sheet(a_unit(), OCTOBER, "submitted", people=3).pk for _ in range(4)]
    assert cost(few) == cost(many)
