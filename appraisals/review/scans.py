"""Scans behind releases and corrections of months: kept sealed, read by whoever sees the row and reviews or enters."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q

from appraisals.models import MonthCorrection, MonthRelease
from deploy_admin.access import Actor, Permission
from deploy_admin.jobs import files
from deploy_admin.jobs import services as jobs
from deploy_admin.jobs.models import StoredFile
from deploy_admin.people import words
from deploy_admin.people.scans import type_of

KIND = "appraisals.review_scan"


def kept(file: UploadedFile[Any] | None, by: Actor) -> StoredFile | None:
    """Store the scan, sealed, for the actor's own unit; None where nothing was sent."""
    if not file:
        return None
    content = file.read()
    return jobs.store_file(
        name=words.masked(file.name or ""),
        content=content,
        content_type=type_of(content) or "application/octet-stream",
        by=by,
        owner_institution_id=by.institution_id,
        kind=KIND,
        sealed=True,
    )


def _visible(actor: Actor) -> Q:
    """The scans of corrections of months the actor sees; of releases for those who review: lists name everybody."""
    asked = MonthCorrection.objects.visible_to(actor).filter(scan__isnull=False).order_by()
    found = Q(pk__in=asked.values("scan"))
    if actor.can(Permission.MONTHS_REVIEW):
        released = MonthRelease.objects.visible_to(actor).filter(scan__isnull=False).order_by()
        found |= Q(pk__in=released.values("scan"))
    return Q(kind=KIND) & found


def register() -> None:
    """Tell who reads the scans; the app does so when it is ready."""
    files.register(KIND, permission=Permission.MONTHS_VIEW, visible=_visible)
