"""Entry points for beat: accounts that nobody uses."""

from __future__ import annotations

from celery import shared_task

from deploy_admin.accounts.services import people


@shared_task(name="accounts.disable_unused")
def disable_unused() -> int:
    """Close what nobody has used for 90 days. Safe to run again."""
    return people.disable_unused()
