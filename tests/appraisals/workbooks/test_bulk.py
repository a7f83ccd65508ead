"""Bulk writes of connected systems: row by row answered, once for each key, nothing about patients."""

from __future__ import annotations

import json
import threading
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from appraisals.models import IdempotentWrite, Workload
from appraisals.workbooks import bulk
from appraisals.workbooks.tasks import forget_writes
from assignments.models import AssignmentMonth, MonthSheet
from deploy_admin import clock
from deploy_admin.access import Permission, Role
from deploy_admin.accounts.actors import MembershipActor
from deploy_admin.accounts.services.tokens import issue_token
from deploy_admin.audit.models import Event
from tests.accounts.factories import a_membership
from tests.appraisals.workload.factories import a_clerk, a_unit, an_indicator
from tests.assignments.months.factories import NOVEMBER, OCTOBER, a_row, a_sheet
from tests.assignments.postings import a_leave, on_post

D = Decimal
URL = "/api/v1/months/2026-11/{}/"


@pytest.fixture
def rounds(db):
    return an_indicator("rounds", is_core=True, highest=D(200))


@pytest.fixture
def unit(rounds):
    return a_unit()


@pytest.fixture
def sheet(unit):
    return a_sheet(unit, NOVEMBER, people=2)


@pytest.fixture
def row(sheet):
    return sheet.rows.order_by("pk").first()


def machine(unit, *scopes):
    """Return a time system with a token of the unit's clerk."""
    maker = MembershipActor(a_membership(Role.RECEIVER_CLERK, unit))
    scopes = scopes or (Permission.MONTHS_ENTER, Permission.MONTHS_VIEW)
    _token, secret = issue_token(name="考勤机", scopes=scopes, expires_on=clock.today() + timedelta(30), by=maker)
    return Client(headers={"Authorization": f"Bearer {secret}"})


def put(client, rows, what="attendance", key="k1", **more):
    headers = {"Idempotency-Key": key} if key else {}
    body = rows if isinstance(rows, str) else json.dumps(rows)
    return client.put(URL.format(what), body, "application/json", headers=headers, **more)


def attendance(rows, unit):
    return bulk.write_attendance(month=NOVEMBER, rows=rows, by=a_clerk(unit))


def workload(rows, unit):
    return bulk.write_workload(month=NOVEMBER, rows=rows, by=a_clerk(unit))


def outcome(result):
    return result["result"], result["applied"], result["code"]


# ------------------------------------------------------------ attendance


@pytest.mark.django_db
def test_days_are_set_by_number_or_as_a_list(sheet, unit):
    one, two = sheet.rows.order_by("pk")
    whole = list(two.days)
    whole[2] = "B"
    found = attendance(
        [
            {"assignment": one.assignment_id, "days": {"3": "Sh", "4": "R"}},
            {"assignment": two.assignment_id, "days": whole},
        ],
        unit,
    )
    assert [outcome(each) for each in found] == [("applied", 2, ""), ("applied", 1, "")]
    one.refresh_from_db()
    two.refresh_from_db()
    assert (one.days[2:4], two.days[2]) == (["Sh", "R"], "B")


@pytest.mark.django_db
def test_the_same_days_again_change_nothing(row, unit):
    rows = [{"assignment": row.assignment_id, "days": {"3": "B"}}]
    attendance(rows, unit)
    before = MonthSheet.objects.get().revision
    assert [outcome(each) for each in attendance(rows, unit)] == [("unchanged", 0, "")]
    assert MonthSheet.objects.get().revision == before


@pytest.mark.django_db
def test_a_cell_somebody_else_set_comes_back_with_both_values(row, unit):
    attendance([{"assignment": row.assignment_id, "days": {"3": "B"}}], unit)
    (found,) = attendance(
        [{"assignment": row.assignment_id, "days": {"3": "S", "4": "R"}, "was": {"3": "P", "4": "P"}}], unit
    )
    assert outcome(found) == ("conflict", 1, "")
    (clash,) = found["conflicts"]
    assert (clash["day"], clash["theirs"], clash["yours"], clash["by"]) == (3, "B", "S", "示范文员")
    row.refresh_from_db()
    assert row.days[2:4] == ["B", "R"]


