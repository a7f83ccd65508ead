"""The first day: nobody is on post unsuspended or half detached, and the end follows from the day they came."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assignments.kinds import FilingBasis
from assignments.services import arriving, telling
from deploy_admin.audit.models import Event
from deploy_admin.errors import Conflict
from deploy_admin.jobs.models import Notice
from deploy_admin.registry.models import SpecialDay
from tests.assignments.assignments.world import (
    TOWNSHIP,
    a_clause,
    a_receiver,
    a_scheme,
    a_sender,
    an_office,
    fresh,
    pieces,
    schemes,
    steps,
)
from tests.assignments.factories import a_nurse, a_physician
from tests.assignments.postings import (
    CITY_OFFICER,
    a_leave,
    an_absence,
    an_assignment,
    on_post,
    receiver_clerk,
    receiver_head,
    sender_hr,
    suspended_for,
)
from tests.people.factories import refused

pytestmark = pytest.mark.django_db

FIRST = date(2026, 11, 2)
LATER = date(2026, 11, 9)
BEFORE = date(2026, 10, 28)


@pytest.fixture
def world(db):
    schemes()
    return a_sender(), a_receiver()


def filed(world, worker=None, *, suspended=True, **more):
    sender, receiver = world
    row = an_assignment(
        worker or a_physician(sender),
        sender=sender,
        receiver=receiver,
        **({"starts_on": FIRST, "state": "filed"} | more),
    )
    if suspended:
        suspended_for(row)
    return row


def confirm(rows, world, **more):
    return arriving.confirm_arrivals(assignments=rows, **({"on": FIRST, "by": receiver_clerk(world[1])} | more))


def test_all_have_come_with_one_click(world):
    rows = [filed(world), filed(world)]
    done = confirm(rows, world)
    assert ([row.pk for row in done.arrived], done.not_come) == ([row.pk for row in rows], [])
    for row in done.arrived:
        assert (row.state, row.starts_on, row.ends_on) == ("on_post", FIRST, date(2027, 11, 1))
        assert (row.arrived_by_name, row.arrived_at is not None) == ("示范文员", True)
    assert steps(rows[0]) == [("placed", "", "planned"), ("arrived", "filed", "on_post")]
    assert Event.objects.get(act="assignments.arrived").detail["count"] == 2


def test_of_the_exceptions_one_came_later_and_one_has_not_come(world):
    office = an_office()
    on_time, late, missing = filed(world), filed(world), filed(world)
    done = confirm([on_time, late, missing], world, exceptions={late.pk: LATER, missing.pk: "家中有事"})
    assert [row.pk for row in done.arrived] == [on_time.pk, late.pk]
    assert [row.pk for row in done.not_come] == [missing.pk]
    late, missing = fresh(late), fresh(missing)
    assert (late.starts_on, late.term_ends_on, late.ends_on) == (LATER, date(2027, 11, 8), date(2027, 11, 8))
    assert pieces(late) == [(world[1].pk, LATER, None, True, "start")]
    assert late.transitions.get(act="arrived").detail == {"planned": "2026-11-02"}
    assert missing.state == "filed"
    assert missing.transitions.get(act="not_come").reason == "家中有事"
    told = Notice.objects.open().get(code="assignments.not_come")
    assert (told.institution_id, told.params["reason"]) == (office.pk, "家中有事")
    confirm([missing], world, on=LATER)
    assert not Notice.objects.open().filter(code="assignments.not_come").exists()


def test_who_has_not_come_takes_a_reason(world):
    row = filed(world)
    with refused("reason_missing"):
        confirm([row], world, exceptions={row.pk: "  "})


def test_a_physician_is_not_on_post_without_the_suspension(world):
    bare, suspended = filed(world, suspended=False), filed(world)
    with refused("not_suspended") as refusal:
        confirm([bare, suspended], world)
    assert bare.worker.name in refusal.value.message
    assert suspended.worker.name not in refusal.value.message
    assert [fresh(row).state for row in (bare, suspended)] == ["filed", "filed"]
    confirm([filed(world, a_nurse(world[0]), suspended=False)], world)  # of a nurse none is asked


def test_a_suspension_has_to_hold_on_the_day_the_person_came(world):
    row = filed(world)
    with refused("not_suspended"):
        confirm([row], world, on=BEFORE)
    over = filed(world, suspended=False)
    suspended_for(over, valid_from=BEFORE, valid_to=BEFORE)
    with refused("not_suspended"):
        confirm([over], world)
    withdrawn = filed(world, suspended=False)
    suspended_for(withdrawn, withdrawn_at="2026-10-01T08:00+08:00", withdrawn_by_name="示范人事")
    with refused("not_suspended"):
        confirm([withdrawn], world)


def test_full_detachment_where_the_clause_asks_for_it(db):
    a_scheme(a_clause("whole", "full_time: true"))
    world = a_sender(), a_receiver()
    with refused("full_detachment"):
        confirm([filed(world, full_time=False)], world)
    assert confirm([filed(world)], world).arrived[0].state == "on_post"


def test_an_unknown_category_counts_as_asked(world):
    """Who nobody has said is a physician may be one: the guard holds until somebody says."""
    from tests.people.factories import a_worker

    unknown = filed(world, a_worker(at=world[0], post={"staff_category": ""}), suspended=False)
    with refused("not_suspended"):
        confirm([unknown], world)


def test_the_filing_is_due_so_many_working_days_after_the_first_day(db):
    schemes(TOWNSHIP)
    world = a_receiver(kind="general_hospital", tier="county", affiliation="district"), a_receiver()
    SpecialDay.objects.create(day=date(2026, 11, 11), kind="holiday")
    row = filed(world, scheme="county_township", kind="county_township")
    (row,) = confirm([row], world).arrived
    # Twenty working days after Monday 2 November, the 11th off: Tuesday 1 December.
    assert (row.filing_due_on, row.filing_basis) == (date(2026, 12, 1), "")


def test_inside_one_medical_community_the_law_asks_for_no_filing(db):
    schemes(TOWNSHIP)
    sender = a_receiver(kind="general_hospital", tier="county", affiliation="district", medical_community="示范医共体")
    near, far = a_receiver(medical_community="示范医共体"), a_receiver(medical_community="另一医共体")
    more = {"scheme": "county_township", "kind": "county_township"}
    inside, outside = filed((sender, near), **more), filed((sender, far), **more)
    assert confirm([inside], (sender, near)).arrived[0].filing_basis == FilingBasis.EXEMPT
    assert confirm([outside], (sender, far)).arrived[0].filing_due_on is not None


def test_what_is_filed_already_is_not_due_again(db):
    schemes(TOWNSHIP)
    world = a_receiver(kind="general_hospital", tier="county", affiliation="district"), a_receiver()
    more = {"scheme": "county_township", "kind": "county_township", "filing_basis": "multi_site_filing"}
    row = filed(world, filed_on=BEFORE, **more)
    assert confirm([row], world).arrived[0].filing_due_on is None


def test_confirmed_twice_is_refused(world):
    row = filed(world)
    confirm([row], world)
    with refused("arrived_already"):
        confirm([row], world)
    with refused("not_stated"):
        confirm([filed(world, state="planned")], world)
    another = filed(world)
    with pytest.raises(Conflict):
        confirm([another], world, versions={another.pk: 9})


def test_nobody_arrives_tomorrow(world):
    row = filed(world)
    with refused("day_in_future"):
        confirm([row], world, on=date(2026, 11, 23))
    with refused("day_in_future"):
        confirm([row], world, exceptions={row.pk: date(2026, 12, 1)})


def test_only_the_receiving_unit_and_its_authority_confirm(world):
    row = filed(world)
    with refused("not_permitted"):
        confirm([row], world, by=sender_hr(world[0]))
    with refused("assignment_unknown"):
        confirm([row], world, by=receiver_head(a_receiver()))
    (row,) = confirm([row], world, by=CITY_OFFICER).arrived
    assert row.transitions.get(act="arrived").detail == {"on_behalf": True}


def test_who_comes_earlier_than_another_term_ends_is_told_where_they_are(world):
    worker = a_physician(world[0])
    other = a_receiver("示范中心卫生院")
    on_post(worker, sender=world[0], receiver=other, starts_on=date(2025, 11, 1), ended_on=None)
    row = filed(world, worker)  # the other one lasts until 31 October
    suspension = row.suspensions.get()
    suspension.valid_from = BEFORE
    suspension.save()
    with refused("in_two_places") as refusal:
        confirm([row], world, on=BEFORE, by=CITY_OFFICER)
    assert "示范中心卫生院" in refusal.value.message
    assert "2025-11-01" in refusal.value.message
    with refused("in_two_places") as refusal:  # the receiving unit does not learn where else the person is
        confirm([row], world, on=BEFORE)
    assert "示范中心卫生院" not in refusal.value.message
    assert fresh(row).state == "filed"


def test_a_short_term_begun_after_its_planned_end_still_lasts_as_long(world):
    row = filed(world, months=0, days=5)  # planned 2 to 6 November
    (row,) = confirm([row], world, on=LATER).arrived
    assert (row.starts_on, row.ends_on) == (LATER, date(2026, 11, 13))


def test_an_officer_takes_an_arrival_back_while_nothing_rests_on_it(world):
    row = filed(world)
    confirm([row], world, on=LATER)
    row = fresh(row)
    with refused("not_permitted"):
        arriving.undo_arrival(assignment=row, reason="误", version=None, by=receiver_head(world[1]))
    leave = a_leave(row, date(2026, 11, 16))
    with refused("rows_in_the_way"):
        arriving.undo_arrival(assignment=row, reason="误", version=None, by=CITY_OFFICER)
    leave.delete()
    absence = an_absence(row, date(2026, 11, 17))
    with refused("rows_in_the_way"):
        arriving.undo_arrival(assignment=row, reason="误", version=None, by=CITY_OFFICER)
    absence.delete()
    arriving.undo_arrival(assignment=row, reason="误点", version=None, by=CITY_OFFICER)
    row = fresh(row)
    assert (row.state, row.starts_on, row.ends_on) == ("filed", FIRST, date(2027, 11, 1))
    assert (row.arrived_at, row.arrived_by_name, row.filing_due_on) == (None, "", None)
    assert pieces(row) == [(world[1].pk, FIRST, None, True, "start")]


def test_the_receiver_is_asked_a_week_before_and_told_no_more_afterwards(world):
    row, far = filed(world), filed(world, starts_on=date(2026, 12, 15))
    telling.keep_up(date(2026, 10, 27))
    asked = Notice.objects.open().get(code="assignments.to_arrive")
    assert (asked.institution_id, asked.params["count"]) == (world[1].pk, 1)
    assert far.state == "filed"
    confirm([row], world)
    assert not Notice.objects.open().filter(code="assignments.to_arrive").exists()


def test_as_many_statements_for_eight_people_as_for_two(world):
    few, many = [filed(world) for _ in range(2)], [filed(world) for _ in range(8)]
    confirm([filed(world)], world)
    with CaptureQueriesContext(connection) as two:
        confirm(few, world)
    with CaptureQueriesContext(connection) as eight:
        confirm(many, world)
    assert len(two) == len(eight)
