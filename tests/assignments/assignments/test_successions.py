"""Assignments at a unit that merged go on at its heir; who has no one heir, or comes home, is for an officer."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assignments import tasks
from assignments.services import successions
from deploy_admin.access import SYSTEM
from deploy_admin.audit.models import Event
from deploy_admin.jobs.models import Notice
from tests.assignments.assignments.world import (
    TODAY,
    a_receiver,
    a_sender,
    an_office,
    fresh,
    merged,
    parted,
    pieces,
    steps,
)
from tests.assignments.postings import FIRST, an_assignment, on_post, receiver_clerk
from tests.people.factories import refused

pytestmark = pytest.mark.django_db

ON, BEFORE = date(2026, 10, 1), date(2026, 9, 30)


def night(on=TODAY):
    return successions.follow_successions(on=on, by=SYSTEM)


def test_somebody_on_post_goes_on_at_the_heir_from_that_day():
    old, heir = a_receiver(), a_receiver()
    row = on_post(sender=a_sender(), receiver=old)
    merged(old, heir, ON)
    assert night() == 1
    assert fresh(row).receiving_unit_id == heir.pk
    assert pieces(row) == [
        (old.pk, FIRST, BEFORE, True, "start"),
        (heir.pk, ON, None, True, "succession"),
    ]
    assert steps(row)[-1] == ("unit_succeeded", "on_post", "on_post")
    step = row.transitions.get(act="unit_succeeded")
    assert (step.on, step.detail) == (ON, {"from_unit": old.pk, "to_unit": heir.pk})
    assert tasks.assignments.follow_successions() == 0
    assert Event.objects.filter(act="assignments.unit_succeeded").count() == 1


def test_who_has_not_begun_begins_at_the_heir():
    old, heir = a_receiver(), a_receiver()
    row = an_assignment(sender=a_sender(), receiver=old, starts_on=date(2026, 12, 1), state="filed")
    merged(old, heir, ON)
    assert night() == 1
    assert pieces(row) == [(heir.pk, date(2026, 12, 1), None, True, "start")]
    row.slot.refresh_from_db()
    assert row.slot.receiving_unit_id == heir.pk


def test_a_chain_is_followed_step_by_step():
    old, heir, last = a_receiver(), a_receiver(), a_receiver()
    row = on_post(sender=a_sender(), receiver=old)
    merged(old, heir, ON)
    merged(heir, last, date(2026, 11, 2))
    assert night() == 1
    assert [(unit, first, until) for unit, first, until, _full, _why in pieces(row)] == [
        (old.pk, FIRST, BEFORE),
        (heir.pk, ON, date(2026, 11, 1)),
        (last.pk, date(2026, 11, 2), None),
    ]


def test_what_is_over_stays_with_the_unit_that_was():
    old, heir = a_receiver(), a_receiver()
    closed = on_post(sender=a_sender(), receiver=old, starts_on=date(2025, 3, 10), state="returned")
    reached = on_post(sender=a_sender(), receiver=old, starts_on=date(2025, 8, 1), state="term_reached")
    merged(old, heir, ON)
    assert night() == 0
    assert {fresh(row).receiving_unit_id for row in (closed, reached)} == {old.pk}


def test_the_sending_unit_of_an_assignment_stays_who_sent():
    sender, heir = a_sender(), a_sender()
    row = on_post(sender=sender, receiver=a_receiver())
    merged(sender, heir, ON)
    assert night() == 0
    assert fresh(row).sending_unit_id == sender.pk


def test_without_one_heir_the_authority_is_told_until_somebody_moved_them():
    office = an_office()
    old, first, second = a_receiver("示范旧院"), a_receiver(), a_receiver()
    row = on_post(sender=a_sender(), receiver=old)
    parted(old, [first, second], ON)
    assert night() == 0
    told = Notice.objects.open().get(code="assignments.receiver_gone")
    assert (told.institution_id, told.params) == (office.pk, {"count": 1, "unit": "示范旧院"})
    row.segments.update(receiving_unit=first)
    type(row).objects.filter(pk=row.pk).update(receiving_unit=first)
    night()
    assert not Notice.objects.open().filter(code="assignments.receiver_gone").exists()


def test_a_unit_that_became_the_sending_unit_itself_is_for_an_officer():
    sender, receiver = a_receiver(kind="general_hospital", tier="county"), a_receiver()
    row = on_post(sender=sender, receiver=receiver)
    merged(receiver, sender, ON)
    assert night() == 0
    assert fresh(row).receiving_unit_id == receiver.pk
    assert Notice.objects.open().filter(code="assignments.receiver_gone").count() == 1


def test_the_heir_acts_for_those_it_took_over_and_the_night_before_already():
    old, heir = a_receiver(), a_receiver()
    row = on_post(sender=a_sender(), receiver=old)
    merged(old, heir, ON)
    from assignments.services import changing

    changing.change_details(assignment=row, department="内科", version=None, by=receiver_clerk(heir))
    night()
    changing.change_details(assignment=row, department="外科", version=None, by=receiver_clerk(heir))
    with refused("assignment_unknown"):
        changing.change_details(assignment=row, department="儿科", version=None, by=receiver_clerk(a_receiver()))


def test_as_many_statements_for_nine_people_as_for_two():
    def with_people(number):
        old, heir = a_receiver(), a_receiver()
        for _ in range(number):
            on_post(sender=a_sender(), receiver=old)
        merged(old, heir, ON)

    with_people(1)
    night()
    with_people(2)
    with CaptureQueriesContext(connection) as two:
        assert night() == 2
    with_people(9)
    with CaptureQueriesContext(connection) as nine:
        assert night() == 9
    assert len(two) == len(nine)
