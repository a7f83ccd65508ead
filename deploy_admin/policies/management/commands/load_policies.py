"""Loads the policies that are shipped, adopted as their sources say; run again it changes nothing."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from deploy_admin.access import SYSTEM
from deploy_admin.errors import RuleViolation
from deploy_admin.policies import services
from deploy_admin.policies.models import OnPost, PolicyVersion
from deploy_admin.policies.refusals import PolicyRefused
from deploy_admin.policies.services import Transition


class Command(BaseCommand):
    """Import every text of a folder; adopt those that `adoptions.json` there says were adopted."""

    help = "Load the shipped policies and record their adoption. Safe to run again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--from", dest="folder", type=Path, default=settings.BASE_DIR / "fixtures" / "policies")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        adoptions = json.loads((folder / "adoptions.json").read_text(encoding="utf-8"))
        with transaction.atomic():
            for path in sorted(folder.glob("*.yaml")):
                self.stdout.write(f"{path.name}: {self._load(path, adoptions)}")

    def _load(self, path: Path, adoptions: dict[str, dict[str, Any]]) -> str:
        try:
            version, is_new = services.import_document(text=path.read_text(encoding="utf-8"), by=SYSTEM)
            if not is_new:
                return "unchanged"
            facts = adoptions.get(version.policy.slug)
            # A text that changed since it was shipped is an officer's to adopt, for the policy is in use.
            if facts is None or PolicyVersion.objects.ever_adopted().filter(policy=version.policy).exists():
                return f"draft {version.revision}"
            self._adopt(version, facts)
        except PolicyRefused as refusal:
            faults = "\n".join(f"  {f.path} (line {f.line}): {f.message} {f.remedy}" for f in refusal.faults)
            raise CommandError(f"{path.name} is refused:\n{faults}") from refusal
        except RuleViolation as refusal:
            raise CommandError(f"{path.name} is refused: {refusal}") from refusal
        return f"adopted as revision {version.revision}"

    @staticmethod
    def _adopt(version: PolicyVersion, facts: dict[str, Any]) -> None:
        services.adopt(
            version=version,
            number=facts["number"],
            adopted_on=date.fromisoformat(facts["adopted_on"]) if facts["adopted_on"] else None,
            deciding_body=facts["deciding_body"],
            source_note=facts["source_note"],
            transition=Transition(
                quotas_from=date.fromisoformat(facts["quotas_from"]),
                assignments_from=date.fromisoformat(facts["assignments_from"]),
                on_post=OnPost(facts["on_post"]),
                adverse=facts.get("adverse", {}),
            ),
            version_read=version.version,
            by=SYSTEM,
        )
