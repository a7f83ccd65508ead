"""What the day brings by itself: terms reached, terms that go on after all, renewed ones closed; reminders."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction

from assignments.models import Assignment
from assignments.services import following, moving, renewing, telling
from assignments.services.moving import Step
from assignments.states import RUNNING, AssignmentState
from deploy_admin.access import SYSTEM, Actor

_S = AssignmentState
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Reached:
    """How many terms were reached, went on after all, and were closed because they are renewed."""

    reached: int
    resumed: int
    renewed: int


@transaction.atomic
def reach_terms(*, on: date, by: Actor = SYSTEM) -> Reached:
    """Bring states up to the day, and tell everybody whom it concerns; safe to run again on the same day."""
    found = follow_terms(None, on=on, by=by)
    telling.keep_up(on)
    return found


@transaction.atomic
def follow_terms(assignment_ids: Collection[int] | None, *, on: date, by: Actor = SYSTEM) -> Reached:
    """Move these, or all, to where their last day says they are on `on`. A fixed number of statements.

    What `ends_on` says is decided elsewhere; here it only comes to pass.
    """
    over = _rows(assignment_ids, state=_S.ON_POST, ends_on__lt=on)
    back = _rows(assignment_ids, state=_S.TERM_REACHED, ends_on__gte=on)
    moving.move_all([Step(row, _S.TERM_REACHED, row.ends_on + _DAY) for row in over], act="term_reached", by=by)
    moving.move_all([Step(row, _S.ON_POST, on) for row in back], act="term_resumed", by=by)
    waiting = _rows(assignment_ids, state__in=RUNNING, ends_on__lt=on, renewed_by__state__in=RUNNING)
    renewed = renewing.close_renewed([row.pk for row in waiting], by=by)
    following.follow([row.pk for row in (*over, *back, *renewed)])
    return Reached(len(over), len(back), len(renewed))


def _rows(assignment_ids: Collection[int] | None, **wanted: Any) -> list[Assignment]:
    rows = Assignment.objects.confirmed().filter(**wanted)
    if assignment_ids is not None:
        rows = rows.filter(pk__in=list(assignment_ids))
    rows = rows.select_related("worker", "campaign").select_for_update(of=("self",), no_key=True)
    return list(rows.order_by("pk"))
