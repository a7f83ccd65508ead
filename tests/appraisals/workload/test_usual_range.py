"""What is usual, worked out by hand: the own months, the speciality's, the band; never a block."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from appraisals.rules.usual_range import Range, percentile, widened
from appraisals.workload.services import sentence_of, usual_ranges
from tests.appraisals.workload.factories import a_unit, an_indicator, past_months
from tests.assignments.months.factories import NOVEMBER, a_row, a_sheet
from tests.assignments.postings import on_post

D = Decimal


def around(*values, decimals=0, lowest=0, highest=6000):
    found = widened(
        [D(value) for value in values], of="person", decimals=decimals, lowest=D(lowest), highest=D(highest)
    )
    return str(found.low), str(found.high)


@pytest.mark.parametrize(
    ("values", "low", "high"),
    [
        # 140 × ¾ = 105; 160 × 1¼ = 200
        (("140", "150", "160"), "105", "200"),
        # 2 × ¾ = 1.5, but at least one away: 1; 2 × 1¼ = 2.5, at least 3
        (("2", "2", "2"), "1", "3"),
        (("0", "0", "0"), "0", "1"),
        # ¾ × 17 = 12.75, rounded outwards to 12; 1¼ × 21 = 26.25, outwards to 27
        (("17", "19", "21"), "12", "27"),
    ],
)
def test_a_quarter_wider_at_each_end_and_at_least_by_one(values, low, high):
    assert around(*values) == (low, high)


def test_of_twenty_values_the_two_lowest_and_the_two_highest_count_no_more():
    # Nearest rank: of 20 the 2nd lowest (10 %) and the 18th (90 %).
    # 2 × ¾ = 1.5, but at least one away: 1; 18 × 1¼ = 22.5, outwards 23.
    assert around(*map(str, range(1, 21))) == ("1", "23")
    assert percentile(map(D, range(1, 21)), D("0.9")) == 18


def test_a_range_keeps_the_indicators_places_and_bounds():
    assert around("1.5", "1.5", "1.5", decimals=1) == ("0.5", "2.5")
    assert around("190", "195", "200", highest=200) == ("142", "200")


@given(st.lists(st.integers(0, 6000), min_size=1, max_size=60))
def test_whatever_the_values_the_middle_of_them_is_usual(values):
    found = widened(map(D, values), of="person", decimals=0, lowest=D(0), highest=D(6000))
    assert found.holds(percentile(map(D, values), D("0.5")))
    assert 0 <= found.low <= found.high <= 6000


# ------------------------------------------------------------ from rows


@pytest.fixture
def visits(db):
    return an_indicator("outpatient_emergency_visits", highest=D(6000), is_core=True, usual_low=50, usual_high=1500)


def somebody(unit, speciality="内科"):
    return on_post(receiver=unit, speciality=speciality)


@pytest.mark.django_db
def test_three_own_months_tell_what_is_usual(visits):
    unit = a_unit()
    person = somebody(unit)
    past_months(person, visits.code, {date(2026, 8, 1): 140, date(2026, 9, 1): 150, date(2026, 10, 1): 160}, unit)
    row = a_row(a_sheet(unit, NOVEMBER, people=0), person)
    assert usual_ranges([row]) == {(row.pk, visits.code): Range(D(105), D(200), "person", 3)}


@pytest.mark.django_db
def test_two_own_months_do_not_and_without_others_the_band_stands(visits):
    unit = a_unit()
    person = somebody(unit)
    past_months(person, visits.code, {date(2026, 9, 1): 150, date(2026, 10, 1): 160}, unit)
    row = a_row(a_sheet(unit, NOVEMBER, people=0), person)
    assert usual_ranges([row])[row.pk, visits.code] == Range(D(50), D(1500), "indicator", 0)


@pytest.mark.django_db
def test_months_further_back_than_six_are_not_asked(visits):
    unit = a_unit()
    person = somebody(unit)
    past_months(
        person,
        visits.code,
        {date(2026, 2, 1): 900, date(2026, 3, 1): 900, date(2026, 4, 1): 900, date(2026, 5, 1): 100},
        unit,
    )
    row = a_row(a_sheet(unit, NOVEMBER, people=0), person)
    assert usual_ranges([row])[row.pk, visits.code].of == "indicator"


@pytest.mark.django_db
def test_eight_person_months_of_the_speciality_tell_for_somebody_new(visits):
    unit = a_unit()
    for value in (100, 200):
        months = {date(2026, month, 1): value for month in (7, 8, 9, 10)}
        past_months(somebody(unit), visits.code, months, unit)
    past_months(somebody(unit, "外科"), visits.code, {date(2026, 10, 1): 9}, unit)
    sheet = a_sheet(unit, NOVEMBER, people=0)
    row, surgeon = a_row(sheet, somebody(unit)), a_row(sheet, somebody(unit, "外科"))
    found = usual_ranges([row, surgeon])
    assert found[row.pk, visits.code] == Range(D(75), D(250), "speciality", 8)
    assert found[surgeon.pk, visits.code].of == "indicator"


@pytest.mark.django_db
def test_a_month_still_being_entered_tells_nothing(visits):
    unit = a_unit()
    person = somebody(unit)
    past_months(person, visits.code, {date(2026, 8, 1): 140, date(2026, 9, 1): 150, date(2026, 10, 1): 160}, unit)
    sheet = person.months.get(month=date(2026, 10, 1)).sheet
    type(sheet).objects.filter(pk=sheet.pk).update(state="draft")
    row = a_row(a_sheet(unit, NOVEMBER, people=0), person)
    assert usual_ranges([row])[row.pk, visits.code].of == "indicator"


@pytest.mark.django_db
def test_a_move_within_a_month_makes_one_month_of_two_rows(visits):
    here, there = a_unit(), a_unit()
    person = somebody(here)
    months = {date(2026, 8, 1): 70, date(2026, 9, 1): 70, date(2026, 10, 1): 70}
    past_months(person, visits.code, months, here)
    past_months(person, visits.code, months, there)
    row = a_row(a_sheet(here, NOVEMBER, people=0), person)
    # 140 each month: ¾ is 105, 1¼ is 175.
    assert usual_ranges([row])[row.pk, visits.code] == Range(D(105), D(175), "person", 3)


@pytest.mark.django_db
def test_however_many_people_the_number_of_queries_stays(visits):
    unit = a_unit()
    sheet = a_sheet(unit, NOVEMBER, people=2)
    rows = list(sheet.rows.all())

    def asked(rows):
        with CaptureQueriesContext(connection) as told:
            usual_ranges(rows)
        return len(told)

    few = asked(rows)
    for _ in range(8):
        a_row(sheet, somebody(unit))
    assert asked(list(sheet.rows.all())) <= few + 1  # the speciality is asked once there is one


def test_a_range_is_said_in_a_sentence():
    with override("en"):
        assert sentence_of(Range(D(105), D(200), "person", 3)) == "usually 105 to 200 (own last 3 months)"
        assert sentence_of(Range(D("0.5"), D("2.50"), "speciality", 9)) == "usually 0.5 to 2.5 (this speciality)"
