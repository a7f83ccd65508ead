"""Judging everybody, or those whose records changed: chunk by chunk, each whole or not at all, harmless twice."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from assignments.judging import CHUNK, Judging
from assignments.models import Judged
from assignments.services import guard, writing
from deploy_admin import clock
from deploy_admin.access import SYSTEM, Actor
from deploy_admin.audit import services as audit
from deploy_admin.jobs import services as jobs
from deploy_admin.jobs.handlers import Claim, handles
from deploy_admin.jobs.models import Job, JobState
from deploy_admin.people.models import HealthWorker
from deploy_admin.people.models.workers import HealthWorkerQuerySet

KIND = "assignments.refresh"
#: Records that changed longer ago were met by a nightly judging of everybody.
LOOK_BACK = timedelta(days=3)
#: So many chunks at most in one round of the schedule; the next round goes on.
CHUNKS_PER_ROUND = 20


@dataclass
class Counts:
    """What a judging came to: people met, standings added, changed, ended."""

    people: int = 0
    added: int = 0
    changed: int = 0
    ended: int = 0

    @property
    def touched(self) -> int:
        """How many standings say something else than before."""
        return self.added + self.changed + self.ended

    def add(self, people: int, added: int, changed: int, ended: int) -> None:
        self.people += people
        self.added += added
        self.changed += changed
        self.ended += ended


def refresh(worker_ids: Collection[int] | None = None, *, on: date, by: Actor) -> Counts:
    """Judge these people, or everybody, for the day, now and in this process; what is unchanged is not touched."""
    judging, counts = Judging(on), Counts()
    chunks = _everybody(None) if worker_ids is None else in_chunks(sorted(set(worker_ids)), CHUNK)
    for ids in chunks:
        with transaction.atomic():
            guard.alone()
            _judge(judging, ids, counts)
    if counts.touched or by.user_id is not None:
        _record(counts, on, by)
    return counts


def refresh_changed() -> int:
    """Judge those whose record changed since they were last judged; return how many people were met.

    Leaves it to whoever is judging at this moment: the next round is thirty seconds away.
    """
    on, counts = clock.today(), Counts()
    judging: Judging | None = None
    for _round in range(CHUNKS_PER_ROUND):
        with transaction.atomic():
            if not guard.alone_or_not_at_all():
                break
            ids = list(_changed().values_list("pk", flat=True)[:CHUNK])
            if not ids:
                break
            judging = judging or Judging(on)
            _judge(judging, ids, counts)
    if counts.touched:
        _record(counts, on, SYSTEM)
    return counts.people


@transaction.atomic
def start_refresh(*, on: date, by: Actor, trigger: str) -> Job:
    """Ask for a judging of everybody in the background; who asks while one still waits joins it."""
    waiting = Job.objects.filter(kind=KIND, state=JobState.QUEUED, params__on=on.isoformat()).order_by("pk").first()
    if waiting is not None:
        return waiting
    job = jobs.start(
        kind=KIND,
        params={"on": on.isoformat(), "trigger": trigger, "asked_at": clock.now().isoformat()},
        by=by,
        title=_("Judging who may go on %(day)s") % {"day": on.isoformat()},
    )
    audit.record(act="eligibility.judging_asked", by=by, on=job, label=on.isoformat(), detail={"trigger": trigger})
    return job


@handles(KIND, atomic=False)
def _work(claim: Claim) -> dict[str, int]:
    """Judge whoever was not yet met since this was asked for: taken up again after a fall, it goes on from there."""
    on = date.fromisoformat(claim.params["on"])
    asked_at = datetime.fromisoformat(claim.params["asked_at"])
    # Rules may have been adopted after it was asked for, but before it was begun: it judges by what governs now.
    judging, counts = Judging(on), Counts()
    total = _not_since(asked_at).count()
    for ids in _everybody(asked_at):
        with transaction.atomic():
            guard.alone()
            _judge(judging, ids, counts)
            claim.check()
        claim.progress(min(counts.people, total), total)
    if counts.touched:
        _record(counts, on, claim.actor)
    return asdict(counts)


def _judge(judging: Judging, ids: Collection[int], counts: Counts) -> None:
    people, answers = judging.chunk(ids)
    counts.add(len(people), *writing.write(judging.day, people.values(), answers))


def _record(counts: Counts, on: date, by: Actor) -> None:
    audit.record(act="eligibility.judged", by=by, label=on.isoformat(), detail=asdict(counts))


def _everybody(not_since: datetime | None) -> Iterator[list[int]]:
    """Yield everybody's ids in order, chunk by chunk; those met since the moment are left out."""
    return in_order(_not_since(not_since) if not_since else HealthWorker.objects.all(), CHUNK)


def in_order(people: HealthWorkerQuerySet, size: int) -> Iterator[list[int]]:
    """Yield the ids of these people in order, so many at a time; each time asked anew."""
    last = 0
    while ids := list(people.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:size]):
        yield ids
        last = ids[-1]


def _not_since(moment: datetime) -> HealthWorkerQuerySet:
    return HealthWorker.objects.filter(Q(judged__isnull=True) | Q(judged__judged_at__lt=moment))


def _changed() -> HealthWorkerQuerySet:
    """The people whose record says it was written at another moment than the one that was judged."""
    recently = HealthWorker.objects.filter(updated_at__gte=clock.now() - LOOK_BACK)
    unmet = Q(judged__isnull=True) | ~Q(judged__record_at=F("updated_at"))
    return recently.filter(unmet).order_by("updated_at", "pk")


def in_chunks(ids: list[int], size: int) -> Iterator[list[int]]:
    """Yield the ids, so many at a time."""
    for start in range(0, len(ids), size):
        yield ids[start : start + size]


def judged_on() -> date | None:
    """Return the day for which the list was last judged: the latest of anybody's."""
    return Judged.objects.order_by("-judged_on").values_list("judged_on", flat=True).first()
