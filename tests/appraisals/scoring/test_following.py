"""What follows when months move: work owed in the same transaction, fenced, taken up again, never lost."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import transaction

from appraisals.models import Score, Workload
from appraisals.scoring import computing, following, tasks, working
from appraisals.scoring.working import KIND
from assignments.models import MonthSheet
from assignments.services import months_hooks
from deploy_admin import clock
from deploy_admin.access import SYSTEM
from deploy_admin.errors import RuleViolation
from deploy_admin.jobs import services as jobs
from deploy_admin.jobs.handlers import Claim, StaleToken
from deploy_admin.jobs.models import Job, JobState
from deploy_admin.months import Month
from tests.appraisals.scoring.factories import (
    AGAINST_ONESELF,
    VISITS,
    a_month_of,
    compute,
    score_of,
    weighed,
)
from tests.appraisals.scoring.test_computing import WEIGHED_HALF, a_successor
from tests.appraisals.workload.factories import a_unit
from tests.assignments.months.factories import OCTOBER
from tests.assignments.postings import on_post

pytestmark = pytest.mark.django_db


def run(job):
    return jobs.run(job.pk)


class TestTheHook:
    def test_a_sheet_that_moves_is_owed_and_a_job_waits_for_it(self):
        weighed()
        row = a_month_of()
        months_hooks.touch({row.sheet_id})
        job = Job.objects.get(kind=KIND)
        assert (job.state, job.params) == (JobState.QUEUED, {"scope": "owed"})
        assert run(job) == JobState.DONE
        assert str(score_of(row).points) == "100.00"
        assert score_of(row).run_id == job.pk
        assert not computing.owed().exists()

    def test_several_submits_share_the_job_that_still_waits(self):
        weighed()
        rows = [a_month_of(a_unit()) for _ in range(3)]
        for row in rows:
            months_hooks.touch({row.sheet_id})
        assert Job.objects.filter(kind=KIND).count() == 1
        run(Job.objects.get(kind=KIND))
        assert Score.objects.count() == 3

    def test_a_change_rolled_back_owes_nothing(self):
        weighed()
        row = a_month_of()
        with transaction.atomic():
            months_hooks.touch({row.sheet_id})
            transaction.set_rollback(True)
        assert not Job.objects.filter(kind=KIND).exists()

    def test_the_scores_of_a_sheet_that_goes_back_go_at_once(self):
        weighed()
        row = a_month_of()
        compute(row)
        MonthSheet.objects.update(state="draft", revision=2)
        months_hooks.changed({row.sheet_id})
        assert not Score.objects.exists()
        assert MonthSheet.objects.get().scored_revision is None
        assert not Job.objects.filter(kind=KIND).exists()

    def test_a_later_month_that_looks_back_is_owed_too(self):
        weighed(AGAINST_ONESELF)
        unit = a_unit()
        who = on_post(receiver=unit, starts_on=date(2026, 3, 10))
        earlier = a_month_of(unit, who, month=Month(date(2026, 9, 1)), counts={VISITS: 100})
        later = a_month_of(unit, who, counts={VISITS: 50})
        compute(earlier, later)
        assert str(score_of(later).points) == "50.00"
        Workload.objects.filter(row=earlier).update(value=50)
        months_hooks.touch({earlier.sheet_id})
        assert set(computing.owed().values_list("pk", flat=True)) == {earlier.sheet_id, later.sheet_id}
        run(Job.objects.get(kind=KIND))
        assert str(score_of(later).points) == "100.00"

    def test_what_was_released_does_not_look_back_again(self):
        weighed(AGAINST_ONESELF)
        unit = a_unit()
        who = on_post(receiver=unit, starts_on=date(2026, 3, 10))
        earlier = a_month_of(unit, who, month=Month(date(2026, 9, 1)), counts={VISITS: 100})
        later = a_month_of(unit, who, counts={VISITS: 50})
        MonthSheet.objects.filter(pk=later.sheet_id).update(
            state="released", accepted_at=clock.now(), accepted_by_name="示范", released_at=clock.now()
        )
        assert following.looking_back([earlier.sheet_id]) == set()

    def test_without_such_a_clause_no_later_month_moves(self):
        weighed()
        unit = a_unit()
        who = on_post(receiver=unit, starts_on=date(2026, 3, 10))
        earlier = a_month_of(unit, who, month=Month(date(2026, 9, 1)))
        a_month_of(unit, who)
        assert following.looking_back([earlier.sheet_id]) == set()


class TestJobs:
    def test_what_the_broker_lost_is_found_by_the_schedule(self):
        weighed()
        row = a_month_of()
        started = tasks.score_owed()
        assert started is not None
        assert tasks.score_owed() is None  # somebody is about to do it
        jobs.run(started)
        assert tasks.score_owed() is None
        assert str(score_of(row).points) == "100.00"

    def test_after_a_failure_it_rests_before_it_is_tried_again(self):
        weighed()
        a_month_of()
        Job.objects.create(
            kind=KIND,
            title="x",
            params={"scope": "owed"},
            state="failed",
            error_code="x",
            error="x",
            finished_at=clock.now(),
        )
        assert tasks.score_owed() is None
        Job.objects.update(finished_at=clock.now() - 2 * working.REST)
        assert tasks.score_owed() is not None

    def test_a_stale_token_writes_nothing(self):
        weighed()
        row = a_month_of()
        job = working.start_owed()
        Job.objects.filter(pk=job.pk).update(state="running", token=2, heartbeat_at=clock.now(), claimed_by="x")
        old = Claim(job.pk, 1, job.params, SYSTEM, 1)
        with pytest.raises(StaleToken), transaction.atomic():
            working.compute([row.sheet_id], claim=old, by=SYSTEM)
        assert not Score.objects.exists()
        assert MonthSheet.objects.get().scored_revision is None

    def test_killed_between_chunks_it_goes_on_where_it_was(self, monkeypatch):
        weighed()
        rows = [a_month_of(a_unit()) for _ in range(4)]
        compute(*rows)
        Score.objects.update(digest="x", points=1)
        monkeypatch.setattr(computing, "CHUNK", 1)
        met = []
        real = computing._chunk

        def dying(ids, counts, **more):
            if len(met) == 2:
                raise KeyboardInterrupt
            met.append(ids)
            real(ids, counts, **more)

        monkeypatch.setattr(computing, "_chunk", dying)
        job = working.start_month(month=OCTOBER, by=SYSTEM)
        with pytest.raises(KeyboardInterrupt):
            run(job)
        assert Score.objects.filter(points=100).count() == 2
        job.refresh_from_db()
        assert (job.state, job.params["after"]) == (JobState.RUNNING, rows[1].sheet_id)
        Job.objects.filter(pk=job.pk).update(state="queued")
        monkeypatch.setattr(
            computing, "_chunk", lambda ids, counts, **more: (met.append(ids), real(ids, counts, **more))
        )
        assert run(job) == JobState.DONE
        assert [pk for ids in met for pk in ids] == [row.sheet_id for row in rows]
        assert Score.objects.filter(points=100).count() == 4
        job.refresh_from_db()
        assert (job.result["rows"], job.result["drifted"]) == (4, 4)

    def test_a_run_of_everything_finds_nothing_after_what_follows(self):
        weighed()
        rows = [a_month_of(a_unit()), a_month_of(a_unit(), month=Month(date(2026, 9, 1)))]
        for row in rows:
            months_hooks.touch({row.sheet_id})
        run(Job.objects.get(kind=KIND))
        job = working.start_everything()
        assert working.start_everything() == job
        assert run(job) == JobState.DONE
        job.refresh_from_db()
        assert job.result == {"rows": 2, "written": 0, "removed": 0, "drifted": 0, "examples": []}

    def test_a_month_nobody_handed_in_is_refused(self):
        with pytest.raises(RuleViolation) as refusal:
            working.start_month(month=OCTOBER, by=SYSTEM)
        assert refusal.value.code == "nothing_handed_in"

    def test_asked_twice_it_is_one_job(self):
        weighed()
        a_month_of()
        assert working.start_month(month=OCTOBER, by=SYSTEM) == working.start_month(month=OCTOBER, by=SYSTEM)

    def test_the_task_of_a_month_scores_it(self):
        weighed()
        row = a_month_of()
        assert tasks.compute_month("2026-10-01") == 1
        assert tasks.compute_month("2026-10-01") == 0
        assert str(score_of(row).points) == "100.00"


class TestAdoption:
    def test_months_from_its_first_day_on_are_scored_anew(self):
        weighed()
        unit = a_unit()
        who = on_post(receiver=unit, starts_on=date(2026, 3, 10))
        before = a_month_of(unit, who, month=Month(date(2026, 9, 1)))
        after = a_month_of(unit, who)
        released = a_month_of(a_unit())
        compute(before, after, released)
        MonthSheet.objects.filter(pk=released.sheet_id).update(
            state="released", accepted_at=clock.now(), accepted_by_name="示范", released_at=clock.now()
        )
        version = a_successor(WEIGHED_HALF, date(2026, 10, 1))
        assert tasks.after_adoption(version.pk) == 1
        run(Job.objects.get(kind=KIND))
        points = [str(score_of(row).points) for row in (before, after, released)]
        assert points == ["100.00", "80.00", "100.00"]
        assert score_of(after).policy_version == version

    def test_a_policy_without_a_month_clause_moves_nothing(self):
        from tests.policies.factories import an_adopted

        weighed()
        compute(a_month_of())
        assert tasks.after_adoption(an_adopted().pk) == 0
        assert tasks.after_adoption(0) == 0

    def test_another_calendar_moves_its_year(self):
        weighed()
        compute(a_month_of())
        assert (tasks.after_calendar(2025), tasks.after_calendar(2026)) == (0, 1)
        assert Job.objects.filter(kind=KIND).count() == 1
