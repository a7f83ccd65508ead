"""Campaigns: prepared, changed, moved on; whose they are; each refusal; each constraint violated once."""

from __future__ import annotations

from datetime import date

import pytest

from assignments import destinations
from assignments.destinations import Destinations, Receivers
from assignments.models import Campaign
from assignments.services import campaigns
from deploy_admin.audit.models import Event
from deploy_admin.errors import Conflict
from deploy_admin.policies.language.conditions import Is
from deploy_admin.policies.language.explained import Truth
from tests.assignments.campaigns.world import FIRST, World, batch
from tests.assignments.factories import of_unit
from tests.assignments.postings import CITY_OFFICER, an_assignment, district_officer, receiver_clerk
from tests.people.factories import refused
from tests.registry.factories import an_institution

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return World()


def create(world: World, **facts):
    return campaigns.create_campaign(authority=world.city, facts=batch(**facts), by=CITY_OFFICER)


def change(campaign: Campaign, **facts) -> Campaign:
    return campaigns.change_campaign(campaign=campaign, facts=facts, version=campaign.version, by=CITY_OFFICER)


# ------------------------------------------------------------ preparing


def test_a_campaign_is_prepared_and_the_act_recorded(world):
    campaign = create(world, batch=2, planned_number=200, planned_is_approximate=True, briefing_on=date(2027, 3, 5))
    assert (campaign.state, campaign.year, campaign.batch, campaign.version) == ("draft", 2027, 2, 1)
    event = Event.objects.filter(act="campaigns.created").latest("pk")
    assert (event.detail["planned_number"], event.detail["authority"]) == (200, world.city.pk)


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({}, "campaign_twice"),
        ({"batch": 2, "year": 2009}, "year_or_batch"),
        ({"batch": 0}, "year_or_batch"),
        ({"batch": 2, "kind": "holiday"}, "kind_unknown"),
        ({"batch": 2, "term_months": 0}, "term_missing"),
        ({"batch": 2, "requests_from": date(2026, 12, 31), "requests_to": date(2026, 12, 1)}, "window_reversed"),
        ({"batch": 2, "nominations_from": date(2027, 1, 31), "nominations_to": date(2027, 1, 1)}, "window_reversed"),
        ({"batch": 2, "name": " "}, "name_missing"),
        ({"batch": 2, "scheme": ""}, "scheme_missing"),
        ({"batch": 2, "reporting_on": date(2027, 3, 11)}, "reporting_after_start"),
        ({"batch": 2, "destinations": {"condition": {"licence": "physician"}}}, "destinations_unreadable"),
        ({"batch": 2, "destinations": {"condition": {"kind": "castle"}}}, "destinations_unreadable"),
        (
            {"batch": 2, "destinations": {"condition": {"kind": "chsc", "as_of": "period_end"}}},
            "destinations_unreadable",
        ),
        ({"batch": 2, "destinations": {"condition": {"kind": {"in_set": "any"}}}}, "destinations_unreadable"),
        ({"batch": 2, "destinations": {"where": "anywhere"}}, "destinations_unreadable"),
        ({"batch": 2, "destinations": {"units": ["one"]}}, "destinations_unreadable"),
    ],
)
def test_what_a_campaign_cannot_say_is_refused(world, facts, code):
    with refused(code):
        create(world, **facts)


def test_a_state_outside_the_table_is_refused_by_the_database(world):
    from deploy_admin.db import refusals

    with refused("state_unknown"), refusals():
        Campaign.objects.filter(pk=world.campaign.pk).update(state="asleep")


def test_support_beside_the_schemes_has_none(world):
    assert create(world, kind="tidal_support", scheme="").scheme == ""


def test_only_authorities_run_campaigns(world):
    with refused("not_an_authority"):
        campaigns.create_campaign(authority=world.hospital, facts=batch(), by=CITY_OFFICER)


def test_a_withdrawn_batch_leaves_its_place_to_another(world):
    campaign = create(world, batch=2)
    campaigns.withdraw_campaign(campaign=campaign, reason="合并", by=CITY_OFFICER)
    assert create(world, batch=2).pk != campaign.pk


