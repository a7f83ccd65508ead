"""Plans proposed in the background: solved, explained and written at once; fenced, tried again, left alone."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import transaction
from django.utils import translation

from assignments.allocation import computing, deciding, reading, services
from assignments.kinds import LineSource, MarkKind
from assignments.models import AllocationPlan, PlanGap, PlanLine, PlanMark
from assignments.states import PlanState
from deploy_admin.audit.models import Event
from deploy_admin.errors import RuleViolation
from deploy_admin.jobs.handlers import Claim, StaleToken
from deploy_admin.jobs.models import Job, JobState
from deploy_admin.jobs.services import running
from tests.assignments.allocation.factories import World, a_mark, pairs, run_last_job
from tests.assignments.allocation.test_governed import adopted
from tests.assignments.postings import CITY_OFFICER, district_officer

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    with translation.override("en"):
        yield World()


def refused(act, **said) -> RuleViolation:
    with pytest.raises(RuleViolation) as refusal:
        act(**said)
    return refusal.value


class TestProposing:
    def test_everybody_who_can_go_goes_and_the_plan_says_how_good_it_is(self, world):
        asked, other = world.asks(), world.asks(world.township, speciality="儿科")
        person, child = world.named(), world.named(speciality="儿科")
        plan = world.proposed()
        assert pairs(plan) == {(asked.pk, person.pk), (other.pk, child.pk)}
        assert (plan.state, plan.number, plan.based_on.number) == (PlanState.DRAFT, 2, 1)
        assert plan.solved_at is not None
        assert len(plan.inputs_digest) == 64
        stages = {each.id: each for each in reading.criteria(plan)}
        assert (stages["requests"].value, stages["requests"].optimal) == (2, True)
        assert stages["requests"].sentence == "2, the best there is"
        assert set(PlanLine.objects.filter(plan=plan).values_list("source", flat=True)) == {LineSource.SOLVER}

    def test_every_line_says_what_decided_it(self, world):
        asked = world.asks(also_accepts=["外科"])
        chosen = world.named("示范甲")
        world.named("示范乙", speciality="外科", at=world.second)
        plan = world.proposed()
        told = reading.why(plan, asked, chosen)
        assert told.told.result == "What decides: speciality."
        assert told.told.basis == "示范乙 comes after in “speciality”."

    def test_whatever_is_left_over_says_why_and_what_would_change_it(self, world):
        dentist = world.asks(speciality="口腔科")
        senior = world.asks(world.township, speciality="儿科", minimum_title="senior")
        world.named("示范丙", speciality="儿科")
        plan = world.proposed()
        shown = reading.Board(plan, CITY_OFFICER)
        told = {place.request_id: place.told for place in shown.detail(shown.rows)}
        assert told[dentist.pk].result == "Nobody of this speciality is nominated."
        assert "Have one more person of 口腔科 nominated." in told[dentist.pk].ways
        assert told[senior.pk].result == "Of those nominated in this speciality nobody can go."
        assert told[senior.pk].basis == "Nearest: 示范丙. The title is intermediate; at least senior is asked for."
        assert told[senior.pk].way == "Ask 示范卫生院 whether the title intermediate would do: then 示范丙 could go."
        (row,) = reading.left(plan, CITY_OFFICER)
        assert row.told.result == "No request that asks for this speciality is possible."

    def test_pins_and_bans_hold_and_are_taken_over(self, world):
        asked, other = world.asks(), world.asks(world.township)
        one, two, plan = world.named(), world.named(), world.plan()
        a_mark(plan, asked, one, MarkKind.BAN)
        a_mark(plan, other, one)
        new = world.proposed(plan)
        assert pairs(new) == {(other.pk, one.pk), (asked.pk, two.pk)}
        assert PlanMark.objects.filter(plan=new).count() == 2

    def test_a_pin_that_is_possible_no_more_is_told(self, world):
        asked, person, plan = world.asks(minimum_title="intermediate"), world.named("示范丁"), world.plan()
        a_mark(plan, asked, person)
        person.worker.titles.update(level="junior")
        new = world.proposed(plan)
        assert pairs(new) == set()
        (found,) = reading.findings(new)
        assert (found.code, found.refuses) == ("pin_broken", False)
        assert found.text.startswith("The pin of 示范丁 at 示范县医院 · 内科 could not be kept. May not go")

    def test_the_same_inputs_give_the_same_plan(self, world):
        for _ in range(3):
            world.asks(number=2)
            world.named()
        first = world.proposed()
        second = world.proposed(first)
        third = world.proposed(second)
        assert pairs(first) == pairs(second) == pairs(third)
        assert second.inputs_digest == third.inputs_digest

    def test_seats_are_kept_where_people_stay(self, world):
        asked, plan = world.asks(number=3), world.plan()
        stays = world.named()
        world.place(plan, asked, stays, seat=3)
        world.named()
        new = world.proposed(plan)
        assert PlanLine.objects.get(plan=new, nomination=stays).seat == 3
        assert sorted(PlanLine.objects.filter(plan=new).values_list("seat", flat=True)) == [1, 3]

    def test_the_policy_orders_the_stages(self, world):
        adopted()
        world.asks()
        world.named()
        plan = world.proposed()
        assert [stage["criterion_id"] for stage in plan.stages] == ["demand", "community", "owed"]
        assert plan.rule["policy"] == "model-order"

    def test_what_came_in_since_is_told(self, world):
        world.asks()
        plan = world.proposed()
        world.asks(world.township)
        world.named()
        assert {each.code for each in reading.findings(plan)} == {"requests_came_in", "nominations_came_in"}

    def test_a_proposed_plan_is_decided_like_any_other(self, world, monkeypatch):
        monkeypatch.setattr(deciding, "issue_decision", lambda **said: None)  # a second for each sheet
        world.asks(number=2)
        world.named()
        world.named()
        plan = world.decide(world.proposed())
        assert plan.state == PlanState.DECIDED
        assert len(world.assignments()) == 2
        again = world.proposed(plan)
        assert pairs(again) == set()

    def test_pins_that_a_decision_settled_are_not_taken_over(self, world, monkeypatch):
        monkeypatch.setattr(deciding, "issue_decision", lambda **said: None)  # a second for each sheet
        plan = world.decide(world.place(world.plan(), world.asks(), world.named()))
        new = world.proposed(plan)
        assert not PlanMark.objects.filter(plan=new).exists()
        assert reading.findings(new) == []

    def test_what_was_taken_out_by_hand_is_looked_into_when_asked(self, world):
        asked, person = world.asks(), world.named("示范戊")
        plan = world.proposed()
        services.unplace(plan=plan, nomination_id=person.pk, by=CITY_OFFICER)
        assert PlanGap.objects.get(plan=plan, request=asked).reason == {"code": "taken_out_by_hand"}
        assert reading.why(plan, asked, None).told.result == "Somebody without a place could go there."
        assert reading.why(plan, None, person).told.result == "A free place would suit."

    def test_who_does_not_run_the_campaign_proposes_nothing(self, world):
        plan = world.plan()
        refusal = refused(services.propose, plan=plan, by=district_officer(world.county))
        assert refusal.code in ("campaign_unknown", "not_permitted")

    def test_while_it_is_computed_nothing_is_proposed_from_it(self, world):
        solving = services.propose(plan=world.plan(), by=CITY_OFFICER)
        assert refused(services.propose, plan=solving, by=CITY_OFFICER).code == "plan_solving"


class TestTheJob:
    def test_the_plan_shows_the_work_while_it_waits(self, world):
        plan = services.propose(plan=world.plan(), name="示范测算", by=CITY_OFFICER)
        assert (plan.state, plan.name) == (PlanState.SOLVING, "示范测算")
        job = reading.Board(plan, CITY_OFFICER).job
        assert job is not None
        assert (job.state, job.params, job.url) == (JobState.QUEUED, {"plan": plan.pk}, plan.get_absolute_url())

    def test_done_twice_it_is_written_once(self, world):
        world.asks()
        world.named()
        plan = services.propose(plan=world.plan(), by=CITY_OFFICER)
        run_last_job()
        job = Job.objects.get(params__plan=plan.pk)
        Job.objects.filter(pk=job.pk).update(state=JobState.QUEUED, finished_at=None)
        assert running.run(job.pk) == JobState.DONE
        assert PlanLine.objects.filter(plan=plan).count() == 1
        assert Event.objects.filter(act="allocation.computed").count() == 1

    def test_a_stale_token_writes_nothing(self, world):
        world.asks()
        world.named()
        plan = services.propose(plan=world.plan(), by=CITY_OFFICER)
        job = Job.objects.get(params__plan=plan.pk)
        held = running.claim(job.pk)
        Job.objects.filter(pk=job.pk).update(token=held.token + 1)
        held.beats_elsewhere = True
        with pytest.raises(StaleToken), transaction.atomic():
            computing.work(held)
        plan.refresh_from_db()
        assert plan.state == PlanState.SOLVING
        assert not PlanLine.objects.filter(plan=plan).exists()

    def test_discarded_meanwhile_it_stays_discarded(self, world, monkeypatch):
        world.asks()
        world.named()
        plan = services.propose(plan=world.plan(), by=CITY_OFFICER)
        solve = computing.solve

        def meanwhile(*said, **more):
            services.discard(plan=AllocationPlan.objects.get(pk=plan.pk), by=CITY_OFFICER)
            return solve(*said, **more)

        monkeypatch.setattr(computing, "solve", meanwhile)
        assert run_last_job().state == JobState.DONE
        plan.refresh_from_db()
        assert plan.state == PlanState.DISCARDED
        assert not PlanLine.objects.filter(plan=plan).exists()

    def test_a_failure_is_shown_and_tried_again(self, world, monkeypatch):
        world.asks()
        world.named()
        plan = services.propose(plan=world.plan(), by=CITY_OFFICER)

        def broken(*said, **more):
            raise RuleViolation("示范故障", "broken")

        with monkeypatch.context() as patched:
            patched.setattr(computing, "solve", broken)
            run_last_job()
        job = reading.Board(AllocationPlan.objects.get(pk=plan.pk), CITY_OFFICER).job
        assert (job.state, job.error) == (JobState.FAILED, "示范故障")
        services.try_again(plan=plan, by=CITY_OFFICER)
        run_last_job()
        plan.refresh_from_db()
        assert (plan.state, PlanLine.objects.filter(plan=plan).count()) == (PlanState.DRAFT, 1)

    def test_what_waits_or_is_done_is_not_tried_again(self, world):
        plan = services.propose(plan=world.plan(), by=CITY_OFFICER)
        assert refused(services.try_again, plan=plan, by=CITY_OFFICER).code == "not_failed"
        run_last_job()
        plan.refresh_from_db()
        assert refused(services.try_again, plan=plan, by=CITY_OFFICER).code == "not_failed"

    def test_progress_counts_up_to_its_end(self, world):
        world.asks(starts_on=date(2027, 5, 1))
        world.named()
        services.propose(plan=world.plan(), by=CITY_OFFICER)
        job = run_last_job()
        assert job.progress_done == job.progress_total > computing.BESIDE
        assert job.result["lines"] == 1

    def test_a_plan_that_is_gone_is_no_fault(self, world):
        services.propose(plan=world.plan(), by=CITY_OFFICER)
        claim = Claim(0, 1, {"plan": 0}, CITY_OFFICER, 1)
        assert computing.work(claim) == {}
