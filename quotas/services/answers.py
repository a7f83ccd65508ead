"""A unit's answer to a list that somebody else put down for it: confirming, objecting, and who decides then."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from deploy_admin import clock
from deploy_admin.access import Actor
from deploy_admin.audit import services as audit
from deploy_admin.errors import RuleViolation
from deploy_admin.jobs.importing.secrecy import scrubbed
from deploy_admin.months import Period
from quotas.models import ListedPerson
from quotas.services import inbox, lists

State = ListedPerson.State


@transaction.atomic
def confirm_list(*, kind: str, period: Period, institution_id: int, seen: list[int], by: Actor) -> int:
    """Confirm the rows that were seen, those that are still unanswered; return how many."""
    lists.allow(by)
    _refuse_others(institution_id, by)
    lists.take_hold(kind, period, {institution_id})
    rows = (
        ListedPerson.objects.visible_to(by)
        .unanswered()
        .of_period(period)
        .filter(kind=kind, institution_id=institution_id, pk__in=seen)
    )
    if not seen:
        raise RuleViolation(_("No row waits to be confirmed."), "nothing_to_confirm")
    lists.move(rows, len(set(seen)), state=State.CONFIRMED, **_answered(by))
    detail = {"kind": kind, "period": period.iso, "rows": sorted(seen)[:1000], "institution": institution_id}
    audit.record(act="lists.confirmed", by=by, label=lists.label(kind, period), detail=detail)
    inbox.lists_to_confirm(kind, period)
    return len(set(seen))


@transaction.atomic
def object_to(*, row: ListedPerson, reason: str, by: Actor) -> ListedPerson:
    """Object to a row that somebody else put down: it does not count until an officer decides."""
    lists.allow(by)
    _refuse_others(row.institution_id, by)
    text = lists.reason_given(reason)
    lists.take_hold(row.kind, row.period, {row.institution_id})
    rows = ListedPerson.objects.visible_to(by).unanswered().filter(pk=row.pk)
    lists.move(rows, 1, state=State.OBJECTED, reason=text, **_answered(by))
    row.refresh_from_db()
    audit.record(act="lists.objected", by=by, on=row, label=lists.label(row.kind, row.period), detail={"reason": text})
    lists.after_change(row.kind, row.period, {row.institution_id}, by=by)
    return row


@transaction.atomic
def decide_objection(*, row: ListedPerson, keep: bool, remark: str = "", by: Actor) -> ListedPerson:
    """Decide on an objection: the row stays and counts, or it is taken off."""
    lists.allow(by)
    if not lists.is_officer(by) or lists.speaks_for(by, row.institution_id):
        raise RuleViolation(_("An officer of the commission decides on an objection."), "not_permitted")
    text = scrubbed(remark.strip())
    if keep and not text:
        sentence = _("Say why the row stays.")
        raise RuleViolation(sentence, "remark_missing", fields={"remark": sentence})
    lists.take_hold(row.kind, row.period, {row.institution_id})
    lists.move(
        ListedPerson.objects.visible_to(by).objected().filter(pk=row.pk),
        1,
        state=State.CONFIRMED if keep else State.WITHDRAWN,
        remark=text,
        decided_by_name=by.name,
        decided_at=clock.now(),
    )
    row.refresh_from_db()
    audit.record(
        act="lists.objection_declined" if keep else "lists.objection_accepted",
        by=by,
        on=row,
        label=lists.label(row.kind, row.period),
        detail={"remark": text},
    )
    lists.after_change(row.kind, row.period, {row.institution_id}, by=by)
    inbox.objection_decided(row)
    return row


def _refuse_others(institution_id: int, by: Actor) -> None:
    if not lists.speaks_for(by, institution_id):
        raise RuleViolation(_("The unit itself answers for its list."), "not_permitted")


def _answered(by: Actor) -> dict[str, object]:
    return {"answered_by_id": by.user_id, "answered_by_name": by.name, "answered_at": clock.now()}
