"""The list of assignments as people meet it: rows, chips, filters, export, who sees whom, how many queries."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assignments.models import Slot
from deploy_admin.access import Role
from deploy_admin.audit.models import Event
from tests.assignments.assignments_pages.world import PART, World, address, rows_of
from tests.assignments.postings import a_campaign, a_leave, an_absence, an_assignment, on_post
from tests.quotas.pages import html, sheet, words

pytestmark = pytest.mark.django_db
#: The columns of a row.
NAME, FROM, TO, CAMPAIGN, STATE, FIRST, LAST, CREDIT, OWED = range(9)


@pytest.fixture
def world():
    return World()


@pytest.fixture
def browser(world):
    return world.browser()


def rows(browser, **query):
    return rows_of(html(browser.get(address("assignments", **query))))


def named(found, column=NAME):
    return [row[column].split()[0] for row in found]


def test_the_city_sees_everybody_by_pinyin_without_what_never_took_place(browser):
    found = rows(browser)
    assert named(found) == ["安计划", "白待到", "陈在岗", "丁别处", "冯归来"]
    assert [row[STATE] for row in found] == ["planned", "filed", "on post", "on post", "returned"]
    assert found[2][FROM] == "示范甲医院"
    assert found[2][TO] == "示范丁医院"
    assert found[2][FIRST] == "2026-03-10"
    assert found[2][LAST].startswith("2027-03-09")
    assert "attending physician" in found[2][NAME]
    assert "心血管内科" in found[2][NAME]


def test_what_never_took_place_is_there_where_it_is_asked_for(browser):
    assert named(rows(browser, state="withdrawn")) == ["葛撤回"]


def test_the_chips_count_each_state_whatever_state_is_asked_for(browser):
    for query in ({}, {"state": "planned"}):
        page = words(html(browser.get(address("assignments", **query))))
        assert "planned 1" in page
        assert "on post 2" in page
        assert "withdrawn 1" in page


def test_what_is_owed_stands_beside_the_row(world, browser):
    a_leave(world.there, date(2026, 11, 25), state="asked")
    an_absence(world.there, date(2026, 11, 18), state="to_be_checked")
    found = {row[NAME].split()[0]: row[OWED] for row in rows(browser)}
    assert found["安计划"] == "suspension not stated"
    assert found["白待到"] == "arrival to confirm"
    assert found["陈在岗"] == "leave to decide absence to be heard"
    assert found["丁别处"] == ""


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"q": "czg"}, {"陈在岗"}),
        ({"q": "示范乙"}, {"丁别处"}),
        ({"q": "示范戊"}, {"丁别处"}),
        ({"sender": "示范乙"}, {"丁别处"}),
        ({"receiver": "示范丁"}, {"安计划", "白待到", "陈在岗", "冯归来"}),
        ({"year": "2025"}, {"冯归来"}),
        ({"year": "2026"}, {"安计划", "白待到", "陈在岗", "丁别处"}),
        ({"scheme": "municipal_county"}, {"安计划", "白待到", "陈在岗", "丁别处", "冯归来"}),
        ({"scheme": "another"}, set()),
        ({"kind": "municipal_county", "state": "on_post"}, {"陈在岗", "丁别处"}),
        ({"kind": "group_support"}, set()),
        ({"owes": "suspension"}, {"安计划"}),
        ({"owes": "arrival"}, {"白待到"}),
        (
            {"owes": "nonsense", "state": "nonsense", "year": "x", "campaign": "y"},
            {"安计划", "白待到", "陈在岗", "丁别处", "冯归来"},
        ),
    ],
)
def test_the_list_narrows_by_what_people_think_in(browser, query, expected):
    assert set(named(rows(browser, **query))) == expected


def test_campaign_units_person_and_district_narrow_too(world, browser):
    another = a_campaign(authority=world.commission, name="第二批")
    world.sent("何二批", campaign=another)
    assert set(named(rows(browser, campaign=another.pk))) == {"何二批"}
    assert set(named(rows(browser, sending_unit=world.other_sender.pk))) == {"丁别处"}
    assert set(named(rows(browser, receiving_unit=world.centre.pk))) == {"丁别处"}
    assert set(named(rows(browser, worker=world.there.worker_id))) == {"陈在岗"}
    assert "丁别处" in named(rows(browser, district=world.county_place.pk))
    assert rows(browser, district=999999) == []


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("filing", {"filing_due_on": date(2026, 4, 7)}),
        ("ends_30", {"ends_on": date(2026, 12, 20)}),
        ("ends_60", {"ends_on": date(2027, 1, 20)}),
        ("result", {"state": "term_reached"}),
        ("past", {"origin": "imported", "evidence": "archive"}),
    ],
)
def test_each_thing_owed_finds_those_of_whom_it_is_owed(world, browser, code, change):
    assert "陈在岗" not in named(rows(browser, owes=code))
    type(world.there).objects.filter(pk=world.there.pk).update(**change)
    assert named(rows(browser, owes=code)) == ["陈在岗"]


def test_a_replacement_that_is_due_is_found_by_its_slot(world, browser):
    Slot.objects.filter(pk=world.returned.slot_id).update(replacement_due_on=date(2026, 5, 1))
    assert named(rows(browser, owes="replacement")) == ["冯归来"]


@pytest.mark.parametrize(
    ("sort", "first"), [("-name", "冯归来"), ("first_day", "冯归来"), ("-last_day", "安计划"), ("x", "安计划")]
)
def test_the_list_sorts_by_name_and_days(browser, sort, first):
    assert named(rows(browser, sort=sort))[0] == first


def test_nothing_found_says_so_and_offers_a_way_out(browser):
    page = html(browser.get(address("assignments", q="无此人")))
    assert "No assignment that you see fits these filters." in page
    assert "Show all" in page


def test_htmx_takes_the_list_alone_and_a_restored_address_the_whole_page(browser):
    part = browser.get(address("assignments"), headers=PART)
    assert part.content.decode().lstrip().startswith('<div id="list">')
    restored = browser.get(address("assignments"), headers=PART | {"HX-History-Restore-Request": "true"})
    assert restored.content.decode().lstrip().startswith("<!doctype html>")


# ------------------------------------------------------------------------------------------ who sees whom


def test_a_sender_sees_its_own_people_wherever_they_serve(world):
    assert set(named(rows(world.hr()))) == {"安计划", "白待到", "陈在岗", "冯归来"}


def test_a_receiver_sees_those_sent_to_it_without_numbers(world):
    page = html(world.clerk().get(address("assignments")))
    assert set(named(rows_of(page))) == {"安计划", "白待到", "陈在岗", "冯归来"}
    assert world.there.worker.number not in page
    assert world.there.worker.id_masked not in page
    assert world.there.worker.number in html(world.hr().get(address("assignments")))


def test_a_district_sees_what_its_units_receive(world):
    found = set(named(rows(world.browser(Role.DISTRICT_OFFICER, world.county))))
    assert found == {"安计划", "白待到", "陈在岗", "丁别处", "冯归来"}
    stranger = on_post(receiver=None)  # received elsewhere, sent from elsewhere
    assert stranger.worker.name not in html(
        world.browser(Role.DISTRICT_OFFICER, world.county).get(address("assignments"))
    )


def test_a_deployed_person_has_a_page_of_its_own_and_not_the_list(world):
    browser = world.oneself(world.there.worker)
    assert browser.get(address("assignments")).status_code == 403


def test_whoever_only_reads_has_nothing_to_tick(world):
    page = html(world.browser(Role.FINANCE_SECTION).get(address("assignments")))
    assert 'name="ids"' not in page
    assert "With the chosen ones" not in page


# ------------------------------------------------------------------------------------------ the export


def test_the_export_is_exactly_what_is_shown(world, browser):
    found = sheet(browser.get(address("assignments", state="on_post", export="xlsx")))
    assert found[0][:3] == ("Name", "Person number", "Sex")
    assert [row[0] for row in found[1:]] == ["陈在岗", "丁别处"]
    assert found[1][1] == world.there.worker.number
    event = Event.objects.get(act="assignments.exported")
    assert event.detail == {"filters": {"state": "on_post", "export": "xlsx"}, "rows": 2}


def test_a_receivers_export_has_no_person_numbers(world):
    found = sheet(world.clerk().get(address("assignments", export="xlsx")))
    assert "Person number" not in found[0]
    assert world.there.worker.number not in str(found)


def test_the_csv_keeps_the_order_of_the_page(browser):
    text = browser.get(address("assignments", sort="-name", export="csv")).content.decode("utf-8-sig")
    names = [line.split(",")[0] for line in text.splitlines()[1:]]
    assert names == ["冯归来", "丁别处", "陈在岗", "白待到", "安计划"]


# ------------------------------------------------------------------------------------------ how much it asks


def test_the_number_of_queries_does_not_grow_with_the_rows(world, browser):
    browser.get(address("assignments"))
    with CaptureQueriesContext(connection) as few:
        browser.get(address("assignments"))
    for n in range(30):
        an_assignment(world.physician(f"示范多{n}"), receiver=world.receiver, campaign=world.campaign)
    with CaptureQueriesContext(connection) as many:
        browser.get(address("assignments"))
    assert len(many) == len(few)
    assert len(many) <= 12
