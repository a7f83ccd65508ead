"""Entry points of the worker for the life of an assignment: one service call each; safe to run twice."""

from __future__ import annotations

from celery import shared_task

from assignments.services import reaching, successions
from deploy_admin import clock
from deploy_admin.access import SYSTEM


@shared_task(name="assignments.reach_terms")
def reach_terms() -> int:
    """Bring states up to today and remind everybody; return how many terms were reached."""
    return reaching.reach_terms(on=clock.today()).reached


@shared_task(name="assignments.follow_successions")
def follow_successions() -> int:
    """Have assignments at units that merged go on at the heirs; return how many moved."""
    return successions.follow_successions(on=clock.today(), by=SYSTEM)
