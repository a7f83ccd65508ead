"""Windows, worked by hand: before, inside, after, with more time, sent back, without days, in a closed campaign."""

from __future__ import annotations

from datetime import date

import pytest

from assignments.filing.window import standing

FROM, TO = date(2026, 11, 1), date(2026, 11, 30)


def told(today: date, *, state="draft", campaign="open", until=None, first=FROM, last=TO):
    found = standing(first, last, today, campaign, state, until)
    return found.code, found.may_enter, found.is_late


@pytest.mark.parametrize(
    ("today", "answer"),
    [
        (date(2026, 10, 31), ("not_yet", False, False)),
        (date(2026, 11, 1), ("open", True, False)),
        (date(2026, 11, 30), ("open", True, False)),
        (date(2026, 12, 1), ("closed", False, False)),
    ],
)
def test_both_days_of_the_window_are_inside(today, answer):
    assert told(today) == answer


def test_a_window_without_an_end_is_open_while_the_campaign_is():
    assert told(date(2030, 1, 1), last=None) == ("open", True, False)
    assert told(date(2020, 1, 1), first=None) == ("open", True, False)
    assert told(date(2020, 1, 1), first=None, last=None) == ("open", True, False)


def test_more_time_lets_enter_and_makes_late():
    assert told(date(2026, 12, 5), until=date(2026, 12, 5)) == ("more_time", True, True)
    assert told(date(2026, 12, 6), until=date(2026, 12, 5)) == ("closed", False, False)


def test_more_time_inside_the_window_changes_nothing():
    assert told(date(2026, 11, 20), until=date(2026, 12, 5)) == ("open", True, False)


def test_what_was_sent_back_was_in_time():
    assert told(date(2027, 1, 5), state="returned") == ("returned", True, False)


@pytest.mark.parametrize("state", ["submitted", "to_be_checked", "approved"])
def test_what_is_handed_in_is_not_entered(state):
    assert told(date(2026, 11, 20), state=state) == ("handed_in", False, False)


@pytest.mark.parametrize("campaign", ["draft", "closed", "withdrawn"])
def test_a_campaign_that_is_not_open_takes_nothing(campaign):
    assert told(date(2026, 11, 20), campaign=campaign) == ("campaign_not_open", False, False)
    assert told(date(2026, 12, 5), state="returned", campaign=campaign)[1] is False


def test_the_last_day_is_the_later_of_window_and_more_time():
    assert standing(FROM, TO, FROM, "open", "draft", date(2026, 12, 5)).closes_on == date(2026, 12, 5)
    assert standing(FROM, TO, FROM, "open", "draft", date(2026, 11, 5)).closes_on == TO
