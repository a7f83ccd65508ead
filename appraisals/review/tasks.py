"""Entry points of the worker for the review of months."""

from __future__ import annotations

from celery import shared_task

from appraisals.review import services


@shared_task(name="appraisals.look_at_months", soft_time_limit=600, time_limit=660)
def look_at_months() -> int:
    """Look again at every month that waits for a review; return how many said something else before."""
    return services.look_at_all()
