"""Leave: asked for by the person or for them, decided by the receiving unit, filed with the scheme's office."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from assignments.models import Assignment, Leave
from assignments.rules.terms import Ending
from assignments.services import (
    ending,
    excusing,
    following,
    leave_checks,
    leave_inbox,
    leave_rows,
    months_following,
    moving,
    reaching,
    standing_of,
)
from assignments.services.moving import NO_BASIS, Basis
from assignments.states import RUNNING, LeaveState
from deploy_admin import clock
from deploy_admin.access import Actor, Permission
from deploy_admin.db import refusals
from deploy_admin.errors import RuleViolation
from deploy_admin.jobs.importing.secrecy import scrubbed
from deploy_admin.registry.calendar import work_calendar

#: Within so many working days a leave that was asked for should be decided.
DECIDED_WITHIN = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class PastLeave:
    """One leave of an assignment that is taken on from the past, decided long ago."""

    assignment_id: int
    kind: str
    first_day: date
    last_day: date
    stated_duty_days: int | None = None
    filed_on: date | None = None
    filing_number: str = ""
    remark: str = ""
    basis: Basis = NO_BASIS


@transaction.atomic
def ask_leave(
    *,
    assignment: Assignment,
    kind: str,
    first_day: date,
    last_day: date,
    stated_duty_days: int | None = None,
    remark: str = "",
    basis: Basis = NO_BASIS,
    version: int | None = None,
    by: Actor,
) -> Leave:
    """Ask for leave on days of the assignment: the person, or the receiving unit for them, marked as such."""
    held = moving.hold(assignment, version, by)
    on_behalf = leave_checks.allow_asking(held, by)
    duty_days = leave_checks.check_days(held, kind, first_day, last_day, stated_duty_days)
    with refusals():
        leave = Leave.objects.create(
            assignment=held,
            kind=kind,
            first_day=first_day,
            last_day=last_day,
            stated_duty_days=duty_days,
            remark=scrubbed(remark.strip())[:300],
            on_behalf=on_behalf,
            **basis.paper(),
            **moving.recorded_by(by),
        )
    moving.touched([held.pk])
    held.refresh_from_db(fields=["version", "updated_at"])
    leave_rows.record("leave_asked", [leave], by, {"on_behalf": on_behalf})
    leave_inbox.asked(leave, work_calendar().after(clock.today(), DECIDED_WITHIN))
    following.follow([held.pk])
    return leave


@transaction.atomic
def approve_leave(
    *, leave_ids: Collection[int], remark: str = "", versions: Mapping[int, int] | None = None, by: Actor
) -> list[Leave]:
    """Approve one or many: what an approved leave covers wholly is no unapproved absence any more, and terms follow.

    All or nothing, a fixed number of statements for the decision itself. Past days may be approved too.
    """
    leaves = leave_rows.taken(leave_ids, by, Permission.POST_DECIDE, versions)
    leave_rows.refuse_unless(leaves, LeaveState.ASKED)
    for leave in leaves:
        leave_checks.check_at_post(leave.assignment, leave.first_day, leave.last_day)
    values = {"state": LeaveState.APPROVED, **leave_rows.decision(remark, by)}
    leave_rows.write(leaves, values)
    excused = excusing.by_leave(leaves, by)
    changed = _follow(leaves, by)
    leave_rows.record("leave_approved", leaves, by, {"excused": excused, "last_days": _last_days(leaves, changed)})
    leave_inbox.decided(leaves, "assignments.leave_approved")
    _bring_filings(leaves)
    return leaves


@transaction.atomic
def decline_leave(*, leave: Leave, reason: str, version: int | None = None, by: Actor) -> Leave:
    """Decline a leave, with the reason."""
    held = leave_rows.one(leave, version, by, Permission.POST_DECIDE)
    leave_rows.refuse_unless([held], LeaveState.ASKED)
    leave_rows.write([held], {"state": LeaveState.DECLINED, **leave_rows.decision(leave_rows.said(reason), by)})
    moving.touched([held.assignment_id])
    leave_rows.record("leave_declined", [held], by, {})
    leave_inbox.decided([held], "assignments.leave_declined")
    following.follow([held.assignment_id])
    return held


@transaction.atomic
def withdraw_leave(*, leave: Leave, reason: str = "", version: int | None = None, by: Actor) -> Leave:
    """Take a leave back: who asked for it, as long as it is not decided; what is approved takes a reason.

    The person may take back an approved leave that has not begun; from then on the receiving unit decides.
    """
    held = leave_rows.one(leave, version, by, None)
    approved = held.state == LeaveState.APPROVED
    leave_checks.allow_withdrawing(held, by)
    if approved:
        moving.check_state([held.assignment], RUNNING)
    if held.state not in (LeaveState.ASKED, LeaveState.APPROVED):
        raise leave_rows.wrong_state(held)
    text = leave_rows.said(reason) if approved else scrubbed(reason.strip())
    values: dict[str, Any] = {"state": LeaveState.WITHDRAWN}
    if approved or text:
        values |= leave_rows.decision(text, by)
    leave_rows.write([held], values)
    changed = _follow([held], by)
    detail = {"was": LeaveState.APPROVED if approved else LeaveState.ASKED, "reason": text}
    leave_rows.record("leave_withdrawn", [held], by, detail | {"last_days": _last_days([held], changed)})
    leave_inbox.settle([f"assignments.leave:{held.pk}"])
    _bring_filings([held])
    if approved and by.worker_id != held.assignment.worker_id:
        leave_inbox.decided([held], "assignments.leave_withdrawn")
    return held


@transaction.atomic
def file_leave(
    *, leave_ids: Collection[int], number: str, on: date, versions: Mapping[int, int] | None = None, by: Actor
) -> list[Leave]:
    """Take down that leave was filed with the scheme's office: one filing number for a whole list."""
    text = scrubbed(number.strip())[:60]
    if not text:
        sentence = _("Say under which number it is filed.")
        raise RuleViolation(sentence, "number_missing", fields={"number": sentence})
    if on > clock.today():
        sentence = _("A filing is taken down when it was made, not before.")
        raise RuleViolation(sentence, "in_the_future", fields={"on": sentence})
    leaves = leave_rows.locked(leave_ids, by, versions)
    standing_of.may_act_as_authority([leave.assignment for leave in leaves], by, Permission.LEAVE_FILE)
    leave_rows.refuse_unless(leaves, LeaveState.APPROVED)
    for leave in leaves:
        if not leave.filing_required:
            raise RuleViolation(
                _("The leave of %(name)s from %(day)s on needs no filing.") % leave_rows.named(leave),
                "filing_not_needed",
            )
        if leave.filed_on is not None:
            raise RuleViolation(
                _("The leave of %(name)s from %(day)s on is filed already.") % leave_rows.named(leave), "filed_already"
            )
    leave_rows.write(leaves, {"filed_on": on, "filing_number": text, "filed_by_name": by.name[:150]})
    moving.touched({leave.assignment_id for leave in leaves})
    leave_rows.record("leave_filed", leaves, by, {"number": text, "on": on})
    _bring_filings(leaves)
    following.follow({leave.assignment_id for leave in leaves})
    return leaves


