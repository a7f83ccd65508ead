"""Heads and numbers, worked out by hand: nominated, on post, at the year's end, finally, forecast, stock; by luck."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assignments.rules.counting import MAIN
from assignments.rules.duty import Duty
from assignments.rules.heads import Life, fits, heads, numbers, served
from assignments.rules.lengths import Length
from assignments.rules.terms import term_end
from deploy_admin.months import Period
from deploy_admin.policies.language.quota import Counting
from deploy_admin.workdays import WorkCalendar

Y2026 = Period.year(2026)
DUTY = Duty("five_day", WorkCalendar())
YEAR = Counting(term={"at_least": "12 months"}, excused=("called_away",))
LAST_DAY, NEXT_YEAR = date(2026, 12, 31), date(2027, 1, 4)
DURING, AFTER, LONG_AFTER = date(2026, 11, 22), date(2027, 1, 1), date(2028, 6, 1)


def a_life(number: int = 1, state: str = "on_post", first: date = date(2026, 3, 10), **more) -> Life:
    """Return twelve months from 10 March 2026, of a person and in a slot of the same number."""
    months, days = more.pop("months", 12), more.pop("days", 0)
    last = term_end(first, months, days)
    ends_on = more.pop("ends_on", last)
    said = {"worker_id": number, "slot_id": number, "confirmed": True} | more
    return Life(
        id=number, state=state, starts_on=first, ends_on=ends_on, term_months=months, term_days=days,
        term_ends_on=last, duty=DUTY, **said,
    )  # fmt: skip


def ended(number: int = 1, on: date = date(2026, 8, 31), reason: str = "refused", **more) -> Life:
    return a_life(number, "ended_early", ends_on=on, end_reason=reason, **more)


def counted(*lives: Life, counting: Counting = YEAR, today: date = DURING, period: Period = Y2026, parts=()):
    return numbers(lives, {MAIN: counting}, parts, period, today)


def told(found):
    return found.nominated, found.on_post, found.year_end, found.final, found.forecast


@pytest.mark.parametrize(
    ("life", "during", "after", "long_after"),
    [
        (a_life(state="planned"), (1, 0, None, None, 1), (1, 0, 0, None, 0), (1, 0, 0, None, 0)),
        (a_life(state="filed", first=LAST_DAY), (1, 0, None, None, 1), (1, 0, 0, None, 0), (1, 0, 0, None, 0)),
        (a_life(state="filed", first=NEXT_YEAR), (1, 0, None, None, 0), (1, 0, 0, None, 0), (1, 0, 0, None, 0)),
        (a_life(), (0, 1, None, None, 1), (0, 1, 1, None, 1), (0, 1, 1, None, 1)),
        (a_life(state="returned"), (0, 1, None, None, 1), (0, 1, 1, 1, 1), (0, 1, 1, 1, 1)),
        (a_life(state="transferred"), (0, 1, None, None, 1), (0, 1, 1, 1, 1), (0, 1, 1, 1, 1)),
        (ended(), (0, 0, None, None, 0), (0, 0, 0, 0, 0), (0, 0, 0, 0, 0)),
        (ended(reason="called_away"), (0, 1, None, None, 1), (0, 1, 1, 1, 1), (0, 1, 1, 1, 1)),
        (ended(on=date(2027, 2, 1)), (0, 0, None, None, 1), (0, 0, 1, 0, 1), (0, 0, 1, 0, 1)),
        (ended(on=date(2027, 3, 9), months=14), (0, 1, None, None, 1), (0, 1, 1, 1, 1), (0, 1, 1, 1, 1)),
    ],
    ids=[
        "planned", "filed for the last day", "filed for the year after", "on post", "returned", "transferred",
        "ended early", "called away", "ended early after the year", "ended early with a year served",
    ],
)  # fmt: skip
def test_one_person_through_the_years(life, during, after, long_after):
    """AMB-08: the year's end asks for a planned term, the final number for the minimum served."""
    assert told(counted(life, today=DURING)) == during
    assert told(counted(life, today=AFTER)) == after
    assert told(counted(life, today=LONG_AFTER)) == long_after


