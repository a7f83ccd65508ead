"""Forgetting: the rows of old uploads, and the bytes of files that may hold ID numbers, when their time is over."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Greatest

from deploy_admin import clock
from deploy_admin.jobs.models import StoredFile, Upload, UploadRow
from deploy_admin.jobs.models.upload import ENDED


@transaction.atomic
def remove_old() -> dict[str, int]:
    """Delete the rows of uploads that ended long ago, and what sealed files hold; counts and digests stay."""
    now = clock.now()
    before = now - timedelta(days=settings.UPLOAD_ROWS_KEPT_DAYS)
    old = Upload.objects.filter(state__in=ENDED, rows_removed_at__isnull=True).annotate(
        ended=Greatest("created_at", "planned_at", "applied_at")
    )
    ids = list(
        old.filter(ended__lt=before)
        .select_for_update(of=("self",), no_key=True, skip_locked=True)
        .values_list("pk", flat=True)
    )
    rows, _by_model = UploadRow.objects.filter(upload_id__in=ids).delete()
    Upload.objects.filter(pk__in=ids).update(rows_removed_at=now)
    needed = Upload.objects.filter(file=OuterRef("pk"), rows_removed_at__isnull=True)
    files = StoredFile.objects.filter(
        Q(kind__startswith="import."), ~Exists(needed), sealed=True, removed_at__isnull=True, created_at__lt=before
    ).update(content=b"", removed_at=now)
    return {"uploads": len(ids), "rows": rows, "files": files}
