"""Entry points of the worker: what units file in a campaign, requests and nominations."""

from __future__ import annotations

from celery import shared_task

from assignments.filing import inbox
from deploy_admin import clock


@shared_task(name="assignments.remind_of_lists", soft_time_limit=240, time_limit=300)
def remind_of_lists() -> int:
    """Remind the units that still owe a list, and nobody else; return how many. Safe to run again."""
    return inbox.remind(clock.today())
