"""The test run's own database cluster and broker; a template database keyed by the migrations, one copy per process."""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VAR = Path(os.environ.get("TEST_VAR_DIR", ROOT / "var" / "test"))
os.environ["VAR_DIR"] = str(VAR)
os.environ["DEPLOY_ENV"] = "test"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "deploy_admin.settings")
sys.path.insert(0, str(ROOT))

import hashlib  # noqa: E402

import psycopg  # noqa: E402
import pytest  # noqa: E402
from psycopg import sql  # noqa: E402

from deploy_admin import embedded  # noqa: E402

FAST = ("-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off", "-c", "wal_level=minimal", "-c", "max_wal_senders=0")


def _start_servers() -> None:
    try:
        psycopg.connect(embedded.database_url(VAR, "postgres"), connect_timeout=2).close()
    except psycopg.OperationalError:
        embedded.start_postgres(VAR, extra=FAST, die_with_parent=False)
    if not (embedded.socket_dir(VAR) / "redis.sock").exists():
        embedded.start_redis(VAR, die_with_parent=False)


if "DATABASE_URL" not in os.environ:
    _start_servers()


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker):
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connections

    files = sorted(ROOT.glob("**/migrations/*.py"))
    files = [f for f in files if "var" not in f.relative_to(ROOT).parts and ".venv" not in f.parts]
    digest = hashlib.sha256(b"".join(f.read_bytes() for f in files)).hexdigest()[:12]
    template, name = f"template_{digest}", f"test_{os.getpid()}"
    admin_url = embedded.database_url(VAR, "postgres")
    with psycopg.connect(admin_url, autocommit=True) as admin, django_db_blocker.unblock():
        admin.execute("SELECT pg_advisory_lock(1)")
        if not admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template]).fetchone():
            building = f"building_{os.getpid()}"
            admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(building)))
            connections["default"].close()
            settings.DATABASES["default"]["NAME"] = connections["default"].settings_dict["NAME"] = building
            call_command("migrate", verbosity=0)
            connections["default"].close()
            admin.execute(
                sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(building), sql.Identifier(template))
            )
        admin.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        )
        admin.execute("SELECT pg_advisory_unlock(1)")
        connections["default"].close()
        settings.DATABASES["default"]["NAME"] = connections["default"].settings_dict["NAME"] = name
        yield
        connections.close_all()
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
