"""Last days worked out by hand: corresponding days, filed leave, merged episodes, leave within what was lengthened."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assignments.rules.terms import reckon, term_end
from deploy_admin.policies.language.explained import Truth
from tests.assignments.leave.clauses import always, choosing, facts, leave, leave_rule

NOTHING = always()
RULE = always(leave_rule())


def days(ending):
    return ending.ends_on, ending.extended_days


# ------------------------------------------------------------------------------------------ AMB-16: the term by itself


@pytest.mark.parametrize(
    ("first", "months", "more", "last"),
    [
        (date(2025, 3, 10), 12, 0, date(2026, 3, 9)),
        (date(2023, 1, 3), 12, 0, date(2024, 1, 2)),
        (date(2025, 1, 1), 12, 0, date(2025, 12, 31)),
        (date(2025, 1, 31), 1, 0, date(2025, 2, 28)),  # no corresponding day: the month's last
        (date(2024, 2, 29), 12, 0, date(2025, 2, 28)),
        (date(2023, 8, 31), 6, 0, date(2024, 2, 29)),
        (date(2025, 2, 28), 1, 0, date(2025, 3, 27)),
        (date(2025, 3, 10), 12, 1, date(2026, 3, 10)),
        (date(2025, 3, 10), 0, 30, date(2025, 4, 8)),
        (date(2025, 3, 10), 0, 1, date(2025, 3, 10)),
    ],
)
def test_a_term_ends_the_day_before_the_corresponding_day(first, months, more, last):
    assert term_end(first, months, more) == last


@given(first=st.dates(date(2015, 1, 1), date(2035, 12, 31)), months=st.integers(1, 60))
def test_who_begins_a_day_later_never_ends_earlier(first, months):
    assert term_end(first, months) <= term_end(first + timedelta(days=1), months)


# ------------------------------------------------------------------------------------------ AMB-18, 21: five days


def test_the_worked_example_ends_on_7_january_2024():
    ending = reckon(facts(leave(date(2023, 5, 8), date(2023, 5, 12), id=4)), RULE)
    assert days(ending) == (date(2024, 1, 7), 5)
    assert ending.term_ends_on == date(2024, 1, 2)
    assert ending.counts()[4] == (ending.counts()[4].__class__(5, date(2023, 5, 8), True))


def test_four_days_are_neither_filed_nor_added():
    ending = reckon(facts(leave(date(2023, 5, 8), date(2023, 5, 11), id=4)), RULE)
    assert days(ending) == (date(2024, 1, 2), 0)
    count = ending.counts()[4]
    assert (count.days, count.filing_required) == (4, False)


def test_the_whole_episode_counts_and_not_what_exceeds_the_threshold():
    taken = leave(date(2023, 5, 8), date(2023, 5, 17))  # 8 duty days
    assert days(reckon(facts(taken), RULE)) == (date(2024, 1, 10), 8)


def test_the_other_two_ways_of_lengthening_are_parameters():
    taken = leave(date(2025, 9, 28), date(2025, 10, 10))  # five duty days within thirteen
    held = facts(taken, starts_on=date(2025, 3, 10))
    assert days(reckon(held, RULE)) == (date(2026, 3, 14), 5)
    assert days(reckon(held, always(leave_rule(by="calendar_span")))) == (date(2026, 3, 22), 13)
    assert days(reckon(held, always(leave_rule(by="excess")))) == (date(2026, 3, 9), 0)
    longer = facts(leave(date(2023, 5, 8), date(2023, 5, 17)))
    assert days(reckon(longer, always(leave_rule(by="excess")))) == (date(2024, 1, 5), 3)


def test_more_than_leaves_the_number_itself_out():
    taken = facts(leave(date(2023, 5, 8), date(2023, 5, 12)))
    assert days(reckon(taken, always(leave_rule(filing={"more_than": 5})))) == (date(2024, 1, 2), 0)


# ------------------------------------------------------------------------------------------ AMB-19: in what days


def test_thursday_to_monday_is_three_days_of_personal_leave_and_five_of_maternity_leave():
    first, last = date(2023, 6, 8), date(2023, 6, 12)
    three = reckon(facts(leave(first, last, id=1)), RULE)
    five = reckon(facts(leave(first, last, "maternity", id=1)), RULE)
    assert (three.counts()[1].days, three.counts()[1].filing_required) == (3, False)
    assert (five.counts()[1].days, five.counts()[1].filing_required) == (5, True)
    assert five.extended_days == 0  # filed, but maternity leave does not lengthen here


def test_maternity_leave_lengthens_by_calendar_days_where_the_adoption_says_so():
    taken = leave(date(2023, 3, 1), date(2023, 6, 6), "maternity")  # 98 days
    rule = leave_rule(extends={"maternity": True})
    assert days(reckon(facts(taken), always(rule))) == (date(2024, 4, 9), 98)


def test_of_shifts_the_stated_days_count():
    taken = leave(date(2023, 6, 8), date(2023, 6, 14), duty_days=4)
    assert reckon(facts(taken, pattern="shift"), RULE).extended_days == 0
    taken = leave(date(2023, 6, 8), date(2023, 6, 14), duty_days=6)
    assert reckon(facts(taken, pattern="shift"), RULE).extended_days == 6


# ------------------------------------------------------------------------------------------ AMB-20: episodes


def test_monday_to_wednesday_and_thursday_to_friday_are_one_episode_of_five():
    ending = reckon(
        facts(leave(date(2023, 5, 8), date(2023, 5, 10), id=1), leave(date(2023, 5, 11), date(2023, 5, 12), id=2)),
        RULE,
    )
    assert days(ending) == (date(2024, 1, 7), 5)
    assert len(ending.episodes) == 1
    assert {pk: (c.days, c.episode_from, c.filing_required) for pk, c in ending.counts().items()} == {
        1: (3, date(2023, 5, 8), True),
        2: (2, date(2023, 5, 8), True),
    }


def test_a_weekend_in_between_merges_and_a_day_at_work_does_not():
    over_the_weekend = facts(leave(date(2023, 5, 11), date(2023, 5, 12)), leave(date(2023, 5, 15), date(2023, 5, 17)))
    assert reckon(over_the_weekend, RULE).extended_days == 5
    at_work_on_monday = facts(leave(date(2023, 5, 11), date(2023, 5, 12)), leave(date(2023, 5, 16), date(2023, 5, 18)))
    assert reckon(at_work_on_monday, RULE).extended_days == 0


def test_a_worked_saturday_in_between_does_not_merge():
    # Saturday 6 May 2023 was worked to make up for Labour Day.
    taken = facts(leave(date(2023, 5, 4), date(2023, 5, 5)), leave(date(2023, 5, 8), date(2023, 5, 10)))
    assert reckon(taken, RULE).extended_days == 0


def test_leave_before_and_after_a_public_holiday_is_one_episode():
    taken = facts(
        leave(date(2025, 9, 28), date(2025, 9, 30)),
        leave(date(2025, 10, 9), date(2025, 10, 10)),
        starts_on=date(2025, 3, 10),
    )
    assert days(reckon(taken, RULE)) == (date(2026, 3, 14), 5)


def test_where_the_clause_says_so_nothing_merges():
    taken = facts(leave(date(2023, 5, 8), date(2023, 5, 10), id=1), leave(date(2023, 5, 11), date(2023, 5, 12), id=2))
    ending = reckon(taken, always(leave_rule(merge="never")))
    assert ending.extended_days == 0
    assert ending.counts()[2].episode_from == date(2023, 5, 11)


# ------------------------------------------------------------------------------------------ AMB-22: which kinds


def test_filing_asks_all_days_and_lengthening_those_of_kinds_that_extend_by_themselves():
    mixed = facts(
        leave(date(2023, 5, 8), date(2023, 5, 10), id=1), leave(date(2023, 5, 11), date(2023, 5, 12), "annual", id=2)
    )
    ending = reckon(mixed, RULE)
    assert {count.filing_required for count in ending.counts().values()} == {True}
    assert ending.extended_days == 0  # three days of personal leave do not reach five by themselves


def test_of_a_mixed_episode_only_the_days_that_extend_are_added():
    mixed = facts(leave(date(2023, 5, 8), date(2023, 5, 12)), leave(date(2023, 5, 15), date(2023, 5, 16), "annual"))
    assert reckon(mixed, RULE).extended_days == 5


def test_a_kind_that_is_not_named_does_not_extend():
    assert reckon(facts(leave(date(2023, 5, 8), date(2023, 5, 19), "training")), RULE).extended_days == 0


def test_an_own_threshold_of_lengthening_stands_apart_from_that_of_filing():
    taken = facts(leave(date(2023, 5, 8), date(2023, 5, 12), id=1))
    ending = reckon(taken, always(leave_rule(extension={"at_least": 10})))
    assert (ending.extended_days, ending.counts()[1].filing_required) == (0, True)


def test_a_number_that_is_open_lengthens_nothing_and_says_that_it_is_unknown():
    ending = reckon(facts(leave(date(2023, 5, 8), date(2023, 5, 12))), always(leave_rule(filing={"at_least": None})))
    assert ending.extended_days == 0
    assert ending.episodes[0].rulings[0].parts[0].reached is Truth.UNKNOWN
    assert "leave_extension_unknown" in [step.operation for step in ending.explained.steps]


# ------------------------------------------------------------------------------------------ within the extension


def test_leave_within_what_was_lengthened_lengthens_again():
    # Until 2 January 2024; five days make it 7 January (a Sunday); leave from 3 to 9 January lies partly beyond.
    first = leave(date(2023, 5, 8), date(2023, 5, 12))
    second = leave(date(2023, 12, 28), date(2024, 1, 5))
    # By 2 January: 28, 29 December, 1 and 2 January are four; by 7 January seven: that is 5 + 7 days more.
    ending = reckon(facts(first, second), RULE)
    assert days(ending) == (date(2024, 1, 14), 12)


def test_leave_beyond_the_last_day_does_not_lengthen_towards_itself():
    second = leave(date(2024, 1, 1), date(2024, 1, 12), id=2)
    ending = reckon(facts(second), RULE)  # two days lie within the term: under five
    assert days(ending) == (date(2024, 1, 2), 0)
    assert ending.counts()[2].days == 2


def test_leave_wholly_beyond_counts_nothing():
    ending = reckon(facts(leave(date(2024, 2, 5), date(2024, 2, 9), id=9)), RULE)
    assert ending.counts()[9].days == 0
    assert not ending.counts()[9].filing_required


def test_taking_a_leave_back_takes_back_what_hung_on_it():
    first = leave(date(2023, 5, 8), date(2023, 5, 12))
    within = leave(date(2024, 1, 3), date(2024, 1, 5))
    assert days(reckon(facts(first, within), RULE)) == (date(2024, 1, 7), 5)
    assert days(reckon(facts(within), RULE)) == (date(2024, 1, 2), 0)


def test_it_never_runs_away():
    always_away = [
        leave(date(2023, 1, 3) + timedelta(days=7 * n), date(2023, 1, 9) + timedelta(days=7 * n)) for n in range(400)
    ]
    ending = reckon(facts(*always_away), RULE)
    # Every day is leave: nothing but the leave that was taken can be added, once.
    assert ending.ends_on <= always_away[-1].last + timedelta(days=5 * 400)
    assert ending.extended_days <= 5 * 400


# ------------------------------------------------------------------------------------------ granted days, early end


def test_granted_days_come_on_top_and_leave_within_them_counts():
    within = leave(date(2024, 1, 8), date(2024, 1, 12))
    assert days(reckon(facts(granted_days=10), RULE)) == (date(2024, 1, 12), 0)
    assert days(reckon(facts(within, granted_days=10), RULE)) == (date(2024, 1, 17), 5)


def test_an_actual_last_day_stands_before_everything():
    taken = leave(date(2023, 5, 8), date(2023, 5, 12))
    ending = reckon(facts(taken, ended_on=date(2023, 9, 30), granted_days=30), RULE)
    assert days(ending) == (date(2023, 9, 30), 5)
    assert ending.term_ends_on == date(2024, 1, 2)
    earlier = reckon(facts(leave(date(2023, 5, 8), date(2023, 5, 12), id=1), ended_on=date(2023, 5, 10)), RULE)
    assert days(earlier) == (date(2023, 5, 10), 0)
    assert earlier.counts()[1].days == 3


# ------------------------------------------------------------------------------------------ which rule


def test_without_a_rule_the_term_stands_and_the_explanation_says_so():
    ending = reckon(facts(leave(date(2023, 5, 8), date(2023, 6, 12), id=1)), NOTHING)
    assert days(ending) == (date(2024, 1, 2), 0)
    assert [step.operation for step in ending.explained.steps] == ["term", "no_leave_rule"]
    assert not ending.counts()[1].filing_required
    assert [step.operation for step in reckon(facts(), NOTHING).explained.steps] == ["term", "no_leave_rule"]
    assert [step.operation for step in reckon(facts(), RULE).explained.steps] == ["term"]


def test_of_ways_to_choose_among_the_one_that_ends_earlier_holds():
    taken = facts(leave(date(2023, 5, 8), date(2023, 5, 12)))
    strict, mild = leave_rule(), leave_rule(id="mild", filing={"at_least": 10})
    for ways in (((strict,), (mild,)), ((mild,), (strict,))):
        ending = reckon(taken, choosing(*ways))
        assert ending.extended_days == 0
        assert "more_favourable" in [step.operation for step in ending.explained.steps]
    assert reckon(taken, choosing((), (strict,))).extended_days == 0


def test_of_two_topics_both_hold_and_the_longer_extension_covers_the_other():
    taken = facts(leave(date(2023, 5, 8), date(2023, 5, 12), id=1))
    other = leave_rule(id="other", topic="county_township.other", filing={"at_least": 3}, by="calendar_span")
    ending = reckon(taken, always(leave_rule(filing={"at_least": 6}), other))
    assert ending.extended_days == 5
    assert ending.counts()[1].filing_required
    assert "longest" in [step.operation for step in ending.explained.steps]


def test_the_rule_of_the_day_on_which_the_episode_begins_is_asked():
    asked = []

    def rules(day):
        asked.append(day)
        return (((leave_rule(),),),) if day >= date(2023, 6, 1) else ()

    ending = reckon(
        facts(leave(date(2023, 5, 29), date(2023, 6, 2)), leave(date(2023, 6, 12), date(2023, 6, 16))), rules
    )
    assert ending.extended_days == 5
    assert {date(2023, 5, 29), date(2023, 6, 12)} <= set(asked)


# ------------------------------------------------------------------------------------------ why


def test_the_explanation_carries_every_step_and_the_rows():
    ending = reckon(facts(leave(date(2023, 5, 8), date(2023, 5, 12), id=7), granted_days=3), RULE)
    told = ending.explained.to_json()
    assert told["value"] == "2024-01-10"
    assert [step["operation"] for step in told["steps"]] == [
        "term", "leave_episode", "leave_filing", "leave_extension", "granted_days", "last_day",
    ]  # fmt: skip
    episode = told["steps"][1]
    assert episode["clause"] == "filing_and_extension"
    assert {"name": "leave_duty_days:personal", "value": 5, "ref": "leave:7", "on": "2023-05-08"} in episode["inputs"]
    assert told["steps"][2]["result"] == "yes"
    assert told["steps"][-1]["result"] == "2024-01-10"


# ------------------------------------------------------------------------------------------ the order of entry

_KINDS = st.sampled_from(["personal", "sick", "annual", "maternity", "official_duty", "training"])


@st.composite
def _taken(draw):
    """Leave that does not overlap, as the database keeps it."""
    day, found = date(2023, 1, 3), []
    for _ in range(draw(st.integers(0, 12))):
        first = day + timedelta(days=draw(st.integers(1, 60)))
        last = first + timedelta(days=draw(st.integers(0, 25)))
        found.append(leave(first, last, draw(_KINDS), id=len(found) + 1))
        day = last
    return found


@given(taken=_taken(), data=st.data(), by=st.sampled_from(["whole_episode", "excess", "calendar_span"]))
def test_the_end_does_not_depend_on_the_order_of_entry(taken, data, by):
    shuffled = data.draw(st.permutations(taken))
    rules = always(leave_rule(by=by))
    first, second = reckon(facts(*taken), rules), reckon(facts(*shuffled), rules)
    assert days(first) == days(second)
    assert first.counts() == second.counts()


@given(taken=_taken(), granted=st.integers(0, 40))
def test_the_end_is_the_term_and_what_was_added_and_more_leave_never_ends_earlier(taken, granted):
    ending = reckon(facts(*taken, granted_days=granted), RULE)
    assert ending.ends_on == ending.term_ends_on + timedelta(days=ending.extended_days + granted)
    assert reckon(facts(*taken[:-1], granted_days=granted), RULE).ends_on <= ending.ends_on
    # A fixed point: reckoned up to its own end, nothing is added.
    within = [each for each in taken if each.first <= ending.ends_on]
    assert days(reckon(facts(*within, granted_days=granted), RULE)) == days(ending)
