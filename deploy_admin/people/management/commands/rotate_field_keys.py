"""Seal anew, under the newest field key, whatever lies under an older one; run after a key was added."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from deploy_admin.access import SYSTEM
from deploy_admin.people.services import keys
from deploy_admin.sealing import SealBroken


class Command(BaseCommand):
    help = (
        "Seal every sealed value under the newest of FIELD_KEYS; afterwards the older keys may go."
        " Stopped at any point, it goes on there when run again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--rehash",
            action="store_true",
            help="also hash the ID numbers anew after MATCH_KEY has changed (stop the workers first;"
            " the old key is not needed)",
        )

        parser.add_argument(
            "--check",
            action="store_true",
            help="change nothing: open everything under the keys held, as after a restore, and fail if something stays"
            " shut",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["check"]:
            self.check_all()
            return
        try:
            for name, count in sorted(keys.reseal_all(by=SYSTEM).items()):
                self.stdout.write(f"{name}: {count} sealed anew")
            if options["rehash"]:
                self.stdout.write(f"people.HealthWorker.id_digest: {keys.rehash_all(by=SYSTEM)} hashed anew")
        except SealBroken as broken:
            raise CommandError(
                f"A value does not open: {broken}. Its key is missing from FIELD_KEYS; nothing was lost."
            ) from broken

    def check_all(self) -> None:
        """Say how much opens under the keys held; fail if something does not."""
        found = keys.opening()
        for name, (good, bad) in sorted(found.items()):
            self.stdout.write(f"{name}: {good} open" + (f", {bad} do not" if bad else ""))
        if any(bad for _good, bad in found.values()):
            raise CommandError("Some values do not open: a key is missing from FIELD_KEYS, or they were changed.")
