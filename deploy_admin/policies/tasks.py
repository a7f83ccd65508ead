"""Task entry points of the policies."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task

from deploy_admin import clock
from deploy_admin.jobs.models import Notice
from deploy_admin.policies.services import announcing

NEWS_DAYS = 14


@shared_task(name="policies.announce_change")
def announce_change(version_id: int) -> int:
    """Tell people of an adoption or withdrawal. What follows in the apps above stands in `deploy_admin.celery`."""
    announcing.announce(version_id)
    return version_id


@shared_task(name="policies.settle_old_news")
def settle_old_news() -> int:
    """Close the news of adoptions and withdrawals that are two weeks old. Safe to run again."""
    before = clock.now() - timedelta(days=NEWS_DAYS)
    old = Notice.objects.open().filter(key__startswith="policies.news:", created_at__lt=before)
    return old.update(settled_at=clock.now())
