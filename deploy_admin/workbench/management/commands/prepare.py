"""Bring the database to what the code expects: migrations, reference data, policies and, if asked for, the demo."""

from __future__ import annotations

from typing import Any

import dj_database_url
from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand
from django.db import connection, transaction
from psycopg import sql

#: In this order; each is safe to run again and changes nothing the second time.
SETUP_COMMANDS = ["load_reference", "load_policies"]
DEMO_COMMANDS = ["load_demo"]
#: Any number will do, as long as nothing else takes it: two hosts that start at once prepare one after the other.
PREPARE_LOCK = 7_310_001


class Command(BaseCommand):
    """Migrate and load; the set-up step of every start and of every deployment."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        verbosity = options["verbosity"]
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [PREPARE_LOCK])
            try:
                call_command("migrate", interactive=False, verbosity=max(verbosity - 1, 0))
                if settings.RUNTIME_DATABASE_URL:
                    admit_plain_role(settings.RUNTIME_DATABASE_URL)
                for name in SETUP_COMMANDS + (DEMO_COMMANDS if settings.DEMO else []):
                    if name in get_commands():
                        call_command(name, verbosity=verbosity)
            finally:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [PREPARE_LOCK])


@transaction.atomic
def admit_plain_role(url: str) -> None:
    """Let the role in `url` read and write rows and nothing else: it owns no table, so it switches off no trigger."""
    address = dj_database_url.parse(url)
    role = sql.Identifier(str(address["USER"]))
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [address["USER"]])
        if not cursor.fetchone():
            password = sql.Literal(str(address["PASSWORD"]))
            cursor.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(role, password))
        for grant in (
            "GRANT USAGE ON SCHEMA public TO {}",
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {}",
            "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}",
            "REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {}",
        ):
            cursor.execute(sql.SQL(grant).format(role))
