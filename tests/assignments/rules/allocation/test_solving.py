"""The plan: best by trying every one, hard rules kept, pins and bans held, the same whatever the order."""

from __future__ import annotations

import io
import random
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import replace
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from assignments.rules.allocation.pairs import hindrances, possible
from assignments.rules.allocation.solving import digest, solve
from assignments.rules.allocation.stages import judged
from assignments.rules.allocation.types import Problem
from tests.assignments.rules.allocation.helpers import World, a_person, a_problem, a_request, at_random, by

few = settings(max_examples=25)
seeds = st.integers(0, 10**6)


@few
@given(seeds)
def test_possible_pairings_are_those_without_a_hindrance(seed):
    problem = at_random(seed)
    one_by_one = {
        (request.key, person.key)
        for request in problem.requests
        for person in problem.people
        if not hindrances(problem, request, person)
    }
    assert set(possible(problem).at) == one_by_one


@few
@given(seeds)
def test_a_mark_counts_what_its_stage_counts(seed):
    world = World(at_random(seed))
    for (request, person), n in world.arcs.at.items():
        one = world.arcs.requests[world.arcs.request_at[request]]
        other = world.arcs.people[world.arcs.person_at[person]]
        for mark, stage in zip(judged(world.problem, one, other), world.stages, strict=True):
            if stage.pairs is not None and mark.verdict != "unknown":
                assert (mark.criterion, mark.value) == (stage.criterion.id, stage.pairs[n])


@few
@given(seeds)
def test_the_plan_is_the_best_of_all_and_keeps_pins_and_bans(seed):
    problem = at_random(seed)
    world = World(problem)
    solution = solve(problem)
    kept = problem.pins - {(each.request, each.person) for each in solution.broken_pins}
    assert kept <= solution.pairs
    assert not problem.bans & solution.pairs
    assert solution.pairs <= set(world.arcs.at)
    assert world.worth(solution.pairs) == world.best(lambda plan: kept <= plan)
    assert all(each.optimal and each.value == each.bound for each in solution.stages)
    told = [stage.told(gain) for stage, gain in zip(world.stages, world.worth(solution.pairs), strict=True)]
    assert [each.value for each in solution.stages] == told


@few
@given(seeds)
def test_the_same_problem_in_any_order_gives_the_same_plan(seed):
    problem = at_random(seed)
    draw = random.Random(seed)  # noqa: S311 -- nothing secret
    shuffled = replace(
        problem,
        requests=tuple(draw.sample(problem.requests, len(problem.requests))),
        people=tuple(draw.sample(problem.people, len(problem.people))),
        owed=dict(reversed(list(problem.owed.items()))),
    )
    assert solve(shuffled).pairs == solve(problem).pairs
    assert digest(shuffled) == digest(problem)


def test_another_input_has_another_digest():
    problem = at_random(3)
    assert digest(replace(problem, last_day=date(2028, 2, 1))) != digest(problem)
    assert digest(replace(problem, criteria=problem.criteria[::-1])) != digest(problem)
    wished = replace(problem.people[0], wishes=(501, 500))
    other = replace(problem.people[0], wishes=(500, 501))
    rest = problem.people[1:]
    assert digest(replace(problem, people=(wished, *rest))) != digest(replace(problem, people=(other, *rest)))


def test_a_rare_person_is_kept_for_the_request_that_nobody_else_can_fill():
    wide = a_request(1, "全科", also_accepts=("儿科",))
    narrow = a_request(2, "儿科")
    problem = a_problem([wide, narrow], [a_person(1, "儿科"), a_person(2, "全科")])
    assert solve(problem).pairs == {(1, 2), (2, 1)}


def test_pressing_requests_go_first_then_the_first_of_each_unit():
    asked = [a_request(1, priority=2, rank=1), a_request(2, priority=2, rank=2), a_request(3, priority=1, rank=5)]
    problem = a_problem(asked, [a_person(1), a_person(2)], "requests", "priority")
    assert {request for request, _person in solve(problem).pairs} == {3, 1}


def test_no_unit_gets_everything_while_another_gets_nothing():
    asked = [a_request(1, unit=500, number=3), a_request(2, unit=501, number=1)]
    problem = a_problem(asked, [a_person(n) for n in (1, 2, 3)], "requests", "balance")
    assert sorted(request for request, _person in solve(problem).pairs) == [1, 1, 2]


