"""Taking hold of leave to write on: seen, at the version that was read, locked with its assignment; and its record."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from assignments import leave_words
from assignments.models import Leave
from assignments.services import leave_inbox, moving, standing_of
from assignments.states import LeaveState
from deploy_admin import clock
from deploy_admin.access import Actor, Permission
from deploy_admin.audit import services as audit
from deploy_admin.db import refusals
from deploy_admin.errors import Conflict, RuleViolation
from deploy_admin.jobs.importing.secrecy import scrubbed


def locked(leave_ids: Collection[int], by: Actor, versions: Mapping[int, int] | None) -> list[Leave]:
    """Lock the assignments of these leaves and bring them up to date; unseen ones are unknown."""
    wanted = set(leave_ids)
    seen = Leave.objects.visible_to(by).filter(pk__in=wanted)
    owners = dict(seen.values_list("pk", "assignment_id"))
    if not wanted or len(owners) != len(wanted):
        raise RuleViolation(_("You see no such leave."), "leave_unknown")
    held = {each.pk: each for each in moving.take_all(set(owners.values()), by)}
    leaves: list[Leave] = list(Leave.objects.filter(pk__in=wanted).order_by("pk"))
    for leave in leaves:
        leave.assignment = held[leave.assignment_id]
        version = (versions or {}).get(leave.pk)
        if version is not None and version != leave.version:
            raise _conflict(leave, version)
    return leaves


def taken(
    leave_ids: Collection[int], by: Actor, permission: Permission, versions: Mapping[int, int] | None
) -> list[Leave]:
    """Lock these leaves for a decision of the receiving units, or of their authority on their behalf."""
    leaves = locked(leave_ids, by, versions)
    standing_of.may_act_for_receiver([leave.assignment for leave in leaves], by, permission)
    return leaves


def one(leave: Leave, version: int | None, by: Actor, permission: Permission | None) -> Leave:
    """Lock one leave; without a permission the caller asks who may."""
    versions = {leave.pk: version} if version is not None else None
    if permission is None:
        return locked([leave.pk], by, versions)[0]
    return taken([leave.pk], by, permission, versions)[0]


def refuse_unless(leaves: Iterable[Leave], state: LeaveState) -> None:
    """Refuse where one of them stands elsewhere, naming it."""
    for leave in leaves:
        if leave.state != state:
            raise wrong_state(leave)


def wrong_state(leave: Leave) -> RuleViolation:
    """Return the refusal for a leave that was decided meanwhile."""
    sentence = _("The leave of %(name)s from %(day)s on is “%(state)s” by now.")
    return RuleViolation(sentence % (named(leave) | {"state": leave.get_state_display()}), "leave_decided")


def _conflict(leave: Leave, version: int) -> Conflict:
    return Conflict(
        _("Somebody else has changed this leave since you opened it."),
        "stale_version",
        context={
            "yours": {"version": version},
            "theirs": {"version": leave.version, str(_("State")): str(leave.get_state_display())},
            "url": leave_inbox.leave_url(leave),
        },
    )


def write(leaves: Sequence[Leave], values: Mapping[str, Any]) -> None:
    """Write the same values to all of them, in one statement, and to the rows at hand."""
    with refusals():
        Leave.objects.filter(pk__in=[leave.pk for leave in leaves]).update(
            **values, version=F("version") + 1, updated_at=clock.now()
        )
    for leave in leaves:
        leave.version += 1
        for name, value in values.items():
            setattr(leave, name, value)


def decision(remark: str, by: Actor) -> dict[str, Any]:
    """Return the columns that say who decided, when, and with what remark."""
    return {
        "decided_by_id": by.user_id,
        "decided_by_name": by.name[:150],
        "decided_at": clock.now(),
        "decision_remark": scrubbed(remark.strip())[:300],
    }


def said(reason: str) -> str:
    """Return the reason; refuse an empty one."""
    text = scrubbed(reason.strip())[:300]
    if not text:
        sentence = _("Say why.")
        raise RuleViolation(sentence, "reason_missing", fields={"reason": sentence})
    return text


def record(act: str, leaves: Sequence[Leave], by: Actor, detail: Mapping[str, Any]) -> None:
    """Record one event for one leave or for a list of them; of health and family the kind is not told."""
    said = {name: value for name, value in detail.items() if value not in (None, "", {}, [], False)}
    if len(leaves) == 1:
        one = leaves[0]
        told = {
            "assignment": one.assignment_id,
            "worker": one.assignment.worker_id,
            "kind": leave_words.kind_told(one.kind),
            "first_day": one.first_day,
            "last_day": one.last_day,
            "duty_days": one.stated_duty_days,
        }
        audit.record(act=f"assignments.{act}", by=by, on=one, label=one.assignment.worker.name, detail=told | said)
        return
    many = {"count": len(leaves), "leave": sorted(leave.pk for leave in leaves)}
    audit.record(act=f"assignments.{act}", by=by, detail=many | said)


def named(leave: Leave) -> dict[str, str]:
    """Return what a refusal names a leave by."""
    return {"name": leave.assignment.worker.name, "day": leave.first_day.isoformat()}
