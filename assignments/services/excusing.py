"""What approved leave covers wholly was no absence without leave: reported days are excused with it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from django.db.models import F
from django.utils.translation import gettext as _

from assignments.models import Absence, Leave
from assignments.services import leave_inbox, proposals
from assignments.states import AbsenceState
from deploy_admin import clock
from deploy_admin.access import Actor

_COUNTING = (AbsenceState.TO_BE_CHECKED, AbsenceState.ANSWERED, AbsenceState.CONFIRMED)


def by_leave(leaves: Sequence[Leave], by: Actor) -> list[int]:
    """Excuse the absences of these assignments that approved leave covers day for day; return which.

    Called with the assignments locked and the leave written. A proposal that rested on them lapses.
    """
    ids = {leave.assignment_id for leave in leaves}
    held = list(
        Absence.objects.filter(assignment__in=ids, state__in=_COUNTING)
        .select_related("assignment__worker")
        .order_by("pk")
    )
    if not held:
        return []
    approved: dict[int, list[tuple[date, date]]] = {}
    rows = Leave.objects.approved().filter(assignment__in=ids).order_by("assignment_id", "first_day")
    for owner, first, last in rows.values_list("assignment_id", "first_day", "last_day"):
        approved.setdefault(owner, []).append((first, last))
    covered = [each for each in held if _covers(approved.get(each.assignment_id, ()), each)]
    if not covered:
        return []
    now = clock.now()
    Absence.objects.filter(pk__in=[each.pk for each in covered]).update(
        state=AbsenceState.EXCUSED,
        decided_by_id=by.user_id,
        decided_by_name=by.name[:150],
        decided_at=now,
        decision_remark=_("Leave was approved for these days."),
        version=F("version") + 1,
        updated_at=now,
    )
    for each in covered:
        leave_inbox.absence_settled(each, "assignments.absence_excused")
    proposals.reconsider({each.assignment_id for each in covered}, by=by)
    return [each.pk for each in covered]


def _covers(leave: Iterable[tuple[date, date]], absence: Absence) -> bool:
    """Whether leave, in order of its days, covers every day of the absence."""
    day = absence.first_day
    for first, last in leave:
        if first <= day <= last:
            day = last + timedelta(days=1)
    return day > absence.last_day
