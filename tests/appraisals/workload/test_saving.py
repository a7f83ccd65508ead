"""Entering workload: how it is read, who may, what is refused, what comes back with both values."""

from __future__ import annotations

import contextlib
import threading
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from appraisals.models import Workload
from appraisals.rules.written import plain
from appraisals.states import ValueSource
from appraisals.workload import saving
from appraisals.workload.services import Entry, check, confirm_all, parse, save
from assignments.models import MonthSheet
from assignments.services import months_hooks
from deploy_admin.access import Role
from deploy_admin.audit.models import Event
from deploy_admin.errors import RuleViolation
from deploy_admin.registry.models import Indicator
from tests.appraisals.workload.factories import (
    a_clerk,
    a_count,
    a_month_clause,
    a_unit,
    an_indicator,
    the_person,
)
from tests.assignments.months.factories import NOVEMBER, OCTOBER, a_row, a_sheet

D = Decimal
CLERK, PERSON = ValueSource.CLERK, ValueSource.PERSON


@pytest.fixture
def rounds(db):
    return an_indicator("rounds", is_core=True, highest=D(200), unit_zh="次")


@pytest.fixture
def sheet(rounds):
    return a_sheet(a_unit(), NOVEMBER, people=2)


@pytest.fixture
def row(sheet):
    return sheet.rows.order_by("pk").first()


@pytest.fixture
def clerk(sheet):
    return a_clerk(sheet.institution)


def enter(row, value, by, source=CLERK, code="rounds", **more):
    return save(entries=[Entry(row.pk, code, value, **more)], source=source, by=by)


def refusal(row, value, by, source=CLERK, **more):
    with pytest.raises(RuleViolation) as refused:
        enter(row, value, by, source, **more)
    return refused.value


# ------------------------------------------------------------ how it is read

WHOLE = Indicator(code="x", label_zh="门诊", label_en="visits", unit_zh="人次", unit_en="visits", highest=D(6000))
TENTHS = Indicator(code="y", label_zh="时", label_en="hours", unit_zh="时", unit_en="h", highest=D(100), decimals=1)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("12", 12), ("１２", 12), (" 1,200 ", 1200), ("１，２００", 1200), ("12人次", 12), ("", None), (None, None),
        ("—", None), ("/", None), (7, 7), (D("7.00"), 7), ("0", 0), ("12.0", 12),
    ],
)  # fmt: skip
def test_numbers_are_read_as_people_write_them(written, value):
    assert parse(written, WHOLE) == value


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("twelve", "not_a_number"), ("1 2 x", "not_a_number"), ("12.5", "too_many_decimals"), ("-1", "below_lowest"),
        ("6001", "above_highest"), ("1,2,3", "not_a_number"), ("1e5", "not_a_number"), (True, "not_a_number"),
        ("99999999999", "not_a_number"), (D("NaN"), "not_a_number"), ("=1+1", "not_a_number"),
    ],
)  # fmt: skip
def test_what_is_no_such_number_is_refused_with_a_sentence(written, code):
    with pytest.raises(RuleViolation) as refused:
        parse(written, WHOLE)
    assert refused.value.code == code
    assert refused.value.message.endswith((".", "。"))


def test_an_indicator_says_how_many_places_it_has():
    assert parse("1.5", TENTHS) == D("1.5")
    with override("en"), pytest.raises(RuleViolation, match="at most 1"):
        parse("1.55", TENTHS)


@given(st.integers(0, 6000), st.sampled_from(["{}", "{:,}", " {} ", "{}人次", "{}.0"]))
def test_whatever_is_written_the_same_number_is_read(number, shape):
    written = shape.format(number)
    wide = written.translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789"})
    assert parse(written, WHOLE) == parse(wide, WHOLE) == number


def test_numbers_are_shown_without_empty_places():
    assert [plain(D(each)) for each in ("1500.00", "0.50", "0", "12")] == ["1500", "0.5", "0", "12"]


# ------------------------------------------------------------ the unit


