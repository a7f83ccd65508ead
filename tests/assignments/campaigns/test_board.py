"""One campaign at a glance: numbers, units, findings, what is owed, and who sees how much of it."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from assignments.campaign_board import CampaignBoard
from assignments.campaign_list import CampaignList
from assignments.kinds import ChecklistItem
from assignments.models import Assignment
from assignments.services.duties import record_duty
from tests.assignments.campaigns.world import World
from tests.assignments.factories import of_unit
from tests.assignments.postings import CITY_OFFICER, an_assignment, on_post, receiver_clerk, suspended_for
from tests.policies.factories import a_part, a_text, an_adopted

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 22)
DAY = date(2026, 3, 10)


@pytest.fixture
def world() -> World:
    return World(starts_on=DAY, year=2026, planned_number=76)


def board(world: World, by=CITY_OFFICER, campaign=None) -> CampaignBoard:
    return CampaignBoard(campaign or world.campaign, by, TODAY)


def texts(found: CampaignBoard) -> list[str]:
    with translation.override("en"):
        return [each["text"] for each in found.findings]


def on(world: World, n: int = 1, **more) -> list[Assignment]:
    fields = {"receiver": world.receiver, "campaign": world.campaign}
    return [on_post(world.physician(), **(fields | more)) for _ in range(n)]


def tick_everything(world: World, *units) -> None:
    """Have everything in place at these units: hospitals send, the others receive."""
    for unit in units:
        sends = unit in (world.hospital, world.second)
        for item in ChecklistItem:
            if item.is_receivers is not sends:
                record_duty(campaign=world.campaign, institution=unit, item=item, done_on=DAY, by=CITY_OFFICER)


def test_the_numbers_of_the_head(world):
    on(world, 2)
    an_assignment(world.physician(), receiver=world.township, campaign=world.campaign)
    an_assignment(world.physician(), receiver=world.township, campaign=world.campaign, state="filed")
    an_assignment(world.physician(), receiver=world.township, campaign=world.campaign, state="ended_early")
    an_assignment(world.physician(), receiver=world.township, campaign=world.campaign, state="withdrawn")
    with translation.override("en"):
        figures = {each["label"]: each["value"] for each in board(world).figures}
    assert figures == {"Planned number": "76", "Placed": 5, "planned": 1, "filed": 1, "on post": 2, "Ended": 1}


def test_the_tables_by_unit_say_who_is_where_and_what_is_open(world):
    on(world, 2)
    on_post(world.physician(at=world.second), receiver=world.township, campaign=world.campaign)
    record_duty(campaign=world.campaign, institution=world.hospital, item="contact", done_on=DAY, by=CITY_OFFICER)
    found = board(world)
    assert [(line.name, line.people, line.stages["on_post"]) for line in found.senders] == [
        ("示范甲医院", 2, 2),
        ("示范乙医院", 1, 1),
    ]
    assert [(line.name, line.people) for line in found.receivers] == [("示范卫生院", 1), ("示范县医院", 2)]
    assert [(line.done, line.of) for line in found.senders] == [(1, 3), (0, 3)]


def test_a_finding_names_how_many_units_have_open_items(world):
    on(world)
    assert any("2 units have open items" in text for text in texts(board(world)))
    tick_everything(world, world.hospital, world.receiver)
    assert texts(board(world)) == []


def test_deputies_above_the_share_of_the_year_are_a_finding(world):
    """Of ten people one is aimed at, and one alone is near enough."""
    there = on(world, 10)
    tick_everything(world, world.hospital, world.receiver)
    assert any("0 of 10 people of the year are deputy directors" in text for text in texts(board(world)))
    for each in there[:1]:
        Assignment.objects.filter(pk=each.pk).update(deputy_from=DAY, deputy_order="示范任〔2026〕1号")
    assert texts(board(world)) == []
    Assignment.objects.filter(pk=there[1].pk).update(deputy_from=DAY, deputy_order="示范任〔2026〕1号")
    assert any("2 of 10" in text and "about 10% are 1" in text for text in texts(board(world)))


def test_deputies_are_counted_over_the_batches_of_the_year(world):
    there = on(world, 5)
    other = world.a_campaign(batch=2, year=2026, starts_on=DAY)
    on(world, 5, campaign=other)
    Assignment.objects.filter(pk=there[0].pk).update(deputy_from=DAY, deputy_order="示范任〔2026〕1号")
    tick_everything(world, world.hospital, world.receiver)
    assert texts(board(world)) == []


def test_an_uneven_exchange_is_a_finding_with_both_numbers(world):
    on(world, 2)
    exchange = world.a_campaign(kind="equal_exchange", year=2026, starts_on=DAY)
    on_post(world.physician(at=world.township), receiver=world.hospital, campaign=exchange)
    found = board(world).findings
    uneven = next(each for each in found if any("1" in unit and "2" in unit for unit in each["units"]))
    assert "示范甲医院" in uneven["units"][0]
    on_post(world.physician(at=world.township), receiver=world.hospital, campaign=exchange)
    assert not any("came to learn" in text for text in texts(board(world)))


def test_where_a_clause_asks_for_an_exchange_none_at_all_is_a_finding(world):
    part = a_part(topic="municipal_county.exchange", exchange_tolerance=1)
    an_adopted(a_text("exchange", "500000", part, section="posting"), date(2025, 1, 1))
    on(world)
    assert not any("came to learn" in text for text in texts(board(world)))  # one is tolerated
    on(world)
    assert any("came to learn" in text for text in texts(board(world)))


def test_people_outside_the_destinations_are_named(world):
    campaign = world.a_campaign(batch=3, year=2026, starts_on=DAY, destinations={"condition": {"tier": "county"}})
    on_post(world.physician(), receiver=world.township, campaign=campaign)
    on_post(world.physician(), receiver=world.receiver, campaign=campaign)
    found = next(each for each in board(world, campaign=campaign).findings if each["shape"] == "bad")
    assert found["units"] == ["示范卫生院"]


def test_the_text_for_the_chat_names_exactly_who_still_owes(world):
    tick = on(world)[0]
    planned = an_assignment(world.physician(), receiver=world.receiver, campaign=world.campaign)
    late = an_assignment(
        world.physician(at=world.second), receiver=world.township, campaign=world.campaign, state="filed"
    )
    suspended_for(late)
    tick_everything(world, world.hospital, world.receiver, world.township)
    with translation.override("en"):
        text = board(world).owing
    assert world.campaign.name in text
    assert "示范甲医院: 1 people" in text  # its statement
    assert "示范卫生院: 1 people" in text  # an arrival
    assert "示范乙医院：" in text  # its checklist
    assert "示范县医院" not in text
    Assignment.objects.filter(pk__in=[planned.pk, late.pk]).update(state="withdrawn")
    assert tick.state == "on_post"
    assert board(world).owing == ""


def test_a_unit_sees_its_own_people_and_keeps_its_own_checklist(world):
    on(world)
    on_post(world.physician(at=world.second), receiver=world.township, campaign=world.campaign)
    hr, clerk = of_unit(world.hospital), receiver_clerk(world.township)
    assert [line.name for line in board(world, hr).senders] == ["示范甲医院"]
    assert board(world, hr).findings == []
    (sending,) = board(world, hr).checklists
    assert [(row["item"].value, row["may"]) for row in sending["rows"]] == [
        ("measures", True), ("contact", True), ("pay", True),
    ]  # fmt: skip
    (receiving,) = board(world, clerk).checklists
    assert receiving["receives"]
    assert len(receiving["rows"]) == 5
    assert board(world).checklists == []
    assert board(world, hr).may_edit is False
    assert board(world).may_place is True


def everything(found: CampaignBoard) -> None:
    assert found.figures
    assert found.senders
    assert found.receivers
    assert found.findings is not None
    assert found.owing is not None
    assert found.destinations_in_words is not None


def counted(call) -> int:
    with CaptureQueriesContext(connection) as queries:
        call()
    return len(queries)


def test_a_campaign_of_many_is_shown_with_as_many_queries_as_one_of_few(world):
    on(world)
    everything(board(world))
    few = counted(lambda: everything(board(world)))
    for unit in (world.second, world.hospital):
        for _ in range(5):
            on_post(world.physician(at=unit), receiver=world.township, campaign=world.campaign)
    assert counted(lambda: everything(board(world))) <= few <= 25


def test_the_list_of_campaigns_takes_the_same_queries_for_many(world):
    def listed() -> int:
        shown = CampaignList({}, CITY_OFFICER)
        return len(shown.lines(list(shown.rows)))

    on(world)
    assert listed() == 1
    few = counted(listed)
    for batch in range(2, 8):
        world.a_campaign(batch=batch)
    assert counted(listed) == few
    assert listed() == 7
