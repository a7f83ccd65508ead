"""An inspection: who is on its roll, what is known of them, what is recorded, and that closing ends it."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import transaction

from assignments import roll
from assignments.kinds import Presence
from assignments.models import Finding, Inspection, PresenceCheck
from assignments.services import inspections, orders
from assignments.services.presence import Found, record_presence, record_the_rest
from deploy_admin.audit.models import Event
from deploy_admin.errors import Conflict
from deploy_admin.jobs.models import Notice
from tests.assignments import postings
from tests.assignments.inspections.world import DAY, SATURDAY, record, results
from tests.people.factories import refused
from tests.registry.factories import an_institution

pytestmark = pytest.mark.django_db


def names(lines):
    return {line.assignment.worker.name for line in lines}


def test_the_roll_of_a_receiving_unit_is_who_serves_there_on_the_day(world):
    world.posted("示范未到", state="filed")
    world.posted("示范早走", starts_on=date(2026, 3, 1), state="ended_early", ended_on=DAY.replace(day=17))
    later = world.posted("示范后来", starts_on=DAY.replace(day=19))
    held = roll.of(world.opened())
    assert names(held.received) == {"示范周启明", "示范何雨桐"}
    assert held.sent == ()
    assert later.worker.name in names(roll.of(world.opened(on=DAY.replace(day=20))).received)


def test_who_ended_early_is_on_the_roll_of_the_days_served(world):
    world.posted("示范早走", state="ended_early", ended_on=DAY)
    assert "示范早走" in names(roll.of(world.opened()).received)


def test_who_moved_is_on_the_roll_of_where_the_person_was_on_the_day(world):
    other = an_institution("示范新院", division=world.division)
    piece = world.zhou.segments.get()
    piece.valid_to = DAY
    piece.save()
    postings.a_segment(world.zhou, other, valid_from=DAY.replace(day=19))
    assert "示范周启明" in names(roll.of(world.opened()).received)
    assert "示范周启明" not in names(roll.of(world.opened(on=DAY.replace(day=19))).received)
    assert names(roll.of(world.opened(other, on=DAY.replace(day=19))).received) == {"示范周启明"}


def test_the_roll_of_a_sending_unit_is_whom_it_sent(world):
    held = roll.of(world.opened(world.hospital))
    assert held.received == ()
    assert names(held.sent) == {"示范周启明", "示范何雨桐"}
    assert held.sent[0].possible == (Presence.NOT_THERE, Presence.PRACTISING)


def test_approved_leave_and_official_duty_are_known_beforehand(world):
    postings.a_leave(world.zhou, DAY)
    postings.a_leave(world.he, DAY, kind="official_duty")
    asked = world.posted("示范待批")
    postings.a_leave(asked, DAY, state="asked")
    known = {line.assignment.pk: line.known for line in roll.of(world.opened()).received}
    assert known == {world.zhou.pk: Presence.ON_LEAVE, world.he.pk: Presence.OFFICIAL_DUTY, asked.pk: None}


def test_off_duty_by_the_roster_is_known_beforehand(world):
    shift = world.posted("示范轮班", roster_pattern="shift")
    known = {line.assignment.pk: line.known for line in roll.of(world.opened(on=SATURDAY)).received}
    assert known == {world.zhou.pk: Presence.OFF_DUTY, world.he.pk: None, shift.pk: None}


def test_the_roll_takes_a_fixed_number_of_queries(world, django_assert_num_queries):
    inspection = world.opened()
    roll.of(inspection)  # the work calendar is read
    with django_assert_num_queries(5):
        roll.of(inspection)
    for n in range(5):
        world.posted(f"示范人{n}")
    with django_assert_num_queries(5):
        assert len(roll.of(inspection).received) == 7


def test_each_result_is_recorded_and_the_last_word_stands(world):
    inspection = world.opened()
    record(inspection, {world.zhou: "present"}, world.officer)
    record(inspection, {world.zhou: "absent", world.he: "present"}, world.officer)
    assert results(inspection) == {world.zhou.pk: "absent", world.he.pk: "present"}
    record_presence(inspection=inspection, found={world.zhou.pk: Found(None)}, by=world.officer)
    assert results(inspection) == {world.he.pk: "present"}


def test_a_remark_masks_an_id_number(world):
    inspection = world.opened()
    said = Found(Presence.ABSENT, "身份证 509901198503040013 称在家")
    record_presence(inspection=inspection, found={world.zhou.pk: said}, by=world.officer)
    assert "19850304" not in PresenceCheck.objects.get().remark


def test_the_rest_are_recorded_at_once_as_known_or_present(world):
    inspection = world.opened()
    postings.a_leave(world.he, DAY)
    absent = world.posted("示范缺勤")
    record(inspection, {absent: "absent"}, world.officer)
    assert record_the_rest(inspection=inspection, received=True, by=world.officer) == 2
    assert results(inspection) == {absent.pk: "absent", world.he.pk: "on_leave", world.zhou.pk: "present"}
    with refused("nobody_left"):
        record_the_rest(inspection=inspection, received=True, by=world.officer)


def test_the_rest_of_a_sending_unit_are_not_there(world):
    inspection = world.opened(world.hospital)
    record(inspection, {world.zhou: "practising"}, world.officer)
    record_the_rest(inspection=inspection, received=False, by=world.officer)
    assert results(inspection) == {world.zhou.pk: "practising", world.he.pk: "not_there"}


@pytest.mark.parametrize(
    ("result", "code"),
    [("on_leave", "leave_unknown"), ("practising", "result_impossible"), ("not_there", "result_impossible")],
)
def test_what_cannot_be_found_of_somebody_on_post_is_refused(world, result, code):
    inspection = world.opened()
    with refused(code):
        record(inspection, {world.zhou: result}, world.officer)
    assert results(inspection) == {}


def test_whoever_is_not_on_the_roll_is_refused(world):
    elsewhere = postings.on_post()
    with refused("not_on_the_roll"):
        record(world.opened(), {elsewhere: "present"}, world.officer)


def test_nothing_is_found_before_the_day(world):
    inspection = world.opened(on=date(2026, 12, 1), kind="planned")
    for act in (
        lambda: record(inspection, {world.zhou: "present"}, world.officer),
        lambda: orders.add_finding(inspection=inspection, text="示范", by=world.officer),
        lambda: inspections.close_inspection(inspection=inspection, version=1, by=world.officer),
    ):
        with refused("not_begun"), transaction.atomic():
            act()


def test_closing_writes_down_what_is_known_and_tells_the_unit(world):
    inspection = world.opened()
    postings.a_leave(world.he, DAY)
    record(inspection, {world.zhou: "present"}, world.officer)
    inspection.refresh_from_db()
    closed = inspections.close_inspection(inspection=inspection, version=inspection.version, by=world.officer)
    assert results(closed) == {world.zhou.pk: "present", world.he.pk: "on_leave"}
    assert closed.closed_by_name == world.officer.name
    notice = Notice.objects.open().get(code="assignments.inspection_closed")
    assert notice.institution_id == world.centre.pk
    event = Event.objects.get(act="assignments.inspection_closed")
    assert event.detail["found"] == {"present": 1, "on_leave": 1}


def test_closing_with_people_nobody_looked_for_has_to_be_meant(world):
    inspection = world.opened()
    record(inspection, {world.zhou: "present"}, world.officer)
    inspection.refresh_from_db()
    with refused("not_all_checked"), transaction.atomic():
        inspections.close_inspection(inspection=inspection, version=inspection.version, by=world.officer)
    inspection.refresh_from_db()
    inspections.close_inspection(
        inspection=inspection, version=inspection.version, accept_unchecked=True, by=world.officer
    )
    assert results(inspection) == {world.zhou.pk: "present"}


def test_who_was_sent_away_need_not_be_looked_for_at_a_unit_that_also_receives(world):
    there = postings.on_post(receiver=world.hospital)
    inspection = world.opened(world.hospital)
    record(inspection, {there: "present"}, world.officer)
    assert roll.of(inspection).unchecked == []
    record(inspection, {world.zhou: "not_there"}, world.officer)
    assert names(roll.of(inspection).unchecked) == {"示范何雨桐"}


def test_a_closed_inspection_keeps_what_it_found_whatever_happens_later(world):
    closed = world.closed(found={world.zhou: "present", world.he: "absent"})
    postings.a_leave(world.he, DAY)
    world.posted("示范后补")
    held = roll.of(closed)
    assert {line.assignment.pk: line.result for line in held.received} == {
        world.zhou.pk: "present",
        world.he.pk: "absent",
    }


def test_after_closing_nothing_changes(world):
    closed = world.closed(found={world.zhou: "present"})
    finding = Finding.objects.create(inspection=closed, text="示范")
    acts = [
        lambda: record(closed, {world.zhou: "absent"}, world.officer),
        lambda: orders.add_finding(inspection=closed, text="又", by=world.officer),
        lambda: orders.remove_finding(finding=finding, by=world.officer),
        lambda: inspections.close_inspection(inspection=closed, version=closed.version, by=world.officer),
        lambda: inspections.discard_inspection(
            inspection=closed, reason="误", version=closed.version, by=world.officer
        ),
        lambda: inspections.change_inspection(
            inspection=closed, on=DAY, inspectors="他人", summary="", version=closed.version, by=world.officer
        ),
    ]
    for act in acts:
        with refused("closed"), transaction.atomic():
            act()
    assert results(closed) == {world.zhou.pk: "present"}


def test_an_open_inspection_is_changed_and_discarded(world):
    inspection = world.opened()
    changed = inspections.change_inspection(
        inspection=inspection,
        on=DAY.replace(day=19),
        inspectors="示范二组",
        summary="示范",
        version=1,
        by=world.officer,
    )
    assert (changed.on, changed.inspectors, changed.version) == (DAY.replace(day=19), "示范二组", 2)
    record(changed, {world.zhou: "present"}, world.officer)
    orders.add_finding(inspection=changed, text="示范问题", by=world.officer)
    changed.refresh_from_db()
    inspections.discard_inspection(inspection=changed, reason="误开", version=changed.version, by=world.officer)
    assert not Inspection.objects.exists()
    event = Event.objects.get(act="assignments.inspection_discarded")
    assert event.detail["presences"] == {str(world.zhou.pk): "present"}
    assert event.detail["findings"] == ["示范问题"]


def test_another_day_after_somebody_was_looked_for_is_another_inspection(world):
    inspection = world.opened()
    record(inspection, {world.zhou: "present"}, world.officer)
    inspection.refresh_from_db()
    with refused("day_has_results"):
        inspections.change_inspection(
            inspection=inspection,
            on=DAY.replace(day=19),
            inspectors="示范",
            summary="",
            version=inspection.version,
            by=world.officer,
        )


def test_an_older_version_is_refused_with_both_values(world):
    inspection = world.opened()
    facts = {"inspection": inspection, "on": DAY, "summary": "", "version": 1, "by": world.officer}
    inspections.change_inspection(inspectors="甲组", **facts)
    with pytest.raises(Conflict) as conflict:
        inspections.change_inspection(inspectors="乙组", **facts)
    assert conflict.value.context["yours"]["inspectors"] == "乙组"
    assert conflict.value.context["theirs"]["inspectors"] == "甲组"


@pytest.mark.parametrize(
    ("change", "code"),
    [({"inspectors": "  "}, "inspectors_missing"), ({"kind": "secret"}, "kind_unknown")],
)
def test_what_says_too_little_is_not_opened(world, change, code):
    with refused(code):
        world.opened(**change)
    assert not Inspection.objects.exists()
