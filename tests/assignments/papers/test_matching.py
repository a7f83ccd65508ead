"""Whether a paper still matches: nothing changed says so, and everything that did is named with both values."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import translation

from assignments.models import Assignment, Campaign, Leave, PracticeSuspension
from assignments.papers import matching
from assignments.services import ending
from tests.assignments.papers.world import World, dispatched, extended, issued, received, suspended
from tests.assignments.postings import CITY_OFFICER, suspended_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return World()


def told(paper):
    return [(each.name, each.what, each.printed, each.now) for each in matching.changes(paper)]


def test_a_paper_just_issued_matches_whatever_its_kind(world):
    row = world.there("安在岗")
    leave = world.filed(row, date(2026, 5, 11), date(2026, 5, 15))
    planned = world.going("白计划"), world.going("陈计划", receiver=world.other)
    for chosen in (received(leave), extended(row), suspended(*planned), dispatched(campaign=world.campaign)):
        paper = issued(chosen, remark="另行通知。", contact="某科")
        paper.refresh_from_db()
        assert told(paper) == []


def test_another_last_day_is_named_with_both_values(world):
    row = world.going("安计划")
    other = world.going("白计划")
    paper = issued(dispatched(row, other))
    Assignment.objects.filter(pk=row.pk).update(ends_on=date(2027, 3, 14))
    assert ("安计划", "派驻起止日期", "2026年3月10日至\n2027年3月9日", "2026年3月10日至\n2027年3月14日") in told(paper)
    assert not any(name == "白计划" for name, *_rest in told(paper))


def test_somebody_who_was_taken_back_is_no_longer_in_force(world):
    rows = world.going("安计划"), world.going("白计划")
    paper = issued(dispatched(*rows))
    Assignment.objects.filter(pk=rows[0].pk).update(state="withdrawn")
    with translation.override("en"):
        assert told(paper) == [("安计划", "State", "on the list", "no longer in force")]


def test_who_was_placed_later_is_missing_on_the_list_of_the_whole_campaign_only(world):
    row = world.going("安计划")
    whole, chosen = issued(dispatched(campaign=world.campaign)), issued(dispatched(row))
    world.going("白后来")
    assert [each.name for each in matching.changes(whole)] == ["白后来"]
    assert matching.changes(chosen) == []


def test_another_reporting_day_changes_the_text(world):
    world.going("安计划")
    paper = issued(dispatched(campaign=world.campaign))
    Campaign.objects.filter(pk=world.campaign.pk).update(reporting_on=date(2026, 3, 11))
    paper.refresh_from_db()
    [change] = matching.changes(type(paper).objects.get(pk=paper.pk))
    assert "派驻起始日" in change.printed
    assert "2026年3月11日" in change.now


def test_another_suspension_changes_its_row(world):
    row = world.going("安计划")
    suspended_for(row)
    paper = issued(suspended(row))
    PracticeSuspension.objects.update(valid_to=date(2026, 12, 31))
    [change] = matching.changes(paper)
    assert (change.name, change.what, change.now) == ("安计划", "暂停执业起止日期", "2026年3月10日至\n2026年12月31日")


def test_leave_that_was_taken_back_is_no_longer_in_force(world):
    row = world.there("安在岗")
    leave = world.filed(row, date(2026, 5, 11), date(2026, 5, 15))
    other = world.filed(row, date(2026, 6, 8), date(2026, 6, 12))
    paper = issued(received(leave, other))
    Leave.objects.filter(pk=leave.pk).update(state="withdrawn")
    ending.recompute([row.pk], by=CITY_OFFICER)
    found = matching.changes(paper)
    assert found[0].name == "安在岗"
    assert found[0].printed != found[0].now
    assert ("2027年3月19日", "2027年3月14日") in [(each.printed, each.now) for each in found]  # the last day went back


def test_more_leave_makes_an_extension_notice_old(world):
    row = world.there("安在岗")
    world.filed(row, date(2026, 5, 11), date(2026, 5, 15))
    paper = issued(extended(row))
    world.filed(row, date(2026, 6, 8), date(2026, 6, 12))
    changed = matching.changes(paper)
    assert any("2026年6月8日" in each.now for each in changed)
    assert any("顺延10日" in each.now for each in changed)


def test_a_licence_number_put_right_is_named(world):
    row = world.going("安计划")
    paper = issued(suspended(row))
    row.worker.licences.update(number="110500000099999")
    assert [(each.what, each.now) for each in matching.changes(paper)] == [("执业证书编号", "110500000099999")]
