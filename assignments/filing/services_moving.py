"""Moving filed lists on: begun, handed in, taken back, checked, sent back, approved; more time, a line struck."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from assignments.filing import checks, window
from assignments.filing.steps import (
    Line,
    check_campaign,
    check_from,
    check_window,
    conflict,
    is_late,
    locked,
    may_decide,
    may_enter,
    may_enter_for,
    move,
    named,
    reason_of,
    take,
    take_to_enter,
    unknown,
    write_head,
)
from assignments.kinds import ListKind
from assignments.models import Campaign, FiledList
from assignments.services.moving import recorded_by
from assignments.states import LIST_OPEN, LineState, ListState
from deploy_admin import clock
from deploy_admin.access import Actor
from deploy_admin.db import refusals
from deploy_admin.errors import RuleViolation
from deploy_admin.jobs.models import StoredFile
from deploy_admin.registry.codes import Kind as InstitutionKind
from deploy_admin.registry.codes import State
from deploy_admin.registry.models import Institution

__all__ = [
    "Line", "approve", "check", "check_campaign", "check_window", "conflict", "exempt", "is_late", "may_enter",
    "named", "open_list", "reason_of", "restore", "save_head", "send_back", "strike", "submit", "take", "take_back",
    "take_to_enter", "unknown", "write_head",
]  # fmt: skip

_S = ListState
_UNCHECKED: Mapping[str, Any] = {"checked_at": None, "checked_by_id": None, "checked_by_name": ""}


@transaction.atomic
def open_list(
    *,
    campaign: Campaign,
    institution: Institution,
    kind: str,
    on_behalf: bool = False,
    scan: StoredFile | None = None,
    by: Actor,
) -> FiledList:
    """Begin the unit's list of this kind in the campaign, or return the one it has.

    On behalf it is an authority that enters from the unit's paper; a unit that comes itself takes its list over.
    """
    may_enter_for(campaign, institution.pk, kind, on_behalf, by)
    check_campaign(campaign)
    held = _found(campaign, institution.pk, kind)
    if held is None:
        return _begun(campaign, institution, kind, on_behalf, scan, by)
    if held.state in LIST_OPEN and (held.on_behalf != on_behalf or (scan is not None and held.scan_id != scan.pk)):
        values = {"on_behalf": on_behalf, "scan": scan or (held.scan if on_behalf else None)}
        move([held], _S(held.state), "taken_over" if held.on_behalf != on_behalf else "scanned", by, values=values)
    return held


@transaction.atomic
def save_head(*, filed: FiledList, nothing: bool, remark: str, version: int | None, by: Actor) -> FiledList:
    """Write down whether it is nobody this time, and a remark; a list with lines is not empty."""
    yours = {"nothing": nothing, "remark": remark}
    held = take_to_enter(filed=filed, version=version, yours=yours, by=by)
    return write_head(held, nothing=nothing, remark=remark, by=by)


@transaction.atomic
def submit(*, filed: FiledList, version: int | None = None, by: Actor) -> FiledList:
    """Hand the list in; what was entered on behalf waits for another person's check first."""
    held = take_to_enter(filed=filed, version=version, by=by)
    if held.on_behalf and held.scan_id is None:
        sentence = _("What is entered on behalf of a unit rests on the scan of its paper.")
        raise RuleViolation(sentence, "scan_missing", fields={"scan": sentence})
    if (check := checks.before_submit.get(held.kind)) is not None:
        check(held)
    first = held.submitted_at is None
    values: dict[str, Any] = {
        "submitted_at": clock.now(),
        "submitted_by_id": by.user_id,
        "submitted_by_name": by.name[:150],
        "is_late": is_late(held, clock.today()) if first else held.is_late,
        "reason": "",
        **_UNCHECKED,
    }
    to = _S.TO_BE_CHECKED if held.on_behalf else _S.SUBMITTED
    move([held], to, "entered_on_behalf" if held.on_behalf else "submitted", by, values=values)
    return held


@transaction.atomic
def take_back(*, filed: FiledList, version: int | None = None, by: Actor) -> FiledList:
    """Take a list back to go on entering, while it is not approved and could still be handed in again."""
    held = take(filed, version, by)
    may_enter_for(held.campaign, held.institution_id, held.kind, held.on_behalf, by)
    check_campaign(held.campaign)
    check_from(held, (_S.SUBMITTED, _S.TO_BE_CHECKED))
    then = window.standing(
        *window.days(held.campaign, held.kind), clock.today(), held.campaign.state, _S.DRAFT, held.exempt_until
    )
    if not held.on_behalf and not then.may_enter:
        sentence = _("The window is closed: taken back, the list could not be handed in again. Ask the authority.")
        raise RuleViolation(sentence, "window_closed")
    values = {"submitted_at": None, "submitted_by_id": None, "submitted_by_name": "", "is_late": False}
    move([held], _S.DRAFT, "taken_back", by, values=values | dict(_UNCHECKED))
    return held


@transaction.atomic
def check(*, filed: FiledList, version: int | None = None, by: Actor) -> FiledList:
    """Confirm what was entered on behalf against its scan: somebody else than who entered it."""
    held = take(filed, version, by)
    may_enter_for(held.campaign, held.institution_id, held.kind, True, by)
    check_campaign(held.campaign)
    check_from(held, (_S.TO_BE_CHECKED,))
    if by.user_id is not None and held.submitted_by_id == by.user_id:
        raise RuleViolation(_("Somebody else than who entered it checks it."), "checked_by_same")
    values = {"checked_at": clock.now(), "checked_by_id": by.user_id, "checked_by_name": by.name[:150]}
    move([held], _S.SUBMITTED, "checked", by, values=values)
    return held


