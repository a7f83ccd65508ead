"""What keeps a person away: entered with its days, ended, withdrawn where it was entered wrongly."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from deploy_admin import clock
from deploy_admin.access import Actor
from deploy_admin.audit import services as audit
from deploy_admin.db import refusals
from deploy_admin.errors import RuleViolation
from deploy_admin.people import codes
from deploy_admin.people.models import HealthWorker, Unavailability
from deploy_admin.people.services import rows
from deploy_admin.people.services.facts import Paper


def paper_columns(paper: Paper) -> dict[str, Any]:
    """Return the columns of the document on which an entry rests."""
    return rows.cleaned({field.name: getattr(paper, field.name) for field in fields(Paper)})


def _record(act: str, row: Unavailability, worker: HealthWorker, by: Actor, detail: dict[str, Any]) -> None:
    # More people read the record than may know that somebody is pregnant or ill.
    about = {"worker": worker.pk, "number": worker.number, "kind": "personal" if row.is_personal else row.kind}
    audit.record(act=act, by=by, on=row, label=worker.name, detail=about | detail)


@transaction.atomic
def enter_unavailability(
    *,
    worker: HealthWorker,
    kind: str,
    valid_from: date,
    valid_to: date | None = None,
    remark: str = "",
    paper: Paper | None = None,
    version: int,
    by: Actor,
) -> Unavailability:
    """Enter why the person cannot be sent from one day to another; the last may be open."""
    rows.check_code(kind, codes.UNAVAILABILITIES, "kind")
    days = {"valid_from": valid_from, "valid_to": valid_to}
    rows.take(worker, version, by, yours={"kind": kind} | days)
    with refusals():
        row = Unavailability.objects.create(
            worker=worker,
            kind=kind,
            remark=rows.clean(remark),
            **days,
            **paper_columns(paper or Paper()),
            **rows.recorded_by(by),
        )
    _record("people.unavailability_entered", row, worker, by, days)
    return row


@transaction.atomic
def end_unavailability(*, unavailability: Unavailability, last_day: date, version: int, by: Actor) -> Unavailability:
    """Say which day was, or will be, the last one."""
    worker = rows.take(unavailability.worker, version, by)
    _refuse_withdrawn(unavailability)
    before = unavailability.valid_to
    with refusals():
        rows.write(unavailability, {"valid_to": last_day})
    detail = {"old": before, "last_day": last_day}
    _record("people.unavailability_ended", unavailability, worker, by, detail)
    return unavailability


@transaction.atomic
def withdraw_unavailability(*, unavailability: Unavailability, reason: str, version: int, by: Actor) -> Unavailability:
    """Take back what was entered wrongly: it never kept anybody away."""
    text = rows.reason_given(reason)
    worker = rows.take(unavailability.worker, version, by)
    _refuse_withdrawn(unavailability)
    rows.write(unavailability, {"withdrawn_at": clock.now(), "withdrawn_by_name": by.name[:150]})
    _record("people.unavailability_withdrawn", unavailability, worker, by, {"reason": text})
    return unavailability


def _refuse_withdrawn(row: Unavailability) -> None:
    row.refresh_from_db()
    if row.withdrawn_at is not None:
        raise RuleViolation(_("This entry was withdrawn."), "withdrawn_already")
