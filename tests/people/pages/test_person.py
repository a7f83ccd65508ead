"""A person's page: what it shows to whom, and the whole ID number for whoever gives a reason."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from deploy_admin.audit.models import Event
from deploy_admin.people import gaps, services
from deploy_admin.people.models import HealthWorker, RecordedEvent
from tests.people.factories import a_title, a_worker, an_employment, an_id
from tests.people.pages.reading import page, text, whole_ids
from tests.registry.factories import CITY

pytestmark = pytest.mark.django_db


def test_the_page_shows_the_facts_of_the_official_form_and_what_is_dated(hr, world):
    answer = hr.get(page("person", world.doctor.pk))
    shown = text(answer)
    for words in ("示范安", world.doctor.number, world.doctor.id_masked, "1985-03", "本科", "学士", "副主任医师"):
        assert words in shown
    for words in ("执业医师", "示范110000000001", "示范甲区医院", "2018-07-01", "2025-01-01", "儿科"):
        assert words in shown
    assert "1985-03-04" not in shown
    assert whole_ids(answer) == []


def test_unseen_is_not_there(other_hr, hr, world):
    for name in ("person", "correct", "leave", "title_add", "reveal"):
        assert other_hr.get(page(name, world.doctor.pk)).status_code == 404
    assert hr.get(page("person", world.elsewhere.pk)).status_code == 404
    assert hr.get(page("title_correct", world.doctor.pk, a_title(world.elsewhere).pk)).status_code == 404


def test_who_only_reads_finds_no_act_and_no_personal_reason(reader, hr, world):
    seen, edited = text(reader.get(page("person", world.nurse.pk))), text(hr.get(page("person", world.nurse.pk)))
    assert page("correct", world.nurse.pk) in edited
    assert page("correct", world.nurse.pk) not in seen
    assert "孕期" in edited
    assert "示范备注" in edited
    assert "孕期" not in seen
    assert "示范备注" not in seen
    assert reader.get(page("correct", world.nurse.pk)).status_code == 403
    assert reader.get(page("reveal", world.nurse.pk)).status_code == 403


def test_what_is_missing_is_named(hr, world):
    lacking = hr.get(page("person", world.nurse.pk)).context["lacking"]
    assert str(gaps.GAPS[4].label) in lacking
    assert str(gaps.GAPS[3].label) not in lacking


def test_eligibility_is_asked_for_where_the_app_above_has_it(hr, world):
    answer = hr.get(page("person", world.doctor.pk))
    address = answer.context["eligibility_url"]
    assert not address or f'hx-get="{address}"' in text(answer)


def test_the_page_costs_the_same_for_any_number_of_rows(hr, world, django_assert_max_num_queries):
    def cost():
        with django_assert_max_num_queries(60) as queries:
            hr.get(page("person", world.doctor.pk))
        return len(queries)

    cost()
    few = cost()
    for number in range(5):
        a_title(world.doctor, f"26{number + 1}", qualified_on=date(2010 + number, 1, 1))
        RecordedEvent.objects.create(
            worker=world.doctor, kind="refused_deployment", happened_on=date(2020 + number, 1, 1), document="示范"
        )
    assert cost() == few


# ---------------------------------------------------------------- the whole number


def test_the_whole_number_is_shown_once_for_a_reason_and_recorded(hr, world):
    address = page("reveal", world.doctor.pk)
    asked = hr.get(address)
    assert whole_ids(asked) == []
    answer = hr.post(address, {"reason": "核对执业注册"})
    assert len(whole_ids(answer)) == 1
    assert "1985-03-04" in text(answer)
    assert "no-store" in answer["Cache-Control"]
    event = Event.objects.get(act="people.id_revealed")
    assert event.detail == {"id": world.doctor.id_masked, "reason": "核对执业注册"}
    assert whole_ids(hr.get(page("person", world.doctor.pk))) == []


def test_without_a_reason_nothing_is_shown(hr, world):
    answer = hr.post(page("reveal", world.doctor.pk), {"reason": "看看"})
    assert answer.status_code == 422
    assert whole_ids(answer) == []
    assert answer.context["form"].errors["reason"]
    assert not Event.objects.filter(act="people.id_revealed").exists()


def test_who_has_not_confirmed_lately_is_asked_who_they_are(hr, world):
    from deploy_admin.accounts import stages

    session = hr.session
    session[stages.CONFIRMED_AT] = 0
    session.save()
    answer = hr.post(page("reveal", world.doctor.pk), {"reason": "核对执业注册"})
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("accounts:confirm"))


def test_a_person_without_a_number_has_none_to_show(hr, world):
    worker = a_worker(at=world.hospital, number_of_id="")
    assert page("reveal", worker.pk) not in text(hr.get(page("person", worker.pk)))
    answer = hr.post(page("reveal", worker.pk), {"reason": "核对执业注册"})
    assert answer.status_code == 422
    assert answer.context["form"].non_field_errors()


# ---------------------------------------------------------------- merged records


def test_a_merged_record_leads_to_the_one_that_was_kept_and_that_shows_what_was_held(city, hr, world):
    twin = a_worker("示范安", at=world.hospital, number_of_id=an_id(900))
    a_title(twin, "233", qualified_on=date(2019, 12, 1))
    an_employment(twin, world.hospital, valid_from=date(2015, 1, 1), valid_to=date(2018, 6, 30))
    keep, drop = HealthWorker.objects.get(pk=world.doctor.pk), HealthWorker.objects.get(pk=twin.pk)
    services.merge(
        keep=keep, drop=drop, reason="同一人重复登记", keep_version=keep.version, drop_version=drop.version, by=CITY
    )
    shown = text(city.get(page("person", world.doctor.pk)))
    assert twin.number in shown
    assert "同一人重复登记" in shown
    assert "主治医师" in shown
    assert whole_ids(city.get(page("person", world.doctor.pk))) == []
    old = city.get(page("person", twin.pk))
    assert page("person", world.doctor.pk) in text(old)
    assert page("correct", twin.pk) not in text(old)
    assert hr.get(page("person", twin.pk)).url == page("person", world.doctor.pk)


def test_opening_a_record_is_on_the_audit_record_under_its_number(hr, other_hr, world):
    assert hr.get(page("person", world.doctor.pk)).status_code == 200
    assert other_hr.get(page("person", world.doctor.pk)).status_code == 404
    event = Event.objects.get(act="people.read")
    assert (event.object_label, event.object_id) == (world.doctor.number, world.doctor.pk)
    assert world.doctor.name not in str(event.detail)
