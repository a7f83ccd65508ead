"""Entry points of the worker for months by workbook and REST."""

from __future__ import annotations

from celery import shared_task

from appraisals.workbooks import importing  # noqa: F401 -- registers the table with the worker
from deploy_admin.accounts import once


@shared_task(name="appraisals.forget_writes")
def forget_writes() -> int:
    """Delete the answers to writes of connected systems that were kept long enough. Safe at any time."""
    return once.forget_old()
