"""Entry points of the worker for leave and absence: one service call each; safe to run twice."""

from __future__ import annotations

from celery import shared_task

from assignments.services import ending_all, leave_reminding
from deploy_admin import clock


@shared_task(name="assignments.remind_of_leave")
def remind_of_leave() -> int:
    """Remind of hearings that are over, of leave to be filed and to be decided; return how many wait."""
    return leave_reminding.remind(on=clock.today())


@shared_task(name="assignments.check_ends")
def check_ends() -> int:
    """Check every last day against its rows; return how many drifted."""
    return len(ending_all.check_all())


@shared_task(name="assignments.ends_after_adoption")
def ends_after_adoption(version_id: int) -> int:
    """Recompute last days because a policy version was adopted or withdrawn; return how many changed."""
    return len(ending_all.recompute_running().changed)
