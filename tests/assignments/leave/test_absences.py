"""Absence from the report to the decision: heard before it counts, weighed, proposed, decided by an officer."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from assignments.models import Absence, Leave, Proposal
from assignments.services import absences, leaves, proposals
from assignments.services.absences import PastAbsence
from assignments.services.moving import Basis
from assignments.states import AbsenceState, AssignmentState, LeaveState, ProposalState
from deploy_admin import clock
from deploy_admin.access import Role
from deploy_admin.audit.models import Event
from deploy_admin.errors import Conflict, RuleViolation
from deploy_admin.jobs.models import Notice
from deploy_admin.people.models import RecordedEvent
from tests.accounts.factories import a_membership
from tests.assignments.leave.world import a_place, another_unit, me, posted
from tests.assignments.postings import CITY_OFFICER, a_leave, an_absence, receiver_head

pytestmark = pytest.mark.django_db
DAY = {"first_day": date(2026, 11, 18), "last_day": date(2026, 11, 18)}
#: Four separate Wednesdays.
DAYS = [date(2026, 6, 3), date(2026, 6, 10), date(2026, 6, 17), date(2026, 6, 24)]
DECIDED = Basis(deciding_body="领导小组", document="会议纪要", document_number="示范纪〔2026〕3号")


@pytest.fixture
def place():
    return a_place()


def reported(assignment, by, **days):
    return absences.report_absence(assignment=assignment, remark="早上未到岗", **(DAY | days), by=by)


def refused(code, act, /, **said):
    with pytest.raises(RuleViolation) as found:
        act(**said)
    assert found.value.code == code
    return found.value


def again(row):
    return type(row).objects.get(pk=row.pk)


def later(days, monkeypatch):
    """Let the tests' day be so many days later."""
    day = clock.today() + timedelta(days=days)
    monkeypatch.setattr(clock, "today", lambda: day)


def four_times(assignment, head, n=4):
    """Confirm so many absences as the unit's head would: reported by nobody known, answered."""
    rows = [an_absence(assignment, day, state="answered") for day in DAYS[:n]]
    for row in rows:
        absences.confirm_absence(absence=row, by=head)
    return rows


# ------------------------------------------------------------------------------------------ reporting


def test_who_is_reported_is_told_and_has_five_working_days(place):
    assignment = posted(place)
    member = a_membership(Role.DEPLOYED_PERSON, place.hospital)
    member.worker = assignment.worker
    member.save()
    absence = reported(assignment, place.clerk)
    assert (absence.state, absence.told_on) == (AbsenceState.TO_BE_CHECKED, date(2026, 11, 22))
    assert absence.answer_by == date(2026, 11, 27)  # a Sunday: Monday to Friday
    assert absence.duty_days == 1
    notice = Notice.objects.open().get(user_id=member.user_id)
    assert (notice.due_on, notice.code) == (absence.answer_by, "assignments.absence_to_answer")
    assert Notice.objects.open().filter(institution_id=place.hospital.pk, code="assignments.absence_reported").exists()


def test_without_a_clause_five_working_days_are_given_all_the_same():
    place = a_place(plan=False)
    assert reported(posted(place), place.clerk).answer_by == date(2026, 11, 27)


@pytest.mark.parametrize(
    ("days", "code"),
    [
        ({"first_day": date(2026, 11, 21), "last_day": date(2026, 11, 22)}, "no_duty_day"),
        ({"first_day": date(2026, 11, 20), "last_day": date(2026, 11, 23)}, "in_the_future"),
        ({"first_day": date(2026, 3, 9), "last_day": date(2026, 3, 10)}, "outside_assignment"),
        ({"first_day": date(2026, 11, 18), "last_day": date(2026, 11, 17)}, "period_reversed"),
    ],
)
def test_days_that_cannot_be_reported(place, days, code):
    assignment = posted(place)
    refused(code, reported, assignment=assignment, by=place.clerk, **days)
    assert Absence.objects.count() == 0


