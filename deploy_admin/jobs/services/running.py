"""Starting, claiming, running and putting back jobs. The database knows what is owed; a message is only a nudge."""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils import translation
from django.utils.translation import gettext as _

from deploy_admin import clock
from deploy_admin.access import Actor
from deploy_admin.audit import services as audit
from deploy_admin.errors import Conflict, RuleViolation
from deploy_admin.jobs import actors
from deploy_admin.jobs.handlers import Claim, StaleToken, handler_of
from deploy_admin.jobs.models import Job, JobState
from deploy_admin.jobs.services.inbox import notify

log = logging.getLogger(__name__)

BEAT_SECONDS = settings.JOB_BEAT_SECONDS
WORTH_TELLING = timedelta(seconds=10)  # shorter work was seen ending by whoever started it
LOST_AFTER = timedelta(seconds=settings.JOB_LOST_AFTER_SECONDS)
TRIES_AFTER_A_FAULT = 3
CLAIMS_AT_MOST = 10  # work that takes its worker down every time must end some day


@transaction.atomic
def start(*, kind: str, params: dict[str, Any], by: Actor, title: str, url: str = "") -> Job:
    """Write down that this work is owed, and wake a worker once the transaction has committed."""
    job = Job.objects.create(
        kind=kind,
        params=params,
        title=title[:200],
        url=url,
        actor=actors.dump(by),
        created_by_id=by.user_id,
        created_by_name=by.name,
        institution_id=by.institution_id,
        language=translation.get_language() or "zh-hans",
        sent_at=clock.now(),
    )
    transaction.on_commit(lambda: send(job.pk))
    return job


def send(job_id: int) -> None:
    """Wake a worker. A broker that cannot be reached costs a minute, not the work: beat sends again."""
    try:
        current_app.send_task("jobs.run", [job_id], retry=False)
    except Exception:
        log.exception("job %s was not announced; it will be sent again", job_id)


@transaction.atomic
def claim(job_id: int) -> Claim | None:
    """Take the job if it waits: a conditional UPDATE that raises the fencing token; None if somebody else has it."""
    waiting = Job.objects.filter(pk=job_id, state=JobState.QUEUED)
    now = clock.now()
    taken = waiting.update(
        state=JobState.RUNNING,
        token=F("token") + 1,
        attempts=F("attempts") + 1,
        claimed_by=f"{socket.gethostname()}:{os.getpid()}"[:120],
        heartbeat_at=now,
        started_at=Coalesce(F("started_at"), now),
        progress_done=0,
        progress_total=0,
    )
    if not taken:
        return None
    job = Job.objects.get(pk=job_id)  # our own row lock keeps it as we wrote it
    return Claim(job.pk, job.token, job.params, actors.load(job.actor), job.attempts)


@contextmanager
def _beating(claim: Claim) -> Iterator[None]:
    """Give signs of life from a second connection while the block works in its own transaction.

    Inside somebody's transaction nobody else could see the job at all, so there is nothing to beat for.
    """
    if connection.in_atomic_block:
        yield
        return
    over = threading.Event()

    def beats() -> None:
        try:
            while not over.wait(BEAT_SECONDS):
                try:
                    claim.beat()
                except DatabaseError:
                    log.exception("job %s: no sign of life could be written", claim.job_id)
        except StaleToken:
            log.warning("job %s was taken over; token %s writes nothing more", claim.job_id, claim.token)
        finally:
            connection.close()

    thread = threading.Thread(target=beats, name=f"beat-{claim.job_id}", daemon=True)
    claim.beats_elsewhere = True
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        claim.beats_elsewhere = False


def run(job_id: int) -> JobState | None:
    """Run one job to its end and return its state; None if it was not there to be taken. Safe to run twice."""
    held = claim(job_id)
    if held is None:
        return None
    job = Job.objects.get(pk=job_id)
    with translation.override(job.language):
        handler = handler_of(job.kind)
        try:
            if handler is None:
                raise LookupError(f"no handler for {job.kind}")
            held.fenced_by_finish = handler.atomic
            with ExitStack() as beats:
                beats.enter_context(_beating(held))
                if handler.atomic:
                    with transaction.atomic():
                        result = handler.work(held)
                        beats.close()  # the beat must not wait for the row that the next line locks
                        _finish(held, result)
                else:
                    result = handler.work(held)
                    beats.close()
                    _finish(held, result)
        except StaleToken:
            log.warning("job %s: token %s is stale, nothing written", held.job_id, held.token)
        except RuleViolation as refusal:
            _fail(held, refusal.code, str(refusal.message))
        except Exception:
            log.exception("job %s (%s) failed at attempt %s", held.job_id, job.kind, held.attempt)
            _try_again(held)
    return JobState(Job.objects.values_list("state", flat=True).get(pk=job_id))