# ------------------------------------------------------------ whose it is


def test_a_district_runs_its_own_campaigns_and_no_other(world):
    own = campaigns.create_campaign(authority=world.county, facts=batch(), by=world.county_officer())
    campaigns.open_campaign(campaign=own, by=world.county_officer())
    assert own.state == "open"
    with refused("not_permitted"):
        campaigns.create_campaign(authority=world.city, facts=batch(batch=2), by=world.county_officer())
    with refused("not_permitted"):  # the city's is open and known, and still not the county's
        campaigns.close_campaign(campaign=world.campaign, by=world.county_officer())


def test_a_hospital_prepares_none(world):
    with refused("not_permitted"):
        campaigns.create_campaign(authority=world.city, facts=batch(batch=2), by=of_unit(world.hospital))


def test_who_sees_a_campaign(world):
    draft = create(world, batch=2)
    assert set(Campaign.objects.visible_to(CITY_OFFICER)) == {world.campaign, draft}
    for actor in (world.county_officer(), of_unit(world.hospital), receiver_clerk(world.receiver)):
        assert set(Campaign.objects.visible_to(actor)) == {world.campaign}, actor.role
    elsewhere = campaigns.create_campaign(authority=world.county, facts=batch(), by=CITY_OFFICER)
    campaigns.open_campaign(campaign=elsewhere, by=CITY_OFFICER)
    assert elsewhere not in Campaign.objects.visible_to(of_unit(world.hospital))
    an_assignment(world.person, receiver=world.receiver, campaign=elsewhere)
    assert elsewhere in Campaign.objects.visible_to(of_unit(world.hospital))
    with refused("campaign_unknown"):
        campaigns.close_campaign(campaign=draft, by=district_officer(world.county))


# ------------------------------------------------------------ changing


def test_a_change_raises_the_version_and_tells_what_it_was(world):
    change(world.campaign, planned_number=80, name="2027年首批（示范）")
    world.campaign.refresh_from_db()
    assert (world.campaign.planned_number, world.campaign.version) == (80, 3)
    event = Event.objects.get(act="campaigns.changed")
    assert (event.detail["to"]["planned_number"], event.detail["from"]["name"]) == (80, "2027年第1批（示范）")


def test_a_change_of_what_was_not_read_is_refused_with_both_values(world):
    stale = world.campaign.version
    change(world.campaign, planned_number=80)
    with pytest.raises(Conflict) as conflict:
        campaigns.change_campaign(
            campaign=world.campaign, facts={"planned_number": 90}, version=stale, by=CITY_OFFICER
        )
    assert conflict.value.context["yours"] == {"planned_number": 90}
    assert conflict.value.context["theirs"] == {"planned_number": 80, "version": stale + 1}


def test_nothing_to_change_is_said(world):
    with refused("nothing_to_change"):
        change(world.campaign, name=world.campaign.name)


def test_under_whom_people_are_placed_stays(world):
    world.place()
    with refused("campaign_has_people"):
        change(world.campaign, kind="county_township")
    assert change(world.campaign, planned_number=5).planned_number == 5


def test_a_closed_campaign_is_opened_again_before_it_changes(world):
    campaigns.close_campaign(campaign=world.campaign, by=CITY_OFFICER)
    with refused("campaign_closed"):
        change(world.campaign, planned_number=5)
    campaigns.open_campaign(campaign=world.campaign, by=CITY_OFFICER)
    assert Event.objects.filter(act="campaigns.reopened").exists()
    assert change(world.campaign, planned_number=5).planned_number == 5


def test_the_year_of_a_campaign_with_people_moves_what_follows_from_them(world, monkeypatch):
    (placed,) = world.place()
    followed: list[int] = []
    monkeypatch.setattr(campaigns.following, "follow", lambda ids: followed.extend(ids))
    change(world.campaign, year=2028)
    assert followed == [placed.pk]


# ------------------------------------------------------------ moving on


