"""Entry points of the worker for scores."""

from __future__ import annotations

from celery import shared_task

from appraisals.scoring import following, working
from deploy_admin.access import SYSTEM
from deploy_admin.months import Month


@shared_task(name="appraisals.score_owed")
def score_owed() -> int | None:
    """Start scoring what waits and nobody works on: what was lost with the broker; return the job's id."""
    return working.start_if_owed()


@shared_task(name="appraisals.compute_month")
def compute_month(month: str) -> int:
    """Score every sheet of the month (ISO first day) that is handed in and not released. Safe to run again."""
    return working.compute(month=Month.parse(month), by=SYSTEM)


@shared_task(name="appraisals.check_scores")
def check_scores() -> int:
    """Start scoring every month that is not released anew, which should find nothing; return the job's id."""
    return working.start_everything().pk


@shared_task(name="appraisals.after_adoption")
def after_adoption(version_id: int) -> int:
    """Score anew what a version adopted or withdrawn may concern; return how many sheets."""
    return following.after_adoption(version_id)


@shared_task(name="appraisals.after_calendar")
def after_calendar(year: int) -> int:
    """Score anew what rests on the days of the year; return how many sheets."""
    return following.after_calendar(year)
