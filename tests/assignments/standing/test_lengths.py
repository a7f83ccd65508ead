"""Months by corresponding day and the days left over, worked out by hand (AMB-16, AMB-17)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assignments.rules.lengths import (
    Amount,
    Length,
    Limit,
    at_least,
    converted,
    lasts,
    latest_start,
    latest_start_on_duty,
    less,
    shorter,
    span,
    total,
)
from assignments.rules.terms import term_end
from deploy_admin.policies.language.nodes import Duration, TermThreshold
from deploy_admin.workdays import WorkCalendar

DAYS = st.dates(date(2019, 1, 1), date(2031, 12, 31))


def a_limit(op: str, value: str) -> Limit:
    return Limit(TermThreshold.model_validate({op: value}))


@pytest.mark.parametrize(
    ("first", "last", "months", "days"),
    [
        (date(2025, 3, 10), date(2026, 3, 9), 12, 0),
        (date(2025, 7, 2), date(2025, 12, 31), 5, 30),
        (date(2025, 7, 1), date(2025, 12, 31), 6, 0),
        (date(2025, 1, 31), date(2025, 2, 28), 1, 0),
        (date(2025, 1, 31), date(2025, 2, 27), 0, 28),
        (date(2024, 2, 29), date(2025, 2, 28), 12, 0),
        (date(2025, 3, 10), date(2025, 3, 10), 0, 1),
        (date(2025, 3, 10), date(2025, 3, 9), 0, 0),
    ],
)
def test_one_piece_is_whole_months_and_then_days_and_never_rounded_up(first, last, months, days):
    assert span(first, last) == (months, days)


@given(DAYS, st.integers(1, 60))
def test_a_full_term_is_exactly_its_months_whatever_day_it_begins_on(first, months):
    assert span(first, term_end(first, months)) == (months, 0)
    assert span(first, term_end(first, months) - timedelta(days=1)) < (months, 0)


@given(DAYS, st.integers(0, 1500), st.integers(0, 400))
def test_more_days_are_never_less(first, days, more):
    last = first + timedelta(days=days)
    assert span(first, last) <= span(first, last + timedelta(days=more))


def test_thirty_days_left_over_from_several_pieces_make_a_month():
    assert total([Length(5, 30)]) == (5, 30)
    assert total([Length(5, 20), Length(3, 10)]) == (9, 0)
    assert total([Length(5, 20), Length(3, 9)]) == (8, 29)
    assert total([Length(5, 15), Length(3, 16)], 31) == (9, 0)
    assert total([Length(0, 0), Length(5, 30)]) == (5, 30)
    assert total([]) == (0, 0)


@pytest.mark.parametrize(
    ("length", "ratio", "worth"),
    [
        (Length(6, 0), "1.5", (9, 0)),
        (Length(7, 0), "1.5", (10, 15)),
        (Length(5, 30), "0.5", (2, 30)),
        (Length(1, 1), "0.5", (0, 15)),
        (Length(3, 10), "1", (3, 10)),
        (Length(12, 0), "0", (0, 0)),
        (Length(5, 30), "1.5", (8, 30)),
    ],
)
def test_a_conversion_is_exact_and_drops_part_of_a_day(length, ratio, worth):
    assert converted(length, Decimal(ratio)) == worth


@pytest.mark.parametrize(
    ("op", "value", "amount", "reached"),
    [
        ("at_least", "12 months", Amount(Length(12, 0)), True),
        ("at_least", "12 months", Amount(Length(11, 30)), False),
        ("more_than", "12 months", Amount(Length(12, 0)), False),
        ("more_than", "12 months", Amount(Length(12, 1)), True),
        ("at_least", "365 days", Amount(days=365), True),
        ("more_than", "365 days", Amount(days=365), False),
        ("at_least", "200 duty_days", Amount(duty_days=199), False),
        ("at_least", "200 duty_days", Amount(duty_days=None), None),
        ("less_than", "3 months", Amount(Length(2, 30)), True),
        ("at_most", "3 months", Amount(Length(3, 1)), False),
    ],
)
def test_each_side_of_a_threshold_is_as_it_says(op, value, amount, reached):
    assert a_limit(op, value).reached(amount) is reached


@pytest.mark.parametrize(
    ("op", "value", "amount", "rest"),
    [
        ("at_least", "12 months", Amount(Length(5, 0)), (7, 0)),
        ("at_least", "12 months", Amount(Length(5, 30)), (6, 0)),
        ("at_least", "12 months", Amount(Length(11, 29)), (0, 1)),
        ("at_least", "12 months", Amount(Length(12, 0)), (0, 0)),
        ("more_than", "12 months", Amount(Length(12, 0)), (0, 1)),
        ("at_least", "100 days", Amount(days=40), (0, 60)),
        ("at_least", "200 duty_days", Amount(duty_days=180), (0, 20)),
    ],
)
def test_what_is_left_is_what_lacks_to_the_threshold(op, value, amount, rest):
    assert a_limit(op, value).left(amount) == rest


def test_less_than_a_piece_cannot_be_served():
    three = Duration.model_validate("3 months")
    assert at_least(Length(0, 10), three) == (3, 0)
    assert at_least(Length(4, 0), three) == (4, 0)
    assert at_least(Length(0, 0), three) == (0, 0)
    assert at_least(Length(0, 10), Duration.model_validate("20 duty_days")) == (0, 10)


def test_lengths_are_taken_from_one_another_with_days_as_parts_of_a_month():
    assert less(Length(12, 0), Length(5, 10)) == (6, 20)
    assert less(Length(1, 0), Length(2, 0)) == (0, 0)
    assert shorter(Length(1, 0), Length(0, 29)) == (0, 29)
    assert shorter(Length(1, 0), Length(0, 40)) == (1, 0)


def test_the_latest_safe_first_day_is_the_corresponding_day_before_the_due_day():
    assert latest_start(date(2027, 7, 1), Length(12, 0)) == date(2026, 7, 1)
    assert latest_start(date(2027, 7, 1), Length(7, 10)) == date(2026, 11, 21)
    assert latest_start(date(2027, 7, 1), Length(0, 0)) == date(2027, 7, 1)


def test_of_duty_days_it_is_counted_back_by_the_work_calendar():
    # 1 December 2026 is a Tuesday: five working days before it begin on Tuesday the 24th.
    assert latest_start_on_duty(date(2026, 12, 1), 5, WorkCalendar()) == date(2026, 11, 24)


def test_a_minimum_is_asked_by_months_or_by_days():
    assert lasts(date(2025, 1, 1), date(2025, 3, 31), Duration.model_validate("3 months"))
    assert not lasts(date(2025, 1, 1), date(2025, 3, 30), Duration.model_validate("3 months"))
    assert lasts(date(2025, 1, 1), date(2025, 2, 14), Duration.model_validate("45 days"))
    assert not lasts(date(2025, 1, 1), date(2025, 2, 13), Duration.model_validate("45 days"))
