"""What a kind of job does: handlers are registered by the apps, and hold a claim while they work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from deploy_admin import clock
from deploy_admin.access import Actor
from deploy_admin.jobs.models import Job, JobState

Result = dict[str, Any] | None


class StaleToken(Exception):
    """The job was claimed again by somebody else, or cancelled; whoever meets this writes nothing more."""


@dataclass
class Claim:
    """One worker's hold on one job. It ends when the token in the database is no longer this one."""

    job_id: int
    token: int
    params: dict[str, Any]
    actor: Actor
    attempt: int
    done: int = 0
    total: int = 0
    stale: bool = False
    beats_elsewhere: bool = field(default=False, repr=False)
    fenced_by_finish: bool = field(default=False, repr=False)  # an atomic handler: the job's end is in its transaction

    def progress(self, done: int, total: int) -> None:
        """Say how far the work is; the beat beside it writes the figures, so that they show before the commit."""
        self.done, self.total = done, total
        if self.stale:
            raise StaleToken
        if not self.beats_elsewhere:
            self.beat()

    def beat(self) -> None:
        """Write a sign of life and the progress, and learn whether the job is still ours."""
        held = Job.objects.filter(pk=self.job_id, token=self.token, state=JobState.RUNNING)
        if not held.update(heartbeat_at=clock.now(), progress_done=self.done, progress_total=self.total):
            self.stale = True
            raise StaleToken

    def check(self) -> None:
        """Make sure that the job is still ours: now, and (not atomic) until the transaction ends."""
        rows = Job.objects.filter(pk=self.job_id, token=self.token, state=JobState.RUNNING)
        if connection.in_atomic_block and not self.fenced_by_finish:
            rows = rows.select_for_update(of=("self",), no_key=True)
        if not rows.exists():
            self.stale = True
            raise StaleToken


@dataclass(frozen=True)
class Handler:
    """What runs for a kind, whether in one transaction with the job's end, and what is told when it finally fails."""

    work: Callable[[Claim], Result]
    atomic: bool
    on_failure: Callable[[Job], None] | None


_handlers: dict[str, Handler] = {}


def handles(
    kind: str, *, atomic: bool = True, on_failure: Callable[[Job], None] | None = None
) -> Callable[[Callable[[Claim], Result]], Callable[[Claim], Result]]:
    """Register the decorated function for `kind`.

    An atomic handler shares one transaction with the job's own end: killed at any moment it did all or nothing.
    A handler that is not atomic calls `claim.check()` last in each of its transactions.
    `on_failure(job)` runs in the transaction that writes the failure.
    """

    def register(work: Callable[[Claim], Result]) -> Callable[[Claim], Result]:
        assert kind not in _handlers or _handlers[kind].work.__module__ == work.__module__, kind  # noqa: S101
        _handlers[kind] = Handler(work, atomic, on_failure)
        return work

    return register


def handler_of(kind: str) -> Handler | None:
    """Return what runs for `kind`."""
    return _handlers.get(kind)
