"""A collection: opening it, taking files in, giving one to a unit, confirming what is ready."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from deploy_admin import clock, spreadsheets
from deploy_admin.access import Actor
from deploy_admin.audit import services as audit
from deploy_admin.errors import Conflict, RuleViolation
from deploy_admin.jobs import handlers
from deploy_admin.jobs import services as jobs
from deploy_admin.jobs.importing import secrecy, services
from deploy_admin.jobs.importing.batches import words
from deploy_admin.jobs.importing.batches.recognising import Recogniser
from deploy_admin.jobs.importing.batches.unpacking import Found, found_in
from deploy_admin.jobs.importing.columns import ColumnSet, Context, Unit, column_set_of
from deploy_admin.jobs.models import BatchFile, Job, Recognised, Upload, UploadBatch, UploadState

#: A file in one of these states stands for its unit; the others may be replaced by a later file of the same unit.
STANDING = (
    UploadState.READING,
    UploadState.UNCHANGED,
    UploadState.PLANNED,
    UploadState.APPLYING,
    UploadState.APPLIED,
)


def batch_url(column_set: ColumnSet, pk: int) -> str:
    """Return the page of a collection."""
    return reverse(f"{column_set.namespace}:{column_set.key}_batch_detail", args=[pk])


def context_of(batch: UploadBatch, actor: Actor) -> Context:
    """Return the context of the whole collection for whoever asks."""
    return Context(actor, dict(batch.params), clock.today())


@transaction.atomic
def open_collection(*, column_set: ColumnSet, params: dict[str, Any], by: Actor) -> UploadBatch:
    """Begin a collection: from now on it is counted who has sent in a table."""
    batch = UploadBatch.objects.create(
        column_set=column_set.key,
        params=params,
        institution_id=by.institution_id,
        created_by_id=by.user_id,
        created_by_name=by.name,
    )
    label = f"{column_set.title} {column_set.subtitle(context_of(batch, by))}".strip()
    audit.record(act="batches.opened", by=by, on=batch, label=label, detail=params)
    return batch


@transaction.atomic
def take_in(*, batch: UploadBatch, files: Iterable[tuple[str, bytes]], by: Actor) -> list[BatchFile]:
    """Unpack what was dropped, keep every file once, and have it recognised in the background."""
    batch = locked(batch)
    column_set = column_set_of(batch.column_set)
    sealed = services.is_sensitive(column_set, context_of(batch, by))
    there = _digests(batch)
    taken = [_taken(found, batch, column_set, there, sealed=sealed, by=by) for found in found_in(files)]
    if not taken:
        raise RuleViolation(_("There is no table in what was dropped."), code="nothing_found")
    if any(file.problem == words.WAITING for file in taken):
        batch.work = jobs.start(
            kind="imports.batch",
            params={"batch": batch.pk},
            by=by,
            title=_("Recognise %(count)s files") % {"count": len(taken)},
            url=batch_url(column_set, batch.pk),
        )
        batch.save(update_fields=["work"])
    audit.record(act="batches.files_sent", by=by, on=batch, label=str(batch), detail={"files": len(taken)})
    return taken


def locked(batch: UploadBatch) -> UploadBatch:
    """Return the collection as it stands, for one writer at a time."""
    return UploadBatch.objects.select_for_update(of=("self",), no_key=True).get(pk=batch.pk)


def _digests(batch: UploadBatch) -> dict[str, str]:
    rows = batch.files.filter(file__isnull=False).order_by("pk")
    return dict(rows.values_list("file__sha256", "name"))


def _taken(
    found: Found, batch: UploadBatch, column_set: ColumnSet, there: dict[str, str], *, sealed: bool, by: Actor
) -> BatchFile:
    name = (secrecy.scrubbed(found.name) if sealed else found.name)[-255:]
    if found.problem:
        return BatchFile.objects.create(
            batch=batch, name=name, problem=found.problem, problem_params=dict(found.params)
        )
    file = services.keep(
        column_set=column_set, name=name.rpartition("/")[2], content=found.content, params=batch.params, by=by
    )
    other = there.get(file.sha256)
    if other is not None:
        file.delete()
        return BatchFile.objects.create(batch=batch, name=name, problem="same_file", problem_params={"other": other})
    there[file.sha256] = name
    return BatchFile.objects.create(batch=batch, name=name, file=file, problem=words.WAITING)


@handlers.handles("imports.batch")
def recognise_files(claim: handlers.Claim) -> dict[str, Any]:
    """Tell whose each waiting file is, and have it planned for that unit; the rest waits for a hand."""
    batch = locked(UploadBatch.objects.get(pk=claim.params["batch"]))
    column_set = column_set_of(batch.column_set)
    context = context_of(batch, claim.actor)
    recogniser = Recogniser(column_set, context)
    waiting = list(batch.files.filter(problem=words.WAITING).select_related("file").order_by("name", "pk"))
    for done, file in enumerate(waiting):
        claim.progress(done, len(waiting))
        _recognise(file, recogniser, column_set, context, claim.actor)
    claim.progress(len(waiting), len(waiting))
    return {"files": len(waiting)}


def _recognise(file: BatchFile, recogniser: Recogniser, column_set: ColumnSet, context: Context, by: Actor) -> None:
    assert file.file is not None  # noqa: S101
    try:
        book = spreadsheets.read(file.file.read())
    except spreadsheets.Unreadable as refusal:
        _wait(file, refusal.code, refusal.params)
        return
    told = recogniser.recognise(book, file.name)
    if told.unit is not None:
        file.unit_id, file.unit_name = told.unit.id, told.unit.name[:200]
    if told.unit is None or told.problem:
        _wait(file, told.problem, told.params)
        return
    standing = _standing(file.batch_id, told.unit.id).exclude(pk=file.pk).first()
    if standing is not None:
        _wait(file, "unit_twice", {"other": standing.name})
        return
    _plan(file, told.unit, told.by, column_set, context, by)


def _wait(file: BatchFile, problem: str, params: Mapping[str, Any]) -> None:
    file.problem, file.problem_params = problem, dict(params)
    file.save(update_fields=["problem", "problem_params", "unit_id", "unit_name"])


def _standing(batch_id: int, unit_id: int) -> Any:
    return BatchFile.objects.filter(batch_id=batch_id, unit_id=unit_id, upload__state__in=STANDING).order_by("pk")


def _plan(file: BatchFile, unit: Unit, told_by: str, column_set: ColumnSet, context: Context, by: Actor) -> None:
    """Have the file planned for its unit; what came of it earlier and was not applied is put aside."""
    assert file.file is not None  # noqa: S101
    for earlier in BatchFile.objects.filter(batch_id=file.batch_id, unit_id=unit.id, upload__isnull=False):
        _put_aside(earlier.upload, by)
    if file.upload is not None:
        _put_aside(file.upload, by)
    file.upload = services.take_in(
        column_set=column_set,
        file=file.file,
        params=column_set.context_for_unit(context, unit.id).params,
        by=by,
        unit_id=unit.id,
    )
    file.unit_id, file.unit_name, file.recognised_by = unit.id, unit.name[:200], told_by
    file.problem, file.problem_params = "", {}
    file.save(update_fields=["upload", "unit_id", "unit_name", "recognised_by", "problem", "problem_params"])


def _put_aside(upload: Upload | None, by: Actor) -> None:
    if upload is not None and UploadState.DISCARDED in UploadState(upload.state).may_become():
        services.discard(upload=upload, by=by)


@transaction.atomic
def assign(*, batch: UploadBatch, file_id: int, unit_id: int, by: Actor) -> BatchFile:
    """Give a file to a unit by hand; it takes the place of a file of that unit that is not applied yet."""
    batch = locked(batch)
    column_set, context = column_set_of(batch.column_set), context_of(batch, by)
    unit = next((unit for unit in column_set.units(context) if unit.id == unit_id), None)
    if unit is None:
        raise RuleViolation(_("This unit is not in the list of this collection."), code="unit_not_expected")
    file = batch.files.select_related("file", "upload").get(pk=file_id)
    if file.file is None or (file.problem not in words.ASSIGNABLE and not (file.upload_id and not file.problem)):
        raise RuleViolation(_("This file cannot be read as a table."), code="not_assignable")
    busy = [
        upload for upload in (file.upload,) if upload and upload.state in (UploadState.APPLYING, UploadState.APPLIED)
    ]
    if busy or _standing(batch.pk, unit_id).filter(upload__state=UploadState.APPLYING).exists():
        raise Conflict(_("This file, or one of this unit, is being applied or was applied already."), code="too_late")
    _plan(file, unit, Recognised.BY_HAND, column_set, context, by)
    audit.record(
        act="batches.file_assigned", by=by, on=batch, label=file.name, detail={"unit": unit.id, "unit_name": unit.name}
    )
    return file


@transaction.atomic
def put_aside(*, batch: UploadBatch, file_id: int, by: Actor) -> None:
    """Leave a file that waits for a hand out of the collection."""
    batch = locked(batch)
    file = batch.files.get(pk=file_id)
    if file.problem not in words.ASSIGNABLE:
        raise RuleViolation(_("This file does not wait for a unit."), code="not_assignable")
    _wait(file, words.ASIDE, {})
    audit.record(act="batches.file_put_aside", by=by, on=batch, label=file.name)


def confirm_ready(*, batch: UploadBatch, digests: Mapping[int, str], by: Actor) -> tuple[int, list[tuple[str, str]]]:
    """Confirm every plan that was shown as ready, each for itself; return how many, and (file, reason) of the rest."""
    confirmed, refused = 0, []
    files = batch.files.filter(upload_id__in=list(digests)).select_related("upload__file").order_by("pk")
    for file in files:
        upload = file.upload
        if upload is None:
            continue
        try:
            services.confirm(upload=upload, digest=digests[upload.pk], by=by)
            confirmed += 1
        except RuleViolation as refusal:
            refused.append((file.name, str(refusal.message)))
    return confirmed, refused


def latest_job(batch: UploadBatch) -> Job | None:
    """Return the collection's latest work while it is under way."""
    job = batch.work
    return job if job is not None and not job.ended else None
