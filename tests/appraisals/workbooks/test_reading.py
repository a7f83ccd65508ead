"""REST reads of months: pages, what changed since, and what is told to whom."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client

from appraisals.workload.services import Entry, save
from assignments.models import AssignmentMonth, MonthSheet
from deploy_admin import clock
from deploy_admin.access import Permission, Role
from tests.accounts.factories import a_membership, signed_in
from tests.appraisals.workbooks.test_bulk import machine
from tests.appraisals.workload.factories import a_clerk, a_count, a_unit, an_indicator
from tests.assignments.months.factories import NOVEMBER, OCTOBER, a_row, a_sheet

pytestmark = pytest.mark.django_db
SHEETS, ROWS = "/api/v1/month-sheets/", "/api/v1/assignment-months/"


@pytest.fixture
def unit(db):
    an_indicator("rounds", is_core=True, highest=Decimal(200))
    return a_unit()


@pytest.fixture
def sheet(unit):
    return a_sheet(unit, NOVEMBER, people=0)


@pytest.fixture
def row(sheet):
    return a_row(sheet, exceptions={3: "Bh", 4: "S"})


def test_a_sheet_says_where_it_stands(sheet, unit):
    (found,) = machine(unit).get(SHEETS).json()["results"]
    assert (found["month"], found["state"], found["institution"], found["is_scored"]) == (
        "2026-11", "draft", unit.pk, False,
    )  # fmt: skip
    assert machine(unit).get(f"{SHEETS}{sheet.pk}/").json()["id"] == sheet.pk


def test_sheets_are_narrowed_by_month_state_and_what_changed(sheet, unit):
    a_sheet(unit, OCTOBER, "submitted")
    client = machine(unit)

    def ids(**query):
        return [each["month"] for each in client.get(SHEETS, query).json()["results"]]

    assert ids(month="2026-10") == ["2026-10"]
    assert ids(state="draft") == ["2026-11"]
    assert ids(month="2026-13") == []
    MonthSheet.objects.filter(pk=sheet.pk).update(updated_at=clock.now() - timedelta(days=2))
    assert ids(updated_since=(clock.now() - timedelta(days=1)).isoformat()) == ["2026-10"]


def test_whoever_enters_the_month_reads_it_as_it_stands(row, unit):
    a_count(row, "rounds", 12)
    (found,) = machine(unit).get(ROWS).json()["results"]
    assert (found["days"][2:4], found["totals"]["leave"], found["totals"]["attended"]) == (["Bh", "S"], "1.5", "19.5")
    assert found["workload"] == {"rounds": {"value": "12.00", "is_confirmed": True, "source": "clerk"}}


def test_a_token_that_only_reads_is_not_told_of_leave_for_private_reasons(row, unit):
    (found,) = machine(unit, Permission.MONTHS_VIEW).get(ROWS).json()["results"]
    assert found["days"][2:4] == ["Qh", "S"]
    assert "sick" not in found["totals"]


def test_the_sending_unit_reads_the_months_of_its_people_without_private_kinds(row):
    sender = signed_in(Client(), a_membership(Role.SENDER_HR, row.assignment.sending_unit))
    (found,) = sender.get(ROWS).json()["results"]
    assert found["days"][2] == "Qh"
    assert sender.get(SHEETS).json()["results"] == []


def test_another_unit_reads_nothing(row):
    assert machine(a_unit()).get(ROWS).json()["results"] == []
    assert machine(a_unit()).get(f"{ROWS}{row.pk}/").status_code == 404


def test_a_count_that_changed_is_in_the_delta(row, unit):
    AssignmentMonth.objects.update(updated_at=clock.now() - timedelta(days=2))
    since = (clock.now() - timedelta(days=1)).isoformat()
    client = machine(unit)
    assert client.get(ROWS, {"updated_since": since}).json()["results"] == []
    save(entries=[Entry(row.pk, "rounds", 3)], source="rest", by=a_clerk(unit))
    assert [each["id"] for each in client.get(ROWS, {"updated_since": since}).json()["results"]] == [row.pk]


def test_pages_follow_one_another_and_cost_the_same(sheet, unit, django_assert_max_num_queries):
    rows = [a_row(sheet) for _ in range(5)]
    client = machine(unit)
    seen, address = [], f"{ROWS}?page_size=2&ordering=updated_at"
    while address:
        with django_assert_max_num_queries(16):
            page = client.get(address).json()
        seen += [each["id"] for each in page["results"]]
        address = page["next"]
    assert sorted(seen) == sorted(row.pk for row in rows)