@pytest.mark.django_db
def test_the_clerk_enters_and_it_counts_as_confirmed(row, clerk):
    saved = enter(row, "１２", clerk)
    value = Workload.objects.get()
    assert (saved.applied, value.value, value.is_confirmed, value.source) == (1, 12, True, "clerk")
    assert (value.updated_by_name, value.version) == ("示范文员", 1)


@pytest.mark.django_db
def test_the_same_value_again_changes_nothing(row, clerk):
    enter(row, "12", clerk)
    before = MonthSheet.objects.get().revision
    again = enter(row, "12.0", clerk)
    assert (again.applied, again.unchanged) == (0, 1)
    assert Workload.objects.get().version == 1
    assert MonthSheet.objects.get().revision == before


@pytest.mark.django_db
def test_a_value_that_moves_moves_the_revision_of_its_sheet(sheet, row, clerk):
    before = sheet.revision
    enter(row, "12", clerk)
    sheet.refresh_from_db()
    assert sheet.revision == before + 1


@pytest.mark.django_db
def test_clearing_a_value_leaves_none_and_zero_stays_zero(row, clerk):
    enter(row, "0", clerk)
    assert Workload.objects.get().value == 0
    enter(row, "", clerk)
    value = Workload.objects.get()
    assert (value.value, value.is_confirmed) == (None, False)


@pytest.mark.django_db
def test_what_somebody_else_wrote_meanwhile_comes_back_with_both_values(row, clerk):
    enter(row, "12", clerk)
    other = a_clerk(row.sheet.institution, name="另一文员", user_id=7299)
    enter(row, "20", other, was="12")
    saved = enter(row, "15", clerk, was="12")
    (conflict,) = saved.conflicts
    assert (conflict.theirs, conflict.yours, conflict.by_name) == (20, 15, "另一文员")
    assert Workload.objects.get().value == 20


@pytest.mark.django_db
def test_who_wrote_the_same_as_the_other_is_in_no_conflict(row, clerk):
    enter(row, "20", clerk)
    saved = enter(row, "20", clerk, was="")
    assert (saved.conflicts, saved.unchanged) == ((), 1)


@pytest.mark.django_db
def test_where_nothing_stood_and_something_stands_now_that_is_a_conflict(row, clerk):
    enter(row, "20", clerk)
    assert enter(row, "15", clerk, was=None).conflicts[0].theirs == 20


@pytest.mark.django_db
def test_of_several_values_those_free_of_conflict_are_written(sheet, clerk):
    one, two = sheet.rows.order_by("pk")
    enter(one, "12", clerk)
    entries = [Entry(one.pk, "rounds", "13", was="11"), Entry(two.pk, "rounds", "5", was="")]
    saved = save(entries=entries, source=CLERK, by=clerk)
    assert (saved.applied, len(saved.conflicts), saved.written) == (1, 1, (1,))
    assert Workload.objects.get(row=two).value == 5


@pytest.mark.django_db
def test_one_refusal_refuses_all_unless_the_rest_is_wanted(sheet, clerk):
    one, two = sheet.rows.order_by("pk")
    entries = [Entry(one.pk, "rounds", "201"), Entry(two.pk, "rounds", "5")]
    with pytest.raises(RuleViolation) as refused:
        save(entries=entries, source=CLERK, by=clerk)
    assert refused.value.code == "above_highest"
    assert refused.value.context == {"row": one.pk, "indicator": "rounds"}
    assert not Workload.objects.exists()
    saved = save(entries=entries, source=CLERK, partly=True, by=clerk)
    assert [each.refusal.code for each in saved.refused] == ["above_highest"]
    assert Workload.objects.get().row_id == two.pk


@pytest.mark.django_db
def test_all_that_would_be_refused_is_told_at_once(sheet, clerk):
    one, two = sheet.rows.order_by("pk")
    entries = [Entry(one.pk, "rounds", "x"), Entry(two.pk, "nothing", "1"), Entry(0, "rounds", "1")]
    found = check(entries=entries, source=CLERK, by=clerk)
    assert [each.refusal.code for each in found] == ["not_a_number", "indicator_unknown", "row_unknown"]