def test_nobody_is_absent_on_approved_leave_or_twice(place):
    assignment = posted(place)
    a_leave(assignment, date(2026, 11, 17), date(2026, 11, 18))
    refused("on_leave", reported, assignment=assignment, by=place.clerk)
    reported(assignment, place.clerk, first_day=date(2026, 11, 19), last_day=date(2026, 11, 19))
    refused(
        "absence_twice",
        reported,
        assignment=assignment,
        by=place.clerk,
        first_day=date(2026, 11, 19),
        last_day=date(2026, 11, 20),
    )


def test_only_the_receiving_unit_reports(place):
    assignment = posted(place)
    for by in (me(assignment), place.hr, receiver_head(another_unit(place))):
        with pytest.raises(RuleViolation) as found:
            reported(assignment, by)
        assert found.value.code in ("not_permitted", "assignment_unknown")


# ------------------------------------------------------------------------------------------ hearing


def test_nothing_is_confirmed_before_it_was_heard(place, monkeypatch):
    absence = reported(posted(place), place.clerk)
    refused("still_to_be_heard", absences.confirm_absence, absence=absence, by=place.head)
    later(5, monkeypatch)  # Friday 27 November, the last day to answer
    refused("still_to_be_heard", absences.confirm_absence, absence=absence, by=place.head)
    later(1, monkeypatch)
    assert absences.confirm_absence(absence=absence, by=place.head).state == AbsenceState.CONFIRMED


def test_an_answer_is_enough_to_decide(place):
    assignment = posted(place)
    absence = reported(assignment, place.clerk)
    answered = absences.answer_absence(absence=absence, answer="值夜班后补休", by=me(assignment))
    assert (answered.state, answered.answer) == (AbsenceState.ANSWERED, "值夜班后补休")
    notice = Notice.objects.open().get(key=f"assignments.absence:{absence.pk}:decide")
    assert notice.roles == ["receiver_head"]
    confirmed = absences.confirm_absence(absence=absence, remark="排班表无此安排", by=place.head)
    assert confirmed.state == AbsenceState.CONFIRMED
    assert not Notice.objects.open().filter(key__startswith=f"assignments.absence:{absence.pk}:").exists()
    refused("absence_decided", absences.answer_absence, absence=absence, answer="x", by=me(assignment))


def test_only_the_person_or_the_unit_answers_and_something(place):
    assignment, other = posted(place), posted(place)
    absence = reported(assignment, place.clerk)
    refused("text_missing", absences.answer_absence, absence=absence, answer=" ", by=me(assignment))
    refused("absence_unknown", absences.answer_absence, absence=absence, answer="x", by=me(other))
    refused("not_permitted", absences.answer_absence, absence=absence, answer="x", by=place.hr)
    assert absences.answer_absence(absence=absence, answer="电话说明", by=place.clerk).state == AbsenceState.ANSWERED


def test_somebody_else_than_who_reported_it_confirms(place):
    assignment = posted(place)
    absence = reported(assignment, place.head)
    absences.answer_absence(absence=absence, answer="x", by=me(assignment))
    refused("second_person", absences.confirm_absence, absence=absence, by=place.head)
    refused("not_permitted", absences.confirm_absence, absence=absence, by=place.clerk)
    assert absences.confirm_absence(absence=absence, by=receiver_head(place.centre, user_id=7199)).state == "confirmed"


def test_the_database_says_so_too(place):
    absence = reported(posted(place), place.head)
    with pytest.raises(IntegrityError), transaction.atomic():
        Absence.objects.filter(pk=absence.pk).update(
            state="confirmed", decided_by_id=place.head.user_id, decided_by_name="x", decided_at=clock.now()
        )


def test_leave_approved_meanwhile_stands_before_it(place):
    assignment = posted(place)
    absence = reported(assignment, place.clerk, last_day=date(2026, 11, 19))
    absences.answer_absence(absence=absence, answer="x", by=me(assignment))
    a_leave(assignment, date(2026, 11, 19))
    refused("on_leave", absences.confirm_absence, absence=absence, by=place.head)


