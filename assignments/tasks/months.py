"""Entry points of the worker for the months at the post: one service call each; safe to run twice."""

from __future__ import annotations

from celery import shared_task

from assignments.services import months_inbox, months_nightly
from deploy_admin import clock
from deploy_admin.access import SYSTEM


@shared_task(name="assignments.open_months")
def open_months() -> int:
    """Open this month everywhere and bring every open sheet up to date; return how many sheets are open."""
    return months_nightly.open_months(on=clock.today(), by=SYSTEM)


@shared_task(name="assignments.remind_of_months")
def remind_of_months() -> int:
    """Remind units of months that are over and not handed in; return how many."""
    return months_inbox.remind(clock.today())
