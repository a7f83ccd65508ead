"""The list of months: what is owed, what is missing, filters, export, and the one click onto the present one."""

from __future__ import annotations

import io

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assignments.models import AssignmentMonth, MonthSheet
from deploy_admin.access import Role
from deploy_admin.audit.models import Event
from tests.appraisals.entry.world import PART, World, address
from tests.assignments.assignments.world import a_receiver
from tests.assignments.assignments_pages.world import rows_of
from tests.assignments.months.factories import a_sheet
from tests.assignments.postings import on_post
from tests.people.factories import a_worker
from tests.quotas.pages import html, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return World()


def test_the_clerk_sees_the_own_months_with_deadline_and_what_is_missing(world):
    row = world.rows[0]
    AssignmentMonth.objects.filter(pk=row.pk).update(days=["U", *row.days[1:]])
    lines = rows_of(html(world.clerk().get(address("months"))))
    assert [line[0] for line in lines] == ["November 2026", "October 2026"]
    assert lines[0][2] == "2026-12-07"
    assert lines[1][2].startswith("2026-11-06")
    assert "days late" in lines[1][2]
    assert "1 person with days to be checked, 3 people without workload" in lines[1][4]


def test_the_present_month_is_one_click_away(world):
    client = world.clerk()
    assert address("sheet", world.sheet.pk) in html(client.get(address("months")))
    assert client.get(address("month_now"))["Location"] == address("sheet", world.sheet.pk)
    # What is over and handed in leaves the running month.
    world.handed_in()
    assert client.get(address("month_now"))["Location"] == address("sheet", world.november.pk)


def test_a_closed_month_is_not_the_present_one(world):
    MonthSheet.objects.filter(pk=world.sheet.pk).update(exempt_until=None, exemption_reason="")
    assert world.clerk().get(address("month_now"))["Location"] == address("sheet", world.november.pk)


def test_whoever_has_no_unit_is_led_to_the_list(world):
    answer = world.browser(Role.CITY_OFFICER, world.city).get(address("month_now"))
    assert answer["Location"] == address("months")


def test_a_month_opens_by_itself_where_somebody_arrived_today(world):
    unit = a_receiver("示范新卫生院")
    on_post(a_worker("丁新来", at=world.sender), receiver=unit, sender=world.sender)
    client = world.browser(Role.RECEIVER_CLERK, unit)
    page = words(html(client.get(address("months"))))
    assert "November 2026" in page
    assert MonthSheet.objects.filter(institution=unit).count() == 1


def test_the_office_sees_its_units_and_narrows_them(world):
    other = a_receiver("示范己卫生院")
    a_sheet(other, "2026-10", "submitted")
    client = world.officer()
    lines = rows_of(html(client.get(address("months"))))
    assert [line[1] for line in lines if line[0] == "October 2026"] == ["示范丁卫生院", "示范己卫生院"]
    only = rows_of(html(client.get(address("months", q="己"))))
    assert [line[1] for line in only] == ["示范己卫生院"]
    state = rows_of(html(client.get(address("months", state="submitted"))))
    assert [line[1] for line in state] == ["示范己卫生院"]
    month = rows_of(html(client.get(address("months", month="2026-11"))))
    assert [line[0] for line in month] == ["November 2026"]
    assert len(rows_of(html(client.get(address("months", due="late"))))) == 1
    assert len(rows_of(html(client.get(address("months", due="owed"))))) == 1


def test_the_city_narrows_by_district(world):
    client = world.browser(Role.CITY_OFFICER, world.city)
    lines = rows_of(html(client.get(address("months", district=world.neighbour.profiles.get().division_id))))
    assert [line[1] for line in lines] == ["示范戊卫生院"]


def test_an_address_may_say_anything(world):
    for query in ({"month": "x"}, {"district": "x"}, {"state": "x"}, {"page": "x"}, {"due": "x"}):
        assert world.officer().get(address("months", **query)).status_code == 200


def test_nothing_found_offers_a_way_out(world):
    page = words(html(world.officer().get(address("months", q="没有这样的单位"))))
    assert "No month sheet fits" in page


def test_htmx_gets_the_part_only(world):
    part = html(world.officer().get(address("months"), headers=PART))
    assert part.lstrip().startswith('<div id="list">')


def test_the_export_is_exactly_what_is_shown_and_is_recorded(world):
    answer = world.officer().get(address("months", month="2026-10", export="xlsx"))
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.content)).active.values)
    assert [row[:2] for row in rows[1:]] == [("2026-10", "示范丁卫生院")]
    event = Event.objects.get(act="appraisals.months_exported")
    assert event.detail["rows"] == 1


def test_more_months_ask_no_more_questions(world):
    client = world.officer()
    client.get(address("months"))
    with CaptureQueriesContext(connection) as few:
        client.get(address("months"))
    for n in range(1, 7):
        a_sheet(world.unit, f"2026-0{n}", "released", people=world.people)
    with CaptureQueriesContext(connection) as many:
        assert len(rows_of(html(client.get(address("months"))))) == 8
    assert len(many) == len(few)
