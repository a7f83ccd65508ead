"""Rows of old uploads and the bytes of sealed files go when their time is over; what they amounted to stays."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client

from deploy_admin import clock
from deploy_admin.access import Role
from deploy_admin.errors import RuleViolation
from deploy_admin.jobs import services as jobs
from deploy_admin.jobs import tasks
from deploy_admin.jobs.importing import services
from deploy_admin.jobs.models import StoredFile, Upload, UploadState
from tests.accounts.factories import a_membership, signed_in
from tests.jobs import plans, staff
from tests.jobs.scratch import confirmed, line, sent_in, table
from tests.spreadsheets.makers import xlsx

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("scratch")]


def aged(upload: Upload, days: int) -> Upload:
    """Make the upload and its file so old."""
    then = clock.now() - timedelta(days=days)
    Upload.objects.filter(pk=upload.pk).update(created_at=then, planned_at=then)
    Upload.objects.filter(pk=upload.pk, state=UploadState.APPLIED).update(applied_at=then)
    StoredFile.objects.filter(pk=upload.file_id).update(created_at=then)
    return Upload.objects.get(pk=upload.pk)


def test_old_rows_and_sealed_bytes_go_and_counts_and_digests_stay():
    content = table([line(1), line(2)])
    upload = aged(confirmed(sent_in(content)), settings.UPLOAD_ROWS_KEPT_DAYS + 1)
    assert jobs.remove_old() == {"uploads": 1, "rows": 2, "files": 1}
    upload.refresh_from_db()
    file = StoredFile.objects.get(pk=upload.file_id)
    assert (upload.rows.count(), bytes(file.content), file.size) == (0, b"", len(content))
    assert (upload.summary["counts"]["new"], upload.sha256, bool(upload.digest)) == (2, file.sha256, True)
    assert jobs.remove_old() == {"uploads": 0, "rows": 0, "files": 0}
    assert tasks.remove_old() == 0
    city = signed_in(Client(), a_membership(Role.CITY_OFFICER))
    html = city.get(services.upload_url(staff.STAFF, upload.pk)).content.decode()
    assert upload.sha256 in html
    assert file.get_absolute_url() not in html
    assert city.get(file.get_absolute_url()).status_code == 409


def test_a_refused_upload_of_old_has_no_marked_workbook_any_more():
    upload = aged(sent_in(table([line(1, 入职日期="去年")])), 200)
    jobs.remove_old()
    city = signed_in(Client(), a_membership(Role.CITY_OFFICER))
    address = services.upload_url(staff.STAFF, upload.pk)
    assert city.get(address).status_code == 200
    assert city.get(f"{address}marked.xlsx").status_code == 409
    with pytest.raises(RuleViolation):
        Upload.objects.get(pk=upload.pk).file.read()


@pytest.mark.parametrize("days", [0, settings.UPLOAD_ROWS_KEPT_DAYS - 1])
def test_what_is_younger_stays(days):
    aged(confirmed(sent_in(table([line(1)]))), days)
    assert jobs.remove_old() == {"uploads": 0, "rows": 0, "files": 0}


def test_what_still_waits_to_be_confirmed_stays_however_old():
    upload = aged(sent_in(table([line(1)])), 400)
    assert jobs.remove_old() == {"uploads": 0, "rows": 0, "files": 0}
    assert confirmed(upload).state == UploadState.APPLIED


def test_a_file_without_ids_is_kept_as_the_record():
    from tests.registry.factories import CITY, an_institution

    an_institution("示范市第一医院")
    head, row = ["单位", "指标", "执业类别", "人数"], ["示范市第一医院", "新晋升副主任医师", "临床", 3]
    upload = aged(plans.confirmed(plans.sent_in(xlsx([head, row]), CITY), CITY), 400)
    assert jobs.remove_old() == {"uploads": 1, "rows": 1, "files": 0}
    assert upload.file.read()
