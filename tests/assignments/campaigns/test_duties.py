"""A unit's checklist, and the notes about who is placed."""

from __future__ import annotations

from datetime import date

import pytest

from assignments.models import Assignment, UnitDuty
from assignments.services import campaign_inbox
from assignments.services.duties import record_duty, undo_duty
from assignments.services.moving import Basis
from assignments.tasks.campaigns import tidy_campaigns
from deploy_admin.audit.models import Event
from deploy_admin.db import refusals
from deploy_admin.jobs.models import Notice
from tests.assignments.campaigns.world import World
from tests.assignments.factories import of_unit
from tests.assignments.postings import CITY_OFFICER, district_officer, receiver_clerk
from tests.people.factories import refused

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)


@pytest.fixture
def world() -> World:
    world = World()
    world.place()
    return world


def done(world: World, by, unit=None, item: str = "logistics", **more) -> UnitDuty:
    facts = {"campaign": world.campaign, "done_on": DAY} | more
    return record_duty(institution=unit or world.receiver, item=item, by=by, **facts)


def test_the_receiving_unit_ticks_its_own_items(world):
    duty = done(
        world, receiver_clerk(world.receiver), remark="宿舍已备", paper=Basis(document_number="示范〔2026〕3号")
    )
    assert (duty.item, duty.done_on, duty.remark, duty.document_number) == (
        "logistics", DAY, "宿舍已备", "示范〔2026〕3号",
    )  # fmt: skip
    event = Event.objects.get(act="campaigns.duty_done")
    assert (event.detail["item"], event.detail["on_behalf"]) == ("logistics", False)


def test_the_sending_unit_ticks_its_own_and_neither_the_others(world):
    assert done(world, of_unit(world.hospital), world.hospital, "contact").item == "contact"
    with refused("not_permitted"):
        done(world, of_unit(world.hospital), world.hospital, "logistics")
    with refused("not_permitted"):
        done(world, receiver_clerk(world.receiver), item="contact")
    with refused("not_permitted"):
        done(world, receiver_clerk(world.township))


def test_the_authority_ticks_on_behalf_and_that_is_recorded(world):
    done(world, district_officer(world.county))
    assert Event.objects.get(act="campaigns.duty_done").detail["on_behalf"] is True
    with refused("not_permitted"):  # the municipal hospital answers to the city, wherever it stands
        done(world, district_officer(world.county), world.hospital, "contact")


def test_an_item_is_recorded_once_of_a_unit_that_takes_part_and_not_ahead_of_time(world):
    clerk = receiver_clerk(world.receiver)
    done(world, clerk)
    with refused("duty_twice"):
        done(world, clerk)
    with refused("day_in_future"):
        done(world, clerk, item="posts", done_on=date(2026, 11, 23))
    with refused("item_unknown"):
        done(world, clerk, item="balloons")
    with refused("not_in_campaign"):
        done(world, CITY_OFFICER, world.township)
    with refused("not_in_campaign"):
        done(world, CITY_OFFICER, world.second, "contact")


def test_the_database_knows_the_items(world):
    with refused("item_unknown"), refusals():
        UnitDuty.objects.create(campaign=world.campaign, institution=world.receiver, item="balloons", done_on=DAY)


def test_an_item_is_taken_back_and_the_record_keeps_it(world):
    clerk = receiver_clerk(world.receiver)
    duty = done(world, clerk, remark="宿舍已备")
    with refused("not_permitted"):
        undo_duty(duty=duty, by=receiver_clerk(world.township))
    undo_duty(duty=duty, by=clerk)
    assert not UnitDuty.objects.exists()
    assert Event.objects.get(act="campaigns.duty_undone").detail["remark"] == "宿舍已备"
    with refused("undone_already"):
        undo_duty(
            duty=UnitDuty(pk=999_999, campaign=world.campaign, institution=world.receiver, item="posts", done_on=DAY),
            by=clerk,
        )


def test_the_notes_follow_the_rows(world):
    assert {each.code for each in Notice.objects.open()} == {"campaigns.people_placed", "campaigns.people_coming"}
    Assignment.objects.update(state="filed")
    campaign_inbox.bring_up_to_date([world.campaign.pk])
    assert {each.code for each in Notice.objects.open()} == {"campaigns.people_coming"}
    Assignment.objects.update(state="on_post", arrived_at="2027-03-10T01:00:00Z", arrived_by_name="示范")
    assert tidy_campaigns() == 1
    assert not Notice.objects.open().filter(key__startswith="campaigns.placed:").exists()
    assert tidy_campaigns() == 0


def test_a_note_counts_the_people_afresh(world):
    world.place(world.row(world.physician()))
    (note,) = Notice.objects.open().filter(code="campaigns.people_placed")
    assert note.params["count"] == 2
    assert note.url == f"/assignments/?campaign={world.campaign.pk}&state=planned"
