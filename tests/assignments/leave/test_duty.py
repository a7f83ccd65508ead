"""Duty days of the three roster patterns, counted by hand on the calendar of October 2025."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assignments.rules.duty import Duty
from tests.assignments.leave.clauses import CALENDAR


@pytest.mark.parametrize(
    ("pattern", "first", "last", "days"),
    [
        # AMB-19: Thursday to Monday are three duty days.
        ("five_day", date(2025, 6, 12), date(2025, 6, 16), 3),
        ("six_day", date(2025, 6, 12), date(2025, 6, 16), 4),
        # AMB-21: from Sunday 28 September (worked) to 10 October 2025 there are five: 28, 29, 30 September, 9 and 10.
        ("five_day", date(2025, 9, 28), date(2025, 10, 10), 5),
        # The Saturday inside the holiday is off for who works on Saturdays too; 11 October is worked by both.
        ("six_day", date(2025, 9, 28), date(2025, 10, 10), 5),
        ("six_day", date(2025, 10, 11), date(2025, 10, 12), 1),
        ("five_day", date(2025, 10, 1), date(2025, 10, 8), 0),
        ("five_day", date(2025, 6, 14), date(2025, 6, 13), 0),
    ],
)
def test_duty_days_follow_pattern_and_calendar(pattern, first, last, days):
    assert Duty(pattern, CALENDAR).count(first, last) == days


def test_of_shifts_the_roster_says_how_many_and_never_more_than_there_are_days():
    shift = Duty("shift", CALENDAR)
    assert shift.count(date(2025, 6, 12), date(2025, 6, 16), stated=4) == 4
    assert shift.count(date(2025, 6, 12), date(2025, 6, 16), stated=9) == 5
    assert shift.count(date(2025, 6, 12), date(2025, 6, 16), stated=0) == 0
    # Nobody said it: the office week stands for it.
    assert shift.count(date(2025, 6, 12), date(2025, 6, 16)) == 3


def test_what_is_stated_is_of_shifts_only():
    assert Duty("five_day", CALENDAR).count(date(2025, 6, 12), date(2025, 6, 16), stated=5) == 3


def test_every_day_may_be_one_of_shift_duty():
    assert Duty("shift", CALENDAR).is_duty(date(2025, 10, 4))
    assert not Duty("shift", CALENDAR).none_between(date(2025, 6, 13), date(2025, 6, 16))
    assert Duty("five_day", CALENDAR).none_between(date(2025, 6, 13), date(2025, 6, 16))
    assert not Duty("six_day", CALENDAR).none_between(date(2025, 6, 13), date(2025, 6, 16))


@given(
    pattern=st.sampled_from(["five_day", "six_day"]),
    first=st.dates(date(2025, 1, 1), date(2026, 12, 31)),
    length=st.integers(0, 120),
)
def test_counting_is_asking_each_day(pattern, first, length):
    duty = Duty(pattern, CALENDAR)
    days = [first + timedelta(days=n) for n in range(length + 1)]
    assert duty.count(first, days[-1]) == sum(map(duty.is_duty, days))
