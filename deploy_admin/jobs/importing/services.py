"""Sending a file in, planning it, confirming it, applying it whole or not at all, discarding it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from django.db import connection, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from deploy_admin import clock, spreadsheets
from deploy_admin.access import Actor
from deploy_admin.audit import services as audit
from deploy_admin.db import copy_rows, refusals
from deploy_admin.errors import Conflict
from deploy_admin.jobs import handlers
from deploy_admin.jobs import services as jobs
from deploy_admin.jobs.importing import plans, secrecy
from deploy_admin.jobs.importing.columns import ColumnSet, Context, column_set_of
from deploy_admin.jobs.importing.findings import remedy, sentence
from deploy_admin.jobs.importing.memory import without_collector
from deploy_admin.jobs.importing.records import FileRefused, parse
from deploy_admin.jobs.models import Job, RowKind, StoredFile, Upload, UploadRow, UploadState
from deploy_admin.spreadsheets import Mark
from deploy_admin.spreadsheets.guard import format_of

FILE_TYPES = {**spreadsheets.CONTENT_TYPES, "xls": "application/vnd.ms-excel"}
PROGRESS_STEPS = 4


def file_kind(column_set: ColumnSet) -> str:
    """Return the kind under which this column set's files are stored."""
    return f"import.{column_set.key}"


def upload_url(column_set: ColumnSet, pk: int) -> str:
    """Return the page of an upload."""
    return reverse(f"{column_set.namespace}:{column_set.key}_upload", args=[pk])


@transaction.atomic
def send_in(*, column_set: ColumnSet, name: str, content: bytes, params: dict[str, Any], by: Actor) -> Upload:
    """Keep the file and have it read in the background. What is plainly no workbook is refused at once."""
    file = keep(column_set=column_set, name=name, content=content, params=params, by=by)
    return take_in(column_set=column_set, file=file, params=params, by=by)


def keep(*, column_set: ColumnSet, name: str, content: bytes, params: dict[str, Any], by: Actor) -> StoredFile:
    """Store a file for this column set: sealed, and its name without ID numbers, where the set or the file has any."""
    form = format_of(content)
    sealed = is_sensitive(column_set, Context(by, params, clock.today())) or secrecy.holds_ids(content)
    return jobs.store_file(
        name=secrecy.scrubbed(name) if sealed else name,
        content=content,
        content_type=FILE_TYPES[form],
        by=by,
        owner_institution_id=by.institution_id,
        kind=file_kind(column_set),
        sealed=sealed,
    )


def is_sensitive(column_set: ColumnSet, context: Context) -> bool:
    """Whether the set has columns whose values are kept sealed."""
    return bool(secrecy.sensitive(column_set.columns(context)))


@transaction.atomic
def take_in(
    *, column_set: ColumnSet, file: StoredFile, params: dict[str, Any], by: Actor, unit_id: int | None = None
) -> Upload:
    """Have a stored file read in the background; `unit_id` says on whose behalf, if not the sender's own."""
    context = Context(by, params, clock.today())
    upload = Upload.objects.create(
        column_set=column_set.key,
        scope=column_set.scope(context),
        params=params,
        file=file,
        sha256=file.sha256,
        institution_id=by.institution_id,
        unit_id=unit_id,
        created_by_id=by.user_id,
        created_by_name=by.name,
    )
    upload.plan_job = jobs.start(
        kind="imports.plan",
        params={"upload": upload.pk},
        by=by,
        title=_("Read “%(file)s”") % {"file": file.name},
        url=upload_url(column_set, upload.pk),
    )
    upload.save(update_fields=["plan_job"])
    audit.record(act="uploads.sent", by=by, on=upload, label=file.name, detail={"sha256": file.sha256, **params})
    return upload


@transaction.atomic
def confirm(*, upload: Upload, digest: str, by: Actor) -> Upload:
    """Have the plan with this digest applied. One confirmation wins; a plan made again is looked at again."""
    column_set = column_set_of(upload.column_set)
    context = Context(by, upload.params, clock.today())
    if column_set.scope(context) != upload.scope:
        raise Conflict(
            _("This file was sent in for another unit. Confirm it in the capacity in which it was sent."),
            code="other_scope",
        )
    planned = Upload.objects.filter(pk=upload.pk, state=UploadState.PLANNED, digest=digest)
    if not planned.update(state=UploadState.APPLYING):
        there = Upload.objects.get(pk=upload.pk)
        raise Conflict(
            _("This plan was confirmed, discarded or made again meanwhile. Look at it again."),
            code="plan_changed",
            context={"yours": digest, "theirs": there.digest, "state": there.state},
        )
    upload.apply_job = jobs.start(
        kind="imports.apply",
        params={"upload": upload.pk, "digest": digest},
        by=by,
        title=_("Apply “%(file)s”") % {"file": upload.file.name},
        url=upload_url(column_set, upload.pk),
    )
    upload.state = UploadState.APPLYING
    upload.save(update_fields=["apply_job"])
    jobs.settle(key=_notice_key(upload))
    audit.record(act="uploads.confirmed", by=by, on=upload, label=upload.file.name, detail={"digest": digest})
    return upload


