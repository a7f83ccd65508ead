"""Entry points of the worker: one service call each; safe to run twice."""

from __future__ import annotations

from celery import shared_task

from deploy_admin import clock
from deploy_admin.registry.services import calendar_notices


@shared_task(name="registry.calendar_changed")
def calendar_changed(year: int) -> int:
    """Say that the work calendar of a year is another one. What follows in the apps above stands in celery.py."""
    return year


@shared_task(name="registry.remind_calendar")
def remind_calendar() -> bool:
    """Tell the city from November on while next year's calendar is not published."""
    return calendar_notices.remind(on=clock.today())
