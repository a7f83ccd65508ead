"""Storing files."""

from __future__ import annotations

import hashlib

from deploy_admin import sealing
from deploy_admin.access import Actor
from deploy_admin.jobs.models import StoredFile
from deploy_admin.jobs.models.file import PURPOSE


def store_file(
    *,
    name: str,
    content: bytes,
    content_type: str,
    by: Actor,
    owner_institution_id: int | None,
    kind: str,
    sealed: bool = False,
) -> StoredFile:
    """Keep `content` as it is, with its digest; `sealed` where it may hold ID numbers."""
    sha256 = hashlib.sha256(content).hexdigest()
    return StoredFile.objects.create(
        name=name[-255:],
        kind=kind,
        content=sealing.vault().seal_bytes(content, PURPOSE, sha256.encode()) if sealed else content,
        content_type=content_type,
        sha256=sha256,
        size=len(content),
        sealed=sealed,
        owner_institution_id=owner_institution_id,
        created_by_id=by.user_id,
        created_by_name=by.name,
    )
