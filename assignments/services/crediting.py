"""Reckoning everybody's service, or that of whoever changed: chunk by chunk, each whole or not at all."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import asdict
from datetime import date, datetime

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from assignments.models import Assignment
from assignments.models import Reckoned as ReckonedRow
from assignments.reckoning import CHUNK, Reckoning
from assignments.services import guard, standing_rows
from assignments.services.refreshing import CHUNKS_PER_ROUND, LOOK_BACK, Counts, in_chunks, in_order
from deploy_admin import clock
from deploy_admin.access import SYSTEM, Actor
from deploy_admin.audit import services as audit
from deploy_admin.jobs import services as jobs
from deploy_admin.jobs.handlers import Claim, handles
from deploy_admin.jobs.models import Job, JobState
from deploy_admin.people.models import HealthWorker
from deploy_admin.people.models.workers import HealthWorkerQuerySet

KIND = "assignments.reckon"


def refresh(worker_ids: Collection[int] | None = None, *, on: date, by: Actor) -> Counts:
    """Reckon the service of these people, or of everybody, for the day, now and in this process."""
    counts = _all(worker_ids, on)
    if counts.touched or by.user_id is not None:
        _record(counts, on, by)
    return counts


def followed(assignment_ids: Collection[int]) -> int:
    """Bring credit and obligations of the people of these assignments up to date; return how many were met.

    What was done stands in the record already; that something follows from it does not stand there once more.
    """
    workers = Assignment.objects.filter(pk__in=list(assignment_ids)).order_by().values_list("worker_id", flat=True)
    return _all(set(workers), clock.today()).people


def refresh_changed() -> list[int]:
    """Reckon those whose record or assignments changed since they were last reckoned; return whom was met.

    Leaves it to whoever is reckoning at this moment: the next time is thirty seconds away.
    """
    on, counts = clock.today(), Counts()
    met: list[int] = []
    reckoning: Reckoning | None = None
    for _time in range(CHUNKS_PER_ROUND):
        with transaction.atomic():
            if not guard.alone_or_not_at_all(guard.SERVICE):
                break
            ids = _changed()
            if not ids:
                break
            reckoning = reckoning or Reckoning(on)
            _reckon(reckoning, ids, counts)
            met += ids
    if counts.touched:
        _record(counts, on, SYSTEM)
    return met


@transaction.atomic
def start_refresh(*, on: date, by: Actor, trigger: str) -> Job:
    """Ask for everybody's service to be reckoned in the background; who asks while one still waits joins it."""
    waiting = Job.objects.filter(kind=KIND, state=JobState.QUEUED, params__on=on.isoformat()).order_by("pk").first()
    if waiting is not None:
        return waiting
    job = jobs.start(
        kind=KIND,
        params={"on": on.isoformat(), "trigger": trigger, "asked_at": clock.now().isoformat()},
        by=by,
        title=_("Reckoning everybody's service on %(day)s") % {"day": on.isoformat()},
    )
    audit.record(act="service.reckoning_asked", by=by, on=job, label=on.isoformat(), detail={"trigger": trigger})
    return job


@handles(KIND, atomic=False)
def _work(claim: Claim) -> dict[str, int]:
    """Reckon whoever was not yet met since this was asked for: taken up again after a fall, it goes on from there."""
    on = date.fromisoformat(claim.params["on"])
    asked_at = datetime.fromisoformat(claim.params["asked_at"])
    reckoning, counts = Reckoning(on), Counts()
    waiting = HealthWorker.objects.filter(Q(reckoned__isnull=True) | Q(reckoned__reckoned_at__lt=asked_at))
    total = waiting.count()
    for ids in in_order(waiting, CHUNK):
        with transaction.atomic():
            guard.alone(guard.SERVICE)
            _reckon(reckoning, ids, counts)
            claim.check()
        claim.progress(min(counts.people, total), total)
    if counts.touched:
        _record(counts, on, claim.actor)
    return asdict(counts)


def _all(worker_ids: Collection[int] | None, on: date) -> Counts:
    reckoning, counts = Reckoning(on), Counts()
    if worker_ids is None:
        chunks: Iterator[list[int]] = in_order(HealthWorker.objects.all(), CHUNK)
    else:
        chunks = in_chunks(sorted(set(worker_ids)), CHUNK)
    for ids in chunks:
        with transaction.atomic():
            guard.alone(guard.SERVICE)
            _reckon(reckoning, ids, counts)
    return counts


def _reckon(reckoning: Reckoning, ids: Collection[int], counts: Counts) -> None:
    rows = HealthWorker.objects.filter(pk__in=list(ids), merged_into__isnull=False)
    merged = dict(rows.values_list("pk", "updated_at"))
    counts.add(len(ids), *standing_rows.write(reckoning.day, reckoning.chunk(ids), merged))


def _record(counts: Counts, on: date, by: Actor) -> None:
    audit.record(act="service.reckoned", by=by, label=on.isoformat(), detail=asdict(counts))


def _changed() -> list[int]:
    """Return people whose record, or one of whose assignments, was written after what was reckoned."""
    since = clock.now() - LOOK_BACK
    never = Q(reckoned__isnull=True)
    people: HealthWorkerQuerySet = HealthWorker.objects.filter(updated_at__gte=since)
    people = people.filter(never | Q(reckoned__record_at__lt=F("updated_at"))).order_by("updated_at", "pk")
    found = list(people.values_list("pk", flat=True)[:CHUNK])
    rows = Assignment.objects.filter(updated_at__gte=since).filter(
        Q(worker__reckoned__isnull=True) | Q(worker__reckoned__record_at__lt=F("updated_at"))
    )
    found += list(rows.order_by("updated_at", "pk").values_list("worker_id", flat=True)[:CHUNK])
    return sorted(set(found))


def reckoned_on() -> date | None:
    """Return the day for which service was last reckoned: the latest of anybody's."""
    return ReckonedRow.objects.order_by("-reckoned_on").values_list("reckoned_on", flat=True).first()
