"""What the daily look finds: hearings that are over, leave to be filed, leave that nobody has decided."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assignments.models import Leave
from assignments.services import ending, leave_reminding
from assignments.tasks import leave as tasks
from deploy_admin.access import SYSTEM
from deploy_admin.jobs.models import Notice
from tests.assignments.leave.world import a_place, posted
from tests.assignments.postings import TODAY, a_leave, an_absence, at_noon

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return a_place()


def waiting(place):
    """One of each that waits, and one of each that does not."""
    assignment = posted(place)
    over = an_absence(assignment, date(2026, 11, 2), state="to_be_checked", answer_by=date(2026, 11, 20))
    an_absence(assignment, date(2026, 11, 4), state="to_be_checked", answer_by=TODAY)
    due = a_leave(assignment, date(2026, 9, 7), date(2026, 9, 11))
    a_leave(assignment, date(2026, 9, 21), date(2026, 9, 22))
    ending.recompute([assignment.pk], by=SYSTEM)
    # Asked for on Tuesday 17 November: by Thursday it should have been decided.
    late = a_leave(assignment, date(2026, 12, 7), state="asked", recorded_at=at_noon(date(2026, 11, 17)))
    a_leave(assignment, date(2026, 12, 14), state="asked", recorded_at=at_noon(date(2026, 11, 20)))
    return over, due, late


def test_each_thing_that_waits_is_told_to_whom_it_waits_for(place):
    over, due, _late = waiting(place)
    assert leave_reminding.remind(on=TODAY) == 3
    decide = Notice.objects.open().get(code="assignments.absence_to_decide")
    assert (decide.key, decide.institution_id) == (f"assignments.absence:{over.pk}:decide", place.centre.pk)
    file = Notice.objects.open().get(code="assignments.leave_filing_due")
    assert (file.key, file.institution_id) == (f"assignments.leave_filing:{due.pk}", place.authority.pk)
    undecided = Notice.objects.open().get(code="assignments.leave_waits")
    assert (undecided.params, undecided.institution_id) == ({"count": 1}, place.authority.pk)


def test_told_once_however_often_it_runs_and_closed_when_done(place):
    waiting(place)
    leave_reminding.remind(on=TODAY)
    count = Notice.objects.open().count()
    assert tasks.remind_of_leave() == 3
    assert Notice.objects.open().count() == count
    Leave.objects.asked().update(state="withdrawn")
    leave_reminding.remind(on=TODAY)
    assert not Notice.objects.open().filter(code="assignments.leave_waits").exists()


def test_more_of_it_takes_no_more_statements(place):
    waiting(place)
    leave_reminding.remind(on=TODAY)  # the lists of units are read
    Notice.objects.all().delete()
    with CaptureQueriesContext(connection) as first:
        leave_reminding.remind(on=TODAY)
    for _ in range(4):
        waiting(place)
    Notice.objects.all().delete()
    with CaptureQueriesContext(connection) as second:
        leave_reminding.remind(on=TODAY)
    assert len(second) == len(first)


def test_the_tasks_return_counts(place):
    assert tasks.check_ends() == 0
    assignment = posted(place)
    a_leave(assignment, date(2026, 9, 7), date(2026, 9, 11))
    assert tasks.check_ends() == 1
    assert tasks.ends_after_adoption(place.plan.pk) == 1
    assignment.refresh_from_db()
    assert assignment.ends_on == date(2027, 3, 9) + timedelta(days=5)