@pytest.mark.django_db
def test_another_units_clerk_does_not_know_the_month(row):
    assert refusal(row, "1", a_clerk(a_unit())).code == "row_unknown"


@pytest.mark.django_db
def test_a_handed_in_month_is_closed_to_the_unit(rounds):
    row = a_sheet(a_unit(), OCTOBER, "submitted").rows.get()
    assert refusal(row, "1", a_clerk(row.sheet.institution)).code == "month_handed_in"


@pytest.mark.django_db
def test_a_month_past_its_last_day_is_closed_unless_there_is_more_time(rounds):
    row = a_sheet(a_unit(), OCTOBER).rows.get()
    assert refusal(row, "1", a_clerk(row.sheet.institution)).code == "month_closed"
    MonthSheet.objects.update(exempt_until=date(2026, 11, 30), exemption_reason="示范延期")
    assert enter(row, "1", a_clerk(row.sheet.institution)).applied == 1


@pytest.mark.django_db
def test_the_record_says_what_was_and_what_is(row, clerk):
    enter(row, "12", clerk)
    enter(row, "13", clerk)
    event = Event.objects.filter(act="appraisals.workload_entered").order_by("-id")[0]
    assert event.detail["changes"] == [{"row": row.pk, "code": "rounds", "was": "12.00", "now": "13"}]


@pytest.mark.django_db
def test_whoever_reads_by_time_meets_the_row_again(row, clerk):
    type(row).objects.filter(pk=row.pk).update(updated_at=row.updated_at - timedelta(days=3))
    enter(row, "12", clerk)
    before = row.updated_at
    row.refresh_from_db()
    assert row.updated_at >= before


# ------------------------------------------------------------ judged points


@pytest.fixture
def judged(rounds):
    an_indicator("attitude", highest=D(100))
    a_month_clause("\n      - {id: judged, measure: attitude, judged: {most: '20', reason_from: '5'}}", full="'20'")
    return "attitude"


@pytest.mark.django_db
def test_judged_points_end_at_the_clauses_cap(row, clerk, judged):
    refused = refusal(row, "21", clerk, code=judged)
    assert refused.code == "above_cap"
    assert "20" in refused.message


@pytest.mark.django_db
def test_judged_points_short_of_the_cap_need_a_reason(row, clerk, judged):
    assert refusal(row, "15", clerk, code=judged).code == "reason_missing"
    assert enter(row, "16", clerk, code=judged).applied == 1
    assert enter(row, "15", clerk, code=judged, reason="两次未参加查房").applied == 1
    assert Workload.objects.get().reason == "两次未参加查房"


@pytest.mark.django_db
def test_nobody_judges_the_own_points(row, judged):
    assert refusal(row, "20", the_person(row), PERSON, code=judged).code == "judged_by_unit"


# ------------------------------------------------------------ the person


@pytest.mark.django_db
def test_the_person_says_and_until_the_unit_confirms_that_counts(row):
    enter(row, "12", the_person(row), PERSON)
    value = Workload.objects.get()
    assert (value.said, value.value, value.is_confirmed, value.source) == (12, 12, False, "person")


@pytest.mark.django_db
def test_what_the_unit_confirmed_the_person_changes_no_more(row, clerk):
    enter(row, "12", the_person(row), PERSON)
    enter(row, "12", clerk)
    value = Workload.objects.get()
    assert (value.said, value.value, value.is_confirmed) == (12, 12, True)
    assert refusal(row, "13", the_person(row), PERSON).code == "confirmed_by_unit"


@pytest.mark.django_db
def test_the_unit_may_know_better_and_what_was_said_stays(row, clerk):
    enter(row, "12", the_person(row), PERSON)
    enter(row, "10", clerk, was="12")
    value = Workload.objects.get()
    assert (value.said, value.value) == (12, 10)


