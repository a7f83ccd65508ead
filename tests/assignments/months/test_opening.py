"""Months opened where people serve: who stands on which sheet with which days, and what follows of itself."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assignments.kinds import RosterPattern
from assignments.models import Assignment, AssignmentMonth, MonthSheet, Segment
from assignments.services import ending, months_nightly, months_opening, stopping
from assignments.states import AssignmentState
from deploy_admin.access import SYSTEM
from deploy_admin.audit.models import Event
from deploy_admin.errors import RuleViolation
from deploy_admin.months import Month
from deploy_admin.people.models import HealthWorker
from deploy_admin.registry.calendar import work_calendar
from tests.assignments.months.factories import NOVEMBER, OCTOBER, a_cycle, a_row, a_sheet, a_sheet_step, handed_in
from tests.assignments.months.world import a_place, row_of
from tests.assignments.postings import (
    CITY_OFFICER,
    TODAY,
    a_leave,
    a_segment,
    an_absence,
    an_assignment,
    on_post,
)
from tests.registry.factories import an_institution

pytestmark = pytest.mark.django_db
SEPTEMBER = Month(date(2026, 9, 1))


def opened(month: Month = NOVEMBER, **more: object) -> list[MonthSheet]:
    ids = months_opening.open_month(month, by=SYSTEM, **more)  # type: ignore[arg-type]
    return list(MonthSheet.objects.filter(pk__in=ids).order_by("pk"))


def text(row: AssignmentMonth) -> str:
    return "".join(row.days)


class TestWhoStandsOnIt:
    def test_one_sheet_for_a_unit_and_one_row_for_each_person(self):
        place = a_place()
        for _ in range(3):
            place.posted()
        (sheet,) = opened()
        assert (sheet.institution, sheet.month, sheet.state) == (place.centre, NOVEMBER.first, "draft")
        assert sheet.rows.count() == 3
        row = sheet.rows.first()
        # November 2026 begins on a Sunday.
        assert text(row) == "X" + "PPPPPXX" * 4 + "P"
        assert (row.duty_days, row.attended_halves) == (21, 42)
        assert Event.objects.filter(act="assignments.month_opened").count() == 1

    def test_opened_again_it_changes_nothing(self):
        place = a_place()
        place.posted()
        (sheet,) = opened()
        before = MonthSheet.objects.values().get()
        assert opened() == [sheet]
        assert MonthSheet.objects.values().get() == before
        assert Event.objects.filter(act="assignments.month_opened").count() == 1

    @pytest.mark.parametrize("state", ["planned", "filed", "withdrawn"])
    def test_nobody_stands_on_it_who_has_not_come(self, state):
        place = a_place()
        an_assignment(receiver=place.centre, state=state)
        assert opened() == []

    def test_the_past_is_not_entered(self):
        place = a_place()
        an_assignment(
            receiver=place.centre, state="on_post", origin="imported", evidence="archive", confirmed_by_name=""
        )
        assert opened() == []

    def test_a_month_to_come_is_not_opened(self):
        with pytest.raises(RuleViolation) as refused:
            opened(NOVEMBER.next)
        assert refused.value.code == "month_not_begun"

    def test_the_first_month_begins_on_the_first_day_and_the_last_ends_with_the_last(self):
        place = a_place()
        came = place.posted(starts_on=date(2026, 11, 10))
        left = place.posted(starts_on=date(2025, 11, 19))  # twelve months: to 18 November
        (sheet,) = opened()
        assert text(row_of(sheet, came)) == "Z" * 9 + "PPPP" + "XXPPPPP" * 2 + "XXP"
        assert text(row_of(sheet, left)) == "X" + "PPPPPXX" * 2 + "PPP" + "Z" * 12
        assert row_of(sheet, left).duty_days == 13

    def test_who_moves_within_the_month_stands_on_two_sheets_each_with_its_own_days(self):
        place, other = a_place(), an_institution(kind="township_health_centre", tier="township", level=1)
        assignment = place.posted()
        Segment.objects.filter(assignment=assignment).update(valid_to=date(2026, 11, 11))
        a_segment(assignment, other, valid_from=date(2026, 11, 12), reason="moved")
        Assignment.objects.filter(pk=assignment.pk).update(receiving_unit=other)
        sheets = {sheet.institution_id: sheet for sheet in opened()}
        here, there = row_of(sheets[place.centre.pk]), row_of(sheets[other.pk])
        assert text(here) == "XPPPPPXXPPP" + "Z" * 19
        assert text(there) == "Z" * 11 + "PPXX" + "PPPPPXX" * 2 + "P"
        assert (here.duty_days, there.duty_days) == (8, 13)

    def test_who_comes_back_within_the_month_has_one_row_with_a_gap(self):
        place, other = a_place(), an_institution(kind="township_health_centre", tier="township", level=1)
        assignment = place.posted()
        Segment.objects.filter(assignment=assignment).update(valid_to=date(2026, 11, 5))
        a_segment(assignment, other, valid_from=date(2026, 11, 6), valid_to=date(2026, 11, 17), reason="moved")
        a_segment(assignment, place.centre, valid_from=date(2026, 11, 18), reason="moved")
        sheet = next(sheet for sheet in opened() if sheet.institution_id == place.centre.pk)
        assert text(row_of(sheet)) == "XPPPP" + "Z" * 12 + "PPPXX" + "PPPPPXXP"

    def test_a_renewal_is_another_row_back_to_back(self):
        place = a_place()
        first = place.posted(starts_on=date(2025, 11, 16), state="renewed")
        second = place.posted(first.worker, starts_on=date(2026, 11, 16), renews=first)
        (sheet,) = opened()
        assert text(row_of(sheet, first)) == "X" + "PPPPPXX" * 2 + "Z" * 15
        assert text(row_of(sheet, second)) == "Z" * 15 + "PPPPPXX" * 2 + "P"

    def test_half_time_changes_at_the_same_unit_make_one_row(self):
        place = a_place()
        assignment = place.posted()
        Segment.objects.filter(assignment=assignment).update(valid_to=date(2026, 11, 5))
        a_segment(assignment, place.centre, valid_from=date(2026, 11, 6), full_time=False, reason="full_time")
        (sheet,) = opened()
        assert text(row_of(sheet)) == "X" + "PPPPPXX" * 4 + "P"

    def test_only_the_units_asked_for_are_opened(self):
        place, other = a_place(), an_institution(kind="township_health_centre", tier="township", level=1)
        place.posted()
        on_post(receiver=other)
        (sheet,) = opened(institution_ids=[other.pk])
        assert sheet.institution_id == other.pk
        assert MonthSheet.objects.count() == 1

    def test_days_before_a_merger_stay_with_the_unit_that_was(self):
        place, heir = a_place(), an_institution(kind="township_health_centre", tier="township", level=1)
        assignment = place.posted()
        Segment.objects.filter(assignment=assignment).update(valid_to=date(2026, 11, 15))
        a_segment(assignment, heir, valid_from=date(2026, 11, 16), reason="succession")
        sheets = {sheet.institution_id: row_of(sheet) for sheet in opened()}
        assert text(sheets[place.centre.pk])[14:17] == "XZZ"
        assert text(sheets[heir.pk])[14:17] == "ZPP"


class TestWhatFollowsOfItself:
    def test_leave_and_absence_stand_in_it(self):
        place = a_place()
        assignment = place.posted()
        a_leave(assignment, date(2026, 11, 5), date(2026, 11, 9), kind="sick")
        a_leave(assignment, date(2026, 11, 10), state="asked")
        an_absence(assignment, date(2026, 11, 12), state="to_be_checked")
        an_absence(assignment, date(2026, 11, 13))
        an_absence(assignment, date(2026, 11, 16), state="excused")
        (sheet,) = opened()
        row = row_of(sheet)
        assert text(row)[:16] == "XPPPBBXXBPPUKXXP"
        assert (row.sick_halves, row.unchecked_halves, row.absent_halves, row.duty_days) == (6, 2, 2, 21)

    def test_shifts_follow_their_roster(self):
        place = a_place()
        assignment = place.posted(roster_pattern=RosterPattern.SHIFT)
        a_cycle(assignment, date(2026, 11, 2), "PNXX")
        (sheet,) = opened()
        assert text(row_of(sheet)) == "X" + "PNXX" * 7 + "P"
        assert row_of(sheet).night_halves == 14

    def test_whoever_comes_later_comes_onto_the_open_sheet(self):
        place = a_place()
        place.posted()
        (sheet,) = opened()
        late = place.posted(starts_on=date(2026, 11, 16))
        assert months_opening.refresh([sheet.pk]) == {sheet.pk}
        assert text(row_of(sheet, late))[:16] == "Z" * 15 + "P"

    def test_nobody_comes_onto_a_sheet_that_is_handed_in(self):
        place = a_place()
        sheet = handed_in(place.centre, NOVEMBER)
        place.posted()
        assert months_opening.refresh([sheet.pk]) == set()
        assert opened() == [sheet]
        assert sheet.rows.count() == 1

    def test_whose_assignment_was_taken_back_leaves_an_untouched_sheet(self):
        place = a_place()
        gone, stays = place.posted(), place.posted()
        (sheet,) = opened()
        Assignment.objects.filter(pk=gone.pk).update(state=AssignmentState.FILED)
        months_opening.refresh([sheet.pk])
        assert row_of(sheet).assignment_id == stays.pk

    def test_of_whom_something_was_entered_the_row_stays_and_closes(self):
        place = a_place()
        gone = place.posted()
        (sheet,) = opened()
        AssignmentMonth.objects.update(touched=1 << 4)
        Assignment.objects.filter(pk=gone.pk).update(state=AssignmentState.FILED)
        months_opening.refresh([sheet.pk])
        assert (text(row_of(sheet)), row_of(sheet).touched) == ("Z" * 30, 0)

    def test_an_empty_sheet_nobody_said_anything_of_goes_with_its_last_row(self):
        place = a_place()
        gone = place.posted()
        (sheet,) = opened()
        Assignment.objects.filter(pk=gone.pk).update(state=AssignmentState.FILED)
        months_opening.refresh([sheet.pk])
        assert not MonthSheet.objects.exists()

    def test_a_sheet_with_a_history_stays_though_it_is_empty(self):
        place = a_place()
        gone = place.posted()
        (sheet,) = opened()
        a_sheet_step(sheet)
        Assignment.objects.filter(pk=gone.pk).update(state=AssignmentState.FILED)
        months_opening.refresh([sheet.pk])
        assert MonthSheet.objects.get() == sheet

    def test_what_somebody_set_stays_when_leave_comes_elsewhere_in_the_month(self):
        place = a_place()
        assignment = place.posted()
        (sheet,) = opened()
        days = list(row_of(sheet).days)
        days[2] = "R"
        AssignmentMonth.objects.update(days=days, touched=1 << 2, answer="confirmed", answered_at="2026-11-20T09:00Z")
        a_leave(assignment, date(2026, 11, 5))
        months_opening.refresh([sheet.pk])
        row = row_of(sheet)
        assert text(row)[:6] == "XPRPSP"
        assert (row.touched, row.answer, row.version) == (1 << 2, "", 2)  # confirmed was another month
        assert MonthSheet.objects.get().revision == sheet.revision + 1

    def test_an_early_end_closes_the_days_after_it_while_the_sheet_is_open(self):
        place = a_place()
        assignment = place.posted()
        (sheet,) = opened()
        stopping.end_early(
            assignment=assignment,
            last_day=date(2026, 11, 18),
            reason="grave_illness",
            remark="示范",
            version=None,
            by=CITY_OFFICER,
        )
        assert text(row_of(sheet))[15:20] == "PPPZZ"

    def test_a_recomputed_end_brings_open_sheets_with_it_at_once(self):
        place = a_place()
        assignment = place.posted()
        (sheet,) = opened()
        Assignment.objects.filter(pk=assignment.pk).update(starts_on=date(2026, 11, 4))
        Segment.objects.filter(assignment=assignment).update(valid_from=date(2026, 11, 4))
        ending.recompute([assignment.pk], by=SYSTEM)
        assert text(row_of(sheet))[:5] == "ZZZPP"


class TestStale:
    def test_a_sheet_is_stale_when_an_assignment_changed_after_it(self):
        place = a_place()
        assignment = place.posted()
        (sheet,) = opened()
        later = sheet.updated_at + timedelta(minutes=5)
        MonthSheet.objects.update(updated_at=later)
        Assignment.objects.filter(pk=assignment.pk).update(updated_at=sheet.updated_at)
        sheet.refresh_from_db()
        assert not months_opening.is_stale(sheet)
        a_leave(assignment, date(2026, 11, 5))
        Assignment.objects.filter(pk=assignment.pk).update(updated_at=later + timedelta(seconds=1))
        assert months_opening.is_stale(sheet)
        assert months_opening.refresh_if_stale(sheet)
        assert text(row_of(sheet))[4] == "S"

    def test_a_handed_in_sheet_is_never_stale(self):
        assert not months_opening.is_stale(handed_in())
        assert not months_opening.refresh_if_stale(handed_in())


class TestNightly:
    def test_this_month_is_opened_and_nothing_before_the_systems_first(self):
        place = a_place()
        place.posted()
        months_nightly.open_months(on=TODAY, by=SYSTEM)
        assert [sheet.month for sheet in MonthSheet.objects.all()] == [NOVEMBER.first]

    def test_an_arrival_confirmed_late_comes_onto_last_month(self):
        place = a_place()
        other = an_institution(kind="township_health_centre", tier="township", level=1)
        a_sheet(place.centre, OCTOBER)
        late = on_post(receiver=other, starts_on=date(2026, 10, 27))
        months_nightly.open_months(on=TODAY, by=SYSTEM)
        sheet = MonthSheet.objects.get(institution=other, month=OCTOBER.first)
        assert text(row_of(sheet, late)).lstrip("Z") == "PPPPX"

    def test_older_open_sheets_follow_too(self):
        place = a_place()
        assignment = place.posted()
        sheet = a_sheet(place.centre, SEPTEMBER, people=0)
        a_row(sheet, assignment)
        a_leave(assignment, date(2026, 9, 16))
        months_nightly.open_months(on=TODAY, by=SYSTEM)
        assert text(row_of(sheet))[15] == "S"


def _many(number: int, units: int) -> None:
    """So many people on post at so many units, as rows written at once."""
    sender = an_institution(affiliation="municipal", tier="municipal")
    centres = [an_institution(kind="township_health_centre", tier="township", level=1) for _ in range(units)]
    pattern = on_post(sender=sender, receiver=centres[0], suspended=False)
    workers = HealthWorker.objects.bulk_create(
        [HealthWorker(number=f"P9{n:07}", name=f"示范{n}", pinyin=f"shi{n:05}", sex="1") for n in range(number)]
    )
    rows = []
    for n, worker in enumerate(workers):
        row = Assignment.objects.get(pk=pattern.pk) if n == 0 else rows[0]
        fields = {f.attname: getattr(row, f.attname) for f in Assignment._meta.concrete_fields if f.attname != "id"}
        fields |= {"worker_id": worker.pk, "receiving_unit_id": centres[n % units].pk, "sort_key": worker.pinyin}
        rows.append(Assignment(**fields))
    made = Assignment.objects.bulk_create(rows)
    Segment.objects.bulk_create(
        [
            Segment(assignment=each, receiving_unit_id=each.receiving_unit_id, valid_from=each.starts_on)
            for each in made
        ]
    )


def _queries() -> tuple[int, int]:
    with CaptureQueriesContext(connection) as found:
        ids = months_opening.open_month(NOVEMBER, by=SYSTEM)
    return len(found), len(ids)


def test_two_thousand_people_take_as_many_statements_as_twenty():
    place = a_place()
    for _ in range(20):
        place.posted(suspended=False)
    work_calendar()  # read once in a process
    few, sheets = _queries()
    assert sheets == 1
    AssignmentMonth.objects.all().delete()
    MonthSheet.objects.all().delete()
    _many(1_900, 100)
    many, sheets = _queries()
    assert sheets == 101
    assert AssignmentMonth.objects.count() == 1_921
    assert many == few
