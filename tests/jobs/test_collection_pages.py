"""The pages of a collection: the way through, what is said beside the field, and who may not look."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from deploy_admin.access import Role
from deploy_admin.audit.models import Event
from deploy_admin.jobs.models import BatchFile, Upload, UploadBatch
from tests.accounts.factories import a_membership, signed_in
from tests.jobs import staff
from tests.jobs.collected import NAMES, zipped
from tests.jobs.scratch import line, run_jobs, table
from tests.registry.factories import an_institution

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("scratch")]


@pytest.fixture
def units():
    return [an_institution(name) for name in NAMES]


@pytest.fixture
def officer():
    return signed_in(Client(), a_membership(Role.CITY_OFFICER))


def test_the_way_through_the_pages(units, officer):
    opened = officer.post(reverse("scratch:scratch_staff_batch"))
    detail = opened.url
    assert officer.get(reverse("scratch:scratch_staff_batch")).status_code == 200
    assert officer.post(f"{detail}package/").status_code == 302
    assert 'hx-trigger="every 2s"' in officer.get(detail).content.decode()
    run_jobs()
    batch = UploadBatch.objects.get()
    html = officer.get(detail).content.decode()
    assert "hx-trigger" not in html
    assert batch.package.get_absolute_url() in html
    assert officer.get(batch.package.get_absolute_url()).status_code == 200
    files = [
        SimpleUploadedFile(f"{NAMES[2]}.xlsx", table([line(1)])),
        SimpleUploadedFile(
            "x.zip",
            zipped({f"{NAMES[3]}.xlsx": table([line(2, 入职日期="去年")]), "y.xlsx": table([line(3)])}),
        ),
    ]
    assert officer.post(f"{detail}files/", {"tables": files}).status_code == 302
    run_jobs()
    html = officer.get(detail, headers={"HX-Request": "true"}).content.decode()
    assert html.lstrip().startswith('<div id="collection"')
    assert "y.xlsx" in html
    waiting = batch.files.get(name="y.xlsx")
    assert officer.post(f"{detail}assign/{waiting.pk}/", {"unit": ""}).status_code == 302
    assert officer.post(f"{detail}assign/{waiting.pk}/", {"unit": units[0].pk}).status_code == 302
    run_jobs()
    ready = [f"{pk}:{digest}" for pk, digest in Upload.objects.filter(state="planned").values_list("pk", "digest")]
    assert len(ready) == 2
    assert officer.post(f"{detail}confirm/", {"ready": ready}).status_code == 302
    assert officer.post(f"{detail}marked/").status_code == 302
    run_jobs()
    html = officer.get(detail).content.decode()
    assert NAMES[1] in html
    assert len(staff.rows()) == 2
    upload = Upload.objects.filter(state="applied").first()
    assert detail in officer.get(reverse("scratch:scratch_staff_upload", args=[upload.pk])).content.decode()
    acts = set(Event.objects.filter(act__startswith="batches.").values_list("act", flat=True))
    assert acts == {
        "batches.opened",
        "batches.package",
        "batches.files_sent",
        "batches.file_assigned",
        "batches.marked",
    }


def test_a_file_may_be_put_aside(units, officer):
    detail = officer.post(reverse("scratch:scratch_staff_batch")).url
    officer.post(f"{detail}files/", {"tables": [SimpleUploadedFile("y.xlsx", table([line(3)]))]})
    run_jobs()
    file = BatchFile.objects.get()
    officer.post(f"{detail}assign/{file.pk}/", {"aside": "1"})
    file.refresh_from_db()
    assert file.problem == "aside"
    assert officer.post(f"{detail}assign/{file.pk}/", {"unit": units[0].pk}).status_code == 302


def test_nothing_dropped_is_said_beside_the_field(units, officer):
    detail = officer.post(reverse("scratch:scratch_staff_batch")).url
    assert officer.post(f"{detail}files/").status_code == 422
    litter = [SimpleUploadedFile("Thumbs.db", b"x")]
    assert officer.post(f"{detail}files/", {"tables": litter}).status_code == 422


def test_a_collection_of_another_institution_is_not_there(units):
    district = signed_in(Client(), a_membership(Role.DISTRICT_OFFICER))
    other = signed_in(Client(), a_membership(Role.DISTRICT_OFFICER))
    detail = district.post(reverse("scratch:scratch_staff_batch")).url
    assert district.get(detail).status_code == 200
    assert other.get(detail).status_code == 404
    posts = ("files/", "package/", "marked/", "confirm/", "assign/1/")
    assert [other.post(f"{detail}{name}").status_code for name in posts] == [404] * 5


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_both_languages(units, officer, language):
    officer.cookies["django_language"] = language
    detail = officer.post(reverse("scratch:scratch_staff_batch")).url
    assert officer.get(detail).status_code == 200
    assert officer.get(reverse("scratch:scratch_staff_batch")).status_code == 200
