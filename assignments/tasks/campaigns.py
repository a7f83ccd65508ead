"""Entry points of the worker: the notes about who is placed follow what other rooms have done."""

from __future__ import annotations

from celery import shared_task

from assignments.services import campaign_inbox


@shared_task(name="assignments.tidy_campaigns", soft_time_limit=240, time_limit=300)
def tidy_campaigns() -> int:
    """Close the notes about people who have come or do not come any more. Safe to run again."""
    return campaign_inbox.tidy()
