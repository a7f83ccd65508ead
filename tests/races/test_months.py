"""Month sheets under two hands at the same moment: nothing lost, nothing done twice, nothing passed by unseen."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from assignments.models import AssignmentMonth, Leave, MonthSheet, SheetStep
from assignments.services import (
    leave_rows,
    leaves,
    months_entry,
    months_findings,
    months_inbox,
    months_moving,
    months_opening,
    months_records,
    months_rows,
)
from assignments.services.months_entry import Cell
from deploy_admin.access import SYSTEM
from tests.assignments.months.factories import NOVEMBER, handed_in
from tests.assignments.months.world import Place, a_place, row_of
from tests.assignments.postings import SECOND_OFFICER, TODAY, a_leave
from tests.quotas.test_races import together
from tests.races.test_interleaved import meeting

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
ROUNDS = 2


def fresh(sheet: MonthSheet) -> MonthSheet:
    return MonthSheet.objects.get(pk=sheet.pk)


def saving(sheet: MonthSheet, change: Cell, by: Any) -> Any:
    """One save as its page makes it; gives what was applied and what clashed."""
    copy = fresh(sheet)

    def act() -> tuple[int, int]:
        saved = months_entry.save_cells(sheet=copy, changes=[change], by=by)
        return len(saved.applied), len(saved.conflicts)

    return act


def a_sheet_of(place: Place) -> tuple[MonthSheet, AssignmentMonth]:
    sheet = place.sheet(people=[place.posted(suspended=False)])
    return sheet, row_of(sheet)


class TestTwoClerks:
    """Guard: the sheet is locked before the row is read (`months_entry.take`)."""

    @pytest.mark.parametrize("n", range(ROUNDS))
    def test_the_same_cell_is_set_once_and_clashes_once(self, n):
        place = a_place()
        sheet, row = a_sheet_of(place)
        answers = together(
            saving(sheet, Cell(row.pk, 14, "S", "P"), place.clerk),
            saving(sheet, Cell(row.pk, 14, "B", "P"), place.head),
        )
        assert sorted(answers) == [(0, 1), (1, 0)]
        assert row_of(sheet).days[13] == ("S" if answers[0] == (1, 0) else "B")

    @pytest.mark.parametrize("n", range(ROUNDS))
    def test_different_cells_are_both_set(self, n):
        place = a_place()
        sheet, row = a_sheet_of(place)
        answers = together(
            saving(sheet, Cell(row.pk, 14, "S", "P"), place.clerk),
            saving(sheet, Cell(row.pk, 15, "B", "P"), place.head),
        )
        assert answers == [(1, 0), (1, 0)]
        assert row_of(sheet).days[13:15] == ["S", "B"]
        assert fresh(sheet).revision == sheet.revision + 2

    def test_one_stopped_before_writing_holds_the_other_off(self, monkeypatch):
        place = a_place()
        sheet, row = a_sheet_of(place)
        answers = meeting(
            monkeypatch,
            (months_rows, "write"),
            saving(sheet, Cell(row.pk, 14, "S", "P"), place.clerk),
            saving(sheet, Cell(row.pk, 15, "B", "P"), place.head),
        )
        assert answers == [(1, 0), (1, 0)]
        assert row_of(sheet).days[13:15] == ["S", "B"]


class TestSubmitting:
    def test_a_cell_saved_while_somebody_submits_waits_and_is_refused(self, monkeypatch):
        """Guard: submitting locks the sheet before it looks; a save finds it handed in."""
        place = a_place()
        sheet, row = a_sheet_of(place)
        answers = meeting(
            monkeypatch,
            (months_records, "open_records"),
            lambda: months_moving.submit(sheet=fresh(sheet), by=place.clerk).state,
            saving(sheet, Cell(row.pk, 14, "K", "P"), place.head),
        )
        assert answers == ["submitted", "month_handed_in"]
        assert row_of(sheet).days[13] == "P"

    @pytest.mark.parametrize("n", range(ROUNDS))
    def test_whatever_is_on_the_submitted_sheet_has_its_record(self, n):
        place = a_place()
        sheet, row = a_sheet_of(place)
        together(
            lambda: months_moving.submit(sheet=fresh(sheet), by=place.clerk).state,
            saving(sheet, Cell(row.pk, 14, "S", "P"), place.head),
        )
        assert Leave.objects.count() == row_of(sheet).days.count("S")

    @pytest.mark.parametrize("n", range(ROUNDS))
    def test_submitted_by_two_it_is_submitted_once(self, n):
        place = a_place()
        sheet, _row = a_sheet_of(place)
        answers = together(
            *(lambda by=by: months_moving.submit(sheet=fresh(sheet), by=by).state for by in (place.clerk, place.head))
        )
        assert sorted(answers) == ["sheet_moved", "submitted"]
        assert SheetStep.objects.filter(sheet=sheet).count() == 1

    @pytest.mark.parametrize("n", range(ROUNDS))
    def test_leave_approved_while_somebody_submits_ends_in_no_deadlock(self, n):
        """Guard: submitting locks the assignments before the sheet, as leave does."""
        place = a_place()
        sheet, row = a_sheet_of(place)
        asked = a_leave(row.assignment, date(2026, 10, 14), state="asked")
        answers = together(
            lambda: months_moving.submit(sheet=fresh(sheet), by=place.clerk).state,
            lambda: leaves.approve_leave(leave_ids=[asked.pk], by=place.head)[0].state,
        )
        assert answers == ["submitted", "approved"]
        found = {each.code for each in months_findings.find([sheet.pk]).get(sheet.pk, ())}
        # First approved, it stands on the sheet; first submitted, the reviewer is shown it.
        assert (row_of(sheet).days[13] == "S") != ("leave_after_submission" in found or "contradicts_leave" in found)

    def test_leave_stopped_in_mid_approval_does_not_meet_a_submission_crosswise(self, monkeypatch):
        place = a_place()
        sheet, row = a_sheet_of(place)
        asked = a_leave(row.assignment, date(2026, 10, 14), state="asked")
        answers = meeting(
            monkeypatch,
            (leave_rows, "write"),
            lambda: leaves.approve_leave(leave_ids=[asked.pk], by=place.head)[0].state,
            lambda: months_moving.submit(sheet=fresh(sheet), by=place.clerk).state,
        )
        assert answers == ["approved", "submitted"]
        assert row_of(sheet).days[13] == "S"


class TestReviewing:
    def test_a_unit_takes_back_what_the_district_is_opening(self, monkeypatch):
        """Guard: both lock the sheet; who comes second finds what the first left."""
        place = a_place()
        sheet = handed_in(place.centre, people=[place.posted(suspended=False)], open_until=TODAY)
        answers = meeting(
            monkeypatch,
            (months_findings, "find"),
            lambda: months_moving.open_review(sheet=fresh(sheet), by=place.officer).state,
            lambda: months_moving.withdraw(sheet=fresh(sheet), by=place.clerk).state,
        )
        assert answers == ["in_review", "opened_by_district"]

    def test_the_district_opens_what_its_unit_is_taking_back(self, monkeypatch):
        place = a_place()
        sheet = handed_in(place.centre, people=[place.posted(suspended=False)], open_until=TODAY)
        answers = meeting(
            monkeypatch,
            (months_inbox, "taken_back"),
            lambda: months_moving.withdraw(sheet=fresh(sheet), by=place.clerk).state,
            lambda: months_moving.open_review(sheet=fresh(sheet), by=place.officer).state,
        )
        assert answers == ["draft", "draft"]  # nothing to open any more
        assert SheetStep.objects.get(sheet=sheet).act == "withdrawn"

    @pytest.mark.parametrize("n", range(ROUNDS))
    def test_accepted_by_two_it_is_accepted_once(self, n):
        place = a_place()
        sheet = handed_in(place.centre)
        answers = together(
            *(
                lambda by=by: months_moving.accept(sheets=[fresh(sheet)], by=by)[0].state
                for by in (place.officer, SECOND_OFFICER)
            )
        )
        assert sorted(answers) == ["accepted", "sheet_moved"]
        assert SheetStep.objects.filter(sheet=sheet).count() == 1

    @pytest.mark.parametrize("n", range(ROUNDS))
    def test_two_lists_in_opposite_order_do_not_wait_for_each_other(self, n):
        """Guard: sheets are locked in one order."""
        place = a_place()
        sheets = [handed_in(place.centre, f"2026-{month:02}", people=0) for month in range(1, 9)]
        answers = together(
            lambda: len(months_moving.accept(sheets=sheets, by=place.officer)),
            lambda: len(months_moving.accept(sheets=sheets[::-1], by=SECOND_OFFICER)),
        )
        assert sorted(map(str, answers)) == ["8", "sheet_moved"]


class TestOpening:
    @pytest.mark.parametrize("n", range(ROUNDS))
    def test_opened_by_two_there_is_one_sheet_and_one_row_each(self, n):
        """Guard: the sheets are made once (unique) and locked before rows are looked for."""
        place = a_place()
        for _ in range(3):
            place.posted(suspended=False)
        answers = together(*(lambda: months_opening.open_month(NOVEMBER, by=SYSTEM) for _ in range(2)))
        assert answers[0] == answers[1] == [MonthSheet.objects.get().pk]
        assert AssignmentMonth.objects.count() == 3

    def test_one_stopped_before_adding_people_holds_the_other_off(self, monkeypatch):
        place = a_place()
        place.posted(suspended=False)
        answers = meeting(
            monkeypatch,
            (months_opening, "_add"),
            lambda: months_opening.open_month(NOVEMBER, by=SYSTEM),
            lambda: months_opening.open_month(NOVEMBER, by=SYSTEM),
        )
        assert answers[0] == answers[1] == [MonthSheet.objects.get().pk]
        assert AssignmentMonth.objects.count() == 1

    def test_two_who_put_a_newcomer_on_the_sheet_put_them_there_once(self, monkeypatch):
        """Guard: open sheets are locked before it is asked who stands on them (`months_rows.lock_sheets`)."""
        place = a_place()
        place.posted(suspended=False)
        (pk,) = months_opening.open_month(NOVEMBER, by=SYSTEM)
        place.posted(suspended=False)
        answers = meeting(
            monkeypatch,
            (AssignmentMonth.objects, "bulk_create"),
            lambda: months_opening.refresh([pk]),
            lambda: months_opening.refresh([pk]),
        )
        assert answers == [{pk}, set()]
        assert AssignmentMonth.objects.count() == 2
