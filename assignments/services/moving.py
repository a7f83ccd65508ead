"""Taking hold of assignments and moving them on: the only place that sets a state, each step with its row."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from assignments.models import Assignment, Transition
from assignments.states import AssignmentState
from deploy_admin import clock
from deploy_admin.access import Actor
from deploy_admin.audit import services as audit
from deploy_admin.db import refusals, update_rows
from deploy_admin.errors import Conflict, RuleViolation
from deploy_admin.jobs.importing.secrecy import scrubbed
from deploy_admin.jobs.models import StoredFile


@dataclass(frozen=True, slots=True)
class Basis:
    """On what an act rests: the body that decided and when, and the document with its number, date and scan."""

    deciding_body: str = ""
    meeting_on: date | None = None
    document: str = ""
    document_number: str = ""
    document_date: date | None = None
    scan: StoredFile | None = None

    def paper(self) -> dict[str, Any]:
        """Return the columns of a documented row."""
        return {
            "document": scrubbed(self.document.strip())[:200],
            "document_number": scrubbed(self.document_number.strip())[:100],
            "document_date": self.document_date,
            "scan": self.scan,
        }

    def columns(self) -> dict[str, Any]:
        """Return the columns of a step: the document, and who decided."""
        return self.paper() | {
            "deciding_body": scrubbed(self.deciding_body.strip())[:200],
            "meeting_on": self.meeting_on,
        }

    def told(self) -> dict[str, Any]:
        """Return what the audit record keeps of it; what is empty is left out."""
        told = self.columns() | {"scan": self.scan.pk if self.scan else None}
        return {name: value for name, value in told.items() if value}


NO_BASIS = Basis()


@dataclass(frozen=True, slots=True)
class Step:
    """One assignment's part of an act: what it becomes, on which day, and which other columns change with it."""

    assignment: Assignment
    to: AssignmentState
    on: date
    reason: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)


def take(
    assignment: Assignment, version: int | None, by: Actor, *, yours: Mapping[str, Any] | None = None
) -> Assignment:
    """Lock the row to the end of the transaction and bring `assignment` up to date; refuse a version not read.

    None compares nothing. Every service about an assignment begins here; `move` or `touched` raises the version.
    """
    try:
        assignment.refresh_from_db(from_queryset=_locked(by))
    except Assignment.DoesNotExist as error:
        raise unknown() from error
    if version is not None and version != assignment.version:
        raise _conflict(assignment, version, yours)
    return assignment


def take_all(
    assignment_ids: Collection[int], by: Actor, *, versions: Mapping[int, int] | None = None
) -> list[Assignment]:
    """Lock many rows in one order, so that no two lists wait for each other; refuse where one of them is unseen."""
    wanted = set(assignment_ids)
    found = list(_locked(by).filter(pk__in=wanted).order_by("pk"))
    if len(found) != len(wanted):
        raise unknown()
    for assignment in found:
        version = (versions or {}).get(assignment.pk)
        if version is not None and version != assignment.version:
            raise _conflict(assignment, version, None)
    return found


def hold(
    assignment: Assignment, version: int | None, by: Actor, *, yours: Mapping[str, Any] | None = None
) -> Assignment:
    """Take one that counts: what was taken on from the past and no officer confirmed yet is only corrected."""
    take(assignment, version, by, yours=yours)
    if not assignment.is_confirmed:
        raise _unconfirmed()
    return assignment


def hold_all(
    assignments: Iterable[Assignment | int], by: Actor, versions: Mapping[int, int] | None = None
) -> list[Assignment]:
    """Take a list of them, by row or by id; refuse an empty one."""
    ids = {each if isinstance(each, int) else each.pk for each in assignments}
    if not ids:
        raise RuleViolation(_("Choose at least one person."), "nobody_chosen")
    found = take_all(ids, by, versions=versions)
    if not all(assignment.is_confirmed for assignment in found):
        raise _unconfirmed()
    return found


def check_state(assignments: Iterable[Assignment], states: Collection[AssignmentState], code: str = "") -> None:
    """Refuse where one of them stands elsewhere in its life, naming it."""
    for assignment in assignments:
        if assignment.state not in states:
            state = AssignmentState(assignment.state)
            sentence = _("%(name)s: the assignment is “%(state)s”, so this cannot be done.")
            words = {"name": assignment.worker.name, "state": state.label}
            raise RuleViolation(sentence % words, code or "not_from_here", context={"assignment": assignment.pk})


def touched(assignment_ids: Collection[int]) -> None:
    """Raise the version of assignments whose rows beside them changed; lists, deltas and clocks go by this."""
    Assignment.objects.filter(pk__in=list(assignment_ids)).update(version=F("version") + 1, updated_at=clock.now())


@transaction.atomic
def move(
    assignment: Assignment,
    to: AssignmentState,
    *,
    on: date,
    act: str,
    by: Actor,
    reason: str = "",
    basis: Basis | None = None,
    detail: Mapping[str, Any] | None = None,
    values: Mapping[str, Any] | None = None,
) -> Transition:
    """Move one assignment, as `move_all` does; the same state again records a step that moves none."""
    step = Step(assignment, to, on, reason, detail or {}, values or {})
    return move_all([step], act=act, by=by, basis=basis)[0]


