"""Entry points of the workers: what the nights do to people's records."""

from __future__ import annotations

from celery import shared_task

from deploy_admin import clock
from deploy_admin.access import SYSTEM
from deploy_admin.people.services import checking, inbox, successions


@shared_task(name="people.follow_successions")
def follow_successions() -> int:
    """Move the people of units that merged into another to their heirs, and tell of those whom no heir takes on.

    Safe to run again: it finds nothing more, and brings the notices up to date.
    """
    today = clock.today()
    moved = successions.follow_successions(on=today, by=SYSTEM)
    successions.tell_left_behind(on=today)
    return moved


@shared_task(name="people.check")
def check() -> dict[str, list[int]]:
    """Compare what is derived with the rows, and tell who differs. Safe to run again."""
    return checking.check_all(by=SYSTEM)


@shared_task(name="people.settle_old_news")
def settle_old_news() -> int:
    """Close what is only news and two weeks old. Safe to run again."""
    return inbox.settle_old_news()