def _finish(claim: Claim, result: dict[str, Any] | None) -> None:
    """Write the result, if the token still holds; otherwise StaleToken undoes the transaction around it."""
    held = Job.objects.filter(pk=claim.job_id, token=claim.token, state=JobState.RUNNING)
    written = held.update(
        state=JobState.DONE,
        result=result or {},
        finished_at=clock.now(),
        progress_done=claim.done,
        progress_total=claim.total,
    )
    if not written:
        raise StaleToken
    job = Job.objects.get(pk=claim.job_id)
    if job.started_at and clock.now() - job.started_at > WORTH_TELLING:
        _tell(job, "jobs.done")


def _tell(job: Job, code: str) -> None:
    """Put the end of the work into its maker's inbox, until it is noted there."""
    if job.created_by_id is not None:
        notify(
            code=code,
            params={"title": job.title, "error": job.error},
            url=job.url or job.get_absolute_url(),
            institution_id=None,
            roles=None,
            user_id=job.created_by_id,
            key=f"job:{job.pk}",
        )


@transaction.atomic
def _fail(claim: Claim, code: str, sentence: str) -> None:
    held = Job.objects.filter(pk=claim.job_id, token=claim.token, state=JobState.RUNNING)
    _write_failure(held, code, sentence)


def _write_failure(rows: Any, code: str, sentence: str) -> None:
    """End the jobs in `rows` with a sentence, and tell their handlers in the same transaction."""
    for job in list(rows.select_for_update(of=("self",), no_key=True)):
        job.state, job.error_code, job.error, job.finished_at = JobState.FAILED, code[:60], sentence, clock.now()
        job.save(update_fields=["state", "error_code", "error", "finished_at"])
        handler = handler_of(job.kind)
        if handler is not None and handler.on_failure is not None:
            handler.on_failure(job)
        _tell(job, "jobs.failed")


@transaction.atomic
def _try_again(claim: Claim) -> None:
    """Put the job back after a fault of the program, or end it with a plain sentence after the third."""
    held = Job.objects.filter(pk=claim.job_id, token=claim.token, state=JobState.RUNNING)
    if claim.attempt >= TRIES_AFTER_A_FAULT:
        _write_failure(held, "fault", _("The program met a fault it did not expect; the fault has been recorded."))
    elif held.update(state=JobState.QUEUED, sent_at=clock.now()):
        transaction.on_commit(lambda: send(claim.job_id))


@transaction.atomic
def put_back_stale() -> int:
    """Put back work whose worker gave no sign of life for a minute, and send again what was lost with the broker."""
    now = clock.now()
    lost = Job.objects.filter(state=JobState.RUNNING, heartbeat_at__lt=now - LOST_AFTER)
    _write_failure(
        lost.filter(attempts__gte=CLAIMS_AT_MOST),
        "worker_lost",
        _("The work took its worker down every time it was tried; the fault has been recorded."),
    )
    lost.filter(attempts__lt=CLAIMS_AT_MOST).update(state=JobState.QUEUED, sent_at=None)
    owed = Job.objects.filter(state=JobState.QUEUED).exclude(sent_at__gte=now - LOST_AFTER)
    ids = list(owed.select_for_update(of=("self",), no_key=True, skip_locked=True).values_list("pk", flat=True))
    Job.objects.filter(pk__in=ids).update(sent_at=now)
    for job_id in ids:
        transaction.on_commit(lambda job_id=job_id: send(job_id))  # type: ignore[misc]
    return len(ids)


@transaction.atomic
def cancel(*, job: Job, by: Actor) -> None:
    """Take back work that still waits; what already runs is left to end."""
    waiting = Job.objects.filter(pk=job.pk, state=JobState.QUEUED)
    if not waiting.update(state=JobState.CANCELLED, finished_at=clock.now()):
        raise Conflict(_("This work is no longer waiting."), code="not_waiting")
    audit.record(act="jobs.cancelled", by=by, on=job, label=job.title)
    handler = handler_of(job.kind)
    if handler is not None and handler.on_failure is not None:
        handler.on_failure(job)
