"""Days missed without leave: reported by the receiving unit, heard, then confirmed or excused by its head."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from assignments import leave_words
from assignments.models import Absence, Assignment, Leave
from assignments.rules.absences import AbsenceStanding, hearing_ends
from assignments.services import (
    ending,
    following,
    leave_checks,
    leave_inbox,
    leave_rows,
    leaves,
    months_following,
    moving,
    proposals,
    standing_of,
)
from assignments.services.ground import Ground, Row
from assignments.services.moving import NO_BASIS, Basis
from assignments.states import AbsenceState, LeaveState
from deploy_admin import clock
from deploy_admin.access import Actor, Permission, Reach
from deploy_admin.audit import services as audit
from deploy_admin.db import refusals
from deploy_admin.errors import Conflict, RuleViolation
from deploy_admin.jobs.importing.secrecy import scrubbed
from deploy_admin.policies.layering import ABSENCE
from deploy_admin.registry.calendar import work_calendar

#: Where no clause says how long somebody has to answer.
HEARD_WITHIN = 5
#: Any kind but sick leave comes with it only by the unit's decision; an absence is one duty day at least.
_KIND = "personal"


@dataclass(frozen=True, slots=True, kw_only=True)
class PastAbsence:
    """One confirmed absence of an assignment that is taken on from the past."""

    assignment_id: int
    first_day: date
    last_day: date
    stated_duty_days: int | None = None
    remark: str = ""
    basis: Basis = NO_BASIS


@transaction.atomic
def report_absence(
    *,
    assignment: Assignment,
    first_day: date,
    last_day: date,
    stated_duty_days: int | None = None,
    remark: str = "",
    basis: Basis = NO_BASIS,
    version: int | None = None,
    by: Actor,
) -> Absence:
    """Report days on which the person was missing: they are told now and have working days to answer."""
    held = moving.hold(assignment, version, by)
    on_behalf = standing_of.may_act_for_receiver(held, by, Permission.POST_MANAGE)
    leave_checks.check_at_post(held, first_day, last_day)
    if last_day > clock.today():
        sentence = _("Nobody is absent on days to come.")
        raise RuleViolation(sentence, "in_the_future", fields={"last_day": sentence})
    stated = leave_checks.possible(held, _KIND, first_day, last_day, stated_duty_days)
    _refuse_leave(held, first_day, last_day)
    today = clock.today()
    with refusals():
        absence = Absence.objects.create(
            assignment=held,
            first_day=first_day,
            last_day=last_day,
            stated_duty_days=stated,
            remark=scrubbed(remark.strip())[:500],
            told_on=today,
            answer_by=_answer_by(held, first_day, today),
            **basis.paper(),
            **moving.recorded_by(by),
        )
    _follow(absence, by)
    _record("absence_reported", absence, by, {"on_behalf": on_behalf, "answer_by": absence.answer_by})
    leave_inbox.reported(absence)
    return absence


@transaction.atomic
def answer_absence(*, absence: Absence, answer: str, version: int | None = None, by: Actor) -> Absence:
    """Bring reasons against a reported absence: the person, or the unit that takes down what they said."""
    held = _taken(absence, version, by)
    if by.reach is Reach.SELF:
        if not by.can(Permission.OWN_SERVICE) or by.worker_id != held.assignment.worker_id:
            raise standing_of.not_permitted()
    else:
        standing_of.may_act_for_receiver(held.assignment, by, Permission.POST_MANAGE)
    if held.state not in (AbsenceState.TO_BE_CHECKED, AbsenceState.ANSWERED):
        raise _wrong_state(held)
    text = scrubbed(answer.strip())[:1000]
    if not text:
        sentence = _("Write the answer.")
        raise RuleViolation(sentence, "text_missing", fields={"answer": sentence})
    _write(held, {"state": AbsenceState.ANSWERED, "answer": text, "answered_at": clock.now()})
    moving.touched([held.assignment_id])
    _record("absence_answered", held, by, {"on_behalf": by.reach is not Reach.SELF})
    leave_inbox.settle([f"assignments.absence:{held.pk}:answer"])
    leave_inbox.to_decide([held])
    following.follow([held.assignment_id])
    return held


@transaction.atomic
def confirm_absence(*, absence: Absence, remark: str = "", version: int | None = None, by: Actor) -> Absence:
    """Confirm that it was without leave: after the person answered or could have, by another than who reported it."""
    held = _taken(absence, version, by)
    standing_of.may_act_for_receiver(held.assignment, by, Permission.POST_DECIDE)
    if held.state not in (AbsenceState.TO_BE_CHECKED, AbsenceState.ANSWERED):
        raise _wrong_state(held)
    if held.state == AbsenceState.TO_BE_CHECKED and clock.today() <= held.answer_by:
        sentence = _("The person may still answer until %(day)s: nothing counts before it was heard.")
        raise RuleViolation(sentence % {"day": held.answer_by.isoformat()}, "still_to_be_heard")
    if held.recorded_by_id is not None and held.recorded_by_id == by.user_id:
        raise RuleViolation(_("Somebody else than who reported it confirms an absence."), "second_person")
    _refuse_leave(held.assignment, held.first_day, held.last_day)
    _write(held, {"state": AbsenceState.CONFIRMED, **_decision(remark, by)})
    _follow(held, by)
    _record("absence_confirmed", held, by, {"duty_days": held.duty_days})
    leave_inbox.absence_settled(held, "assignments.absence_confirmed")
    proposals.reconsider([held.assignment_id], by=by)
    return held


@transaction.atomic
def excuse_absence(
    *, absence: Absence, reason: str = "", leave_kind: str = "", version: int | None = None, by: Actor
) -> Absence:
    """Excuse an absence: with leave of a kind, which is approved for these days, or for reasons."""
    held = _taken(absence, version, by)
    standing_of.may_act_for_receiver(held.assignment, by, Permission.POST_DECIDE)
    if AbsenceState.EXCUSED not in AbsenceState(held.state).may_become():
        raise _wrong_state(held)
    if leave_kind:
        _approve_leave(held, leave_kind, reason, by)
        held = Absence.objects.select_related("assignment__worker", "assignment__campaign").get(pk=held.pk)
    else:
        _write(held, {"state": AbsenceState.EXCUSED, **_decision(leave_rows.said(reason), by)})
        _follow(held, by)
        leave_inbox.absence_settled(held, "assignments.absence_excused")
        proposals.reconsider([held.assignment_id], by=by)
    _record("absence_excused", held, by, {"leave": leave_words.kind_told(leave_kind) if leave_kind else ""})
    return held


@transaction.atomic
def withdraw_absence(*, absence: Absence, reason: str, version: int | None = None, by: Actor) -> Absence:
    """Take back what was reported wrongly; what is confirmed the unit's head takes back."""
    held = _taken(absence, version, by)
    confirmed = held.state == AbsenceState.CONFIRMED
    permission = Permission.POST_DECIDE if confirmed else Permission.POST_MANAGE
    standing_of.may_act_for_receiver(held.assignment, by, permission)
    if AbsenceState.WITHDRAWN not in AbsenceState(held.state).may_become():
        raise _wrong_state(held)
    text = leave_rows.said(reason)
    _write(held, {"state": AbsenceState.WITHDRAWN, **_decision(text, by)})
    _follow(held, by)
    _record("absence_withdrawn", held, by, {"reason": text, "confirmed": confirmed})
    leave_inbox.absence_settled(held, "assignments.absence_withdrawn")
    proposals.reconsider([held.assignment_id], by=by)
    return held


