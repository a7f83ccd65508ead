"""One person, two officers, one moment: placed once, and the other is told where."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connections, transaction

from assignments.models import Assignment, Slot, Transition
from assignments.services import placing
from assignments.services.placing import Placement, place_all
from deploy_admin.errors import RuleViolation
from tests.assignments.campaigns.world import World
from tests.assignments.postings import CITY_OFFICER, SECOND_OFFICER, an_assignment
from tests.quotas.test_races import together

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

ROUNDS = 3


def place(world: World, row: Placement, campaign, by) -> list[Assignment]:
    return place_all([row], campaign=campaign, by=by)


def test_a_person_placed_into_two_campaigns_at_once_is_placed_into_one():
    world = World()
    second = world.a_campaign(batch=2)
    for _ in range(ROUNDS):
        person = world.physician()
        told: list[RuleViolation] = []

        def attempt(row, campaign, by, told=told):
            try:
                return place(world, row, campaign, by)
            except RuleViolation as refusal:
                told.append(refusal)
                raise

        answers = together(
            lambda p=person, go=attempt: go(world.row(p), world.campaign, CITY_OFFICER),
            lambda p=person, go=attempt: go(world.row(p, world.township), second, SECOND_OFFICER),
        )
        assert [answer for answer in answers if isinstance(answer, str)] == ["in_two_places"]
        (placed,) = Assignment.objects.filter(worker=person)
        assert person.name in told[0].message
        assert placed.starts_on.isoformat() in told[0].message
        assert Transition.objects.filter(assignment=placed).count() == 1
        assert Slot.objects.filter(assignments=None).count() == 0


def test_without_the_checks_the_database_itself_says_no_and_where(monkeypatch):
    """The constraint stands behind the checks: a plan that the checks did not see is met all the same."""
    world = World()

    class Blind(placing.Checks):
        def findings(self):
            return [[] for _row in self.rows]

    monkeypatch.setattr(placing, "Checks", Blind)
    an_assignment(world.person, receiver=world.township, starts_on=world.campaign.starts_on + timedelta(days=30))
    with pytest.raises(RuleViolation) as refusal, transaction.atomic():
        place(world, world.row(), world.campaign, CITY_OFFICER)
    connections.close_all()
    assert refusal.value.code == "in_two_places"
    assert "示范卫生院" in refusal.value.message


def test_one_vacant_slot_is_filled_once():
    world = World()
    for _ in range(ROUNDS):
        left = an_assignment(world.physician(), receiver=world.receiver, campaign=world.campaign, state="ended_early")
        Slot.objects.filter(pk=left.slot_id).update(replacement_due_on=world.campaign.starts_on)
        rows = [world.row(world.physician(), slot_id=left.slot_id) for _ in range(2)]
        answers = together(
            lambda row=rows[0]: place(world, row, world.campaign, CITY_OFFICER),
            lambda row=rows[1]: place(world, row, world.campaign, SECOND_OFFICER),
        )
        assert [answer for answer in answers if isinstance(answer, str)] == ["slot_filled"]
        assert Assignment.objects.filter(slot=left.slot_id).count() == 2
