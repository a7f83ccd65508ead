"""Working days: hand-counted cases on the published calendars of 2023 to 2026."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy_admin.workdays import WorkCalendar

D = date
#: Around Labour Day 2023, May 2025 and National Day 2025, as the notices of the State Council say.
CALENDAR = WorkCalendar(
    off=frozenset(
        [*(D(2023, 4, 29) + timedelta(days=n) for n in range(5))]
        + [D(2025, 5, 1) + timedelta(days=n) for n in range(5)]
        + [D(2025, 10, 1) + timedelta(days=n) for n in range(8)]
    ),
    on=frozenset([D(2023, 4, 23), D(2023, 5, 6), D(2025, 4, 27), D(2025, 9, 28), D(2025, 10, 11)]),
    provisional=frozenset({2024}),
)


@pytest.mark.parametrize(("month", "fifth"), [(D(2025, 5, 1), D(2025, 5, 12)), (D(2025, 10, 20), D(2025, 10, 14))])
def test_the_fifth_working_day_comes_after_the_days_off_and_counts_make_up_days(month, fifth):
    assert CALENDAR.nth_of_month(month, 5) == fifth


def test_a_number_beyond_the_month_is_its_last_working_day():
    assert CALENDAR.nth_of_month(D(2025, 5, 1), 40) == D(2025, 5, 30)


def test_a_week_after_a_make_up_saturday_has_five_working_days():
    assert CALENDAR.is_workday(D(2023, 5, 6))
    assert CALENDAR.workdays(D(2023, 5, 8), D(2023, 5, 12)) == 5
    assert CALENDAR.workdays(D(2023, 5, 6), D(2023, 5, 12)) == 6


def test_a_day_off_is_not_worked_and_a_plain_weekend_neither():
    assert not CALENDAR.is_workday(D(2025, 5, 1))
    assert not CALENDAR.is_workday(D(2025, 5, 10))
    assert CALENDAR.workdays(D(2025, 10, 1), D(2025, 10, 8)) == 0


def test_days_are_counted_across_years():
    assert CALENDAR.workdays(D(2025, 12, 31), D(2026, 1, 2)) == 3  # a year nobody entered has no days off
    assert CALENDAR.workdays(D(2023, 12, 29), D(2025, 1, 1)) == 1 + 262 + 1


def test_nothing_lies_between_a_day_and_the_one_before():
    assert CALENDAR.workdays(D(2025, 5, 7), D(2025, 5, 6)) == 0


def test_the_nth_working_day_after_a_day_does_not_count_the_day_itself():
    assert CALENDAR.after(D(2025, 9, 30), 1) == D(2025, 10, 9)
    assert CALENDAR.after(D(2025, 10, 9), 2) == D(2025, 10, 11)
    assert CALENDAR.after(D(2025, 12, 31), 1) == D(2026, 1, 1)
    assert CALENDAR.after(D(2025, 10, 9), 0) == D(2025, 10, 9)


def test_less_than_one_is_no_number_of_working_days():
    with pytest.raises(ValueError, match="number -1"):
        CALENDAR.after(D(2025, 10, 9), -1)


def test_a_year_is_provisional_until_it_is_published_and_where_nothing_is_known():
    assert not CALENDAR.is_provisional(2025)
    assert CALENDAR.is_provisional(2024)
    assert CALENDAR.is_provisional(2031)


days = st.dates(D(2022, 6, 1), D(2027, 6, 1))


@given(days, st.integers(0, 900))
def test_counting_in_steps_is_counting_day_by_day(first, length):
    last = first + timedelta(days=length)
    by_hand = sum(CALENDAR.is_workday(first + timedelta(days=n)) for n in range(length + 1))
    assert CALENDAR.workdays(first, last) == by_hand


@given(days, st.integers(1, 400))
def test_the_nth_day_after_has_n_working_days_up_to_it(day, n):
    found = CALENDAR.after(day, n)
    assert CALENDAR.is_workday(found)
    assert CALENDAR.workdays(day + timedelta(days=1), found) == n