@transaction.atomic
def discard(*, upload: Upload, by: Actor) -> None:
    """Put the upload aside; nothing was written by it."""
    may = [state for state in UploadState if UploadState.DISCARDED in state.may_become()]
    if not Upload.objects.filter(pk=upload.pk, state__in=may).update(state=UploadState.DISCARDED):
        raise Conflict(_("This upload is already being applied, or was discarded."), code="too_late")
    jobs.settle(key=_notice_key(upload))
    audit.record(act="uploads.discarded", by=by, on=upload, label=upload.file.name)


def marked_workbook(upload: Upload) -> bytes:
    """Return the sent workbook with the refused cells marked and the reasons in comments."""
    marks = []
    rows = upload.rows.filter(kind=RowKind.REFUSED).order_by("position")
    for sheet, row, found in rows.values_list("sheet", "row", "findings"):
        for finding in found:
            if finding["refuses"]:
                text = sentence(finding["code"], finding["params"])
                fix = remedy(finding["code"], finding["params"])
                where = int("".join(c for c in finding["cell"] if c.isdigit()) or row)
                value = f"{finding['header']}: " if finding["header"] else ""
                marks.append(Mark(sheet, where, finding["at"] or 1, f"{value}{text}\n{fix}"))
    return spreadsheets.mark(upload.file.read(), marks, heading=_("Why refused"))


def _notice_key(upload: Upload) -> str:
    return f"upload:{upload.pk}"


def _made(upload: Upload, column_set: ColumnSet, context: Context) -> plans.Plan:
    return plans.make(parse(spreadsheets.read(upload.file.read()), column_set, context), column_set, context)


def _again(upload: Upload, column_set: ColumnSet, context: Context) -> plans.Plan:
    seal = secrecy.RowSeal(upload.pk, column_set.columns(context))
    fields = ("sheet", "row", "position", "values", "sealed")
    rows = upload.rows.order_by("position").values_list(*fields).iterator(chunk_size=2000)
    return plans.again(
        ((sheet, row, seal.join(position, values, sealed)) for sheet, row, position, values, sealed in rows),
        column_set,
        context,
    )


def _save(upload: Upload, column_set: ColumnSet, context: Context, plan: plans.Plan, *, again: bool = False) -> None:
    """Write the plan beside its upload, replacing an older one; the rows go in by one COPY."""
    seal = secrecy.RowSeal(upload.pk, column_set.columns(context))
    upload.digest = plan.digest
    upload.planned_at = clock.now()
    upload.summary = {
        "counts": plan.counts,
        "cells_refused": plan.cells_refused,
        "cells_warned": plan.cells_warned,
        "sheets": json.loads(seal.text(plan.parsed.sheets)),
        "notices": json.loads(seal.text([notice.as_json() for notice in plan.parsed.notices])),
        "made_again": again,
    }
    if plan.refused:
        upload.state = UploadState.REFUSED
    else:
        upload.state = UploadState.PLANNED if plan.to_write() else UploadState.UNCHANGED
    upload.save(update_fields=["digest", "planned_at", "summary", "state"])
    upload.rows.all().delete()

    columns = ("upload_id", "position", "kind", "sheet", "row", "label", "values", "changes", "findings", "sealed")
    copy_rows(UploadRow._meta.db_table, columns, _rows(upload.pk, column_set, plan, seal))


def _rows(pk: int, column_set: ColumnSet, plan: plans.Plan, seal: secrecy.RowSeal) -> Iterator[tuple[Any, ...]]:
    """Yield the plan's rows as they are stored: what is secret masked, the truth of it sealed beside."""
    sheets: dict[str, str] = {}
    for position, entry in enumerate(plan.entries):
        record = entry.record
        sheet = sheets.get(record.sheet)
        if sheet is None:
            sheet = sheets[record.sheet] = seal.label(record.sheet)[:100]
        shown, sealed = seal.split(position, record.values)
        yield (
            pk,
            position,
            entry.kind.value,
            sheet,
            record.row,
            seal.label(column_set.label(record))[:200],
            shown,
            seal.text(seal.changes(entry.changes)) if entry.changes else "[]",
            seal.text([seal.finding(finding) for finding in record.findings]) if record.findings else "[]",
            sealed,
        )


def _unreadable(upload: Upload, code: str, params: dict[str, Any], *, file: bool) -> None:
    upload.state = UploadState.UNREADABLE
    upload.summary = {"code": code, "params": params, "file": file}
    upload.save(update_fields=["state", "summary"])