@pytest.mark.django_db
def test_a_day_of_approved_leave_is_refused_with_a_sentence_and_the_rest_is_set(row, unit):
    a_leave(row.assignment, date(2026, 11, 18), date(2026, 11, 19), kind="sick")
    with override("en"):
        (found,) = attendance([{"assignment": row.assignment_id, "days": {"18": "N", "20": "R"}}], unit)
    assert outcome(found) == ("refused", 1, "")
    (refused,) = found["refused"]
    assert (refused["day"], refused["code"]) == (18, "day_locked")
    assert "leave" in refused["detail"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"patient": "张三"}, "key_unknown"),
        ({"days": {"31": "P"}}, "day_unknown"),
        ({"days": {"0": "P"}}, "day_unknown"),
        ({"days": {"３": "P"}}, "day_unknown"),
        ({"days": {"3": "√"}}, "code_unknown"),
        ({"days": {"3": 1}}, "code_unknown"),
        ({"days": ["P"]}, "days_length"),
        ({"days": "P"}, "days_shape"),
        ({"assignment": "12"}, "assignment_missing"),
        ({"assignment": True}, "assignment_missing"),
        ({"assignment": 999_999}, "row_unknown"),
        ({"institution": "x"}, "institution_shape"),
    ],
)
def test_a_row_that_is_not_as_it_should_be_is_refused_and_the_others_are_written(sheet, unit, change, code):
    one, two = sheet.rows.order_by("pk")
    bad = {"assignment": one.assignment_id, "days": {"3": "B"}} | change
    found = attendance([bad, {"assignment": two.assignment_id, "days": {"3": "B"}}], unit)
    assert [outcome(each) for each in found] == [("refused", 0, code), ("applied", 1, "")]
    assert found[0]["detail"].endswith((".", "。"))
    one.refresh_from_db()
    assert one.days[2] == "P"


@pytest.mark.django_db
def test_what_is_no_object_or_stands_there_twice_is_refused(row, unit):
    said = {"assignment": row.assignment_id, "days": {"3": "B"}}
    found = attendance(["x", said, said], unit)
    assert [outcome(each) for each in found] == [
        ("refused", 0, "row_shape"),
        ("applied", 1, ""),
        ("refused", 0, "row_twice"),
    ]


@pytest.mark.django_db
def test_another_units_people_are_not_known(row, unit):
    other = a_unit()
    found = attendance([{"assignment": row.assignment_id, "days": {"3": "B"}}], other)
    assert outcome(found[0]) == ("refused", 0, "row_unknown")


@pytest.mark.django_db
def test_a_month_that_is_not_open_refuses_its_rows_with_the_sentence(rounds):
    unit = a_unit()
    row = a_sheet(unit, OCTOBER, "submitted").rows.get()
    (found,) = bulk.write_attendance(
        month=OCTOBER, rows=[{"assignment": row.assignment_id, "days": {"12": "B"}}], by=a_clerk(unit)
    )
    assert outcome(found) == ("refused", 0, "month_handed_in")
    (found,) = bulk.write_workload(
        month=OCTOBER, rows=[{"assignment": row.assignment_id, "values": {"rounds": 3}}], by=a_clerk(unit)
    )
    assert [each["code"] for each in found["refused"]] == ["month_handed_in"]


@pytest.mark.django_db
def test_a_month_nobody_has_looked_at_is_opened(unit):
    person = on_post(receiver=unit)
    (found,) = attendance([{"assignment": person.pk, "days": {"3": "B"}}], unit)
    assert outcome(found) == ("applied", 1, "")


@pytest.mark.django_db
def test_who_moved_within_the_month_is_told_apart_by_the_institution(rounds):
    here, there = a_unit(), a_unit()
    person = on_post(receiver=here)
    first = a_row(a_sheet(here, NOVEMBER, people=0), person, last=15)
    a_row(a_sheet(there, NOVEMBER, people=0), person, first=16)
    clerk = a_clerk(here, institution_ids=frozenset({here.pk, there.pk}))
    row = {"assignment": person.pk, "values": {"rounds": 3}}
    found = bulk.write_workload(month=NOVEMBER, rows=[row, row | {"institution": here.pk}], by=clerk)
    assert [outcome(each) for each in found] == [("refused", 0, "row_ambiguous"), ("applied", 1, "")]
    assert Workload.objects.get().row_id == first.pk