def test_only_an_empty_campaign_is_put_back_or_withdrawn(world):
    (placed,) = world.place()
    with refused("campaign_has_people"):
        campaigns.put_back_campaign(campaign=world.campaign, by=CITY_OFFICER)
    from assignments.services.placing import withdraw_plans

    withdraw_plans(assignments=[placed], reason="取消", by=CITY_OFFICER)
    campaigns.put_back_campaign(campaign=world.campaign, by=CITY_OFFICER)
    campaigns.withdraw_campaign(campaign=world.campaign, reason="本年不开展", by=CITY_OFFICER)
    assert world.campaign.state == "withdrawn"
    assert Event.objects.get(act="campaigns.withdrawn").detail["reason"] == "本年不开展"


def test_moves_that_the_table_does_not_know_are_refused(world):
    with refused("not_from_here"):
        campaigns.withdraw_campaign(campaign=world.campaign, reason="不", by=CITY_OFFICER)
    with refused("not_from_here"):
        campaigns.open_campaign(campaign=world.campaign, by=CITY_OFFICER)


def test_a_withdrawal_says_why(world):
    draft = create(world, batch=2)
    with refused("reason_missing"):
        campaigns.withdraw_campaign(campaign=draft, reason="  ", by=CITY_OFFICER)


def test_next_years_campaign_is_this_years_a_year_on(world):
    source = create(
        world,
        batch=2,
        name="2027年第2批（示范）",
        reporting_on=date(2027, 3, 9),
        requests_from=date(2028, 2, 29),
        document_number="示范卫发〔2027〕1号",
        destinations={"condition": {"tier": "county"}},
    )
    facts = campaigns.copied(source)
    assert (facts["year"], facts["name"], facts["batch"]) == (2028, "2028年第2批（示范）", 2)
    assert (facts["starts_on"], facts["reporting_on"]) == (date(2028, 3, 10), date(2028, 3, 9))
    assert facts["requests_from"] == date(2029, 2, 28)
    assert "document_number" not in facts
    assert facts["destinations"] == {"condition": {"tier": "county"}}


# ------------------------------------------------------------ destinations


def test_the_forms_lines_become_a_condition_and_come_back_from_it():
    lines = [
        {"kind": ["chsc"], "area_group": ["central_urban"]},
        {"tier": ["county"], "area_group": ["northeast", "southeast"], "remote": []},
    ]
    built = destinations.built(lines, [7])
    assert built.written() == {
        "condition": {
            "any": [
                {"all": [{"kind": "chsc"}, {"area_group": "central_urban"}]},
                {"all": [{"tier": "county"}, {"area_group": ["northeast", "southeast"]}]},
            ]
        },
        "units": [7],
    }
    assert destinations.read(built.written()) == built
    assert destinations.as_lines(built) == [
        {"kind": ["chsc"], "area_group": ["central_urban"]},
        {"tier": ["county"], "area_group": ["northeast", "southeast"]},
    ]
    assert destinations.built([], []) == Destinations()
    assert destinations.as_lines(destinations.read({"condition": {"not": {"kind": "chsc"}}})) is None


def test_the_first_batch_of_2025_went_to_centres_of_the_centre_and_hospitals_of_the_edges(world):
    """AMB-11: a batch is narrower than the policy."""
    centre = an_institution(kind="chsc", tier="township", division=world.hospital.profile.division)
    where = destinations.read(
        {"condition": {"any": [{"all": [{"kind": "chsc"}, {"located_in": "500102"}]}, {"tier": "county"}]}}
    )
    units = Receivers([centre.pk, world.receiver.pk, world.township.pk], FIRST)
    assert [units.fits(where, unit.pk) for unit in (centre, world.receiver, world.township)] == [
        Truth.YES,
        Truth.YES,
        Truth.NO,
    ]


def test_destinations_are_told_in_words(world, settings):
    from django.utils import translation

    where = Destinations(Is(fact="kind", values=("chsc",)), frozenset({world.receiver.pk}))
    names = {world.receiver.pk: "示范县医院"}
    with translation.override("zh-hans"):
        assert destinations.in_words(where, names) == "社区卫生服务中心；示范县医院"
    with translation.override("en"):
        assert "community health service centre" in destinations.in_words(where, names)
        assert destinations.in_words(Destinations(), {}) == ""
