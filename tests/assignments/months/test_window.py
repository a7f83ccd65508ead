"""The one function that says whether a month may be changed, day by day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from assignments.models import MonthSheet
from assignments.rules.month_window import standing
from assignments.services import month_window
from assignments.states import SheetState
from deploy_admin.access import SYSTEM
from deploy_admin.months import Month
from deploy_admin.registry.calendar import work_calendar
from deploy_admin.registry.models import Division
from deploy_admin.registry.services import calendar as calendars
from deploy_admin.workdays import WorkCalendar
from tests import factories as make
from tests.assignments.months.factories import a_sheet
from tests.assignments.months.world import a_place

PLAIN = WorkCalendar(off=frozenset({date(2026, 1, 1)}))
OCTOBER = Month(date(2026, 10, 1))


def october(today: date, state: str = SheetState.DRAFT, exempt_until: date | None = None, **more: object):
    return standing(OCTOBER, today, PLAIN, 5, 10, state, exempt_until, **more)  # type: ignore[arg-type]


@pytest.mark.django_db
@pytest.mark.parametrize(("month", "submit_by"), [("2025-04", date(2025, 5, 12)), ("2025-09", date(2025, 10, 14))])
def test_the_two_examples_of_the_issue(month, submit_by):
    """After Labour Day and after National Day, with the days made up for."""
    calendars.load(by=SYSTEM)
    found = standing(Month.parse(month), submit_by, work_calendar(), 5, 10, SheetState.DRAFT, None)
    assert found.submit_by == submit_by
    assert found.code == "open"


@pytest.mark.parametrize(
    ("today", "code", "enter", "submit", "late"),
    [
        (date(2026, 9, 30), "not_yet", False, False, False),
        (date(2026, 10, 1), "open", True, False, False),
        (date(2026, 10, 31), "open", True, False, False),
        (date(2026, 11, 1), "open", True, True, False),
        (date(2026, 11, 6), "open", True, True, False),  # the fifth working day
        (date(2026, 11, 7), "late", True, True, True),
        (date(2026, 11, 13), "late", True, True, True),  # the tenth
        (date(2026, 11, 14), "closed", False, False, True),
    ],
)
def test_a_month_from_day_to_day(today, code, enter, submit, late):
    found = october(today)
    assert (found.code, found.may_enter, found.may_submit, found.is_late) == (code, enter, submit, late)
    assert (found.submit_by, found.feed_back_by) == (date(2026, 11, 6), date(2026, 11, 13))


def test_more_time_opens_it_again_to_its_last_day():
    assert october(date(2026, 11, 22), exempt_until=date(2026, 11, 22)).code == "exempt"
    assert october(date(2026, 11, 23), exempt_until=date(2026, 11, 22)).code == "closed"
    assert october(date(2026, 11, 22), exempt_until=date(2026, 11, 22)).is_late


def test_who_ended_earlier_lets_the_month_be_submitted_earlier():
    assert october(date(2026, 10, 16), ends_on=date(2026, 10, 15)).may_submit
    assert not october(date(2026, 10, 15), ends_on=date(2026, 10, 15)).may_submit


@pytest.mark.parametrize(
    ("state", "code"),
    [("submitted", "submitted"), ("in_review", "submitted"), ("accepted", "submitted"), ("released", "released")],
)
def test_what_is_handed_in_is_not_the_units(state, code):
    found = october(date(2026, 11, 3), state)
    assert (found.code, found.may_enter) == (code, False)


def test_a_returned_month_is_the_units_again():
    assert october(date(2026, 11, 10), SheetState.RETURNED).may_enter


def test_feeding_back_is_never_before_submitting():
    found = standing(OCTOBER, date(2026, 11, 3), PLAIN, 12, 10, SheetState.DRAFT, None)
    assert found.feed_back_by == found.submit_by == date(2026, 11, 17)


def test_an_unpublished_year_is_provisional():
    found = standing(Month(date(2026, 12, 1)), date(2026, 12, 3), PLAIN, 5, 10, SheetState.DRAFT, None)
    assert found.provisional
    assert not october(date(2026, 11, 3)).provisional


@pytest.mark.django_db
class TestRulesInForce:
    """The rules on the month's first day where the unit stands: of several the earliest days."""

    def test_without_a_rule_the_fifth_and_the_tenth(self):
        assert month_window.due_days([a_sheet()]) == {MonthSheet.objects.get().pk: (5, 10)}

    def test_what_an_adopted_rule_says_from_its_first_month_on(self):
        city, place = make.a_city(), a_place()
        Division.objects.filter(pk=place.centre.profile.division_id).update(parent=city)
        make.a_policy(RULE % "submit: {working_day: 3}\n    feed_back: {working_day: 7}")
        sheet = a_sheet(place.centre, OCTOBER)
        assert month_window.due_days([sheet])[sheet.pk] == (3, 7)
        before = a_sheet(place.centre, "2020-03", people=0)
        assert month_window.due_days([before])[before.pk] == (5, 10)

    def test_as_many_queries_for_twenty_sheets_as_for_one(self):
        sheets = [a_sheet() for _ in range(20)]
        work_calendar()
        counts = []
        for some in (sheets[:1], sheets):
            with CaptureQueriesContext(connection) as found:
                month_window.windows_of(some, date(2026, 11, 22))
            counts.append(len(found))
        assert counts[0] == counts[1]

    @pytest.mark.parametrize(
        ("code", "word"),
        [("not_yet", "2026-10-01"), ("closed", "2026-11-13"), ("submitted", "back"), ("released", "correction")],
    )
    def test_each_refusal_says_why(self, code, word):
        with override("en"):
            assert word in month_window.sentence_of(replace(october(date(2026, 11, 3)), code=code))

    def test_an_open_month_has_nothing_to_explain(self):
        assert month_window.sentence_of(october(date(2026, 11, 3))) == ""


RULE = """\
policy: model-months
scheme: {code: municipal_county, names_zh: [市聘县用], name_en: Municipally engaged}
title_zh: 示范市月度考核
title_en: Model months
issuer_zh: 示范市卫生健康委员会
issuer_en: Model Health Commission
issued: 2024-12-01
jurisdiction: "500000"
in_force: {from: 2024-01-01}
month:
  - id: month
    topic: municipal_county.month
    label_zh: 月度考核
    label_en: Monthly assessment
    cite: 由接收单位每月进行绩效考核
    binding: mandatory
    %s
    indicators:
      - {id: visits, measure: outpatient_emergency_visits}
"""
