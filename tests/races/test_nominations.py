"""One person nominated twice at the same moment: exactly once, and the other is told by whom."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connections, transaction

from assignments.filing import services_nominations as services
from assignments.models import Nomination
from deploy_admin.errors import RuleViolation
from tests.assignments.filing.factories import a_nomination
from tests.assignments.filing.nominating import World
from tests.assignments.postings import CITY_OFFICER
from tests.people.factories import an_employment, hr
from tests.quotas.test_races import together

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

ROUNDS = 3


def test_one_person_nominated_twice_in_one_list_stands_there_once():
    world = World()
    for _ in range(ROUNDS):
        person = world.physician()
        answers = together(*[lambda p=person: world.nominate(world.of(p))] * 2)
        assert [answer for answer in answers if isinstance(answer, str)] == ["twice_in_list"]
        assert Nomination.objects.filter(worker=person).count() == 1


def test_after_a_transfer_two_units_nominate_at_once_and_one_of_them_does():
    """The old unit's list, entered on behalf, still knows the person; the new unit nominates at the same moment."""
    world = World()
    theirs = world.a_list(world.second)
    world.filed.on_behalf = True
    world.filed.save(update_fields=["on_behalf"])
    for _ in range(ROUNDS):
        person = world.physician()
        person.employments.update(valid_to="2027-03-10", ended_as="transferred", is_current=False)
        an_employment(person, world.second, valid_from="2027-03-11")
        later = world.of(person, possible_from=date(2027, 3, 11), accept=frozenset({"later_than_start"}))
        answers = together(
            lambda p=person: world.nominate(world.of(p), by=CITY_OFFICER),
            lambda row=later: world.nominate(row, filed=theirs, by=hr(world.second)),
        )
        assert [answer for answer in answers if isinstance(answer, str)] == ["nominated_twice"]
        assert Nomination.objects.filter(worker=person, state="standing").count() == 1


def test_one_person_in_two_campaigns_for_the_same_days_stands_in_one():
    world = World()
    other = world.a_campaign(batch=2, name="2027年第2批", nominations_from=None, nominations_to=None)
    theirs = world.a_list(campaign=other)
    for _ in range(ROUNDS):
        person = world.physician()
        answers = together(
            lambda p=person: world.nominate(world.of(p)),
            lambda p=person: world.nominate(world.of(p), filed=theirs),
        )
        assert [answer for answer in answers if isinstance(answer, str)] == ["nominated_elsewhere"]
        assert Nomination.objects.filter(worker=person).count() == 1


def test_without_the_checks_the_database_itself_says_no(monkeypatch):
    world = World()
    monkeypatch.setattr(services, "check_rows", lambda rows, _filed, _by: [[] for _row in rows])
    a_nomination(world.person, filed=world.a_list(world.second))
    with pytest.raises(RuleViolation) as refusal, transaction.atomic():
        world.nominate()
    connections.close_all()
    assert refusal.value.code == "nominated_twice"