@transaction.atomic
def send_back(*, filed: FiledList, reason: str, version: int | None = None, by: Actor) -> FiledList:
    """Send a list back with the reason; what was approved is opened again by it."""
    held = take(filed, version, by)
    if held.state == _S.TO_BE_CHECKED:
        may_enter_for(held.campaign, held.institution_id, held.kind, True, by)
    else:
        may_decide(held.campaign, by)
    check_campaign(held.campaign)
    check_from(held, (_S.SUBMITTED, _S.APPROVED, _S.TO_BE_CHECKED))
    text = reason_of(reason)
    act = "reopened" if held.state == _S.APPROVED else "sent_back"
    move([held], _S.RETURNED, act, by, reason=text, values={"reason": text, **_UNCHECKED})
    return held


@transaction.atomic
def approve(*, lists: Sequence[FiledList], versions: Mapping[int, int] | None = None, by: Actor) -> list[FiledList]:
    """Approve lists as they are, one or many: all or none; the allocation goes by them from now on."""
    ids = {each.pk for each in lists}
    held = locked(ids, by)
    if not ids or len(held) != len(ids):
        raise unknown()
    for each in held:
        may_decide(each.campaign, by)
        check_campaign(each.campaign)
        if (version := (versions or {}).get(each.pk)) is not None and version != each.version:
            raise conflict(each, version, {})
        check_from(each, (_S.SUBMITTED,))
        if (check_of := checks.before_approve.get(each.kind)) is not None:
            check_of(each)
    move(held, _S.APPROVED, "approved", by, values={"reason": ""})
    return held


@transaction.atomic
def exempt(
    *,
    until: date,
    reason: str,
    filed: FiledList | None = None,
    campaign: Campaign | None = None,
    institution: Institution | None = None,
    kind: str = ListKind.REQUESTS,
    by: Actor,
) -> FiledList:
    """Give the unit more time than the window; a unit that has not begun gets its empty list by it."""
    if filed is None:
        if campaign is None or institution is None:
            raise TypeError("a list, or a campaign and a unit")
        may_decide(campaign, by)
        check_campaign(campaign)
        held = _found(campaign, institution.pk, kind) or _begun(campaign, institution, kind, False, None, by)
    else:
        held = take(filed, None, by)
        may_decide(held.campaign, by)
        check_campaign(held.campaign)
    check_from(held, LIST_OPEN)
    if until < clock.today():
        sentence = _("More time lies in the days to come.")
        raise RuleViolation(sentence, "in_the_past", fields={"until": sentence})
    text = reason_of(reason)[:300]
    values = {"exempt_until": until, "exempt_reason": text}
    move([held], _S(held.state), "exempted", by, reason=text, values=values, detail={"until": until.isoformat()})
    return held


@transaction.atomic
def strike(*, line: Line, reason: str, by: Actor) -> Line:
    """Strike one line of a list that was handed in, with the reason; a line that was decided on stays."""
    held, row = _line(line, by)
    if row.state == LineState.STRUCK:
        raise RuleViolation(_("This line is struck already."), "line_moved")
    if row.pk in checks.settled(held):
        raise checks.refuse_settled(named(row))
    text = reason_of(reason)[:300]
    return _set_line(held, row, LineState.STRUCK, text, "struck", by)


@transaction.atomic
def restore(*, line: Line, by: Actor) -> Line:
    """Let a struck line stand again."""
    held, row = _line(line, by)
    if row.state == LineState.STANDING:
        raise RuleViolation(_("This line stands already."), "line_moved")
    return _set_line(held, row, LineState.STANDING, "", "restored", by)


# ------------------------------------------------------------ steps


def _found(campaign: Campaign, institution_id: int, kind: str) -> FiledList | None:
    rows = FiledList.objects.filter(campaign=campaign, institution=institution_id, kind=kind)
    held: FiledList | None = (
        rows.select_related("campaign", "scan").select_for_update(of=("self",), no_key=True).first()
    )
    return held


def _begun(
    campaign: Campaign, institution: Institution, kind: str, on_behalf: bool, scan: StoredFile | None, by: Actor
) -> FiledList:
    """Write the list, where the unit stands and files such lists; of two who begin it at once both get the one."""
    today = clock.today()
    stands = Institution.objects.standing(today).in_state(State.OPEN, today).filter(pk=institution.pk)
    if not stands.exclude(profile__kind=InstitutionKind.HEALTH_AUTHORITY).exists():
        raise RuleViolation(_("This unit is no unit that files lists."), "not_a_unit")
    fields = {"campaign": campaign, "institution": institution, "kind": kind, "on_behalf": on_behalf, "scan": scan}
    FiledList.objects.bulk_create(
        [FiledList(**fields, **recorded_by(by), updated_at=clock.now())], ignore_conflicts=True
    )
    held = _found(campaign, institution.pk, kind)
    if held is None:
        raise unknown()
    if not held.steps.exists():
        move([held], _S.DRAFT, "begun", by, values={})
    return held


def _line(line: Line, by: Actor) -> tuple[FiledList, Any]:
    """Take the list a line stands on, and the line as it is now; only once it was handed in."""
    held = take(line.filed_list, None, by)
    may_decide(held.campaign, by)
    check_campaign(held.campaign)
    check_from(held, (_S.SUBMITTED, _S.APPROVED))
    return held, type(line)._default_manager.get(pk=line.pk, filed_list=held)


def _set_line(held: FiledList, row: Any, state: LineState, reason: str, act: str, by: Actor) -> Any:
    row.state, row.struck_reason, row.version, row.updated_at = state, reason, row.version + 1, clock.now()
    with refusals():
        row.save(update_fields=["state", "struck_reason", "version", "updated_at"])
    told = {"line": row.pk, "named": named(row)}
    move([held], _S(held.state), act, by, reason=reason, values={}, detail=told)
    return row
