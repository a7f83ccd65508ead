"""Inspections: opened, prepared, closed; from then on their unit sees them and nothing of them changes."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assignments import roll
from assignments.kinds import InspectionKind
from assignments.models import Inspection, PresenceCheck
from assignments.services import inspection_inbox
from assignments.services.moving import NO_BASIS, Basis, recorded_by
from assignments.services.standing_of import not_permitted
from deploy_admin import clock
from deploy_admin.access import Actor, Permission, Reach
from deploy_admin.audit import services as audit
from deploy_admin.db import refusals
from deploy_admin.errors import Conflict, RuleViolation
from deploy_admin.jobs.importing.secrecy import scrubbed
from deploy_admin.registry.authority import authority_over
from deploy_admin.registry.models import Institution


@transaction.atomic
def open_inspection(
    *,
    institution: Institution,
    kind: str,
    on: date,
    inspectors: str,
    summary: str = "",
    basis: Basis = NO_BASIS,
    by: Actor,
) -> Inspection:
    """Open the inspection of a unit on a day, which may still come; its unit learns of it when it is closed."""
    authority = _in_whose_name(institution.pk, by)
    if kind not in InspectionKind.values:
        sentence = _("Say whether it is planned or unannounced.")
        raise RuleViolation(sentence, "kind_unknown", fields={"kind": sentence})
    with refusals():
        inspection = Inspection.objects.create(
            authority_id=authority,
            institution=institution,
            kind=kind,
            on=on,
            **_said(inspectors, summary),
            **basis.paper(),
            **recorded_by(by),
        )
    record("inspection_opened", inspection, by, {"on": on, "kind": kind})
    return inspection


@transaction.atomic
def change_inspection(
    *,
    inspection: Inspection,
    on: date,
    inspectors: str,
    summary: str,
    version: int,
    basis: Basis = NO_BASIS,
    by: Actor,
) -> Inspection:
    """Change what an inspection says while it is open; a paper that is not named stays as it was."""
    row = take(inspection, version, by, yours={"on": on, "inspectors": inspectors, "summary": summary})
    if on != row.on and row.presences.exists():
        sentence = _("What was found is of %(day)s: another day is another inspection.") % {"day": row.on.isoformat()}
        raise RuleViolation(sentence, "day_has_results", fields={"on": sentence})
    values = {"on": on} | _said(inspectors, summary) | {n: v for n, v in basis.paper().items() if v}
    with refusals():
        _write(row, values)
    record("inspection_changed", row, by, {name: values[name] for name in ("on", "inspectors", "summary")})
    return row


@transaction.atomic
def discard_inspection(*, inspection: Inspection, reason: str, version: int, by: Actor) -> None:
    """Throw away an inspection that was opened by mistake and not closed; the record keeps what it was."""
    row = take(inspection, version, by)
    text = _reason(reason)
    detail = {"on": row.on, "kind": row.kind, "inspectors": row.inspectors, "reason": text}
    detail["presences"] = {str(pk): result for pk, result in row.presences.values_list("assignment_id", "result")}
    detail["findings"] = list(row.findings.values_list("text", flat=True))
    record("inspection_discarded", row, by, detail)
    row.presences.all().delete()
    row.findings.all().delete()
    row.delete()


@transaction.atomic
def close_inspection(*, inspection: Inspection, version: int, accept_unchecked: bool = False, by: Actor) -> Inspection:
    """Close an inspection: what is known of those nobody looked for is written down, and the unit is told.

    Whoever nobody looked for and of whom nothing is known stops it, unless that is accepted.
    """
    row = take(inspection, version, by)
    check_begun(row)
    held = roll.of(row)
    if (missing := len(held.unchecked)) and not accept_unchecked:
        sentence = ngettext(
            "Of %(count)d person nothing is recorded yet.", "Of %(count)d people nothing is recorded yet.", missing
        ) % {"count": missing}
        raise RuleViolation(sentence, "not_all_checked", fields={"accept_unchecked": sentence})
    with refusals():
        PresenceCheck.objects.bulk_create(
            PresenceCheck(inspection=row, assignment=line.assignment, result=line.known)
            for line in held.received
            if line.check is None and line.known is not None
        )
        _write(row, {"closed_at": clock.now(), "closed_by_name": by.name[:150]})
    inspection_inbox.closed(row)
    counts: dict[str, int] = {}
    for result in row.presences.values_list("result", flat=True):
        counts[result] = counts.get(result, 0) + 1
    record("inspection_closed", row, by, {"on": row.on, "found": counts, "unchecked": missing})
    return row


def may_record(inspection: Inspection, by: Actor) -> bool:
    """Whether this is an inspection of the actor's own authority, or the actor is the city."""
    if not by.can(Permission.INSPECTIONS_RECORD):
        return False
    return by.reach is Reach.ALL or (by.reach is Reach.DISTRICT and inspection.authority_id in by.institution_ids)


