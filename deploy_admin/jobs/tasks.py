"""Entry points of the workers: run one job; put back what was lost; forget what is old."""

from __future__ import annotations

from celery import shared_task

from deploy_admin.jobs import services


@shared_task(name="jobs.run")
def run(job_id: int) -> str | None:
    """Run one job. A second message for it finds nothing to take."""
    return services.run(job_id)


@shared_task(name="jobs.put_back_stale")
def put_back_stale() -> int:
    """Put back work without a heartbeat, and send again what the broker lost. Safe at any time."""
    return services.put_back_stale()


@shared_task(name="jobs.remove_old")
def remove_old() -> int:
    """Delete the rows of uploads that ended long ago, and what sealed files hold. Safe at any time."""
    return services.remove_old()["uploads"]
