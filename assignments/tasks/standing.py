"""Entry points of the worker for service credit, obligations, and what follows from a change of assignments."""

from __future__ import annotations

from celery import shared_task

from assignments.services import crediting, following, standing_inbox
from deploy_admin import clock
from deploy_admin.access import SYSTEM


@shared_task(name="assignments.follow")
def follow(assignment_ids: list[int]) -> int:
    """Bring credit, obligations and tallies of these assignments up to date; return how many people were met."""
    return following.follow_now(assignment_ids)


@shared_task(name="assignments.follow_changed")
def follow_changed() -> int:
    """Do the same for whoever changed and was not met: what was lost with the broker."""
    return following.follow_changed()


@shared_task(name="assignments.reckon_everybody")
def reckon_everybody(trigger: str = "nightly") -> int:
    """Start reckoning everybody's service for today; return its job's id."""
    return crediting.start_refresh(on=clock.today(), by=SYSTEM, trigger=trigger).pk


@shared_task(name="assignments.service_after_adoption")
def service_after_adoption(version_id: int) -> int:
    """Reckon everybody again because a policy version was adopted or withdrawn; return the job's id."""
    return crediting.start_refresh(on=clock.today(), by=SYSTEM, trigger=f"adoption:{version_id}").pk


@shared_task(name="assignments.remind_of_obligations")
def remind_of_obligations() -> int:
    """Tell sending units whose time runs out; return how many units are told."""
    return standing_inbox.remind()
