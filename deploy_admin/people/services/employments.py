"""Where a person works: a change of post within the unit, a correction, leaving, moving to another unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from deploy_admin import clock
from deploy_admin.access import Actor, Reach
from deploy_admin.audit import services as audit
from deploy_admin.db import refusals
from deploy_admin.errors import RuleViolation
from deploy_admin.people import codes
from deploy_admin.people.models import Employment, HealthWorker, TransferRequest
from deploy_admin.people.models.history import TransferState
from deploy_admin.people.services import inbox, rows
from deploy_admin.people.services.facts import PostFacts
from deploy_admin.registry import periods
from deploy_admin.registry.models import Institution

POST = tuple(field.name for field in fields(PostFacts))
CORRECTABLE = (*POST, "hired_on", "began_as", "valid_from", "valid_to", "ended_as")
#: How somebody leaves for good; a transfer and a change of post end an employment by their own acts.
LEAVINGS = tuple(code for code in codes.ENDINGS if code.value not in ("transferred", "changed"))


@transaction.atomic
def change_post(*, worker: HealthWorker, on: date, facts: Mapping[str, Any], version: int, by: Actor) -> Employment:
    """Give the person another department, category or kind of post at the same unit from `on`; the hire date stays."""
    rows.check_names(facts, POST)
    _check_post(facts)
    rows.check_not_future(on, "on")
    rows.take(worker, version, by, yours=facts)
    old = rows.current(worker)
    if old.valid_to is not None and old.valid_to < on:
        sentence = _("This person left on %(day)s.") % {"day": old.valid_to.isoformat()}
        raise RuleViolation(sentence, "left_already", fields={"on": sentence})
    if on <= old.valid_from:
        sentence = _("The present post begins on %(day)s: choose a later day, or correct it.") % {
            "day": old.valid_from.isoformat()
        }
        raise RuleViolation(sentence, "before_post_begins", fields={"on": sentence})
    before, new = rows.changed(old, rows.cleaned(facts))
    row = _opened(
        old,
        by,
        valid_from=on,
        valid_to=old.valid_to,
        ended_as=old.ended_as,
        began_as="changed",
        hired_on=old.hired_on,
        **({name: getattr(old, name) for name in POST} | new),
    )
    detail = {"from": on, "old": before, "new": new}
    audit.record(act="people.post_changed", by=by, on=row, label=worker.name, detail=_about(worker) | detail)
    return row


def _check_post(facts: Mapping[str, Any]) -> None:
    for name, known in (("staff_category", codes.STAFF_CATEGORIES), ("employment_mode", codes.EMPLOYMENT_MODES)):
        if name in facts:
            rows.check_code(facts[name], known, name, blank=True)


def _about(worker: HealthWorker) -> dict[str, Any]:
    return {"worker": worker.pk, "number": worker.number}


def _opened(old: Employment, by: Actor, *, valid_from: date, began_as: str, **facts: Any) -> Employment:
    """End `old` on the day before, unless it ended earlier, and open the next row, which becomes the current one."""
    ended: dict[str, Any] = {"is_current": False}
    if old.valid_to is None or old.valid_to >= valid_from:
        ended |= {"valid_to": periods.day_before(valid_from), "ended_as": began_as}
    with refusals():
        rows.write(old, ended)
        return Employment.objects.create(
            worker_id=old.worker_id,
            institution_id=facts.pop("institution_id", old.institution_id),
            valid_from=valid_from,
            began_as=began_as,
            **facts,
            **rows.recorded_by(by),
        )


@transaction.atomic
def correct_employment(
    *, employment: Employment, facts: Mapping[str, Any], reason: str, version: int, by: Actor
) -> Employment:
    """Rewrite what was recorded wrongly of one employment, its days included; the audit keeps what it said."""
    rows.check_names(facts, CORRECTABLE)
    text = rows.reason_given(reason)
    _check_post(facts)
    if "began_as" in facts:
        rows.check_code(facts["began_as"], codes.BEGINNINGS, "began_as")
    if "ended_as" in facts:
        rows.check_code(facts["ended_as"], codes.ENDINGS, "ended_as", blank=True)
    for name in ("hired_on", "valid_from"):
        rows.check_not_future(facts.get(name), name)
    worker = rows.take(employment.worker, version, by, yours=facts)
    employment.refresh_from_db()
    if not rows.sees(by, employment.institution_id):
        raise RuleViolation(_("Another unit recorded this employment: it corrects it."), "not_your_unit")
    old, new = rows.changed(employment, rows.cleaned(facts))
    with refusals():
        rows.write(employment, new)
    _check_order(employment)
    audit.record(
        act="people.employment_corrected",
        by=by,
        on=employment,
        label=worker.name,
        detail=_about(worker) | {"reason": text, "old": old, "new": new},
    )
    return employment


def _check_order(employment: Employment) -> None:
    """Refuse days that put another row last than the one marked current."""
    others = Employment.objects.filter(worker=employment.worker_id).exclude(pk=employment.pk)
    if employment.is_current:
        wrong = others.filter(valid_from__gt=employment.valid_from)
    else:
        wrong = others.filter(is_current=True, valid_from__lt=employment.valid_from)
    if wrong.exists():
        sentence = _("With these days the employments would come in another order.")
        raise RuleViolation(sentence, "employment_order", fields={"valid_from": sentence})


@transaction.atomic
def leave(
    *, worker: HealthWorker, last_day: date, how: str, document: str = "", version: int, by: Actor
) -> Employment:
    """End the employment after `last_day`, which may lie ahead; the unit goes on seeing the person."""
    rows.check_code(how, LEAVINGS, "how")
    rows.take(worker, version, by, yours={"last_day": last_day, "how": how})
    row = rows.current(worker)
    if row.valid_to is not None:
        sentence = _("This person left on %(day)s.") % {"day": row.valid_to.isoformat()}
        raise RuleViolation(sentence, "left_already", fields={"last_day": sentence})
    if last_day < row.valid_from:
        sentence = _("The present post begins on %(day)s: nobody leaves before it.") % {
            "day": row.valid_from.isoformat()
        }
        raise RuleViolation(sentence, "before_post_begins", fields={"last_day": sentence})
    with refusals():
        rows.write(row, {"valid_to": last_day, "ended_as": how})
    detail = {"last_day": last_day, "how": how, "document": rows.clean(document)}
    audit.record(act="people.left", by=by, on=row, label=worker.name, detail=_about(worker) | detail)
    return row


@transaction.atomic
def transfer(
    *,
    worker: HealthWorker,
    to: Institution,
    first_day: date,
    post: PostFacts | None = None,
    version: int,
    by: Actor,
) -> Employment:
    """Move a person to another unit: an officer over both does, or the new unit where the old employment has ended."""
    rows.allow(by)
    check_transfer(to, first_day, post)
    # The row decides, once it is locked: who is not allowed learns nothing more than that.
    rows.take(worker, version, by, seen=False)
    old = rows.current(worker)
    over_both = by.reach is not Reach.UNIT and rows.sees(by, old.institution_id, to.pk)
    within = by.reach is Reach.UNIT and rows.sees(by, old.institution_id, to.pk)
    ended = old.valid_to is not None and old.valid_to < first_day
    if not (over_both or within or (ended and rows.sees(by, to.pk))):
        if not HealthWorker.objects.visible_to(by).filter(pk=worker.pk).exists():
            raise rows.unknown()
        raise RuleViolation(
            _("An officer over both units moves a person; or the new unit asks for a transfer."), "not_permitted"
        )
    return move(worker, old, to, first_day, post, by)


def check_transfer(to: Institution, first_day: date, post: PostFacts | None) -> None:
    """Refuse what cannot be, whoever is moved."""
    rows.check_not_future(first_day, "first_day")
    rows.check_unit_open(to.pk, first_day, "to")
    if post is not None:
        _check_post({"staff_category": post.staff_category, "employment_mode": post.employment_mode})


def move(
    worker: HealthWorker, old: Employment, to: Institution, first_day: date, post: PostFacts | None, by: Actor
) -> Employment:
    """Close the old employment and open the new one; for the acts that have locked the record and may do so.

    Who was transferred goes on from the first hire; who had left of their own accord and is taken on begins anew.
    """
    if old.institution_id == to.pk:
        sentence = _("This person works at this unit already.")
        raise RuleViolation(sentence, "same_unit", fields={"to": sentence})
    if first_day <= old.valid_from:
        sentence = _("The present employment begins only on %(day)s.") % {"day": old.valid_from.isoformat()}
        raise RuleViolation(sentence, "before_post_begins", fields={"first_day": sentence})
    left = old.valid_to is not None and old.valid_to < first_day and old.ended_as != "transferred"
    taken = post or PostFacts(staff_category=old.staff_category)
    row = _opened(
        old,
        by,
        institution_id=to.pk,
        valid_from=first_day,
        began_as="recruited" if left else "transferred",
        hired_on=first_day,
        **rows.cleaned({name: getattr(taken, name) for name in POST}),
    )
    _end_requests(worker, by)
    audit.record(
        act="people.transferred",
        by=by,
        on=row,
        label=worker.name,
        detail=_about(worker) | {"from": old.institution_id, "to": to.pk, "first_day": first_day},
    )
    return row


def _end_requests(worker: HealthWorker, by: Actor) -> None:
    """Take back what others still ask for: the person has moved."""
    asked = TransferRequest.objects.open().filter(worker=worker)
    ids = list(asked.values_list("pk", flat=True))
    if ids:
        asked.update(
            state=TransferState.WITHDRAWN,
            answered_by_id=by.user_id,
            answered_by_name=by.name[:150],
            answered_at=clock.now(),
        )
        inbox.transfers_answered(ids)
