"""Each constraint of the jobs tables, violated once."""

from __future__ import annotations

from typing import Any

import pytest

from deploy_admin import clock
from deploy_admin.db import refusals
from deploy_admin.errors import RuleViolation
from deploy_admin.jobs.models import BatchFile, Job, Notice, StoredFile, Upload, UploadBatch, UploadRow

pytestmark = pytest.mark.django_db
DIGEST = "0" * 64


def a_file(**more: Any) -> StoredFile:
    facts = {"name": "x", "kind": "k", "content": b"abc", "content_type": "t", "sha256": DIGEST, "size": 3} | more
    return StoredFile.objects.create(**facts)


def an_upload(**more: Any) -> Upload:
    return Upload.objects.create(**{"column_set": "figures", "scope": "s", "sha256": DIGEST, "file": a_file()} | more)


def a_row(upload: Upload, **more: Any) -> UploadRow:
    return UploadRow.objects.create(
        **{"upload": upload, "position": 0, "kind": "new", "sheet": "s", "row": 2, "label": "x"} | more
    )


def a_job(**more: Any) -> Job:
    return Job.objects.create(**{"kind": "k", "title": "t"} | more)


def a_batch_file(**more: Any) -> BatchFile:
    batch = UploadBatch.objects.create(column_set="figures")
    return BatchFile.objects.create(**{"batch": batch, "name": "x"} | more)


def two_open_notices() -> None:
    for _ in range(2):
        Notice.objects.create(code="c", key="k", user_id=1)


def two_rows() -> None:
    upload = an_upload()
    a_row(upload)
    a_row(upload)


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (lambda: a_job(state="sleeping"), "unknown_state"),
        (lambda: a_job(state="running"), "unclaimed"),
        (lambda: a_job(state="done"), "end_without_time"),
        (lambda: a_job(finished_at=clock.now()), "end_without_time"),
        (lambda: a_job(state="failed", finished_at=clock.now()), "failure_without_reason"),
        (lambda: a_file(size=4), "size_wrong"),
        (lambda: a_file(sealed=True), "size_wrong"),
        (lambda: a_file(removed_at=clock.now()), "size_wrong"),
        (lambda: a_batch_file(), "neither_told_nor_problem"),
        (lambda: a_batch_file(unit_id=1, recognised_by="smell"), "unknown_recognition"),
        (lambda: a_file(sha256="x"), "digest_wrong"),
        (two_open_notices, "notice_open"),
        (lambda: Notice.objects.create(code="c", key="k"), "notice_to_nobody"),
        (lambda: an_upload(state="lost"), "unknown_state"),
        (lambda: an_upload(state="applied", digest="d"), "applied_without_time"),
        (lambda: an_upload(state="planned"), "plan_without_digest"),
        (two_rows, "position_taken"),
        (lambda: a_row(an_upload(), kind="odd"), "unknown_kind"),
    ],
)
def test_the_database_refuses(act, code):
    with pytest.raises(RuleViolation) as refused, refusals():
        act()
    assert refused.value.code == code
    assert str(refused.value)
