"""The deployed person's own months on the phone: days to read, work to say, right or wrong, what came of it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from appraisals.models import Workload
from assignments.models import AssignmentMonth
from deploy_admin.registry.models import Indicator
from tests.appraisals.entry.world import World, address, now
from tests.appraisals.factories import a_released
from tests.assignments.months.factories import a_sheet
from tests.quotas.pages import html, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return World()


@pytest.fixture
def me(world):
    return world.oneself(world.people[0].worker)


def mine(world: World) -> AssignmentMonth:
    return world.rows[0]


def said(row: AssignmentMonth, **counts: str) -> dict[str, str]:
    return {f"w:{row.pk}:{code}": value for code, value in counts.items()}


def test_i_see_my_months_and_what_came_of_them(world, me):
    sheet = a_sheet(world.unit, "2026-06", "released", people=world.people)
    row = AssignmentMonth.objects.get(sheet=sheet, assignment=world.people[0])
    released = a_released(row, world.office, points="91.5", version=_version())
    page = html(me.get(address("my_months")))
    assert "June 2026" in page
    assert "91.50" in page
    assert released.get_absolute_url() in page
    assert "22 / 22" in words(page)


def _version():
    from tests.appraisals.workload.factories import a_month_clause

    return a_month_clause()


def test_my_days_are_read_only(world, me):
    row = mine(world)
    AssignmentMonth.objects.filter(pk=row.pk).update(days=[*row.days[:8], "B", *row.days[9:]])
    page = html(me.get(address("my_month", row.pk)))
    assert 'aria-label="October 9 Friday，sick leave"' in page
    assert "<select" not in page[page.index("<main") :]
    assert "Days at the post 16" in words(page)


def test_i_say_my_work_and_the_unit_confirms_it(world, me):
    row = mine(world)
    answer = me.post(address("my_month", row.pk), said(row, rounds="１２", lectures=""), follow=True)
    assert "Your workload is handed in; your unit confirms it." in html(answer)
    held = Workload.objects.get(row=row)
    assert (held.said, held.value, held.is_confirmed, held.source) == (12, 12, False, "person")


def test_what_is_wrong_is_said_beside_its_field_and_what_i_typed_stays(world, me):
    row = mine(world)
    page = html(me.post(address("my_month", row.pk), said(row, rounds="999", lectures="2")), 422)
    assert "is at most 200 in a month" in page
    assert 'value="999"' in page
    assert 'value="2"' in page
    assert not Workload.objects.exists()


def test_what_the_unit_confirmed_is_not_mine_to_change(world, me):
    row = mine(world)
    Workload.objects.create(
        row=row, indicator=Indicator.objects.get(code="rounds"), value=Decimal(5), is_confirmed=True, source="clerk"
    )
    page = html(me.get(address("my_month", row.pk)))
    assert "confirmed by the unit" in page
    assert f'name="w:{row.pk}:rounds"' not in page
    answer = me.post(address("my_month", row.pk), said(row, rounds="9"))
    assert "has confirmed this value" in html(answer, 422)
    assert Workload.objects.get().value == 5


def test_a_released_month_takes_nothing_any_more(world, me):
    sheet = a_sheet(world.unit, "2026-06", "released", people=world.people)
    row = AssignmentMonth.objects.get(sheet=sheet, assignment=world.people[0])
    assert "Hand in my workload" not in html(me.get(address("my_month", row.pk)))
    assert "has been released" in html(me.post(address("my_month", row.pk), said(row, rounds="9")), 422)


def test_i_confirm_my_month_once_it_is_handed_in(world, me):
    row = mine(world)
    url = address("my_month_answer", row.pk)
    assert url not in html(me.get(address("my_month", row.pk)))
    assert me.post(url, {"answer": "confirmed"}).status_code == 422
    world.handed_in()
    assert url in html(me.get(address("my_month", row.pk)))
    me.post(url, {"answer": "confirmed"})
    assert now(row).answer == "confirmed"


def test_i_dispute_it_only_with_a_reason(world, me):
    row = mine(world)
    world.handed_in()
    url = address("my_month_answer", row.pk)
    assert "Say what is not right about the month." in html(me.post(url, {"answer": "disputed", "remark": " "}), 422)
    assert now(row).answer == ""
    page = html(me.post(url, {"answer": "disputed", "remark": "9 日在岗"}, follow=True))
    assert now(row).answer == "disputed"
    assert "9 日在岗" in page


def test_somebody_elses_month_is_not_there(world, me):
    other = world.rows[1]
    assert me.get(address("my_month", other.pk)).status_code == 404
    assert me.post(address("my_month", other.pk), said(other, rounds="1")).status_code == 404
    assert me.post(address("my_month_answer", other.pk), {"answer": "confirmed"}).status_code == 404
    assert not Workload.objects.exists()


def test_a_count_of_somebody_elses_month_is_not_taken_along(world, me):
    row, other = world.rows[0], world.rows[1]
    me.post(address("my_month", row.pk), said(row, rounds="3") | said(other, rounds="4"))
    assert list(Workload.objects.values_list("row", flat=True)) == [row.pk]


def test_the_clerk_has_no_months_of_the_own(world):
    assert world.clerk().get(address("my_months")).status_code == 403


def test_whoever_has_no_month_yet_is_told_so(world):
    from tests.people.factories import a_worker

    page = words(html(world.oneself(a_worker("戊未到", at=world.sender)).get(address("my_months"))))
    assert "No month yet" in page


def test_more_months_ask_no_more_questions(world, me):
    me.get(address("my_months"))
    with CaptureQueriesContext(connection) as few:
        me.get(address("my_months"))
    for n in range(4, 9):
        a_sheet(world.unit, f"2026-0{n}", "released", people=world.people)
    with CaptureQueriesContext(connection) as many:
        assert len(me.get(address("my_months")).context["page"].object_list) == 7
    assert len(many) == len(few)
