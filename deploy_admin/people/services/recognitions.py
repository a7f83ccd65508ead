"""Service that an authority recognises, and events that may bar a person: claimed, decided, recorded, withdrawn."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from deploy_admin import clock
from deploy_admin.access import Actor, Permission
from deploy_admin.audit import services as audit
from deploy_admin.db import refusals
from deploy_admin.errors import Conflict, RuleViolation
from deploy_admin.people import codes
from deploy_admin.people.models import Employment, HealthWorker, Recognition, RecordedEvent
from deploy_admin.people.models.recognitions import RecognitionState
from deploy_admin.people.services import inbox, rows
from deploy_admin.people.services.absences import paper_columns
from deploy_admin.people.services.facts import Paper


def _record(
    act: str, row: Recognition | RecordedEvent, worker: HealthWorker, by: Actor, detail: dict[str, Any]
) -> None:
    about = {"worker": worker.pk, "number": worker.number, "kind": row.kind}
    audit.record(act=act, by=by, on=row, label=worker.name, detail=about | detail)


@transaction.atomic
def claim_recognition(
    *,
    worker: HealthWorker,
    kind: str,
    served_from: date,
    served_to: date,
    place: str = "",
    paper: Paper,
    version: int,
    by: Actor,
) -> Recognition:
    """Claim service outside this system, or something equal to it, by a document; it counts once it is decided."""
    rows.check_code(kind, codes.RECOGNITIONS, "kind")
    rows.check_not_future(served_to, "served_to")
    _check_paper(paper)
    days = {"served_from": served_from, "served_to": served_to}
    rows.take(worker, version, by, yours={"kind": kind} | days)
    with refusals():
        row = Recognition.objects.create(
            worker=worker,
            kind=kind,
            place=rows.clean(place),
            **days,
            **paper_columns(paper),
            **rows.recorded_by(by),
        )
    inbox.recognition_claimed(row, rows.current(worker).institution_id)
    _record("people.recognition_claimed", row, worker, by, days | {"document": row.document})
    return row


def _check_paper(paper: Paper) -> None:
    if not paper.document.strip():
        sentence = _("Name the document.")
        raise RuleViolation(sentence, "document_missing", fields={"document": sentence})


@transaction.atomic
def decide_recognition(*, recognition: Recognition, recognise: bool, remark: str = "", by: Actor) -> Recognition:
    """Recognise or decline a claim. Nobody decides on a claim of their own; declining needs a reason."""
    state = RecognitionState.RECOGNISED if recognise else RecognitionState.DECLINED
    text = rows.clean(remark) if recognise else rows.reason_given(remark)
    worker = rows.take(recognition.worker, None, by, permission=Permission.PEOPLE_RECOGNISE)
    recognition.refresh_from_db()
    if state not in RecognitionState(recognition.state).may_become():
        raise Conflict(_("This claim was decided meanwhile."), "decided_meanwhile")
    with refusals():
        rows.write(
            recognition,
            {
                "state": state,
                "remark": text,
                "decided_by_id": by.user_id,
                "decided_by_name": by.name[:150],
                "decided_at": clock.now(),
            },
        )
    held = Employment.objects.filter(worker=worker, is_current=True).first()
    inbox.recognition_decided(recognition, held.institution_id if held else None)
    _record("people.recognition_decided", recognition, worker, by, {"state": state, "remark": text})
    return recognition


@transaction.atomic
def record_event(
    *, worker: HealthWorker, kind: str, happened_on: date, paper: Paper, version: int, by: Actor
) -> RecordedEvent:
    """Record, by a document, something that a policy may let bar the person for a while."""
    rows.check_code(kind, codes.EVENTS, "kind")
    rows.check_not_future(happened_on, "happened_on")
    _check_paper(paper)
    rows.take(worker, version, by, yours={"kind": kind, "happened_on": happened_on})
    with refusals():
        row = RecordedEvent.objects.create(
            worker=worker,
            kind=kind,
            happened_on=happened_on,
            **paper_columns(paper),
            **rows.recorded_by(by),
        )
    _record("people.event_recorded", row, worker, by, {"on": happened_on, "document": row.document})
    return row


@transaction.atomic
def withdraw_event(*, event: RecordedEvent, reason: str, version: int, by: Actor) -> RecordedEvent:
    """Take back an event that was recorded wrongly or lifted; it bars nobody any more."""
    text = rows.reason_given(reason)
    worker = rows.take(event.worker, version, by)
    event.refresh_from_db()
    if event.withdrawn_at is not None:
        raise RuleViolation(_("This entry was withdrawn."), "withdrawn_already")
    rows.write(event, {"withdrawn_at": clock.now(), "withdrawn_by_name": by.name[:150]})
    _record("people.event_withdrawn", event, worker, by, {"reason": text})
    return event
