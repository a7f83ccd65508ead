"""Months: the scores of a city's ten years, a sheet that is submitted, a workbook, the pages everybody uses."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from django.test import Client

from appraisals.models import Score
from appraisals.scoring import services as scoring
from appraisals.scoring.choosing import Choosing
from appraisals.scoring.reading import Months
from appraisals.scoring.results import Gathering
from appraisals.workbooks.drawing import draw
from appraisals.workbooks.importing import WORKBOOKS
from appraisals.workbooks.matter import Matter, read
from assignments.models import AssignmentMonth, MonthSheet
from deploy_admin.access import SYSTEM, Role
from deploy_admin.db import analyze
from deploy_admin.jobs import services as jobs
from deploy_admin.jobs.importing import services as imports
from deploy_admin.jobs.models import Job, UploadState
from deploy_admin.policies.services import governing
from deploy_admin.registry.models import Institution
from tests.accounts.factories import a_membership, an_actor, signed_in
from tests.bench import months_world
from tests.bench.measure import Item, at_least, at_most, median, peak, seconds, told, worked
from tests.bench.months_world import BIG, SUBMITTING, UNIT, City
from tests.jobs.plans import confirmed, run_jobs

TIMES = 3
RATE = 20_000


def score(city: City) -> Iterator[Item]:
    """The interpreter alone; whole months from nothing and unchanged; everything there is; the memory it takes."""
    two, ten = city.sheets(0, 2), city.sheets(0, min(10, city.last))
    yield at_least("scoring-pure", round(pure(two)), RATE, "/s")
    for sheets in (two, ten):
        rows = AssignmentMonth.objects.filter(sheet__in=sheets).count()
        core, wall = [], []
        for _n in range(TIMES):
            months_world.clear_scores(sheets)
            start = time.perf_counter()
            core.append(worked(lambda sheets=sheets: compute(sheets)))
            wall.append(time.perf_counter() - start)
        assert Score.objects.filter(row__sheet__in=sheets, state="scored").count() == rows
        yield at_least(f"scoring-{rows}", round(rows / statistics.median(core)), RATE, "/s")
        yield told(f"scoring-{rows}-by-the-clock", round(rows / statistics.median(wall)), "/s")
    unchanged = statistics.median(worked(lambda: compute(ten)) for _n in range(TIMES))
    yield at_least(f"scoring-{rows}-unchanged", round(rows / unchanged), RATE, "/s")
    months_world.clear_scores(ten)
    grown = in_a_process("growth", len(city.months))
    analyze(Score, MonthSheet)
    most = Score.objects.count()
    yield told(f"scoring-{most}", round(grown["rate"]), "/s")
    yield at_most("scoring-memory", grown["grown"], 60, "MB")
    pk = Score.objects.filter(row__sheet=city.sheet(months_world.CLEAN[0])).values_list("pk", flat=True)[0]

    def explained() -> None:
        found = scoring.explain(Score.objects.get(pk=pk))
        assert found.steps
        assert str(found.value) == str(Score.objects.get(pk=pk).points)

    yield seconds("scoring-explained", median(20, explained), 0.1)


def pure(sheets: list[int]) -> float:
    """Return how many months a second the interpreter scores, values read and turned to numbers before."""
    choosing, read_ = Choosing(governing.at_post()), Months.of_sheets(sheets)
    gathered = [
        (chosen.scorer, Gathering(chosen, read_).of(row)[1], facts)
        for row, chosen, facts in choosing.choose(read_)
        if chosen is not None and chosen.scorer is not None
    ]
    assert len(gathered) == len(read_.rows)

    def run() -> None:
        for scorer, values, facts in gathered:
            scorer.score(values, facts)

    return len(gathered) / statistics.median(worked(run) for _n in range(5))


def compute(sheets: list[int]) -> int:
    """Score these sheets and say how many scores were written."""
    return scoring.compute(sheets, by=SYSTEM)


def in_a_process(name: str, *arguments: int) -> dict[str, float]:
    """Return what a function of this module says in a fresh process."""
    script = (
        "import django; django.setup(); import json; from tests.bench import months; "
        f"print(json.dumps(months.{name}{arguments if len(arguments) != 1 else f'({arguments[0]})'}))"
    )
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    held: dict[str, float] = json.loads(found.stdout.strip().rsplit("\n", 1)[-1])
    return held


def growth(months: int) -> dict[str, float]:
    """Score a hundred thousand rows, then a million; by how many MB the peak grew, and how many a second.

    Then whatever else there is, so that all scores are right.
    """
    city = City.running(months)
    compute(city.sheets(0, min(10, city.last)))
    before, start = peak(), time.perf_counter()
    more = compute(city.sheets(10, max(0, min(100, city.last - 10))))
    taken = time.perf_counter() - start
    grown = peak() - before
    scoring.compute(by=SYSTEM)
    return {"grown": round(grown, 1), "rate": more / taken}


# ------------------------------------------------------------ one unit


def submit(city: City) -> Iterator[Item]:
    """A month submitted on its page, until its scores are right; what a worker takes to begin is not in it."""
    Job.objects.filter(state="queued").delete()
    handed, scored = [], []
    for unit in SUBMITTING:
        client = signed_in(Client(), a_membership(Role.RECEIVER_CLERK, Institution.objects.get(pk=UNIT + unit)))
        sheet = MonthSheet.objects.get(pk=city.sheet(unit))
        assert client.get(sheet.get_absolute_url()).status_code == 200  # as the clerk comes: a browser that is warm
        start = time.perf_counter()
        answer = client.post(f"/months/sheets/{sheet.pk}/submit/", {"version": sheet.version})
        between = time.perf_counter()
        assert answer.status_code == 302, answer.content[-3000:]
        job = Job.objects.filter(kind="appraisals.score", state="queued").get()
        begun = time.perf_counter()
        jobs.run(job.pk)
        scored.append(time.perf_counter() - begun)
        handed.append(between - start)
        sheet.refresh_from_db()
        assert sheet.state == "submitted"
        assert sheet.scored_revision == sheet.revision
        assert Score.objects.filter(row__sheet=sheet, state="scored").count() == sheet.rows.count() > 0
    both = [one + other for one, other in zip(handed, scored, strict=True)]
    yield seconds("submit-to-right", statistics.median(both), 1)
    yield seconds("submit-to-right-worst", max(both), 1)
    yield told("submit-to-right-scoring", round(statistics.median(scored), 3), "s")


def workbook(city: City) -> Iterator[Item]:
    """A workbook of 20,000 person-days, every duty day and a count of everybody different each time."""
    clerk = an_actor(Role.RECEIVER_CLERK, Institution.objects.get(pk=BIG))
    sheet = MonthSheet.objects.get(pk=city.big)
    days = sheet.rows.count() * len(sheet.rows.first().days)
    assert days >= months_world.PERSON_DAYS
    matter = read(sheet)
    books = [draw(_changed(matter, n)) for n in range(TIMES)]
    params = {"month": f"{sheet.month:%Y-%m}", "unit": BIG}
    runs = iter(books)

    def upload() -> None:
        sent = imports.send_in(column_set=WORKBOOKS, name="出勤.xlsx", content=next(runs), params=params, by=clerk)
        run_jobs()
        sent.refresh_from_db()
        applied = confirmed(sent, clerk)
        assert applied.state == UploadState.APPLIED, applied.summary

    figure = median(TIMES, upload)
    row = sheet.rows.order_by("pk")[0]
    assert row.days.count("GTR"[TIMES - 1]) > 15
    yield seconds(f"workbook-{days}-days", figure, 3)


def _changed(matter: Matter, n: int) -> Matter:
    letter = "GTR"[n]
    lines = tuple(
        replace(
            line,
            days=tuple(letter if cell in "PGTR" else cell for cell in line.days),
            counts={"rounds": Decimal(n + 1 + at % 9)},
        )
        for at, line in enumerate(matter.lines)
    )
    return replace(matter, lines=lines)
