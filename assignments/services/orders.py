"""Findings of an inspection, and corrective orders: given, answered by the unit, settled or sent back."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from assignments import roll
from assignments.models import Assignment, Finding, Inspection
from assignments.services import inspection_inbox, inspections
from assignments.services.standing_of import not_permitted
from deploy_admin import clock
from deploy_admin.access import Actor, Permission, Reach
from deploy_admin.db import refusals
from deploy_admin.errors import Conflict, RuleViolation
from deploy_admin.jobs.importing.secrecy import scrubbed
from deploy_admin.jobs.models import StoredFile

#: With either of these somebody of the unit answers for it: at the receiving side, or at the sending one.
_ANSWERS = (Permission.POST_MANAGE, Permission.SUSPENSIONS_STATE)


@transaction.atomic
def add_finding(
    *,
    inspection: Inspection,
    text: str,
    assignment: Assignment | None = None,
    order: str = "",
    due_on: date | None = None,
    by: Actor,
) -> Finding:
    """Add what was found, about the unit or about one person on the roll, with what has to be put right by when."""
    row = inspections.take(inspection, None, by)
    inspections.check_begun(row)
    words, asked = scrubbed(text.strip()), scrubbed(order.strip())
    if not words:
        raise _beside("text", _("Say what was found."), "text_missing")
    if bool(asked) != (due_on is not None):
        raise _beside("due_on" if asked else "order", _("A corrective order says by when."), "order_incomplete")
    if due_on is not None and due_on < row.on:
        raise _beside("due_on", _("This is before the inspection."), "due_before")
    if assignment is not None and assignment.pk not in {line.assignment.pk for line in roll.of(row).lines}:
        raise RuleViolation(_("This person is not on the roll of the day."), "not_on_the_roll")
    with refusals():
        finding = Finding.objects.create(
            inspection=row, assignment=assignment, text=words[:1000], order=asked[:1000], due_on=due_on
        )
    told = {"finding": finding.pk, "text": finding.text, "order": finding.order, "due_on": due_on}
    inspections.record("finding_added", row, by, told | _about(finding))
    return finding


@transaction.atomic
def remove_finding(*, finding: Finding, by: Actor) -> None:
    """Take a finding out again while the inspection is open."""
    row = inspections.take(finding.inspection, None, by)
    inspections.record("finding_removed", row, by, {"text": finding.text, "order": finding.order} | _about(finding))
    finding.delete()


def may_answer(inspection: Inspection, by: Actor) -> bool:
    """Whether the actor answers for the unit: its own people, or its authority on its behalf."""
    if not any(by.can(permission) for permission in _ANSWERS):
        return False
    if by.reach is Reach.UNIT:
        return inspection.institution_id in by.institution_ids
    return inspections.may_record(inspection, by)


@transaction.atomic
def answer_order(*, finding: Finding, answer: str, scan: StoredFile | None = None, version: int, by: Actor) -> Finding:
    """Answer a corrective order: what was done, with its proof. Until it is settled a new answer takes its place."""
    if not may_answer(finding.inspection, by):
        raise not_permitted()
    row = _taken(finding, version, by, yours={"answer": answer})
    text = scrubbed(answer.strip())
    if not text:
        raise _beside("answer", _("Say what was done."), "answer_missing")
    values: dict[str, Any] = {
        "answer": text[:1000],
        "answered_at": clock.now(),
        "answered_by_name": by.name[:150],
        "on_behalf": by.reach is not Reach.UNIT,
    }
    _write(row, values | ({"scan": scan} if scan else {}))
    inspection_inbox.answered(row)
    told = {"finding": row.pk, "answer": row.answer, "on_behalf": row.on_behalf, "scan": scan.pk if scan else None}
    inspections.record("order_answered", row.inspection, by, told)
    return row


@transaction.atomic
def return_order(*, finding: Finding, reason: str, due_on: date, version: int, by: Actor) -> Finding:
    """Send an answer back: it does not do yet; the unit has until another day. The record keeps the old answer."""
    _check_authority(finding, by)
    row = _taken(finding, version, by)
    _check_answered(row)
    text = scrubbed(reason.strip())[:300]
    if not text:
        raise _beside("reason", _("Say what is still missing."), "reason_missing")
    if due_on < clock.today():
        raise _beside("due_on", _("This day has passed."), "due_before")
    told = {"finding": row.pk, "reason": text, "answer": row.answer, "due_on": due_on}
    _write(
        row,
        {
            "answer": "",
            "answered_at": None,
            "answered_by_name": "",
            "on_behalf": False,
            "scan": None,
            "due_on": due_on,
        },
    )
    inspection_inbox.returned(row, text)
    inspections.record("order_returned", row.inspection, by, told)
    return row


@transaction.atomic
def settle_order(*, finding: Finding, on: date, version: int, by: Actor) -> Finding:
    """Find a corrective order carried out, on a day not after today."""
    _check_authority(finding, by)
    row = _taken(finding, version, by)
    _check_answered(row)
    if not row.inspection.on <= on <= clock.today():
        raise _beside("on", _("A day from the inspection until today is expected."), "day_unfit")
    with refusals():
        _write(row, {"settled_on": on, "settled_by_name": by.name[:150]})
    inspection_inbox.settled(row)
    inspections.record("order_settled", row.inspection, by, {"finding": row.pk, "on": on})
    return row


def _taken(finding: Finding, version: int, by: Actor, *, yours: dict[str, Any] | None = None) -> Finding:
    """Lock an order of a closed inspection through it, and refuse a version that was not read, and a settled one."""
    inspection = inspections.locked(finding.inspection, None, by, closed=True)
    row = Finding.objects.select_related("scan").get(pk=finding.pk)
    row.inspection = inspection
    if row.version != version:
        theirs = {"answer": row.answer, "due_on": row.due_on, "settled_on": row.settled_on}
        raise Conflict(
            _("Somebody else has changed this order since you opened it."),
            "stale_version",
            context={"yours": yours or {}, "theirs": theirs, "url": inspection.get_absolute_url()},
        )
    if not row.order:
        raise RuleViolation(_("Nothing was ordered here."), "no_order")
    if row.settled_on is not None:
        raise RuleViolation(_("This order is settled."), "settled")
    return row


def _check_authority(finding: Finding, by: Actor) -> None:
    if not inspections.may_record(finding.inspection, by):
        raise not_permitted()


def _check_answered(finding: Finding) -> None:
    if finding.answered_at is None:
        raise RuleViolation(_("The unit has not answered yet."), "not_answered")


def _about(finding: Finding) -> dict[str, Any]:
    return {"assignment": finding.assignment_id} if finding.assignment_id else {}


def _beside(field: str, sentence: str, code: str) -> RuleViolation:
    return RuleViolation(sentence, code, fields={field: sentence})


def _write(row: Finding, values: dict[str, Any]) -> None:
    for name, value in (values | {"version": row.version + 1}).items():
        setattr(row, name, value)
    row.save(update_fields=[*values, "version"])
