"""Entry points of the worker for what counts for which quota: one service call each; safe to run twice."""

from __future__ import annotations

from celery import shared_task

from assignments.services import counting
from deploy_admin.access import SYSTEM


@shared_task(name="assignments.count_everything")
def count_everything() -> dict[str, int]:
    """Check what is stored, then propose and add up everything anew: a day has passed, a period may have ended."""
    drifted = counting.check(by=SYSTEM)
    return counting.refresh(by=SYSTEM).to_json() | {"drifted": drifted}


@shared_task(name="assignments.count_new_quotas")
def count_new_quotas(_worked_off: int | None = None) -> int:
    """Count for the quotas that came or went with the latest computations."""
    return counting.count_new_quotas(by=SYSTEM)
