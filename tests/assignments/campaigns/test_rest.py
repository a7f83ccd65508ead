"""REST: campaigns with their delta; withdrawn ones stay as traces."""

from __future__ import annotations

import pytest
from django.test import Client

from assignments.models import Campaign
from assignments.services import campaigns
from deploy_admin.access import Role
from tests.accounts.factories import a_membership, signed_in
from tests.assignments.campaigns.world import World
from tests.assignments.postings import CITY_OFFICER

pytestmark = pytest.mark.django_db
LIST = "/api/v1/campaigns/"


@pytest.fixture
def world() -> World:
    return World(destinations={"condition": {"tier": "county"}}, planned_number=76)


def client(world: World, role: Role = Role.CITY_OFFICER, at=None) -> Client:
    return signed_in(Client(), a_membership(role, at or world.city))


def test_a_campaign_reads_as_it_is_kept(world):
    row = client(world).get(f"{LIST}{world.campaign.pk}/").json()
    assert (row["year"], row["batch"], row["state"], row["planned_number"]) == (2027, 1, "open", 76)
    assert row["destinations"] == {"condition": {"tier": "county"}}
    assert (row["starts_on"], row["term_months"], row["authority"]) == ("2027-03-10", 12, world.city.pk)


def test_the_delta_gives_what_changed_and_a_withdrawn_one_is_a_trace(world):
    draft = world.a_campaign(batch=2, state="draft")
    since = draft.updated_at.isoformat().replace("+00:00", "Z")
    campaigns.withdraw_campaign(campaign=draft, reason="合并", by=CITY_OFFICER)
    rows = client(world).get(LIST, {"updated_since": since, "ordering": "id"}).json()["results"]
    assert [(row["id"], row["state"]) for row in rows][-1] == (draft.pk, "withdrawn")


def test_a_hospital_reads_what_it_sees(world):
    world.a_campaign(batch=2, state="draft")
    rows = client(world, Role.SENDER_HR, world.hospital).get(LIST).json()["results"]
    assert [row["id"] for row in rows] == [world.campaign.pk]


def test_it_takes_no_order(world):
    assert client(world).post(LIST, {}).status_code in (403, 405)
    assert Campaign.objects.count() == 1