@transaction.atomic
def move_all(
    steps: Sequence[Step],
    *,
    act: str,
    by: Actor,
    basis: Basis | None = None,
    detail: Mapping[str, Any] | None = None,
) -> list[Transition]:
    """Set the states, write one row per step and one audit event for all (`assignments.<act>`).

    A fixed number of statements. The rows were taken before; they are locked again here for whoever forgot, and a
    state that moved meanwhile refuses.
    """
    if not steps:
        return []
    _check(steps)
    now = clock.now()
    with refusals():
        _write(steps, now)
        rows = Transition.objects.bulk_create([_row(step, act, by, basis or NO_BASIS, now) for step in steps])
    for step in steps:
        _bring_up_to_date(step, now)
    record(act, [step.assignment for step in steps], by=by, detail=_told(steps, rows) | dict(detail or {}))
    return rows


def record(act: str, assignments: Sequence[Assignment], *, by: Actor, detail: Mapping[str, Any]) -> None:
    """Record one event of this app: about one assignment, or about a list of them."""
    if len(assignments) == 1:
        one = assignments[0]
        told = {"worker": one.worker_id, "sender": one.sending_unit_id, "receiver": one.receiving_unit_id}
        audit.record(act=f"assignments.{act}", by=by, on=one, label=one.worker.name, detail=told | dict(detail))
        return
    ids = sorted(one.pk for one in assignments)
    audit.record(act=f"assignments.{act}", by=by, detail={"count": len(ids), "assignments": ids} | dict(detail))


def names_of(assignments: Iterable[Assignment]) -> str:
    """Return the people's names, as a sentence lists them."""
    return pgettext("between names", ", ").join(assignment.worker.name for assignment in assignments)


def unknown() -> RuleViolation:
    """Return the refusal for an assignment that the actor does not see."""
    return RuleViolation(_("You see no such assignment."), "assignment_unknown")


def _unconfirmed() -> RuleViolation:
    return RuleViolation(_("This was taken on from the past and is not confirmed yet."), "not_confirmed")


def recorded_by(by: Actor) -> dict[str, Any]:
    """Return the columns that say who wrote a row and when."""
    return {"recorded_by_id": by.user_id, "recorded_by_name": by.name[:150], "recorded_at": clock.now()}


def _locked(by: Actor) -> Any:
    rows = Assignment.objects.visible_to(by).select_related("worker", "campaign")
    return rows.select_for_update(of=("self",), no_key=True)


def _check(steps: Sequence[Step]) -> None:
    """Refuse steps that the table of states does not know, and rows that moved since they were read."""
    ids = [step.assignment.pk for step in steps]
    rows = Assignment.objects.filter(pk__in=ids).order_by("pk").select_for_update(of=("self",), no_key=True)
    held = dict(rows.values_list("pk", "state"))
    for step in steps:
        now = AssignmentState(step.assignment.state)
        if held.get(step.assignment.pk) != now:
            raise _conflict(step.assignment, step.assignment.version, None)
        if step.to is not now and step.to not in now.may_become():
            sentence = _("What is “%(now)s” does not become “%(then)s”.")
            raise RuleViolation(sentence % {"now": now.label, "then": step.to.label}, "not_from_here")


def _write(steps: Sequence[Step], now: Any) -> None:
    """Write the states and the other columns in one statement; whoever changes no such column keeps its own."""
    attnames = {column.name: column.attname for column in Assignment._meta.concrete_fields}
    names = sorted({name for step in steps for name in step.values})
    columns = ["state", "version", "updated_at", *(attnames.get(name, name) for name in names)]
    update_rows(
        Assignment,
        columns,
        [
            (
                step.assignment.pk,
                step.to.value,
                step.assignment.version + 1,
                now,
                *(_plain(step.values.get(name, getattr(step.assignment, name))) for name in names),
            )
            for step in steps
        ],
    )


def _plain(value: Any) -> Any:
    return getattr(value, "pk", value)


def _bring_up_to_date(step: Step, now: Any) -> None:
    assignment = step.assignment
    assignment.state, assignment.version, assignment.updated_at = step.to.value, assignment.version + 1, now
    for name, value in step.values.items():
        setattr(assignment, name, value)


def _row(step: Step, act: str, by: Actor, basis: Basis, now: Any) -> Transition:
    return Transition(
        assignment=step.assignment,
        act=act,
        from_state=step.assignment.state,
        to_state=step.to,
        on=step.on,
        reason=scrubbed(step.reason.strip())[:500],
        detail=dict(step.detail),
        **basis.columns(),
        **(recorded_by(by) | {"recorded_at": now}),
    )


def _told(steps: Sequence[Step], rows: Iterable[Transition]) -> dict[str, Any]:
    """Return what the record keeps of a move: of one its step, of many what they have in common."""
    first, row = steps[0], next(iter(rows))
    days = {step.on for step in steps}
    told: dict[str, Any] = {"from": row.from_state, "to": row.to_state, "on": first.on if len(days) == 1 else None}
    told |= {"reason": row.reason, "basis": row.document_number or row.document, "body": row.deciding_body}
    if len(steps) == 1:
        told |= {"changed": {name: _plain(value) for name, value in first.values.items()}, **first.detail}
    return {name: value for name, value in told.items() if value not in (None, "", {})}


def _conflict(assignment: Assignment, version: int, yours: Mapping[str, Any] | None) -> Conflict:
    mine = dict(yours or {})
    now = Assignment.objects.get(pk=assignment.pk)
    theirs = {name: getattr(now, name) for name in mine if hasattr(now, name)}
    return Conflict(
        _("Somebody else has changed this assignment since you opened it."),
        "stale_version",
        context={
            "assignment": assignment.pk,
            "version": version,
            "yours": mine,
            "theirs": theirs | {"version": now.version, "state": now.state, "ends_on": now.ends_on.isoformat()},
        },
    )
