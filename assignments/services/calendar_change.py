"""What follows when the days of a year of the work calendar change: last days, duty days, credit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from assignments.models import Absence, Assignment, Leave
from assignments.services import ending, following, months_following
from assignments.states import AbsenceState, LeaveState
from deploy_admin.access import Actor
from deploy_admin.audit import services as audit
from deploy_admin.errors import RuleViolation

#: Episodes of leave that only days off lie between are one: the turn of the year may lie between them.
MARGIN = timedelta(days=31)
AT_ONCE = 2_000


def follow_calendar(*, year: int, by: Actor) -> set[int]:
    """Compute again whoever was away on days of the year; return whose rows changed.

    An assignment whose new last day would lie within the person's next one is left as it was and named in the record;
    the nightly check goes on telling of it.
    """
    first, last = date(year, 1, 1) - MARGIN, date(year, 12, 31) + MARGIN
    days = {"assignment": OuterRef("pk"), "first_day__lte": last, "last_day__gte": first}
    leave = Leave.objects.filter(state=LeaveState.APPROVED, **days)
    absence = Absence.objects.exclude(state=AbsenceState.WITHDRAWN).filter(**days)
    away = Assignment.objects.living().filter(Q(Exists(leave)) | Q(Exists(absence)))
    ids = list(away.order_by("pk").values_list("pk", flat=True))
    changed: set[int] = set()
    refused: list[int] = []
    for start in range(0, len(ids), AT_ONCE):
        changed |= _recomputed(ids[start : start + AT_ONCE], by, refused)
    if ids:
        detail = {"year": year, "assignments": len(ids), "changed": len(changed), "refused": refused}
        audit.record(act="assignments.calendar_followed", by=by, label=str(year), detail=detail)
    months_following.of_year(year)
    # Credit may count in duty days: of all who were on post in the year, whether they were away or not.
    following.follow(Assignment.objects.within(date(year, 1, 1), date(year, 12, 31)).values_list("pk", flat=True))
    return changed


def _recomputed(ids: Sequence[int], by: Actor, refused: list[int]) -> set[int]:
    """Compute these again: together, or one by one where somebody among them would be in two places."""
    try:
        with transaction.atomic():
            return ending.recompute(ids, by=by)
    except RuleViolation:
        if len(ids) == 1:
            refused.extend(ids)
            return set()
    half = len(ids) // 2
    return _recomputed(ids[:half], by, refused) | _recomputed(ids[half:], by, refused)
