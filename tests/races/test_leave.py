"""Leave and absence under two hands at the same moment: one order of events, and last days that follow from rows."""

from __future__ import annotations

from datetime import date

import pytest

from assignments.kinds import EndReason
from assignments.models import Absence, Assignment, Leave, Proposal
from assignments.services import absences, ending_all, leaves, stopping
from assignments.states import LeaveState
from tests.assignments.leave.world import a_place, me, posted
from tests.assignments.postings import CITY_OFFICER, a_leave, an_absence, receiver_head
from tests.quotas.test_races import together

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
ROUNDS = 3


@pytest.mark.parametrize("n", range(ROUNDS))
def test_leave_approved_while_the_assignment_ends_early(n):
    """Approved first, it is withdrawn with the end; ended first, it cannot be approved: no day beyond the last."""
    place = a_place()
    assignment = posted(place)
    leave = a_leave(assignment, date(2026, 12, 7), date(2026, 12, 11), state="asked")
    answers = together(
        lambda: leaves.approve_leave(leave_ids=[leave.pk], by=place.head)[0].state,
        lambda: (
            stopping.end_early(
                assignment=Assignment.objects.get(pk=assignment.pk),
                last_day=date(2026, 11, 20),
                reason=EndReason.CALLED_AWAY,
                remark="组织调动",
                version=None,
                by=CITY_OFFICER,
            ).state
        ),
    )
    now, row = Assignment.objects.get(pk=assignment.pk), Leave.objects.get(pk=leave.pk)
    assert answers[1] == "ended_early"
    assert answers[0] in (LeaveState.APPROVED, "not_on_post", "leave_decided")
    assert (now.ends_on, now.extended_days) == (date(2026, 11, 20), 0)
    assert row.state != LeaveState.APPROVED
    assert ending_all.check_all() == []


@pytest.mark.parametrize("n", range(ROUNDS))
def test_two_leaves_of_one_person_approved_at_the_same_moment_both_count(n):
    place = a_place()
    assignment = posted(place)
    rows = [
        a_leave(assignment, date(2026, 12, 7), date(2026, 12, 9), state="asked"),
        a_leave(assignment, date(2026, 12, 10), date(2026, 12, 11), state="asked"),
    ]
    heads = [place.head, receiver_head(place.centre, user_id=7150)]
    answers = together(
        *(
            lambda row=row, by=by: leaves.approve_leave(leave_ids=[row.pk], by=by)[0].state
            for row, by in zip(rows, heads, strict=True)
        )
    )
    assert answers == [LeaveState.APPROVED] * 2
    assert Assignment.objects.get(pk=assignment.pk).ends_on == date(2027, 3, 14)  # one episode of five
    assert ending_all.check_all() == []


@pytest.mark.parametrize("n", range(ROUNDS))
def test_one_leave_is_decided_once(n):
    place = a_place()
    leave = a_leave(posted(place), date(2026, 12, 7), date(2026, 12, 11), state="asked")
    answers = together(
        lambda: leaves.approve_leave(leave_ids=[leave.pk], by=place.head)[0].state,
        lambda: leaves.decline_leave(leave=leave, reason="缺人", by=place.head).state,
    )
    assert sorted(answers)[1] == "leave_decided"
    assert Leave.objects.get(pk=leave.pk).state == sorted(answers)[0]


@pytest.mark.parametrize("n", range(ROUNDS))
def test_an_absence_is_not_confirmed_while_leave_for_its_days_is_approved(n):
    place = a_place()
    assignment = posted(place)
    absence = an_absence(assignment, date(2026, 11, 18), state="answered")
    leave = leaves.ask_leave(
        assignment=assignment,
        kind="sick",
        first_day=date(2026, 11, 18),
        last_day=date(2026, 11, 18),
        by=me(assignment),
    )
    together(
        lambda: absences.confirm_absence(absence=absence, by=place.head).state,
        lambda: leaves.approve_leave(leave_ids=[leave.pk], by=place.head)[0].state,
    )
    assert Leave.objects.get(pk=leave.pk).state == LeaveState.APPROVED
    assert Absence.objects.get(pk=absence.pk).state == "excused"


@pytest.mark.parametrize("n", range(ROUNDS))
def test_two_confirmed_at_the_same_moment_make_one_proposal(n):
    place = a_place()
    assignment = posted(place)
    for day in (date(2026, 6, 3), date(2026, 6, 10), date(2026, 6, 17)):
        an_absence(assignment, day)
    rows = [an_absence(assignment, day, state="answered") for day in (date(2026, 6, 24), date(2026, 7, 1))]
    together(*(lambda row=row: absences.confirm_absence(absence=row, by=place.head).state for row in rows))
    assert Proposal.objects.get().basis["counted"] == 5
