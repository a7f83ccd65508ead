"""The acts from a person's page: each through its form, with what a form refuses beside the field."""

from __future__ import annotations

from datetime import date

import pytest

from deploy_admin.people.models import Employment, HealthWorker, Licence, Recognition, Title, Unavailability
from deploy_admin.people.views.acts import ACTS
from tests.people.factories import a_licence, a_title, a_worker, an_id
from tests.people.pages.reading import filled, page, text, whole_ids

pytestmark = pytest.mark.django_db
PAPER = {"document": "关于示范的通知", "document_number": "示范卫〔2026〕1号"}


def sent(client, act, /, *args, **changes):
    """Open the act's page and send it back with changes, as a browser does."""
    address = page(act, *args)
    return client.post(address, filled(client.get(address), **changes))


def again(worker):
    return HealthWorker.objects.get(pk=worker.pk)


def test_facts_are_corrected(hr, world):
    answer = sent(hr, "correct", world.doctor.pk, major="临床医学", education="master", management_experience="no")
    assert answer.status_code == 302, answer.context["form"].errors
    worker = again(world.doctor)
    assert (worker.major, worker.education, worker.management_experience) == ("临床医学", "master", False)
    assert worker.version == world.doctor.version + 1


def test_a_new_name_needs_a_reason_and_nothing_changed_is_refused(hr, world):
    answer = sent(hr, "correct", world.doctor.pk, name="示范鞍")
    assert answer.status_code == 422
    assert answer.context["form"].errors["reason"]
    same = sent(hr, "correct", world.doctor.pk)
    assert same.status_code == 422
    assert same.context["form"].non_field_errors()


def test_an_id_number_is_corrected_and_never_echoed(hr, world):
    number = an_id(42, born_on=date(1990, 5, 6), sex="2")
    wrong = sent(hr, "correct_id", world.doctor.pk, national_id=number, reason="")
    assert wrong.status_code == 422
    assert number not in text(wrong)
    assert wrong.context["form"]["id_kept"].value()
    answer = hr.post(page("correct_id", world.doctor.pk), filled(wrong, reason="证件号录入有误"))
    assert answer.status_code == 302, answer.context["form"].errors
    worker = again(world.doctor)
    assert (worker.birth_month, worker.sex) == ("1990-05", "2")
    assert worker.id_masked == number[:6] + "*" * 8 + number[14:]


@pytest.mark.parametrize("typed", ["123", "50990119850304001A", "509901198502300010", "509901850304001"])
def test_what_is_no_id_number_is_refused_beside_its_field(hr, world, typed):
    answer = sent(hr, "correct_id", world.doctor.pk, national_id=typed, reason="更正证件号")
    assert answer.status_code == 422
    assert answer.context["form"].errors["national_id"]


def test_a_post_changes_from_a_day_and_leaving_ends_it(hr, world):
    answer = sent(hr, "change_post", world.doctor.pk, on="2026-10-01", department="外科")
    assert answer.status_code == 302, answer.context["form"].errors
    assert Employment.objects.get(worker=world.doctor, is_current=True).department == "外科"
    early = sent(hr, "leave", world.doctor.pk, last_day="2010-01-01", how="resigned")
    assert early.status_code == 422
    assert sent(hr, "leave", world.doctor.pk, last_day="2026-11-20", how="retired").status_code == 302
    assert Employment.objects.get(worker=world.doctor, is_current=True).ended_as == "retired"


def test_an_employment_is_corrected(hr, world):
    row = Employment.objects.get(worker=world.doctor)
    answer = sent(hr, "employment_correct", world.doctor.pk, row.pk, hired_on="2017-07-01", reason="入职日期有误")
    assert answer.status_code == 302, answer.context["form"].errors
    row.refresh_from_db()
    assert row.hired_on == date(2017, 7, 1)


