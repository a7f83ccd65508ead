"""Periods and months: the first and the last day are both inside, and what is written is read back."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy_admin.months import Month, Period, add_months

DAYS = st.dates(date(2000, 1, 1), date(2060, 12, 31))


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2025", date(2025, 1, 1), date(2025, 12, 31)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2025-09-01--2026-08-31", date(2025, 9, 1), date(2026, 8, 31)),
    ],
)
def test_a_period_is_read_as_it_is_written(text, first, last):
    assert Period.parse(text) == Period(first, last)


@pytest.mark.parametrize("text", ["", "25", "2025-13", "soon", "2025-09-01--2025-08-31"])
def test_what_is_no_period_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        Period.parse(text)


@given(DAYS, DAYS)
def test_iso_is_read_back(one, other):
    period = Period(min(one, other), max(one, other))
    assert Period.parse(period.iso) == period
    assert period.days == len(list(period.each_day()))
    assert (one in period, other in period) == (True, True)


@given(DAYS, st.integers(1, 60))
def test_periods_of_one_shape_follow_each_other_without_a_gap(first, months):
    period = Period.of_months(first.replace(day=1), months)
    assert period.months == months
    assert (period.next.first - period.last).days == 1
    assert period.next.previous == period


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2025, 1, 31), 1, date(2025, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2025, 3, 31), -1, date(2025, 2, 28)),
        (date(2025, 3, 10), 12, date(2026, 3, 10)),
    ],
)
def test_the_corresponding_day_is_clipped_to_the_months_last(day, months, then):
    assert add_months(day, months) == then


def test_a_year_from_10_march_ends_on_9_march():
    assert Period.of_months(date(2025, 3, 10), 12).last == date(2026, 3, 9)


def test_what_two_periods_share():
    year, school = Period.year(2025), Period.twelve(2025, 9)
    assert year.common(school) == Period(date(2025, 9, 1), date(2025, 12, 31))
    assert year.common(Period.year(2024)) is None
    assert Period(date(2025, 1, 1), date(2025, 1, 10)).next == Period(date(2025, 1, 11), date(2025, 1, 20))


def test_a_month_is_known_by_its_first_day():
    month = Month.parse("2024-02")
    assert (month.last, month.next, str(month.previous)) == (date(2024, 2, 29), Month(date(2024, 3, 1)), "2024-01")
    assert date(2024, 2, 29) in month
    with pytest.raises(ValueError, match="first day"):
        Month(date(2024, 2, 2))
    assert [str(each) for each in Period(date(2024, 1, 31), date(2024, 3, 1)).each_month()] == [
        "2024-01", "2024-02", "2024-03",
    ]  # fmt: skip
