"""A month before anybody enters anything, worked by hand; what stays when records change; totals as the database's."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assignments.models import AssignmentMonth
from assignments.rules.attendance import Away, merged, prefill, settled, still_touched, totals
from assignments.rules.attendance_codes import CELLS
from deploy_admin.months import Month
from deploy_admin.workdays import WorkCalendar
from tests.assignments.months.factories import a_row, a_sheet

#: October 2025: National Day and Mid-Autumn from 1 to 8, made up for on Saturday 11 (and on Sunday 28 September).
OCTOBER = Month(date(2025, 10, 1))
CALENDAR = WorkCalendar(
    off=frozenset(date(2025, 10, n) for n in range(1, 9)), on=frozenset({date(2025, 9, 28), date(2025, 10, 11)})
)
FEBRUARY = Month(date(2024, 2, 1))


def text(days: object) -> str:
    return "".join(days)  # type: ignore[arg-type]


def october(pattern: str = "five_day", first: int = 1, last: int = 31, **more: object):
    return prefill(OCTOBER, first, last, pattern, CALENDAR, **more)  # type: ignore[arg-type]


class TestRoster:
    def test_a_five_day_week_with_holidays_and_a_day_made_up_for(self):
        found = october()
        #             12345678 9 10 | 11 12 | 13-17 ...
        assert text(found.days) == "HHHHHHHH" + "PP" + "PX" + "PPPPPXX" + "PPPPPXX" + "PPPPP"
        assert found.duty_days == 18

    def test_a_six_day_week_works_on_saturdays_but_for_holidays(self):
        found = october("six_day")
        assert text(found.days) == "HHHHHHHH" + "PP" + "PX" + "PPPPPPX" + "PPPPPPX" + "PPPPP"
        assert found.duty_days == 20

    def test_shifts_repeat_from_their_first_day_whatever_the_calendar(self):
        found = october("shift", cycles=[(date(2025, 10, 3), tuple("PNXX"))])
        assert text(found.days)[:2] == "HH"  # before the roster begins, as the office week
        assert text(found.days)[2:14] == "PNXX" * 3
        assert found.duty_days == 14 + 1  # seven rounds of four days, and the day duty that begins the eighth

    def test_a_roster_of_earlier_goes_on_and_a_later_one_takes_over(self):
        found = october("shift", cycles=[(date(2025, 9, 29), ("P", "N")), (date(2025, 10, 20), ("X",))])
        assert text(found.days)[:6] == "PNPNPN"
        assert set(found.days[19:]) == {"X"}

    def test_shifts_without_a_roster_are_prefilled_as_the_office_week(self):
        assert october("shift").days == october().days

    def test_a_cycle_of_somebody_who_works_no_shifts_is_not_asked(self):
        assert october(cycles=[(date(2025, 10, 1), ("N",))]).days == october().days

    def test_a_february_of_a_leap_year_has_twenty_nine_days(self):
        found = prefill(FEBRUARY, 1, 29, "five_day", WorkCalendar())
        assert len(found.days) == 29
        assert found.duty_days == 21


class TestEdges:
    def test_days_before_the_first_and_after_the_last_are_closed(self):
        found = october(first=10, last=17)
        assert text(found.days) == "Z" * 9 + "PPX" + "PPPPP" + "Z" * 14
        assert found.duty_days == 7

    def test_days_spent_elsewhere_between_are_closed(self):
        found = october(first=9, last=17, gaps={13, 14})
        assert text(found.days)[8:17] == "PPPXZZPPP"
        assert found.duty_days == 6


class TestAway:
    def test_leave_stands_on_duty_days_and_holds_its_rest_days_too(self):
        away = Away(date(2025, 10, 16), date(2025, 10, 20), "S", "leave:7", locked=True)
        found = october(away=[away])
        assert text(found.days)[15:20] == "SSXXS"
        assert found.locks == dict.fromkeys(range(16, 21), "leave:7")
        assert found.duty_days == 18

    def test_maternity_leave_stands_on_every_day(self):
        away = Away(date(2025, 9, 20), date(2026, 1, 5), "C", "leave:8", locked=True, every_day=True)
        assert set(october(away=[away]).days) == {"C"}

    @pytest.mark.parametrize(
        ("first", "last"), [(date(2025, 8, 1), date(2025, 9, 30)), (date(2025, 11, 1), date(2025, 11, 30))]
    )
    def test_leave_in_another_month_changes_nothing(self, first, last):
        assert october(away=[Away(first, last, "S", "leave:9", locked=True)]) == october()

    def test_leave_goes_before_an_absence_on_the_same_day(self):
        leave = Away(date(2025, 10, 16), date(2025, 10, 16), "B", "leave:1", locked=True)
        absence = Away(date(2025, 10, 16), date(2025, 10, 17), "U", "absence:2", locked=True, also="UK")
        found = october(away=[leave, absence])
        assert text(found.days)[15:17] == "BU"
        assert found.locks == {16: "leave:1", 17: "absence:2"}


class TestMerging:
    def test_what_somebody_set_stays_and_the_rest_follows(self):
        before = october()
        days = list(before.days)
        days[8] = "R"  # the 9th, set by hand
        now = october(away=[Away(date(2025, 10, 16), date(2025, 10, 16), "S", "leave:1", locked=True)])
        assert text(merged(days, 1 << 8, now))[8:16] == "RPPXPPPS"
        assert still_touched(days, 1 << 8, now) == 1 << 8

    def test_a_record_takes_its_day_from_whoever_set_it(self):
        now = october(away=[Away(date(2025, 10, 9), date(2025, 10, 9), "S", "leave:1", locked=True)])
        days = ["B" if n == 8 else cell for n, cell in enumerate(october().days)]
        assert merged(days, 1 << 8, now)[8] == "S"
        assert still_touched(days, 1 << 8, now) == 0  # taken back later, the leave leaves no trace

    def test_of_an_undecided_absence_the_unit_may_say_either_letter(self):
        now = october(away=[Away(date(2025, 10, 9), date(2025, 10, 9), "U", "absence:1", locked=True, also="UK")])
        said = {cell: ["H"] * 8 + [cell] + list(october().days[9:]) for cell in ("K", "P")}
        assert merged(said["K"], 1 << 8, now)[8] == "K"
        assert merged(said["P"], 1 << 8, now)[8] == "U"

    def test_days_that_close_are_closed_and_days_that_open_are_prefilled(self):
        assert text(merged(october().days, (1 << 31) - 1, october(last=10)))[8:12] == "PPZZ"
        assert merged(october(last=10).days, 1 << 10, october())[10] == "P"

    def test_a_decision_settles_only_what_was_undecided(self):
        now = october(away=[Away(date(2025, 10, 9), date(2025, 10, 10), "K", "absence:1", locked=True)])
        days = ["H"] * 8 + ["U", "R"] + list(october().days[10:])
        assert text(settled(days, 9, 10, now))[8:10] == "KR"

    def test_an_absence_still_open_is_not_settled(self):
        now = october(away=[Away(date(2025, 10, 9), date(2025, 10, 9), "U", "absence:2", locked=True, also="UK")])
        days = ["H"] * 8 + ["K"] + list(october().days[9:])
        assert settled(days, 9, 9, now)[8] == "K"


class TestTotals:
    def test_by_hand(self):
        found = totals(["P", "N", "D", "Ph", "Sh", "S", "B", "A", "R", "Rh", "K", "Kh", "U", "Uh", "X", "H", "L", "Z"])
        # attended: P N D R are 8 halves; Ph Sh Rh Kh Uh one each.
        assert found["attended_halves"] == 13
        assert found["leave_halves"] == 7
        assert (found["personal_halves"], found["sick_halves"]) == (3, 2)
        assert (found["absent_halves"], found["unchecked_halves"]) == (3, 3)
        assert (found["night_halves"], found["extra_halves"], found["round_halves"]) == (2, 2, 3)

    def test_half_a_day_of_time_off_in_lieu_is_half_a_day_at_the_post(self):
        assert totals(["Lh"])["attended_halves"] == 1
        assert totals(["L"])["attended_halves"] == 0

    @pytest.mark.django_db
    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(days=st.lists(st.sampled_from(CELLS), min_size=31, max_size=31))
    def test_totals_are_the_databases(self, row, days):
        AssignmentMonth.objects.filter(pk=row.pk).update(days=days)
        stored = AssignmentMonth.objects.filter(pk=row.pk).values(*totals(())).get()
        assert stored == totals(days)


@pytest.fixture
def row(db):
    return a_row(a_sheet(people=0))
