"""Allocation clauses with rows: where and from when an order governs, what collides, and how the pages show it."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from deploy_admin.access import Role
from deploy_admin.policies.language import load
from deploy_admin.policies.layering import ALLOCATION, Standing
from deploy_admin.policies.models import PolicyVersion, State
from deploy_admin.policies.refusals import PolicyRefused
from deploy_admin.policies.services import governing
from tests.accounts.factories import a_membership, signed_in
from tests.policies.factories import a_city, a_clause, a_draft, a_part, a_text, adopt, an_adopted, transition
from tests.policies.test_pages import adoption, page
from tests.registry.factories import an_authority

pytestmark = pytest.mark.django_db
TOPIC = "municipal_county.allocation"
DAY = date(2026, 1, 1)


@pytest.fixture
def places():
    return a_city()


@pytest.fixture
def officer(places) -> Client:
    commission = an_authority(places["city"], tier="municipal")
    return signed_in(Client(), a_membership(Role.CITY_OFFICER, commission))


def criteria(*kinds):
    """The criteria of these kinds as written, each called by its kind."""
    said = [f"{{id: {each.replace('_', '-')}, by: {each}, label_zh: {each}项, label_en: by {each}}}" for each in kinds]
    return f"[{', '.join(said)}]"


def an_order(slug="city-plan", place="500000", *kinds, topic=TOPIC, **keys):
    """A policy of one allocation clause."""
    said = criteria(*(kinds or ("requests", "wishes", "distance")))
    return a_text(slug, place, a_part("order", topic, criteria=said, **keys), section="allocation")


def named(clauses):
    return [f"{clause.policy}#{clause.clause_id}" for clause in clauses]


# ---------------------------------------------------------------- where and when it governs


def test_the_nearest_order_governs_a_campaign_and_the_wider_one_where_it_is_silent(places):
    an_adopted(an_order())
    an_adopted(an_order("first-plan", "500101"))
    held = governing.allocation_on(DAY)
    assert named(held.holding(TOPIC, places["first"].pk)) == ["first-plan#order"]
    assert named(held.holding(TOPIC, places["second"].pk)) == ["city-plan#order"]


@pytest.mark.parametrize(("day", "governs"), [(date(2025, 3, 9), False), (date(2025, 3, 10), True)])
def test_it_follows_the_day_of_assignments_and_not_the_period_of_quotas(places, day, governs):
    adopt(a_draft(an_order()), transition=transition(date(2027, 1, 1), assignments_from=date(2025, 3, 10)))
    assert bool(governing.allocation_on(day).clauses) is governs
    first = places["first"].pk
    assert bool(governing.at_post().rules(ALLOCATION, "municipal_county", first, day, day)) is governs


def test_a_campaign_of_another_scheme_does_not_follow_it(places):
    an_adopted(an_order())
    held = governing.at_post()
    assert held.rules(ALLOCATION, "municipal_county", places["first"].pk, DAY, DAY)
    assert held.rules(ALLOCATION, "county_township", places["first"].pk, DAY, DAY) == ()


def test_a_new_version_orders_campaigns_from_its_own_day_on(places):
    an_adopted(an_order())
    an_adopted(an_order("city-plan", "500000", "requests", "balance"), date(2026, 6, 1))

    def kinds(day):
        (clause,) = governing.allocation_on(day).clauses
        return [str(each.by) for each in clause.clause.criteria]

    assert kinds(date(2026, 5, 31)) == ["requests", "wishes", "distance"]
    assert kinds(date(2026, 6, 1)) == ["requests", "balance"]
    _quotas, _who, (_governs, found), *_rest = governing.all_in(places["first"].pk, date(2026, 6, 1))
    assert [reason.standing for reason in found[TOPIC]] == [Standing.GOVERNS, Standing.SUPERSEDED]


def test_an_order_has_its_own_days_and_pilot_areas(places):
    an_adopted(an_order(in_force="{from: 2025-06-01, to: 2025-12-31}", pilot='["500101"]'))
    assert not governing.allocation_on(date(2025, 5, 31)).clauses
    held = governing.allocation_on(date(2025, 6, 1))
    assert held.candidates(TOPIC, places["first"].pk)
    assert not held.candidates(TOPIC, places["second"].pk)
    assert not governing.allocation_on(date(2026, 1, 1)).clauses


def test_an_order_and_a_quota_on_one_topic_are_laid_over_one_another_apart(places):
    an_adopted(a_text("city-plan", "500000", a_clause(topic=TOPIC)))
    an_adopted(an_order("first-plan", "500101"))
    first = places["first"].pk
    assert named(governing.on(date(2025, 1, 1)).holding(TOPIC, first)) == ["city-plan#physicians"]
    assert named(governing.allocation_on(DAY).holding(TOPIC, first)) == ["first-plan#order"]


def test_a_draft_may_be_supposed_and_the_order_it_would_give_read(places):
    an_adopted(an_order())
    draft = load(an_order("city-plan", "500000", "requests", "distance", "wishes"))
    held = governing.allocation_on(DAY, instead={"city-plan": (draft, DAY)})
    assert [str(each.by) for each in held.clauses[0].clause.criteria] == ["requests", "distance", "wishes"]
    before = governing.allocation_on(DAY)
    assert before.clauses[0].clause.criteria[1].by == "wishes"
    assert governing.digest_of(before) != governing.digest_of(held)


def test_asking_costs_two_queries_whatever_there_is(places, django_assert_num_queries):
    an_adopted(an_order())
    an_adopted(an_order("first-plan", "500101"))
    with django_assert_num_queries(2):
        assert len(governing.allocation_on(DAY).clauses) == 2


# ---------------------------------------------------------------- adoption


def test_two_policies_of_one_level_may_not_both_order_the_same_campaigns(places):
    an_adopted(an_order())
    draft = a_draft(an_order("other-plan"))
    with pytest.raises(PolicyRefused) as refusal, transaction.atomic():
        adopt(draft)
    assert refusal.value.code == "topic_held_twice"
    assert refusal.value.faults[0].path == "allocation[0].topic"
    assert PolicyVersion.objects.get(pk=draft.pk).state == State.DRAFT


def test_one_may_say_that_it_takes_the_place_of_the_other(places):
    an_adopted(an_order())
    an_adopted(an_order("other-plan", overrides='"city-plan#order"'))
    assert named(governing.allocation_on(DAY).holding(TOPIC, places["first"].pk)) == ["other-plan#order"]


def test_a_pilot_area_that_does_not_exist_is_refused_with_its_place(places):
    with pytest.raises(PolicyRefused) as refusal:
        a_draft(an_order(pilot='["500199"]'))
    assert refusal.value.faults[0].path.startswith("allocation[0].pilot")


def test_a_policy_of_an_order_alone_is_adopted_without_a_period_or_a_question(officer, places):
    a_draft(an_order())
    shown = officer.get(
        page("adopt", "city-plan", query="?assignments_from=2026-01-01"), headers={"HX-Request": "true"}
    ).text
    assert shown.count(TOPIC) == 1
    answers = adoption(assignments_from="2026-01-01")
    del answers["quotas_from"]
    assert officer.post(page("adopt", "city-plan"), answers).status_code == 302
    assert PolicyVersion.objects.get(state=State.ADOPTED).adoption.adverse == {}


# ---------------------------------------------------------------- pages


def test_a_version_reads_its_order_in_both_languages_and_says_where_it_governs(officer, places):
    an_adopted(an_order("city-plan", "500000", "requests", "least_change"))
    an_adopted(an_order("first-plan", "500101"))
    where = page("version", "city-plan")
    chinese = officer.get(where).text
    assert "统筹调配派驻人员，应当依次考虑下列各项" in chinese
    assert "第2项，least_change项：与所依据的方案相比，变动尽可能少。" in chinese
    officer.cookies["django_language"] = "en"
    english = officer.get(where).text
    assert "2. By least_change: as few changes as can be against the plan it is made from." in english
    assert "Model District One" in english


def test_two_versions_in_another_order_are_compared(officer, places):
    an_adopted(an_order())
    a_draft(an_order("city-plan", "500000", "requests", "distance", "wishes"))
    shown = officer.get(page("compare", "city-plan", 2, "?with=1")).text
    assert "<del>requests, wishes, distance</del>" in shown
    assert "<ins>requests, distance, wishes</ins>" in shown


def test_what_governs_where_tells_the_order_beside_the_rest(officer, places):
    an_adopted(an_order())
    query = {"division": places["first"].pk, "day": "2026-01-01"}
    shown = officer.get(reverse("policies:governing"), query).text
    assert TOPIC in shown
    assert "规定order" in shown


def test_a_refused_order_names_its_place_and_keeps_what_was_typed(officer, places):
    text = an_order("city-plan", "500000", "wishes", "distance")
    refused = officer.post(reverse("policies:import"), {"text": text})
    assert refused.status_code == 422
    assert "allocation[0].criteria" in refused.text
    assert "by: wishes" in refused.text
    assert not PolicyVersion.objects.exists()


def test_the_page_of_a_version_costs_the_same_whatever_the_order(officer, places):
    an_adopted(an_order())
    an_adopted(an_order("first-plan", "500101", "requests", "priority", "speciality", "quotas", "balance", "wishes"))

    def counted(slug):
        where = page("version", slug)
        officer.get(where)
        with CaptureQueriesContext(connection) as queries:
            assert officer.get(where).status_code == 200
        return len(queries)

    assert counted("city-plan") == counted("first-plan")
