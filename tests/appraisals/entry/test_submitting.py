"""Handing a month in: what is said before, what is confirmed and opened with it, and taking it back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from appraisals.models import Workload
from assignments.models import Absence, AssignmentMonth, Leave, MonthSheet
from deploy_admin.registry.models import Indicator
from tests.appraisals.entry.world import PART, World, a_row, address, now
from tests.quotas.pages import html, words

pytestmark = pytest.mark.django_db
SCAN = b"%PDF-1.4 example"


@pytest.fixture
def world():
    return World()


def mark(row: AssignmentMonth, days: dict[int, str]) -> None:
    cells = list(row.days)
    touched = 0
    for day, to in days.items():
        cells[day - 1] = to
        touched |= 1 << (day - 1)
    AssignmentMonth.objects.filter(pk=row.pk).update(days=cells, touched=touched)


def test_a_plain_month_says_its_totals_and_goes_with_one_button(world):
    client, url = world.clerk(), address("sheet_submit", world.sheet.pk)
    page = words(html(client.get(url)))
    assert "Days at the post 51 of 51 duty days" in page
    assert "Everyone present, submit" in page
    answer = client.post(url, {"version": 1}, follow=True)
    world.sheet.refresh_from_db()
    assert world.sheet.state == "submitted"
    assert "October 2026 is submitted to the district." in html(answer)


def test_what_will_be_opened_is_named_before_and_opened_after(world):
    first, second, _third = world.rows
    mark(first, {13: "S", 14: "S"})
    mark(second, {15: "K"})
    client, url = world.clerk(), address("sheet_submit", world.sheet.pk)
    page = words(html(client.get(url)))
    assert "Opened when you submit" in page
    assert "安可往 ：personal leave, 2026-10-13 to 2026-10-14, 2 days" in page
    assert "白在岗 ：unapproved absence, 2026-10-15, 1 day" in page
    assert not Leave.objects.exists()
    client.post(url, {"version": 1})
    assert list(Leave.objects.values_list("first_day", "last_day", "state")) == [
        (date(2026, 10, 13), date(2026, 10, 14), "asked")
    ]
    assert list(Absence.objects.values_list("first_day", "state")) == [(date(2026, 10, 15), "to_be_checked")]


def test_what_is_missing_is_never_called_zero(world):
    page = words(html(world.clerk().get(address("sheet_submit", world.sheet.pk))))
    assert "0 visits" not in page
    row = world.rows[0]
    mark(row, dict.fromkeys((8, 9), "S") | {12: "U"})
    page = words(html(world.clerk().get(address("sheet_submit", world.sheet.pk))))
    assert "Days to be checked 1" in page
    assert "Days of leave 2" in page


def test_what_the_people_said_is_confirmed_with_it(world):
    row = world.rows[0]
    Workload.objects.create(
        row=row, indicator=Indicator.objects.get(code="rounds"), value=Decimal(7), said=Decimal(7),
        said_at="2026-11-01T00:00Z", source="person",
    )  # fmt: skip
    client, url = world.clerk(), address("sheet_submit", world.sheet.pk)
    assert "1 value that a person entered is confirmed with it." in words(html(client.get(url)))
    client.post(url, {"version": 1})
    assert Workload.objects.get(row=row).is_confirmed


def test_the_dialog_is_the_same_part_and_leads_back_to_the_sheet(world):
    client, url = world.clerk(), address("sheet_submit", world.sheet.pk)
    part = html(client.get(url, headers=PART))
    assert "<html" not in part
    assert "data-cancel" in part
    answer = client.post(url, {"version": 1}, headers=PART)
    assert (answer.status_code, answer["X-Done"]) == (204, address("sheet", world.sheet.pk))


def test_somebody_else_was_faster(world):
    client, url = world.clerk(), address("sheet_submit", world.sheet.pk)
    MonthSheet.objects.filter(pk=world.sheet.pk).update(version=2)
    answer = client.post(url, {"version": 1})
    assert answer.status_code == 409
    world.sheet.refresh_from_db()
    assert world.sheet.state == "draft"


def test_before_its_last_day_is_over_the_month_is_refused_with_the_day(world):
    client, url = world.clerk(), address("sheet_submit", world.november.pk)
    page = html(client.get(url))
    assert "may be submitted from 2026-12-01 on" in words(page)
    assert 'type="submit" disabled' in page
    assert client.post(url, {"version": 1}).status_code == 422
    world.november.refresh_from_db()
    assert world.november.state == "draft"


def test_on_behalf_takes_the_units_letter(world):
    client, url = world.officer(), address("sheet_submit", world.sheet.pk)
    assert "The unit&#x27;s letter" in client.get(url).content.decode()
    refused = client.post(url, {"version": 1})
    assert refused.status_code == 422
    assert "Attach the unit's letter" in html(refused, 422)
    scan = SimpleUploadedFile("letter.pdf", SCAN, content_type="application/pdf")
    client.post(url, {"version": 1, "scan": scan})
    world.sheet.refresh_from_db()
    assert (world.sheet.state, world.sheet.on_behalf) == ("submitted", True)
    assert world.sheet.scan is not None
    assert client.get(world.sheet.scan.get_absolute_url()).status_code == 200


def test_a_submitted_month_is_taken_back(world):
    sheet = world.handed_in()
    answer = world.clerk().post(address("sheet_withdraw", sheet.pk), {"version": sheet.version}, follow=True)
    sheet.refresh_from_db()
    assert sheet.state == "draft"
    assert "The month is yours again." in html(answer)


def test_an_opened_month_is_not_taken_back(world):
    sheet = world.handed_in("in_review")
    answer = world.clerk().post(address("sheet_withdraw", sheet.pk), {"version": sheet.version})
    assert answer.status_code == 409
    sheet.refresh_from_db()
    assert sheet.state == "in_review"


def test_nobody_hands_in_the_neighbours_month(world):
    for name in ("sheet_submit", "sheet_withdraw"):
        assert world.clerk().post(address(name, world.foreign.pk), {"version": 1}).status_code == 404
    world.foreign.refresh_from_db()
    assert world.foreign.state == "draft"


def test_more_people_ask_no_more_questions(world):
    client, url = world.clerk(), address("sheet_submit", world.sheet.pk)
    client.get(url)
    with CaptureQueriesContext(connection) as few:
        client.get(url)
    for _n in range(6):
        a_row(world.sheet)
    with CaptureQueriesContext(connection) as many:
        client.get(url)
    assert len(many) == len(few)
    assert now(world.rows[0]).pk == world.rows[0].pk
