"""`manage.py recompute_quotas 2025`: compute a period's quotas now, in this process."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from deploy_admin.access import SYSTEM
from deploy_admin.months import Period
from quotas import services
from quotas.models import Run
from quotas.services.computing import periods_of_year

#: The counts that are told, in this order.
TOLD = ("quotas", "added", "changed", "removed", "unchanged", "verdicts", "undetermined")


class Command(BaseCommand):
    help = "Compute the quotas of a period: 2025 with all that bears this year's label, or 2025-09-01--2026-08-31."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("period", help="2025, or two ISO days with -- between them")
        parser.add_argument("--institution", type=int, action="append", help="only this institution (repeat for more)")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            period = Period.parse(options["period"])
        except ValueError as error:
            raise CommandError(str(error)) from error
        for each in periods_of_year(period.first.year) if period.is_calendar_year else [period]:
            self.compute(each, options["institution"])

    def compute(self, period: Period, institution_ids: list[int] | None) -> None:
        run = services.recompute(period, institution_ids=institution_ids, trigger=Run.Trigger.HAND, by=SYSTEM)
        if run.state != Run.State.PUBLISHED:
            self.stdout.write(f"Run {run.pk} of {period} waits: another process is computing and takes it on.")
            return
        counts = ", ".join(f"{name} {run.counts[name]}" for name in TOLD)
        self.stdout.write(f"Run {run.pk} of {period}: {counts} in {run.duration_ms} ms.")
