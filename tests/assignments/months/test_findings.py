"""What a reviewer is shown: each finding made once, and not where everything is as it should be."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from assignments import month_words
from assignments.models import Assignment, Inspection, MonthSheet, PresenceCheck
from assignments.services import months_findings, months_opening
from assignments.services.months_findings import Finding
from deploy_admin import clock
from deploy_admin.access import SYSTEM
from deploy_admin.months import Month
from deploy_admin.registry.calendar import work_calendar
from tests.assignments.months.factories import OCTOBER, a_row, handed_in
from tests.assignments.months.world import Place, a_place
from tests.assignments.postings import a_leave, an_absence, on_post
from tests.registry.factories import an_institution

pytestmark = pytest.mark.django_db
SEPTEMBER = Month(date(2026, 9, 1))


@pytest.fixture
def place() -> Place:
    return a_place()


def found(sheet: MonthSheet) -> dict[str, Finding]:
    """The findings by code; October's plain rows of the tests differ from the published calendar by a make-up day."""
    return {
        each.code: each
        for each in months_findings.find([sheet.pk]).get(sheet.pk, ())
        if each.code != "duty_days_moved"
    }


def handed(place: Place, assignment: Assignment, exceptions: dict[int, str] | None = None, **more: Any) -> MonthSheet:
    sheet = handed_in(place.centre, people=0)
    a_row(sheet, assignment, exceptions, **more)
    return sheet


def seen(place: Place, assignment: Assignment, day: int, result: str, *, closed: bool = True) -> None:
    inspection = Inspection.objects.create(
        authority=place.authority,
        institution=place.centre,
        kind="unannounced",
        on=date(2026, 10, day),
        inspectors="示范组",
        **({"closed_at": clock.now(), "closed_by_name": "示范"} if closed else {}),
    )
    PresenceCheck.objects.create(inspection=inspection, assignment=assignment, result=result)


def test_a_month_as_it_was_prefilled_has_nothing_to_look_at(place):
    assignment = place.posted()
    a_leave(assignment, date(2026, 10, 14), date(2026, 10, 16))
    (pk,) = months_opening.open_month(OCTOBER, by=SYSTEM)
    MonthSheet.objects.update(
        state="submitted", submitted_at=clock.now() + timedelta(hours=1), submitted_by_name="示范"
    )
    assert months_findings.find([pk]) == {}


class TestRecords:
    def test_leave_approved_after_the_month_was_submitted(self, place):
        assignment = place.posted()
        sheet = handed(place, assignment)
        a_leave(assignment, date(2026, 10, 14), date(2026, 10, 15), decided_at=clock.now() + timedelta(hours=1))
        assert found(sheet)["leave_after_submission"].params == {"n": 2, "days": "14, 15"}
        assert "contradicts_leave" not in found(sheet)

    def test_leave_approved_before_and_marked_otherwise(self, place):
        assignment = place.posted()
        a_leave(assignment, date(2026, 10, 14), decided_at=clock.now() - timedelta(days=5))
        assert found(handed(place, assignment))["contradicts_leave"].params["days"] == "14"

    def test_marked_as_leave_nobody_granted(self, place):
        assignment = place.posted()
        a_leave(assignment, date(2026, 10, 14), state="asked")
        a_leave(assignment, date(2026, 10, 15), state="declined")
        codes = found(handed(place, assignment, {14: "S", 15: "S", 16: "S"}))
        assert codes["leave_without_record"].params["days"] == "15, 16"

    def test_absences_open_undecided_and_without_a_record(self, place):
        assignment = place.posted()
        an_absence(assignment, date(2026, 10, 14), state="to_be_checked")
        an_absence(assignment, date(2026, 10, 15), state="answered")
        an_absence(assignment, date(2026, 10, 16))
        codes = found(handed(place, assignment, {14: "U", 15: "K", 16: "K", 19: "U"}))
        assert codes["unchecked"].params["days"] == "14"
        assert codes["absence_undecided"].params["days"] == "15"
        assert codes["absence_without_record"].params["days"] == "19"

    def test_present_on_the_sheet_and_absent_by_the_record(self, place):
        assignment = place.posted()
        sheet = handed(place, assignment)
        an_absence(assignment, date(2026, 10, 14))
        assert found(sheet)["contradicts_absence"].params["days"] == "14"


class TestInspections:
    def test_missing_at_the_post_and_marked_present(self, place):
        assignment = place.posted()
        seen(place, assignment, 14, "absent")
        assert found(handed(place, assignment))["contradicts_inspection"].params["days"] == "14"

    def test_met_at_the_post_and_marked_away(self, place):
        assignment = place.posted()
        seen(place, assignment, 14, "present")
        codes = found(handed(place, assignment, {14: "S"}))
        assert codes["contradicts_inspection"].params["days"] == "14"

    def test_practising_at_the_sender_and_marked_present(self, place):
        assignment = place.posted()
        seen(place, assignment, 14, "practising")
        assert set(found(handed(place, assignment))) == {"practising_at_sender"}

    @pytest.mark.parametrize(
        ("result", "cell"), [("absent", "Sh"), ("absent", "X"), ("present", "X"), ("off_duty", "P")]
    )
    def test_what_contradicts_nothing(self, place, result, cell):
        assignment = place.posted()
        seen(place, assignment, 14, result)
        assert found(handed(place, assignment, {14: cell})) == {}

    def test_an_inspection_that_is_not_closed_tells_nobody(self, place):
        assignment = place.posted()
        seen(place, assignment, 14, "absent", closed=False)
        assert found(handed(place, assignment)) == {}


