"""The table of past leave: days, kinds and absences of what was taken on; last days follow at once."""

from __future__ import annotations

from datetime import date

import pytest

from assignments.models import Absence, Assignment, Leave
from assignments.services import past
from deploy_admin.access import SYSTEM
from deploy_admin.registry.services import calendar
from tests.assignments.leave.world import a_place as a_place_under_the_plan
from tests.assignments.past.world import applied, kinds, plan_of, sent_in, sheet, told
from tests.assignments.postings import SECOND_OFFICER, an_assignment
from tests.people.factories import a_worker

pytestmark = pytest.mark.django_db
LEAVE = {"姓名": "示范甲", "假别": "事假", "开始日期": "2023-05-08", "结束日期": "2023-05-12"}
KEY = "past_leave"


@pytest.fixture
def place():
    calendar.load(by=SYSTEM)
    found = a_place_under_the_plan()
    found.worker = a_worker("示范甲", at=found.hospital)
    return found


def taken_on(place, worker=None, **more):
    from tests.assignments.past.world import World

    fields = {"kind": "municipal_county", "scheme": "municipal_county", "sending_unit_id": place.hospital.pk}
    fields |= {"receiving_unit_id": place.centre.pk, "by": more.pop("by", place.hr)}
    world = World.__new__(World)
    world.hospital, world.centre, world.hr = place.hospital, place.centre, place.hr
    return world.taken_on(worker or place.worker, **(fields | more))


def table(*rows):
    return sheet(*rows, base=LEAVE)


def test_leave_of_the_past_lengthens_the_term_as_it_would_have(place):
    """From 2023-01-03, twelve months, personal leave 8 to 12 May 2023: five duty days, so 2024-01-07."""
    own = taken_on(place)
    applied(table({"备案日期": "2023-05-06", "备案编号": "示范备2023-5", "备注": "探亲"}), place.hr, KEY)
    own.refresh_from_db()
    assert (own.ends_on, own.extended_days) == (date(2024, 1, 7), 5)
    leave = Leave.objects.get()
    assert (leave.state, leave.imported, leave.counted_days, leave.filing_required) == ("approved", True, 5, True)
    assert (leave.filed_on, leave.filing_number, leave.remark) == (date(2023, 5, 6), "示范备2023-5", "探亲")


def test_the_actual_last_day_stays_the_last_day(place):
    own = taken_on(place, last_day=date(2024, 1, 2))
    applied(table({}), place.hr, KEY)
    own.refresh_from_db()
    assert (own.ends_on, own.extended_days) == (date(2024, 1, 2), 5)


def test_leave_may_lie_in_the_days_that_leave_lengthened_it_by(place):
    taken_on(place)
    rows = {}, {"开始日期": "2024-01-04", "结束日期": "2024-01-04"}
    assert kinds(plan_of(table(*rows), place.hr, KEY)) == ["new", "new"]
    assert told(plan_of(table(rows[1]), place.hr, KEY)) == [("开始日期", "past_leave_outside")]
    applied(table(*rows), place.hr, KEY)
    assert Assignment.objects.get().ends_on == date(2024, 1, 7)


def test_absence_without_leave_stands_in_the_same_table_confirmed(place):
    own = taken_on(place)
    applied(table({"假别": "旷工", "结束日期": None, "备注": "未到岗"}), place.hr, KEY)
    absence = Absence.objects.get(assignment=own)
    assert (absence.state, absence.imported, absence.duty_days) == ("confirmed", True, 1)
    assert (absence.first_day, absence.last_day, absence.remark) == (date(2023, 5, 8), date(2023, 5, 8), "未到岗")


def test_of_shifts_the_duty_days_are_said(place):
    own = taken_on(place, roster_pattern="shift")
    plan = plan_of(table({}), place.hr, KEY)
    assert told(plan, refuses=False) == [("duty_days", "past_leave_duty_unknown")]
    assert told(plan_of(table({"应出勤天数": 9}), place.hr, KEY)) == [("应出勤天数", "past_leave_duty_days")]
    applied(table({"开始日期": "2023-05-08", "结束日期": "2023-05-14", "应出勤天数": "５天"}), place.hr, KEY)
    own.refresh_from_db()
    assert own.leaves.get().stated_duty_days == 5
    assert own.extended_days == 5


