"""Cells saved one by one: against what others set, against records, against the calendar; nothing lost."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assignments.models import AssignmentMonth, MonthSheet, RosterCycle
from assignments.services import months_entry
from assignments.services.months_entry import Cell
from assignments.states import MonthAnswer, SheetState
from deploy_admin.access import Role
from deploy_admin.audit.models import Event
from deploy_admin.errors import RuleViolation
from deploy_admin.registry.calendar import work_calendar
from tests.assignments.months.factories import NOVEMBER, OCTOBER, a_row, a_sheet
from tests.assignments.months.world import Place, a_place, row_of
from tests.assignments.postings import CITY_OFFICER, a_leave, an_absence, on_post, receiver_clerk
from tests.registry.factories import FakeActor, an_institution

pytestmark = pytest.mark.django_db


@pytest.fixture
def place() -> Place:
    return a_place()


def save(sheet, *changes, by, **more):
    return months_entry.save_cells(sheet=sheet, changes=changes, by=by, **more)


def refused(act, *args, **more) -> str:
    with pytest.raises(RuleViolation) as found:
        act(*args, **more)
    return found.value.code


class TestSaving:
    def test_a_cell_is_set_and_remembered_as_set_by_somebody(self, place):
        sheet = place.sheet()
        row = row_of(sheet)
        saved = save(sheet, Cell(row.pk, 14, "S", "P"), Cell(row.pk, 15, "Bh", "P"), by=place.clerk)
        now = row_of(sheet)
        assert (now.days[13], now.days[14]) == ("S", "Bh")
        assert now.touched == 1 << 13 | 1 << 14
        assert (now.leave_halves, now.attended_halves) == (3, row.attended_halves - 3)
        assert (len(saved.applied), saved.conflicts, saved.refused) == (2, (), ())
        assert saved.rows[row.pk].leave_halves == 3
        assert (now.updated_by_name, now.version) == (place.clerk.name, 2)
        assert MonthSheet.objects.get().revision == sheet.revision + 1
        assert MonthSheet.objects.get().version == sheet.version  # the state has not moved

    def test_a_cell_goes_back_to_what_is_prefilled(self, place):
        assignment = place.posted()
        sheet = place.sheet(people=0)
        row = a_row(sheet, assignment, {14: "S"})
        save(sheet, Cell(row.pk, 14, None, "S"), by=place.clerk)
        now = row_of(sheet)
        assert (now.days[13], now.touched) == ("P", 0)

    def test_what_somebody_else_set_meanwhile_comes_back_with_both_values(self, place):
        sheet = place.sheet()
        row = row_of(sheet)
        save(sheet, Cell(row.pk, 14, "S", "P"), by=place.head)
        saved = save(sheet, Cell(row.pk, 14, "B", "P"), Cell(row.pk, 15, "R", "P"), by=place.clerk)
        (conflict,) = saved.conflicts
        assert (conflict.day, conflict.theirs, conflict.yours, conflict.by_name) == (14, "S", "B", place.head.name)
        assert [change.day for change in saved.applied] == [15]
        assert row_of(sheet).days[13:15] == ["S", "R"]

    def test_the_same_value_set_by_both_is_no_conflict(self, place):
        sheet = place.sheet()
        row = row_of(sheet)
        save(sheet, Cell(row.pk, 14, "S", "P"), by=place.head)
        saved = save(sheet, Cell(row.pk, 14, "S", "P"), by=place.clerk)
        assert (len(saved.applied), saved.conflicts) == (1, ())
        assert row_of(sheet).version == 2  # nothing was written twice

    def test_mine_is_kept_when_asked_for(self, place):
        sheet = place.sheet()
        row = row_of(sheet)
        save(sheet, Cell(row.pk, 14, "S", "P"), by=place.head)
        saved = save(sheet, Cell(row.pk, 14, "B", "P"), by=place.clerk, keep="mine")
        assert saved.conflicts == ()
        assert row_of(sheet).days[13] == "B"

    def test_the_record_tells_who_set_what_and_not_which_leave(self, place):
        sheet = place.sheet()
        row = row_of(sheet)
        save(sheet, Cell(row.pk, 14, "B", "P"), Cell(row.pk, 15, "R", "P"), by=place.clerk)
        event = Event.objects.get(act="assignments.month_saved")
        assert event.detail == {"cells": [[row.pk, 14, "P", "leave"], [row.pk, 15, "P", "R"]], "count": 2}

    def test_a_confirmed_month_that_changes_is_not_confirmed_any_more(self, place):
        sheet = place.sheet(people=0)
        sure, sorry = (
            a_row(sheet, place.posted(), answer=MonthAnswer.CONFIRMED),
            a_row(sheet, place.posted(), answer=MonthAnswer.DISPUTED, answer_remark="15日在岗"),
        )
        save(sheet, Cell(sure.pk, 14, "S"), Cell(sorry.pk, 15, "S"), by=place.clerk)
        sure.refresh_from_db()
        sorry.refresh_from_db()
        assert (sure.answer, sure.answered_at) == ("", None)
        assert sorry.answer == MonthAnswer.DISPUTED  # a dispute stands until the person answers anew

    def test_as_many_queries_for_thirty_people_as_for_two(self, place):
        counts = []
        work_calendar()  # read once in a process
        for people in (2, 30):
            other = a_place()
            sheet = other.sheet(people=people)
            changes = [Cell(row.pk, 14, "S", "P") for row in sheet.rows.all()]
            with CaptureQueriesContext(connection) as found:
                save(sheet, *changes, by=other.clerk)
            counts.append(len(found))
        assert counts[0] == counts[1]


class TestDaysThatAreNotTheUnits:
    def test_approved_leave_holds_its_days(self, place):
        assignment = place.posted()
        a_leave(assignment, date(2026, 10, 14), date(2026, 10, 19))
        sheet = place.sheet(people=0)
        row = a_row(sheet, assignment, days=None, exceptions={14: "S", 15: "S", 16: "S", 19: "S"})
        saved = save(
            sheet, Cell(row.pk, 14, "P", "S"), Cell(row.pk, 17, "D", "X"), Cell(row.pk, 20, "R", "P"), by=place.clerk
        )
        assert [each.day for each in saved.refused] == [14, 17]  # the Saturday between is the leave's as well
        assert {each.code for each in saved.refused} == {"day_locked"}
        assert assignment.worker.name in saved.refused[0].message
        assert "2026-10-14" in saved.refused[0].message
        assert row_of(sheet).days[19] == "R"

    def test_a_reported_absence_holds_its_day_but_for_its_own_letters(self, place):
        assignment = place.posted()
        an_absence(assignment, date(2026, 10, 14), state="to_be_checked")
        sheet = place.sheet(people=0)
        row = a_row(sheet, assignment, exceptions={14: "U"})
        assert save(sheet, Cell(row.pk, 14, "P", "U"), by=place.clerk).refused[0].code == "day_locked"
        assert not save(sheet, Cell(row.pk, 14, "K", "U"), by=place.clerk).refused

    def test_a_confirmed_absence_holds_its_day_whole(self, place):
        assignment = place.posted()
        an_absence(assignment, date(2026, 10, 14))
        sheet = place.sheet(people=0)
        row = a_row(sheet, assignment, exceptions={14: "K"})
        assert save(sheet, Cell(row.pk, 14, "U", "K"), by=place.clerk).refused[0].code == "day_locked"

    def test_days_outside_the_stay_are_closed_and_no_day_is_closed_by_hand(self, place):
        assignment = place.posted(starts_on=date(2026, 10, 14))
        sheet = place.sheet(people=0)
        row = a_row(sheet, assignment, first=14)
        saved = save(sheet, Cell(row.pk, 13, "P"), Cell(row.pk, 15, "Z"), by=place.clerk)
        assert [(each.day, each.code) for each in saved.refused] == [(13, "day_closed"), (15, "day_closed")]


class TestRefusals:
    def test_an_unknown_code_day_or_row(self, place):
        sheet, other = place.sheet(), a_sheet()
        row = row_of(sheet)
        assert refused(save, sheet, Cell(row.pk, 14, "?"), by=place.clerk) == "code_unknown"
        assert refused(save, sheet, Cell(row.pk, 14, "Nh"), by=place.clerk) == "code_unknown"
        assert refused(save, sheet, Cell(row.pk, 32, "P"), by=place.clerk) == "day_unknown"
        assert refused(save, sheet, Cell(row.pk, 0, "P"), by=place.clerk) == "day_unknown"
        assert refused(save, sheet, Cell(row_of(other).pk, 14, "P"), by=place.clerk) == "row_unknown"

    def test_a_month_that_is_closed_handed_in_or_released(self, place):
        for month, state, code in (
            (OCTOBER, SheetState.DRAFT, "month_closed"),
            ("2026-09", SheetState.SUBMITTED, "month_handed_in"),
            ("2026-08", SheetState.IN_REVIEW, "month_handed_in"),
            ("2026-07", SheetState.ACCEPTED, "month_handed_in"),
            ("2026-06", SheetState.RELEASED, "month_released"),
            ("2026-12", SheetState.DRAFT, "month_not_begun"),
        ):
            sheet = a_sheet(place.centre, month, state)
            assert refused(save, sheet, Cell(row_of(sheet).pk, 14, "S"), by=place.clerk) == code, state

    def test_who_enters(self, place):
        sheet = place.sheet(month=NOVEMBER)
        change = Cell(row_of(sheet).pk, 3, "S")
        elsewhere = receiver_clerk(an_institution(kind="township_health_centre"))
        sender = row_of(sheet).assignment.sending_unit
        hr = FakeActor(role=Role.SENDER_HR, reach=place.clerk.reach, institution_ids=frozenset({sender.pk}))
        head = FakeActor(role=Role.SENDER_HR, reach=place.clerk.reach, institution_ids=frozenset({place.centre.pk}))
        assert refused(save, sheet, change, by=elsewhere) == "sheet_unknown"
        assert refused(save, sheet, change, by=place.stranger) == "sheet_unknown"
        assert refused(save, sheet, change, by=hr) == "sheet_unknown"
        assert refused(save, sheet, change, by=head) == "not_permitted"
        assert refused(save, sheet, change, by=CITY_OFFICER) == "not_permitted"  # the city enters for nobody
        for allowed in (place.clerk, place.head, place.officer):
            assert save(sheet, change, by=allowed).applied

    def test_the_successor_of_a_merged_unit_enters_its_last_month(self, place):
        heir = FakeActor(
            role=Role.RECEIVER_CLERK,
            reach=place.clerk.reach,
            institution_id=1,
            institution_ids=frozenset({1, place.centre.pk}),
            user_id=7190,
            name="示范承接",
        )
        sheet = place.sheet()
        assert save(sheet, Cell(row_of(sheet).pk, 14, "S"), by=heir).applied


class TestPasting:
    def test_rows_in_the_order_of_the_page_from_a_day_on(self, place):
        sheet = place.sheet(people=2)
        first, second = sheet.rows.order_by("-pk").values_list("pk", flat=True)
        saved = months_entry.paste(
            sheet=sheet, text="√\t事\t½病\n\t巡\t√\n", row_ids=[first, second], first_day=13, by=place.clerk
        )
        assert (saved.refused, saved.conflicts) == ((), ())
        assert AssignmentMonth.objects.get(pk=first).days[12:15] == ["P", "S", "Bh"]
        assert AssignmentMonth.objects.get(pk=second).days[12:15] == ["P", "R", "P"]

    def test_nothing_is_pasted_where_one_cell_cannot_be_read(self, place):
        sheet = place.sheet()
        with pytest.raises(RuleViolation) as found:
            months_entry.paste(sheet=sheet, text="事\t迟到", row_ids=[row_of(sheet).pk], first_day=13, by=place.clerk)
        assert (found.value.code, found.value.context) == (
            "cell_unreadable",
            {"unknown": [{"row": 0, "column": 1, "text": "迟到"}]},
        )
        assert "迟到" in found.value.message
        assert row_of(sheet).touched == 0

    @pytest.mark.parametrize(("text", "day"), [("事\n事", 1), ("事\t事", 31)])
    def test_nothing_is_pasted_beyond_the_sheet(self, place, text, day):
        sheet = place.sheet()
        ids = [row_of(sheet).pk]
        code = refused(months_entry.paste, sheet=sheet, text=text, row_ids=ids, first_day=day, by=place.clerk)
        assert code == "paste_too_large"


class TestShiftRosters:
    def test_open_months_follow_a_roster_at_once(self, place):
        assignment = place.posted(roster_pattern="shift")
        sheet = a_sheet(place.centre, NOVEMBER, people=0)
        row = a_row(sheet, assignment, {4: "S"})
        months_entry.set_cycle(assignment=assignment, valid_from=date(2026, 11, 2), cells="PNXX", by=place.clerk)
        row.refresh_from_db()
        assert "".join(row.days)[:9] == "XPNSXPNXX"  # what was set by hand stays
        assert row.duty_days == 15
        assert Event.objects.filter(act="assignments.roster_set").count() == 1

    def test_said_again_for_the_same_day_it_replaces_what_was(self, place):
        assignment = place.posted(roster_pattern="shift")
        for cells in ("PNXX", "PPX"):
            months_entry.set_cycle(assignment=assignment, valid_from=date(2026, 11, 2), cells=cells, by=place.clerk)
        assert RosterCycle.objects.get().cells == ["P", "P", "X"]

    def test_refusals(self, place):
        shifts, office = place.posted(roster_pattern="shift"), place.posted()
        day = date(2026, 11, 2)

        def code(assignment=shifts, valid_from=day, cells="PN", by=place.clerk) -> str:
            return refused(months_entry.set_cycle, assignment=assignment, valid_from=valid_from, cells=cells, by=by)

        assert code(assignment=office) == "not_shift"
        assert code(valid_from=date(2026, 1, 1)) == "outside_assignment"
        assert code(cells="PQ") == "roster_codes"
        assert code(cells="") == "roster_codes"
        assert code(cells="P" * 29) == "roster_codes"
        assert code(by=receiver_clerk(on_post().receiving_unit)) == "assignment_unknown"
