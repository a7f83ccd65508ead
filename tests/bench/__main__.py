"""`make bench`: a PostgreSQL of its own, one line per item, var/bench.json; fails where a goal is missed."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
VAR = Path(os.environ.get("BENCH_VAR_DIR", ROOT / "var" / "bench")).resolve()
for name in ("DATABASE_URL", "REDIS_URL", "DEMO", "SECRET_KEY", "ALLOWED_HOSTS"):
    os.environ.pop(name, None)
os.environ |= {"VAR_DIR": str(VAR), "DEPLOY_ENV": "test", "DJANGO_SETTINGS_MODULE": "deploy_admin.settings"}

from deploy_admin import embedded  # noqa: E402


def main() -> int:
    """Build a world, measure, tell."""
    options = argparse.ArgumentParser(prog="tests.bench", description=__doc__)
    options.add_argument("--senders", type=int, default=15_000)
    options.add_argument("--keep", action="store_true", help="leave the database where it is")
    chosen = options.parse_args()
    embedded.stop_postgres(VAR)
    shutil.rmtree(VAR, ignore_errors=True)
    VAR.mkdir(parents=True)
    embedded.start_postgres(VAR)
    embedded.start_redis(VAR)
    try:
        return measured(chosen.senders)
    finally:
        embedded.stop_redis(VAR)
        embedded.stop_postgres(VAR)
        if not chosen.keep:
            shutil.rmtree(VAR, ignore_errors=True)


def measured(senders: int) -> int:
    import django

    django.setup()
    import psycopg
    from django.core.management import call_command

    import deploy_admin.celery  # noqa: F401 -- so that delay() finds our broker
    from tests.bench import eligibility, measure, pages, people, quotas, service, tallies, uploads, world

    with psycopg.connect(embedded.database_url(VAR, "postgres"), autocommit=True) as admin:
        if not admin.execute("SELECT 1 FROM pg_database WHERE datname = 'app'").fetchone():
            admin.execute("CREATE DATABASE app")
    call_command("migrate", verbosity=0)
    ids = world.build(senders)
    items = [*quotas.recompute(senders), *quotas.enter(ids), *uploads.figures(ids), *pages.board()]
    items += people.rosters(ids)
    items += pages.people(ids)
    items += eligibility.judge(ids)
    items += service.serve(ids)
    items += pages.assignments()
    items += tallies.count(senders)
    items += service.leave()
    return 0 if measure.tell(items, ROOT / "var" / "bench.json") else 1


if __name__ == "__main__":
    sys.exit(main())
