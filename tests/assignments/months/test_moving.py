"""A sheet's way from the unit to the release: every step, who may, and every refusal."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine
from django.db import connection
from django.db.utils import IntegrityError
from django.test.utils import CaptureQueriesContext

from assignments.models import Absence, AssignmentMonth, Leave, MonthSheet, SheetStep
from assignments.services import months_answers, months_hooks, months_moving
from assignments.states import MonthAnswer, SheetState
from deploy_admin.access import SYSTEM
from deploy_admin.audit.models import Event
from deploy_admin.errors import Conflict, RuleViolation
from deploy_admin.jobs.models import Notice
from tests.assignments.months.factories import NOVEMBER, OCTOBER, a_row, a_sheet, handed_in
from tests.assignments.months.world import Place, a_place, a_scan, me, row_of
from tests.assignments.postings import CITY_OFFICER, SECOND_OFFICER, TODAY, a_leave, receiver_clerk
from tests.registry.factories import an_institution

pytestmark = pytest.mark.django_db


@pytest.fixture
def place() -> Place:
    return a_place()


@pytest.fixture
def heard():
    """What is called when handed-in months change."""
    calls: list[set[int]] = []
    months_hooks.on_change("tests", calls.append)
    yield calls
    months_hooks._callbacks.pop("tests")


def refused(act, **more) -> str:
    with pytest.raises(RuleViolation) as found:
        act(**more)
    return found.value.code


def steps(sheet) -> list[str]:
    return list(SheetStep.objects.filter(sheet=sheet).order_by("pk").values_list("act", flat=True))


class TestSubmitting:
    def test_everyone_present_submitted_as_it_stands(self, place, heard):
        sheet = place.sheet()
        found = months_moving.submit(sheet=sheet, by=place.clerk)
        assert (found.state, found.submitted_by_name, found.on_behalf) == ("submitted", place.clerk.name, False)
        assert found.is_late  # the tests' day is past the fifth working day
        assert (found.version, found.revision > sheet.revision) == (sheet.version + 1, True)
        stored = MonthSheet.objects.get()
        assert (stored.version, stored.revision, stored.state) == (found.version, found.revision, "submitted")
        assert heard == [{sheet.pk}]
        assert steps(sheet) == ["submitted"]
        assert Event.objects.filter(act="assignments.month_submitted", object_id=sheet.pk).count() == 1
        assert found.findings == ["late"]

    def test_in_time_it_is_not_late(self, place):
        with time_machine.travel(date(2026, 11, 6)):
            found = months_moving.submit(sheet=place.sheet(open_until=None), by=place.clerk)
        assert (found.is_late, found.findings) == (False, [])

    def test_not_before_the_month_is_over(self, place):
        sheet = a_sheet(place.centre, NOVEMBER, people=[place.posted()])
        assert refused(months_moving.submit, sheet=sheet, by=place.clerk) == "month_not_over"

    def test_earlier_where_everybody_has_left(self, place):
        gone = place.posted(starts_on=date(2025, 11, 19), state="term_reached")
        sheet = a_sheet(place.centre, NOVEMBER, people=0)
        a_row(sheet, gone, last=18)
        assert months_moving.submit(sheet=sheet, by=place.clerk).state == "submitted"

    def test_after_it_closed_only_with_more_time(self, place):
        sheet = place.sheet(open_until=None)
        assert refused(months_moving.submit, sheet=sheet, by=place.clerk) == "month_closed"
        months_moving.exempt(sheet=sheet, until=TODAY, reason="系统故障", by=place.officer)
        assert months_moving.submit(sheet=sheet, by=place.clerk).state == "submitted"

    def test_twice_is_refused(self, place):
        sheet = place.sheet()
        months_moving.submit(sheet=sheet, by=place.clerk)
        assert refused(months_moving.submit, sheet=sheet, by=place.clerk) == "sheet_moved"

    def test_nobody_on_it(self, place):
        assert refused(months_moving.submit, sheet=place.sheet(people=0), by=place.clerk) == "sheet_empty"

    def test_what_was_seen_must_be_what_is(self, place):
        sheet = place.sheet()
        with pytest.raises(Conflict) as found:
            months_moving.submit(sheet=sheet, version=7, by=place.clerk)
        assert found.value.context["theirs"] == {"version": 1, "state": "draft"}

    def test_the_district_does_so_on_behalf_with_the_units_letter(self, place):
        sheet = place.sheet()
        assert refused(months_moving.submit, sheet=sheet, by=place.officer) == "scan_missing"
        found = months_moving.submit(sheet=sheet, scan=a_scan(), by=place.officer)
        assert found.on_behalf
        assert SheetStep.objects.get().on_behalf

    def test_others_do_not(self, place):
        sheet = place.sheet()
        assert refused(months_moving.submit, sheet=sheet, by=place.stranger) == "sheet_unknown"
        assert refused(months_moving.submit, sheet=sheet, by=CITY_OFFICER) == "not_permitted"
        other = receiver_clerk(an_institution(kind="township_health_centre"))
        assert refused(months_moving.submit, sheet=sheet, by=other) == "sheet_unknown"

    def test_what_apps_above_found_is_kept_with_it(self, place):
        found = months_moving.submit(sheet=place.sheet(), findings=["workload_missing"], by=place.clerk)
        assert found.findings == ["late", "workload_missing"]
        opened = months_moving.open_review(sheet=found, by=place.officer)
        assert opened.findings == ["late", "workload_missing"]


class TestRecordsOpened:
    def test_leave_marked_by_hand_is_asked_for_run_by_run(self, place):
        assignment = place.posted()
        sheet = place.sheet(people=0)
        # Thursday 15 to Monday 19 over the weekend, another kind on Tuesday, and again on Friday 23.
        a_row(sheet, assignment, {15: "S", 16: "S", 19: "S", 20: "B", 23: "S"})
        months_moving.submit(sheet=sheet, by=place.clerk)
        rows = Leave.objects.order_by("first_day").values_list("kind", "first_day", "last_day", "state", "on_behalf")
        assert list(rows) == [
            ("personal", date(2026, 10, 15), date(2026, 10, 19), "asked", True),
            ("sick", date(2026, 10, 20), date(2026, 10, 20), "asked", True),
            ("personal", date(2026, 10, 23), date(2026, 10, 23), "asked", True),
        ]
        assert row_of(sheet).days[14] == "S"

    def test_absence_marked_by_hand_is_reported_and_stays_as_marked(self, place):
        assignment = place.posted()
        sheet = place.sheet(people=0)
        a_row(sheet, assignment, {14: "K", 21: "U"})
        found = months_moving.submit(sheet=sheet, by=place.clerk)
        days = Absence.objects.order_by("first_day").values_list("first_day", "last_day", "state")
        assert [tuple(each) for each in days] == [
            (date(2026, 10, 14), date(2026, 10, 14), "to_be_checked"),
            (date(2026, 10, 21), date(2026, 10, 21), "to_be_checked"),
        ]
        assert (row_of(sheet).days[13], row_of(sheet).days[20]) == ("K", "U")
        assert found.findings == ["absence_undecided", "late", "unchecked"]

    def test_half_days_open_nothing(self, place):
        sheet = place.sheet(people=0)
        a_row(sheet, place.posted(), {14: "Sh", 15: "Kh"})
        found = months_moving.submit(sheet=sheet, by=place.clerk)
        assert not Leave.objects.exists()
        assert not Absence.objects.exists()
        assert "absence_without_record" in found.findings

    def test_what_somebody_asked_for_already_is_not_asked_again(self, place):
        assignment = place.posted()
        a_leave(assignment, date(2026, 10, 14), date(2026, 10, 15), state="asked")
        a_leave(assignment, date(2026, 10, 20), state="declined")
        sheet = place.sheet(people=0)
        a_row(sheet, assignment, {14: "S", 15: "S", 20: "S"})
        found = months_moving.submit(sheet=sheet, by=place.clerk)
        assert Leave.objects.count() == 2
        assert found.findings == ["late", "leave_without_record"]  # of the day that was declined

    def test_of_shifts_the_marked_days_are_the_duty_days(self, place):
        assignment = place.posted(roster_pattern="shift")
        sheet = place.sheet(people=0)
        a_row(sheet, assignment, {17: "S", 18: "S", 19: "S"})
        months_moving.submit(sheet=sheet, by=place.clerk)
        assert Leave.objects.get().stated_duty_days == 3

    def test_what_cannot_be_recorded_is_found_and_blocks_nothing(self, place):
        gone = place.posted(starts_on=date(2026, 3, 10), state="ended_early", ended_on=date(2026, 10, 20))
        sheet = place.sheet(people=0)
        a_row(sheet, gone, {14: "S"}, last=20)
        found = months_moving.submit(sheet=sheet, by=place.clerk)
        assert not Leave.objects.exists()
        assert found.findings == ["late", "leave_without_record"]

    def test_submitted_again_the_same_marks_open_nothing_new(self, place):
        sheet = place.sheet(people=0)
        a_row(sheet, place.posted(), {14: "S", 21: "K"})
        months_moving.submit(sheet=sheet, by=place.clerk)
        months_moving.withdraw(sheet=sheet, by=place.clerk)
        months_moving.submit(sheet=sheet, by=place.clerk)
        assert (Leave.objects.count(), Absence.objects.count()) == (1, 1)
        assert row_of(sheet).days[20] == "K"


class TestTakingBack:
    def test_until_the_district_opens_it(self, place, heard):
        sheet = handed_in(place.centre, open_until=TODAY)
        found = months_moving.withdraw(sheet=sheet, by=place.clerk)
        assert (found.state, found.submitted_at, found.findings) == ("draft", None, [])
        assert heard == [{sheet.pk}]
        assert found.revision > sheet.revision

    def test_not_once_the_district_opened_it(self, place):
        sheet = handed_in(place.centre, open_until=TODAY)
        months_moving.open_review(sheet=sheet, by=place.officer)
        assert refused(months_moving.withdraw, sheet=sheet, by=place.clerk) == "opened_by_district"

    def test_not_when_it_could_not_be_submitted_again(self, place):
        sheet = handed_in(place.centre)
        assert refused(months_moving.withdraw, sheet=sheet, by=place.clerk) == "month_closed"

    @pytest.mark.parametrize("state", ["draft", "returned", "accepted", "released"])
    def test_from_nowhere_else(self, place, state):
        sheet = a_sheet(place.centre, state=state)
        assert refused(months_moving.withdraw, sheet=sheet, by=place.clerk) == "sheet_moved"


class TestReviewing:
    def test_opening_is_safe_to_repeat(self, place, heard):
        sheet = handed_in(place.centre)
        first = months_moving.open_review(sheet=sheet, by=place.officer)
        again = months_moving.open_review(sheet=sheet, by=place.officer)
        assert (first.state, again.version) == ("in_review", first.version)
        assert steps(sheet) == ["review_opened"]
        assert heard == []  # it is scored already

    def test_sent_back_with_the_reason_and_time_to_correct_it(self, place, heard):
        sheet = handed_in(place.centre)
        assert refused(months_moving.send_back, sheet=sheet, reason=" ", by=place.officer) == "reason_missing"
        found = months_moving.send_back(sheet=sheet, reason="15日出勤请核对", by=place.officer)
        assert (found.state, found.reason) == ("returned", "15日出勤请核对")
        assert found.exempt_until == date(2026, 11, 27)  # five working days after Sunday the 22nd
        assert heard == [{sheet.pk}]
        notice = Notice.objects.get(key=f"assignments.month_returned:{sheet.pk}")
        assert (notice.institution_id, notice.due_on) == (place.centre.pk, date(2026, 11, 27))
        months_moving.submit(sheet=found, by=place.clerk)
        notice.refresh_from_db()
        assert notice.settled_at is not None

    def test_more_time_that_was_given_is_not_cut_short(self, place):
        sheet = handed_in(place.centre, open_until=date(2026, 12, 15))
        found = months_moving.send_back(sheet=sheet, reason="请核对", by=place.officer)
        assert found.exempt_until == date(2026, 12, 15)

    def test_an_accepted_month_is_opened_again_with_a_reason(self, place):
        sheet = a_sheet(place.centre, state="accepted")
        found = months_moving.send_back(sheet=sheet, reason="补录", by=place.officer)
        assert (found.state, found.accepted_at, found.accepted_by_name) == ("returned", None, "")
        assert steps(sheet) == ["reopened"]

    def test_a_released_month_is_never_moved(self, place):
        sheet = a_sheet(place.centre, state="released")
        for act, more in (
            (months_moving.send_back, {"reason": "改"}),
            (months_moving.exempt, {"until": TODAY, "reason": "改"}),
        ):
            assert refused(act, sheet=sheet, by=place.officer, **more) == "sheet_moved"
        assert refused(months_moving.accept, sheets=[sheet], by=place.officer) == "sheet_moved"

    def test_many_are_accepted_at_once_or_none(self, place, heard):
        clean = [handed_in(place.centre, month) for month in ("2026-10", "2026-09")]
        draft = a_sheet(place.centre, "2026-08")
        assert refused(months_moving.accept, sheets=[*clean, draft], by=place.officer) == "sheet_moved"
        assert MonthSheet.objects.filter(state="accepted").count() == 0
        assert refused(months_moving.accept, sheets=[], by=place.officer) == "sheet_unknown"
        found = months_moving.accept(sheets=clean, by=place.officer)
        assert {each.state for each in found} == {"accepted"}
        assert MonthSheet.objects.filter(accepted_by_id=place.officer.user_id).count() == 2
        assert heard == []
        assert Event.objects.get(act="assignments.month_accepted").detail["count"] == 2

    def test_many_take_as_many_statements_as_few(self, place):
        counts = []
        for months in (range(1, 3), range(3, 10)):
            sheets = [handed_in(place.centre, f"2026-{month:02}") for month in months]
            with CaptureQueriesContext(connection) as found:
                months_moving.accept(sheets=sheets, by=place.officer)
            counts.append(len(found))
        assert counts[0] == counts[1]

    def test_somebody_else_accepts_what_was_entered_on_behalf(self, place):
        sheet = place.sheet()
        months_moving.submit(sheet=sheet, scan=a_scan(), by=place.officer)
        assert refused(months_moving.accept, sheets=[sheet], by=place.officer) == "second_person"
        assert months_moving.accept(sheets=[sheet], by=SECOND_OFFICER)[0].state == "accepted"

    def test_who_reviews(self, place):
        sheet = handed_in(place.centre)
        for act, more in (
            (months_moving.open_review, {}),
            (months_moving.send_back, {"reason": "改"}),
        ):
            assert refused(act, sheet=sheet, by=place.clerk, **more) == "not_permitted"
            assert refused(act, sheet=sheet, by=place.stranger, **more) == "sheet_unknown"
        assert refused(months_moving.accept, sheets=[sheet], by=place.clerk) == "not_permitted"
        assert months_moving.open_review(sheet=sheet, by=CITY_OFFICER).state == "in_review"

    def test_released_only_from_accepted(self, place):
        sheet = a_sheet(place.centre, state="accepted")
        (found,) = months_moving.mark_released([sheet.pk], by=place.officer)
        assert (found.state, found.released_at is not None) == ("released", True)
        assert refused(lambda: months_moving.mark_released([sheet.pk], by=place.officer)) == "sheet_moved"

    def test_more_time_has_a_last_day_to_come_and_a_reason(self, place):
        sheet = place.sheet(open_until=None)
        yesterday = date(2026, 11, 21)
        assert (
            refused(months_moving.exempt, sheet=sheet, until=yesterday, reason="停电", by=place.officer)
            == "in_the_past"
        )
        assert refused(months_moving.exempt, sheet=sheet, until=TODAY, reason="", by=place.officer) == "reason_missing"
        assert (
            refused(months_moving.exempt, sheet=sheet, until=TODAY, reason="停电", by=place.clerk) == "not_permitted"
        )
        found = months_moving.exempt(sheet=sheet, until=TODAY, reason="停电", by=place.officer)
        assert (found.state, found.exempt_until, found.exemption_reason) == ("draft", TODAY, "停电")
        assert Notice.objects.filter(code="assignments.month_exempted", institution_id=place.centre.pk).exists()


class TestHooks:
    def test_touching_moves_the_revision_and_tells_of_handed_in_sheets_only(self, heard):
        open_one, with_district = a_sheet(), handed_in()
        months_hooks.touch([open_one.pk, with_district.pk])
        assert heard == [{with_district.pk}]
        assert set(MonthSheet.objects.values_list("revision", flat=True)) == {2}

    def test_registered_twice_it_is_asked_once(self, heard):
        months_hooks.on_change("tests", heard.append)
        months_hooks.touch([handed_in().pk])
        assert len(heard) == 1


class TestAnswers:
    def test_the_person_confirms_or_disputes_what_was_handed_in(self, place):
        assignment = place.posted()
        sheet = handed_in(place.centre, people=[assignment])
        row = row_of(sheet)
        months_answers.answer(row=row, answer="confirmed", by=me(assignment))
        assert (row.answer, row.answered_at is not None) == (MonthAnswer.CONFIRMED, True)
        assert (
            refused(lambda: months_answers.answer(row=row, answer="disputed", by=me(assignment)))
            == "answer_incomplete"
        )
        months_answers.answer(row=row, answer="disputed", remark="15日在岗", by=me(assignment))
        assert (row.answer, row.answer_remark) == (MonthAnswer.DISPUTED, "15日在岗")
        opened = months_moving.open_review(sheet=sheet, by=place.officer)
        assert "disputed" in opened.findings

    @pytest.mark.parametrize("state", [SheetState.DRAFT, SheetState.RETURNED, SheetState.RELEASED])
    def test_not_before_and_not_after(self, place, state):
        assignment = place.posted()
        row = row_of(a_sheet(place.centre, state=state, people=[assignment]))
        code = refused(months_answers.answer, row=row, answer="confirmed", by=me(assignment))
        assert code == "not_to_answer_now"

    def test_nobody_answers_for_somebody_else(self, place):
        row = row_of(handed_in(place.centre, people=[place.posted()]))
        assert refused(months_answers.answer, row=row, answer="confirmed", by=me(place.posted())) == "row_unknown"
        assert refused(months_answers.answer, row=row, answer="confirmed", by=place.clerk) == "not_permitted"
        assert refused(months_answers.answer, row=row, answer="maybe", by=me(row.assignment)) == "answer_unknown"
        assert (
            refused(months_answers.answer, row=row, answer="confirmed", version=9, by=me(row.assignment))
            == "stale_version"
        )


class TestConstraints:
    def test_steps_stand(self):
        sheet = handed_in()
        step = SheetStep.objects.create(sheet=sheet, act="submitted", to_state="submitted", by_name="示范")
        with pytest.raises(IntegrityError):
            SheetStep.objects.filter(pk=step.pk).update(reason="改")

    @pytest.mark.parametrize(
        "values",
        [
            {"state": "submitted", "submitted_at": None},
            {"state": "accepted", "accepted_at": None},
            {"state": "returned", "reason": ""},
            {"exempt_until": TODAY, "exemption_reason": ""},
            {"month": date(2026, 10, 2)},
            {"state": "lost"},
            {"state": "accepted", "on_behalf": True, "submitted_by_id": 1, "accepted_by_id": 1},
        ],
    )
    def test_a_sheet_that_makes_no_sense(self, values):
        sheet = a_sheet(state="accepted")
        with pytest.raises(IntegrityError):
            MonthSheet.objects.filter(pk=sheet.pk).update(**values)

    @pytest.mark.parametrize(
        "values",
        [
            {"days": ["P"] * 30},
            {"days": ["?"] * 31},
            {"duty_days": 32},
            {"month": date(2026, 10, 2)},
            {"answer": "disputed", "answered_at": None},
            {"answer": "", "answered_at": "2026-11-22T09:00Z"},
        ],
    )
    def test_a_row_that_makes_no_sense(self, values):
        row = row_of(a_sheet())
        with pytest.raises(IntegrityError):
            AssignmentMonth.objects.filter(pk=row.pk).update(**values)

    def test_a_unit_has_one_sheet_a_month_and_a_person_one_row(self):
        sheet = a_sheet()
        row = row_of(sheet)
        with pytest.raises(IntegrityError):
            a_row(sheet, row.assignment)

    def test_one_sheet_a_month(self):
        sheet = a_sheet()
        with pytest.raises(IntegrityError):
            a_sheet(sheet.institution, OCTOBER)

    def test_the_machine_may_enter_for_nobody(self, place):
        assert months_moving.submit(sheet=place.sheet(), by=SYSTEM).on_behalf is False
