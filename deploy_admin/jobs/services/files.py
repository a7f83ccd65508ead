"""Storing files."""

from __future__ import annotations

import hashlib

from deploy_admin.access import Actor
from deploy_admin.jobs.models import StoredFile


def store_file(
    *, name: str, content: bytes, content_type: str, by: Actor, owner_institution_id: int | None, kind: str
) -> StoredFile:
    """Keep `content` as it is, with its digest."""
    return StoredFile.objects.create(
        name=name[-255:],
        kind=kind,
        content=content,
        content_type=content_type,
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        owner_institution_id=owner_institution_id,
        created_by_id=by.user_id,
        created_by_name=by.name,
    )
