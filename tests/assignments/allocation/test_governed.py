"""Which clause orders the criteria of a campaign, and what a plan is decided from: read whole, at a flat cost."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import translation

from assignments.allocation import deciding, governed, reading
from assignments.allocation.ground import read_problem
from assignments.kinds import MarkKind
from deploy_admin.people.models import Unavailability
from deploy_admin.policies.language.explained import Truth
from deploy_admin.registry.models import InstitutionProfile, PairingSupport, SpecialityProgramme
from tests.assignments.allocation.factories import World, a_line, a_mark, a_plan
from tests.assignments.postings import an_assignment
from tests.policies.factories import an_adopted

pytestmark = pytest.mark.django_db

ORDER = """\
policy: model-order
scheme: {{code: municipal_county, names_zh: [市聘县用], name_en: Municipally engaged}}
title_zh: 示范调配办法
title_en: Model order
issuer_zh: 示范市卫生健康委员会
issuer_en: Model Health Commission
document_number: 示范卫〔2025〕3号
issued: 2024-12-01
jurisdiction: "{place}"
in_force: {{from: 2025-01-01}}
allocation:
  - id: order
    topic: municipal_county.allocation
    label_zh: 统筹调配
    label_en: Who goes where
    cite: {{phrase: 坚持以需求为主，综合考虑医共体分组, article: 四（一）}}
    binding: mandatory
{applies}    criteria:
      - {{id: demand, by: requests, label_zh: 需求, label_en: demand}}
      - {{id: community, by: prefer, when: {{same_community: true}}, label_zh: 医共体分组, label_en: community}}
      - {{id: owed, by: quotas, label_zh: 指标, label_en: quotas}}
