"""Two officers, one moment: of two plans one is decided, of two hands one places, a struck line is not decided."""

from __future__ import annotations

import pytest

from assignments.allocation import services
from assignments.filing import services_moving
from assignments.models import AllocationPlan, Assignment, PlanLine
from assignments.states import PlanState
from tests.assignments.allocation.factories import BASIS, World, a_line, a_plan, pairs
from tests.assignments.postings import CITY_OFFICER, SECOND_OFFICER
from tests.quotas.test_races import together

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

ROUNDS = 2


def decide(plan: AllocationPlan, by) -> str:
    return services.decide(plan=AllocationPlan.objects.get(pk=plan.pk), by=by, **BASIS).state


def place(plan: AllocationPlan, request, nomination, by) -> int:
    held = AllocationPlan.objects.get(pk=plan.pk)
    return services.place(
        plan=held, request_id=request.pk, nomination_id=nomination.pk, version=plan.version, by=by
    ).version


def test_of_two_plans_of_a_campaign_decided_at_once_one_is():
    world = World()
    for n in range(ROUNDS):
        first, second = (world.place(world.plan(), world.asks(), world.named()) for _ in range(2))
        answers = together(lambda: decide(first, CITY_OFFICER), lambda: decide(second, SECOND_OFFICER))  # noqa: B023
        assert sorted(answers) == ["decided", "decided_meanwhile"]
        decided = AllocationPlan.objects.filter(campaign=world.campaign, state=PlanState.DECIDED)
        assert list(decided.order_by("decision").values_list("decision", flat=True)) == list(range(1, n + 2))
        assert Assignment.objects.filter(campaign=world.campaign).count() == n + 1


def test_one_plan_decided_twice_at_once_is_decided_once():
    world = World()
    plan = world.place(world.plan(), world.asks(), world.named())
    answers = together(lambda: decide(plan, CITY_OFFICER), lambda: decide(plan, SECOND_OFFICER))
    assert sorted(answers) == ["decided", "plan_not_draft"]
    assert Assignment.objects.filter(campaign=world.campaign).count() == 1


def test_one_person_in_plans_of_two_campaigns_decided_at_once_is_placed_once():
    world = World()
    other = world.a_campaign(batch=2)
    person = world.physician()
    here = world.place(world.plan(), world.asks(), world.named(person))
    world.campaign = other
    there = world.place(world.plan(), world.asks(world.township), world.named(person))
    answers = together(lambda: decide(here, CITY_OFFICER), lambda: decide(there, SECOND_OFFICER))
    refused = [answer for answer in answers if answer != "decided"]
    assert refused in (["in_two_places"], ["elsewhere_then"])
    assert Assignment.objects.filter(worker=person).count() == 1


def test_two_hands_on_one_plan_place_one_after_the_other():
    world = World()
    for _ in range(ROUNDS):
        plan, asked = world.plan(), world.asks()
        people = [world.named() for _ in range(2)]
        answers = together(
            lambda: place(plan, asked, people[0], CITY_OFFICER),  # noqa: B023
            lambda: place(plan, asked, people[1], SECOND_OFFICER),  # noqa: B023
        )
        assert sorted(map(str, answers)) == ["2", "stale_version"]
        assert PlanLine.objects.filter(plan=plan).count() == 1


def test_two_plans_begun_at_once_have_two_numbers():
    world = World()
    answers = together(
        lambda: services.create_plan(campaign=world.campaign, by=CITY_OFFICER).number,
        lambda: services.create_plan(campaign=world.campaign, by=SECOND_OFFICER).number,
    )
    assert sorted(answers) == [1, 2]


def test_a_line_struck_while_the_plan_is_decided_is_either_decided_or_struck():
    world = World()
    for _ in range(ROUNDS):
        asked, person = world.asks(), world.named()
        plan = a_plan(world.campaign, after=AllocationPlan.objects.filter(state=PlanState.DECIDED).count())
        a_line(plan, asked, person)
        answers = together(
            lambda: decide(plan, CITY_OFFICER),  # noqa: B023
            lambda: services_moving.strike(line=asked, reason="示范理由", by=SECOND_OFFICER).state,  # noqa: B023
        )
        asked.refresh_from_db()
        if answers[0] == "decided":
            assert asked.state == "standing"
        else:
            assert (answers[0], asked.state) == ("request_gone", "struck")
        assert pairs(plan) == {(asked.pk, person.pk)}