@transaction.atomic
def record_past_absences(rows: Sequence[PastAbsence], *, by: Actor) -> list[Absence]:
    """Take on confirmed absences of the past for assignments taken on from the past. Set-based."""
    ids = {row.assignment_id for row in rows}
    held = {each.pk: each for each in moving.take_all(ids, by)}
    standing_of.may_take_leave_on(held.values(), by)
    new = []
    calendar = work_calendar()
    for row in rows:
        own = held[row.assignment_id]
        if not own.is_imported:
            sentence = _("Only what is taken on from the past takes absences on with it.")
            raise RuleViolation(sentence, "not_imported")
        leave_checks.within(own, row.first_day, row.last_day)
        stated = leave_checks.possible(
            own, _KIND, row.first_day, row.last_day, row.stated_duty_days, shift_says=False, calendar=calendar
        )
        said = {"state": AbsenceState.CONFIRMED, "imported": True, "stated_duty_days": stated}
        said |= {"told_on": row.last_day, "answer_by": row.last_day, "remark": scrubbed(row.remark.strip())[:500]}
        # Decided by the unit long ago: by whom is not in the system, so nobody confirms what they entered.
        said |= {"decided_at": clock.now(), "decided_by_name": by.name[:150]}
        days = {"assignment": own, "first_day": row.first_day, "last_day": row.last_day}
        new.append(Absence(**days, **said, **row.basis.paper(), **moving.recorded_by(by)))
    with refusals():
        found = Absence.objects.bulk_create(new)
    ending.recompute(ids, by=by)
    detail = {"count": len(found), "assignments": sorted(ids)}
    audit.record(act="assignments.past_absences_recorded", by=by, detail=detail)
    proposals.reconsider(ids, by=by)
    following.follow(ids)
    return found


