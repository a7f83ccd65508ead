"""Verify the audit chain from the command line; the exit status says whether it holds."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from deploy_admin.audit import services


class Command(BaseCommand):
    help = "Walk the audit chain and name the first event that is missing, changed or unlinked."

    def handle(self, *args: Any, **options: Any) -> None:
        found = services.verify_chain()
        if found.broken:
            raise CommandError(
                f"broken at {found.broken.sequence} (event {found.broken.event_id}): {found.broken.reason}; "
                f"{found.checked} before it hold"
            )
        if found.overdue:
            raise CommandError(f"{found.overdue} events wait for their seal for more than ten minutes")
        self.stdout.write(f"{found.checked} events hold, {found.unsealed} not yet sealed, head {found.head}")
