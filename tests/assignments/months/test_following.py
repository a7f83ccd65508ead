"""Leave, absence and last days change: open months follow, handed-in ones are settled, released ones stay."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assignments.models import Absence, Leave, MonthSheet, SheetStep
from assignments.services import absences, calendar_change, leaves, months_hooks, months_inbox, months_moving, stopping
from deploy_admin.access import SYSTEM, Role
from deploy_admin.audit.models import Event
from deploy_admin.jobs.models import Notice
from deploy_admin.registry.models import CalendarYear, SpecialDay
from tests.accounts.factories import a_membership
from tests.assignments.months.factories import NOVEMBER, OCTOBER, a_row, a_sheet, handed_in
from tests.assignments.months.world import Place, a_place, row_of
from tests.assignments.postings import CITY_OFFICER, TODAY, a_leave, an_absence

pytestmark = pytest.mark.django_db
DAY = date(2026, 10, 14)


@pytest.fixture
def place() -> Place:
    return a_place()


@pytest.fixture
def heard():
    calls: list[set[int]] = []
    months_hooks.on_change("tests", calls.append)
    yield calls
    months_hooks._callbacks.pop("tests")


def revision(sheet: MonthSheet) -> int:
    return MonthSheet.objects.values_list("revision", flat=True).get(pk=sheet.pk)


class TestLeave:
    def test_approved_it_stands_on_the_open_sheet_and_taken_back_it_goes(self, place):
        assignment = place.posted()
        sheet = place.sheet(people=[assignment])
        leave = a_leave(assignment, DAY, state="asked")
        leaves.approve_leave(leave_ids=[leave.pk], by=place.head)
        assert row_of(sheet).days[13] == "S"
        leaves.withdraw_leave(leave=Leave.objects.get(), reason="回岗", by=place.head)
        assert row_of(sheet).days[13] == "P"

    def test_approved_after_submission_it_changes_no_day_and_moves_the_revision(self, place, heard):
        assignment = place.posted()
        october, september = (
            handed_in(place.centre, month, people=[assignment]) for month in (OCTOBER, OCTOBER.previous)
        )
        leave = a_leave(assignment, DAY, state="asked")
        leaves.approve_leave(leave_ids=[leave.pk], by=place.head)
        assert row_of(october).days[13] == "P"
        assert revision(october) == october.revision + 1
        assert revision(september) == september.revision  # not its days
        assert heard == [{october.pk}]

    def test_asked_for_on_the_sheet_and_granted_it_agrees(self, place):
        assignment = place.posted()
        sheet = place.sheet(people=0)
        a_row(sheet, assignment, {14: "S"})
        months_moving.submit(sheet=sheet, by=place.clerk)
        leaves.approve_leave(leave_ids=[Leave.objects.get().pk], by=place.head)
        opened = months_moving.open_review(sheet=sheet, by=place.officer)
        assert opened.findings == ["late"]


class TestAbsence:
    @pytest.mark.parametrize("state", ["submitted", "in_review", "accepted"])
    def test_confirmed_it_settles_the_day_that_was_to_be_checked(self, place, heard, state):
        assignment = place.posted()
        absence = an_absence(assignment, DAY, state="answered")
        sheet = a_sheet(place.centre, state=state, people=0)
        a_row(sheet, assignment, {14: "U", 15: "R"})
        absences.confirm_absence(absence=absence, by=place.head)
        assert row_of(sheet).days[13:15] == ["K", "R"]
        assert (row_of(sheet).absent_halves, row_of(sheet).unchecked_halves) == (2, 0)
        assert revision(sheet) == sheet.revision + 1
        assert heard == [{sheet.pk}]
        step = SheetStep.objects.get(act="days_settled")
        assert (step.from_state, step.to_state, step.by_name) == (state, state, place.head.name)
        assert Event.objects.get(act="assignments.days_settled").detail == {"sheets": [sheet.pk], "count": 1}

    def test_excused_or_taken_back_it_is_as_if_none(self, place):
        assignment = place.posted()
        rows = [an_absence(assignment, date(2026, 10, day), state="answered") for day in (14, 20)]
        sheet = handed_in(place.centre, people=0)
        a_row(sheet, assignment, {14: "U", 20: "K"})
        absences.excuse_absence(absence=rows[0], reason="参加抢救", by=place.head)
        absences.withdraw_absence(absence=rows[1], reason="误报", by=place.head)
        assert (row_of(sheet).days[13], row_of(sheet).days[19]) == ("P", "P")

    def test_excused_by_leave_it_becomes_leave(self, place):
        assignment = place.posted()
        absence = an_absence(assignment, DAY, state="answered")
        sheet = handed_in(place.centre, people=0)
        a_row(sheet, assignment, {14: "U"})
        absences.excuse_absence(absence=absence, leave_kind="sick", by=place.head)
        assert row_of(sheet).days[13] == "B"

    def test_a_released_month_keeps_its_days_and_its_scores_follow(self, place, heard):
        assignment = place.posted()
        absence = an_absence(assignment, DAY, state="answered")
        sheet = a_sheet(place.centre, state="released", people=0)
        a_row(sheet, assignment, {14: "U"})
        absences.confirm_absence(absence=absence, by=place.head)
        assert row_of(sheet).days[13] == "U"
        assert heard == [{sheet.pk}]

    def test_on_an_open_sheet_it_goes_its_way_too(self, place):
        assignment = place.posted()
        sheet = place.sheet(people=[assignment])
        absence = absences.report_absence(assignment=assignment, first_day=DAY, last_day=DAY, by=place.clerk)
        assert row_of(sheet).days[13] == "U"
        absences.withdraw_absence(absence=absence, reason="误报", by=place.clerk)
        assert row_of(sheet).days[13] == "P"
        assert Absence.objects.get().state == "withdrawn"


class TestEndsAndCalendar:
    def test_an_early_end_after_submission_moves_the_revision_and_no_day(self, place, heard):
        assignment = place.posted()
        sheet = handed_in(place.centre, people=[assignment])
        stopping.end_early(
            assignment=assignment,
            last_day=date(2026, 10, 20),
            reason="called_away",
            remark="示范",
            version=None,
            by=CITY_OFFICER,
        )
        assert row_of(sheet).days[25] == "P"
        assert heard == [{sheet.pk}]

    def test_days_of_the_calendar_that_change_come_onto_open_sheets(self, place):
        assignment = place.posted()
        sheet = a_sheet(place.centre, NOVEMBER, people=[assignment])
        SpecialDay.objects.create(day=date(2026, 11, 25), kind="holiday")
        CalendarYear.objects.filter(year=2026).update(version=9)
        calendar_change.follow_calendar(year=2026, by=SYSTEM)
        assert (row_of(sheet).days[24], row_of(sheet).duty_days) == ("H", 20)


class TestInbox:
    def test_units_are_reminded_of_months_that_are_over_and_the_note_goes_with_the_sheet(self, place):
        sheet = place.sheet(open_until=None)
        a_sheet(place.centre, NOVEMBER)  # not over
        handed_in(place.centre, "2026-09")
        assert months_inbox.remind(date(2026, 11, 2)) == 1
        note = Notice.objects.open().get(code="assignments.month_due")
        assert (note.institution_id, note.due_on) == (place.centre.pk, date(2026, 11, 6))
        assert note.params == {"month": "2026-10", "by": "2026-11-06", "until": "2026-11-13"}
        assert months_inbox.remind(date(2026, 11, 9)) == 1
        assert Notice.objects.open().get(key__startswith=months_inbox.DUE).code == "assignments.month_late"
        assert months_inbox.remind(date(2026, 11, 9)) == 1  # safe to run again
        assert Notice.objects.open().filter(key__startswith=months_inbox.DUE).count() == 1
        MonthSheet.objects.filter(pk=sheet.pk).update(exempt_until=TODAY, exemption_reason="示范")
        sheet.refresh_from_db()
        months_moving.submit(sheet=sheet, by=place.clerk)
        assert not Notice.objects.open().filter(key__startswith=months_inbox.DUE).exists()

    def test_the_person_is_asked_to_look_the_month_over(self, place):
        assignment = place.posted()
        member = a_membership(Role.DEPLOYED_PERSON, assignment.sending_unit)
        member.worker = assignment.worker
        member.save(update_fields=["worker"])
        sheet = place.sheet(people=[assignment])
        months_moving.submit(sheet=sheet, by=place.clerk)
        note = Notice.objects.open().get(code="assignments.month_to_confirm")
        assert (note.user_id, note.url) == (member.user_id, reverse("appraisals:my_month", args=[row_of(sheet).pk]))
        months_moving.withdraw(sheet=sheet, by=place.clerk)
        assert not Notice.objects.open().filter(code="assignments.month_to_confirm").exists()
        assert Notice.objects.open().filter(code="assignments.month_late").exists()  # the unit owes it again

    def test_many_released_at_once_close_their_notes_in_as_many_statements_as_few(self, place):
        counts = []
        for months in (range(1, 3), range(3, 10)):
            sheets = [a_sheet(place.centre, f"2026-{month:02}", "accepted", people=2) for month in months]
            with CaptureQueriesContext(connection) as found:
                months_moving.mark_released([sheet.pk for sheet in sheets], by=place.officer)
            counts.append(len(found))
        assert counts[0] == counts[1]