# ------------------------------------------------------------ workload


@pytest.mark.django_db
def test_counts_are_set_by_the_indicators_code(row, unit):
    (found,) = workload([{"assignment": row.assignment_id, "values": {"rounds": 12}}], unit)
    assert outcome(found) == ("applied", 1, "")
    value = Workload.objects.get()
    assert (value.value, value.source, value.is_confirmed) == (12, "rest", True)


@pytest.mark.django_db
def test_counts_out_of_bounds_unknown_or_changed_meanwhile_are_told_one_by_one(sheet, unit):
    one, two = sheet.rows.order_by("pk")
    workload([{"assignment": one.assignment_id, "values": {"rounds": 5}}], unit)
    found = workload(
        [
            {"assignment": one.assignment_id, "values": {"rounds": 7}, "was": {"rounds": 4}},
            {"assignment": two.assignment_id, "values": {"rounds": 201, "beds": 3}},
        ],
        unit,
    )
    assert [outcome(each) for each in found] == [("conflict", 0, ""), ("refused", 0, "")]
    clash = found[0]["conflicts"][0]
    assert (clash["indicator"], clash["theirs"], clash["yours"]) == ("rounds", "5", "7")
    assert [(each["indicator"], each["code"]) for each in found[1]["refused"]] == [
        ("rounds", "above_highest"),
        ("beds", "indicator_unknown"),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(("values", "code"), [({"rounds": True}, "not_a_number"), ([3], "values_shape")])
def test_values_of_another_shape_are_refused(row, unit, values, code):
    assert outcome(workload([{"assignment": row.assignment_id, "values": values}], unit)[0]) == ("refused", 0, code)


# ------------------------------------------------------------ over the wire


@pytest.mark.django_db
def test_a_machine_writes_with_its_token_and_is_answered_row_by_row(row, unit):
    answer = put(machine(unit), [{"assignment": row.assignment_id, "days": {"3": "B"}}])
    assert answer.status_code == 200
    (found,) = answer.json()
    assert (found["result"], found["row"], found["assignment"]) == ("applied", row.pk, row.assignment_id)
    event = Event.objects.get(act="appraisals.months_written")
    assert event.detail == {"month": "2026-11", "what": "attendance", "rows": 1, "applied": 1}


@pytest.mark.django_db
def test_a_token_without_the_scope_writes_nothing(row, unit):
    answer = put(machine(unit, Permission.MONTHS_VIEW), [{"assignment": row.assignment_id, "days": {"3": "B"}}])
    assert answer.status_code == 403


@pytest.mark.django_db
def test_the_same_key_and_body_are_answered_alike_and_written_once(row, unit):
    client = machine(unit)
    rows = [{"assignment": row.assignment_id, "days": {"3": "B"}}]
    first = put(client, rows)
    again = put(client, rows)
    assert first.json() == again.json()
    assert (first.get("Idempotency-Replayed"), again.get("Idempotency-Replayed")) == (None, "true")
    assert Event.objects.filter(act="appraisals.months_written").count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("other", ["body", "address"])
def test_the_same_key_for_another_request_is_refused(row, unit, other):
    client = machine(unit)
    put(client, [{"assignment": row.assignment_id, "days": {"3": "B"}}])
    if other == "body":
        answer = put(client, [{"assignment": row.assignment_id, "days": {"3": "S"}}])
    else:
        answer = put(client, [{"assignment": row.assignment_id, "days": {"3": "B"}}], "workload")
    assert (answer.status_code, answer.json()["code"]) == (422, "key_reused")
    row.refresh_from_db()
    assert row.days[2] == "B"


@pytest.mark.django_db
def test_two_machines_may_use_the_same_key(row, unit):
    rows = [{"assignment": row.assignment_id, "days": {"3": "B"}}]
    assert put(machine(unit), rows).status_code == 200
    assert put(machine(unit), rows).json()[0]["result"] == "unchanged"
    assert IdempotentWrite.objects.count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "key", "status"),
    [
        ("[]", None, 400), ("[]", "x" * 101, 400), ("[]", "钥匙", 400), ("{}", "k", 400), ("[1,", "k", 400),
        ('[{"days": NaN}]', "k", 400), (json.dumps([{}] * 5001), "k", 400), ("[]", "k", 200),
    ],
)  # fmt: skip
def test_requests_that_are_none_are_refused_before_anything_is_done(unit, body, key, status):
    client = machine(unit)
    key = key.encode().decode("latin-1") if key else key
    assert put(client, body, key=key).status_code == status


