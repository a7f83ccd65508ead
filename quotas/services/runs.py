"""Working off what is owed a computation: claim with a fencing token, compute from a snapshot, publish by one flip."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from deploy_admin import clock
from deploy_admin.access import SYSTEM, Actor
from deploy_admin.audit import services as audit
from deploy_admin.errors import RuleViolation
from deploy_admin.months import Period
from quotas.models import Run
from quotas.services import missing, publishing
from quotas.services.computing import Computed, compute
from quotas.services.queue import ask_for_recompute

log = logging.getLogger(__name__)

#: A run whose worker has not been heard of for so long is anybody's to take over.
SILENT_FOR = timedelta(seconds=60)
ATTEMPTS = 5


class Stale(Exception):
    """The token is not the run's any more: whoever holds it writes nothing."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A run that this process works on, and the token that proves it."""

    run_id: int
    token: int
    period: Period
    institution_ids: frozenset[int] | None

    def beat(self) -> None:
        """Say that the work goes on; raise Stale where it was taken over."""
        held = Run.objects.filter(pk=self.run_id, token=self.token, state=Run.State.RUNNING).update(
            heartbeat_at=clock.now()
        )
        if not held:
            raise Stale


#: Takes the run that fell silent, else the one that waits. The unique constraint run_one_under_way is the last judge.
CLAIM = """
UPDATE quotas_run SET state = 'running', token = token + 1, attempts = attempts + 1,
       claimed_at = %(now)s, heartbeat_at = %(now)s, started_at = %(now)s
WHERE id = (
    SELECT id FROM quotas_run run
    WHERE period_start = %(first)s AND period_end = %(last)s
      AND ((state = 'running' AND heartbeat_at < %(silent)s)
           OR (state = 'queued' AND NOT EXISTS (
                SELECT 1 FROM quotas_run other
                WHERE other.period_start = run.period_start AND other.period_end = run.period_end
                  AND other.state = 'running')))
    ORDER BY state DESC, id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id, token, institution_ids
"""


def claim(period: Period) -> Claim | None:
    """Take the period's run that waits, or that fell silent; None where there is none or another process works."""
    now = clock.now()
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(CLAIM, {"now": now, "silent": now - SILENT_FOR, "first": period.first, "last": period.last})
            row = cursor.fetchone()
    except IntegrityError:
        return None
    if row is None:
        return None
    run = Run.objects.only("attempts", "institution_ids").get(pk=row[0])
    ids = run.institution_ids
    return Claim(row[0], row[1], period, None if ids is None else frozenset(ids))


def recompute(
    period: Period,
    *,
    institution_ids: Collection[int] | None = None,
    trigger: str = Run.Trigger.HAND,
    by: Actor = SYSTEM,
) -> Run:
    """Compute the period's quotas now, in this process; idempotent. Another at work finishes and takes this on."""
    with transaction.atomic():
        run_id = ask_for_recompute(period, institution_ids=institution_ids, trigger=trigger, by=by)
        audit.record(
            act="quotas.recompute_asked",
            by=by,
            label=str(period),
            detail={
                "period": period.iso,
                "trigger": str(trigger),
                "institutions": sorted(institution_ids or [])[:1000],
            },
        )
    run_waiting(period)
    return Run.objects.get(pk=run_id)


def run_waiting(period: Period) -> int:
    """Work off what waits for the period, one run after another, and return how many were published."""
    done = 0
    while (taken := claim(period)) is not None:
        done += _work(taken)
    return done


def _work(taken: Claim) -> bool:
    """Compute and publish one claimed run; a stale claim leaves no trace, any other failure is written on the run."""
    try:
        run = Run.objects.get(pk=taken.run_id)
        if run.attempts > ATTEMPTS:
            raise RuleViolation(_("Given up after %(count)d attempts.") % {"count": ATTEMPTS}, "too_many_attempts")
        with _snapshot():
            recorded_at = clock.now()
            computed = compute(taken.period, institution_ids=taken.institution_ids, today=clock.today())
        taken.beat()
        _publish(taken, computed, recorded_at=recorded_at)
    except Stale:
        log.warning("run %s was taken over; nothing was written", taken.run_id)
        return False
    except Exception as error:
        Run.objects.filter(pk=taken.run_id, token=taken.token, state=Run.State.RUNNING).update(
            state=Run.State.FAILED, failure=f"{type(error).__name__}: {error}"[:2000], finished_at=clock.now()
        )
        raise
    return True


@transaction.atomic
def _publish(taken: Claim, computed: Computed, *, recorded_at: datetime) -> None:
    """Write the results and flip the run, together or not at all; the token decides whether it may."""
    published_at = clock.now()
    flipped = Run.objects.filter(pk=taken.run_id, token=taken.token, state=Run.State.RUNNING).update(
        state=Run.State.PUBLISHED, finished_at=published_at, recorded_at=recorded_at, as_of=computed.as_of
    )
    if not flipped:
        raise Stale
    counts = publishing.publish(taken.run_id, taken.period, taken.institution_ids, computed)
    missing.bring_notices_up_to_date(taken.period)
    run = Run.objects.get(pk=taken.run_id)
    run.counts = counts
    run.revisions = computed.revisions
    run.inputs_digest = computed.digest
    run.previous = Run.objects.published().of_period(taken.period).exclude(pk=run.pk).order_by("-id").first()
    started = run.started_at or published_at
    run.duration_ms = max(0, int((clock.now() - started).total_seconds() * 1000))
    run.save(update_fields=["counts", "revisions", "inputs_digest", "previous", "duration_ms"])
    audit.record(
        act="quotas.recomputed", by=SYSTEM, on=run, label=str(run), detail={"counts": counts, "trigger": run.trigger}
    )


@contextmanager
def _snapshot() -> Iterator[None]:
    """Read everything as of one moment: facts, figures and policies cannot change between two of our queries."""
    if connection.in_atomic_block:  # a caller's transaction, whose isolation is its own
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def waiting_periods() -> list[Period]:
    """Return the periods that are owed a computation which nobody works on: what the schedule picks up."""
    silent = clock.now() - SILENT_FOR
    rows = Run.objects.open().order_by("period_start", "period_end")
    owed = {
        run.period for run in rows if run.state == Run.State.QUEUED or (run.heartbeat_at and run.heartbeat_at < silent)
    }
    return sorted(owed)
