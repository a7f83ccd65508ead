"""ZIP files of a collection made in the background: prefilled workbooks to send out, marked ones to send back."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from deploy_admin.access import Actor
from deploy_admin.audit import services as audit
from deploy_admin.errors import RuleViolation
from deploy_admin.jobs import handlers
from deploy_admin.jobs import services as jobs
from deploy_admin.jobs.importing import outgoing, services
from deploy_admin.jobs.importing.batches.recognising import marker
from deploy_admin.jobs.importing.batches.services import batch_url, context_of, locked
from deploy_admin.jobs.importing.columns import ColumnSet, Context, Unit, column_set_of
from deploy_admin.jobs.models import UploadBatch, UploadState

ZIP = "application/zip"
_UNFIT = re.compile(r'[\\/:*?"<>|\x00-\x1f]')


@transaction.atomic
def make(*, batch: UploadBatch, what: str, by: Actor) -> UploadBatch:
    """Have the ZIP made: `what` is "package" (prefilled, for every unit) or "marked" (what was refused)."""
    batch = locked(batch)
    column_set = column_set_of(batch.column_set)
    if what == "package" and not column_set.units(context_of(batch, by)):
        raise RuleViolation(_("No unit is expected in this collection."), code="no_units")
    if what == "marked" and not _refused(batch).exists():
        raise RuleViolation(_("No row of this collection's files is refused."), code="nothing_refused")
    titles = {"package": _("Make the prefilled workbooks"), "marked": _("Collect the marked workbooks")}
    batch.work = jobs.start(
        kind=f"imports.{what}",
        params={"batch": batch.pk},
        by=by,
        title=titles[what],
        url=batch_url(column_set, batch.pk),
    )
    batch.save(update_fields=["work"])
    audit.record(act=f"batches.{what}", by=by, on=batch, label=str(batch))
    return batch


def _refused(batch: UploadBatch) -> Any:
    rows = batch.files.filter(problem="", upload__state=UploadState.REFUSED, upload__rows_removed_at__isnull=True)
    return rows.select_related("upload__file").order_by("pk")


@handlers.handles("imports.package")
def make_package(claim: handlers.Claim) -> dict[str, Any]:
    """Make one prefilled workbook for each unit and keep them as one ZIP file."""
    batch = UploadBatch.objects.get(pk=claim.params["batch"])
    column_set = column_set_of(batch.column_set)
    context = context_of(batch, claim.actor)
    units = column_set.units(context)

    def workbooks() -> Iterator[tuple[str, bytes]]:
        for done, unit in enumerate(units):
            claim.progress(done, len(units))
            own = column_set.context_for_unit(context, unit.id)
            yield (
                _file_name(column_set, own, unit),
                outgoing.template(column_set, own, marker=marker(column_set, context, unit)),
            )

    _keep(batch, "package", column_set, _zipped(workbooks()), claim.actor, _("prefilled"))
    claim.progress(len(units), len(units))
    return {"workbooks": len(units)}


@handlers.handles("imports.marked")
def collect_marked(claim: handlers.Claim) -> dict[str, Any]:
    """Collect the marked workbook of every refused file in one ZIP file."""
    batch = UploadBatch.objects.get(pk=claim.params["batch"])
    column_set = column_set_of(batch.column_set)
    refused = list(_refused(batch))

    def workbooks() -> Iterator[tuple[str, bytes]]:
        for done, file in enumerate(refused):
            claim.progress(done, len(refused))
            assert file.upload is not None  # noqa: S101
            stem = f"{file.unit_name}_{file.upload.file.name.rpartition('.')[0] or file.upload.file.name}"
            yield _("%(name)s (marked).xlsx") % {"name": _fit(stem)}, services.marked_workbook(file.upload)

    _keep(batch, "marked", column_set, _zipped(workbooks()), claim.actor, _("marked"))
    claim.progress(len(refused), len(refused))
    return {"workbooks": len(refused)}


def _zipped(files: Iterator[tuple[str, bytes]]) -> bytes:
    content = io.BytesIO()
    taken: dict[str, int] = {}
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as archive:  # workbooks are packed already
        for name, held in files:
            taken[name] = taken.get(name, 0) + 1
            stem, dot, end = name.rpartition(".")
            archive.writestr(name if taken[name] == 1 else f"{stem} {taken[name]}{dot}{end}", held)
    return content.getvalue()


def _keep(batch: UploadBatch, field: str, column_set: ColumnSet, content: bytes, by: Actor, word: str) -> None:
    """Store the ZIP file in the place of the one made before."""
    context = context_of(batch, by)
    title = f"{column_set.title} {column_set.subtitle(context)}".strip()
    before = getattr(batch, field)
    setattr(
        batch,
        field,
        jobs.store_file(
            name=_("%(title)s, %(what)s.zip") % {"title": title, "what": word},
            content=content,
            content_type=ZIP,
            by=by,
            owner_institution_id=batch.institution_id,
            kind=services.file_kind(column_set),
            sealed=services.is_sensitive(column_set, context),
        ),
    )
    batch.save(update_fields=[field])
    if before is not None:
        before.delete()


def _file_name(column_set: ColumnSet, context: Context, unit: Unit) -> str:
    what = column_set.subtitle(context).replace(unit.name, "").strip()  # a set may name the unit there
    return _fit(f"{unit.name}_{column_set.title}_{what}").strip("_ ") + ".xlsx"


def _fit(name: str) -> str:
    """Return a file name that every system takes."""
    return _UNFIT.sub(" ", name).strip()[:120]
