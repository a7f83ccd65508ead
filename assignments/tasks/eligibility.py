"""Entry points of the worker: one service call each; safe to run twice."""

from __future__ import annotations

from celery import shared_task

from assignments import services
from deploy_admin import clock
from deploy_admin.access import SYSTEM


@shared_task(name="assignments.refresh_changed")
def refresh_changed() -> int:
    """Judge those whose record changed since they were last judged."""
    return services.refresh_changed()


@shared_task(name="assignments.refresh_everybody")
def refresh_everybody(trigger: str = "nightly") -> int:
    """Start a judging of everybody for today; return its job's id."""
    return services.start_refresh(on=clock.today(), by=SYSTEM, trigger=trigger).pk


@shared_task(name="assignments.after_adoption")
def after_adoption(version_id: int) -> int:
    """Judge everybody again because a policy version was adopted or withdrawn; return the job's id."""
    return services.start_refresh(on=clock.today(), by=SYSTEM, trigger=f"adoption:{version_id}").pk
