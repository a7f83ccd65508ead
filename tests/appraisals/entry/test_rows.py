"""One person's month without script: every day a field; readers, conflicts, the shift roster."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from appraisals.models import Workload
from assignments.models import Assignment, AssignmentMonth, RosterCycle
from deploy_admin.access import Role
from tests.appraisals.entry.world import World, address, now
from tests.assignments.months.factories import a_cycle
from tests.assignments.postings import a_leave
from tests.quotas.pages import html, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return World()


def form(row: AssignmentMonth, changed: dict[int, str], **more: str) -> dict[str, str]:
    """Return what the browser sends of a form of which these days were chosen anew."""
    data = {}
    for n, cell in enumerate(row.days, 1):
        chosen = cell if row.touched >> (n - 1) & 1 else ""
        data |= {f"d{n}": changed.get(n, chosen), f"was{n}": chosen, f"now{n}": cell}
    return data | more


def test_every_day_is_a_field_with_every_code(world):
    page = html(world.clerk("zh-hans").get(address("sheet_row", world.rows[0].pk)))
    assert page.count('<select class="form-select" id="d') == 31
    assert '<option value="Sh">½事 ' in page
    assert '<option value="" selected>√ 出勤' in page
    assert "w:" in page


def test_days_and_counts_are_saved_together(world):
    row = world.rows[0]
    data = form(row, {9: "B", 12: "Sh"}) | {f"w:{row.pk}:rounds": "8", f"o:{row.pk}:rounds": ""}
    answer = world.clerk().post(address("sheet_row", row.pk), data, follow=True)
    assert "Saved." in html(answer)
    row = now(row)
    assert (row.days[8], row.days[11]) == ("B", "Sh")
    assert row.touched == 1 << 8 | 1 << 11
    assert Workload.objects.get(row=row).value == Decimal(8)


def test_a_day_goes_back_to_the_roster(world):
    row = world.rows[0]
    world.clerk().post(address("sheet_row", row.pk), form(row, {9: "B"}))
    world.clerk().post(address("sheet_row", row.pk), form(now(row), {9: ""}))
    assert now(row).days[8] == "P"
    assert now(row).touched == 0


def test_save_and_next_leads_to_the_next_person(world):
    first, second, last = world.rows
    client = world.clerk()
    answer = client.post(address("sheet_row", first.pk), form(first, {}, then="next"))
    assert answer["Location"] == address("sheet_row", second.pk)
    answer = client.post(address("sheet_row", last.pk), form(last, {}, then="next"))
    assert answer["Location"] == address("sheet_row", last.pk)


def test_what_somebody_else_entered_meanwhile_stays_and_is_said(world):
    row = world.rows[0]
    shown = form(row, {9: "S"})
    world.clerk().post(address("sheet_row", row.pk), form(row, {9: "B"}))
    page = words(html(world.clerk().post(address("sheet_row", row.pk), shown, follow=True)))
    assert "entered “sick leave” meanwhile; your “personal leave” was not saved." in page
    assert now(row).days[8] == "B"


def test_a_code_that_is_none_is_refused(world):
    row = world.rows[0]
    answer = world.clerk().post(address("sheet_row", row.pk), form(row, {9: "Y"}))
    assert "is not a code of the attendance list" in html(answer, 422)
    assert now(row).touched == 0


def test_a_day_held_by_leave_is_said_with_its_record_and_is_no_field(world):
    leave = a_leave(world.people[0], date(2026, 10, 13))
    row = world.rows[0]
    AssignmentMonth.objects.filter(pk=row.pk).update(days=[*row.days[:12], "S", *row.days[13:]])
    page = html(world.clerk().get(address("sheet_row", row.pk)))
    assert 'name="d13"' not in page
    assert f'href="/leave/{leave.pk}/"' in page


def test_the_sender_reads_its_own_peoples_month_and_changes_nothing(world):
    row = world.rows[0]
    AssignmentMonth.objects.filter(pk=row.pk).update(days=[*row.days[:12], "B", *row.days[13:]])
    hr = world.browser(Role.SENDER_HR, world.sender)
    page = html(hr.get(address("sheet_row", row.pk)))
    assert "<select" not in page[page.index("<main") :]
    assert address("sheet", world.sheet.pk) not in page
    # A sending unit is told the kind: it keeps the personnel file.
    assert "sick leave" in page
    answer = hr.post(address("sheet_row", row.pk), form(now(row), {9: "S"}))
    assert answer.status_code == 422
    assert now(row).touched == 0


def test_a_foreign_row_is_not_there(world):
    other = world.foreign.rows.get()
    for name in ("sheet_row", "sheet_cycle"):
        assert world.clerk().get(address(name, other.pk)).status_code == 404
        assert world.clerk().post(address(name, other.pk)).status_code == 404


def test_a_handed_in_row_is_read_only(world):
    world.handed_in()
    row = world.rows[0]
    page = html(world.clerk().get(address("sheet_row", row.pk)))
    assert 'name="d9"' not in page
    answer = world.clerk().post(address("sheet_row", row.pk), form(row, {9: "S"}))
    assert answer.status_code == 422
    assert "with the district" in html(answer, 422)


# ------------------------------------------------------------ shifts


def shifts(world: World) -> AssignmentMonth:
    Assignment.objects.filter(pk=world.people[0].pk).update(roster_pattern="shift")
    return AssignmentMonth.objects.get(sheet=world.november, assignment=world.people[0])


def test_a_shift_roster_is_entered_and_open_months_follow(world):
    row = shifts(world)
    url = address("sheet_cycle", row.pk)
    assert "Shift roster" in html(world.clerk().get(address("sheet_row", row.pk)))
    world.clerk().post(url, {"valid_from": "2026-11-01", "cells": "白夜休休"})
    assert RosterCycle.objects.get().cells == ["P", "N", "X", "X"]
    assert now(row).days[:5] == ["P", "N", "X", "X", "P"]


@pytest.mark.parametrize("said", ["P N X X", "√,夜,休,休", "PNXX", "白 夜 休 休"])
def test_a_shift_roster_is_read_as_it_is_written(world, said):
    row = shifts(world)
    world.clerk().post(address("sheet_cycle", row.pk), {"valid_from": "2026-11-01", "cells": said})
    assert RosterCycle.objects.get().cells == ["P", "N", "X", "X"]


@pytest.mark.parametrize(("said", "sentence"), [("白病", "病"), ("", "required"), ("P" * 29, "1 to 28 days")])
def test_what_is_no_roster_is_refused(world, said, sentence):
    row = shifts(world)
    answer = world.clerk().post(address("sheet_cycle", row.pk), {"valid_from": "2026-11-01", "cells": said})
    assert sentence in html(answer, 422)
    assert not RosterCycle.objects.exists()


def test_a_roster_for_somebody_without_shifts_is_refused(world):
    row = world.rows[0]
    answer = world.clerk().post(address("sheet_cycle", row.pk), {"valid_from": "2026-11-01", "cells": "PN"})
    assert "does not work shifts" in html(answer, 422)


def test_rosters_so_far_stand_there(world):
    row = shifts(world)
    a_cycle(world.people[0], date(2026, 10, 1))
    assert "2026-10-01：√夜休休" in words(html(world.clerk().get(address("sheet_cycle", row.pk))))
