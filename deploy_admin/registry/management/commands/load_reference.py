"""manage.py load_reference: bring the reference data up to what ships with the program."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from deploy_admin.access import SYSTEM
from deploy_admin.registry import reference
from deploy_admin.registry.services import calendar


class Command(BaseCommand):
    help = "Load the reference data (divisions, work calendar, indicators); may be run again at any time."

    def handle(self, *args: Any, **options: Any) -> None:
        done = reference.load_divisions(by=SYSTEM)
        years = calendar.load(by=SYSTEM)
        counted = reference.load_indicators(by=SYSTEM)
        self.stdout.write(f"divisions: {done.added} added, {done.changed} changed, {done.same} as they were")
        self.stdout.write(
            f"work calendar: {years.added} years added, {years.changed} changed, {years.same} as they were"
        )
        self.stdout.write(f"indicators: {counted.added} added, {counted.changed} changed, {counted.same} as they were")
