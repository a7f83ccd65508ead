"""Reasons: the criterion that binds is the one that trying every plan finds, and what would change it changes it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assignments.rules.allocation.exchanges import decisive
from assignments.rules.allocation.reasons import explain
from assignments.rules.allocation.solving import solve
from assignments.rules.allocation.types import Hindrance, Person, Problem
from deploy_admin.policies.language.explained import Truth
from tests.assignments.rules.allocation.helpers import World, a_person, a_problem, a_request, at_random, by

few = settings(max_examples=30)
seeds = st.integers(0, 10**6)


def binding(world: World, before: tuple[int, ...], after: tuple[int, ...]) -> tuple[str, int]:
    """The first criterion in which two plans differ, and by how much."""
    found = decisive(now - was for was, now in zip(before, after, strict=True))
    return ("lot", 0) if found is None else (world.stages[found[0]].criterion.id, found[1])


def solved(seed: int) -> tuple[World, frozenset[tuple[int, int]]]:
    """A problem at random whose pins hold, and its best plan."""
    problem = at_random(seed)
    broken = frozenset((each.request, each.person) for each in solve(problem).broken_pins)
    problem = replace(problem, pins=problem.pins - broken)
    return World(problem), solve(problem).pairs


@few
@given(seeds)
def test_what_binds_a_gap_is_what_the_best_plan_without_it_loses(seed):
    world, pairs = solved(seed)
    now, pins = world.worth(pairs), world.problem.pins
    told = explain(world.problem, pairs)
    json.dumps([told.requests, told.people])
    for key, gap in told.requests.items():
        filled = sum(request == key for request, _person in pairs)
        best = world.best(lambda plan, k=key, n=filled: pins <= plan and sum(r == k for r, _p in plan) > n)
        if best is None:
            assert gap["nearest"] is None or "hindrances" in gap["nearest"]
        else:
            assert (gap["binds"], gap["nearest"]["by"]) == binding(world, now, best)
    for key, gap in told.people.items():
        best = world.best(lambda plan, k=key: pins <= plan and any(p == k for _r, p in plan))
        if best is None:
            assert gap["nearest"] is None or "hindrances" in gap["nearest"] or gap["binds"] == "pinned"
        else:
            assert (gap["binds"], gap["nearest"]["by"]) == binding(world, now, best)


@few
@given(seeds)
def test_the_exchanges_told_of_a_line_lose_what_they_say(seed):
    world, pairs = solved(seed)
    now = world.worth(pairs)
    told = explain(world.problem, pairs)
    assert set(told.lines) == pairs
    for (request, person), line in told.lines.items():
        for other in line["against"]:
            was, came = other["placed_at"], other["nomination"]
            then = pairs - {(request, person), (was, came)} | {(request, came)}
            if (was, person) in world.arcs.at:
                then |= {(was, person)}
            found = binding(world, now, world.worth(then))
            assert found == (other["criterion"], other["by"])
            assert found[1] <= 0 or (request, person) in world.problem.pins
        decided = line["against"][0]["criterion"] if line["against"] else "only_candidate"
        assert line["decided_by"] == ("pinned" if (request, person) in world.problem.pins else decided)


def applied(problem: Problem, remedy: dict) -> Problem:
    """The problem as it would be after what is proposed."""
    request = next((each for each in problem.requests if each.key == remedy.get("request")), None)
    rest = tuple(each for each in problem.requests if each is not request)
    pair = (remedy.get("request"), remedy.get("person"))
    match remedy["code"]:
        case "lift_ban":
            return replace(problem, bans=problem.bans - {pair})
        case "accept_other_speciality":
            asked = replace(request, also_accepts=(*request.also_accepts, remedy["word"]))
        case "lower_title":
            asked = replace(request, minimum_title=remedy["level"])
        case "later_start":
            asked = replace(request, first_day=date.fromisoformat(remedy["day"]))
        case "pin_here":
            return replace(problem, pins=problem.pins | {pair})
    return replace(problem, requests=(*rest, asked))


@few
@given(seeds)
def test_what_would_change_a_gap_does_when_it_is_done(seed):
    world, pairs = solved(seed)
    problem = replace(world.problem, criteria=by("requests", "priority", "balance"))
    pairs = solve(problem).pairs
    told = explain(problem, pairs)
    for gap in (*told.requests.values(), *told.people.values()):
        for remedy in gap["would_change"]:
            if remedy["code"] == "nominate_one_more":
                continue
            pair = (remedy["request"], remedy["person"])
            then = applied(problem, remedy)
            kept = solve(replace(then, pins=then.pins | {pair}))
            assert pair in kept.pairs
            if remedy["code"] != "pin_here":
                assert min(len(solve(then).pairs), len(kept.pairs)) > len(pairs), remedy


@few
@given(seeds)
def test_one_more_nominated_as_asked_fills_one_place_more(seed):
    world, _pairs = solved(seed)
    problem = replace(world.problem, criteria=by("requests", "priority"))
    pairs = solve(problem).pairs
    for key, gap in explain(problem, pairs).requests.items():
        for remedy in gap["would_change"]:
            if remedy["code"] == "nominate_one_more":
                title, category = remedy["minimum_title"] or "none", remedy["staff_category"]
                one = Person(999, 999, 990, frozenset({remedy["speciality"]}), category, title)
                more = replace(problem, people=(*problem.people, one), pins=problem.pins | {(key, 999)})
                assert len(solve(more).pairs) == len(pairs) + 1


def gap_of(requests, people, *order, **other):
    """The only gap of a request in the best plan."""
    problem = a_problem(requests, people, *order, **other)
    (gap,) = explain(problem, solve(problem).pairs).requests.values()
    return gap


def test_nobody_of_the_speciality_is_told_with_the_nearest_person_and_what_would_do():
    gap = gap_of([a_request(1, "全科")], [a_person(1, "儿科")])
    assert (gap["code"], gap["binds"], gap["places"]) == ("nobody_of_speciality", "speciality_differs", 1)
    assert gap["nearest"]["person"] == 1
    assert [each["code"] for each in gap["would_change"]] == ["accept_other_speciality", "nominate_one_more"]
    assert gap["would_change"][0]["word"] == "儿科"


def test_a_title_that_is_too_low_names_the_title_that_would_do():
    gap = gap_of([a_request(1, minimum_title="senior")], [a_person(1, title="intermediate")])
    assert (gap["code"], gap["binds"]) == ("nobody_possible", "title_too_low")
    assert gap["would_change"][0] == {"code": "lower_title", "level": "intermediate", "request": 1, "person": 1}


def test_a_ban_that_keeps_the_last_person_away_is_what_binds():
    gap = gap_of([a_request(1)], [a_person(1)], bans=frozenset({(1, 1)}))
    assert (gap["code"], gap["binds"]) == ("bans", "banned")
    assert gap["would_change"][0] == {"code": "lift_ban", "request": 1, "person": 1}


def test_somebody_who_comes_back_later_would_do_with_a_later_start():
    away = Hindrance("away_then", {}, date(2027, 1, 1), date(2027, 2, 14))
    gap = gap_of([a_request(1)], [a_person(1, hindered=(away,))])
    assert gap["binds"] == "away_then"
    assert gap["would_change"][0]["day"] == "2027-02-15"


def test_outside_the_destinations_nobody_more_would_help():
    gap = gap_of([a_request(1, destination=Truth.NO)], [a_person(1)])
    assert (gap["binds"], gap["would_change"]) == ("outside_destinations", [])


def test_fewer_people_than_places_says_so():
    gap = gap_of([a_request(1, number=3)], [a_person(1)])
    assert (gap["code"], gap["binds"], gap["places"]) == ("fewer_people_than_places", "nobody_else", 2)


def test_a_place_that_goes_short_because_others_press_more_names_priority():
    gap = gap_of([a_request(1, priority=1), a_request(2, priority=2)], [a_person(1)], "requests", "priority")
    assert (gap["code"], gap["binds"]) == ("all_placed_elsewhere", "priority")
    assert gap["nearest"] == {"person": 1, "from": 1, "criterion": "priority", "by": -100, "alone": "priority"}
    assert gap["would_change"][-1] == {"code": "pin_here", "request": 2, "person": 1}


def test_a_pin_elsewhere_is_what_binds():
    asked = [a_request(1), a_request(2)]
    gap = gap_of(asked, [a_person(1)], pins=frozenset({(1, 1)}))
    assert (gap["code"], gap["binds"], gap["nearest"]) == ("all_placed_elsewhere", "pinned", None)


PEOPLE = [
    ("may_not_go", "person_may_not_go", a_person(1, hindered=(Hindrance("person_may_not_go", {"unmet": ["age"]}),))),
    ("no_request_of_speciality", "speciality_differs", a_person(1, "眼科")),
    ("no_request_possible", "not_possible_then", a_person(1, possible_from=date(2027, 6, 1))),
]


@pytest.mark.parametrize(("code", "binds", "person"), PEOPLE)
def test_somebody_without_any_request_is_told_why(code, binds, person):
    problem = a_problem([a_request(1)], [person])
    gap = explain(problem, frozenset()).people[1]
    assert (gap["code"], gap["binds"]) == (code, binds)


def test_somebody_left_over_is_told_who_sits_there_instead_and_by_what():
    here = a_person(1, wishes=(501,))
    problem = a_problem([a_request(1)], [here, a_person(2)], "requests", "wishes")
    told = explain(problem, solve(problem).pairs)
    assert told.people[2]["code"] == "all_filled_by_better"
    assert told.people[2]["nearest"] == {"request": 1, "instead_of": 1, "criterion": "wishes", "by": -3}
    assert told.lines[1, 1]["decided_by"] == "wishes"
    assert told.lines[1, 1]["against"][0]["theirs"]["verdict"] == ""


def test_a_plan_by_hand_is_told_what_it_could_gain():
    problem = a_problem([a_request(1), a_request(2)], [a_person(1, wishes=(502,)), a_person(2)], "requests", "wishes")
    told = explain(problem, {(1, 1)})
    assert told.requests[2]["code"] == "could_be_filled"
    assert told.requests[2]["nearest"]["by"] == 1
    assert told.people[2]["code"] == "could_be_placed"
    crossed = explain(problem, {(1, 1), (2, 2)})
    assert crossed.lines[1, 1]["against"][0]["by"] == 3


def test_a_line_that_breaks_a_rule_says_which():
    problem = a_problem([a_request(1, "全科")], [a_person(1)])
    line = explain(problem, {(1, 1)}).lines[1, 1]
    assert line["decided_by"] == "by_hand"
    assert [each["code"] for each in line["hindrances"]] == ["speciality_differs"]


def test_only_what_is_asked_for_is_told():
    problem = a_problem([a_request(1), a_request(2), a_request(3)], [a_person(1), a_person(2)])
    told = explain(problem, {(1, 1), (2, 2)}, only_requests=[3], only_people=[2])
    assert (set(told.lines), set(told.requests), set(told.people)) == ({(2, 2)}, {3}, set())
