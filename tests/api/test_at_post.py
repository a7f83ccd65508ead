"""The deltas of what happens at the post: a client that asks from time to time learns of ends as of changes."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client

from assignments.services import campaigns, leaves, plans, stopping
from assignments.services.moving import Basis
from deploy_admin import clock
from deploy_admin.access import Role
from deploy_admin.accounts.models import Token
from deploy_admin.accounts.tokens import digest_of
from deploy_admin.people import services as people
from deploy_admin.registry.models import Institution
from tests.accounts.factories import a_membership
from tests.assignments.counting.world import PHYSICIANS, City, counted
from tests.assignments.factories import a_place
from tests.assignments.postings import CITY_OFFICER, a_campaign, a_leave, an_assignment, receiver_head
from tests.assignments.standing.world import Wanzhou, reckoned
from tests.people.factories import hr
from tests.registry.factories import an_authority

pytestmark = pytest.mark.django_db
SCOPES = ("assignments.view", "eligibility.view", "quotas.view", "people.view")
BASIS = Basis(deciding_body="示范委", document="示范决定")


class Reader:
    """A machine of the city's commission that reads all it may, and remembers when it last asked."""

    def __init__(self, *scopes: str, at: Institution | None = None) -> None:
        city = at or an_authority(a_place("500000"), "示范市委", tier="municipal", affiliation="municipal")
        secret = "r" * 40
        Token.objects.create(
            name="示范系统",
            prefix="da000000",
            digest=digest_of(secret),
            institution=city,
            created_by=a_membership(Role.CITY_OFFICER, city),
            scopes=list(scopes),
            created_at=clock.now(),
            expires_at=clock.now() + timedelta(days=30),
        )
        self.client = Client(headers={"Authorization": f"Token {secret}"})
        self.asked_at = clock.now()

    def caught_up(self) -> None:
        self.asked_at = clock.now()

    def delta(self, name: str) -> dict[int, dict]:
        """Return what says something else since the reader last asked, by key."""
        answer = self.client.get(f"/api/v1/{name}/", {"updated_since": self.asked_at.isoformat()})
        assert answer.status_code == 200, answer.content
        return {row["id"]: row for row in answer.json()["results"]}


@pytest.fixture
def reader():
    return Reader(*SCOPES)


def test_a_campaign_that_is_withdrawn_leaves_a_trace(reader):
    draft, other = a_campaign(state="draft"), a_campaign(state="draft")
    reader.caught_up()
    assert reader.delta("campaigns") == {}
    campaigns.withdraw_campaign(campaign=draft, reason="合并", by=CITY_OFFICER)
    found = reader.delta("campaigns")
    assert {pk: row["state"] for pk, row in found.items()} == {draft.pk: "withdrawn"}
    assert other.pk not in found


def test_a_plan_taken_back_leaves_a_trace_and_is_worth_nothing(reader):
    world = Wanzhou()
    plan = an_assignment(
        world.recruit(),
        sender=world.hospital,
        receiver=world.centre,
        starts_on=date(2026, 12, 1),
        scheme="county_township",
        kind="county_township",
    )
    reckoned()
    reader.caught_up()
    assert (reader.delta("assignments"), reader.delta("credits")) == ({}, {})
    plans.withdraw_plans(assignments=[plan], reason="另有安排", by=CITY_OFFICER)
    reckoned([plan.worker])
    assert {pk: row["state"] for pk, row in reader.delta("assignments").items()} == {plan.pk: "withdrawn"}
    [row] = reader.delta("credits").values()
    assert (row["assignment"], row["state"], row["months"], row["days"]) == (plan.pk, "none", 0, 0)


def test_leave_taken_back_leaves_a_trace_and_the_last_day_moves_back(reader):
    world = Wanzhou()
    row = world.serving(world.recruit())
    head = receiver_head(world.centre)
    asked = a_leave(row, date(2026, 12, 7), date(2026, 12, 16), state="asked")
    reader.caught_up()
    leaves.approve_leave(leave_ids=[asked.pk], by=head)
    [told] = reader.delta("assignments").values()
    assert told["ends_on"] > "2027-03-09"
    assert reader.delta("leave")[asked.pk]["state"] == "approved"
    reader.caught_up()
    asked.refresh_from_db()
    leaves.withdraw_leave(leave=asked, reason="不去了", by=head)
    assert {pk: each["state"] for pk, each in reader.delta("leave").items()} == {asked.pk: "withdrawn"}
    [told] = reader.delta("assignments").values()
    assert (told["id"], told["ends_on"]) == (row.pk, "2027-03-09")


def test_what_nobody_owes_any_more_stays_as_ended(reader):
    world = Wanzhou()
    worker = world.recruit()
    reckoned()
    reader.caught_up()
    assert reader.delta("obligations") == {}
    people.leave(
        worker=worker, last_day=date(2026, 11, 20), how="resigned", version=worker.version, by=hr(world.hospital)
    )
    reckoned([worker])
    found = reader.delta("obligations")
    assert {row["worker"] for row in found.values()} == {worker.pk}
    assert {row["state"] for row in found.values()} == {"ended"}


def test_what_counts_no_more_is_told_with_the_tally_that_shrank():
    city = City()
    city.compute()
    reader = Reader(*SCOPES, at=city.commission)
    sent = [city.sent() for _ in range(2)]
    counted(*sent)
    reader.caught_up()
    assert (reader.delta("tallies"), reader.delta("counted")) == ({}, {})
    stopping.void(assignment=sent[0], on=date(2026, 11, 20), reason="示范", basis=BASIS, version=None, by=CITY_OFFICER)
    counted(sent[0])
    lines = reader.delta("counted").values()
    assert {(row["assignment"], row["state"]) for row in lines} == {(sent[0].pk, "lapsed")}
    [tally] = [row for row in reader.delta("tallies").values() if row["topic"] == PHYSICIANS]
    assert (tally["institution"], tally["on_post"]) == (city.hospital.pk, 1)


def test_each_resource_asks_for_its_own_scope():
    reader = Reader("institutions.view")
    for name in ("campaigns", "assignments", "leave", "credits", "obligations", "tallies", "counted", "papers"):
        answer = reader.client.get(f"/api/v1/{name}/")
        assert (answer.status_code, answer["Content-Type"]) == (403, "application/problem+json"), name
