"""Entry points for beat: sealing the record, verifying it."""

from __future__ import annotations

from celery import shared_task

from deploy_admin.access import SYSTEM
from deploy_admin.audit import services


@shared_task(name="audit.seal")
def seal() -> int:
    """Seal what is open. Safe to run again, and at the same time."""
    return services.seal()


@shared_task(name="audit.verify")
def verify() -> bool:
    """Walk the chain and record what was found; return whether it holds."""
    return services.verify_and_record(by=SYSTEM).sound
