"""The page of workbooks: download, drop, plan, apply, the same file again; many units collected in one ZIP."""

from __future__ import annotations

import io
import zipfile
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from appraisals.models import Workload
from appraisals.workbooks.asking import units_of
from appraisals.workbooks.drawing import HEAD
from deploy_admin.access import Role
from deploy_admin.jobs.models import Upload, UploadBatch, UploadState
from deploy_admin.months import Month
from deploy_admin.registry.models import Institution
from tests.accounts.factories import a_membership, signed_in
from tests.appraisals.workload.factories import a_clerk, a_unit, an_indicator
from tests.assignments.months.factories import NOVEMBER, a_sheet
from tests.registry.factories import an_authority, district_officer

pytestmark = pytest.mark.django_db
PAGE = "/months/workbooks/"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture(autouse=True)
def rounds(db):
    return an_indicator("rounds", is_core=True, label_zh="巡诊")


@pytest.fixture
def unit():
    return a_unit()


@pytest.fixture
def sheet(unit):
    return a_sheet(unit, NOVEMBER, people=2)


@pytest.fixture
def clerk(unit):
    return signed_in(Client(), a_membership(Role.RECEIVER_CLERK, unit))


def downloaded(client, unit):
    answer = client.get(f"{PAGE}template.xlsx", {"month": "2026-11", "unit": unit.pk})
    assert answer.status_code == 200, answer.content.decode()[:500]
    return load_workbook(io.BytesIO(answer.content))


def sent(client, book, unit, on_commit, name="十一月.xlsx"):
    content = io.BytesIO()
    book.save(content)
    file = SimpleUploadedFile(name, content.getvalue(), XLSX)
    with on_commit(execute=True):
        answer = client.post(PAGE, {"month": "2026-11", "unit": unit.pk, "file": file})
    assert answer.status_code == 302, answer.content.decode()[:3000]
    return Upload.objects.latest("pk")


def run(upload):
    """Do what the worker does with the upload's work."""
    from deploy_admin.jobs import services

    for job in filter(None, (upload.plan_job, upload.apply_job)):
        if not job.ended:
            services.run(job.pk)
    upload.refresh_from_db()
    return upload


def test_the_page_offers_the_units_months_and_the_one_to_hand_in_first(clerk, sheet, unit):
    answer = clerk.get(PAGE)
    asked = answer.context["asked"]
    assert answer.status_code == 200
    assert asked.fields["month"].initial == "2026-11"
    assert [name for pk, name in asked.fields["unit"].choices] == list(
        Institution.objects.filter(pk=unit.pk).named(date(2026, 11, 30)).values()
    )


def test_a_workbook_is_downloaded_changed_sent_in_and_applied(clerk, sheet, unit, django_capture_on_commit_callbacks):
    row = sheet.rows.order_by("pk").first()
    book = downloaded(clerk, unit)
    page = book.worksheets[0]
    line = next(n for n in range(HEAD + 1, page.max_row + 1) if page.cell(n, 1).value == row.assignment_id)
    page.cell(line, 3 + 3).value = "病"
    page.cell(line, 3 + 31).value = 9
    upload = run(sent(clerk, book, unit, django_capture_on_commit_callbacks))
    assert upload.state == UploadState.PLANNED
    shown = clerk.get(f"{PAGE}{upload.pk}/").content.decode()
    assert "病" in shown
    with django_capture_on_commit_callbacks(execute=True):
        assert clerk.post(f"{PAGE}{upload.pk}/confirm/", {"digest": upload.digest}).status_code == 302
    upload.refresh_from_db()
    assert run(upload).state == UploadState.APPLIED
    row.refresh_from_db()
    assert row.days[2] == "B"
    assert Workload.objects.get().value == 9
    again = run(sent(clerk, book, unit, django_capture_on_commit_callbacks, "再次.xlsx"))
    assert again.state == UploadState.UNCHANGED


def test_a_wrong_workbook_comes_back_with_its_cells_marked(clerk, sheet, unit, django_capture_on_commit_callbacks):
    book = downloaded(clerk, unit)
    book.worksheets[0].cell(HEAD + 1, 3 + 3).value = "请客"
    upload = run(sent(clerk, book, unit, django_capture_on_commit_callbacks))
    assert upload.state == UploadState.REFUSED
    answer = clerk.get(f"{PAGE}{upload.pk}/marked.xlsx")
    cell = load_workbook(io.BytesIO(answer.content)).worksheets[0].cell(HEAD + 1, 3 + 3)
    assert cell.fill.fgColor.rgb == "00F8CBCB"
    assert cell.comment.text


def test_as_it_stands_it_may_be_sent_in_again(clerk, sheet, unit, django_capture_on_commit_callbacks):
    answer = clerk.get(f"{PAGE}current.xlsx", {"month": "2026-11", "unit": unit.pk})
    book = load_workbook(io.BytesIO(answer.content))
    upload = run(sent(clerk, book, unit, django_capture_on_commit_callbacks))
    assert upload.state == UploadState.UNCHANGED


def test_another_units_workbook_is_not_offered(clerk, unit):
    other = a_unit()
    a_sheet(other, NOVEMBER)
    answer = clerk.get(f"{PAGE}template.xlsx", {"month": "2026-11", "unit": other.pk})
    assert answer.status_code == 409


def test_who_may_enter_for_which_units(unit, sheet):
    authority = an_authority(unit.profile.division)
    officer = district_officer(authority, date(2026, 11, 22))
    assert [each.id for each in units_of(officer, NOVEMBER)] == [unit.pk]
    assert [each.id for each in units_of(a_clerk(unit), NOVEMBER)] == [unit.pk]
    assert units_of(a_clerk(unit), Month(date(2025, 1, 1))) == []


def test_the_workbooks_of_all_units_come_in_one_zip(unit, sheet, django_capture_on_commit_callbacks):
    from deploy_admin.jobs import services

    second = a_unit()
    a_sheet(second, NOVEMBER)
    authority = an_authority(unit.profile.division)
    district = signed_in(Client(), a_membership(Role.DISTRICT_OFFICER, authority))
    answer = district.post(f"{PAGE}collections/", {"month": "2026-11"})
    assert answer.status_code == 302, answer.content.decode()[:2000]
    batch = UploadBatch.objects.get()
    with django_capture_on_commit_callbacks(execute=True):
        assert district.post(f"{answer.url}package/").status_code == 302
    batch.refresh_from_db()
    if not batch.work.ended:
        services.run(batch.work_id)
    batch.refresh_from_db()
    archive = zipfile.ZipFile(io.BytesIO(batch.package.read()))
    names = Institution.objects.filter(pk__in=[unit.pk, second.pk]).named(date(2026, 11, 30))
    assert len(archive.namelist()) == 2
    assert all(any(name in file for file in archive.namelist()) for name in names.values())
    page = load_workbook(io.BytesIO(archive.read(archive.namelist()[0]))).worksheets[0]
    assert page.cell(HEAD, 2).value == "姓名*"
    assert district.get(answer.url).status_code == 200
