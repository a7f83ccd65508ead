"""Registering one person, and the way to whoever is on another unit's roster."""

from __future__ import annotations

import pytest

from deploy_admin.jobs.models import Notice
from deploy_admin.people.models import Employment, HealthWorker, TransferRequest
from tests.people.factories import a_worker, an_id
from tests.people.pages.reading import filled, page, text, whole_ids
from tests.registry.factories import an_institution

pytestmark = pytest.mark.django_db

PERSON = {
    "name": "示范𬱖",
    "staff_category": "physician",
    "employment_mode": "establishment",
    "valid_from": "2026-07-01",
}


def opened(client, **changes):
    return filled(client.get(page("register")), **(PERSON | changes))


def test_a_person_is_registered_with_title_and_licence(hr, world):
    number = an_id(61)
    answer = hr.post(
        page("register"),
        opened(
            hr,
            national_id=number,
            title_code="233",
            qualified_on="2020-06-01",
            licence_kind="physician",
            practice_category="clinical",
        ),
    )
    assert answer.status_code == 302, answer.context["form"].errors
    worker = HealthWorker.objects.get(name="示范𬱖")
    assert answer.url == page("person", worker.pk)
    assert (worker.id_masked[:6], worker.birth_month) == (number[:6], "1985-03")
    assert worker.titles.get().scope == "general"
    assert worker.licences.get().practice_category == "clinical"
    assert Employment.objects.get(worker=worker).institution_id == world.hospital.pk


def test_an_officer_names_the_unit(city, world):
    missing = city.post(page("register"), opened(city, national_id=an_id(62)))
    assert missing.context["form"].errors["unit"]
    answer = city.post(page("register"), opened(city, national_id=an_id(62), unit="示范乙区医院"))
    assert answer.status_code == 302, answer.context["form"].errors
    assert Employment.objects.get(worker__name="示范𬱖").institution_id == world.other.pk


def test_what_is_refused_stands_beside_its_field_and_the_number_is_not_echoed(hr):
    number = an_id(63)
    answer = hr.post(
        page("register"), opened(hr, national_id=number, staff_category="", title_code="233", licence_number="1")
    )
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"staff_category", "qualified_on", "licence_kind"}
    assert number not in text(answer)
    mended = filled(answer, staff_category="physician", title_code="", licence_number="")
    assert hr.post(page("register"), mended).status_code == 302


def test_what_another_user_kept_opens_for_nobody_else(hr, other_hr):
    kept = hr.post(page("register"), opened(hr, national_id=an_id(64), staff_category="")).context["form"]["id_kept"]
    answer = other_hr.post(page("register"), opened(other_hr, id_kept=kept.value()))
    assert answer.context["form"].errors["national_id"]


def test_no_number_is_asked_for(hr):
    assert hr.post(page("register"), opened(hr)).context["form"].errors["national_id"]


def test_somebody_known_is_shown(hr, world):
    worker = a_worker("示范己", at=world.hospital, number_of_id=an_id(65))
    answer = hr.post(page("register"), opened(hr, national_id=an_id(65)))
    assert answer.status_code == 422
    assert page("person", worker.pk) in text(answer)


def test_somebody_on_another_units_roster_is_asked_for(hr, other_hr, world):
    number = an_id(66)
    worker = a_worker("示范庚", at=world.other, number_of_id=number)
    refused = hr.post(page("register"), opened(hr, name="示范庚", national_id=number))
    assert refused.status_code == 422
    shown = text(refused)
    assert "示范乙区医院" not in shown
    assert page("transfer_ask") in shown
    assert whole_ids(refused) == []
    form = refused.context["form"]
    carried = {name: form[name].value() or "" for name in refused.context["carried"] if name in form.fields}
    arrived = hr.post(page("transfer_ask"), carried | {"arriving": "yes"})
    assert arrived.status_code == 200
    assert whole_ids(arrived) == []
    sent = filled(arrived, first_day="2026-11-20")
    answer = hr.post(page("transfer_ask"), sent)
    assert answer.status_code == 302, answer.context["form"].errors
    asked = TransferRequest.objects.get()
    assert (asked.worker, asked.to_institution) == (worker, world.hospital)
    assert Notice.objects.visible_to(_actor(other_hr)).filter(code="people.transfer_asked").exists()


def _actor(client):
    from deploy_admin.accounts.actors import MembershipActor
    from deploy_admin.accounts.models import Membership

    return MembershipActor(Membership.objects.get(user_id=client.session["_auth_user_id"]))


def test_the_unit_box_offers_what_the_actor_sees(city, hr, reader):
    an_institution("示范丙区医院")
    assert "示范丙区医院" in text(city.get(page("unit_offers", name="unit", unit="丙区")))
    assert "示范丙区医院" not in text(hr.get(page("unit_offers", name="unit", unit="丙区")))
    assert reader.get(page("register")).status_code == 403