def test_a_sender_that_owes_goes_before_one_that_does_not_as_far_as_it_nominated():
    people = [a_person(1, unit=100), a_person(2, unit=101), a_person(3, unit=101)]
    problem = a_problem([a_request(1), a_request(2)], people, "requests", "quotas", owed={101: 5})
    solution = solve(problem)
    assert {person for _request, person in solution.pairs} == {2, 3}
    assert solution.stages[1].value == 0


def test_short_ways_never_keep_a_place_empty_and_an_unknown_way_counts_as_the_middle_one():
    near, far = (29.5, 106.5), (31.0, 108.5)
    asked = [a_request(1, place=near), a_request(2, place=far)]
    people = [a_person(1, place=near), a_person(2, place=far)]
    problem = a_problem(asked, people, "distance", "requests")
    solution = solve(problem)
    assert solution.pairs == {(1, 1), (2, 2)}
    assert [each.criterion_id for each in solution.stages] == ["requests", "distance", "requests"]
    unknown = a_problem(asked, [*people, a_person(3)], "requests", "distance")
    assert solve(unknown).pairs == {(1, 1), (2, 2)}


def test_without_the_demand_among_the_criteria_places_are_filled_all_the_same():
    solution = solve(a_problem([a_request(1)], [a_person(1)], "wishes"))
    assert solution.pairs == {(1, 1)}
    assert [each.criterion_id for each in solution.stages] == ["requests", "wishes"]


def test_pins_that_no_longer_hold_are_told_and_the_rest_is_solved():
    asked = [a_request(1), a_request(2, "全科")]
    pins = {(1, 1), (1, 2), (2, 1), (2, 2), (7, 1)}
    people = [a_person(1), a_person(2), a_person(3)]
    solution = solve(a_problem(asked, people, pins=frozenset(pins)))
    broken = {(each.request, each.person): each.hindrance.code for each in solution.broken_pins}
    assert broken == {
        (1, 2): "request_full",
        (2, 1): "speciality_differs",
        (2, 2): "speciality_differs",
        (7, 1): "not_in_the_lists",
    }
    assert solution.pairs == {(1, 1)}


def test_somebody_pinned_twice_stays_on_the_first():
    problem = a_problem([a_request(1), a_request(2)], [a_person(1)], pins=frozenset({(1, 1), (2, 1)}))
    solution = solve(problem)
    assert solution.pairs == {(1, 1)}
    assert [each.hindrance.code for each in solution.broken_pins] == ["pinned_elsewhere"]


def test_nothing_to_allocate_is_a_plan_too():
    for requests, people in (
        ([], []),
        ([a_request(1)], []),
        ([], [a_person(1)]),
        ([a_request(1)], [a_person(1, "全科")]),
    ):
        solution = solve(a_problem(requests, people, "requests", "balance", "distance"))
        assert solution.pairs == frozenset()
        assert all(each.optimal for each in solution.stages)


def test_a_stage_that_runs_out_of_time_says_so_with_a_bound_and_still_gives_a_plan():
    problem = replace(_crowd(), criteria=by("requests", "priority", "distance"))
    solution = solve(problem, limit=1e-9)
    assert not solution.stages[0].optimal
    assert solution.pairs <= set(possible(problem).at)
    best = solve(problem)
    for cut, whole in zip(solution.stages, best.stages, strict=True):
        assert whole.optimal
        within = cut.bound <= whole.value if cut.better == "less" else whole.value <= cut.bound
        assert within


def test_the_solver_says_nothing_and_tells_how_far_it_is():
    out, seen = io.StringIO(), []
    with redirect_stdout(out), redirect_stderr(out):
        solve(a_problem([a_request(1)], [a_person(1)], "requests", "wishes"), progress=lambda *at: seen.append(at))
    assert out.getvalue() == ""
    assert seen == [(1, 2), (2, 2)]


def _crowd() -> Problem:
    draw = random.Random(1)  # noqa: S311 -- nothing secret
    places = [(29 + draw.random(), 106 + draw.random()) for _n in range(40)]
    asked = [a_request(n, unit=500 + n, place=places[n], priority=1 + n % 3) for n in range(40)]
    return a_problem(asked, [a_person(n, place=draw.choice(places)) for n in range(30)])