def test_the_final_number_waits_for_everyone_who_is_still_on_post_or_coming():
    done, here = a_life(1, "returned"), a_life(2)
    assert counted(done, here, today=LONG_AFTER).final is None
    assert counted(done, a_life(2, "filed"), today=LONG_AFTER).final is None
    assert counted(done, a_life(2, "renewed"), today=LONG_AFTER).final == 2


def test_the_final_number_waits_for_an_officers_confirmation():
    proposed = a_life(1, "returned", confirmed=False)
    found = counted(proposed, today=LONG_AFTER)
    assert (found.year_end, found.final, found.unconfirmed) == (1, None, 1)
    # Whoever cannot be recognised any more needs nobody's confirmation.
    assert counted(ended(2, confirmed=False), today=LONG_AFTER).final == 0


def test_before_the_period_has_ended_neither_number_is_known():
    found = counted(a_life(1, "returned", first=date(2025, 11, 1)), today=Y2026.last)
    assert (found.year_end, found.final) == (None, None)


def test_successive_people_in_a_slot_count_once_and_their_time_adds_up():
    first = ended(1, on=date(2026, 8, 9), slot_id=9)  # five months
    second = a_life(2, "returned", date(2026, 8, 10), months=7, slot_id=9)
    assert told(counted(first, second, today=LONG_AFTER)) == (0, 1, 1, 1, 1)
    alone = Counting(term={"at_least": "12 months"}, relay=False)
    assert told(counted(first, second, counting=alone, today=LONG_AFTER)) == (0, 1, 1, 0, 1)


def test_a_slot_that_waits_for_its_replacement_is_nominated_not_on_post():
    first = ended(1, slot_id=9)
    coming = a_life(2, "filed", date(2026, 12, 1), slot_id=9)
    assert told(counted(first, coming)) == (1, 0, None, None, 1)


def test_somebody_who_fills_two_slots_alone_is_one_person_and_in_two_relays_two_slots_are_filled():
    one, two = a_life(1, worker_id=7, slot_id=1), a_life(2, "filed", date(2027, 3, 10), worker_id=7, slot_id=2)
    assert len(heads([one, two], YEAR)) == 1
    other = ended(3, worker_id=8, slot_id=1)
    assert len(heads([one, two, other], YEAR)) == 2


@pytest.mark.parametrize(("continuous", "enough"), [(None, False), (True, False), (False, True)])
def test_a_term_is_pieced_together_only_where_the_clause_allows_it(continuous, enough):
    counting = Counting(term={"at_least": "6 months"}, continuous=continuous)
    pieces = (
        a_life(1, "returned", date(2026, 1, 1), months=3, worker_id=7, slot_id=1),
        a_life(2, "returned", date(2026, 9, 1), months=3, worker_id=7, slot_id=2),
    )
    assert fits(pieces, counting) is enough
    assert counted(*pieces, counting=counting, today=LONG_AFTER).final == int(enough)


def test_days_by_which_leave_lengthened_a_term_are_not_served_towards_the_minimum():
    """Ten days of leave move the last day from 9 to 19 March; who leaves on the 12th has not served a year."""
    short = ended(1, on=date(2027, 3, 12), extended_days=10, months=14)
    whole = ended(1, on=date(2027, 3, 19), extended_days=10, months=14)
    assert served(short, YEAR, date.max).length == Length(11, 21)
    assert counted(short, today=LONG_AFTER).final == 0
    assert counted(whole, today=LONG_AFTER).final == 1


def test_part_time_days_are_lost_only_where_full_detachment_is_asked():
    life = a_life(1, "returned", part_time_days=30)
    asked = Counting(term={"at_least": "12 months"}, full_time=True)
    assert counted(life, today=LONG_AFTER).final == 1
    assert counted(life, counting=asked, today=LONG_AFTER).final == 0


@pytest.mark.parametrize(
    ("term", "months", "days", "enough"),
    [
        ({"at_least": "12 months"}, 12, 0, True),
        ({"more_than": "12 months"}, 12, 0, False),
        ({"more_than": "12 months"}, 12, 1, True),
        ({"at_least": "180 days"}, 6, 0, True),
        ({"at_least": "185 days"}, 6, 0, False),
        ({"at_least": "120 duty_days"}, 6, 0, True),
        ({"at_least": "140 duty_days"}, 6, 0, False),
    ],
)
def test_every_unit_and_side_of_a_term(term, months, days, enough):
    """From 10 March 2026: six months are 184 days, of which 132 are working days where no holiday is known."""
    assert fits((a_life(months=months, days=days),), Counting(term=term)) is enough


