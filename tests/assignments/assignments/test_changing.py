"""While on post: days granted, a move to another unit, full-time or part-time, what the receiving unit arranges."""

from __future__ import annotations

from datetime import date

import pytest

from assignments.models import Assignment, Slot
from assignments.services import changing, ending
from assignments.services.moving import NO_BASIS
from deploy_admin.errors import Conflict
from deploy_admin.jobs.models import Notice
from tests.assignments.assignments.world import (
    DECIDED,
    TODAY,
    a_clause,
    a_receiver,
    a_scheme,
    a_sender,
    fresh,
    pieces,
    steps,
)
from tests.assignments.postings import (
    CITY_OFFICER,
    a_leave,
    an_assignment,
    on_post,
    receiver_clerk,
    receiver_head,
    sender_hr,
)
from tests.people.factories import refused

pytestmark = pytest.mark.django_db

FIRST, LAST = date(2026, 3, 10), date(2027, 3, 9)
DAY = date(2026, 10, 12)


@pytest.fixture
def row(db):
    return on_post(sender=a_sender(), receiver=a_receiver(), starts_on=FIRST)


def grant(row, days, **more):
    said = {"days": days, "basis": DECIDED, "version": None, "by": CITY_OFFICER} | more
    return changing.grant_extension(assignment=row, **said)


def move_to(row, unit, day=DAY, **more):
    said = {"reason": "工作需要", "version": None, "by": CITY_OFFICER} | more
    return changing.move_to(assignment=row, receiving_unit=unit, first_day=day, **said)


def test_days_are_granted_on_top_and_taken_back(row):
    assert grant(row, 30).ends_on == date(2027, 4, 8)
    done = grant(row, 10)
    assert (done.granted_days, done.ends_on, done.term_ends_on) == (40, date(2027, 4, 18), LAST)
    done = grant(row, -40)
    assert (done.granted_days, done.ends_on) == (0, LAST)
    assert [step[0] for step in steps(row)] == ["placed", "extended", "extended", "extension_taken_back"]
    step = row.transitions.filter(act="extended").first()
    assert (step.detail, step.deciding_body, step.from_state, step.to_state) == (
        {"days": 30}, DECIDED.deciding_body, "on_post", "on_post",
    )  # fmt: skip
    told = Notice.objects.open().filter(code="assignments.extended")
    assert {notice.institution_id for notice in told} == {row.receiving_unit_id}


def test_a_longer_term_takes_a_body_that_decided_and_bounds(row):
    with refused("basis_missing"):
        grant(row, 30, basis=NO_BASIS)
    for days in (0, -1, 367):
        with refused("days_out_of_range"):
            grant(row, days)
    with refused("not_permitted"):
        grant(row, 30, by=receiver_head(row.receiving_unit))
    with pytest.raises(Conflict):
        grant(row, 30, version=5)
    with refused("not_from_here"):
        grant(an_assignment(), 30)


def test_a_term_that_was_reached_goes_on():
    row = on_post(starts_on=date(2025, 11, 3), state="term_reached")  # to 2 November
    assert grant(row, 10).state == "term_reached"  # to the 12th: over all the same
    assert grant(row, 20).state == "on_post"
    assert fresh(row).ends_on == date(2026, 12, 2)


def test_a_longer_term_does_not_reach_into_another_assignment(row):
    other = a_receiver("示范别处卫生院")
    an_assignment(row.worker, sender=row.sending_unit, receiver=other, starts_on=date(2027, 3, 20))
    assert grant(row, 10).ends_on == date(2027, 3, 19)
    with refused("in_two_places") as refusal:
        grant(row, 1)
    assert "示范别处卫生院" in refusal.value.message
    assert fresh(row).granted_days == 10


def test_a_move_closes_the_piece_and_opens_the_next(row):
    old, new = row.receiving_unit, a_receiver()
    done = move_to(row, new)
    assert done.receiving_unit_id == new.pk
    assert pieces(row) == [
        (old.pk, FIRST, date(2026, 10, 11), True, "start"),
        (new.pk, DAY, None, True, "moved"),
    ]
    assert row.transitions.get(act="moved").detail == {"from_unit": old.pk, "to_unit": new.pk}
    # The unit before still sees whom it received; it does not act on them any more.
    assert Assignment.objects.visible_to(receiver_clerk(old)).filter(pk=row.pk).exists()
    assert not Assignment.objects.received_by(receiver_clerk(old)).filter(pk=row.pk).exists()
    with refused("not_permitted"):
        changing.change_details(assignment=done, department="内科", version=None, by=receiver_clerk(old))