@transaction.atomic
def record_past_leave(rows: Sequence[PastLeave], *, by: Actor) -> list[Leave]:
    """Take on leave of the past, approved as it was then, for assignments taken on from the past. Set-based."""
    ids = {row.assignment_id for row in rows}
    held = {each.pk: each for each in moving.take_all(ids, by)}
    standing_of.may_take_leave_on(held.values(), by)
    now = clock.now()
    said = {"state": LeaveState.APPROVED, "imported": True, "decided_at": now, "decided_by_name": by.name[:150]}
    new: list[Leave] = []
    calendar = work_calendar()  # asked once: it looks whether it is still the same
    for row in rows:
        own = held[row.assignment_id]
        if not own.is_imported:
            raise RuleViolation(_("Only what is taken on from the past takes leave on with it."), "not_imported")
        duty_days = leave_checks.possible(
            own, row.kind, row.first_day, row.last_day, row.stated_duty_days, shift_says=False, calendar=calendar
        )
        filed = {"filed_on": row.filed_on, "filing_number": scrubbed(row.filing_number.strip())[:60]}
        new.append(
            Leave(
                assignment=own,
                kind=row.kind,
                first_day=row.first_day,
                last_day=row.last_day,
                stated_duty_days=duty_days,
                remark=scrubbed(row.remark.strip())[:300],
                **(filed | {"filed_by_name": by.name[:150]} if row.filed_on else {}),
                **row.basis.paper(),
                **(said | moving.recorded_by(by)),
            )
        )
    with refusals():
        found = Leave.objects.bulk_create(new)
    ending.recompute(ids, by=by)
    _read_again(held, Assignment.objects.all(), "ends_on")
    for leave in found:
        leave_checks.within(held[leave.assignment_id], leave.first_day, leave.last_day)
    leave_rows.record("past_leave_recorded", found, by, {})
    following.follow(ids)
    return found


def preview(
    assignment: Assignment, kind: str, first_day: date, last_day: date, stated_duty_days: int | None = None
) -> Ending:
    """Return what the end would be with this leave approved besides what is; refuses days that cannot be asked for."""
    duty_days = leave_checks.check_days(assignment, kind, first_day, last_day, stated_duty_days)
    return ending.preview(assignment, with_leave=[(kind, first_day, last_day, duty_days)])


# ------------------------------------------------------------ what follows


def _follow(leaves: Sequence[Leave], by: Actor) -> set[int]:
    """Recompute the ends, take up again whoever has days before them, and have the rest follow; return what moved."""
    held = {leave.assignment_id: leave.assignment for leave in leaves}
    changed = ending.recompute(held.keys(), by=by)
    moving.touched(held.keys() - changed)
    months_following.decided([(each.assignment_id, each.first_day, each.last_day) for each in leaves], by=by)
    # Whose term has become longer than today is on post again.
    reaching.follow_terms(held.keys(), on=clock.today(), by=by)
    following.follow(held.keys())
    _read_again(
        held, Assignment.objects.all(), "version", "updated_at", "state", "term_ends_on", "extended_days", "ends_on"
    )
    rows = {leave.pk: leave for leave in leaves}
    _read_again(rows, Leave.objects.all(), "counted_days", "episode_from", "filing_required", "updated_at")
    return changed


def _read_again(held: Mapping[int, Any], rows: Any, *columns: str) -> None:
    """Bring what was computed into the rows at hand, in one query."""
    for pk, *values in rows.filter(pk__in=list(held)).values_list("pk", *columns):
        for name, value in zip(columns, values, strict=True):
            setattr(held[pk], name, value)


def _bring_filings(leaves: Sequence[Leave]) -> None:
    """Tell the offices of everything of these assignments that is to be filed: episodes merge beyond one leave."""
    rows = Leave.objects.filter(assignment__in={leave.assignment_id for leave in leaves})
    leave_inbox.filing_due(rows.select_related("assignment__worker", "assignment__campaign"))


def _last_days(leaves: Iterable[Leave], changed: Collection[int]) -> dict[str, str]:
    owners = {leave.assignment_id: leave.assignment for leave in leaves}
    return {str(pk): own.ends_on.isoformat() for pk, own in owners.items() if pk in changed}
