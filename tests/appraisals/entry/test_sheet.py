"""The sheet's page by state and role: what is shown, what is offered, why it is shut; how many questions it asks."""

from __future__ import annotations

import json
import re
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from appraisals.models import Workload
from assignments.models import AssignmentMonth, MonthSheet
from deploy_admin.access import Role
from tests.appraisals.entry.world import World, a_row, address
from tests.assignments.months.factories import OCTOBER, a_sheet, a_sheet_step
from tests.assignments.postings import a_leave, an_absence
from tests.quotas.pages import html, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return World()


def script_of(page: str) -> dict:
    found = re.search(r'<script id="month-data" type="application/json">(.*?)</script>', page, re.S)
    assert found
    return json.loads(found[1])


def test_the_clerk_sees_people_down_and_days_across(world):
    page = html(world.clerk().get(address("sheet", world.sheet.pk)))
    said = words(page)
    assert [name for name in ("安可往", "白在岗", "陈值守") if name in said] == ["安可往", "白在岗", "陈值守"]
    assert page.count('role="gridcell"') == 3 * 31
    assert 'class="d hol"' in page
    assert 'aria-label="安可往 October 9 Friday，present"' in page
    assert "Everyone present, submit" in said
    # 17 duty days each: October has 22 weekdays, five of them off.
    assert said.count(" 17 17 ") == 3
    assert " 51 51 " in said


def test_the_script_gets_what_the_page_shows_and_its_words_in_the_readers_language(world):
    data = script_of(html(world.clerk("zh-hans").get(address("sheet", world.sheet.pk))))
    assert data["editable"] is True
    assert [row["name"] for row in data["rows"]] == ["安可往", "白在岗", "陈值守"]
    assert data["rows"][0]["base"][8] == "P"
    assert data["codes"]["R"] == {"sign": "巡", "label": "巡诊", "counts": "attended", "halves": True}
    assert data["lead"] == 3  # 1 October 2026 is a Thursday
    assert set(data["urls"]) == {"cells", "paste", "workload", "submit"}


def test_what_was_entered_is_no_plain_month_any_more(world):
    row = world.rows[0]
    AssignmentMonth.objects.filter(pk=row.pk).update(touched=1 << 8)
    page = words(html(world.clerk().get(address("sheet", world.sheet.pk))))
    assert "Everyone present, submit" not in page
    assert "Check and submit" in page


def test_days_of_approved_leave_are_locked_and_say_so(world):
    a_leave(world.people[0], date(2026, 10, 13), date(2026, 10, 14), kind="sick")
    row = world.rows[0]
    AssignmentMonth.objects.filter(pk=row.pk).update(days=[*row.days[:12], "B", "B", *row.days[14:]])
    data = script_of(html(world.clerk().get(address("sheet", world.sheet.pk))))
    assert set(data["rows"][0]["locks"]) == {"13", "14"}
    assert "takes the leave back first" in data["rows"][0]["locks"]["13"]


def test_a_reported_absence_may_be_said_either_way_until_it_is_decided(world):
    an_absence(world.people[0], date(2026, 10, 13), state="to_be_checked")
    row = world.rows[0]
    AssignmentMonth.objects.filter(pk=row.pk).update(days=[*row.days[:12], "U", *row.days[13:]])
    data = script_of(html(world.clerk().get(address("sheet", world.sheet.pk))))
    assert data["rows"][0]["locks"] == {}


def test_a_month_with_the_district_may_be_taken_back_until_it_is_opened(world):
    sheet = world.handed_in()
    page = html(world.clerk().get(address("sheet", sheet.pk)))
    assert "take it back, or ask for it to be sent back" in words(page)
    assert address("sheet_withdraw", sheet.pk) in page
    assert script_of(page)["editable"] is False
    assert 'id="submit"' not in page
    world.handed_in("in_review")
    assert address("sheet_withdraw", sheet.pk) not in html(world.clerk().get(address("sheet", sheet.pk)))


def test_a_month_that_came_back_says_why_on_top(world):
    sheet = a_sheet(world.unit, "2026-09", "returned", people=world.people, reason="请核对 12 日")
    page = words(html(world.clerk().get(address("sheet", sheet.pk))))
    assert "Sent back by the district ：请核对 12 日" in page


def test_a_closed_month_is_read_only_and_says_whom_to_ask(world):
    MonthSheet.objects.filter(pk=world.sheet.pk).update(exempt_until=None, exemption_reason="")
    page = html(world.clerk().get(address("sheet", world.sheet.pk)))
    assert "ask the district for more time" in words(page)
    assert script_of(page)["editable"] is False


def test_more_time_is_named_with_its_reason(world):
    page = words(html(world.clerk().get(address("sheet", world.sheet.pk))))
    assert "you have more time until 2026-11-30: 示范延期" in page
    assert "more time until 2026-11-30" in page


def test_the_running_month_is_entered_and_not_submitted_yet(world):
    page = html(world.clerk().get(address("sheet", world.november.pk)))
    assert "the month is submitted from 2026-12-01 on" in words(page)
    assert script_of(page)["editable"] is True
    assert 'id="submit"' not in page


def test_a_released_month_says_that_a_correction_is_the_way(world):
    sheet = a_sheet(world.unit, "2026-06", "released", people=world.people)
    page = words(html(world.clerk().get(address("sheet", sheet.pk))))
    assert "This month is released: ask for a correction." in page


