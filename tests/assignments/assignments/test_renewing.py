"""A term served on: planned from the day after, moved on by what lengthens the first, closing it when it begins."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assignments.models import Assignment
from assignments.services import arriving, changing, renewing
from assignments.states import AssignmentState
from deploy_admin.audit.models import Event
from tests.assignments.assignments.world import (
    DECIDED,
    MUNICIPAL,
    a_receiver,
    a_sender,
    fresh,
    pieces,
    schemes,
    steps,
)
from tests.assignments.factories import a_physician
from tests.assignments.postings import (
    CITY_OFFICER,
    a_campaign,
    an_assignment,
    on_post,
    receiver_clerk,
    receiver_head,
    suspended_for,
)
from tests.people.factories import refused

pytestmark = pytest.mark.django_db

FIRST, LAST = date(2026, 3, 10), date(2027, 3, 9)
NEXT = date(2027, 3, 10)


@pytest.fixture
def row(db):
    return on_post(sender=a_sender(), receiver=a_receiver(), starts_on=FIRST, department="内科")


def renew(rows, months=12, **more):
    return renewing.renew(assignments=rows, months=months, **({"by": CITY_OFFICER} | more))


def test_a_renewal_is_planned_at_the_same_unit_from_the_day_after(row):
    (new,) = renew([row], basis=DECIDED)
    new = fresh(new)
    assert (new.state, new.starts_on, new.ends_on) == ("planned", NEXT, date(2028, 3, 9))
    assert (new.renews_id, new.worker_id, new.receiving_unit_id) == (row.pk, row.worker_id, row.receiving_unit_id)
    assert (new.department, new.campaign_id, new.sort_key) == ("内科", None, row.sort_key)
    assert pieces(new) == [(row.receiving_unit_id, NEXT, None, True, "start")]
    assert steps(new) == [("renewal_planned", "", "planned")]
    assert new.transitions.get().document_number == DECIDED.document_number
    assert fresh(row).version == 2
    assert Event.objects.get(act="assignments.renewal_planned").detail["months"] == 12


def test_it_may_belong_to_the_campaign_of_its_own_year(row):
    campaign = a_campaign(year=2027)
    (new,) = renew([row], 6, days=1, campaign=campaign)
    assert (new.campaign_id, new.slot.campaign_id, new.ends_on) == (campaign.pk, campaign.pk, date(2027, 9, 10))


def test_a_term_is_renewed_once_unless_the_renewal_was_withdrawn(row):
    (new,) = renew([row])
    with refused("renewed_already") as refusal:
        renew([row])
    assert row.worker.name in refusal.value.message
    Assignment.objects.filter(pk=new.pk).update(state="withdrawn")
    (again,) = renew([row], 6)
    assert again.renews_id == row.pk
    assert fresh(new).renews_id is None


def test_what_is_not_running_or_has_no_length_is_not_renewed(row):
    with refused("not_from_here"):
        renew([an_assignment()])
    with refused("not_from_here"):
        renew([on_post(state="returned", starts_on=date(2024, 1, 1))])
    for months, days in ((0, 0), (121, 0), (0, 367), (-1, 40)):
        with refused("term_missing"):
            renew([row], months, days=days)
    with refused("not_permitted"):
        renew([row], by=receiver_head(row.receiving_unit))


def test_who_is_elsewhere_afterwards_is_not_renewed(row):
    an_assignment(row.worker, sender=row.sending_unit, receiver=a_receiver("示范他院"), starts_on=date(2028, 1, 1))
    with refused("in_two_places") as refusal:
        renew([row])
    assert "示范他院" in refusal.value.message
    assert Assignment.objects.count() == 2


def test_a_renewal_steps_back_when_the_first_term_becomes_longer(row):
    (new,) = renew([row])
    (third,) = renew([_on_post(new)], 6)
    assert third.starts_on == date(2028, 3, 10)
    Assignment.objects.filter(pk=new.pk).update(state="planned", arrived_at=None, arrived_by_name="")
    changing.grant_extension(assignment=row, days=5, basis=DECIDED, version=None, by=CITY_OFFICER)
    row, new, third = fresh(row), fresh(new), fresh(third)
    assert (row.ends_on, new.starts_on, new.ends_on) == (date(2027, 3, 14), date(2027, 3, 15), date(2028, 3, 14))
    assert (third.starts_on, third.ends_on) == (date(2028, 3, 15), date(2028, 9, 14))
    assert pieces(new)[0][1] == date(2027, 3, 15)
    assert (new.version, third.version) == (3, 2)
    changing.grant_extension(assignment=row, days=-5, basis=DECIDED, version=None, by=CITY_OFFICER)
    assert fresh(new).starts_on == date(2027, 3, 15)  # it does not come forward by itself


def _on_post(row):
    Assignment.objects.filter(pk=row.pk).update(
        state="on_post", arrived_at="2026-11-01T00:00Z", arrived_by_name="接收"
    )
    return fresh(row)


def test_leave_that_lengthens_a_term_moves_its_renewal_too(db):
    from assignments.services import leaves

    schemes("wanzhou-county-township-2022")
    sender = a_receiver(kind="general_hospital", tier="county", affiliation="district")
    row = on_post(
        a_physician(sender),
        sender=sender,
        receiver=a_receiver(),
        starts_on=date(2025, 12, 1),
        scheme="county_township",
        kind="county_township",
    )
    (new,) = renew([row])
    head = receiver_head(row.receiving_unit)
    leave = leaves.ask_leave(
        assignment=row, kind="personal", first_day=date(2026, 11, 2), last_day=date(2026, 11, 6), by=head
    )
    leaves.approve_leave(leave_ids=[leave.pk], by=head)
    assert (fresh(row).ends_on, fresh(new).starts_on) == (date(2026, 12, 5), date(2026, 12, 6))


def test_the_renewed_term_closes_when_the_person_is_confirmed_to_have_stayed():
    schemes(MUNICIPAL)
    sender, receiver = a_sender(), a_receiver()
    old = on_post(a_physician(sender), sender=sender, receiver=receiver, starts_on=date(2025, 11, 3))
    (new,) = renew([old])
    assert new.starts_on == date(2026, 11, 3)
    suspended_for(new)
    Assignment.objects.filter(pk=new.pk).update(state="filed")
    arriving.confirm_arrivals(assignments=[new], on=date(2026, 11, 3), by=receiver_clerk(receiver))
    assert fresh(old).state == AssignmentState.RENEWED
    assert steps(old)[-2:] == [("term_reached", "on_post", "term_reached"), ("closed", "term_reached", "renewed")]
    assert {step.on for step in old.transitions.filter(act__in=["term_reached", "closed"])} == {date(2026, 11, 3)}


def test_as_many_statements_for_eight_people_as_for_two():
    sender, receiver = a_sender(), a_receiver()
    few, many = ([on_post(sender=sender, receiver=receiver) for _ in range(number)] for number in (2, 8))
    with CaptureQueriesContext(connection) as two:
        renew(few)
    with CaptureQueriesContext(connection) as eight:
        renew(many)
    assert len(two) == len(eight)
