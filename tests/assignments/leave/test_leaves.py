"""Leave from the asking to the filing: who may, on which days, what follows, and everything that is refused."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assignments.models import Absence, Assignment, Leave, Transition
from assignments.services import leaves
from assignments.services.leaves import PastLeave
from assignments.services.moving import Basis
from assignments.states import AbsenceState, AssignmentState, LeaveState
from deploy_admin.access import Role
from deploy_admin.audit.models import Event
from deploy_admin.errors import Conflict, RuleViolation
from deploy_admin.jobs.models import Notice
from tests.accounts.factories import a_membership
from tests.assignments.leave.world import a_place, another_unit, me, posted
from tests.assignments.postings import (
    CITY_OFFICER,
    a_leave,
    an_absence,
    district_officer,
    receiver_clerk,
    receiver_head,
)

pytestmark = pytest.mark.django_db
WEEK = {"first_day": date(2026, 12, 7), "last_day": date(2026, 12, 11)}


@pytest.fixture
def place():
    return a_place()


def asked(assignment, by=None, kind="personal", **days):
    return leaves.ask_leave(assignment=assignment, kind=kind, **(WEEK | days), by=by or me(assignment))


def approved(leave, by):
    return leaves.approve_leave(leave_ids=[leave.pk], by=by)[0]


def refused(code, act, /, **said):
    with pytest.raises(RuleViolation) as found:
        act(**said)
    assert found.value.code == code
    return found.value


def again(row):
    return type(row).objects.get(pk=row.pk)


# ------------------------------------------------------------------------------------------ asking


def test_the_person_asks_and_the_units_head_is_told(place):
    assignment = posted(place)
    leave = asked(assignment, remark="家中有事")
    assert (leave.state, leave.on_behalf, leave.remark) == (LeaveState.ASKED, False, "家中有事")
    notice = Notice.objects.open().get(key=f"assignments.leave:{leave.pk}")
    assert (notice.institution_id, notice.roles) == (place.centre.pk, ["receiver_head"])
    assert notice.due_on == date(2026, 11, 24)  # two working days
    assert "事假" not in notice.text
    assert again(assignment).version == 2
    assert Event.objects.get(act="assignments.leave_asked").detail["kind"] == "personal"


def test_of_health_and_family_the_record_does_not_name_the_kind(place):
    asked(posted(place), kind="sick")
    assert Event.objects.get(act="assignments.leave_asked").detail["kind"] == "private"


def test_the_clerk_enters_it_on_behalf_and_says_on_what_paper(place):
    assignment = posted(place)
    leave = leaves.ask_leave(
        assignment=assignment, kind="sick", **WEEK, basis=Basis(document="请假条"), by=place.clerk
    )
    assert (leave.on_behalf, leave.document, leave.recorded_by_name) == (True, "请假条", place.clerk.name)


def test_who_may_not_ask(place):
    assignment, other = posted(place), posted(place)
    for by in (me(other), place.hr, receiver_clerk(another_unit(place))):
        with pytest.raises(RuleViolation) as found:
            asked(assignment, by=by)
        assert found.value.code in ("not_permitted", "assignment_unknown")
    assert Leave.objects.count() == 0


@pytest.mark.parametrize(
    ("days", "code"),
    [
        ({"first_day": date(2026, 12, 11), "last_day": date(2026, 12, 7)}, "period_reversed"),
        ({"first_day": date(2026, 3, 9), "last_day": date(2026, 3, 12)}, "outside_assignment"),
        ({"first_day": date(2027, 3, 8), "last_day": date(2027, 3, 10)}, "outside_assignment"),
        ({"first_day": date(2026, 12, 12), "last_day": date(2026, 12, 13)}, "no_duty_day"),
        ({"kind": "sabbatical"}, "leave_kind_unknown"),
    ],
)
def test_days_that_cannot_be_asked_for(place, days, code):
    assignment = posted(place)
    said = {"kind": "personal"} | WEEK | days
    refused(code, leaves.ask_leave, assignment=assignment, **said, by=me(assignment))
    assert Leave.objects.count() == 0


def test_nobody_is_on_leave_who_is_not_on_post(place):
    for state in ("planned", "filed", "returned", "void"):
        assignment = posted(place, state=state)
        refused("not_on_post", asked, assignment=assignment)


def test_two_leaves_do_not_overlap_unless_one_was_declined(place):
    assignment = posted(place)
    first = asked(assignment)
    refused("leave_twice", asked, assignment=assignment, first_day=date(2026, 12, 11), last_day=date(2026, 12, 14))
    leaves.decline_leave(leave=first, reason="年底人手不足", by=place.head)
    assert asked(assignment, first_day=date(2026, 12, 11), last_day=date(2026, 12, 14)).pk


def test_who_works_shifts_says_how_many_duty_days(place):
    assignment = posted(place, roster_pattern="shift")
    said = {"assignment": assignment, "kind": "personal", **WEEK, "by": me(assignment)}
    refused("duty_days_missing", leaves.ask_leave, **said)
    refused("duty_days_impossible", leaves.ask_leave, **said, stated_duty_days=6)
    assert leaves.ask_leave(**said, stated_duty_days=3).stated_duty_days == 3


def test_after_the_term_past_days_may_still_be_asked_for(place):
    assignment = posted(place, starts_on=date(2025, 11, 3), state="term_reached")
    days = {"first_day": date(2026, 10, 29), "last_day": date(2026, 10, 30)}
    assert asked(assignment, **days).state == LeaveState.ASKED
    refused("outside_assignment", asked, assignment=assignment)


def test_a_version_that_is_not_the_one_read_is_refused_with_both(place):
    assignment = posted(place)
    stale = again(assignment)
    asked(assignment)
    with pytest.raises(Conflict) as found:
        leaves.ask_leave(assignment=stale, kind="personal", **WEEK, version=1, by=place.clerk)
    assert found.value.context["theirs"]["version"] == 2


# ------------------------------------------------------------------------------------------ deciding


def test_approving_moves_the_last_day_and_tells_the_person_and_the_office(place):
    assignment = posted(place)
    member = a_membership(Role.DEPLOYED_PERSON, place.hospital)
    member.worker = assignment.worker
    member.save()
    leave = approved(asked(assignment), place.head)
    assert (leave.state, leave.decided_by_name) == (LeaveState.APPROVED, place.head.name)
    assert (leave.counted_days, leave.filing_required) == (5, True)
    assert again(assignment).ends_on == date(2027, 3, 14)
    assert not Notice.objects.open().filter(key=f"assignments.leave:{leave.pk}").exists()
    mine = Notice.objects.open().get(user_id=member.user_id)
    assert mine.params["last"] == "2027-03-14"
    office = Notice.objects.open().get(key=f"assignments.leave_filing:{leave.pk}")
    assert office.institution_id == place.authority.pk
    event = Event.objects.get(act="assignments.leave_approved")
    assert event.detail["last_days"] == {str(assignment.pk): "2027-03-14"}


def test_four_days_are_not_to_be_filed(place):
    leave = approved(asked(posted(place), last_day=date(2026, 12, 10)), place.head)
    assert (leave.counted_days, leave.filing_required) == (4, False)
    assert not Notice.objects.open().filter(key__startswith="assignments.leave_filing").exists()


def test_only_the_head_or_the_authority_decides(place):
    assignment = posted(place)
    leave = asked(assignment)
    for by in (me(assignment), place.clerk, place.hr, receiver_head(another_unit(place))):
        with pytest.raises(RuleViolation) as found:
            approved(leave, by)
        assert found.value.code in ("not_permitted", "leave_unknown")
    assert approved(leave, district_officer(place.authority)).state == LeaveState.APPROVED


def test_a_leave_is_decided_once(place):
    leave = approved(asked(posted(place)), place.head)
    refused("leave_decided", leaves.approve_leave, leave_ids=[leave.pk], by=place.head)
    refused("leave_decided", leaves.decline_leave, leave=leave, reason="x", by=place.head)


def test_declining_says_why(place):
    leave = asked(posted(place))
    refused("reason_missing", leaves.decline_leave, leave=leave, reason="  ", by=place.head)
    found = leaves.decline_leave(leave=leave, reason="门诊缺人", by=place.head)
    assert (found.state, found.decision_remark) == (LeaveState.DECLINED, "门诊缺人")


def test_a_decision_on_another_version_is_refused(place):
    leave = asked(posted(place))
    Leave.objects.filter(pk=leave.pk).update(version=2)
    with pytest.raises(Conflict):
        leaves.approve_leave(leave_ids=[leave.pk], versions={leave.pk: 1}, by=place.head)


def test_what_was_asked_for_before_an_early_end_cannot_be_approved_after_it(place):
    assignment = posted(place)
    leave = asked(assignment)
    Assignment.objects.filter(pk=assignment.pk).update(
        ended_on=date(2026, 11, 20), ends_on=date(2026, 11, 20), end_reason="refused", state="ended_early"
    )
    refused("not_on_post", leaves.approve_leave, leave_ids=[leave.pk], by=place.head)


def test_a_list_is_approved_whole_or_not_at_all(place):
    first, second = asked(posted(place)), approved(asked(posted(place)), place.head)
    refused("leave_decided", leaves.approve_leave, leave_ids=[first.pk, second.pk], by=place.head)
    assert again(first).state == LeaveState.ASKED
    third = asked(posted(place))
    found = leaves.approve_leave(leave_ids=[first.pk, third.pk], by=place.head)
    assert {leave.state for leave in found} == {LeaveState.APPROVED}
    assert Event.objects.get(act="assignments.leave_approved", object_id=None).detail["count"] == 2
    refused("leave_unknown", leaves.approve_leave, leave_ids=[], by=place.head)
    refused("leave_unknown", leaves.approve_leave, leave_ids=[10**9], by=place.head)


def test_approving_many_takes_as_many_statements_as_approving_one(place):
    def waiting(n):
        return [asked(posted(place)).pk for _ in range(n)]

    one, many = waiting(1), waiting(8)
    with CaptureQueriesContext(connection) as first:
        leaves.approve_leave(leave_ids=one, by=place.head)
    with CaptureQueriesContext(connection) as second:
        leaves.approve_leave(leave_ids=many, by=place.head)
    assert len(second) == len(first)


def test_leave_that_makes_a_term_longer_than_today_puts_the_person_back_on_post(place):
    # Until Friday 20 November 2026; five days of October more and it is 25 November.
    assignment = posted(place, starts_on=date(2025, 11, 21), state="term_reached")
    days = {"first_day": date(2026, 10, 12), "last_day": date(2026, 10, 16)}
    approved(asked(assignment, **days), place.head)
    now = again(assignment)
    assert (now.ends_on, now.state) == (date(2026, 11, 25), AssignmentState.ON_POST)
    assert Transition.objects.filter(assignment=assignment, act="term_resumed").exists()


# ------------------------------------------------------------------------------------------ what it excuses


def test_leave_that_covers_a_reported_absence_excuses_it(place):
    assignment = posted(place)
    covered = an_absence(assignment, date(2026, 6, 9), date(2026, 6, 10), state="to_be_checked")
    partly = an_absence(assignment, date(2026, 6, 12), date(2026, 6, 15))
    approved(asked(assignment, first_day=date(2026, 6, 8), last_day=date(2026, 6, 12)), place.head)
    assert again(covered).state == AbsenceState.EXCUSED
    assert again(partly).state == AbsenceState.CONFIRMED
    assert Event.objects.get(act="assignments.leave_approved").detail["excused"] == [covered.pk]
    # The rest of it is covered by a second leave.
    approved(asked(assignment, first_day=date(2026, 6, 13), last_day=date(2026, 6, 15)), place.head)
    assert Absence.objects.get(pk=partly.pk).state == AbsenceState.EXCUSED


# ------------------------------------------------------------------------------------------ taking back


def test_the_person_takes_back_what_is_not_decided_without_a_reason(place):
    assignment = posted(place)
    leave = leaves.withdraw_leave(leave=asked(assignment), by=me(assignment))
    assert leave.state == LeaveState.WITHDRAWN
    assert not Notice.objects.open().filter(key=f"assignments.leave:{leave.pk}").exists()


def test_taking_back_what_is_approved_takes_a_reason_and_takes_the_days_back(place):
    assignment = posted(place)
    leave = approved(asked(assignment), place.head)
    refused("reason_missing", leaves.withdraw_leave, leave=leave, by=me(assignment))
    leaves.withdraw_leave(leave=leave, reason="行程取消", by=me(assignment))
    assert again(assignment).ends_on == date(2027, 3, 9)
    assert (again(leave).counted_days, again(leave).filing_required) == (0, False)
    assert not Notice.objects.open().filter(key=f"assignments.leave_filing:{leave.pk}").exists()


def test_once_begun_only_the_receiving_unit_takes_it_back(place):
    assignment = posted(place)
    leave = approved(asked(assignment, first_day=date(2026, 6, 8), last_day=date(2026, 6, 12)), place.head)
    refused("not_permitted", leaves.withdraw_leave, leave=leave, reason="x", by=me(assignment))
    refused("not_permitted", leaves.withdraw_leave, leave=leave, reason="x", by=place.clerk)
    assert leaves.withdraw_leave(leave=leave, reason="实际在岗", by=place.head).state == LeaveState.WITHDRAWN


def test_what_is_over_is_not_taken_back(place):
    assignment = posted(place)
    leave = leaves.decline_leave(leave=asked(assignment), reason="x", by=place.head)
    refused("leave_decided", leaves.withdraw_leave, leave=leave, reason="x", by=place.head)
    done = posted(place, starts_on=date(2025, 3, 10), state="returned")
    kept = a_leave(done, date(2025, 5, 12), date(2025, 5, 16))
    refused("not_from_here", leaves.withdraw_leave, leave=kept, reason="x", by=place.head)


# ------------------------------------------------------------------------------------------ filing


def test_the_office_takes_down_the_filing_of_a_whole_list(place):
    rows = [approved(asked(posted(place)), place.head) for _ in range(2)]
    found = leaves.file_leave(
        leave_ids=[row.pk for row in rows], number="备〔2026〕7号", on=date(2026, 11, 20), by=CITY_OFFICER
    )
    assert {(row.filing_number, row.filed_on, row.filed_by_name) for row in found} == {
        ("备〔2026〕7号", date(2026, 11, 20), CITY_OFFICER.name)
    }
    assert not Notice.objects.open().filter(key__startswith="assignments.leave_filing").exists()
    assert Leave.objects.filing_due().count() == 0


def test_filings_that_are_refused(place):
    due, short = (
        approved(asked(posted(place)), place.head),
        approved(asked(posted(place), last_day=date(2026, 12, 8)), place.head),
    )
    said = {"number": "备1", "on": date(2026, 11, 20), "by": CITY_OFFICER}
    refused("number_missing", leaves.file_leave, leave_ids=[due.pk], **(said | {"number": " "}))
    refused("in_the_future", leaves.file_leave, leave_ids=[due.pk], **(said | {"on": date(2026, 11, 23)}))
    refused("filing_not_needed", leaves.file_leave, leave_ids=[short.pk], **said)
    refused("leave_decided", leaves.file_leave, leave_ids=[asked(posted(place)).pk], **said)
    refused("not_permitted", leaves.file_leave, leave_ids=[due.pk], **(said | {"by": place.head}))
    leaves.file_leave(leave_ids=[due.pk], **said)
    refused("filed_already", leaves.file_leave, leave_ids=[due.pk], **said)


# ------------------------------------------------------------------------------------------ the past


def test_leave_of_the_past_is_taken_on_with_its_filing_and_counts(place):
    past = posted(place, starts_on=date(2023, 1, 3), state="returned", origin="imported", evidence="archive")
    row = PastLeave(
        assignment_id=past.pk,
        kind="sick",
        first_day=date(2023, 5, 8),
        last_day=date(2023, 5, 12),
        filed_on=date(2023, 5, 4),
        filing_number="备12",
    )
    (leave,) = leaves.record_past_leave([row], by=CITY_OFFICER)
    assert (leave.state, leave.imported, leave.filed_on) == (LeaveState.APPROVED, True, date(2023, 5, 4))
    assert again(past).ends_on == date(2024, 1, 7)


def test_leave_of_the_past_is_refused_where_it_does_not_belong(place):
    now = posted(place)
    said = {"kind": "sick", "first_day": date(2026, 5, 11), "last_day": date(2026, 5, 15)}
    refused("not_imported", leaves.record_past_leave, rows=[PastLeave(assignment_id=now.pk, **said)], by=CITY_OFFICER)
    past = posted(place, starts_on=date(2023, 1, 3), state="returned", origin="imported", evidence="archive")
    beyond = PastLeave(assignment_id=past.pk, **said)
    refused("outside_assignment", leaves.record_past_leave, rows=[beyond], by=CITY_OFFICER)
    within = PastLeave(assignment_id=past.pk, kind="sick", first_day=date(2023, 5, 8), last_day=date(2023, 5, 9))
    refused("not_permitted", leaves.record_past_leave, rows=[within], by=place.head)
    assert Leave.objects.count() == 0