def test_the_city_reads_and_is_offered_nothing(world):
    page = html(world.browser(Role.CITY_OFFICER, world.city).get(address("sheet", world.sheet.pk)))
    assert script_of(page)["editable"] is False
    assert 'class="panel-h pals' not in page
    assert 'id="submit"' not in page


def test_the_office_enters_on_behalf_and_the_page_says_so(world):
    page = html(world.officer().get(address("sheet", world.sheet.pk)))
    assert "entered on behalf of the unit" in words(page)
    assert script_of(page)["editable"] is True


def test_a_foreign_sheet_is_not_there(world):
    assert world.clerk().get(address("sheet", world.foreign.pk)).status_code == 404
    assert world.officer().get(address("sheet", world.foreign.pk)).status_code == 404
    # The sender knows its people's months, and not the unit's sheet.
    hr = world.browser(Role.SENDER_HR, world.sender)
    assert hr.get(address("sheet", world.sheet.pk)).status_code == 404


def test_private_leave_is_told_to_those_who_deal_with_it(world):
    row = world.rows[0]
    AssignmentMonth.objects.filter(pk=row.pk).update(days=[*row.days[:12], "B", *row.days[13:]])
    assert "sick leave" in html(world.clerk().get(address("sheet", world.sheet.pk)))
    auditor = world.browser(Role.AUDITOR, world.office)
    page = html(auditor.get(address("sheet", world.sheet.pk)))
    assert 'October 13 Tuesday，other leave"' in page
    assert script_of(page)["rows"][0]["days"][12] == "Q"


def test_what_the_person_says_stands_beside_the_name(world):
    row = world.rows[0]
    a_row(world.november, None)
    AssignmentMonth.objects.filter(pk=row.pk).update(
        answer="disputed", answer_remark="9 日在岗", answered_at="2026-11-20T00:00Z"
    )
    page = html(world.clerk().get(address("sheet", world.sheet.pk)))
    assert "disputed by the person" in page


def test_workload_shows_what_is_usual_and_what_the_person_said(world):
    row = world.rows[0]
    Workload.objects.create(
        row=row, indicator_id=_indicator("rounds"), value=Decimal(12), said=Decimal(12), said_at="2026-11-01T00:00Z",
        source="person",
    )  # fmt: skip
    page = html(world.clerk().get(address("sheet", world.sheet.pk)))
    assert 'value="12"' in page
    assert "said by the person, to be confirmed" in page
    assert 'data-low="2" data-high="20" data-usual="2–20"' in page


def _indicator(code: str) -> int:
    from deploy_admin.registry.models import Indicator

    return Indicator.objects.get(code=code).pk


def test_what_happened_stands_below(world):
    a_sheet_step(world.sheet, "submitted")
    a_sheet_step(world.sheet, "sent_back", reason="缺一日")
    page = words(html(world.clerk().get(address("sheet", world.sheet.pk))))
    assert "Submitted · 示范文员" in page
    assert "缺一日" in page


def test_nobody_there_is_said_with_a_way_out(world):
    sheet = a_sheet(world.unit, "2026-09", people=0)
    page = html(world.clerk().get(address("sheet", sheet.pk)))
    assert "Nobody at this unit in this month" in page
    assert "month-model.js" not in page


def test_rest_on_a_working_day_is_shown_on_a_weekend_it_goes_without_saying(world):
    row = world.rows[0]
    AssignmentMonth.objects.filter(pk=row.pk).update(days=[*row.days[:8], "X", *row.days[9:]])
    world.handed_in()
    page = html(world.clerk().get(address("sheet", world.sheet.pk)))
    assert 'aria-label="安可往 October 9 Friday，rest">休</td>' in page
    assert 'aria-label="安可往 October 10 Saturday，rest"></td>' in page


def test_no_script_and_no_style_stands_in_the_page(world):
    page = html(world.clerk().get(address("sheet", world.sheet.pk)))
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=", page)
    scripts = re.findall(r"<script([^>]*)>", page)
    assert all("src=" in each or "application/json" in each for each in scripts)


def test_a_phone_without_script_lists_the_people_with_their_totals(world):
    page = html(world.clerk().get(address("sheet", world.sheet.pk)))
    part = page[page.index('<section class="phone"') :]
    part = part[: part.index("data-with-script hidden")]
    assert [address("sheet_row", row.pk) in part for row in world.rows] == [True] * 3
    assert "Days at the post 17" in words(part)


def test_more_people_ask_no_more_questions(world):
    client = world.clerk()
    client.get(address("sheet", world.sheet.pk))
    with CaptureQueriesContext(connection) as few:
        client.get(address("sheet", world.sheet.pk))
    for _n in range(9):
        a_row(world.sheet)
    client.get(address("sheet", world.sheet.pk))  # brings the sheet up to what changed around it, once
    with CaptureQueriesContext(connection) as many:
        assert len(client.get(address("sheet", world.sheet.pk)).context["sheet"].rows) == 12
    assert len(many) == len(few)


def test_the_months_before_and_after_are_one_click_away(world):
    page = html(world.clerk().get(address("sheet", world.sheet.pk)))
    assert address("sheet", world.november.pk) in page
    assert OCTOBER.next.first == world.november.month
