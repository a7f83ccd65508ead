"""`make bench`: a PostgreSQL of its own, one line per item, var/bench.json; fails where a goal is missed."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parent.parent.parent
VAR = Path(os.environ.get("BENCH_VAR_DIR", ROOT / "var" / "bench")).resolve()
for name in ("DATABASE_URL", "REDIS_URL", "DEMO", "SECRET_KEY", "ALLOWED_HOSTS"):
    os.environ.pop(name, None)
os.environ |= {"VAR_DIR": str(VAR), "DEPLOY_ENV": "test", "DJANGO_SETTINGS_MODULE": "deploy_admin.settings"}

from deploy_admin import embedded  # noqa: E402

if TYPE_CHECKING:
    from tests.bench.measure import Item

GROUPS = ("quotas", "people", "service", "months", "load", "allocation")


def main() -> int:
    """Build a world, measure, tell."""
    options = argparse.ArgumentParser(prog="tests.bench", description=__doc__)
    options.add_argument("--senders", type=int, default=15_000)
    options.add_argument("--months", type=int, default=120, help="so many months of a city, the running one included")
    options.add_argument("--minutes", type=float, default=1, help="how long 300 sessions enter their months")
    options.add_argument("--only", nargs="+", choices=GROUPS, default=GROUPS, help="these groups of items alone")
    options.add_argument("--keep", action="store_true", help="leave the database where it is")
    chosen = options.parse_args()
    embedded.stop_postgres(VAR)
    shutil.rmtree(VAR, ignore_errors=True)
    VAR.mkdir(parents=True)
    embedded.start_postgres(VAR)
    embedded.start_redis(VAR)
    try:
        return measured(chosen)
    finally:
        embedded.stop_redis(VAR)
        embedded.stop_postgres(VAR)
        if not chosen.keep:
            shutil.rmtree(VAR, ignore_errors=True)


def measured(chosen: argparse.Namespace) -> int:
    import django

    django.setup()
    import psycopg
    from django.core.management import call_command

    import deploy_admin.celery  # noqa: F401 -- so that delay() finds our broker
    from tests.bench import measure, world

    with psycopg.connect(embedded.database_url(VAR, "postgres"), autocommit=True) as admin:
        if not admin.execute("SELECT 1 FROM pg_database WHERE datname = 'app'").fetchone():
            admin.execute("CREATE DATABASE app")
    call_command("migrate", verbosity=0)
    ids = world.build(chosen.senders)
    items: list[measure.Item] = []
    for group in (_quotas, _people, _service, _months, _allocation):
        for item in group(chosen, ids):
            sys.stdout.write(item.line() + "\n")
            sys.stdout.flush()
            items.append(item)
    return 0 if measure.written(items, ROOT / "var" / "bench.json") else 1


def _quotas(chosen: argparse.Namespace, ids: list[int]) -> Iterator[Item]:
    """Computing, entering and showing quotas."""
    from tests.bench import pages, quotas, uploads

    if "quotas" in chosen.only:
        yield from quotas.recompute(chosen.senders)
        yield from quotas.enter(ids)
        yield from uploads.figures(ids)
        yield from pages.board()


def _people(chosen: argparse.Namespace, ids: list[int]) -> Iterator[Item]:
    """Reading and listing people."""
    from tests.bench import pages, people

    if "people" in chosen.only:
        yield from people.rosters(ids)
        yield from pages.people(ids)


def _service(chosen: argparse.Namespace, ids: list[int]) -> Iterator[Item]:
    """Judging people, reckoning service, counting assignments: each on what the one before left."""
    from tests.bench import eligibility, pages, service, tallies

    if "service" in chosen.only:
        yield from eligibility.judge(ids)
        yield from service.serve(ids)
        yield from pages.assignments()
        yield from tallies.count(chosen.senders)
        yield from service.leave()


def _months(chosen: argparse.Namespace, ids: list[int]) -> Iterator[Item]:
    """A city's months: scores, one unit's, pages, and 300 sessions at once."""
    from tests.bench import load, month_pages, months, months_world

    if not {"months", "load"} & set(chosen.only):
        return
    city = months_world.build(ids, chosen.months)
    if "months" in chosen.only:
        yield from months.score(city)
        yield from months.submit(city)
        yield from months.workbook(city)
        yield from month_pages.pages(city)
    else:
        months_world.as_if_scored()
    if "load" in chosen.only:
        yield from load.sessions(city, chosen.minutes)


def _allocation(chosen: argparse.Namespace, ids: list[int]) -> Iterator[Item]:
    """A city's allocation: solving and explaining it, the pages of the plan."""
    from tests.bench import allocation, allocation_pages

    if "allocation" in chosen.only:
        yield from allocation.propose()
        yield from allocation_pages.pages(ids)


if __name__ == "__main__":
    sys.exit(main())
