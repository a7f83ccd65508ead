"""One assignment under two hands at the same moment: what happened is whole, and nobody's word is lost."""

from __future__ import annotations

from datetime import date

import pytest

from assignments.models import Assignment, Leave, Segment
from assignments.services import arriving, changing, ending_all, leaves, stopping, successions
from deploy_admin.access import SYSTEM
from deploy_admin.people.models import RecordedEvent
from tests.assignments.assignments.world import DECIDED, TODAY, a_receiver, a_sender, fresh, merged
from tests.assignments.postings import (
    CITY_OFFICER,
    SECOND_OFFICER,
    a_leave,
    an_assignment,
    on_post,
    receiver_clerk,
    receiver_head,
)
from tests.quotas.test_races import together

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

ROUNDS = 3
DAY = date(2026, 11, 20)


def nothing_drifts():
    """Every last day is what follows from its rows, and the pieces of each follow each other."""
    assert ending_all.check_all() == []
    for row in Assignment.objects.all():
        pieces = list(Segment.objects.filter(assignment=row).order_by("valid_from"))
        assert pieces[0].valid_from == row.starts_on
        assert pieces[-1].receiving_unit_id == row.receiving_unit_id
        assert all(before.valid_to is not None for before in pieces[:-1])


def copies(row):
    """Return the row as two processes have read it."""
    return fresh(row), fresh(row)


def test_an_arrival_confirmed_by_two_is_confirmed_once():
    for _ in range(ROUNDS):
        row = an_assignment(sender=a_sender(), receiver=a_receiver(), starts_on=date(2026, 11, 2), state="filed")
        clerks = [receiver_clerk(row.receiving_unit, user_id=user) for user in (7101, 7103)]
        answers = together(
            *(
                lambda clerk=clerk, row=row: arriving.confirm_arrivals(
                    assignments=[row.pk], on=date(2026, 11, 2), by=clerk
                )
                for clerk in clerks
            )
        )
        assert [answer for answer in answers if isinstance(answer, str)] == ["arrived_already"]
        assert row.transitions.filter(act="arrived").count() == 1
    nothing_drifts()


def test_leave_approved_while_ending_early_counts_up_to_the_end_or_not_at_all():
    for _ in range(ROUNDS):
        row = on_post(sender=a_sender(), receiver=a_receiver())
        asked = a_leave(row, date(2026, 12, 7), date(2026, 12, 11), state="asked")
        head = receiver_head(row.receiving_unit)
        answers = together(
            lambda asked=asked, head=head: leaves.approve_leave(leave_ids=[asked.pk], by=head),
            lambda row=row: stopping.end_early(
                assignment=copies(row)[0], last_day=DAY, reason="resigned", remark="", version=None, by=CITY_OFFICER
            ),
        )
        row = fresh(row)
        # Whoever came first: the person has left, and nobody is on leave afterwards.
        assert (row.state, row.ends_on) == ("ended_early", DAY)
        assert Leave.objects.get(pk=asked.pk).state == "withdrawn"
        assert answers[1] is not None
    nothing_drifts()


def test_a_succession_while_somebody_is_moved_leaves_one_place():
    for _ in range(ROUNDS):
        old, heir, elsewhere = a_receiver(), a_receiver(), a_receiver()
        row = on_post(sender=a_sender(), receiver=old)
        merged(old, heir, date(2026, 10, 1))
        together(
            lambda: successions.follow_successions(on=TODAY, by=SYSTEM),
            lambda row=row, elsewhere=elsewhere: changing.move_to(
                assignment=copies(row)[0], receiving_unit=elsewhere, first_day=date(2026, 11, 2), reason="调整",
                version=None, by=CITY_OFFICER,
            ),
        )  # fmt: skip
        successions.follow_successions(on=TODAY, by=SYSTEM)
        assert fresh(row).receiving_unit_id == elsewhere.pk
        assert Segment.objects.filter(assignment=row, valid_to__isnull=True).count() == 1
    nothing_drifts()


def test_a_succession_while_an_assignment_ends_early():
    for _ in range(ROUNDS):
        old, heir = a_receiver(), a_receiver()
        row = on_post(sender=a_sender(), receiver=old)
        merged(old, heir, date(2026, 10, 1))
        together(
            lambda: successions.follow_successions(on=TODAY, by=SYSTEM),
            lambda row=row: stopping.end_early(
                assignment=copies(row)[0], last_day=DAY, reason="other", remark="", version=None, by=CITY_OFFICER
            ),
        )
        row = fresh(row)
        assert (row.state, row.ends_on) == ("ended_early", DAY)
        assert row.receiving_unit_id in (old.pk, heir.pk)
        assert Segment.objects.filter(assignment=row).count() == (2 if row.receiving_unit_id == heir.pk else 1)
    nothing_drifts()


def test_two_officers_who_read_the_same_version_do_not_both_decide():
    for _ in range(ROUNDS):
        row = on_post(sender=a_sender(), receiver=a_receiver())
        first, second = copies(row)
        answers = together(
            lambda first=first: stopping.void(
                assignment=first, on=DAY, reason="旷工", basis=DECIDED, version=1, by=CITY_OFFICER
            ),
            lambda second=second: changing.grant_extension(
                assignment=second, days=30, basis=DECIDED, version=1, by=SECOND_OFFICER
            ),
        )
        assert [answer for answer in answers if isinstance(answer, str)] == ["stale_version"]
        row = fresh(row)
        assert (row.state == "void") is (row.granted_days == 0)
        assert RecordedEvent.objects.filter(worker=row.worker).count() == (1 if row.state == "void" else 0)
    nothing_drifts()


def test_two_lists_with_the_same_people_in_another_order_do_not_wait_for_each_other():
    for _ in range(ROUNDS):
        sender, receiver = a_sender(), a_receiver()
        ids = [
            an_assignment(sender=sender, receiver=receiver, starts_on=date(2026, 11, 2), state="filed").pk
            for _ in range(6)
        ]
        answers = together(
            lambda ids=ids: arriving.confirm_arrivals(assignments=ids, on=date(2026, 11, 2), by=CITY_OFFICER),
            lambda ids=ids: arriving.confirm_arrivals(
                assignments=list(reversed(ids)), on=date(2026, 11, 2), by=SECOND_OFFICER
            ),
        )
        assert [answer for answer in answers if isinstance(answer, str)] == ["arrived_already"]
    nothing_drifts()
