"""Scoring while months move: what is computed from an older state is dropped, and nothing that is owed is missed."""

from __future__ import annotations

import threading

import pytest
from django.db import transaction

from appraisals.models import Score, Workload
from appraisals.scoring import computing, working
from appraisals.scoring.working import KIND
from assignments.models import MonthSheet
from assignments.services import months_hooks
from deploy_admin.access import SYSTEM
from deploy_admin.jobs import services as jobs
from deploy_admin.jobs.models import Job
from tests.appraisals.scoring.factories import VISITS, a_month_of, compute, score_of, weighed
from tests.quotas.test_races import together

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

WAIT = 10


def test_a_slow_computation_of_an_older_state_never_overwrites_the_newer(monkeypatch):
    weighed()
    row = a_month_of()
    read, moved = threading.Event(), threading.Event()
    real = computing.results

    def slow(choosing, months):
        found = list(real(choosing, months))
        if threading.current_thread().name == "slow":
            read.set()
            assert moved.wait(WAIT)
        return found

    monkeypatch.setattr(computing, "results", slow)

    def older():
        threading.current_thread().name = "slow"
        return compute(row)

    def newer():
        assert read.wait(WAIT)
        Workload.objects.filter(row=row, indicator__code=VISITS).update(value=80)
        months_hooks.touch({row.sheet_id})
        written = compute(row)
        moved.set()
        return written

    assert together(older, newer) == [0, 1]
    assert str(score_of(row).points) == "80.00"
    sheet = MonthSheet.objects.get()
    assert sheet.scored_revision == sheet.revision


def test_a_submit_that_joins_a_waiting_job_is_met_by_it():
    weighed()
    first, second = a_month_of(), a_month_of()
    job = working.start_owed()
    joined, claimed = threading.Event(), threading.Event()

    def submit():
        with transaction.atomic():
            MonthSheet.objects.filter(pk=second.sheet_id).update(revision=5)
            months_hooks.touch({second.sheet_id})
            joined.set()
            # The worker cannot begin before this is written down.
            assert not claimed.wait(0.5)
        return Job.objects.filter(kind=KIND).count()

    def worker():
        assert joined.wait(WAIT)
        held = jobs.claim(job.pk)
        claimed.set()
        assert held is not None
        return working._work(held)["written"]

    assert together(submit, worker) == [1, 2]
    assert not computing.owed().exists()
    assert set(Score.objects.values_list("row", flat=True)) == {first.pk, second.pk}


def test_two_computations_at_once_write_each_score_once():
    weighed()
    row = a_month_of()
    for _ in range(3):
        a_month_of(sheet=row.sheet)
    answers = together(lambda: compute(row), lambda: compute(row))
    assert sorted(answers) == [0, 4]
    assert Score.objects.count() == 4


def test_a_sheet_taken_back_while_it_is_scored_keeps_no_score():
    weighed()
    for _ in range(3):
        row = a_month_of()

        def back(row=row):
            with transaction.atomic():
                sheet = MonthSheet.objects.select_for_update().get(pk=row.sheet_id)
                sheet.state, sheet.revision = "draft", sheet.revision + 1
                sheet.save(update_fields=["state", "revision"])
                months_hooks.changed({row.sheet_id})

        together(back, lambda row=row: compute(row))
        assert not Score.objects.filter(row=row).exists()
        assert working.compute(by=SYSTEM) == 0
