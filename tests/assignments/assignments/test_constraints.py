"""The database is the last judge: each constraint of assignments, pieces, steps, suspensions and tasks, once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from assignments.models import Assignment, Mentoring, PracticeSuspension, Segment, Task
from deploy_admin.db import refusals
from tests.assignments.postings import (
    FIRST,
    LAST,
    a_segment,
    a_step,
    an_assignment,
    at_noon,
    on_post,
    suspended_for,
)
from tests.people.factories import a_worker, refused
from tests.registry.factories import an_institution

pytestmark = pytest.mark.django_db

NOON = at_noon(FIRST)


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({"ends_on": FIRST - timedelta(days=1)}, "period_reversed"),
        ({"term_ends_on": FIRST - timedelta(days=1)}, "period_reversed"),
        ({"kind": "holiday"}, "kind_unknown"),
        ({"state": "asleep"}, "state_unknown"),
        ({"roster_pattern": "always"}, "pattern_unknown"),
        ({"term_months": 0, "term_days": 0}, "term_missing"),
        ({"term_months": 121}, "term_missing"),
        ({"term_days": 367}, "term_missing"),
        ({"state": "ended_early"}, "end_without_reason"),
        ({"end_reason": "other"}, "end_without_reason"),
        ({"state": "void", "end_reason": "tired"}, "end_reason_unknown"),
        ({"arrived_at": NOON}, "arrival_by_nobody"),
        ({"arrived_by_name": "示范接收"}, "arrival_by_nobody"),
        ({"state": "on_post"}, "not_arrived"),
        ({"filed_on": FIRST}, "filing_incomplete"),
        ({"filing_basis": "habit"}, "filing_incomplete"),
        ({"deputy_from": FIRST}, "deputy_incomplete"),
        ({"deputy_to": FIRST, "deputy_order": "令"}, "deputy_incomplete"),
        ({"deputy_from": LAST, "deputy_to": FIRST, "deputy_order": "令"}, "deputy_incomplete"),
        ({"result": "qualified"}, "result_incomplete"),
        ({"result": "excellent", "result_on": FIRST}, "result_incomplete"),
        ({"origin": "imported", "evidence": "hearsay"}, "evidence_missing"),
        ({"evidence": "original"}, "evidence_missing"),
        ({"confirmed_at": NOON, "confirmed_by_name": "示范"}, "evidence_missing"),
        ({"origin": "imported", "evidence": "original", "confirmed_at": NOON}, "confirmed_by_nobody"),
        (
            {
                "origin": "imported",
                "evidence": "original",
                "confirmed_at": NOON,
                "confirmed_by_name": "示范",
                "confirmed_by_id": 5,
                "recorded_by_id": 5,
            },
            "second_person",
        ),
    ],
)
def test_of_an_assignment(columns, code):
    row = an_assignment()
    with refused(code), refusals():
        Assignment.objects.filter(pk=row.pk).update(**columns)


def test_nobody_is_sent_to_where_they_come_from():
    row = an_assignment()
    with refused("same_unit"), refusals():
        Assignment.objects.filter(pk=row.pk).update(receiving_unit=row.sending_unit)


def test_nobody_is_in_two_places_on_one_day():
    row = on_post()
    with refused("in_two_places"), refusals():
        an_assignment(row.worker, starts_on=LAST)
    an_assignment(row.worker, starts_on=LAST, state="withdrawn")
    an_assignment(row.worker, starts_on=LAST + timedelta(days=1))
    ended = on_post(starts_on=date(2026, 1, 1), state="ended_early", ended_on=date(2026, 2, 1))
    an_assignment(ended.worker, starts_on=date(2026, 2, 2))  # the day after an early end
    assert Assignment.objects.filter(worker=row.worker).count() == 3


def test_a_void_keeps_its_days():
    row = on_post(state="void")
    with refused("in_two_places"), refusals():
        an_assignment(row.worker)


def test_a_term_is_renewed_once():
    row = on_post()
    an_assignment(row.worker, starts_on=LAST + timedelta(days=1), renews=row)
    from django.db import IntegrityError, transaction

    with pytest.raises(IntegrityError, match="renews"), transaction.atomic():
        an_assignment(row.worker, starts_on=date(2029, 1, 1), renews=row)


def test_of_a_piece():
    row = on_post()
    with refused("period_reversed"), refusals():
        Segment.objects.filter(assignment=row).update(valid_to=FIRST - timedelta(days=1))
    with refused("pieces_overlap"), refusals():
        a_segment(row, an_institution(), valid_from=date(2026, 6, 1))


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({"to_state": "asleep"}, "state_unknown"),
        ({"from_state": "asleep"}, "state_unknown"),
        ({"to_state": "void"}, "basis_missing"),
        ({"to_state": "void", "deciding_body": "会议", "reason": "旷工"}, "basis_missing"),
        ({"to_state": "void", "deciding_body": "会议", "document": "纪要"}, "basis_missing"),
        ({"to_state": "void", "reason": "旷工", "document": "纪要"}, "basis_missing"),
    ],
)
def test_of_a_step(columns, code):
    row = on_post()
    with refused(code), refusals():
        a_step(row, "voided", on=FIRST, **({"to_state": "on_post"} | columns))


def test_of_a_suspension():
    row = on_post()
    with refused("period_reversed"), refusals():
        PracticeSuspension.objects.filter(assignment=row).update(valid_to=FIRST - timedelta(days=1))
    with refused("suspended_twice"), refusals():
        suspended_for(row, valid_from=date(2026, 6, 1))
    PracticeSuspension.objects.update(withdrawn_at=NOON)
    assert suspended_for(row).pk


@pytest.mark.parametrize("columns", [{"kind": "gardening", "goal": "种花"}, {"kind": "training", "goal": ""}])
def test_of_a_task(columns):
    row = on_post()
    with refused("task_incomplete"), refusals():
        Task.objects.create(assignment=row, **columns)


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({"valid_to": FIRST - timedelta(days=1)}, "period_reversed"),
        ({"mentee": ""}, "mentee_missing"),
        ({"mode": "by_post"}, "mentee_missing"),
        ({}, "mentoring_twice"),
    ],
)
def test_of_a_mentoring(columns, code):
    said = {"assignment": on_post(), "mode": "team", "mentee": "示范团队", "valid_from": FIRST}
    Mentoring.objects.create(**said)
    with refused(code), refusals():
        Mentoring.objects.create(**(said | {"valid_from": FIRST} | columns))


def test_the_factories_write_what_the_constraints_let():
    worker = a_worker()
    for number, state in enumerate(["planned", "filed", "on_post", "term_reached", "under_evaluation", "returned",
                                    "renewed", "transferred", "ended_early", "void", "withdrawn"]):  # fmt: skip
        row = an_assignment(worker, state=state, starts_on=date(2010 + number, 3, 10))
        assert (row.state, row.segments.count(), row.transitions.count()) == (state, 1, 1)
