"""Unapproved absence weighed by hand: occurrences and days, the third and the fourth, what is pointed out."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assignments.rules.absences import Missed, hearing_ends, weigh
from assignments.rules.duty import Duty
from deploy_admin.policies.language.explained import Truth
from tests.assignments.leave.clauses import CALENDAR, absence_rule

DUTY = Duty("five_day", CALENDAR)
#: Four separate Wednesdays.
DAYS = [date(2026, 6, 3), date(2026, 6, 10), date(2026, 6, 17), date(2026, 6, 24)]


def said(*days, rule=None, duty=DUTY):
    missed = [Missed(*each) if isinstance(each, tuple) else Missed(each, each) for each in days]
    return weigh(missed, (((rule or absence_rule(),),),), duty)


@pytest.mark.parametrize(
    ("times", "warned", "void"),
    [(0, Truth.NO, Truth.NO), (2, Truth.NO, Truth.NO), (3, Truth.YES, Truth.NO), (4, Truth.YES, Truth.YES)],
)
def test_three_are_a_warning_and_the_fourth_a_proposal(times, warned, void):
    """AMB-23: more than three begins with the fourth."""
    standing = said(*DAYS[:times])
    (consequence,) = standing.consequences
    assert (consequence.warned, consequence.void) == (warned, void)
    assert (standing.proposing is not None, standing.warning is not None) == (times == 4, times == 3)


def test_one_occurrence_is_one_however_long_and_a_long_one_is_pointed_out():
    """AMB-24: Monday to Thursday is one occurrence of four duty days."""
    standing = said((date(2026, 6, 1), date(2026, 6, 4)))
    assert (standing.by_episode, standing.by_day) == (1, 4)
    assert [(alert.code, alert.days) for alert in standing.alerts] == [("long_episode", 4)]
    assert said((date(2026, 6, 1), date(2026, 6, 3))).alerts == ()


def test_reported_day_by_day_or_at_once_it_is_the_same():
    apart = said(date(2026, 6, 4), date(2026, 6, 5), date(2026, 6, 8))  # Thursday, Friday, Monday
    once = said((date(2026, 6, 4), date(2026, 6, 8)))
    assert (apart.by_episode, apart.by_day) == (once.by_episode, once.by_day) == (1, 3)


def test_where_each_day_counts_four_days_are_enough():
    rule = absence_rule(counted_by="day")
    standing = said((date(2026, 6, 1), date(2026, 6, 4)), rule=rule)
    assert standing.consequences[0].counted == 4
    assert standing.proposing is not None


def test_until_the_adoption_has_answered_an_occurrence_is_an_episode():
    assert said((date(2026, 6, 1), date(2026, 6, 4)), rule=absence_rule(counted_by=None)).consequences[0].counted == 1


def test_the_statutory_limits_are_more_than_fifteen_in_a_row_and_more_than_thirty_within_a_year():
    fifteen = said((date(2026, 6, 1), date(2026, 6, 19)))
    assert fifteen.by_day == 15
    assert "in_a_row" not in [alert.code for alert in fifteen.alerts]
    sixteen = said((date(2026, 6, 1), date(2026, 6, 22)))
    assert ("in_a_row", 16) in [(alert.code, alert.days) for alert in sixteen.alerts]
    two = said((date(2026, 6, 1), date(2026, 6, 19)), (date(2026, 8, 3), date(2026, 8, 24)))
    assert two.by_day == 31
    assert ("within_a_year", 31) in [(alert.code, alert.days) for alert in two.alerts]
    over_new_year = said((date(2025, 12, 1), date(2025, 12, 19)), (date(2026, 2, 2), date(2026, 2, 23)))
    assert "within_a_year" not in [alert.code for alert in over_new_year.alerts]


def test_an_absence_over_new_year_lies_in_both_years():
    rule = absence_rule(within_a_year={"at_least": 2})
    standing = said((date(2025, 12, 30), date(2026, 1, 5)), rule=rule)  # two days and three
    assert [(alert.days, alert.first.year) for alert in standing.alerts if alert.code == "within_a_year"] == [
        (2, 2025),
        (3, 2026),
    ]


def test_of_shifts_the_stated_days_count():
    shift = Duty("shift", CALENDAR)
    standing = said((date(2026, 6, 1), date(2026, 6, 7), 3), duty=shift)
    assert (standing.by_day, standing.alerts) == (3, ())


def test_without_a_clause_episodes_are_counted_and_nothing_follows():
    standing = weigh([Missed(day, day) for day in DAYS], (), DUTY)
    assert (standing.by_episode, standing.consequences, standing.proposing, standing.warning) == (4, (), None, None)
    assert "no_absence_rule" in [step.operation for step in standing.explained.steps]


def test_a_number_that_is_open_leads_to_nothing():
    standing = said(*DAYS, rule=absence_rule(proposes_void={"more_than": None}))
    assert standing.consequences[0].void is Truth.UNKNOWN
    assert standing.proposing is None


def test_of_several_ways_the_one_that_weighs_least_holds():
    strict, mild = absence_rule(), absence_rule(id="mild", proposes_void={"more_than": 10})
    for ways in (((strict,), (mild,)), ((mild,), (strict,))):
        standing = weigh([Missed(day, day) for day in DAYS], (ways,), DUTY)
        assert standing.proposing is None
        assert standing.consequences[0].rule is mild


def test_the_longest_time_to_answer_is_given():
    rules = (((absence_rule(),), (absence_rule(heard_within=3),)), ((absence_rule(heard_within=None),),))
    assert hearing_ends(rules) == 5
    assert hearing_ends(()) is None


def test_the_explanation_names_the_rows_and_both_counts():
    standing = weigh([Missed(DAYS[0], DAYS[0], id=9)], (((absence_rule(),),),), DUTY)
    told = standing.explained.to_json()
    assert told["value"] == 1
    assert told["steps"][0]["inputs"][-1]["ref"] == "absence:9"
    assert [step["operation"] for step in told["steps"]] == [
        "missed", "counted_by_episode", "absence_warning", "void_proposed",
    ]  # fmt: skip


@given(data=st.data(), days=st.lists(st.dates(date(2026, 1, 5), date(2026, 12, 31)), max_size=10, unique=True))
def test_the_order_of_reporting_is_without_meaning(data, days):
    rows = [Missed(day, day) for day in days if DUTY.is_duty(day)]
    one, other = (weigh(held, (((absence_rule(),),),), DUTY) for held in (rows, data.draw(st.permutations(rows))))
    assert (one.by_episode, one.by_day, one.alerts) == (other.by_episode, other.by_day, other.alerts)
    assert one.by_episode <= one.by_day == len(rows)