def _same_as_last_applied(upload: Upload) -> Upload | None:
    last = Upload.objects.filter(scope=upload.scope, state=UploadState.APPLIED).order_by("-applied_at").first()
    return last if last is not None and last.sha256 == upload.sha256 else None


def _plan_ended_without(job: Job) -> None:
    upload = Upload.objects.filter(pk=job.params["upload"], state=UploadState.READING).first()
    if upload is not None:
        _unreadable(upload, "fault", {}, file=False)


@handlers.handles("imports.plan", on_failure=_plan_ended_without)
@without_collector()
def plan_upload(claim: handlers.Claim) -> dict[str, Any]:
    """Read the file and keep the plan; a file that cannot be read is an outcome, not a fault."""
    upload = _locked(claim.params["upload"])
    if upload.state != UploadState.READING:
        return {"state": upload.state}
    column_set = column_set_of(upload.column_set)
    last = _same_as_last_applied(upload)
    if last is not None:
        upload.state = UploadState.UNCHANGED
        when = last.applied_at.isoformat() if last.applied_at else ""
        upload.summary = {"applied_before": {"upload": last.pk, "at": when, "by": last.applied_by_name}}
        upload.save(update_fields=["state", "summary"])
        return {"state": upload.state}
    claim.progress(1, PROGRESS_STEPS)
    context = Context(claim.actor, upload.params, clock.today())
    try:
        plan = _made(upload, column_set, context)
    except spreadsheets.Unreadable as refusal:
        _unreadable(upload, refusal.code, refusal.params, file=True)
    except FileRefused as refusal:
        seal = secrecy.RowSeal(upload.pk, column_set.columns(context))
        _unreadable(upload, refusal.code, json.loads(seal.text(refusal.params)), file=False)
    else:
        claim.progress(3, PROGRESS_STEPS)
        _save(upload, column_set, context, plan)
        _say_that_it_waits(upload, column_set)
    claim.progress(PROGRESS_STEPS, PROGRESS_STEPS)
    return {"state": upload.state}


def _say_that_it_waits(upload: Upload, column_set: ColumnSet) -> None:
    if upload.state == UploadState.PLANNED and upload.created_by_id is not None:
        jobs.notify(
            code="imports.to_confirm",
            params={"file": upload.file.name},
            url=upload_url(column_set, upload.pk),
            institution_id=None,
            roles=None,
            user_id=upload.created_by_id,
            key=_notice_key(upload),
        )


def _apply_ended_without(job: Job) -> None:
    upload = Upload.objects.filter(pk=job.params["upload"], state=UploadState.APPLYING).first()
    if upload is not None:
        upload.state = UploadState.PLANNED
        upload.summary = {**upload.summary, "not_applied": job.error}
        upload.save(update_fields=["state", "summary"])


@handlers.handles("imports.apply", on_failure=_apply_ended_without)
@without_collector()
def apply_upload(claim: handlers.Claim) -> dict[str, Any]:
    """Apply the confirmed plan in one transaction; if the rows beneath it changed, plan the file again instead."""
    column_set = column_set_of(Upload.objects.only("column_set").get(pk=claim.params["upload"]).column_set)
    upload = _locked(claim.params["upload"])
    if upload.state != UploadState.APPLYING:
        return {"state": upload.state}
    context = Context(claim.actor, upload.params, clock.today())
    with connection.cursor() as cursor:
        key = hashlib.sha256(f"imports:{column_set.lock(context)}".encode()).digest()[:8]
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(key, "big", signed=True)])
    claim.progress(1, PROGRESS_STEPS)
    plan = (_again if column_set.applies_from_rows else _made)(upload, column_set, context)
    claim.progress(2, PROGRESS_STEPS)
    if plan.digest != claim.params["digest"]:
        plan = _made(upload, column_set, context) if column_set.applies_from_rows else plan
        _save(upload, column_set, context, plan, again=True)
        return {"state": upload.state, "made_again": True}
    with refusals():
        upload.result = column_set.apply(plan.to_write(), context, claim)
    claim.progress(PROGRESS_STEPS, PROGRESS_STEPS)
    upload.state = UploadState.APPLIED
    upload.applied_at, upload.applied_by_name = clock.now(), claim.actor.name
    upload.save(update_fields=["result", "state", "applied_at", "applied_by_name"])
    audit.record(
        act="uploads.applied",
        by=claim.actor,
        on=upload,
        label=upload.file.name,
        detail={"counts": plan.counts, "sha256": upload.sha256, "result": upload.result},
    )
    return {"state": upload.state, **plan.counts}


def _locked(pk: int) -> Upload:
    rows = Upload.objects.select_related("file").select_for_update(of=("self",), no_key=True)
    return rows.get(pk=pk)