def test_moved_on_the_first_day_of_a_piece_there_is_only_one(row):
    new = a_receiver()
    move_to(row, new, FIRST)
    assert pieces(row) == [(new.pk, FIRST, None, True, "start")]


@pytest.mark.parametrize("day", [date(2026, 3, 9), date(2026, 11, 23)])
def test_a_move_lies_in_the_present_piece_and_not_in_the_future(row, day):
    with refused("outside_piece" if day < TODAY else "day_in_future"):
        move_to(row, a_receiver(), day)


def test_a_move_before_the_last_move_is_refused(row):
    move_to(row, a_receiver())
    with refused("outside_piece"):
        move_to(row, a_receiver(), date(2026, 9, 1))


def test_nobody_moves_to_where_they_are_nor_home_nor_to_a_closed_unit(row):
    for unit in (row.receiving_unit, row.sending_unit):
        with refused("same_unit"):
            move_to(row, unit)
    with refused("unit_closed"):
        move_to(row, a_receiver(closed_on=date(2026, 6, 30)))
    with refused("not_permitted"):
        move_to(row, a_receiver(), by=sender_hr(row.sending_unit))
    with refused("reason_missing"):
        move_to(row, a_receiver(), reason="")
    with refused("not_from_here"):
        move_to(an_assignment(starts_on=FIRST), a_receiver())


def test_part_time_from_a_day_on_is_a_piece_of_its_own(row):
    done = changing.change_full_time(
        assignment=row, full_time=False, first_day=DAY, reason="试行", version=1, by=CITY_OFFICER
    )
    assert done.full_time is False
    unit = row.receiving_unit_id
    assert pieces(row) == [
        (unit, FIRST, date(2026, 10, 11), True, "start"),
        (unit, DAY, None, False, "full_time"),
    ]
    with refused("nothing_to_change"):
        changing.change_full_time(
            assignment=row, full_time=False, first_day=TODAY, reason="试行", version=None, by=CITY_OFFICER
        )


def test_full_detachment_is_kept_where_the_clause_asks_for_it(db):
    a_scheme(a_clause("whole", "full_time: true"))
    row = on_post(sender=a_sender(), receiver=a_receiver())
    with refused("full_detachment"):
        changing.change_full_time(
            assignment=row, full_time=False, first_day=DAY, reason="试行", version=None, by=CITY_OFFICER
        )
    assert fresh(row).full_time is True


def test_the_receiving_unit_arranges_department_supervisor_and_roster(row):
    clerk = receiver_clerk(row.receiving_unit)
    done = changing.change_details(assignment=row, department="内科", supervisor="示范主任", version=1, by=clerk)
    assert (done.department, done.supervisor, done.version) == ("内科", "示范主任", 2)
    step = row.transitions.get(act="details_changed")
    assert step.detail == {
        "before": {"department": "", "supervisor": ""},
        "after": {"department": "内科", "supervisor": "示范主任"},
    }
    with refused("nothing_to_change"):
        changing.change_details(assignment=row, department="内科", version=None, by=clerk)
    with refused("pattern_unknown"):
        changing.change_details(assignment=row, roster_pattern="always", version=None, by=clerk)
    with refused("not_permitted"):
        changing.change_details(assignment=row, department="外科", version=None, by=sender_hr(row.sending_unit))
    with pytest.raises(Conflict) as refusal:
        changing.change_details(assignment=row, department="外科", version=1, by=clerk)
    assert refusal.value.context["theirs"]["department"] == "内科"
    changing.change_details(assignment=row, department="外科", version=None, by=CITY_OFFICER)
    assert row.transitions.filter(act="details_changed").order_by("-pk")[0].detail["on_behalf"] is True


def test_another_roster_pattern_counts_leave_anew(row):
    leave = a_leave(row, date(2026, 5, 15), date(2026, 5, 16))  # Friday and Saturday
    ending.recompute([row.pk], by=CITY_OFFICER)
    leave.refresh_from_db()
    assert leave.counted_days == 1
    changing.change_details(
        assignment=row, roster_pattern="six_day", version=None, by=receiver_clerk(row.receiving_unit)
    )
    leave.refresh_from_db()
    assert leave.counted_days == 2


def test_what_is_over_is_not_arranged_any_more():
    row = on_post(starts_on=date(2025, 3, 10), state="returned")
    with refused("not_from_here"):
        changing.change_details(assignment=row, department="内科", version=None, by=CITY_OFFICER)
    assert Slot.objects.get(pk=row.slot_id).replacement_due_on is None