def test_a_decision_on_another_version_is_refused(place):
    absence = reported(posted(place), place.clerk)
    Absence.objects.filter(pk=absence.pk).update(version=2)
    with pytest.raises(Conflict):
        absences.excuse_absence(absence=absence, reason="x", version=1, by=place.head)


# ------------------------------------------------------------------------------------------ excusing


def test_excused_with_leave_the_leave_is_approved_for_these_days(place):
    absence = reported(posted(place), place.clerk)
    excused = absences.excuse_absence(absence=absence, leave_kind="sick", by=place.head)
    assert excused.state == AbsenceState.EXCUSED
    leave = Leave.objects.get()
    assert (leave.state, leave.kind, leave.first_day, leave.counted_days) == (
        LeaveState.APPROVED,
        "sick",
        date(2026, 11, 18),
        1,
    )
    assert Event.objects.get(act="assignments.absence_excused").detail["leave"] == "private"


def test_leave_that_the_person_asked_for_these_days_is_the_one_that_is_approved(place):
    assignment = posted(place)
    absence = reported(assignment, place.clerk)
    asked = leaves.ask_leave(assignment=assignment, kind="personal", **DAY, by=me(assignment))
    absences.excuse_absence(absence=absence, leave_kind="personal", by=place.head)
    assert Leave.objects.get().pk == asked.pk


def test_excused_for_a_reason_says_which(place):
    absence = reported(posted(place), place.clerk)
    refused("reason_missing", absences.excuse_absence, absence=absence, by=place.head)
    excused = absences.excuse_absence(absence=absence, reason="道路中断", by=place.head)
    assert (excused.state, excused.decision_remark) == (AbsenceState.EXCUSED, "道路中断")
    refused("absence_decided", absences.excuse_absence, absence=absence, reason="x", by=place.head)


def test_what_was_reported_by_mistake_is_taken_back(place):
    absence = reported(posted(place), place.clerk)
    refused("reason_missing", absences.withdraw_absence, absence=absence, reason="", by=place.clerk)
    assert (
        absences.withdraw_absence(absence=absence, reason="看错排班", by=place.clerk).state == AbsenceState.WITHDRAWN
    )
    confirmed = an_absence(posted(place), DAYS[0])
    refused("not_permitted", absences.withdraw_absence, absence=confirmed, reason="x", by=place.clerk)
    assert absences.withdraw_absence(absence=confirmed, reason="x", by=place.head).state == AbsenceState.WITHDRAWN


# ------------------------------------------------------------------------------------------ what follows


def test_the_third_warns_and_the_fourth_is_proposed_not_to_be_counted(place):
    assignment = posted(place)
    four_times(assignment, place.head, 3)
    assert Proposal.objects.count() == 0
    warning = Notice.objects.open().get(key=f"assignments.absence_warning:{assignment.pk}:receiver")
    assert warning.params["count"] == 3
    fourth = an_absence(assignment, DAYS[3], state="answered")
    absences.confirm_absence(absence=fourth, by=place.head)
    proposal = Proposal.objects.get()
    assert (proposal.state, proposal.clause_id, proposal.basis["counted"]) == (
        ProposalState.OPEN,
        "unapproved_absence",
        4,
    )
    assert proposal.basis["absences"][0] == ["2026-06-03", "2026-06-03", 1]
    assert proposal.basis["takes_extension"] is True
    notice = Notice.objects.open().get(code="assignments.void_proposed")
    assert notice.institution_id == place.authority.pk
    assert not Notice.objects.open().filter(key__startswith="assignments.absence_warning").exists()
    assert again(assignment).state == AssignmentState.ON_POST  # a machine proposes, an officer decides


def test_a_proposal_whose_reason_is_gone_lapses_and_comes_back_with_it(place):
    assignment = posted(place)
    rows = four_times(assignment, place.head)
    absences.excuse_absence(absence=again(rows[0]), reason="医院证明", by=place.head)
    proposal = Proposal.objects.get()
    assert proposal.state == ProposalState.LAPSED
    assert not Notice.objects.open().filter(code="assignments.void_proposed").exists()
    fifth = an_absence(assignment, date(2026, 7, 1), state="answered")
    absences.confirm_absence(absence=fifth, by=place.head)
    assert Proposal.objects.get(pk=proposal.pk).state == ProposalState.OPEN