@pytest.mark.django_db
def test_a_body_that_is_no_json_by_its_own_word_is_refused(unit):
    answer = machine(unit).put(URL.format("attendance"), "[]", "text/plain", headers={"Idempotency-Key": "k"})
    assert answer.status_code == 415


@pytest.mark.django_db
def test_a_month_that_is_none_is_not_found(unit):
    answer = machine(unit).put(
        "/api/v1/months/2026-13/attendance/", "[]", "application/json", headers={"Idempotency-Key": "k"}
    )
    assert answer.status_code == 404


@pytest.mark.django_db
def test_answers_are_kept_for_thirty_days(row, unit):
    put(machine(unit), [{"assignment": row.assignment_id, "days": {"3": "B"}}])
    IdempotentWrite.objects.update(made_at=clock.now() - timedelta(days=30, minutes=-1))
    assert forget_writes() == 0
    IdempotentWrite.objects.update(made_at=clock.now() - timedelta(days=30, minutes=1))
    assert forget_writes() == 1


@pytest.mark.django_db
def test_however_many_rows_the_number_of_queries_stays(unit):
    sheet = a_sheet(unit, NOVEMBER, people=2)

    def cost(write, cell):
        rows = [{"assignment": row.assignment_id, **cell} for row in sheet.rows.all()]
        with CaptureQueriesContext(connection) as told:
            assert {each["result"] for each in write(rows, unit)} == {"applied"}
        return len(told)

    few = cost(attendance, {"days": {"3": "B"}}), cost(workload, {"values": {"rounds": 1}})
    for _ in range(6):
        a_row(sheet)
    many = cost(attendance, {"days": {"3": "S"}}), cost(workload, {"values": {"rounds": 2}})
    assert many[0] == few[0]
    assert many[1] <= few[1] + 2  # some values are new, some change


# ------------------------------------------------------------ two at once


@pytest.mark.django_db(transaction=True)
@pytest.mark.race
def test_of_two_requests_with_one_key_at_once_one_writes_and_the_other_is_told_to_wait(monkeypatch):
    an_indicator("rounds", is_core=True, highest=D(200))
    unit = a_unit()
    row = a_sheet(unit, NOVEMBER).rows.get()
    client = machine(unit)
    rows = [{"assignment": row.assignment_id, "days": {"3": "B"}}]
    inside, go_on = threading.Event(), threading.Event()
    write = bulk.write_attendance

    def slow(**said):
        inside.set()
        assert go_on.wait(10)
        return write(**said)

    monkeypatch.setattr(bulk, "write_attendance", slow)
    answers = {}

    def first():
        try:
            answers["first"] = put(client, rows).status_code
        finally:
            connection.close()

    thread = threading.Thread(target=first)
    thread.start()
    assert inside.wait(10)
    second = put(client, rows)
    go_on.set()
    thread.join(20)
    assert answers == {"first": 200}
    assert (second.status_code, second.json()["code"], second["Retry-After"]) == (409, "key_in_use", "1")
    monkeypatch.setattr(bulk, "write_attendance", write)
    third = put(client, rows)
    assert (third.status_code, third["Idempotency-Replayed"]) == (200, "true")
    assert IdempotentWrite.objects.count() == 1
    assert AssignmentMonth.objects.get().days[2] == "B"
