"""Entry points of the worker for inspections: one service call each; safe to run twice."""

from __future__ import annotations

from celery import shared_task

from assignments.services import inspection_inbox
from deploy_admin import clock


@shared_task(name="assignments.remind_inspections")
def remind_inspections() -> int:
    """Remind units and authorities of corrective orders that nobody answered in time; return how many."""
    return inspection_inbox.remind(on=clock.today())
