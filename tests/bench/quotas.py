"""Computing and entering: a whole year's quotas, and ten thousand figures, each against a plain INSERT … SELECT."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection

from deploy_admin.access import SYSTEM
from deploy_admin.months import Period
from quotas import services
from quotas.models import Figure, Quota, Run
from quotas.services import FigureEntry
from quotas.services.publishing import COLUMNS
from tests.bench.measure import Item, median, seconds
from tests.bench.world import FIGURE_COLUMNS

YEAR = Period.year(2025)
TIMES = 3


def run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def clear() -> None:
    """Empty the result tables, so that every row has to be written again."""
    run("TRUNCATE quotas_contribution, quotas_releasedquota, quotas_release, quotas_quota, quotas_run CASCADE")
    run("TRUNCATE jobs_notice")


def recompute(senders: int) -> Iterator[Item]:
    """From nothing, and again with nothing changed, and after one sign-off."""
    rows = senders * 4

    def compute() -> None:
        done = services.recompute(YEAR, by=SYSTEM)
        assert done.counts["quotas"] == rows, done.counts

    services.recompute(YEAR, by=SYSTEM)  # warm: documents read, plans cached
    names = ", ".join(COLUMNS)
    run(f"CREATE UNLOGGED TABLE bench_rows AS SELECT {names} FROM quotas_quota")  # noqa: S608
    run("CREATE TABLE bench_runs AS SELECT * FROM quotas_run")

    def plain() -> None:
        run(f"INSERT INTO quotas_quota ({names}) SELECT {names} FROM bench_rows")  # noqa: S608

    def plain_before() -> None:
        clear()
        run("INSERT INTO quotas_run SELECT * FROM bench_runs")

    floor = median(TIMES, plain, plain_before)
    figure = median(TIMES, compute, clear)
    yield seconds(f"recompute-{rows}", figure, 5, floor=floor, ratio=10)
    yield seconds(f"recompute-{rows}-unchanged", median(TIMES, compute), 5, floor=floor, ratio=10)

    def one() -> None:
        unit = Quota.objects.order_by("-institution_id").values_list("institution_id", flat=True).first()
        done = services.recompute(YEAR, institution_ids=[unit], by=SYSTEM)
        assert done.counts["quotas"] == 4, done.counts

    yield seconds("recompute-one-unit", median(TIMES, one), 2)
    run("DROP TABLE bench_rows, bench_runs")


def enter(ids: list[int]) -> Iterator[Item]:
    """Ten thousand figures through the service, against the same rows by INSERT … SELECT."""
    period = Period.year(2023)
    entries = [
        FigureEntry(unit, "physicians_total", period, unit % 300, practice_category=category)
        for unit in ids[:2500]
        for category in ("clinical", "tcm", "dental", "public_health")
    ]

    def empty() -> None:
        run("DELETE FROM quotas_figure WHERE period_start = '2023-01-01'")

    run("ALTER TABLE quotas_figure DISABLE TRIGGER quotas_figure_frozen")  # only so that the rows can go away again
    services.enter_figures(entries, by=SYSTEM)
    names = ", ".join(FIGURE_COLUMNS)
    run(f"CREATE UNLOGGED TABLE bench_figures AS SELECT {names} FROM quotas_figure WHERE period_start = '2023-01-01'")  # noqa: S608
    floor = median(
        TIMES,
        lambda: run(f"INSERT INTO quotas_figure ({names}) SELECT {names} FROM bench_figures"),  # noqa: S608
        empty,
    )
    figure = median(TIMES, lambda: services.enter_figures(entries, by=SYSTEM), empty)
    assert Figure.objects.filter(period_start="2023-01-01").count() == len(entries)
    yield seconds("enter-10000-figures", figure, 3, floor=floor)
    empty()
    Run.objects.filter(state="queued").delete()
    run("ALTER TABLE quotas_figure ENABLE TRIGGER quotas_figure_frozen")
    run("DROP TABLE bench_figures")
