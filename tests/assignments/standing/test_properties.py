"""What holds whatever is entered: never more than the calendar, full terms exactly, order without meaning."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from assignments.rules.adding import amount
from assignments.rules.credit import life, reckoned
from assignments.rules.duty import Duty
from assignments.rules.requirements import State
from assignments.rules.terms import Taken, TermFacts, reckon, term_end
from tests.assignments.standing.helpers import (
    HOSPITAL,
    ON,
    REMOTE,
    THC,
    WEEK,
    a_requirement,
    a_rule,
    a_service,
    a_stretch,
    credit,
    stand,
)
from tests.assignments.standing.leave import LEAVE

DAYS = st.dates(date(2020, 1, 1), date(2026, 6, 30))
RULE = a_rule("full_time: true")
ASKED = a_requirement("target: title_application.senior\nservice: {length: {at_least: 12 months}}")


@st.composite
def terms(draw):
    """A term with leave of kinds that lengthen it, as the end of the term is reckoned from them."""
    first, months = draw(DAYS), draw(st.integers(1, 24))
    leaves = []
    for _ in range(draw(st.integers(0, 4))):
        begin = first + timedelta(days=draw(st.integers(0, 30 * months)))
        leaves.append(Taken("personal", begin, begin + timedelta(days=draw(st.integers(0, 20)))))
    apart = [
        one for n, one in enumerate(leaves) if not any(o.first <= one.last and one.first <= o.last for o in leaves[:n])
    ]
    return first, months, tuple(apart)


def ended(term):
    first, months, leaves = term
    return reckon(TermFacts(first, months, Duty("five_day", WEEK), leaves=leaves), lambda day: (LEAVE,))


def served(term, on=ON, **more):
    first, months, _leaves = term
    end = ended(term)
    extensions = tuple((each.first, each.extends_by) for each in end.episodes if each.extends_by)
    return a_service(first, months, rule=RULE, on=on, last=end.ends_on, extensions=extensions, **more)


@given(terms())
def test_a_full_term_is_exactly_its_months_whatever_leave_was_taken(term):
    assert credit(served(term)).term == (term[1], 0)


@given(terms(), st.integers(-5, 800))
def test_credit_never_exceeds_calendar_time_and_never_goes_back(term, after):
    day = term[0] + timedelta(days=after)
    now = credit(served(term, day), day).now
    until = min(day, ended(term).ends_on)
    on_post = max((until - term[0]).days + 1, 0)
    assert now.days <= on_post
    assert now.length.months * 28 + now.length.days <= on_post
    later = day + timedelta(days=1)
    assert credit(served(term, later), later).now.length >= now.length


@st.composite
def lives(draw):
    """Several assignments one after the other, at places of different kinds."""
    found, day = [], draw(DAYS)
    for _ in range(draw(st.integers(1, 4))):
        months = draw(st.integers(1, 12))
        place = draw(st.sampled_from([THC, REMOTE, HOSPITAL]))
        full_time = draw(st.booleans())
        last = term_end(day, months)
        found.append(a_service(day, months, rule=RULE, stretches=(a_stretch(day, last, place, full_time=full_time),)))
        day = last + timedelta(days=1 + draw(st.integers(0, 60)))
    return found


@given(lives(), st.randoms(use_true_random=False))
def test_the_order_in_which_assignments_are_entered_has_no_meaning(services, chance):
    mixed = list(services)
    chance.shuffle(mixed)
    assert reckoned(mixed, ON) == reckoned(services, ON)


@given(lives())
def test_all_service_together_never_exceeds_the_days_on_post(services):
    held = life(reckoned(services, ON))
    found = amount(held.pieces, lambda each: min(ON, each.ends_on))
    on_post = sum(max((min(ON, each.ends_on) - each.starts_on).days + 1, 0) for each in services)
    assert found.days <= on_post
    assert found.length.months * 28 + found.length.days <= on_post


@given(lives())
def test_the_day_on_which_it_is_met_is_the_first_on_which_enough_is_credited(services):
    found = stand(ASKED, *services)
    if found.state is not State.SERVING:
        return

    def served_by(day):
        held = life(reckoned([each._replace(through=min(day, each.ends_on)) for each in services], day))
        return amount(held.pieces, lambda each: min(day, each.ends_on)).length

    assert served_by(found.met_on) >= (12, 0)
    assert served_by(found.met_on - timedelta(days=1)) < (12, 0)


@given(terms())
def test_a_piece_cut_in_two_is_worth_the_same_where_nothing_lies_between(term):
    whole = served(term)
    middle = whole.starts_on + (whole.ends_on - whole.starts_on) // 2
    if middle == whole.ends_on:
        return
    parts = (a_stretch(whole.starts_on, middle), a_stretch(middle + timedelta(days=1), whole.ends_on, REMOTE))
    cut = whole._replace(stretches=parts, lines=((RULE, RULE),))
    assert credit(cut).term == credit(whole).term
