"""Entry points of the worker for feedback letters and situation reports."""

from __future__ import annotations

from celery import shared_task

from appraisals.feedback import (
    batch,  # noqa: F401 -- registers the job's handler
    telling,
)
from deploy_admin import clock


@shared_task(name="appraisals.remind_of_feedback")
def remind_of_feedback() -> int:
    """Remind of letters not received, results not fed back and reports due; return how many wait."""
    return telling.keep_up(clock.today())
