"""Each constraint on people's records, violated once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from deploy_admin import clock, national_ids
from deploy_admin.db import refusals
from deploy_admin.errors import RuleViolation
from deploy_admin.people.models import (
    Employment,
    HeldDocument,
    Merge,
    Recognition,
    RecordedEvent,
    TransferRequest,
)
from deploy_admin.people.services import identity
from deploy_admin.sealing import SealBroken
from tests.people.factories import HIRED, a_licence, a_title, a_worker, an_employment, an_id, away
from tests.registry.factories import an_institution

pytestmark = pytest.mark.django_db

DAY = date(2024, 5, 1)
BEFORE = DAY - timedelta(1)


def refused(code, make):
    with pytest.raises(RuleViolation) as refusal, refusals():
        make()
    assert refusal.value.code == code
    assert refusal.value.message


def changed(row, **values):
    """Return the act of writing these columns past every service."""
    return lambda: type(row).objects.filter(pk=row.pk).update(**values)


# ---------------------------------------------------------------- the person


def test_an_id_number_is_borne_by_one_living_record():
    number = an_id()
    first = a_worker(number_of_id=number)
    refused("id_taken", lambda: a_worker(number_of_id=number))
    changed(first, merged_into=a_worker())()
    a_worker(number_of_id=number)


@pytest.mark.parametrize(
    "values", [{"id_sealed": None}, {"id_digest": None}, {"id_masked": ""}, {"born_on": None}], ids=str
)
def test_an_id_is_kept_whole_or_not_at_all(values):
    refused("id_incomplete", changed(a_worker(), **values))


def test_an_id_never_stands_there_in_plain_text():
    refused("id_plain", changed(a_worker(), id_masked=an_id()))


def test_a_person_has_a_name():
    refused("name_missing", changed(a_worker(), name=""))


@pytest.mark.parametrize("number", ["10000001", "P123", "P1234567X"])
def test_a_person_number_is_p_and_eight_digits(number):
    refused("number_form", changed(a_worker(), number=number))


def test_a_person_number_is_given_once():
    first = a_worker()
    with pytest.raises(IntegrityError), transaction.atomic():
        changed(a_worker(), number=first.number)()


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("sex", "3", "sex_unknown"),
        ("ethnicity", "57", "ethnicity_unknown"),
        ("education", "primary", "education_unknown"),
        ("degree", "knight", "degree_unknown"),
    ],
)
def test_facts_of_the_person_come_from_their_code_lists(column, value, code):
    refused(code, changed(a_worker(), **{column: value}))


def test_nobody_is_merged_into_themselves():
    worker = a_worker()
    refused("merged_into_itself", changed(worker, merged_into=worker))


# ---------------------------------------------------------------- employments


def test_an_employment_does_not_end_before_it_begins():
    worker = a_worker(employed=False)
    refused("period_reversed", lambda: an_employment(worker, valid_from=DAY, valid_to=BEFORE))


def test_nobody_is_employed_twice_on_one_day():
    worker = a_worker(post={"valid_to": DAY})
    refused("employed_elsewhere", lambda: an_employment(worker, valid_from=DAY))
    an_employment(worker, valid_from=DAY + timedelta(1))


def test_one_employment_is_the_current_one():
    worker = a_worker(post={"valid_to": DAY})
    refused(
        "employed_meanwhile",
        lambda: Employment.objects.create(worker=worker, institution=an_institution(), valid_from=date(2025, 1, 1)),
    )


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("staff_category", "poet", "category_unknown"),
        ("employment_mode", "daily", "mode_unknown"),
        ("began_as", "born", "beginning_unknown"),
        ("ended_as", "resigned", "ending_unknown"),  # of one that has not ended
        ("valid_to", DAY, "ending_unknown"),  # of one that does not say how
        ("hired_on", HIRED + timedelta(1), "hired_after_start"),
    ],
)
def test_an_employment_says_what_the_code_lists_know(column, value, code):
    employment = a_worker().employments.get()
    refused(code, changed(employment, **{column: value}))


# ---------------------------------------------------------------- what a person holds


def test_a_title_is_held_once_until_it_is_revoked():
    worker = a_worker()
    title = a_title(worker)
    a_title(worker, scope="grassroots_targeted")
    refused("title_twice", lambda: a_title(worker))
    changed(title, revoked_on=DAY)()
    a_title(worker)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"code": "999"}, "title_unknown"),
        ({"level": "highest"}, "level_unknown"),
        ({"scope": "everywhere"}, "scope_unknown"),
        ({"appointed_on": date(2019, 1, 1)}, "title_days_reversed"),
        ({"revoked_on": date(2019, 1, 1)}, "title_days_reversed"),
    ],
    ids=str,
)
def test_a_title_is_one_of_the_list_with_its_days_in_order(values, code):
    title = a_title(a_worker(), qualified_on=date(2020, 12, 20))
    refused(code, changed(title, **values))


def test_a_licence_of_a_kind_is_held_once_until_it_ends():
    worker = a_worker()
    licence = a_licence(worker)
    refused("licence_twice", lambda: a_licence(worker))
    changed(licence, ended_on=DAY)()
    a_licence(worker)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"kind": "barber"}, "licence_unknown"),
        ({"practice_category": "wild"}, "practice_category_unknown"),
        ({"issued_on": DAY, "ended_on": BEFORE}, "period_reversed"),
    ],
    ids=str,
)
def test_a_licence_is_one_of_the_list_with_its_days_in_order(values, code):
    refused(code, changed(a_licence(a_worker()), **values))


def test_a_document_is_entered_once_with_a_name_and_days_in_order():
    worker = a_worker()
    paper = HeldDocument.objects.create(worker=worker, name="住院医师规范化培训合格证", number="示1")
    refused("document_twice", lambda: HeldDocument.objects.create(worker=worker, name=paper.name, number="示1"))
    refused("document_without_name", changed(paper, name=""))
    refused("period_reversed", changed(paper, issued_on=DAY, valid_to=BEFORE))


# ---------------------------------------------------------------- what keeps away, counts, bars


def test_one_reason_keeps_a_person_away_once_on_a_day():
    worker = a_worker()
    first = away(worker, "further_study", valid_from=DAY, valid_to=DAY + timedelta(30))
    away(worker, "long_illness", valid_from=DAY)
    refused("unavailable_twice", lambda: away(worker, "further_study", valid_from=DAY + timedelta(30)))
    changed(first, withdrawn_at=clock.now(), withdrawn_by_name="示范人事")()
    away(worker, "further_study", valid_from=DAY + timedelta(30))


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"valid_to": BEFORE}, "period_reversed"),
        ({"kind": "tired"}, "reason_unknown"),
        ({"withdrawn_at": clock.now()}, "withdrawn_by_nobody"),
    ],
    ids=["period", "kind", "withdrawn"],
)
def test_an_unavailability_has_a_known_reason_and_days_in_order(values, code):
    refused(code, changed(away(a_worker(), valid_from=DAY), **values))


def a_claim(worker, **more):
    fields = {
        "kind": "foreign_aid",
        "served_from": date(2020, 1, 1),
        "served_to": date(2020, 12, 31),
        "document": "示范证明",
    }
    return Recognition.objects.create(worker=worker, **(fields | more))


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"served_to": date(2019, 1, 1)}, "period_reversed"),
        ({"kind": "holiday"}, "recognition_unknown"),
        ({"document": ""}, "document_missing"),
        ({"state": "recognised"}, "decision_by_nobody"),
        (
            {"state": "recognised", "decided_at": clock.now(), "decided_by_name": "甲", "decided_by_id": 1},
            "second_person",
        ),
    ],
    ids=["period", "kind", "document", "decision", "second person"],
)
def test_recognised_service_rests_on_a_document_and_another_persons_decision(values, code):
    refused(code, changed(a_claim(a_worker(), recorded_by_id=1), **values))


def test_the_same_service_is_claimed_once_until_it_is_declined():
    worker = a_worker()
    claim = a_claim(worker)
    refused("recognition_twice", lambda: a_claim(worker))
    changed(claim, state="declined", decided_at=clock.now(), decided_by_name="示范经办")()
    a_claim(worker)


def test_an_event_is_recorded_once_by_a_document_and_withdrawn_by_somebody():
    worker = a_worker()
    fields = {"worker": worker, "kind": "disciplinary_sanction", "happened_on": DAY, "document": "示范决定"}
    event = RecordedEvent.objects.create(**fields)
    refused("event_twice", lambda: RecordedEvent.objects.create(**fields))
    refused("event_unknown", changed(event, kind="rumour"))
    refused("document_missing", changed(event, document=""))
    refused("withdrawn_by_nobody", changed(event, withdrawn_at=clock.now()))


# ---------------------------------------------------------------- moving and merging


def a_request(worker, to, **more):
    return TransferRequest.objects.create(
        worker=worker, from_institution=worker.employments.get().institution, to_institution=to, first_day=DAY, **more
    )


def test_a_transfer_is_asked_for_once_and_goes_somewhere_else():
    worker, to = a_worker(), an_institution()
    request = a_request(worker, to)
    refused("transfer_asked", lambda: a_request(worker, to))
    refused("answered_by_nobody", changed(request, state="agreed"))
    refused("transfer_to_itself", changed(request, to_institution=request.from_institution))


def test_a_merge_is_of_two_records_and_has_a_reason():
    keep, drop = a_worker(), a_worker()
    done = Merge.objects.create(worker=keep, dropped=drop, kept={}, reason="同一人", by_name="示范经办")
    refused("reason_missing", changed(done, reason=""))
    refused("merged_into_itself", changed(done, dropped=keep))


def test_a_seal_does_not_open_in_another_persons_row():
    first, second = a_worker(), a_worker()
    with pytest.raises(SealBroken):
        identity.open_columns(bytes(first.id_sealed), bytes(second.id_digest))
    assert identity.opened(first).masked == first.id_masked == national_ids.mask(identity.opened(first).number)