def standing(assignment: Assignment) -> AbsenceStanding:
    """Return where the assignment stands with absence: both counts, warnings, alerts, the proposal, and why."""
    return proposals.standing(assignment)


# ------------------------------------------------------------ steps


def _answer_by(assignment: Assignment, first_day: date, today: date) -> date:
    """Return until when the person may answer: the working days of the clause, of several the most."""
    row = Row(*(getattr(assignment, name) for name in Row._fields))
    ground = Ground([row])
    given = hearing_ends(ground.rules(ABSENCE, row, first_day))
    return ground.calendar.after(today, HEARD_WITHIN if given is None else given)


def _refuse_leave(assignment: Assignment, first_day: date, last_day: date) -> None:
    """Refuse days on which leave was approved: nobody is absent without leave on them."""
    leave = (
        Leave.objects.approved()
        .filter(assignment=assignment, first_day__lte=last_day, last_day__gte=first_day)
        .order_by("first_day")
        .first()
    )
    if leave is not None:
        sentence = _("Leave was approved from %(first)s to %(last)s: report the other days.") % {
            "first": leave.first_day.isoformat(),
            "last": leave.last_day.isoformat(),
        }
        raise RuleViolation(sentence, "on_leave", fields={"first_day": sentence})


def _approve_leave(absence: Absence, kind: str, reason: str, by: Actor) -> None:
    """Write the leave and approve it: what it covers is excused by the approval itself."""
    own = absence.assignment
    leave_checks.check_days(own, kind, absence.first_day, absence.last_day, absence.stated_duty_days)
    waiting = Leave.objects.asked().filter(
        assignment=own, kind=kind, first_day=absence.first_day, last_day=absence.last_day
    )
    leave = waiting.first()
    if leave is None:
        with refusals():
            leave = Leave.objects.create(
                assignment=own,
                kind=kind,
                first_day=absence.first_day,
                last_day=absence.last_day,
                stated_duty_days=absence.stated_duty_days,
                remark=_("asked for after an absence was reported"),
                on_behalf=True,
                state=LeaveState.ASKED,
                **moving.recorded_by(by),
            )
    leaves.approve_leave(leave_ids=[leave.pk], remark=reason, by=by)


def _taken(absence: Absence, version: int | None, by: Actor) -> Absence:
    """Lock the assignment of a seen absence and read the absence as it is then."""
    if not Absence.objects.visible_to(by).filter(pk=absence.pk).exists():
        raise RuleViolation(_("You see no such absence."), "absence_unknown")
    assignment = moving.take(absence.assignment, None, by)
    held = Absence.objects.get(pk=absence.pk)
    held.assignment = assignment
    if version is not None and version != held.version:
        raise Conflict(
            _("Somebody else has changed this absence since you opened it."),
            "stale_version",
            context={
                "yours": {"version": version},
                "theirs": {"version": held.version, str(_("State")): str(held.get_state_display())},
            },
        )
    return held


def _wrong_state(absence: Absence) -> RuleViolation:
    sentence = _("This absence is “%(state)s” by now.") % {"state": absence.get_state_display()}
    return RuleViolation(sentence, "absence_decided")


def _write(absence: Absence, values: Mapping[str, Any]) -> None:
    with refusals():
        Absence.objects.filter(pk=absence.pk).update(**values, version=F("version") + 1, updated_at=clock.now())
    absence.version += 1
    for name, value in values.items():
        setattr(absence, name, value)


def _decision(remark: str, by: Actor) -> dict[str, Any]:
    return leave_rows.decision(remark, by) | {"decision_remark": scrubbed(remark.strip())[:500]}


def _follow(absence: Absence, by: Actor) -> None:
    if absence.assignment_id not in ending.recompute([absence.assignment_id], by=by):
        moving.touched([absence.assignment_id])
    months_following.decided([(absence.assignment_id, absence.first_day, absence.last_day)], by=by)
    absence.refresh_from_db(fields=["duty_days", "updated_at"])
    following.follow([absence.assignment_id])


def _record(act: str, absence: Absence, by: Actor, detail: Mapping[str, Any]) -> None:
    told = {
        "assignment": absence.assignment_id,
        "worker": absence.assignment.worker_id,
        "first_day": absence.first_day,
        "last_day": absence.last_day,
    }
    said = {name: value for name, value in detail.items() if value not in (None, "", False)}
    audit.record(act=f"assignments.{act}", by=by, on=absence, label=absence.assignment.worker.name, detail=told | said)
