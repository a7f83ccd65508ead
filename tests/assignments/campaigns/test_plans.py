"""Plans that change and plans taken back."""

from __future__ import annotations

from datetime import date

import pytest

from assignments.models import Assignment, PracticeSuspension, Segment, Slot, Transition
from assignments.services.placing import Refused, change_plan, withdraw_plans
from deploy_admin.audit.models import Event
from deploy_admin.errors import Conflict
from deploy_admin.jobs.models import Notice
from tests.assignments.campaigns.world import FIRST, World, codes
from tests.assignments.factories import of_unit
from tests.assignments.postings import CITY_OFFICER, an_assignment, on_post, suspended_for
from tests.people.factories import refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def plan(world) -> Assignment:
    return world.place()[0]


def change(plan: Assignment, *, by=CITY_OFFICER, version=None, accept=(), **facts) -> Assignment:
    return change_plan(assignment=plan, facts=facts, version=version or plan.version, accept=accept, by=by)


def withdraw(*plans: Assignment, by=CITY_OFFICER, reason: str = "本人来不了", **more) -> list[Assignment]:
    return withdraw_plans(assignments=list(plans), reason=reason, by=by, **more)


def test_another_receiver_and_other_days_move_the_piece_and_the_end(world, plan):
    change(plan, receiving_unit_id=world.township.pk, starts_on=date(2027, 4, 1), term_months=13)
    plan.refresh_from_db()
    assert (plan.receiving_unit, plan.starts_on, plan.ends_on) == (world.township, date(2027, 4, 1), date(2028, 4, 30))
    assert (plan.term_ends_on, plan.state, plan.version) == (date(2028, 4, 30), "planned", 2)
    piece = Segment.objects.get(assignment=plan)
    assert (piece.receiving_unit, piece.valid_from) == (world.township, date(2027, 4, 1))
    assert Slot.objects.get().receiving_unit == world.township
    step = Transition.objects.get(assignment=plan, act="plan_changed")
    assert step.detail["from"] == {
        "receiving_unit_id": world.receiver.pk,
        "starts_on": "2027-03-10",
        "term_months": 12,
    }
    assert step.detail["to"]["starts_on"] == "2027-04-01"
    assert Event.objects.filter(act="assignments.plan_changed").count() == 1


def test_a_department_is_changed_without_asking_the_rules_again(world, plan):
    world.person.titles.update(level="junior")
    change(plan, department="儿科", supervisor="示范导师", roster_pattern="shift", speciality="儿科")
    plan.refresh_from_db()
    assert (plan.department, plan.supervisor, plan.roster_pattern, plan.speciality) == (
        "儿科", "示范导师", "shift", "儿科",
    )  # fmt: skip
    with refused("not_eligible"):
        change(plan, term_months=13)


def test_a_changed_plan_is_checked_as_a_new_one_but_not_against_itself(world, plan):
    with pytest.raises(Refused) as refusal:
        change(plan, term_months=2)
    assert codes(refusal.value.findings[0]) == ["term_not_as_asked", "segment_too_short"]
    change(plan, term_months=2, accept={"term_not_as_asked", "segment_too_short"})
    step = Transition.objects.get(assignment=plan, act="plan_changed")
    assert set(step.detail["accepted"]) == {"term_not_as_asked", "segment_too_short"}


def test_a_plan_does_not_grow_into_another_assignment(world, plan):
    an_assignment(world.person, receiver=world.township, starts_on=date(2028, 3, 10))
    with refused("in_two_places") as refusal:
        change(plan, term_days=1)
    assert "示范卫生院" in refusal.value.message


def test_the_senders_statement_goes_on_speaking_of_the_first_day(world, plan):
    stated = suspended_for(plan, valid_from=FIRST)
    change(plan, starts_on=date(2027, 3, 15))
    stated.refresh_from_db()
    assert stated.valid_from == date(2027, 3, 15)


def test_a_plan_changed_meanwhile_is_refused_with_both_values(plan):
    change(plan, department="儿科")
    with pytest.raises(Conflict) as conflict:
        change(plan, version=1, department="内科")
    assert conflict.value.context["theirs"]["department"] == "儿科"


def test_what_has_begun_is_no_plan(world):
    begun = on_post(world.person, receiver=world.receiver, campaign=world.campaign)
    with refused("past_planning"):
        change(begun, term_months=13)
    with refused("past_planning"):
        withdraw(begun)


def test_nothing_to_change_and_a_pattern_unknown_are_said(plan):
    with refused("nothing_to_change"):
        change(plan, term_months=12)
    with refused("pattern_unknown"):
        change(plan, roster_pattern="sometimes")


def test_a_renewal_stays_where_and_when_the_term_before_it_ends(world):
    before = on_post(world.person, receiver=world.receiver)
    renewal = an_assignment(world.person, receiver=world.receiver, starts_on=date(2027, 3, 10), renews=before)
    with refused("renewal_follows"):
        change(renewal, receiving_unit_id=world.township.pk)
    assert change(renewal, department="儿科").department == "儿科"


def test_only_who_runs_the_campaign_changes_its_plans(world, plan):
    for actor in (of_unit(world.hospital), world.county_officer()):
        with refused("not_permitted"):
            change(plan, by=actor, department="儿科")
        with refused("not_permitted"):
            withdraw(plan, by=actor)


# ------------------------------------------------------------ taking back


def test_a_plan_taken_back_is_kept_as_a_trace_and_frees_the_person(world, plan):
    stated = suspended_for(plan)
    withdraw(plan)
    plan.refresh_from_db()
    stated.refresh_from_db()
    assert plan.state == "withdrawn"
    assert stated.withdrawn_at is not None
    step = Transition.objects.get(assignment=plan, act="plan_withdrawn")
    assert (step.from_state, step.to_state, step.reason) == ("planned", "withdrawn", "本人来不了")
    assert world.findings(world.row()) == []
    assert not Notice.objects.open().filter(key__startswith="campaigns.placed:").exists()


def test_several_are_taken_back_at_once_or_none(world, plan):
    (other,) = world.place(world.row(world.physician()))
    begun = on_post(world.physician(), receiver=world.receiver, campaign=world.campaign)
    with refused("past_planning"):
        withdraw(plan, other, begun)
    withdraw(plan, other)
    assert set(Assignment.objects.filter(state="withdrawn")) == {plan, other}
    assert Event.objects.get(act="assignments.plan_withdrawn").detail["count"] == 2


def test_taking_back_says_why_and_what_version_was_read(plan):
    with refused("reason_missing"):
        withdraw(plan, reason=" ")
    with refused("stale_version"):
        withdraw(plan, versions={plan.pk: 7})


def test_a_slot_whose_replacement_is_taken_back_waits_again(world):
    left = an_assignment(
        world.physician(),
        receiver=world.receiver,
        campaign=world.campaign,
        starts_on=date(2026, 3, 10),
        state="ended_early",
    )
    Slot.objects.filter(pk=left.slot_id).update(replacement_due_on=date(2026, 5, 10))
    (placed,) = world.place(world.row(slot_id=left.slot_id))
    assert Slot.objects.get(pk=left.slot_id).replacement_due_on is None
    withdraw(placed)
    assert Slot.objects.get(pk=left.slot_id).replacement_due_on == date(2026, 11, 22)
    assert PracticeSuspension.objects.count() == 0
