"""Scans of the papers behind what happens around an assignment: kept sealed, read by whoever deals with the row."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q

from assignments.models import (
    Absence,
    Assignment,
    Campaign,
    FiledList,
    Finding,
    Inspection,
    Leave,
    MonthSheet,
    Sanction,
    Transition,
    UnitDuty,
)
from assignments.models.past import PastCertificate, PastPayment
from assignments.models.practice import PracticeSuspension
from deploy_admin.access import Actor, Permission, Reach
from deploy_admin.jobs import files
from deploy_admin.jobs import services as jobs
from deploy_admin.jobs.models import StoredFile
from deploy_admin.people import words
from deploy_admin.people.scans import type_of

KIND = "assignments.scan"
#: A certificate behind leave or an absence says why somebody was away: told to those who deal with it.
PERSONAL: tuple[Any, ...] = (Leave, Absence)
#: A statement or a decision often names a whole list: told to whoever knows of everybody on it.
LISTS: tuple[Any, ...] = (Transition, PracticeSuspension)
OTHERS: tuple[Any, ...] = (
    Campaign,
    Finding,
    Inspection,
    UnitDuty,
    PastPayment,
    PastCertificate,
    Sanction,
    MonthSheet,
    FiledList,
)
DEALS_WITH_LEAVE = (Permission.POST_MANAGE, Permission.POST_DECIDE, Permission.LEAVE_FILE, Permission.OWN_SERVICE)


def kept(file: UploadedFile[Any] | None, by: Actor, owner_institution_id: int | None = None) -> StoredFile | None:
    """Store the scan, sealed, for this unit or the actor's own; None where nothing was sent."""
    if not file:
        return None
    content = file.read()
    return jobs.store_file(
        name=words.masked(file.name or ""),
        content=content,
        content_type=type_of(content) or "application/octet-stream",
        by=by,
        owner_institution_id=owner_institution_id or by.institution_id,
        kind=KIND,
        sealed=True,
    )


def _visible(actor: Actor) -> Q:
    """The scans of rows the actor may know about."""
    models = [*LISTS] if actor.reach is Reach.SELF else [*OTHERS, *LISTS]
    if any(actor.can(permission) for permission in DEALS_WITH_LEAVE):
        models += PERSONAL
    found = Q(pk__in=[])
    for model in models:
        rows = model.objects.visible_to(actor).filter(scan__isnull=False)
        if model in LISTS and actor.reach in (Reach.UNIT, Reach.SELF):
            known = Assignment.objects.visible_to(actor).order_by().values("pk")
            unknown = model.objects.filter(scan__isnull=False).exclude(assignment__in=known).order_by()
            rows = rows.exclude(scan__in=unknown.values("scan"))
        found |= Q(pk__in=rows.order_by().values("scan"))
    return Q(kind=KIND) & found


def register() -> None:
    """Tell who reads the scans; the app does so when it is ready."""
    files.register(KIND, permission=Permission.HOME_VIEW, visible=_visible)
