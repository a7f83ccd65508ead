"""Sanctions that a competent body decided, written down with their legal basis; nothing follows by itself."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from assignments.models import Assignment, Finding, Inspection, Sanction
from assignments.services.moving import NO_BASIS, Basis, recorded_by
from assignments.services.standing_of import not_permitted
from deploy_admin import clock
from deploy_admin.access import Actor, Permission, Reach
from deploy_admin.audit import services as audit
from deploy_admin.db import refusals
from deploy_admin.errors import RuleViolation
from deploy_admin.jobs.importing.secrecy import scrubbed
from deploy_admin.registry.authority import authority_over
from deploy_admin.registry.models import Institution


def may_record_for(institution_id: int, by: Actor) -> bool:
    """Whether the actor is the authority to which the unit answers, or the city."""
    if not by.can(Permission.INSPECTIONS_RECORD):
        return False
    if by.reach is Reach.ALL:
        return True
    above = authority_over({institution_id}, clock.today())[institution_id]
    return by.reach is Reach.DISTRICT and above in by.institution_ids


@transaction.atomic
def record_sanction(
    *,
    institution: Institution,
    legal_basis: str,
    text: str,
    decided_on: date,
    deciding_body: str,
    basis: Basis = NO_BASIS,
    assignment: Assignment | None = None,
    finding: Finding | None = None,
    by: Actor,
) -> Sanction:
    """Record a sanction against a unit, or against a person on account of an assignment.

    Of a person `institution` is the unit that employs or received them; the document is named, as the basis is.
    """
    if not may_record_for(institution.pk, by):
        raise not_permitted()
    said = {"legal_basis": legal_basis, "text": text, "deciding_body": deciding_body, "document": basis.document}
    for field, words in said.items():
        if not words.strip():
            sentence = _("A sanction names its legal basis, the body that decided and its document.")
            raise RuleViolation(sentence, "basis_missing", fields={field: sentence})
    if decided_on > clock.today():
        sentence = _("This day lies in the future.")
        raise RuleViolation(sentence, "day_in_future", fields={"decided_on": sentence})
    _check_about(institution.pk, assignment, finding, by)
    with refusals():
        sanction = Sanction.objects.create(
            worker_id=assignment.worker_id if assignment else None,
            institution=institution,
            assignment=assignment,
            finding=finding,
            legal_basis=scrubbed(legal_basis.strip())[:300],
            text=scrubbed(text.strip())[:500],
            decided_on=decided_on,
            deciding_body=scrubbed(deciding_body.strip())[:200],
            **basis.paper(),
            **recorded_by(by),
        )
    detail = {
        "institution": institution.pk,
        "assignment": assignment.pk if assignment else None,
        "finding": finding.pk if finding else None,
        "decided_on": decided_on,
    } | basis.told()
    audit.record(act="assignments.sanction_recorded", by=by, on=sanction, label=_label(sanction), detail=detail)
    return sanction


@transaction.atomic
def withdraw_sanction(*, sanction: Sanction, reason: str, by: Actor) -> Sanction:
    """Take back a sanction that was lifted or recorded wrongly; it stays in the record, marked."""
    rows = Sanction.objects.visible_to(by).select_for_update(of=("self",), no_key=True)
    row = rows.filter(pk=sanction.pk).first()
    if row is None or not may_record_for(row.institution_id, by):
        raise not_permitted()
    words = scrubbed(reason.strip())[:500]
    if not words:
        sentence = _("Say why.")
        raise RuleViolation(sentence, "reason_missing", fields={"reason": sentence})
    if row.withdrawn_at is not None:
        raise RuleViolation(_("This entry was withdrawn."), "withdrawn_already")
    row.withdrawn_at, row.withdrawn_by_name = clock.now(), by.name[:150]
    row.save(update_fields=["withdrawn_at", "withdrawn_by_name"])
    detail = {"reason": words, "institution": row.institution_id}
    audit.record(act="assignments.sanction_withdrawn", by=by, on=row, label=_label(row), detail=detail)
    return row


def _check_about(institution_id: int, assignment: Assignment | None, finding: Finding | None, by: Actor) -> None:
    """Refuse a person whom the unit neither sends nor received, and a finding of another unit or not closed yet."""
    if assignment is not None:
        seen = Assignment.objects.visible_to(by).filter(pk=assignment.pk).exists()
        units = {assignment.sending_unit_id, assignment.receiving_unit_id}
        units.update(assignment.segments.values_list("receiving_unit_id", flat=True))
        if not seen or institution_id not in units:
            sentence = _("This unit has nothing to do with the assignment.")
            raise RuleViolation(sentence, "unit_of_another", fields={"institution": sentence})
    if finding is not None:
        closed = Inspection.objects.visible_to(by).filter(closed_at__isnull=False, pk=finding.inspection_id)
        if finding.inspection.institution_id != institution_id or not closed.exists():
            raise RuleViolation(_("This finding is not of a closed inspection of the unit."), "finding_of_another")


def _label(sanction: Sanction) -> str:
    if sanction.worker is not None:
        return str(sanction.worker)
    named = Institution.objects.filter(pk=sanction.institution_id).named(clock.today())
    return str(named.get(sanction.institution_id, ""))
