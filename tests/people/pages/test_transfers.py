"""Requests to take a person on: the inbox page, the answer, taking back."""

from __future__ import annotations

from datetime import date

import pytest

from deploy_admin.people.models import Employment, TransferRequest
from tests.people.factories import an_id
from tests.people.pages.reading import filled, page, text, whole_ids

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(world):
    """The other hospital asks for the doctor."""
    return TransferRequest.objects.create(
        worker=world.doctor,
        from_institution=world.hospital,
        to_institution=world.other,
        first_day=date(2026, 11, 10),
        staff_category="physician",
        recorded_by_name="示范人事",
    )


def test_both_units_see_it_and_each_finds_its_own_act(hr, other_hr, asked, world):
    here, there = text(hr.get(page("transfers"))), text(other_hr.get(page("transfers")))
    assert page("transfer_answer", asked.pk) in here
    assert page("transfer_withdraw", asked.pk) not in here
    assert page("transfer_withdraw", asked.pk) in there
    assert f'href="{page("transfer_answer", asked.pk)}"' not in there
    assert page("person", world.doctor.pk) in here
    assert page("person", world.doctor.pk) not in there


def test_agreeing_moves_the_person(hr, asked, world):
    shown = hr.get(page("transfer_answer", asked.pk))
    answer = hr.post(page("transfer_answer", asked.pk), filled(shown, decision="agree"))
    assert answer.status_code == 302, answer.context["form"].errors
    assert Employment.objects.get(worker=world.doctor, is_current=True).institution_id == world.other.pk
    assert "示范安" in text(hr.get(page("transfers", state="agreed")))


def test_declining_needs_a_reason(hr, asked):
    without = hr.post(page("transfer_answer", asked.pk), {"decision": "decline"})
    assert without.status_code == 422
    assert without.context["form"].errors
    assert hr.post(page("transfer_answer", asked.pk), {"decision": "decline", "remark": "岗位需要"}).status_code == 302
    asked.refresh_from_db()
    assert (asked.state, asked.remark) == ("declined", "岗位需要")


def test_the_asking_unit_cannot_answer_for_the_other(other_hr, asked):
    answer = other_hr.post(page("transfer_answer", asked.pk), {"decision": "agree"})
    assert answer.status_code == 422
    asked.refresh_from_db()
    assert asked.state == "asked"


def test_an_officer_over_both_answers_and_of_one_does_not(city, district, asked):
    assert page("transfer_answer", asked.pk) in text(city.get(page("transfers")))
    assert page("transfer_answer", asked.pk) not in text(district.get(page("transfers")))


def test_a_request_is_taken_back_once(other_hr, asked):
    assert other_hr.post(page("transfer_withdraw", asked.pk)).status_code == 302
    assert other_hr.post(page("transfer_withdraw", asked.pk)).status_code == 409
    assert other_hr.get(page("transfer_withdraw", asked.pk)).status_code == 405


def test_name_and_number_must_both_fit(hr, world):
    shown = hr.get(page("transfer_ask"))
    facts = {
        "name": "示范丁",
        "first_day": "2026-11-20",
        "staff_category": "physician",
        "employment_mode": "establishment",
    }
    answer = hr.post(page("transfer_ask"), filled(shown, national_id=an_id(77), **facts))
    assert answer.status_code == 422
    assert answer.context["form"].errors["national_id"]
    assert whole_ids(answer) == []


def test_who_only_reads_looks_on(reader, asked):
    shown = text(reader.get(page("transfers")))
    assert "示范安" in shown
    assert page("transfer_answer", asked.pk) not in shown
    assert reader.post(page("transfer_withdraw", asked.pk)).status_code == 403


def test_a_page_costs_the_same_for_any_number_of_requests(hr, asked, world, django_assert_max_num_queries):
    def cost():
        with django_assert_max_num_queries(25) as queries:
            hr.get(page("transfers"))
        return len(queries)

    cost()
    few = cost()
    for worker in (world.nurse, world.gone):
        TransferRequest.objects.create(
            worker=worker, from_institution=world.hospital, to_institution=world.other, first_day=date(2026, 12, 1)
        )
    assert cost() == few
