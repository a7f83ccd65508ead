"""Entry points for beat: accounts that nobody uses, capacities whose people moved on."""

from __future__ import annotations

from celery import shared_task

from deploy_admin.accounts.services import people, workers


@shared_task(name="accounts.disable_unused")
def disable_unused() -> int:
    """Close what nobody has used for 90 days. Safe to run again."""
    return people.disable_unused()


@shared_task(name="accounts.follow_people")
def follow_people() -> int:
    """Let deployed persons' capacities follow merged records and transfers; return how many. Safe to run again."""
    return workers.follow_people()
