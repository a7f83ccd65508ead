"""Changing a plan before anybody has gone, and taking plans back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from assignments.kinds import RosterPattern, SegmentReason
from assignments.models import Assignment, PracticeSuspension, Segment, Slot
from assignments.services import campaign_inbox, ending, following, moving
from assignments.services.clashes import naming_the_other_place
from assignments.services.placements import Frame, Placement, Refused, Term
from assignments.services.placing_checks import findings
from assignments.services.standing_of import may_decide
from assignments.states import COMING, RUNNING, AssignmentState
from deploy_admin import clock
from deploy_admin.access import Actor, Permission
from deploy_admin.errors import RuleViolation
from deploy_admin.jobs.importing.secrecy import scrubbed

#: What of a plan may be changed while it is one.
FACTS = (
    "receiving_unit_id", "starts_on", "term_months", "term_days", "department", "supervisor", "roster_pattern",
    "speciality", "full_time",
)  # fmt: skip
LENGTH = frozenset({"starts_on", "term_months", "term_days"})
#: What the findings are about.
CHECKED = LENGTH | {"receiving_unit_id", "full_time"}
#: What follows from the assignment that a renewal renews.
OF_A_RENEWAL = ("receiving_unit_id", "starts_on")


@transaction.atomic
def change_plan(
    *,
    assignment: Assignment,
    facts: Mapping[str, Any],
    version: int | None,
    accept: Collection[str] = frozenset(),
    by: Actor,
) -> Assignment:
    """Change a plan while nobody has gone; it is checked as when it was made, and its last day follows."""
    if wrong := set(facts) - set(FACTS):
        raise TypeError(f"not a fact of a plan: {sorted(wrong)}")
    moving.take(assignment, version, by, yours=facts)
    may_decide(assignment, by, Permission.ASSIGNMENTS_PLAN)
    _check_coming([assignment])
    values = {
        name: scrubbed(value.strip())[:100] if isinstance(value, str) else value for name, value in facts.items()
    }
    new = {name: value for name, value in values.items() if getattr(assignment, name) != value}
    if not new:
        raise RuleViolation(_("Nothing differs from what is recorded."), "nothing_to_change")
    _check_possible(assignment, new)
    frame, row = Frame.of_plan(assignment), _placement(assignment, new)
    # A department or a supervisor is nobody's business but the receiver's.
    found = findings([row], frame, by) if CHECKED & set(new) else [[]]
    if any(each.refuses or each.code not in accept for each in found[0]):
        raise Refused(found, accept)
    old = {name: getattr(assignment, name) for name in new}
    term = Term.of(row, frame)
    days = {"term_ends_on": term.last, "ends_on": term.last} if LENGTH & set(new) else {}
    detail: dict[str, Any] = {"from": _told(old), "to": _told(new)}
    if found[0]:
        detail["accepted"] = {each.code: each.message for each in found[0]}
    with naming_the_other_place({assignment.pk: (assignment.worker_id, term.first, term.last)}, by):
        moving.move(
            assignment,
            AssignmentState(assignment.state),
            on=clock.today(),
            act="plan_changed",
            by=by,
            detail=detail,
            values=new | days,
        )
    assignment.receiving_unit_id = row.receiving_unit_id
    _beside(assignment, old)
    ending.recompute([assignment.pk], by=by)
    assignment.refresh_from_db()
    if assignment.campaign_id is not None:
        campaign_inbox.bring_up_to_date([assignment.campaign_id])
    following.follow([assignment.pk])
    return assignment


@transaction.atomic
def withdraw_plans(
    *, assignments: Sequence[Assignment | int], reason: str, versions: Mapping[int, int] | None = None, by: Actor
) -> list[Assignment]:
    """Take plans back with a reason, all or none; what the sending unit stated about them lapses with them."""
    text = scrubbed(reason.strip())
    if not text:
        sentence = _("Write the reason.")
        raise RuleViolation(sentence, "reason_missing", fields={"reason": sentence})
    ids = [each if isinstance(each, int) else each.pk for each in assignments]
    rows = moving.take_all(ids, by, versions=versions)
    may_decide(rows, by, Permission.ASSIGNMENTS_PLAN)
    _check_coming(rows)
    today = clock.today()
    steps = [moving.Step(each, AssignmentState.WITHDRAWN, today, text, values={"renews": None}) for each in rows]
    moving.move_all(steps, act="plan_withdrawn", by=by)
    PracticeSuspension.objects.filter(assignment__in=ids, withdrawn_at__isnull=True).update(
        withdrawn_at=clock.now(), withdrawn_by_name=by.name[:150]
    )
    _due_again(rows, today)
    campaign_inbox.bring_up_to_date({each.campaign_id for each in rows if each.campaign_id is not None})
    following.follow(ids)
    return rows


def _check_coming(rows: Sequence[Assignment]) -> None:
    begun = [each for each in rows if each.state not in COMING]
    if begun:
        sentence = _("%(name)s is past planning (%(state)s): move, extend or end the assignment instead.")
        said = {"name": begun[0].worker.name, "state": AssignmentState(begun[0].state).label}
        raise RuleViolation(sentence % said, "past_planning")


def _check_possible(assignment: Assignment, new: Mapping[str, Any]) -> None:
    if assignment.renews_id is not None and set(OF_A_RENEWAL) & set(new):
        sentence = _("A renewal goes on where and when the assignment before it ends.")
        raise RuleViolation(sentence, "renewal_follows", fields=dict.fromkeys(set(OF_A_RENEWAL) & set(new), sentence))
    if new.get("roster_pattern", RosterPattern.FIVE_DAY) not in RosterPattern.values:
        raise RuleViolation(_("This roster pattern is not in the code list."), "pattern_unknown")


def _placement(assignment: Assignment, new: Mapping[str, Any]) -> Placement:
    facts = {name: new.get(name, getattr(assignment, name)) for name in FACTS}
    return Placement(worker_id=assignment.worker_id, instead_of=assignment.pk, slot_id=assignment.slot_id, **facts)


def _beside(assignment: Assignment, old: Mapping[str, Any]) -> None:
    """Have pieces, slot and the sender's statement follow what changed."""
    if {"receiving_unit_id", "starts_on", "full_time"} & set(old):  # nobody has gone: the plan is one piece again
        Segment.objects.filter(assignment=assignment).delete()
        Segment.objects.create(
            assignment=assignment,
            receiving_unit_id=assignment.receiving_unit_id,
            valid_from=assignment.starts_on,
            full_time=assignment.full_time,
            reason=SegmentReason.START,
        )
    Slot.objects.filter(pk=assignment.slot_id).update(
        receiving_unit=assignment.receiving_unit_id, speciality=assignment.speciality
    )
    if "starts_on" in old:  # a statement for the first day goes on speaking of the first day
        stated = PracticeSuspension.objects.filter(assignment=assignment, withdrawn_at__isnull=True)
        ends = Q(valid_to__isnull=True) | Q(valid_to__gte=assignment.starts_on)
        stated.filter(ends, valid_from=old["starts_on"]).update(valid_from=assignment.starts_on)


def _due_again(rows: Sequence[Assignment], today: date) -> None:
    """A slot whose replacement was taken back waits for another one."""
    in_slot = Assignment.objects.filter(slot=OuterRef("pk"))
    left = Exists(in_slot.filter(state=AssignmentState.ENDED_EARLY))
    vacant = ~Exists(in_slot.filter(state__in=COMING | RUNNING))
    slots = Slot.objects.filter(left, vacant, pk__in={each.slot_id for each in rows}, replacement_due_on__isnull=True)
    slots.update(replacement_due_on=today)


def _told(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}
