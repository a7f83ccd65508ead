"""What a trend says: released months as they were released, the rest as it stands, unknown never as zero."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.utils.translation import override

from appraisals.trends import charting, reading, scope
from appraisals.trends.measures import measures
from appraisals.trends.small import histories
from deploy_admin import clock
from deploy_admin.access import SYSTEM, Role
from deploy_admin.ui.charts import Point
from tests.accounts.factories import an_actor
from tests.appraisals.trends.world import an_indicator, released, scored, worked
from tests.assignments.months.factories import a_row, a_sheet, handed_in
from tests.assignments.postings import on_post

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english():
    with override("en"):
        yield


def the_scope(actor=SYSTEM, **more):
    found = scope.read({}, actor, clock.today())
    return replace(found, **more)


def the_measure(code, actor=SYSTEM):
    an_indicator("operations")
    return next(each for each in measures(actor) if each.code == code)


def cell(code="operations", month="2026-10", **more):
    held = the_scope(**more)
    found = reading.cells(held, [the_measure(code), the_measure("points")])
    cells = dict(zip(map(str, held.months), reading.by_month(found, held.months), strict=True))
    return cells[month]


def test_the_last_twelve_whole_months_are_shown():
    held = the_scope()
    assert (str(held.months[0]), str(held.months[-1]), len(held.months)) == ("2025-11", "2026-10", 12)
    assert len(the_scope(length=24).months) == 24


def test_what_is_live_is_summed_as_it_stands():
    sheet = handed_in(people=0)
    one, two, three = (a_row(sheet) for _n in range(3))
    worked(one, 12), worked(two, "30"), worked(three, None)
    shown = cell()
    measure = the_measure("operations")
    assert shown.value(measure, per_person=False) == 42
    assert shown.value(measure, per_person=True) == 21  # of the two of whom it is known
    assert (shown.people, shown.is_released) == (3, False)


def test_what_nobody_entered_is_unknown_and_not_zero():
    worked(a_row(handed_in(people=0)), None)
    assert cell().value(the_measure("operations"), per_person=False) is None
    worked(a_row(handed_in(people=0)), 0)
    assert cell().value(the_measure("operations"), per_person=False) == 0


def test_a_released_month_stays_what_it_was_whatever_the_rows_say_later():
    row = a_row(a_sheet(state="released", people=0))
    entered = worked(row, 12)
    released(row, operations="12")
    entered.value = 99
    entered.save()
    shown = cell()
    assert shown.value(the_measure("operations"), per_person=False) == 12
    assert shown.is_released


def test_a_correction_takes_the_place_of_what_it_corrects():
    row = a_row(a_sheet(state="released", people=0))
    first = released(row, operations="12", points="70")
    released(row, operations="15", points="74.5", corrects=first)
    assert cell().value(the_measure("operations"), per_person=False) == 15
    assert cell().value(the_measure("points"), per_person=False) == Decimal("74.50")


def test_released_and_live_months_of_different_units_add_up():
    done, waiting = a_row(a_sheet(state="released", people=0)), a_row(handed_in(people=0))
    released(done, operations="10", points="80")
    worked(waiting, 4), scored(waiting, "60")
    shown = cell()
    assert shown.value(the_measure("operations"), per_person=False) == 14
    assert shown.value(the_measure("points"), per_person=False) == 70
    assert (shown.rows, shown.released_rows, shown.is_released) == (2, 1, False)


def test_what_is_still_with_the_unit_is_not_told():
    worked(a_row(a_sheet(people=0)), 5)
    worked(a_row(a_sheet(state="returned", people=0)), 5)
    assert cell().rows == 0
    assert cell().value(the_measure("people"), per_person=False) is None


def test_the_attendance_rate_is_days_over_duty_days_of_all_together():
    sheet = handed_in(people=0)
    a_row(sheet)  # 17 duty days in October 2026
    a_row(sheet, exceptions={12: "S", 13: "Sh"})
    rate = cell("attendance").value(the_measure("attendance"), per_person=False)
    assert rate == (17 + Decimal("15.5")) * 100 / 34


def test_the_rate_of_a_released_month_is_that_of_the_release():
    row = a_row(a_sheet(state="released", people=0), exceptions={12: "S"})
    released(row)
    rate = cell("attendance").value(the_measure("attendance"), per_person=False)
    assert rate == Decimal(16) * 100 / 17


def test_somebody_who_moved_in_the_month_is_one_person():
    assignment = on_post()
    a_sheet(state="submitted", people=0), a_sheet(state="submitted", people=0)
    for sheet in (handed_in(people=0), handed_in(people=0)):
        a_row(sheet, assignment)
    assert cell("people").value(the_measure("people"), per_person=False) == 1


def test_a_trend_is_narrowed_by_unit_sender_scheme_and_person():
    one, two = handed_in(people=0), handed_in(people=0)
    here, there = a_row(one), a_row(two)
    worked(here, 3), worked(there, 5)
    measure = the_measure("operations")
    for narrowed in (
        {"institution": one.institution_id},
        {"sender": here.assignment.sending_unit_id},
        {"assignment": here.assignment_id},
    ):
        assert cell(**narrowed).value(measure, per_person=False) == 3
    assert cell(scheme="municipal_county").value(measure, per_person=False) == 8
    assert cell(scheme="other").rows == 0
    assert cell(district=999_999).rows == 0


def test_a_unit_sees_its_own_months_and_a_sender_its_people():
    sheet, other = handed_in(people=0), handed_in(people=0)
    row = a_row(sheet)
    worked(row, 3), worked(a_row(other), 5)
    measure = the_measure("operations")
    clerk = an_actor(Role.RECEIVER_CLERK, sheet.institution)
    office = an_actor(Role.SENDER_HR, row.assignment.sending_unit)
    for actor in (clerk, office):
        assert cell(actor=actor).value(measure, per_person=False) == 3


def test_the_number_of_queries_does_not_grow(django_assert_num_queries):
    held = [the_measure(code) for code in ("people", "attendance", "points", "operations")]

    def months(n):
        for month in ("2026-09", "2026-10")[:n]:
            for _each in range(n):
                row = a_row(handed_in(month=month, people=0))
                worked(row, 3), scored(row, "50")
                released(a_row(a_sheet(month=month, state="released", people=0)), operations="3")

    months(1)
    with django_assert_num_queries(4):
        reading.cells(the_scope(), held)
    months(2)
    with django_assert_num_queries(4):
        reading.cells(the_scope(), held, "institution")


def said(*values, code="operations", settled=True):
    measure = the_measure(code)
    drawn = [
        Point(f"2026-{n:02}", None if value is None else Decimal(value), settled=settled)
        for n, value in enumerate(values, 1)
    ]
    return charting.conclusion(drawn, measure, measure.decimals)


def test_a_chart_says_what_it_shows():
    assert said() == said(None) == "Operations: nothing handed in"
    assert said("12") == "Operations: 12 operations in 2026-01"
    assert (
        said("10", "20", "30") == "Operations: 30 operations in 2026-03, 100% above the average of the months before"
    )
    assert said("40", "30") == "Operations: 30 operations in 2026-02, 25% below the average of the months before"
    assert said("100", "104") == "Operations: 104 operations in 2026-02, much as in the months before"
    assert said("0", "3") == "Operations: 3 operations in 2026-02, none before"
    assert said("0", "0") == "Operations: 0 operations in 2026-02, much as in the months before"


def test_a_rate_is_compared_in_percentage_points():
    sentence = said("90", "96.5", code="attendance")
    assert sentence == (
        "Attendance rate: 96.5% in 2026-02, 6.5 percentage points above the average of the months before"
    )


def test_the_conclusion_rests_on_what_is_settled():
    measure = the_measure("operations")
    drawn = [Point("2026-01", Decimal(10)), Point("2026-02", Decimal(20)), Point("2026-03", Decimal(1), settled=False)]
    assert charting.conclusion(drawn, measure, 0).startswith("Operations: 20 operations in 2026-02")


def test_the_end_of_a_year_and_a_month_of_the_address():
    held = scope.read({"until": "2026-01", "months": "24"}, SYSTEM, date(2026, 11, 22))
    assert (str(held.first), str(held.last)) == ("2024-02", "2026-01")
    odd = scope.read({"until": "2026-13", "months": "7", "district": "x", "institution": "-1"}, SYSTEM, clock.today())
    assert (str(odd.last), odd.length, odd.district, odd.institution) == ("2026-10", 12, None, None)


def test_the_axis_of_a_rate_begins_above_zero_where_all_lies_far_above():
    def floor(*values):
        return charting.floor_of([Point("m", None if value is None else Decimal(value)) for value in values])

    assert floor("98.5", None, "70") == 60
    assert floor("98.5", "69") == floor(None) == floor() == 0


def test_a_history_is_the_released_points_of_the_last_twelve_months():
    assignment, last = on_post(), None
    for month, points in (("2025-08", "10"), ("2026-08", "70"), ("2026-09", "75"), ("2026-10", "80")):
        last = released(a_row(a_sheet(month=month, state="released", people=0), assignment), points=points)
    (found,) = histories([last], SYSTEM)
    assert (found.what, found.values) == ("Points", (Decimal("70.00"), Decimal("75.00"), Decimal("80.00")))
    assert found.label == "70 in 2026-08, 80 in 2026-10"


def test_where_no_points_are_made_the_history_is_attendance():
    assignment = on_post()
    scores = [
        released(a_row(a_sheet(month=month, state="released", people=0), assignment, exceptions=exceptions))
        for month, exceptions in (("2026-09", {}), ("2026-10", {12: "S"}))
    ]
    (found,) = histories(scores, SYSTEM)
    assert found.what == "Attendance rate"
    assert found.label == "100 in 2026-09, 94.1 in 2026-10"


def test_one_month_is_no_history():
    assert histories([released(a_row(a_sheet(state="released", people=0)), points="80")], SYSTEM) == []
    assert histories([], SYSTEM) == []
