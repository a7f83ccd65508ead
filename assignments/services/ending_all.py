"""The last days of everybody: recomputed when the rules change, and checked every night against their rows."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from django.db import transaction

from assignments.models import Assignment
from assignments.services import ending, following, leave_inbox, proposals
from assignments.services.ground import Ground
from assignments.states import COMING, RUNNING
from deploy_admin.access import SYSTEM, Actor
from deploy_admin.audit import services as audit
from deploy_admin.audit.models import Result
from deploy_admin.errors import RuleViolation
from deploy_admin.policies.services import governing
from deploy_admin.registry.calendar import work_calendar

log = logging.getLogger(__name__)
AT_ONCE = 2_000
TOLD_AT_MOST = 100


@dataclass
class Recomputed:
    """Whose rows changed, and whose could not: their new last day lies within where they are next."""

    changed: set[int] = field(default_factory=set)
    refused: list[int] = field(default_factory=list)


def recompute_running(*, by: Actor = SYSTEM) -> Recomputed:
    """Recompute who is on post or coming, after the rules changed; warnings and proposals follow.

    Who would be in two places stays as it was and is named in the record; the nightly check goes on telling of it.
    """
    found = Recomputed()
    for ids in _chunks(COMING | RUNNING):
        _recompute(ids, by, found)
        with transaction.atomic():
            proposals.reconsider(_held(_with_absence(ids)), by=by)
    if found.changed or found.refused:
        detail = {"changed": len(found.changed), "refused": found.refused[:TOLD_AT_MOST]}
        audit.record(act="assignments.ends_recomputed", by=by, detail=detail)
    following.follow(found.changed)
    return found


def check_all(*, by: Actor = SYSTEM) -> list[int]:
    """Return the assignments whose last day, or what is counted of leave and absence, contradicts the rows.

    Changes nothing: a value that drifted has a cause, and somebody finds it. Told by notice and on the record.
    """
    drifted: list[int] = []
    checked = 0
    held, calendar = governing.at_post(), work_calendar()
    for ids in _chunks(None):
        checked += len(ids)
        rows = ending.rows_of(Assignment.objects.filter(pk__in=ids))
        drifted += sorted(ending.drift_of(rows, Ground(rows, held=held, calendar=calendar)).ids)
    with transaction.atomic():
        audit.record(
            act="assignments.ends_checked",
            by=by,
            detail={"checked": checked, "drift": drifted[:TOLD_AT_MOST]},
            result=Result.REFUSED if drifted else Result.DONE,
        )
        leave_inbox.drift_found(len(drifted))
    if drifted:
        log.error("the last days of %s assignments contradict their rows", len(drifted))
    return drifted


def _recompute(ids: Sequence[int], by: Actor, found: Recomputed) -> None:
    """Recompute these: together, or by halves where somebody among them would be in two places."""
    try:
        found.changed |= ending.recompute(ids, by=by)
    except RuleViolation:
        if len(ids) == 1:
            found.refused += ids
            return
        half = len(ids) // 2
        _recompute(ids[:half], by, found)
        _recompute(ids[half:], by, found)


def _with_absence(ids: Sequence[int]) -> list[int]:
    rows = Assignment.objects.filter(pk__in=ids, absences__isnull=False).order_by("pk")
    return list(rows.distinct().values_list("pk", flat=True))


def _held(ids: Sequence[int]) -> list[int]:
    """Lock these rows to the end of the transaction."""
    rows = Assignment.objects.filter(pk__in=ids).order_by("pk").select_for_update(of=("self",), no_key=True)
    return list(rows.values_list("pk", flat=True))


def _chunks(states: Collection[str] | None) -> Iterator[list[int]]:
    """Yield the ids in pieces, by key: a constant amount of memory for any number."""
    rows = Assignment.objects.living().order_by("pk")
    if states is not None:
        rows = rows.filter(state__in=states)
    after = 0
    while ids := list(rows.filter(pk__gt=after).values_list("pk", flat=True)[:AT_ONCE]):
        yield ids
        after = ids[-1]