@pytest.mark.django_db
def test_everybody_enters_the_own_work_only(sheet):
    one, two = sheet.rows.order_by("pk")
    assert refusal(two, "1", the_person(one), PERSON).code == "row_unknown"


@pytest.mark.django_db
def test_the_person_may_speak_until_the_month_is_released(rounds):
    submitted = a_sheet(a_unit(), OCTOBER, "submitted").rows.get()
    assert enter(submitted, "3", the_person(submitted), PERSON).applied == 1
    released = a_sheet(a_unit(), OCTOBER, "released").rows.get()
    assert refusal(released, "3", the_person(released), PERSON).code == "month_released"


@pytest.mark.django_db
def test_the_unit_may_not_speak_for_the_person(row, clerk):
    assert refusal(row, "3", clerk, PERSON).code == "not_permitted"


@pytest.mark.django_db
def test_whoever_may_not_enter_months_enters_none(row):
    sender = a_clerk(row.assignment.sending_unit, role=Role.SENDER_HR)
    assert refusal(row, "3", sender).code == "not_permitted"


@pytest.mark.django_db
def test_all_that_was_said_is_confirmed_at_once(sheet, clerk):
    for each in sheet.rows.all():
        enter(each, "4", the_person(each), PERSON)
    assert confirm_all(sheet=sheet, by=clerk) == 2
    assert confirm_all(sheet=sheet, by=clerk) == 0
    assert set(Workload.objects.values_list("is_confirmed", "updated_by_name")) == {(True, "示范文员")}


@pytest.mark.django_db
def test_confirming_moves_no_score(sheet, row, clerk):
    enter(row, "4", the_person(row), PERSON)
    before = MonthSheet.objects.get(pk=sheet.pk).revision
    confirm_all(sheet=sheet, by=clerk)
    assert MonthSheet.objects.get(pk=sheet.pk).revision == before


@pytest.mark.django_db
def test_a_handed_in_month_that_the_person_changes_is_scored_again(rounds, monkeypatch):
    told: list[set[int]] = []
    monkeypatch.setitem(months_hooks._callbacks, "test", told.append)
    row = a_sheet(a_unit(), OCTOBER, "submitted").rows.get()
    enter(row, "3", the_person(row), PERSON)
    assert told == [{row.sheet_id}]


# ------------------------------------------------------------ how much it costs


@pytest.mark.django_db
def test_however_many_values_the_number_of_queries_stays(rounds):
    unit = a_unit()
    sheet = a_sheet(unit, NOVEMBER, people=2)
    clerk = a_clerk(unit)

    def cost(value):
        entries = [Entry(row.pk, "rounds", value) for row in sheet.rows.all()]
        with CaptureQueriesContext(connection) as told:
            save(entries=entries, source=CLERK, by=clerk)
        return len(told)

    new = cost("1")
    changed = cost("2")
    for _ in range(6):
        a_row(sheet)
    assert cost("3") <= max(new, changed) + 2  # both an insert and an update
    assert a_count(a_row(sheet), "rounds", 4).value == 4


# ------------------------------------------------------------ two at once


@pytest.mark.django_db(transaction=True)
@pytest.mark.race
def test_of_two_clerks_who_write_the_same_value_at_once_one_is_told_of_the_other(monkeypatch):
    an_indicator("rounds", is_core=True, highest=D(200))
    row = a_sheet(a_unit(), NOVEMBER).rows.get()
    barrier = threading.Barrier(2)
    read = saving.indicators_of

    def reading(rows):
        with contextlib.suppress(threading.BrokenBarrierError):
            barrier.wait(timeout=1)  # both have read what stands, unless a lock keeps one of them out
        return read(rows)

    monkeypatch.setattr(saving, "indicators_of", reading)
    done = []

    def run(value):
        try:
            done.append(enter(row, value, a_clerk(row.sheet.institution, name=f"文员{value}"), was=None))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(value,)) for value in ("5", "7")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted((saved.applied, len(saved.conflicts)) for saved in done) == [(0, 1), (1, 0)]
    assert Workload.objects.count() == 1