def test_an_officer_over_both_transfers(city, hr, world):
    answer = sent(
        city, "transfer", world.doctor.pk, unit="示范乙区医院", first_day="2026-11-01", employment_mode="establishment"
    )
    assert answer.status_code == 302, answer.context["form"].errors
    assert Employment.objects.get(worker=world.doctor, is_current=True).institution_id == world.other.pk
    assert hr.get(page("person", world.doctor.pk)).status_code == 404


def test_a_unit_cannot_name_another(city, world):
    answer = sent(
        city, "transfer", world.doctor.pk, unit="没有这家医院", first_day="2026-11-01", employment_mode="establishment"
    )
    assert answer.status_code == 422
    assert answer.context["form"].errors["unit"]


def test_titles_are_added_corrected_and_revoked(hr, world):
    answer = sent(hr, "title_add", world.nurse.pk, code="253", scope="general", qualified_on="2022-06-01")
    assert answer.status_code == 302, answer.context["form"].errors
    row = Title.objects.get(worker=world.nurse)
    assert row.level == "intermediate"
    twice = sent(hr, "title_add", world.nurse.pk, code="253", scope="general", qualified_on="2022-06-01")
    assert twice.status_code == 422
    assert (
        sent(hr, "title_correct", world.nurse.pk, row.pk, qualified_on="2022-07-01", reason="日期有误").status_code
        == 302
    )
    assert sent(hr, "title_revoke", world.nurse.pk, row.pk, on="2026-01-01", reason="撤销").status_code == 302
    row.refresh_from_db()
    assert (row.qualified_on, row.revoked_on) == (date(2022, 7, 1), date(2026, 1, 1))


def test_licences_and_documents_come_and_go(hr, world):
    assert sent(hr, "licence_add", world.nurse.pk, kind="registered_nurse", number="示范1").status_code == 302
    row = Licence.objects.get(worker=world.nurse)
    assert sent(hr, "licence_correct", world.nurse.pk, row.pk, number="示范2", reason="编号有误").status_code == 302
    assert sent(hr, "licence_end", world.nurse.pk, row.pk, last_day="2026-10-01").status_code == 302
    assert sent(hr, "document_add", world.nurse.pk, name="住院医师规范化培训合格证").status_code == 302
    paper = world.nurse.documents.get()
    assert sent(hr, "document_remove", world.nurse.pk, paper.pk, reason="误录").status_code == 302
    assert not world.nurse.documents.exists()


def test_unavailability_is_entered_ended_and_withdrawn(hr, world):
    answer = sent(hr, "unavailability_enter", world.doctor.pk, kind="further_study", valid_from="2026-11-01", **PAPER)
    assert answer.status_code == 302, answer.context["form"].errors
    row = Unavailability.objects.get(worker=world.doctor)
    assert row.document_number == "示范卫〔2026〕1号"
    backwards = sent(hr, "unavailability_end", world.doctor.pk, row.pk, last_day="2026-10-01")
    assert backwards.status_code == 422
    assert sent(hr, "unavailability_end", world.doctor.pk, row.pk, last_day="2026-11-20").status_code == 302
    assert sent(hr, "unavailability_withdraw", world.doctor.pk, row.pk, reason="误录").status_code == 302


def test_service_is_claimed_and_events_are_recorded(hr, world):
    days = {"served_from": "2020-01-01", "served_to": "2020-12-31"}
    without = sent(hr, "recognition_claim", world.doctor.pk, kind="foreign_aid", **days)
    assert without.context["form"].errors["document"]
    assert sent(hr, "recognition_claim", world.doctor.pk, kind="foreign_aid", **days, **PAPER).status_code == 302
    assert Recognition.objects.get().state == "claimed"
    happened = {"kind": "refused_deployment", "happened_on": "2026-10-10"}
    assert sent(hr, "event_record", world.doctor.pk, **happened, **PAPER).status_code == 302
    event = world.doctor.events.get()
    assert sent(hr, "event_withdraw", world.doctor.pk, event.pk, reason="误录").status_code == 302


