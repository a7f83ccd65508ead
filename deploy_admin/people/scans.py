"""Scans of the papers behind an entry: which files are taken, and who reads them. They may show an ID: kept sealed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from deploy_admin.access import Actor, Permission
from deploy_admin.jobs import files
from deploy_admin.jobs import services as jobs
from deploy_admin.jobs.models import StoredFile
from deploy_admin.people import codes, words
from deploy_admin.people.models import HealthWorker, Recognition, RecordedEvent, Unavailability

KIND = "people.scan"
MEGABYTES = 10
#: What a scanner writes, by its first bytes: a name says nothing.
TYPES = {b"%PDF-": "application/pdf", b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n": "image/png"}


class ScanField(forms.FileField):
    """A scan as PDF, JPEG or PNG."""

    def __init__(self, **more: Any) -> None:
        help_text = gettext_lazy("PDF, JPEG or PNG, up to 10 MB.")
        widget = forms.FileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"})
        super().__init__(
            label=gettext_lazy("Scan"), required=False, max_length=200, help_text=help_text, widget=widget, **more
        )

    def clean(self, data: Any, initial: Any = None) -> Any:
        file = super().clean(data, initial)
        if not file:
            return None
        if file.size > MEGABYTES << 20:
            raise ValidationError(_("The file is larger than %(limit)d MB.") % {"limit": MEGABYTES}, "too_large")
        if type_of(file.read(8)) is None:
            raise ValidationError(_("This is no PDF, JPEG or PNG."), "no_scan")
        file.seek(0)
        return file


def type_of(head: bytes) -> str | None:
    return next((known for begin, known in TYPES.items() if head.startswith(begin)), None)


def kept(file: Any, worker: HealthWorker, by: Actor) -> StoredFile | None:
    """Store the scan, sealed, for the unit where the person is; None where nothing was sent."""
    if not file:
        return None
    content = file.read()
    post = worker.employments.filter(is_current=True).first()
    return jobs.store_file(
        name=words.masked(file.name),
        content=content,
        content_type=type_of(content) or "application/octet-stream",
        by=by,
        owner_institution_id=post.institution_id if post else by.institution_id,
        kind=KIND,
        sealed=True,
    )


def _visible(actor: Actor) -> Q:
    """The scans of entries the actor may know about; of a personal reason, those only who are told it."""
    away = Unavailability.objects.visible_to(actor)
    if not words.knows_personal_reasons(actor):
        away = away.exclude(kind__in=codes.PERSONAL_UNAVAILABILITIES)
    found = Q()
    for rows in (away, Recognition.objects.visible_to(actor), RecordedEvent.objects.visible_to(actor)):
        found |= Q(pk__in=rows.filter(scan__isnull=False).order_by().values("scan"))
    return Q(kind=KIND) & found


def register() -> None:
    """Tell who reads the scans; the app does so when it is ready."""
    files.register(KIND, permission=Permission.PEOPLE_VIEW, visible=_visible)
