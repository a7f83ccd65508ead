"""Entry point of the worker for a changed work calendar; safe to run twice."""

from __future__ import annotations

from celery import shared_task

from assignments.services import calendar_change
from deploy_admin.access import SYSTEM


@shared_task(name="assignments.after_calendar")
def after_calendar(year: int) -> int:
    """Compute again what rests on the days of the year; return how many assignments changed."""
    return len(calendar_change.follow_calendar(year=year, by=SYSTEM))