class TestStays:
    def test_an_early_end_that_came_in_afterwards_changes_no_day_and_is_found(self, place):
        assignment = place.posted()
        sheet = handed(place, assignment)
        Assignment.objects.filter(pk=assignment.pk).update(ends_on=date(2026, 10, 20))
        months_opening.refresh([sheet.pk])
        assert set(found(sheet)) == {"outside_stay"}
        assert sheet.rows.get().days[25] == "P"

    def test_somebody_who_came_in_afterwards_is_missing_by_name(self, place):
        sheet = handed(place, place.posted())
        late = place.posted(starts_on=date(2026, 10, 26))
        assert found(sheet)["person_missing"].params == {"name": late.worker.name, "assignment": late.pk}

    def test_the_same_days_on_two_sheets(self, place):
        other = an_institution(kind="township_health_centre", tier="township", level=1)
        assignment = place.posted()
        sheet = handed(place, assignment)
        a_row(handed_in(other, people=0), assignment, first=27)
        assert found(sheet)["two_sheets"].params["days"] == "27, 28, 29, 30, 31"

    def test_a_calendar_that_changed_meanwhile(self, place):
        sheet = handed(place, place.posted())
        codes = {each.code: each for each in months_findings.find([sheet.pk])[sheet.pk]}
        assert codes["duty_days_moved"].params == {"was": 17, "now": 18}  # Saturday the 10th is worked


class TestOddities:
    def test_late_and_provisional(self, place):
        sheet = handed(place, place.posted())
        MonthSheet.objects.update(is_late=True)
        assert set(found(sheet)) == {"late"}
        december = handed_in(place.centre, "2027-12", people=0)
        assert "calendar_provisional" in found(december)

    def test_the_same_exceptions_as_last_month(self, place):
        assignment = place.posted()
        same = {14: "R", 15: "R"}
        a_row(handed_in(place.centre, SEPTEMBER, people=0), assignment, same)
        assert set(found(handed(place, assignment, same))) == {"unchanged"}

    @pytest.mark.parametrize("now", [{}, {14: "R"}, {14: "R", 16: "R"}, {14: "R", 15: "G"}])
    def test_no_exceptions_one_or_others_are_nothing_to_look_at(self, place, now):
        assignment = place.posted()
        a_row(
            handed_in(place.centre, SEPTEMBER, people=0),
            assignment,
            {14: "R"} if len(now) == 1 else {14: "R", 15: "R"},
        )
        assert "unchanged" not in found(handed(place, assignment, now))

    def test_a_dispute(self, place):
        sheet = handed(place, place.posted(), answer="disputed", answer_remark="15日在岗")
        assert found(sheet)["disputed"].params == {"remark": "15日在岗"}

    def test_not_one_day_at_the_post(self, place):
        assignment = place.posted()
        exceptions = dict.fromkeys(range(1, 32), "L")
        assert set(found(handed(place, assignment, exceptions))) == {"no_attendance"}

    def test_a_month_of_leave_is_explained(self, place):
        assignment = place.posted()
        a_leave(
            assignment, date(2026, 9, 1), date(2026, 12, 20), kind="maternity", decided_at=clock.now() - timedelta(9)
        )
        assert found(handed(place, assignment, dict.fromkeys(range(1, 32), "C"))) == {}

    def test_more_duties_on_rest_days_than_plausible(self, place):
        weekends = [3, 4, 10, 11, 17, 18, 24]
        few = handed(place, place.posted(), dict.fromkeys(weekends[:6], "D"))
        assert found(few) == {}
        a_row(few, place.posted(), dict.fromkeys(weekends, "D"))
        assert found(few)["extra_duties"].params == {"n": "7"}


def test_as_many_queries_for_twenty_sheets_as_for_one(place):
    sheets = []
    for _ in range(20):
        other = a_place()
        sheets.append(handed_in(other.centre, people=[other.posted(), other.posted()]))
    work_calendar()
    counts = []
    for ids in ([sheets[0].pk], [sheet.pk for sheet in sheets]):
        with CaptureQueriesContext(connection) as queries:
            months_findings.find(ids)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_every_finding_has_words():
    assert set(month_words.FINDINGS) == months_findings.CODES
    params = {"n": 2, "days": "14, 15", "name": "示范", "remark": "示范", "was": 1, "now": 2}
    for code in months_findings.CODES:
        words = month_words.finding_words(Finding(code, None, params))
        assert words != code
        assert "%(" not in words
    assert month_words.finding_words(Finding("workload_missing")) == "workload_missing"


def test_a_cell_and_a_step_have_words():
    assert month_words.cell_words("Sh").endswith(month_words.cell_words("S"))
    with override("en"):
        assert month_words.step_words("submitted") == "Submitted"


def test_somebody_serving_elsewhere_is_nobody_here(place):
    sheet = handed(place, place.posted())
    on_post()
    assert found(sheet) == {}


def test_codes_are_kept_beside_their_sheets_and_move_nothing(place):
    sheets = [handed_in(place.centre, month) for month in ("2026-10", "2026-09")]
    months_findings.keep({sheets[0].pk: ["late", "unchanged", "late"], sheets[1].pk: []})
    stored = MonthSheet.objects.order_by("pk").values_list("findings", "version", "revision")
    assert list(stored) == [(["late", "unchanged"], 1, 1), ([], 1, 1)]
    months_findings.keep({})