def test_a_scan_is_stored_sealed_and_read_by_those_who_see_the_entry(hr, other_hr, reader, world):
    from django.core.files.uploadedfile import SimpleUploadedFile

    number = an_id(5)
    days = {"served_from": "2020-01-01", "served_to": "2020-12-31"}
    wrong = SimpleUploadedFile("证明.pdf", b"MZ no scan")
    refused = sent(hr, "recognition_claim", world.doctor.pk, kind="foreign_aid", **days, **PAPER, scan=wrong)
    assert refused.context["form"].errors["scan"]
    scan = SimpleUploadedFile(f"{number}.pdf", b"%PDF-1.7 " + number.encode())
    done = sent(hr, "recognition_claim", world.doctor.pk, kind="foreign_aid", **days, **PAPER, scan=scan)
    assert done.status_code == 302
    file = Recognition.objects.get().scan
    assert file.sealed
    assert number.encode() not in bytes(file.content)
    assert number not in file.name
    assert file.get_absolute_url() in text(reader.get(page("person", world.doctor.pk)))
    assert hr.get(file.get_absolute_url()).content.startswith(b"%PDF-1.7")
    assert reader.get(file.get_absolute_url()).status_code == 200
    assert other_hr.get(file.get_absolute_url()).status_code == 404


def test_the_scan_behind_a_personal_reason_is_not_for_readers(hr, reader, world):
    from django.core.files.uploadedfile import SimpleUploadedFile

    scan = SimpleUploadedFile("病假.png", b"\x89PNG\r\n\x1a\n")
    entered = {"kind": "long_illness", "valid_from": "2026-11-01"}
    assert sent(hr, "unavailability_enter", world.doctor.pk, **entered, scan=scan).status_code == 302
    file = Unavailability.objects.get(worker=world.doctor).scan
    assert hr.get(file.get_absolute_url()).status_code == 200
    assert reader.get(file.get_absolute_url()).status_code == 404


def test_an_edit_on_an_older_version_is_refused_with_both_values(hr, world):
    shown = filled(hr.get(page("correct", world.doctor.pk)), major="中医学")
    HealthWorker.objects.filter(pk=world.doctor.pk).update(version=world.doctor.version + 1, major="临床医学")
    answer = hr.post(page("correct", world.doctor.pk), shown)
    assert answer.status_code == 409
    assert "中医学" in text(answer)
    assert "临床医学" in text(answer)
    assert again(world.doctor).major == "临床医学"


def test_a_conflict_about_a_post_shows_its_words(hr, world):
    shown = filled(hr.get(page("change_post", world.doctor.pk)), on="2026-10-01", employment_mode="off_establishment")
    HealthWorker.objects.filter(pk=world.doctor.pk).update(version=world.doctor.version + 1)
    answer = hr.post(page("change_post", world.doctor.pk), shown)
    assert answer.status_code == 409
    assert "编外" in text(answer)
    assert "在编" in text(answer)


@pytest.mark.parametrize("name", sorted(ACTS))
def test_every_act_has_its_page_in_both_languages_without_a_whole_number(hr, world, name):
    rows = {"title": a_title(world.doctor, "233"), "licence": a_licence(world.doctor, "village_doctor")}
    rows["employment"] = Employment.objects.get(worker=world.doctor)
    rows["document"] = world.doctor.documents.create(name="示范证")
    rows["unavailability"] = world.doctor.unavailabilities.create(kind="other", valid_from=date(2026, 1, 1))
    rows["event"] = world.doctor.events.create(kind="service_void", happened_on=date(2026, 1, 1), document="示范")
    args = [world.doctor.pk] if ACTS[name].model is None else [world.doctor.pk, rows[name.partition("_")[0]].pk]
    for language in ("zh-hans", "en"):
        answer = hr.get(page(name, *args), HTTP_ACCEPT_LANGUAGE=language)
        assert answer.status_code == 200
        assert whole_ids(answer) == []


def test_somebody_who_left_may_still_be_completed(hr, world):
    assert sent(hr, "correct", world.gone.pk, major="护理学").status_code == 302
    assert a_worker(at=world.hospital).pk
