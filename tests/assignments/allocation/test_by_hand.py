"""Plans made by hand: placed, moved, taken out, pinned and banned; every refusal with its sentence."""

from __future__ import annotations

import pytest
from django.utils import translation

from assignments.allocation import services
from assignments.kinds import LineSource, MarkKind
from assignments.models import PlanGap, PlanLine, PlanMark
from deploy_admin.errors import Conflict, RuleViolation
from tests.assignments.allocation.factories import World, a_gap, a_line, a_plan, pairs
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


class TestPlacing:
    def test_a_person_is_placed_on_the_first_seat_by_hand_and_pinned(self, world):
        asked, person, plan = world.asks(number=2), world.named(), world.plan()
        world.place(plan, asked, person, version=1)
        line = PlanLine.objects.get(plan=plan)
        assert (line.request_id, line.nomination_id, line.seat, line.source) == (
            asked.pk,
            person.pk,
            1,
            LineSource.HAND,
        )
        assert PlanMark.objects.get(plan=plan).kind == MarkKind.PIN
        assert plan.version == 2
        assert {mark["criterion"]: mark["verdict"] for mark in line.reason["marks"]}["speciality"] == "yes"
        assert line.reason["seen"]["request"] == 1

    def test_who_has_another_place_moves_and_leaves_it_open(self, world):
        first, second, person, plan = world.asks(), world.asks(world.township), world.named(), world.plan()
        world.place(plan, first, person)
        world.place(plan, second, person)
        assert pairs(plan) == {(second.pk, person.pk)}
        assert PlanMark.objects.get(plan=plan, kind=MarkKind.PIN).request_id == second.pk
        assert PlanGap.objects.get(plan=plan).request_id == first.pk

    def test_gaps_follow_what_is_placed(self, world):
        asked, person, plan = world.asks(number=2), world.named(), world.plan()
        a_gap(plan, request=asked, places=2)
        a_gap(plan, nomination=person)
        world.place(plan, asked, person)
        assert list(PlanGap.objects.filter(plan=plan).values_list("request_id", "places")) == [(asked.pk, 1)]
        services.unplace(plan=plan, nomination_id=person.pk, by=CITY_OFFICER)
        assert set(PlanGap.objects.filter(plan=plan).values_list("request_id", "nomination_id", "places")) == {
            (asked.pk, None, 2),
            (None, person.pk, 0),
        }

    def test_a_seat_can_be_said_and_changed(self, world):
        asked, person, plan = world.asks(number=2), world.named(), world.plan()
        world.place(plan, asked, person, seat=2)
        assert PlanLine.objects.get(plan=plan).seat == 2
        world.place(plan, asked, person, seat=1)
        assert PlanLine.objects.get(plan=plan).seat == 1
        assert PlanGap.objects.filter(plan=plan).count() == 0

    def test_a_full_request_says_who_has_its_place(self, world):
        asked, person, other, plan = world.asks(), world.named("示范甲"), world.named("示范乙"), world.plan()
        world.place(plan, asked, person)
        refusal = refused(world.place, plan=plan, request=asked, nomination=other)
        assert refusal.code == "request_full"
        assert "示范甲" in refusal.message
        assert pairs(plan) == {(asked.pk, person.pk)}

    def test_the_same_place_again_is_refused(self, world):
        asked, person, plan = world.asks(), world.named(), world.plan()
        world.place(plan, asked, person)
        assert refused(world.place, plan=plan, request=asked, nomination=person).code == "placed_already"

    @pytest.mark.parametrize(
        ("request_says", "person_says", "code"),
        [
            ({"speciality": "儿科"}, {}, "speciality_differs"),
            ({"staff_category": "nursing"}, {}, "staff_category_differs"),
            ({"minimum_title": "senior"}, {}, "title_too_low"),
            ({}, {"possible_to": "2027-06-30"}, "not_possible_then"),
        ],
    )
    def test_what_is_never_traded_refuses_with_its_sentence(self, world, request_says, person_says, code):
        asked, person, plan = world.asks(**request_says), world.named(**person_says), world.plan()
        refusal = refused(world.place, plan=plan, request=asked, nomination=person)
        assert refusal.code == code
        assert refusal.message.endswith(".")
        assert pairs(plan) == set()

    def test_a_wider_speciality_will_do_where_the_request_says_so(self, world):
        asked = world.asks(speciality="全科", also_accepts=["内科"])
        plan = world.place(world.plan(), asked, world.named())
        marks = {mark["criterion"]: mark["verdict"] for mark in PlanLine.objects.get(plan=plan).reason["marks"]}
        assert marks["speciality"] == "relaxed"

    def test_who_may_not_go_is_not_placed(self, world):
        asked, plan = world.asks(), world.plan()
        person = world.named(world.physician("示范丙", title="234"))
        refusal = refused(world.place, plan=plan, request=asked, nomination=person)
        assert refusal.code == "person_may_not_go"
        assert "Physicians who are sent" in refusal.message

    def test_requests_and_people_that_do_not_stand_are_refused(self, world):
        plan, person, asked = world.plan(), world.named(), world.asks()
        struck = world.asks(world.township, state="struck")
        gone = world.named(state="struck")
        assert refused(world.place, plan=plan, request=struck, nomination=person).code == "request_unknown"
        assert refused(world.place, plan=plan, request=asked, nomination=gone).code == "nomination_unknown"

    def test_a_plan_changed_meanwhile_is_a_conflict(self, world):
        asked, person, plan = world.asks(), world.named(), world.plan()
        with pytest.raises(Conflict):
            world.place(plan, asked, person, version=7)

    @pytest.mark.parametrize("state", ["solving", "decided", "discarded"])
    def test_only_drafts_are_changed(self, world, state):
        plan = a_plan(world.campaign, state=state)
        refusal = refused(world.place, plan=plan, request=world.asks(), nomination=world.named())
        assert refusal.code == "plan_not_draft"

    def test_nobody_outside_the_campaigns_authority_plans(self, world):
        plan = world.plan()
        stranger = district_officer(world.county)
        code = refused(
            services.place,
            plan=plan,
            request_id=world.asks().pk,
            nomination_id=world.named().pk,
            by=stranger,
        ).code
        assert code == "plan_unknown"


