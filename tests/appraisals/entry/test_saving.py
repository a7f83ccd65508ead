"""Cells and counts saved while somebody types: what is taken, what clashes, what is refused and said."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest

from appraisals.models import Workload
from assignments.models import MonthSheet
from deploy_admin.access import Role
from tests.appraisals.entry.world import World, address, cell, now, send
from tests.assignments.postings import a_leave

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return World()


def test_a_cell_is_saved_and_the_row_comes_back_with_what_the_roster_says(world):
    row = world.rows[0]
    answer = send(world.clerk(), address("sheet_cells", world.sheet.pk), changes=[cell(row, 9, "B")])
    said = answer.json()
    assert answer.status_code == 200
    assert said["conflicts"] == said["refused"] == []
    assert re.fullmatch(r"\d\d:\d\d:\d\d", said["saved_at"])
    assert said["rows"][str(row.pk)]["days"][8] == "B"
    assert said["rows"][str(row.pk)]["base"][8] == "P"
    assert now(row).sick_halves == 2


def test_two_clerks_do_not_overwrite_each_other(world):
    row, url = world.rows[0], address("sheet_cells", world.sheet.pk)
    send(world.clerk(), url, changes=[cell(row, 9, "B"), cell(row, 12, "G")])
    said = send(world.clerk(), url, changes=[cell(row, 9, "S"), cell(row, 13, "R")]).json()
    (clash,) = said["conflicts"]
    assert (clash["row"], clash["day"], clash["theirs"], clash["yours"]) == (row.pk, 9, "B", "S")
    assert clash["by"]
    assert now(row).days[8] == "B"
    # What did not clash is saved, and what the other one did comes along.
    assert now(row).days[12] == "R"
    assert said["rows"][str(row.pk)]["days"][11] == "G"


def test_to_keep_mine_is_to_send_it_again_having_seen_theirs(world):
    row, url = world.rows[0], address("sheet_cells", world.sheet.pk)
    send(world.clerk(), url, changes=[cell(row, 9, "B")])
    assert send(world.clerk(), url, changes=[cell(row, 9, "S", was="B")]).json()["conflicts"] == []
    assert now(row).days[8] == "S"


def test_back_to_the_roster_is_said_with_nothing(world):
    row, url = world.rows[0], address("sheet_cells", world.sheet.pk)
    send(world.clerk(), url, changes=[cell(row, 9, "B")])
    assert now(row).touched
    send(world.clerk(), url, changes=[cell(row, 9, None, was="B")])
    assert now(row).days[8] == "P"
    assert not now(row).touched


def test_a_day_of_approved_leave_is_refused_by_name_and_the_rest_is_saved(world):
    row = world.rows[0]
    a_leave(row.assignment, date(2026, 10, 9))
    said = send(
        world.clerk(), address("sheet_cells", world.sheet.pk), changes=[cell(row, 9, "R"), cell(row, 12, "R")]
    ).json()
    (refused,) = said["refused"]
    assert refused["day"] == 9
    assert "安可往 has approved leave on 2026-10-09" in refused["message"]
    assert now(row).days[11] == "R"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"changes": "x"}, "unreadable"),
        ({"changes": [{"row": 1}]}, "unreadable"),
        ({"changes": [7]}, "unreadable"),
        ({}, "unreadable"),
    ],
)
def test_what_no_page_sends_is_refused(world, body, code):
    answer = send(world.clerk(), address("sheet_cells", world.sheet.pk), **body)
    assert (answer.status_code, answer.json()["code"]) == (409, code)


def test_text_that_is_no_json_is_refused(world):
    url = address("sheet_cells", world.sheet.pk)
    answer = world.clerk().post(url, "{", content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (409, "unreadable")


def test_an_unknown_code_and_a_day_that_is_none_are_refused(world):
    row, url = world.rows[0], address("sheet_cells", world.sheet.pk)
    assert send(world.clerk(), url, changes=[cell(row, 9, "Y")]).json()["code"] == "code_unknown"
    assert send(world.clerk(), url, changes=[cell(row, 32, "S")]).json()["code"] == "day_unknown"
    assert now(row).touched == 0


def test_a_row_of_another_sheet_is_no_row_of_this_one(world):
    other = world.foreign.rows.get()
    answer = send(world.clerk(), address("sheet_cells", world.sheet.pk), changes=[cell(other, 9, "S")])
    assert (answer.status_code, answer.json()["code"]) == (409, "row_unknown")
    assert now(other).touched == 0


def test_the_neighbours_sheet_is_not_there(world):
    for name in ("sheet_cells", "sheet_workload", "sheet_paste"):
        assert send(world.clerk(), address(name, world.foreign.pk)).status_code == 404


def test_a_month_that_is_handed_in_is_not_saved_any_more(world):
    row = world.rows[0]
    world.handed_in()
    answer = send(world.clerk(), address("sheet_cells", world.sheet.pk), changes=[cell(row, 9, "S")])
    assert answer.status_code == 409
    assert answer.json()["code"] == "month_handed_in"
    assert "with the district" in answer.json()["message"]


def test_a_closed_month_says_whom_to_ask(world):
    row = world.rows[0]
    MonthSheet.objects.filter(pk=world.sheet.pk).update(exempt_until=None, exemption_reason="")
    answer = send(world.clerk(), address("sheet_cells", world.sheet.pk), changes=[cell(row, 9, "S")])
    assert answer.json()["code"] == "month_closed"
    assert "ask the district for more time" in answer.json()["message"]


def test_the_district_enters_on_behalf_and_the_city_does_not(world):
    row, url = world.rows[0], address("sheet_cells", world.sheet.pk)
    assert send(world.officer(), url, changes=[cell(row, 9, "S")]).status_code == 200
    assert now(row).days[8] == "S"
    assert send(world.browser(Role.CITY_OFFICER, world.city), url, changes=[]).status_code == 403
    assert send(world.browser(Role.SENDER_HR, world.sender), url, changes=[]).status_code == 403


def test_whoever_is_signed_out_is_sent_to_sign_in_and_nothing_is_written(world, client):
    row = world.rows[0]
    answer = send(client, address("sheet_cells", world.sheet.pk), changes=[cell(row, 9, "S")])
    assert answer.status_code == 302
    assert now(row).touched == 0


# ------------------------------------------------------------ workload


def entry(row, value, code="rounds", was="", **more):
    return {"row": row.pk, "code": code, "value": value, "was": was, **more}


def test_a_count_is_saved_as_the_units(world):
    row = world.rows[0]
    answer = send(world.clerk(), address("sheet_workload", world.sheet.pk), entries=[entry(row, "１２")])
    assert answer.json()["conflicts"] == []
    held = Workload.objects.get(row=row)
    assert (held.value, held.is_confirmed, held.source) == (Decimal(12), True, "clerk")


def test_counts_that_clash_come_back_with_both_values(world):
    row, url = world.rows[0], address("sheet_workload", world.sheet.pk)
    send(world.clerk(), url, entries=[entry(row, "12")])
    (clash,) = send(world.clerk(), url, entries=[entry(row, "15")]).json()["conflicts"]
    assert (clash["theirs"], clash["yours"]) == ("12", "15")
    assert Workload.objects.get(row=row).value == 12


def test_a_count_out_of_bounds_is_refused_and_names_its_field(world):
    row = world.rows[0]
    answer = send(world.clerk(), address("sheet_workload", world.sheet.pk), entries=[entry(row, "201")])
    assert answer.status_code == 409
    assert answer.json()["code"] == "above_highest"
    assert answer.json()["context"] == {"row": row.pk, "indicator": "rounds"}


def test_a_count_of_somebody_on_another_sheet_is_refused(world):
    other = world.foreign.rows.get()
    answer = send(world.clerk(), address("sheet_workload", world.sheet.pk), entries=[entry(other, "3")])
    assert answer.json()["code"] == "row_unknown"
    assert not Workload.objects.exists()


def test_without_script_all_counts_are_saved_with_one_button(world):
    first, second, _third = world.rows
    data = {f"w:{first.pk}:rounds": "5", f"o:{first.pk}:rounds": "", f"w:{second.pk}:lectures": "1"}
    answer = world.clerk().post(address("sheet_workload", world.sheet.pk), data, follow=True)
    assert "2 values were saved." in answer.content.decode()
    assert dict(Workload.objects.values_list("row", "value")) == {first.pk: 5, second.pk: 1}


def test_without_script_one_wrong_count_is_named_and_the_others_are_saved(world):
    first, second, _third = world.rows
    data = {f"w:{first.pk}:rounds": "999", f"w:{second.pk}:rounds": "7", f"o:{second.pk}:rounds": ""}
    page = world.clerk().post(address("sheet_workload", world.sheet.pk), data, follow=True).content.decode()
    assert "1 value was saved." in page
    assert "安可往：" in page
    assert "is at most 200 in a month" in page
    assert dict(Workload.objects.values_list("row", "value")) == {second.pk: 7}


# ------------------------------------------------------------ pasting


def test_a_pasted_block_comes_back_as_cells_from_the_anchor_on(world):
    first, second, _third = world.rows
    said = send(
        world.clerk(), address("sheet_paste", world.sheet.pk), text="√\t病\t½事\r\n巡\t\t年\r\n", row=first.pk, day=12
    ).json()
    assert (said["height"], said["width"]) == (2, 3)
    assert [(each["row"], each["day"], each["cell"]) for each in said["cells"]] == [
        (first.pk, 12, "P"), (first.pk, 13, "B"), (first.pk, 14, "Sh"),
        (second.pk, 12, "R"), (second.pk, 13, None), (second.pk, 14, "A"),
    ]  # fmt: skip
    # Nothing is written: the page saves it, so that it can be undone.
    assert now(first).touched == 0


def test_a_word_nobody_can_read_is_named_with_its_place(world):
    first, _second, _third = world.rows
    url = address("sheet_paste", world.sheet.pk)
    answer = send(world.clerk(), url, text="√\t√\n√\t嗯", row=first.pk, day=12)
    assert answer.status_code == 409
    assert "白在岗 day 13 “嗯”" in answer.json()["message"]


def test_a_block_that_reaches_beyond_the_sheet_is_refused(world):
    url, rows = address("sheet_paste", world.sheet.pk), world.rows
    for text, row, day in (("√\t√", rows[0], 31), ("√\n√", rows[2], 1)):
        assert send(world.clerk(), url, text=text, row=row.pk, day=day).json()["code"] == "paste_too_large"


def test_the_form_pastes_straight_onto_the_sheet(world):
    first, second, _third = world.rows
    data = {"text": "病\t√\n\t事", "row": first.pk, "day": 13}
    answer = world.clerk().post(address("sheet_paste", world.sheet.pk), data, follow=True)
    assert "4 cells were read." in answer.content.decode()
    assert (now(first).days[12], now(second).days[13]) == ("B", "S")


def test_the_form_names_what_it_cannot_read_and_changes_nothing(world):
    first = world.rows[0]
    data = {"text": "病\t嗯", "row": first.pk, "day": 13}
    answer = world.clerk().post(address("sheet_paste", world.sheet.pk), data)
    assert answer.status_code == 422
    assert "嗯" in answer.content.decode()
    assert now(first).touched == 0
