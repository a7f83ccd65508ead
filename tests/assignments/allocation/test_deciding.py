"""The decision: planned assignments of a plan, once, on a basis; refused with names where anything changed since."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import translation

from assignments.allocation import deciding, holding
from assignments.allocation.deciding import PlanRefused, warnings
from assignments.models import Assignment, PlanLine, Slot
from assignments.states import PlanState
from deploy_admin.audit.models import Event
from deploy_admin.errors import Conflict, RuleViolation
from deploy_admin.jobs.models import Notice
from tests.assignments.allocation.factories import BASIS, World, a_line, a_plan
from tests.assignments.postings import CITY_OFFICER, an_assignment, district_officer

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(request, monkeypatch):
    """The world; the paper of a decision takes a second and is issued only where a test asks for it."""
    if "paper" not in request.node.name:
        monkeypatch.setattr(deciding, "issue_decision", lambda **said: None)
    with translation.override("en"):
        yield World()


@pytest.fixture
def ready(world):
    """A plan with one pairing placed by hand."""
    world.asked, world.who = world.asks(), world.named("示范丁")
    world.made = world.place(world.plan(), world.asked, world.who)
    return world


def refused(act, **said) -> RuleViolation:
    with pytest.raises(RuleViolation) as refusal:
        act(**said)
    return refusal.value


class TestDeciding:
    def test_everybody_of_the_plan_has_a_planned_assignment(self, ready):
        later = ready.asks(ready.township, starts_on=date(2027, 5, 1))
        second = ready.named("示范戊")
        ready.place(ready.made, later, second)
        plan = ready.decide(ready.made)
        found = {row.worker_id: row for row in ready.assignments()}
        assert found.keys() == {ready.who.worker_id, second.worker_id}
        first, other = found[ready.who.worker_id], found[second.worker_id]
        assert (first.receiving_unit_id, first.sending_unit_id) == (ready.receiver.pk, ready.hospital.pk)
        assert (first.starts_on, first.ends_on) == (date(2027, 3, 10), date(2028, 3, 9))
        assert (other.starts_on, other.ends_on) == (date(2027, 5, 1), date(2028, 4, 30))
        assert {line.assignment_id for line in PlanLine.objects.filter(plan=plan)} == {first.pk, other.pk}

    def test_the_plan_keeps_its_basis_and_its_paper(self, ready):
        plan = ready.decide(ready.made)
        assert (plan.state, plan.decision) == (PlanState.DECIDED, 1)
        assert (plan.deciding_body, plan.meeting_on) == (BASIS["deciding_body"], BASIS["meeting_on"])
        assert plan.decided_by_name == CITY_OFFICER.name
        assert plan.paper is not None
        told = Event.objects.get(act="allocation.decided")
        assert told.detail["people"] == 1
        assert told.detail["document_number"] == BASIS["document_number"]

    def test_the_units_are_told(self, ready):
        ready.decide(ready.made)
        assert set(Notice.objects.filter(key__startswith="campaigns.placed:").values_list("code", flat=True)) == {
            "campaigns.people_placed",
            "campaigns.people_coming",
        }

    def test_the_place_says_the_speciality_asked_for(self, world):
        asked = world.asks(speciality="全科", also_accepts=["内科"])
        world.decide(world.place(world.plan(), asked, world.named()))
        assert Slot.objects.get(campaign=world.campaign).speciality == "全科"

    def test_a_second_decision_places_the_rest(self, ready):
        ready.decide(ready.made)
        again, person = ready.asks(ready.township), ready.named()
        plan = ready.decide(ready.place(ready.plan(), again, person))
        assert plan.decision == 2
        assert len(ready.assignments()) == 2

    def test_what_is_settled_is_not_given_away_again(self, ready):
        ready.decide(ready.made)
        other = ready.named()
        refusal = refused(ready.place, plan=ready.plan(), request=ready.asked, nomination=other)
        assert refusal.code == "request_settled"
        refusal = refused(ready.place, plan=ready.plan(), request=ready.asks(ready.township), nomination=ready.who)
        assert refusal.code == "placed_by_decision"

    def test_a_plan_taken_back_frees_its_place(self, ready):
        ready.decide(ready.made)
        Assignment.objects.filter(campaign=ready.campaign).update(state="withdrawn")
        plan = ready.place(ready.plan(), ready.asked, ready.who)
        assert PlanLine.objects.get(plan=plan).request_id == ready.asked.pk


class TestRefusals:
    @pytest.mark.parametrize(
        ("said", "code", "field"),
        [
            ({"deciding_body": " "}, "basis_missing", "deciding_body"),
            ({"meeting_on": None}, "basis_missing", "meeting_on"),
            ({"document": "", "document_number": ""}, "basis_missing", "document_number"),
            ({"meeting_on": date(2026, 11, 23)}, "meeting_in_future", "meeting_on"),
        ],
    )
    def test_a_decision_has_a_basis(self, ready, said, code, field):
        refusal = refused(ready.decide, plan=ready.made, **said)
        assert refusal.code == code
        assert field in refusal.fields
        assert ready.assignments() == []

    def test_nobody_placed_is_nothing_to_decide(self, world):
        assert refused(world.decide, plan=world.plan()).code == "nothing_to_decide"

    def test_another_plan_was_decided_meanwhile(self, ready):
        late = ready.place(ready.plan(), ready.asks(ready.township), ready.named())
        ready.decide(ready.made)
        assert refused(ready.decide, plan=late).code == "decided_meanwhile"

    def test_a_plan_is_decided_once(self, ready):
        plan = ready.decide(ready.made)
        assert refused(ready.decide, plan=plan).code == "plan_not_draft"

    def test_a_version_not_read_is_a_conflict(self, ready):
        with pytest.raises(Conflict):
            ready.decide(ready.made, version=1)

    def test_who_only_looks_on_does_not_decide(self, ready):
        stranger = district_officer(ready.county)
        assert refused(ready.decide, plan=ready.made, by=stranger).code in ("campaign_unknown", "not_permitted")

    def test_the_database_has_one_decision_of_a_number(self, ready):
        ready.decide(ready.made)
        with pytest.raises(RuleViolation) as refusal:
            holding.write(
                a_plan(ready.campaign),
                BASIS | {"state": PlanState.DECIDED, "decision": 1, "decided_at": ready.made.decided_at},
            )
        assert refusal.value.code == "decided_meanwhile"


class TestStaleInputs:
    def test_a_struck_request_refuses_by_name(self, ready):
        ready.asked.state, ready.asked.struck_reason = "struck", "示范理由"
        ready.asked.save()
        refusal = refused(ready.decide, plan=ready.made)
        assert refusal.code == "request_gone"
        assert "示范丁" in refusal.message
        assert "示范县医院" in refusal.message

    def test_a_list_sent_back_refuses_by_name(self, ready):
        filed = ready.who.filed_list
        filed.state, filed.reason = "returned", "示范理由"
        filed.save()
        refusal = refused(ready.decide, plan=ready.made)
        assert (refusal.code, "示范丁" in refusal.message) == ("nomination_gone", True)

    def test_fewer_places_than_before_refuse(self, world):
        asked, plan = world.asks(number=2), world.plan()
        world.place(plan, asked, world.named())
        world.place(plan, asked, world.named())
        asked.number = 1
        asked.save()
        assert refused(world.decide, plan=plan).code == "seat_gone"

    def test_a_title_that_is_lost_refuses(self, world):
        asked, person = world.asks(minimum_title="intermediate"), world.named("示范己")
        plan = world.place(world.plan(), asked, person)
        person.worker.titles.update(level="junior")
        refusal = refused(world.decide, plan=plan, accept={"changed_since"})
        assert refusal.code in ("title_too_low", "person_may_not_go")
        assert "示范己" in refusal.message

    def test_somebody_placed_elsewhere_meanwhile_refuses(self, ready):
        an_assignment(ready.who.worker, receiver=ready.township, starts_on=date(2027, 4, 1))
        refusal = refused(ready.decide, plan=ready.made)
        assert refusal.code == "elsewhere_then"
        assert "示范卫生院" in refusal.message

    def test_a_change_that_leaves_the_pairing_possible_is_accepted_knowingly(self, ready):
        ready.asked.version += 1
        ready.asked.save()
        refusal = refused(ready.decide, plan=ready.made)
        assert (refusal.code, [each.code for each in refusal.findings]) == ("changed_since", ["changed_since"])
        plan = ready.decide(ready.made, accept={"changed_since"})
        assert plan.state == PlanState.DECIDED
        assert Event.objects.get(act="allocation.decided").detail["accepted"] == ["changed_since"]

    def test_what_placing_warns_of_is_told_and_accepted(self, world):
        undetermined = world.physician("示范庚", title=None)
        plan = world.place(world.plan(), world.asks(), world.named(undetermined))
        with pytest.raises(PlanRefused) as refusal:
            world.decide(plan)
        assert refusal.value.code == "eligibility_undetermined"
        assert [each.nomination_id for each in refusal.value.findings] == [PlanLine.objects.get().nomination_id]
        world.decide(plan, accept={"eligibility_undetermined"})
        step = world.assignments()[0].transitions.get(act="placed")
        assert list(step.detail["accepted"]) == ["eligibility_undetermined"]

    def test_who_leaves_before_the_end_of_a_later_term_is_told(self, world):
        asked = world.asks(starts_on=date(2027, 5, 1))
        plan = world.place(world.plan(), asked, world.named(possible_to=date(2028, 3, 9)))
        assert refused(world.decide, plan=plan).code == "leaves_early"
        assert world.decide(plan, accept={"leaves_early"}).decision == 1

    def test_nothing_is_written_where_one_of_many_is_refused(self, ready):
        gone = ready.asks(ready.township)
        ready.place(ready.made, gone, ready.named())
        gone.state, gone.struck_reason = "struck", "示范理由"
        gone.save()
        refused(ready.decide, plan=ready.made)
        ready.made.refresh_from_db()
        assert (ready.made.state, ready.assignments()) == (PlanState.DRAFT, [])

    def test_several_reasons_are_counted_and_the_first_is_told(self, world):
        plan = world.plan()
        for _ in range(2):
            a_line(plan, world.asks(state="struck"), world.named())
        refusal = refused(world.decide, plan=plan)
        assert refusal.code == "inputs_changed"
        assert "And 1 more." in refusal.message
        assert len(refusal.context["findings"]) == 2


class TestWarnings:
    def test_the_page_of_the_decision_shows_both_the_plans_and_placings(self, ready):
        undetermined = ready.named(ready.physician("示范辛", title=None))
        ready.place(ready.made, ready.asks(ready.township), undetermined)
        ready.asked.version += 1
        ready.asked.save()
        assert {each.code for each in warnings(ready.made, CITY_OFFICER)} == {
            "changed_since",
            "eligibility_undetermined",
        }
        assert ready.assignments() == []

    def test_asking_takes_the_same_number_of_queries_however_many_there_are(
        self, ready, django_assert_max_num_queries, django_assert_num_queries
    ):
        with django_assert_max_num_queries(200) as first:
            warnings(ready.made, CITY_OFFICER)
        for _ in range(4):
            ready.place(ready.made, ready.asks(ready.township), ready.named())
        with django_assert_num_queries(len(first)):
            warnings(ready.made, CITY_OFFICER)