@pytest.mark.parametrize(
    ("row", "refused"),
    [
        ({"开始日期": "2022-05-09", "结束日期": "2022-05-13"}, ("开始日期", "past_leave_nowhere")),
        ({"到岗日期": "2022-01-03"}, ("到岗日期", "past_leave_nowhere")),
        ({"派驻编号": 999999}, ("派驻编号", "past_leave_nowhere")),
        ({"开始日期": "2023-05-12", "结束日期": "2023-05-08"}, ("结束日期", "past_days_reversed")),
        ({"结束日期": "2024-05-31"}, ("结束日期", "past_leave_too_long")),
        ({"开始日期": "2023-12-25", "结束日期": "2024-02-05"}, ("开始日期", "past_leave_outside")),
        ({"开始日期": "2023-05-13", "结束日期": "2023-05-14"}, ("开始日期", "past_leave_no_duty_day")),
        ({"假别": "旷工", "备案日期": "2023-05-08"}, ("备案日期", "past_leave_absence_filed")),
        ({"备案编号": "示1"}, ("备案编号", "past_leave_number_alone")),
        ({"假别": "春游"}, ("假别", "not_in_list")),
        ({"开始日期": "2026-12-01", "结束日期": "2026-12-02"}, ("开始日期", "past_leave_future")),
        ({"姓名": "查无此人"}, ("姓名", "post_person_unknown")),
    ],
)  # fmt: skip
def test_each_thing_that_cannot_be_so_is_said_beside_its_cell(place, row, refused):
    taken_on(place)
    assert told(plan_of(table(row), place.hr, KEY)) == [refused]


def test_two_rows_do_not_cover_one_day(place):
    taken_on(place)
    rows = {}, {"假别": "旷工", "开始日期": "2023-05-12", "结束日期": "2023-05-15"}
    assert told(plan_of(table(*rows), place.hr, KEY)) == [("开始日期", "past_leave_overlaps")]


def test_nor_a_row_and_what_is_recorded(place):
    taken_on(place)
    applied(table({}), place.hr, KEY)
    row = {"开始日期": "2023-05-10", "结束日期": "2023-05-11"}
    assert told(plan_of(table(row), place.hr, KEY)) == [("开始日期", "past_leave_overlaps")]


def test_what_is_kept_here_takes_its_leave_here(place):
    an_assignment(
        place.worker, sender=place.hospital, receiver=place.centre, starts_on=date(2023, 1, 3), state="returned"
    )
    assert told(plan_of(table({}), place.hr, KEY)) == [("开始日期", "past_leave_not_imported")]


def test_what_is_confirmed_only_the_authority_adds_to(place):
    own = taken_on(place)
    past.confirm(assignments=[own.pk], by=SECOND_OFFICER)
    assert told(plan_of(table({}), place.hr, KEY)) == [("开始日期", "past_leave_confirmed")]
    assert kinds(plan_of(table({"人员编号": place.worker.number}), place.office, KEY)) == ["new"]


def test_the_same_table_again_changes_nothing_and_a_later_one_corrects(place):
    own = taken_on(place)
    content = table({})
    applied(content, place.hr, KEY)
    assert sent_in(content, place.hr, KEY).state == "unchanged"
    assert kinds(plan_of(table({"备注": None}), place.hr, KEY)) == ["unchanged"]
    applied(table({"结束日期": "2023-05-11"}), place.hr, KEY)
    own.refresh_from_db()
    assert Leave.objects.get().last_day == date(2023, 5, 11)
    assert (own.ends_on, own.extended_days) == (date(2024, 1, 2), 0)  # four duty days are below the threshold


def test_leave_and_absence_do_not_become_one_another(place):
    taken_on(place)
    applied(table({}), place.hr, KEY)
    assert told(plan_of(table({"假别": "旷工"}), place.hr, KEY)) == [("假别", "past_leave_other_kind")]


def test_an_absence_is_corrected_too(place):
    taken_on(place)
    applied(table({"假别": "旷工"}), place.hr, KEY)
    applied(table({"假别": "旷工", "结束日期": "2023-05-09"}), place.hr, KEY)
    assert Absence.objects.get().duty_days == 2


def test_the_export_sent_in_again_changes_nothing(place):
    from deploy_admin import clock
    from deploy_admin.jobs.importing import outgoing
    from deploy_admin.jobs.importing.columns import Context, column_set_of

    taken_on(place)
    applied(table({}, {"假别": "旷工", "开始日期": "2023-06-05", "结束日期": "2023-06-05"}), place.hr, KEY)
    content = outgoing.current(column_set_of(KEY), Context(place.hr, {}, clock.today()), "xlsx")
    plan = plan_of(content, place.hr, KEY)
    assert (told(plan), kinds(plan)) == ([], ["unchanged"] * 2)


def test_several_assignments_are_told_apart_by_the_days(place):
    first = taken_on(place)
    second = taken_on(place, starts_on=date(2024, 6, 3))
    applied(table({}, {"开始日期": "2024-07-01", "结束日期": "2024-07-02"}), place.hr, KEY)
    assert (first.leaves.count(), second.leaves.count()) == (1, 1)
