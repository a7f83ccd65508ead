"""Shapes of periods: which one holds a day, which bears a year, what it is called."""

from __future__ import annotations

from datetime import date

import pytest
from pydantic import TypeAdapter

from deploy_admin.policies.language import Span, periods

SHAPE = TypeAdapter(periods.PeriodShape)
PROGRAMME = {"programme": {"from": "2015-01-01", "to": "2019-12-31"}}
SEPTEMBER = {"twelve_from": 9, "labelled_by": "first_year"}
JUNE = {"twelve_from": 6, "labelled_by": "last_year"}


@pytest.mark.parametrize(
    ("shape", "day", "first", "last", "label"),
    [
        ("calendar", date(2025, 6, 1), date(2025, 1, 1), date(2025, 12, 31), "2025"),
        (SEPTEMBER, date(2025, 9, 1), date(2025, 9, 1), date(2026, 8, 31), "2025"),
        (SEPTEMBER, date(2025, 8, 31), date(2024, 9, 1), date(2025, 8, 31), "2024"),
        (JUNE, date(2025, 12, 31), date(2025, 6, 1), date(2026, 5, 31), "2026"),
        (PROGRAMME, date(2017, 5, 5), date(2015, 1, 1), date(2019, 12, 31), "2015–2019"),
        ({"rolling_months": 12}, date(2025, 3, 10), date(2024, 4, 1), date(2025, 3, 31), "2025-03"),
    ],
)
def test_the_period_of_a_day(shape, day, first, last, label):
    node = SHAPE.validate_python(shape)
    span = periods.containing(node, day)
    assert span == Span(first, last)
    assert periods.label(node, span) == label
    assert periods.fits(node, span)


def test_days_outside_have_no_period():
    programme = SHAPE.validate_python(PROGRAMME)
    assert periods.containing(programme, date(2020, 1, 1)) is None
    assert periods.labelled(programme, 2020) is None
    assert periods.labelled(programme, 2017) == Span(date(2015, 1, 1), date(2019, 12, 31))
    assert periods.containing(SHAPE.validate_python({"application_year": 12}), date(2020, 1, 1)) is None


def test_a_year_names_the_twelve_months_that_bear_it():
    assert periods.labelled(SHAPE.validate_python(JUNE), 2026) == Span(date(2025, 6, 1), date(2026, 5, 31))
    assert periods.labelled(SHAPE.validate_python(SEPTEMBER), 2025) == Span(date(2025, 9, 1), date(2026, 8, 31))
    assert periods.labelled(SHAPE.validate_python("calendar"), 2025) == Span.year(2025)


def test_a_period_of_another_shape_does_not_fit():
    assert not periods.fits(SHAPE.validate_python("calendar"), Span(date(2025, 1, 1), date(2025, 6, 30)))
    assert not periods.fits(SHAPE.validate_python({"rolling_months": 12}), Span.of_months(date(2025, 1, 1), 6))