def test_following_a_proposal_takes_a_body_a_document_and_a_reason(place):
    assignment = posted(place)
    four_times(assignment, place.head)
    proposal = Proposal.objects.get()
    said = {"proposal": proposal, "follow": True, "by": CITY_OFFICER}
    refused("reason_missing", proposals.decide, **said, reason=" ", basis=DECIDED)
    refused("basis_missing", proposals.decide, **said, reason="旷工4次")
    refused("not_permitted", proposals.decide, **(said | {"by": place.head}), reason="旷工4次", basis=DECIDED)
    decided = proposals.decide(**said, reason="旷工4次", basis=DECIDED)
    assert (decided.state, decided.decided_by_name) == (ProposalState.FOLLOWED, CITY_OFFICER.name)
    assert again(assignment).state == AssignmentState.VOID
    assert RecordedEvent.objects.filter(worker=assignment.worker, kind="service_void").count() == 1
    refused("proposal_decided", proposals.decide, **said, reason="旷工4次", basis=DECIDED)


def test_not_followed_it_comes_again_only_with_a_further_absence(place):
    assignment = posted(place)
    rows = four_times(assignment, place.head)
    proposal = Proposal.objects.get()
    proposals.decide(proposal=proposal, follow=False, reason="其中两次属排班差错", by=CITY_OFFICER)
    assert again(proposal).state == ProposalState.DISMISSED
    assert again(assignment).state == AssignmentState.ON_POST
    proposals.reconsider([assignment.pk], by=CITY_OFFICER)
    assert Proposal.objects.open().count() == 0
    fifth = an_absence(assignment, date(2026, 7, 1), state="answered")
    absences.confirm_absence(absence=fifth, by=place.head)
    assert Proposal.objects.open().get().basis["counted"] == 5
    assert len(rows) == 4


def test_a_decision_on_another_version_of_a_proposal_is_refused(place):
    four_times(posted(place), place.head)
    with pytest.raises(Conflict):
        proposals.decide(proposal=Proposal.objects.get(), follow=False, reason="x", version=9, by=CITY_OFFICER)


def test_approved_leave_takes_the_reason_of_a_proposal_away(place):
    assignment = posted(place)
    four_times(assignment, place.head)
    leave = leaves.ask_leave(
        assignment=assignment, kind="sick", first_day=DAYS[0], last_day=DAYS[0], by=me(assignment)
    )
    leaves.approve_leave(leave_ids=[leave.pk], by=place.head)
    assert Proposal.objects.get().state == ProposalState.LAPSED


def test_standing_shows_both_counts(place):
    assignment = posted(place)
    an_absence(assignment, date(2026, 6, 1), date(2026, 6, 4))
    an_absence(assignment, DAYS[3], state="excused")
    found = absences.standing(assignment)
    assert (found.by_episode, found.by_day) == (1, 4)
    assert [alert.code for alert in found.alerts] == ["long_episode"]


# ------------------------------------------------------------------------------------------ the past


def test_absences_of_the_past_are_taken_on_and_weighed(place):
    past = posted(place, starts_on=date(2023, 1, 3), state="returned", origin="imported", evidence="archive")
    days = [date(2023, 5, 10), date(2023, 5, 17), date(2023, 5, 24), date(2023, 5, 31)]
    rows = [PastAbsence(assignment_id=past.pk, first_day=day, last_day=day) for day in days]
    found = absences.record_past_absences(rows, by=CITY_OFFICER)
    assert {(row.state, row.imported) for row in found} == {(AbsenceState.CONFIRMED, True)}
    assert Absence.objects.filter(duty_days=1).count() == 4
    assert Proposal.objects.get().assignment_id == past.pk
    now = PastAbsence(assignment_id=posted(place).pk, first_day=DAYS[0], last_day=DAYS[0])
    refused("not_imported", absences.record_past_absences, rows=[now], by=CITY_OFFICER)
