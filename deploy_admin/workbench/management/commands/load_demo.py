"""Load the demonstration data; safe to run again."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from deploy_admin.audit import services as audit
from deploy_admin.workbench import demo


class Command(BaseCommand):
    """`load_demo`, with DEMO=1 only."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        for line in demo.load() or ["demonstration: as it was"]:
            self.stdout.write(line)
        audit.seal()  # what it tells of months ago would at once be overdue
