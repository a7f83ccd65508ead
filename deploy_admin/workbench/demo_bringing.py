"""How the demonstration's workbooks come in: sent, read, confirmed as by a person, only without the waiting."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from django.conf import settings

from deploy_admin import clock
from deploy_admin.access import Actor
from deploy_admin.accounts.actors import MembershipActor
from deploy_admin.accounts.models import Membership
from deploy_admin.errors import RuleViolation
from deploy_admin.jobs import services as jobs
from deploy_admin.jobs.importing import services as importing
from deploy_admin.jobs.importing.columns import column_set_of
from deploy_admin.jobs.models import Upload, UploadState
from deploy_admin.registry.models import Institution

FOLDER = settings.BASE_DIR / "fixtures" / "demo"


def actor_of(username: str) -> MembershipActor:
    """Return the demonstration's person of this name, in the first capacity."""
    return MembershipActor(Membership.objects.select_related("user", "institution").get(user__username=username))


def units_by_name() -> dict[str, int]:
    """Return every institution of today by its name."""
    return {name: pk for pk, name in Institution.objects.all().named(clock.today()).items()}


def bring(
    key: str, path: Path, params: dict[str, Any], by: Actor, *, ends: UploadState = UploadState.APPLIED
) -> list[str]:
    """Send a workbook in, look at the plan, confirm it where it is to be applied. One that came before stays."""
    column_set, content = column_set_of(key), path.read_bytes()
    there = Upload.objects.filter(column_set=key, sha256=hashlib.sha256(content).hexdigest(), params=params)
    if there.filter(state=ends).exists():
        return []
    upload = importing.send_in(column_set=column_set, name=path.name, content=content, params=params, by=by)
    _work_off(upload.plan_job_id)
    upload.refresh_from_db()
    if ends is UploadState.APPLIED and upload.state == UploadState.PLANNED:
        upload = importing.confirm(upload=upload, digest=upload.digest, by=by)
        _work_off(upload.apply_job_id)
        upload = Upload.objects.get(pk=upload.pk)
    if upload.state != ends:
        raise RuleViolation(f"{path.name} should end {ends}, and is {upload.state}", code="demo_workbook")
    return [f"{path.name}: {ends}"]


def _work_off(job_id: int | None) -> None:
    assert job_id is not None  # noqa: S101 -- the services above have just started it
    jobs.run(job_id)
