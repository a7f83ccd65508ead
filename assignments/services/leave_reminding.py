"""The daily look at what waits: hearings that are over, leave to be filed, leave nobody has decided."""

from __future__ import annotations

from collections import Counter
from datetime import date

from django.db import transaction
from django.urls import reverse

from assignments.models import Absence, Leave
from assignments.services import leave_inbox
from assignments.services.leaves import DECIDED_WITHIN
from assignments.states import RUNNING, AbsenceState
from deploy_admin import clock
from deploy_admin.access import Role
from deploy_admin.jobs.services import inbox
from deploy_admin.registry.calendar import work_calendar

WAITS = "assignments.leave_waits:"
_JOINED = ("assignment__worker", "assignment__campaign")


@transaction.atomic
def remind(*, on: date) -> int:
    """Bring the notes about leave and absence up to the day; return how many things wait. Safe to run again.

    A fixed number of queries, whatever waits.
    """
    heard = Absence.objects.filter(
        state=AbsenceState.TO_BE_CHECKED, answer_by__lt=on, assignment__state__in=RUNNING
    ).select_related(*_JOINED)
    absences = list(heard)
    leave_inbox.to_decide(absences)
    leave_inbox.settle(f"assignments.absence:{absence.pk}:answer" for absence in absences)
    due = list(Leave.objects.filing_due().filter(assignment__state__in=RUNNING).select_related(*_JOINED))
    leave_inbox.filing_due(due)
    late = _undecided(on)
    _tell_offices(late)
    return len(absences) + len(due) + len(late)


def _undecided(on: date) -> list[Leave]:
    """Return the leave that was asked for more than the working days ago in which it should be decided."""
    calendar = work_calendar()
    rows = Leave.objects.asked().filter(assignment__state__in=RUNNING).select_related(*_JOINED)
    zone = clock.now().tzinfo
    return [row for row in rows if calendar.after(row.recorded_at.astimezone(zone).date(), DECIDED_WITHIN) < on]


def _tell_offices(late: list[Leave]) -> None:
    """Tell the authorities how much waits at their units; close the note where nothing does."""
    offices = leave_inbox.offices_of({leave.assignment for leave in late})
    waiting = Counter(offices[leave.assignment_id] for leave in late)
    inbox.keep(
        WAITS,
        {
            f"{WAITS}{office or ''}": {
                "code": "assignments.leave_waits",
                "params": {"count": count},
                "url": f"{reverse('assignments:leaves')}?state=asked",
                "institution_id": office,
                "roles": sorted(role.value for role in (leave_inbox.OFFICERS if office else (Role.CITY_OFFICER,))),
            }
            for office, count in waiting.items()
        },
    )
