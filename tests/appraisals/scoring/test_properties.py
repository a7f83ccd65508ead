"""Whatever happens to months in whatever order: what followed step by step is what a computation of all would give."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from appraisals.models import MonthCorrection, Score
from appraisals.review import services as review
from appraisals.scoring import working
from appraisals.scoring.working import KIND
from appraisals.states import ValueSource
from appraisals.workload import saving
from appraisals.workload.saving import Entry
from assignments.models import Absence, AssignmentMonth, MonthSheet
from assignments.services import absences, months_entry, months_moving
from assignments.services.months_entry import Cell
from deploy_admin.access import SYSTEM
from deploy_admin.errors import RuleViolation
from deploy_admin.jobs import services as jobs
from deploy_admin.jobs.models import Job
from deploy_admin.months import Month
from tests.appraisals.scoring.factories import ABSENT_ONCE, VISITS, weighed
from tests.appraisals.workload.factories import a_count, a_unit
from tests.assignments.factories import a_place
from tests.assignments.months.factories import a_row, a_sheet
from tests.assignments.postings import on_post, oneself
from tests.registry.factories import an_authority

RULE = """
      - {id: visits, measure: outpatient_emergency_visits, weight: "60", target: {own_history: 2, at_least: 1}}
      - {id: present, measure: attendance_days, weight: "40", share_of: duty_days}"""
MONTHS = [Month(date(2026, month, 1)) for month in (8, 9, 10)]
LATER = date(2026, 12, 31)
SHEETS = st.integers(min_value=0, max_value=2)
STEPS = st.one_of(
    st.tuples(
        st.just("cell"), SHEETS, st.integers(0, 1), st.integers(8, 28), st.sampled_from(["P", "Sh", "B", "K", "U"])
    ),
    st.tuples(st.just("count"), SHEETS, st.integers(0, 1), st.sampled_from([None, 0, 1, 40, 80, 155])),
    *(
        st.tuples(st.just(move), SHEETS)
        for move in ("submit", "submit", "submit", "withdraw", "open", "return", "accept", "release")
    ),
    st.tuples(st.sampled_from(["confirm", "excuse"]), SHEETS),
    st.tuples(st.just("correct"), SHEETS, st.integers(0, 1), st.sampled_from([None, 0, 40, 155])),
)


class World:
    """Three months of two people at one unit, measured against their own earlier months; absence undoes a month."""

    def __init__(self) -> None:
        weighed(RULE, veto=ABSENT_ONCE)
        unit = a_unit()
        an_authority(a_place("500102"))
        people = [on_post(receiver=unit, starts_on=date(2026, 3, 10)) for _ in range(2)]
        self.sheets = [a_sheet(unit, month, people=0, open_until=LATER) for month in MONTHS]
        self.rows = [[a_row(sheet, who) for who in people] for sheet in self.sheets]
        for rows in self.rows:
            for n, row in enumerate(rows):
                a_count(row, VISITS, 100 + n)

    def do(self, step) -> None:
        """Take one step through the services; what they refuse is not done."""
        what, number, *more = step
        sheet = MonthSheet.objects.get(pk=self.sheets[number].pk)
        try:
            getattr(self, f"_{what}")(sheet, self.rows[number], *more)
        except RuleViolation:
            return

    def _cell(self, sheet, rows, who, day, cell):
        row = AssignmentMonth.objects.get(pk=rows[who].pk)
        change = Cell(row.pk, day, cell, row.days[day - 1])
        months_entry.save_cells(sheet=sheet, changes=[change], by=SYSTEM)

    def _count(self, sheet, rows, who, value):
        saving.save(entries=[Entry(rows[who].pk, VISITS, value)], source=ValueSource.CLERK, by=SYSTEM)

    def _submit(self, sheet, rows):
        months_moving.submit(sheet=sheet, by=SYSTEM)

    def _withdraw(self, sheet, rows):
        months_moving.withdraw(sheet=sheet, by=SYSTEM)

    def _open(self, sheet, rows):
        months_moving.open_review(sheet=sheet, by=SYSTEM)

    def _return(self, sheet, rows):
        months_moving.send_back(sheet=sheet, reason="请核对", by=SYSTEM)

    def _accept(self, sheet, rows):
        months_moving.accept(sheets=[sheet], by=SYSTEM)

    def _release(self, sheet, rows):
        work()  # what is not scored yet is not released
        review.release(sheets=[sheet.pk], undetermined=True, by=SYSTEM)

    def _correct(self, sheet, rows, who, value):
        row = AssignmentMonth.objects.select_related("sheet").get(pk=rows[who].pk)
        workload = {VISITS: None if value is None else Decimal(value)}
        asked = review.ask_correction(row=row, days=list(row.days), workload=workload, reason="漏记", by=SYSTEM)
        review.approve_correction(correction=asked, by=SYSTEM)

    def _confirm(self, sheet, rows):
        for absence in self._waiting(rows):
            heard = absences.answer_absence(absence=absence, answer="示范答复", by=oneself(absence.assignment))
            absences.confirm_absence(absence=heard, by=SYSTEM)

    def _excuse(self, sheet, rows):
        for absence in self._waiting(rows):
            absences.excuse_absence(absence=absence, reason="有证明", by=SYSTEM)

    def _waiting(self, rows):
        return Absence.objects.filter(assignment__in=[row.assignment_id for row in rows], state="to_be_checked")[:1]


def work() -> None:
    """Let the worker do what waits."""
    for job in Job.objects.filter(kind=KIND, state="queued").order_by("pk"):
        jobs.run(job.pk)


def standing():
    """Return every score of a month that is not released, as it was computed."""
    rows = Score.objects.exclude(row__sheet__state="released").order_by("pk")
    return list(rows.values_list("row", "state", "points", "is_vetoed", "missing", "inputs", "digest"))


@pytest.mark.django_db
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@example(
    steps=[
        ("cell", 2, 0, 12, "K"), ("submit", 2), ("submit", 0), ("confirm", 2), ("count", 1, 0, 40), ("submit", 1),
        ("return", 0), ("count", 0, 0, None), ("submit", 0), ("accept", 0), ("release", 0), ("withdraw", 1),
        ("submit", 1), ("correct", 0, 1, 40), ("correct", 0, 0, 155),
    ],
    when={3, 6},
)  # fmt: skip
@example(steps=[("cell", 1, 1, 9, "U"), ("submit", 1), ("submit", 2), ("excuse", 1)], when=set())
@given(steps=st.lists(STEPS, min_size=4, max_size=14), when=st.sets(st.integers(0, 14)))
def test_what_followed_step_by_step_is_what_computing_all_gives(db, steps, when):
    with transaction.atomic():
        world = World()
        for n, step in enumerate(steps):
            world.do(step)
            if n in when:  # otherwise the worker is busy elsewhere, and several steps wait for it
                work()
        work()
        followed = standing()
        handed_in = AssignmentMonth.objects.handed_in()
        assert set(Score.objects.values_list("row", flat=True)) == set(handed_in.values_list("pk", flat=True))
        job = working.start_everything()
        jobs.run(job.pk)
        job.refresh_from_db()
        assert (job.state, job.result["written"], job.result["drifted"]) == ("done", 0, 0)
        Score.objects.exclude(row__sheet__state="released").delete()
        MonthSheet.objects.exclude(state="released").update(scored_revision=None)
        working.compute(by=SYSTEM)
        assert standing() == followed
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_the_same_inputs_always_have_the_same_digest():
    world = World()
    for number in range(3):
        world.do(("submit", number))
    work()
    before = standing()
    assert len(before) == 6
    Score.objects.all().delete()
    MonthSheet.objects.update(scored_revision=None)
    working.compute(by=SYSTEM)
    assert standing() == before


@pytest.mark.django_db
def test_a_correction_of_a_month_is_a_step_like_the_others():
    """So that the property above cannot pass by every correction being refused."""
    world = World()
    for step in (("submit", 0), ("submit", 1), ("accept", 0), ("release", 0), ("correct", 0, 1, 40)):
        world.do(step)
    work()
    assert MonthCorrection.objects.get().state == "approved"