"""


def adopted(place: str = "500000", applies: str = "") -> None:
    an_adopted(ORDER.format(place=place, applies=applies), date(2025, 1, 1))


@pytest.fixture
def world(monkeypatch):
    monkeypatch.setattr(deciding, "issue_decision", lambda **said: None)  # a second for each sheet
    with translation.override("en"):
        yield World()


class TestTheGoverningClause:
    def test_the_policy_orders_the_criteria_in_its_own_words(self, world):
        adopted()
        plan = world.plan()
        assert [each["id"] for each in governed.kept(plan)] == ["demand", "community", "owed"]
        assert [each.label for each in reading.criteria(plan)] == ["demand", "community", "quotas"]
        told = reading.source(plan)
        assert told is not None
        assert (told.title, told.quote, told.article) == (
            "Model order",
            "坚持以需求为主，综合考虑医共体分组",
            "四（一）",
        )
        assert told.document_number == "示范卫〔2025〕3号"
        assert told.url.endswith("#order")

    def test_where_no_policy_speaks_the_order_is_neutral(self, world):
        found = governed.rule_of(world.campaign)
        assert found.criteria == governed.NEUTRAL
        assert found.stored() == {}

    def test_a_policy_of_another_place_does_not_speak(self, world):
        adopted("500231")
        assert governed.rule_of(world.campaign).clause is None

    @pytest.mark.parametrize(("tier", "speaks"), [("county", True), ("village", False)])
    def test_a_clause_about_other_receivers_does_not_speak(self, world, tier, speaks):
        world.asks()
        adopted(applies=f"    applies_to: {{tier: {tier}}}\n")
        assert (governed.rule_of(world.campaign).clause is not None) is speaks


class TestTheProblem:
    def test_what_stands_is_read(self, world):
        asked = world.asks(number=3, minimum_title="intermediate", starts_on=date(2027, 5, 1), priority=1)
        world.asks(world.township, state="struck")
        person = world.named(possible_to=date(2028, 4, 1), wishes=[world.receiver])
        world.named(state="struck")
        problem = read_problem(world.plan())
        (request,), (who,) = problem.requests, problem.people
        assert (request.key, request.unit, request.number, request.first_day) == (
            asked.pk,
            world.receiver.pk,
            3,
            date(2027, 5, 1),
        )
        assert (request.destination, request.facts["tier"]) == (Truth.YES, "county")
        assert (who.key, who.unit, who.staff_category, who.title) == (
            person.pk,
            world.hospital.pk,
            "physician",
            "intermediate",
        )
        assert (who.specialities, who.wishes, who.hindered) == (frozenset({"内科"}), (world.receiver.pk,), ())
        assert (problem.first_day, problem.last_day) == (date(2027, 3, 10), date(2028, 3, 9))

    def test_destinations_of_the_campaign_are_asked(self, world):
        world.campaign.destinations = {"condition": {"tier": "township"}}
        world.campaign.save()
        world.asks()
        assert [each.destination for each in read_problem(world.plan()).requests] == [Truth.NO]

    def test_what_keeps_a_person_is_told_with_its_days(self, world):
        away, elsewhere, refused, gone = (world.named() for _ in range(4))
        Unavailability.objects.create(
            worker=away.worker, kind="pregnancy_nursing", valid_from=date(2027, 3, 1), valid_to=date(2027, 4, 30)
        )
        an_assignment(elsewhere.worker, receiver=world.township, starts_on=date(2027, 1, 1), months=6)
        refused.worker.titles.update(level="junior")
        gone.worker.employments.update(valid_to=date(2026, 12, 31), ended_as="transferred")
        found = {
            each.key: [(one.code, one.first, one.last) for one in each.hindered]
            for each in read_problem(world.plan()).people
        }
        assert found[away.pk] == [("away_then", date(2027, 3, 1), date(2027, 4, 30))]
        assert found[elsewhere.pk] == [("elsewhere_then", date(2027, 1, 1), date(2027, 6, 30))]
        assert [code for code, _first, _last in found[refused.pk]] == ["person_may_not_go"]
        assert [code for code, _first, _last in found[gone.pk]] == ["person_may_not_go"]

    def test_branches_are_the_persons_own(self, world):
        InstitutionProfile.objects.filter(institution=world.township).update(parent=world.hospital)
        world.asks(world.township)
        world.named()
        (who,) = read_problem(world.plan()).people
        assert who.own == {world.township.pk}

    def test_ties_places_pins_and_bans_are_read(self, world):
        asked, person, other = world.asks(), world.named(), world.named()
        PairingSupport.objects.create(
            supporting_unit=world.hospital, supported_unit=world.receiver, valid_from=date(2026, 1, 1)
        )
        SpecialityProgramme.objects.create(institution=world.receiver, speciality="内科", valid_from=date(2026, 1, 1))
        InstitutionProfile.objects.filter(institution=world.receiver).update(latitude="30.500000", longitude="107.5")
        plan = world.plan()
        a_mark(plan, asked, person)
        a_mark(plan, asked, other, MarkKind.BAN)
        problem = read_problem(plan)
        assert problem.ties.paired == {(world.hospital.pk, world.receiver.pk)}
        assert problem.ties.programmes == {(world.receiver.pk, "内科")}
        assert problem.requests[0].place == (30.5, 107.5)
        assert (problem.pins, problem.bans) == ({(asked.pk, person.pk)}, {(asked.pk, other.pk)})

    def test_what_earlier_decisions_gave_away_is_left_out(self, world):
        asked, person, rest = world.asks(number=2), world.named(), world.named()
        world.decide(world.place(world.plan(), asked, person))
        problem = read_problem(world.plan())
        assert [(each.key, each.number) for each in problem.requests] == [(asked.pk, 1)]
        assert [each.key for each in problem.people] == [rest.pk]

    def test_a_decided_plan_does_not_stand_in_its_own_way(self, world):
        asked, person = world.asks(), world.named()
        plan = world.decide(world.place(world.plan(), asked, person))
        (who,) = read_problem(plan).people
        assert (who.key, who.hindered) == (person.pk, ())

    def test_the_pairings_of_the_plan_before_are_the_present(self, world):
        asked, person = world.asks(), world.named()
        old = a_plan(world.campaign)
        a_line(old, asked, person)
        assert read_problem(a_plan(world.campaign, based_on=old)).present == {(asked.pk, person.pk)}

    def test_a_part_is_the_same_as_in_the_whole(self, world):
        asked, person = world.asks(), world.named()
        world.asks(world.township)
        world.named()
        plan = world.plan()
        whole, part = read_problem(plan), read_problem(plan, requests=[asked.pk], nominations=[person.pk])
        assert part.requests == tuple(each for each in whole.requests if each.key == asked.pk)
        assert part.people == tuple(each for each in whole.people if each.key == person.pk)

    def test_the_cost_is_flat(self, world, django_assert_num_queries, django_assert_max_num_queries):
        adopted()
        plan = world.plan()
        world.asks()
        world.named(wishes=[world.township])
        with django_assert_max_num_queries(90) as first:
            read_problem(plan)
        for _ in range(3):
            world.asks(world.township)
            world.named(at=world.second, wishes=[world.receiver])
        with django_assert_num_queries(len(first)):
            read_problem(plan)