class TestTakingOut:
    def test_the_pin_goes_with_the_line(self, world):
        asked, person, plan = world.asks(), world.named(), world.plan()
        world.place(plan, asked, person)
        services.unplace(plan=plan, nomination_id=person.pk, by=CITY_OFFICER)
        assert not PlanMark.objects.filter(plan=plan).exists()
        assert pairs(plan) == set()

    def test_who_has_no_place_is_not_taken_out(self, world):
        plan = world.plan()
        refusal = refused(services.unplace, plan=plan, nomination_id=world.named().pk, by=CITY_OFFICER)
        assert refusal.code == "not_placed"


class TestPinsAndBans:
    def said(self, plan, asked, person):
        return {"plan": plan, "request_id": asked.pk, "nomination_id": person.pk, "by": CITY_OFFICER}

    def test_a_pin_has_to_be_possible(self, world):
        said = self.said(world.plan(), world.asks(speciality="儿科"), world.named())
        assert refused(services.pin, **said).code == "speciality_differs"

    def test_a_person_is_pinned_once(self, world):
        plan, person = world.plan(), world.named()
        services.pin(**self.said(plan, world.asks(), person))
        code = refused(services.pin, **self.said(plan, world.asks(world.township), person)).code
        assert code == "pinned_elsewhere"

    def test_no_more_pins_than_places(self, world):
        plan, asked = world.plan(), world.asks()
        services.pin(**self.said(plan, asked, world.named()))
        assert refused(services.pin, **self.said(plan, asked, world.named())).code == "pins_full"

    def test_a_ban_takes_the_pairing_out_and_keeps_its_reason(self, world):
        plan, asked, person = world.plan(), world.asks(), world.named()
        world.place(plan, asked, person)
        services.ban(**self.said(plan, asked, person), reason=" 示范理由 ")
        mark = PlanMark.objects.get(plan=plan)
        assert (mark.kind, mark.reason) == (MarkKind.BAN, "示范理由")
        assert pairs(plan) == set()
        assert refused(world.place, plan=plan, request=asked, nomination=person).code == "banned"

    def test_a_lifted_ban_makes_the_pairing_possible_again(self, world):
        plan, asked, person = world.plan(), world.asks(), world.named()
        said = self.said(plan, asked, person)
        services.ban(**said)
        services.unban(**said)
        world.place(plan, asked, person)
        assert pairs(plan) == {(asked.pk, person.pk)}

    def test_what_is_not_marked_is_not_unmarked(self, world):
        said = self.said(world.plan(), world.asks(), world.named())
        assert refused(services.unpin, **said).code == "not_marked"
        assert refused(services.unban, **said).code == "not_marked"

    def test_letting_go_of_a_pin_leaves_the_line(self, world):
        plan, asked, person = world.plan(), world.asks(), world.named()
        world.place(plan, asked, person)
        services.unpin(**self.said(plan, asked, person))
        assert pairs(plan) == {(asked.pk, person.pk)}


class TestPlans:
    def test_plans_are_numbered_in_their_campaign(self, world):
        first, second = world.plan(name=" 示范一 "), world.plan()
        assert (first.number, first.name, second.number) == (1, "示范一", 2)

    def test_a_copy_has_lines_and_marks_of_the_other(self, world):
        asked, person, plan = world.asks(), world.named(), world.plan()
        world.place(plan, asked, person)
        copy = world.plan(based_on=plan)
        assert pairs(copy) == {(asked.pk, person.pk)}
        assert PlanMark.objects.get(plan=copy).kind == MarkKind.PIN

    def test_a_copy_leaves_out_what_stands_no_more(self, world):
        plan = world.plan()
        kept = a_line(plan, world.asks(), world.named())
        a_line(plan, world.asks(world.township, state="struck"), world.named())
        copy = world.plan(based_on=plan)
        assert pairs(copy) == {(kept.request_id, kept.nomination_id)}

    def test_discarded_and_taken_up_again(self, world):
        plan = world.plan()
        services.discard(plan=plan, by=CITY_OFFICER)
        assert plan.state == "discarded"
        assert refused(services.discard, plan=plan, by=CITY_OFFICER).code == "not_from_here"
        services.restore(plan=plan, by=CITY_OFFICER)
        assert plan.state == "draft"
        assert refused(services.restore, plan=plan, by=CITY_OFFICER).code == "not_from_here"

    def test_renamed_once(self, world):
        plan = world.plan()
        services.rename(plan=plan, name="示范方案", version=1, by=CITY_OFFICER)
        assert (plan.name, plan.version) == ("示范方案", 2)
        assert refused(services.rename, plan=plan, name="示范方案", by=CITY_OFFICER).code == "nothing_to_change"
        assert refused(services.rename, plan=a_plan(world.campaign, state="decided"), name="x", by=CITY_OFFICER)

    def test_closed_campaigns_are_not_planned_in(self, world):
        world.campaign.state = "closed"
        world.campaign.save()
        assert refused(world.plan).code == "campaign_not_open"
