"""Correcting leave and absence that were taken on from the past; new ones are recorded by leave and absence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from assignments.models import Absence, Leave
from assignments.services import ending, following, leave_checks, moving, proposals
from assignments.services.moving import NO_BASIS, Basis
from assignments.services.standing_of import may_take_leave_on
from deploy_admin import clock
from deploy_admin.access import Actor
from deploy_admin.audit import services as audit
from deploy_admin.db import refusals
from deploy_admin.errors import RuleViolation
from deploy_admin.jobs.importing.secrecy import scrubbed
from deploy_admin.registry.calendar import work_calendar


@dataclass(frozen=True, kw_only=True)
class Correction:
    """What is said now of one leave, or absence, of the past; its first day stays."""

    pk: int
    absence: bool
    last_day: date
    kind: str = ""
    stated_duty_days: int | None = None
    filed_on: date | None = None
    filing_number: str = ""
    remark: str = ""
    basis: Basis = NO_BASIS


@transaction.atomic
def correct(corrections: Sequence[Correction], *, by: Actor) -> int:
    """Write what is said now; last days, credit and what is proposed follow once for all of them."""
    said = {(each.absence, each.pk): each for each in corrections}
    rows: list[Any] = [
        *Leave.objects.visible_to(by).filter(pk__in=[each.pk for each in corrections if not each.absence]),
        *Absence.objects.visible_to(by).filter(pk__in=[each.pk for each in corrections if each.absence]),
    ]
    if len(rows) != len(corrections) or not all(row.imported for row in rows):
        raise RuleViolation(_("Only what is taken on from the past is corrected here."), "not_imported")
    ids = {row.assignment_id for row in rows}
    held = {each.pk: each for each in moving.take_all(ids, by)}
    may_take_leave_on(held.values(), by)
    now, calendar = clock.now(), work_calendar()
    for row in rows:
        each, own = said[isinstance(row, Absence), row.pk], held[row.assignment_id]
        kind = "" if each.absence else each.kind
        row.stated_duty_days = leave_checks.possible(
            own, kind, row.first_day, each.last_day, each.stated_duty_days, shift_says=False, calendar=calendar
        )
        row.last_day, row.remark = each.last_day, scrubbed(each.remark.strip())[:300]
        row.version, row.updated_at = row.version + 1, now
        for name, value in (each.basis.paper() | moving.recorded_by(by)).items():
            setattr(row, name, value)
        if not each.absence:
            row.kind, row.filed_on = each.kind, each.filed_on
            row.filing_number = scrubbed(each.filing_number.strip())[:60] if each.filed_on else ""
            row.filed_by_name = by.name[:150] if each.filed_on else ""
    both = (
        "last_day", "stated_duty_days", "remark", "version", "updated_at", "document", "document_number",
        "document_date", "recorded_by_id", "recorded_by_name", "recorded_at",
    )  # fmt: skip
    with refusals():
        Leave.objects.bulk_update(
            [row for row in rows if isinstance(row, Leave)],
            [*both, "kind", "filed_on", "filing_number", "filed_by_name"],
            batch_size=1000,
        )
        Absence.objects.bulk_update([row for row in rows if isinstance(row, Absence)], both, batch_size=1000)
    ending.recompute(ids, by=by)
    audit.record(
        act="assignments.past_leave_corrected", by=by, detail={"count": len(rows), "assignments": sorted(ids)}
    )
    proposals.reconsider(ids, by=by)
    following.follow(ids)
    return len(rows)
