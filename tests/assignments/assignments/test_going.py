"""Before the first day: whose practice is to be suspended, what a list states at once, and the filing that follows."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assignments.kinds import FilingBasis
from assignments.models import PracticeSuspension
from assignments.services import going, telling
from assignments.services.moving import Basis
from deploy_admin.access import Permission, Role
from deploy_admin.audit.models import Event
from deploy_admin.errors import Conflict
from deploy_admin.jobs.models import Notice
from tests.assignments.assignments.world import TODAY, a_receiver, a_sender, an_office, fresh, schemes, steps
from tests.assignments.factories import a_nurse, a_physician
from tests.assignments.postings import (
    CITY_OFFICER,
    a_campaign,
    an_assignment,
    district_officer,
    on_post,
    receiver_clerk,
    sender_hr,
)
from tests.people.factories import refused
from tests.registry.factories import FakeActor

pytestmark = pytest.mark.django_db

FIRST = date(2026, 12, 1)


@pytest.fixture
def world(db):
    schemes()
    sender, receiver = a_sender(), a_receiver()
    return sender, receiver


def planned(world, worker=None, **more):
    sender, receiver = world
    return an_assignment(
        worker or a_physician(sender), sender=sender, receiver=receiver, **({"starts_on": FIRST} | more)
    )


def state(rows, world, **more):
    return going.state_suspensions(assignments=rows, on=TODAY, **({"by": sender_hr(world[0])} | more))


def test_a_whole_list_is_stated_in_one_act_and_only_physicians_are_suspended(world):
    physician, nurse = planned(world), planned(world, a_nurse(world[0]))
    state([physician, nurse.pk], world, basis=Basis(document_number="示范人〔2026〕3号"))
    assert [fresh(row).state for row in (physician, nurse)] == ["filed", "filed"]
    (row,) = PracticeSuspension.objects.all()
    assert (row.assignment_id, row.valid_from, row.valid_to) == (physician.pk, FIRST, None)
    assert (row.document_number, row.recorded_by_id, row.on_behalf) == ("示范人〔2026〕3号", 7001, False)
    assert steps(nurse) == [("placed", "", "planned"), ("stated", "planned", "filed")]
    event = Event.objects.get(act="assignments.stated")
    assert (event.detail["count"], event.detail["suspended"], event.user_id) == (2, 1, 7001)
    assert fresh(physician).version == 2


def test_without_a_rule_on_it_nobody_is_suspended(db):
    world = a_sender(), a_receiver()
    row = planned(world)
    state([row], world)
    assert fresh(row).state == "filed"
    assert not PracticeSuspension.objects.exists()


def test_a_suspension_begins_with_the_first_day_at_the_latest(world):
    row = planned(world)
    with refused("suspended_too_late"):
        state([row], world, valid_from=FIRST + timedelta(days=1))
    state([row], world, valid_from=FIRST - timedelta(days=3))
    assert PracticeSuspension.objects.get().valid_from == FIRST - timedelta(days=3)


def test_what_is_stated_is_not_stated_twice(world):
    row, other = planned(world), planned(world)
    state([row], world)
    with refused("stated_already") as refusal:
        state([row, other], world)
    assert row.worker.name in refusal.value.message
    assert other.worker.name not in refusal.value.message
    assert fresh(other).state == "planned"


def test_one_on_post_without_the_suspension_that_is_asked_gets_it_and_stays(world):
    row = on_post(a_physician(world[0]), sender=world[0], receiver=world[1], suspended=False)
    state([row], world)
    assert fresh(row).state == "on_post"
    assert row.suspensions.count() == 1


def test_an_authority_states_on_behalf_and_it_is_marked(world):
    row = planned(world)
    state([row], world, by=CITY_OFFICER)
    assert row.suspensions.get().on_behalf
    assert row.transitions.get(act="stated").detail == {"suspension": row.suspensions.get().pk, "on_behalf": True}
    assert Event.objects.get(act="assignments.stated").detail["on_behalf"] is True


def test_who_else_may_not_state_it(world):
    row = planned(world)
    with refused("not_permitted"):  # the receiving unit
        state([row], world, by=receiver_clerk(world[1]))
    with refused("assignment_unknown"):  # another hospital does not even see it
        state([row], world, by=sender_hr(a_sender()))
    office = an_office()  # where the receiving unit stands: the municipal hospital does not answer to it
    with refused("not_permitted"):
        state([row], world, by=district_officer(office))
    assert fresh(row).state == "planned"


def test_the_machine_for_a_unit_of_its_own_district_is_the_district(db):
    """The sending unit of a county scheme answers to the district, so the district may state it on its behalf."""
    office = an_office()
    sender, receiver = a_receiver(kind="general_hospital", tier="county"), a_receiver()
    row = an_assignment(a_physician(sender), sender=sender, receiver=receiver, starts_on=FIRST)
    state([row], (sender, receiver), by=district_officer(office))
    assert fresh(row).state == "filed"


def test_another_version_than_the_one_read_is_refused_with_both(world):
    row = planned(world)
    with pytest.raises(Conflict) as refusal:
        state([row], world, versions={row.pk: 7})
    assert refusal.value.context["version"] == 7
    assert refusal.value.context["theirs"]["version"] == 1


def test_an_empty_list_and_a_day_to_come_are_refused(world):
    with refused("nobody_chosen"):
        state([], world)
    with refused("day_in_future"):
        going.state_suspensions(assignments=[planned(world)], on=FIRST, by=CITY_OFFICER)


def test_what_was_taken_on_and_is_not_confirmed_is_left_alone(world):
    row = planned(world, state="on_post", origin="imported", evidence="archive")
    with refused("not_confirmed"):
        state([row], world)


def test_a_statement_is_withdrawn_before_the_arrival_only(world):
    row = planned(world)
    state([row], world)
    suspension = row.suspensions.get()
    with refused("reason_missing"):
        going.withdraw_suspension(suspension=suspension, reason=" ", on=TODAY, version=2, by=sender_hr(world[0]))
    going.withdraw_suspension(suspension=suspension, reason="不能成行", on=TODAY, version=2, by=sender_hr(world[0]))
    assert fresh(row).state == "planned"
    assert row.suspensions.get().withdrawn_by_name == "示范人事"
    with refused("withdrawn_already"):
        going.withdraw_suspension(suspension=suspension, reason="再次", on=TODAY, version=3, by=sender_hr(world[0]))
    state([row], world)  # and stated again
    assert row.suspensions.filter(withdrawn_at__isnull=True).count() == 1

    there = on_post(a_physician(world[0]), sender=world[0], receiver=world[1])
    with refused("suspension_in_use"):
        going.withdraw_suspension(
            suspension=there.suspensions.get(), reason="误", on=TODAY, version=1, by=sender_hr(world[0])
        )


def test_a_list_is_taken_back_whole_with_whoever_needed_no_suspension(world):
    physician, nurse = planned(world), planned(world, a_nurse(world[0]))
    state([physician, nurse], world)
    going.withdraw_statements(assignments=[physician, nurse], reason="推迟", on=TODAY, by=sender_hr(world[0]))
    assert [fresh(row).state for row in (physician, nurse)] == ["planned", "planned"]
    assert not PracticeSuspension.objects.filter(withdrawn_at__isnull=True).exists()
    assert nurse.transitions.get(act="statement_withdrawn").reason == "推迟"
    with refused("suspension_in_use"):  # there is nothing to take back any more
        going.withdraw_statements(assignments=[nurse], reason="推迟", on=TODAY, by=sender_hr(world[0]))
    with refused("not_permitted"):
        state([nurse], world)
        going.withdraw_statements(assignments=[nurse], reason="推迟", on=TODAY, by=receiver_clerk(world[1]))


def test_a_filing_is_recorded_with_its_number_or_exempt_by_law(world):
    first, second = (on_post(sender=world[0], receiver=world[1], filing_due_on=FIRST) for _ in range(2))
    going.record_filings(
        assignments=[first, second], filing=FilingBasis.FILING, on=TODAY, numbers={first.pk: "备1"}, by=CITY_OFFICER
    )
    first, second = fresh(first), fresh(second)
    assert (first.filing_basis, first.filed_on, first.filing_number) == ("multi_site_filing", TODAY, "备1")
    assert (second.filing_number, first.filing_due_on) == ("", FIRST)
    going.record_filings(assignments=[first], filing=FilingBasis.EXEMPT, on=TODAY, by=CITY_OFFICER)
    first = fresh(first)
    assert (first.filing_basis, first.filed_on, first.filing_number, first.filing_due_on) == (
        "exempt_by_law",
        None,
        "",
        None,
    )
    assert [step[0] for step in steps(first)] == ["placed", "practice_filed", "filing_exempted"]


def test_a_filing_is_the_medical_administrations_of_a_concerned_authority(world):
    row = on_post(sender=world[0], receiver=world[1])
    office = an_office()
    section = FakeActor(**{**vars(district_officer(office)), "role": Role.MEDICAL_ADMINISTRATION_SECTION})
    with refused("filing_unknown"):
        going.record_filings(assignments=[row], filing=FilingBasis.NONE, on=TODAY, by=section)
    going.record_filings(assignments=[row], filing=FilingBasis.FILING, on=TODAY, numbers="备9", by=section)
    assert fresh(row).filing_number == "备9"
    with refused("not_permitted"):
        going.record_filings(assignments=[row], filing=FilingBasis.FILING, on=TODAY, by=sender_hr(world[0]))
    elsewhere = FakeActor(**{**vars(district_officer(an_office("500231"))), "role": section.role})
    with refused("assignment_unknown"):
        going.record_filings(assignments=[row], filing=FilingBasis.FILING, on=TODAY, by=elsewhere)
    assert not section.can(Permission.ASSIGNMENTS_DECIDE)


def test_the_sender_is_asked_and_told_no_more_once_it_has_stated(world):
    row = planned(world, campaign=a_campaign())
    telling.keep_up(TODAY)
    asked = Notice.objects.open().get(code="assignments.to_state")
    assert (asked.institution_id, asked.params) == (world[0].pk, {"count": 1, "day": "2026-12-01"})
    state([row], world)
    assert not Notice.objects.open().filter(code="assignments.to_state").exists()


def test_as_many_statements_for_eight_people_as_for_two(world):
    few, many = [planned(world) for _ in range(2)], [planned(world) for _ in range(8)]
    state([planned(world)], world)  # whatever is read once is read

    with CaptureQueriesContext(connection) as two:
        state(few, world)
    with CaptureQueriesContext(connection) as eight:
        state(many, world)
    assert len(two) == len(eight)
