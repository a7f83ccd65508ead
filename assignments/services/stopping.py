"""Before the term is over: an early end and a recall, both to be taken back; and not to count an assignment."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from assignments.kinds import EndReason, ProposalKind
from assignments.models import Assignment, Leave, Proposal, Slot
from assignments.replacing import replacement_due
from assignments.services import ending, following, leave_inbox, moving, reaching, telling
from assignments.services.moving import NO_BASIS, Basis
from assignments.services.standing_of import may_decide
from assignments.states import RUNNING, SERVED, AssignmentState, LeaveState, ProposalState
from deploy_admin import clock
from deploy_admin.access import Actor
from deploy_admin.errors import RuleViolation
from deploy_admin.people.models import HealthWorker
from deploy_admin.people.services import Paper, record_event
from deploy_admin.people.services.rows import check_not_future, clean, reason_given

_S = AssignmentState


@transaction.atomic
def end_early(
    *,
    assignment: Assignment,
    last_day: date,
    reason: EndReason,
    remark: str,
    version: int | None,
    by: Actor,
    basis: Basis = NO_BASIS,
    replace: bool | None = None,
) -> Assignment:
    """End an assignment before its term; it counts towards the quota only if the minimum term was served.

    Leave after the last day is withdrawn. A replacement is due as the quota's clause says, unless `replace` does.
    """
    return _end(assignment, last_day, reason, remark, version, by, basis, replace, act="ended_early")


@transaction.atomic
def recall(
    *,
    assignment: Assignment,
    last_day: date,
    remark: str,
    version: int | None,
    by: Actor,
    basis: Basis,
    replace: bool | None = None,
) -> Assignment:
    """Call somebody away for another task of the organisation; who decided is named, the sender owes nobody for it."""
    if not basis.deciding_body.strip():
        sentence = _("Name the body that decided.")
        raise RuleViolation(sentence, "basis_missing", fields={"deciding_body": sentence})
    return _end(assignment, last_day, EndReason.CALLED_AWAY, remark, version, by, basis, replace, act="recalled")


@transaction.atomic
def undo_early_end(*, assignment: Assignment, reason: str, version: int | None, by: Actor) -> Assignment:
    """Take back an early end that was entered by mistake; leave that it withdrew has to be asked for again."""
    text = reason_given(reason)
    moving.hold(assignment, version, by)
    may_decide(assignment, by)
    moving.check_state([assignment], {_S.ENDED_EARLY})
    later = Assignment.objects.living().filter(slot=assignment.slot_id, starts_on__gt=assignment.ends_on)
    if later.exists():
        raise RuleViolation(_("Somebody else fills the slot by now."), "replaced_meanwhile")
    values: dict[str, Any] = {"ended_on": None, "end_reason": ""}
    moving.move(assignment, _S.ON_POST, on=clock.today(), act="early_end_undone", by=by, reason=text, values=values)
    ending.recompute([assignment.pk], by=by)
    reaching.follow_terms([assignment.pk], on=clock.today())
    Slot.objects.filter(pk=assignment.slot_id).update(replacement_due_on=None)
    assignment.refresh_from_db()
    telling.refresh([assignment])
    following.follow([assignment.pk])
    return assignment


@transaction.atomic
def void(
    *,
    assignment: Assignment,
    on: date,
    reason: str,
    basis: Basis,
    version: int | None,
    by: Actor,
    last_day: date | None = None,
) -> Assignment:
    """Decide that an assignment is not counted, extension included; earlier assignments of the person stay.

    Of somebody still on post it ends the service, on the day of the decision unless said otherwise. The person's
    record says so once; a proposal of it is settled; what was paid is decided apart.
    """
    check_not_future(on, "on")
    text = _with_a_basis(reason, basis)
    moving.hold(assignment, version, by)
    may_decide(assignment, by)
    moving.check_state([assignment], RUNNING | SERVED)
    _check_no_renewal(assignment)
    was_running = assignment.state in RUNNING
    values = _ended_by_void(assignment, on, last_day) if was_running else {}
    detail: dict[str, Any] = {"ended_on": values["ended_on"].isoformat()} if values else {}
    moving.move(
        assignment, _S.VOID, on=on, act="voided", by=by, reason=text, basis=basis, detail=detail, values=values
    )
    if values:
        _withdraw_leave_after(assignment, values["ended_on"])
        ending.recompute([assignment.pk], by=by)
    if was_running and replacement_due(assignment, assignment.ends_on, None):
        Slot.objects.filter(pk=assignment.slot_id).update(replacement_due_on=on)
    _settle_proposal(assignment, text, by)
    _record_on_the_person(assignment, on, basis, by)
    return _told(assignment, "assignments.voided", on)


def _end(
    assignment: Assignment,
    last_day: date,
    reason: EndReason,
    remark: str,
    version: int | None,
    by: Actor,
    basis: Basis,
    replace: bool | None,
    *,
    act: str,
) -> Assignment:
    check_not_future(last_day, "last_day")
    yours = {"ended_on": last_day, "end_reason": reason}
    moving.hold(assignment, version, by, yours=yours)
    may_decide(assignment, by)
    moving.check_state([assignment], {_S.ON_POST, _S.TERM_REACHED})
    _check_no_renewal(assignment)
    if not assignment.starts_on <= last_day < assignment.ends_on:
        sentence = _("An early end lies from the first day (%(first)s) to the day before the last (%(last)s).") % {
            "first": assignment.starts_on.isoformat(),
            "last": assignment.ends_on.isoformat(),
        }
        raise RuleViolation(sentence, "not_early", fields={"last_day": sentence})
    if reason not in EndReason.values:
        sentence = _("This reason is not in the code list.")
        raise RuleViolation(sentence, "end_reason_unknown", fields={"reason": sentence})
    due = replacement_due(assignment, last_day, EndReason(reason)) if replace is None else replace
    values = yours | {"ends_on": last_day, "end_reason": EndReason(reason).value} | _deputy_ended(assignment, last_day)
    withdrawn = _withdraw_leave_after(assignment, last_day)
    detail = {"replacement": due, "reason": EndReason(reason).value} | (
        {"leave_withdrawn": withdrawn} if withdrawn else {}
    )
    moving.move(
        assignment,
        _S.ENDED_EARLY,
        on=last_day,
        act=act,
        by=by,
        reason=clean(remark),
        basis=basis,
        detail=detail,
        values=values,
    )
    ending.recompute([assignment.pk], by=by)
    Slot.objects.filter(pk=assignment.slot_id).update(replacement_due_on=last_day if due else None)
    return _told(assignment, "assignments.ended_early", last_day)


def _told(assignment: Assignment, code: str, day: date) -> Assignment:
    assignment.refresh_from_db()
    telling.news(code, [assignment], {"day": day.isoformat()}, to=("sender", "receiver", "person"))
    telling.refresh([assignment])
    following.follow([assignment.pk])
    return assignment


def _withdraw_leave_after(assignment: Assignment, last_day: date) -> list[int]:
    """Withdraw leave that would begin after the person has left; return which."""
    open_or_approved = [LeaveState.ASKED, LeaveState.APPROVED]
    rows = Leave.objects.filter(assignment=assignment, first_day__gt=last_day, state__in=open_or_approved)
    ids = list(rows.order_by("pk").values_list("pk", flat=True))
    Leave.objects.filter(pk__in=ids).update(
        state=LeaveState.WITHDRAWN,
        decision_remark=_("The assignment ended before it.")[:300],
        version=F("version") + 1,
        updated_at=clock.now(),
    )
    leave_inbox.settle([f"assignments.leave:{pk}" for pk in ids])
    leave_inbox.filing_due(Leave.objects.filter(pk__in=ids).select_related("assignment__worker"))
    return ids


def _check_no_renewal(assignment: Assignment) -> None:
    """Refuse while a further term is planned on it: what becomes of that is said first."""
    if Assignment.objects.coming().filter(renews=assignment).exists():
        raise RuleViolation(_("A further term is planned: take that plan back first."), "renewal_planned")


def _deputy_ended(assignment: Assignment, last_day: date) -> dict[str, Any]:
    """End the posting as deputy director with the assignment; one that had not begun falls away."""
    if assignment.deputy_from is None or (assignment.deputy_to is not None and assignment.deputy_to <= last_day):
        return {}
    if assignment.deputy_from > last_day:
        return {"deputy_from": None, "deputy_to": None, "deputy_order": ""}
    return {"deputy_to": last_day}


def _with_a_basis(reason: str, basis: Basis) -> str:
    """Return the reason; refuse a decision without the body that took it or without its document."""
    text = reason_given(reason)
    missing = {}
    if not basis.deciding_body.strip():
        missing["deciding_body"] = _("Name the body that decided.")
    if not (basis.document.strip() or basis.document_number.strip()):
        missing["document"] = _("Name the document.")
    if missing:
        sentence = _("Not to count an assignment takes a body that decided, a document and a reason.")
        raise RuleViolation(sentence, "basis_missing", fields=missing)
    return text


def _ended_by_void(assignment: Assignment, on: date, last_day: date | None) -> dict[str, Any]:
    """Return on which day the service ends; what was over already keeps its last day."""
    last = last_day or on
    if last >= assignment.ends_on and last_day is None:
        return {}
    if not assignment.starts_on <= last <= assignment.ends_on:
        sentence = _("This day lies outside the assignment.")
        raise RuleViolation(sentence, "outside_assignment", fields={"last_day": sentence})
    check_not_future(last, "last_day")
    return {"ended_on": last, "ends_on": last} | _deputy_ended(assignment, last)


def _settle_proposal(assignment: Assignment, reason: str, by: Actor) -> None:
    open_ones = Proposal.objects.open().filter(assignment=assignment, kind=ProposalKind.VOID)
    ids = list(open_ones.values_list("pk", flat=True))
    open_ones.update(
        state=ProposalState.FOLLOWED,
        decided_by_id=by.user_id,
        decided_by_name=by.name[:150],
        decided_at=clock.now(),
        reason=reason[:500],
        version=F("version") + 1,
    )
    leave_inbox.proposal_settled(ids)


def _record_on_the_person(assignment: Assignment, on: date, basis: Basis, by: Actor) -> None:
    """Record the event that may bar the person; an assignment is voided once, so the event is recorded once."""
    rows = HealthWorker.objects.select_for_update(of=("self",), no_key=True)
    worker = rows.get(pk=assignment.worker_id)
    paper = Paper(
        basis.document.strip() or basis.document_number.strip(),
        basis.document_number.strip(),
        basis.document_date,
        basis.scan,
    )
    record_event(worker=worker, kind="service_void", happened_on=on, paper=paper, version=worker.version, by=by)
