"""The pages of imports and background work: the way through, what each state shows, and who may not look."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from deploy_admin.access import Role
from deploy_admin.audit.models import Event
from deploy_admin.jobs import services as jobs
from deploy_admin.jobs.models import Job, Notice, Upload
from quotas.models import Figure
from tests.accounts.factories import a_membership, signed_in
from tests.factories import a_hospital
from tests.jobs.plans import run_jobs
from tests.spreadsheets.makers import xlsx

pytestmark = pytest.mark.django_db
ONE, TWO = "示范甲医院", "示范乙医院"
HEAD = ["单位", "指标", "执业类别", "人数"]
FORM = "/quotas/figures/import/"


@pytest.fixture
def hr(client):
    membership = a_membership(Role.SENDER_HR, a_hospital(ONE))
    return signed_in(client, membership)


@pytest.fixture
def other():
    return signed_in(Client(), a_membership(Role.SENDER_HR, a_hospital(TWO)))


def send(client, *rows, name="指标.xlsx", content=None, **more):
    data = content if content is not None else xlsx([HEAD, *rows])
    form = {"file": SimpleUploadedFile(name, data), "year": 2025, "measure": ""} | more
    return client.post(FORM, form)


def row(value=3, unit=ONE):
    return [unit, "新晋升副主任医师", "临床", value]


def sent(client, *rows) -> Upload:
    assert send(client, *rows).status_code == 302
    run_jobs()
    return Upload.objects.latest("pk")


def page_of(upload: Upload) -> str:
    return reverse("quotas:figures_upload", args=[upload.pk])


def test_the_form_offers_template_current_table_and_recent_files(hr):
    sent(hr, row())
    html = hr.get(f"{FORM}?year=2024").content.decode()
    assert "/quotas/figures/import/template.xlsx?year=2024" in html
    assert "/quotas/figures/import/current.xlsx?year=2024" in html
    assert "指标.xlsx" in html
    assert 'enctype="multipart/form-data"' in html


def test_the_way_from_file_to_applied(hr):
    response = send(hr, row())
    upload = Upload.objects.get()
    assert response.url == page_of(upload)
    reading = hr.get(page_of(upload)).content.decode()
    assert 'hx-trigger="every 2s"' in reading
    run_jobs()
    upload.refresh_from_db()
    planned = hr.get(page_of(upload)).content.decode()
    assert "hx-trigger" not in planned
    assert upload.digest in planned
    assert ONE in planned
    confirmed = hr.post(f"{page_of(upload)}confirm/", {"digest": upload.digest})
    assert confirmed.status_code == 302
    assert 'hx-trigger="every 2s"' in hr.get(page_of(upload)).content.decode()
    run_jobs()
    done = hr.get(page_of(upload)).content.decode()
    assert "hx-trigger" not in done
    assert "/quotas/figures/?period=2025" in done
    assert Figure.objects.get().value == 3


def test_the_part_that_is_polled_is_the_part_alone(hr):
    upload = sent(hr, row())
    part = hr.get(page_of(upload), headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith('<div id="upload"')
    assert "<html" not in part


def test_refused_cells_show_address_value_reason_and_remedy_and_the_workbook_comes_back(hr):
    upload = sent(hr, row(), row("三", ONE), row(1, TWO))
    html = hr.get(page_of(upload)).content.decode()
    assert all(cell in html for cell in ("D3", "A4", "三"))
    assert "disabled" in html
    marked = hr.get(f"{page_of(upload)}marked.xlsx")
    assert marked["Content-Disposition"].startswith("attachment")
    assert marked["X-Content-Type-Options"] == "nosniff"
    assert bytes(marked.content).startswith(b"PK")


def test_changed_rows_show_old_and_new(hr):
    upload = sent(hr, row(3))
    hr.post(f"{page_of(upload)}confirm/", {"digest": upload.digest})
    run_jobs()
    html = hr.get(page_of(sent(hr, row(5)))).content.decode()
    assert "<del>3</del>" in html
    assert '<ins class="nv">5</ins>' in html


@pytest.mark.parametrize("show", ["refused", "new", "changed", "unchanged", "nonsense"])
def test_every_kind_of_rows_can_be_asked_for(hr, show):
    upload = sent(hr, row())
    assert hr.get(f"{page_of(upload)}?show={show}&page=99").status_code == 200


def test_what_is_no_workbook_is_refused_beside_the_field(hr):
    response = send(hr, name="x.xls", content=b"<html><table>")
    assert response.status_code == 422
    assert not Upload.objects.exists()


def test_an_unreadable_table_says_what_to_do(hr):
    assert send(hr, content=xlsx([["姓名"], ["某某"]])).status_code == 302
    run_jobs()
    html = hr.get(page_of(Upload.objects.get())).content.decode()
    assert "note-bad" in html


def test_a_plan_confirmed_with_another_digest_is_a_conflict(hr):
    upload = sent(hr, row())
    assert hr.post(f"{page_of(upload)}confirm/", {"digest": "0" * 64}).status_code == 409
    assert not Figure.objects.exists()


def test_a_discarded_upload_says_so(hr):
    upload = sent(hr, row())
    assert hr.post(f"{page_of(upload)}discard/").url == FORM
    assert hr.get(page_of(upload)).status_code == 200


def test_template_and_current_table_are_attachments_and_exporting_is_recorded(hr):
    for name in ("template.xlsx", "current.xlsx", "current.csv"):
        response = hr.get(f"{FORM}{name}?year=2025")
        assert response["Content-Disposition"].startswith("attachment")
    assert Event.objects.filter(act="imports.exported").count() == 2


def test_another_units_upload_file_and_job_are_not_there(hr, other):
    upload = sent(hr, row())
    addresses = [
        page_of(upload),
        f"{page_of(upload)}marked.xlsx",
        reverse("jobs:download", args=[upload.file_id]),
        reverse("jobs:job", args=[upload.plan_job_id]),
    ]
    assert [other.get(address).status_code for address in addresses] == [404] * 4
    posts = [
        f"{page_of(upload)}confirm/",
        f"{page_of(upload)}discard/",
        reverse("jobs:cancel", args=[upload.plan_job_id]),
    ]
    assert [other.post(address, {"digest": upload.digest}).status_code for address in posts] == [404] * 3
    assert "指标.xlsx" not in other.get(FORM).content.decode()


def test_who_may_not_enter_figures_may_not_upload_nor_read_the_files(hr, client):
    upload = sent(hr, row())
    clerk = signed_in(Client(), a_membership(Role.RECEIVER_CLERK, a_hospital("示范丙医院")))
    assert clerk.get(FORM).status_code == 403
    assert clerk.get(reverse("jobs:download", args=[upload.file_id])).status_code == 404


def test_the_sent_file_comes_back_as_it_was_and_reading_it_is_recorded(hr):
    content = xlsx([HEAD, row()])
    send(hr, content=content)
    response = hr.get(reverse("jobs:download", args=[Upload.objects.get().file_id]))
    assert bytes(response.content) == content
    assert response["Content-Disposition"].startswith("attachment")
    assert Event.objects.filter(act="files.read").count() == 1


def test_the_list_of_work_polls_while_something_is_under_way_and_filters_by_state(hr):
    send(hr, row())
    assert 'hx-trigger="every 5s"' in hr.get("/jobs/").content.decode()
    run_jobs()
    html = hr.get("/jobs/?state=done").content.decode()
    assert "hx-trigger" not in html
    assert "指标.xlsx" in html
    assert "指标.xlsx" not in hr.get("/jobs/?state=failed").content.decode()


def test_a_jobs_page_polls_until_it_has_ended_and_waiting_work_can_be_taken_back(hr):
    send(hr, row())
    job = Job.objects.get(kind="imports.plan")
    assert 'hx-trigger="every 2s"' in hr.get(job.get_absolute_url()).content.decode()
    assert hr.get(f"{job.get_absolute_url()}?part=progress", headers={"HX-Request": "true"}).status_code == 200
    assert hr.post(reverse("jobs:cancel", args=[job.pk])).status_code == 302
    assert "hx-trigger" not in hr.get(job.get_absolute_url()).content.decode()
    assert hr.post(reverse("jobs:cancel", args=[job.pk])).status_code == 409
    assert Upload.objects.get().state == "unreadable"


def test_word_of_an_end_is_noted_away_by_its_reader_only(hr, other):
    send(hr, row())
    job = Job.objects.get(kind="imports.plan")
    jobs.notify(
        code="jobs.done",
        params={"title": "t", "error": ""},
        url="/",
        institution_id=None,
        roles=None,
        user_id=job.created_by_id,
        key=f"job:{job.pk}",
    )
    assert other.post(reverse("jobs:noted", args=[job.pk])).status_code == 404
    assert hr.post(reverse("jobs:noted", args=[job.pk])).status_code == 302
    assert not Notice.objects.open().exists()


def test_the_system_administrator_sees_everyones_work(hr):
    send(hr, row())
    admin = signed_in(Client(), a_membership(Role.SYSTEM_ADMIN))
    assert "指标.xlsx" in admin.get("/jobs/").content.decode()
    assert admin.get(reverse("jobs:download", args=[Upload.objects.get().file_id])).status_code == 404


@pytest.mark.parametrize("address", [FORM, "/jobs/"])
def test_both_languages(hr, address):
    for language in ("zh-hans", "en"):
        hr.cookies["django_language"] = language
        assert hr.get(address).status_code == 200


def test_pages_of_many_rows_take_no_more_queries_than_of_few(hr, django_assert_max_num_queries):
    few = sent(hr, row())
    rows = [[ONE, "新晋升副主任医师", c, 1, y] for c in ("临床", "中医", "口腔", "公卫") for y in range(2000, 2026)]
    assert send(hr, content=xlsx([[*HEAD, "年度"], *rows])).status_code == 302
    run_jobs()
    many = Upload.objects.latest("pk")
    assert many.rows.count() == 104
    for upload in (few, many):
        with django_assert_max_num_queries(30):
            hr.get(page_of(upload))