def test_the_verdicts_parts_and_batches_are_of_those_who_decide():
    here, gone = a_life(1, parts=("seniors",), batch=2), ended(2, parts=("seniors",), batch=1)
    found = counted(here, gone, parts=("seniors", "juniors"))
    assert found.composition == {"seniors": 1, "juniors": 0}
    assert found.batches == (2,)


def test_an_alternative_counts_under_its_own_counting_and_the_columns_count_everybody_once():
    ways = {MAIN: YEAR, "six": Counting(term={"at_least": "6 months"})}
    whole = a_life(1, "returned", ways=(MAIN, "six"))
    half = a_life(2, "returned", months=6, ways=("six",))
    found = numbers([whole, half], ways, (), Y2026, LONG_AFTER)
    assert (found.on_post, found.final) == (2, 2)
    assert found.by_alternative == {MAIN: 1, "six": 2}


class TestStock:
    STOCK = Counting(measured="stock")

    def test_the_emptiest_day_decides_and_the_fullest_is_kept(self):
        whole = a_life(1, first=date(2025, 7, 1), months=24)
        spring = a_life(2, "returned", date(2026, 2, 1), months=3)
        early = a_life(3, "returned", date(2026, 3, 1), months=3)
        found = counted(whole, spring, early, counting=self.STOCK, today=LONG_AFTER)
        assert (found.year_end, found.highest) == (1, 3)
        found = counted(whole, spring, early, counting=self.STOCK)
        assert (found.on_post, found.highest, found.forecast, found.year_end) == (1, 3, 1, None)

    def test_one_day_without_anybody_is_noticed(self):
        until, since = a_life(1, "returned", date(2025, 1, 1), months=18), a_life(2, first=date(2026, 7, 2), months=12)
        assert until.ends_on == date(2026, 6, 30)
        assert counted(until, since, counting=self.STOCK, today=AFTER).year_end == 0
        joined = since._replace(starts_on=date(2026, 7, 1))
        assert counted(until, joined, counting=self.STOCK, today=AFTER).year_end == 1

    def test_before_the_period_nobody_is_on_post_in_it(self):
        found = counted(a_life(1, "filed", date(2027, 1, 1)), counting=self.STOCK, period=Period.year(2027))
        assert (found.nominated, found.on_post, found.highest, found.forecast) == (1, 0, 0, 1)


STATES = ("planned", "filed", "on_post", "term_reached", "returned", "renewed", "ended_early")


@st.composite
def some_lives(draw):
    count = draw(st.integers(0, 6))
    lives = []
    for number in range(1, count + 1):
        state = draw(st.sampled_from(STATES))
        first = date(2025, 6, 1) + timedelta(days=draw(st.integers(0, 600)))
        more = {
            "worker_id": draw(st.integers(1, 4)),
            "slot_id": draw(st.integers(1, 4)),
            "months": draw(st.integers(1, 24)),
        }
        more["confirmed"] = draw(st.booleans())
        if state == "ended_early":
            more["ends_on"] = first + timedelta(days=draw(st.integers(0, 20)))
            more["end_reason"] = draw(st.sampled_from(["refused", "called_away"]))
        lives.append(a_life(number, state, first, **more))
    return lives


@given(some_lives(), st.randoms(use_true_random=False), st.sampled_from([DURING, AFTER, LONG_AFTER]), st.booleans())
def test_numbers_do_not_depend_on_the_order_and_never_exceed_the_people(lives, luck, today, relay):
    counting = Counting(term={"at_least": "12 months"}, relay=relay, excused=("called_away",))
    found = counted(*lives, counting=counting, today=today)
    shuffled = list(lives)
    luck.shuffle(shuffled)
    assert counted(*shuffled, counting=counting, today=today) == found
    people = len(heads(lives, counting))
    assert found.on_post + found.nominated <= people
    assert max(found.year_end or 0, found.final or 0, found.forecast) <= people
    assert found.final is None or found.year_end is not None
    if today <= Y2026.last:
        assert (found.year_end, found.final) == (None, None)