def take(
    inspection: Inspection,
    version: int | None,
    by: Actor,
    *,
    yours: dict[str, Any] | None = None,
    closed: bool = False,
) -> Inspection:
    """Lock an inspection and raise its version; refuse whoever may not record, another version, and a closed one.

    `closed=True` is for what follows the closing: then an open one is refused. None compares no version.
    """
    if not may_record(inspection, by):
        raise not_permitted()
    return locked(inspection, version, by, yours=yours, closed=closed)


def locked(
    inspection: Inspection,
    version: int | None,
    by: Actor,
    *,
    yours: dict[str, Any] | None = None,
    closed: bool = False,
) -> Inspection:
    """Lock an inspection that the actor sees and raise its version, whoever the actor is."""
    rows = Inspection.objects.visible_to(by).select_for_update(of=("self",), no_key=True)
    now: Inspection | None = rows.filter(pk=inspection.pk).first()
    if now is None:
        raise RuleViolation(_("This inspection is not there any more."), "inspection_unknown")
    if version is not None and now.version != version:
        raise Conflict(
            _("Somebody else has changed this inspection since you opened it."),
            "stale_version",
            context={
                "version": now.version,
                "yours": yours or {},
                "theirs": {name: getattr(now, name) for name in yours or {}},
                "url": now.get_absolute_url(),
            },
        )
    if closed != (now.closed_at is not None):
        sentence = _("This inspection is not closed yet.") if closed else _("This inspection is closed.")
        raise RuleViolation(sentence, "not_closed" if closed else "closed", context={"url": now.get_absolute_url()})
    _write(now, {"version": now.version + 1, "updated_at": clock.now()})
    return now


def check_begun(inspection: Inspection) -> None:
    """Refuse to say what was found before the day has come."""
    if inspection.on > clock.today():
        day = inspection.on.isoformat()
        raise RuleViolation(_("The inspection is only on %(day)s.") % {"day": day}, "not_begun")


def record(act: str, inspection: Inspection, by: Actor, detail: dict[str, Any]) -> None:
    """Write the act into the audit record, under the unit inspected."""
    named = Institution.objects.filter(pk=inspection.institution_id).named(clock.today())
    label = f"{named.get(inspection.institution_id, '')} {inspection.on.isoformat()}".strip()
    audit.record(act=f"assignments.{act}", by=by, on=inspection, label=label, detail=detail)


def _in_whose_name(institution_id: int, by: Actor) -> int:
    """Return the authority that inspects: the actor's own, to which the unit answers; the city inspects everywhere."""
    if not by.can(Permission.INSPECTIONS_RECORD):
        raise not_permitted()
    above = authority_over({institution_id}, clock.today())[institution_id]
    if by.reach is Reach.ALL:
        authority = by.institution_id or above
    else:
        authority = above if by.reach is Reach.DISTRICT and above in by.institution_ids else None
    if authority is None:
        raise not_permitted()
    return authority


def _said(inspectors: str, summary: str) -> dict[str, Any]:
    names = scrubbed(inspectors.strip())
    if not names:
        sentence = _("Say who inspects.")
        raise RuleViolation(sentence, "inspectors_missing", fields={"inspectors": sentence})
    return {"inspectors": names[:200], "summary": scrubbed(summary.strip())[:2000]}


def _reason(reason: str) -> str:
    text = scrubbed(reason.strip())
    if not text:
        sentence = _("Say why.")
        raise RuleViolation(sentence, "reason_missing", fields={"reason": sentence})
    return text[:500]


def _write(row: Inspection, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=list(values))
