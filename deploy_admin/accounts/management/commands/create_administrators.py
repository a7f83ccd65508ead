"""Open the three administrators' accounts at set-up and print their one-time passwords once."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from deploy_admin.access import Role
from deploy_admin.accounts.services import set_up
from deploy_admin.errors import RuleViolation


class Command(BaseCommand):
    help = "Create the system, security and audit administrator (three people). Prints one-time passwords."

    def add_arguments(self, parser: CommandParser) -> None:
        for role in ("system", "security", "audit"):
            parser.add_argument(f"--{role}", required=True, metavar="USERNAME:NAME", help=f"the {role} administrator")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        wanted = {
            Role.SYSTEM_ADMIN: options["system"],
            Role.SECURITY_ADMIN: options["security"],
            Role.AUDIT_ADMIN: options["audit"],
        }
        lines = []
        for role, text in wanted.items():
            username, colon, name = text.partition(":")
            if not colon or not username or not name:
                raise CommandError(f"Write USERNAME:NAME, not {text!r}.")
            try:
                password = set_up.create_administrator(role=role, username=username, name=name)
            except RuleViolation as refusal:
                raise CommandError(str(refusal)) from refusal
            lines.append(f"{role.value}  {username}  {password}")
        self.stdout.write("\n".join(lines))
