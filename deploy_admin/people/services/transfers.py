"""Asking for a person who is on another unit's roster, and the answer."""

from __future__ import annotations

from dataclasses import fields
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from deploy_admin import clock
from deploy_admin.access import Actor, Reach
from deploy_admin.audit import services as audit
from deploy_admin.db import refusals
from deploy_admin.errors import Conflict, RuleViolation
from deploy_admin.people import names
from deploy_admin.people.models import HealthWorker, TransferRequest
from deploy_admin.people.models.history import TransferState
from deploy_admin.people.services import employments, inbox, matching, rows
from deploy_admin.people.services.facts import PostFacts
from deploy_admin.people.services.persons import read_id
from deploy_admin.registry.models import Institution

POST = tuple(field.name for field in fields(PostFacts) if field.name != "military")


@transaction.atomic
def request_transfer(
    *, national_id: str, name: str, to: Institution, first_day: date, post: PostFacts | None = None, by: Actor
) -> TransferRequest:
    """Ask the unit that has a person to let them go. The asker, who need not see them, knows the ID and the name."""
    rows.allow(by)
    if not rows.sees(by, to.pk):
        raise RuleViolation(_("You ask for people on behalf of units that you see."), "not_your_unit")
    employments.check_transfer(to, first_day, post)
    worker = _bearer(national_id, name, by)
    held = rows.current(worker)
    if held.valid_to is not None and held.valid_to < first_day:
        raise RuleViolation(_("This person has left their unit: enter them at yours, without asking."), "left_already")
    if first_day <= held.valid_from:
        sentence = _("The present employment begins only on %(day)s.") % {"day": held.valid_from.isoformat()}
        raise RuleViolation(sentence, "before_post_begins", fields={"first_day": sentence})
    taken = post or PostFacts(staff_category=held.staff_category)
    with refusals():
        request = TransferRequest.objects.create(
            worker=worker,
            from_institution_id=held.institution_id,
            to_institution=to,
            first_day=first_day,
            **rows.cleaned({name: getattr(taken, name) for name in POST}),
            **rows.recorded_by(by),
        )
    inbox.transfer_asked(request)
    audit.record(
        act="people.transfer_asked",
        by=by,
        on=request,
        label=worker.name,
        detail={"worker": worker.pk, "from": held.institution_id, "to": to.pk, "first_day": first_day},
    )
    return request


def _bearer(national_id: str, name: str, by: Actor) -> HealthWorker:
    """Return who bears both; one sentence for whatever does not fit, so that nobody learns whose number it is."""
    number = read_id(national_id).number
    known = matching.match(ids=[number], actor=by, on=clock.today()).by_id.get(number)
    if known is None or names.tidy(known.name) != names.tidy(name):
        sentence = _("Nobody with this name and ID number is in the system.")
        raise RuleViolation(sentence, "person_unknown", fields={"national_id": sentence})
    return HealthWorker.objects.get(pk=known.worker_id)


@transaction.atomic
def answer_transfer(*, request: TransferRequest, agree: bool, remark: str = "", by: Actor) -> TransferRequest:
    """Agree, which moves the person, or decline with a reason: the unit that was asked, or an officer over both."""
    rows.allow(by)
    own = by.reach is Reach.UNIT and rows.sees(by, request.from_institution_id)
    if not own and not (
        by.reach is not Reach.UNIT and rows.sees(by, request.from_institution_id, request.to_institution_id)
    ):
        raise RuleViolation(_("The unit that was asked answers, or an officer over both."), "not_permitted")
    text = rows.clean(remark) if agree else rows.reason_given(remark)
    worker = request.worker
    if agree:  # the person is locked before the request, as in a transfer
        rows.take(worker, None, by, seen=False)
    _close(request, TransferState.AGREED if agree else TransferState.DECLINED, text, by)
    if agree:
        held = rows.current(worker)
        if held.institution_id != request.from_institution_id:
            raise Conflict(_("This person has moved meanwhile."), "moved_meanwhile")
        to = request.to_institution
        post = PostFacts(**{name: getattr(request, name) for name in POST})
        employments.check_transfer(to, request.first_day, post)
        employments.move(worker, held, to, request.first_day, post, by)
    inbox.transfer_decided(request, agreed=agree)
    audit.record(
        act="people.transfer_agreed" if agree else "people.transfer_declined",
        by=by,
        on=request,
        label=worker.name,
        detail={"worker": worker.pk, "remark": text},
    )
    return request


@transaction.atomic
def withdraw_transfer(*, request: TransferRequest, by: Actor) -> TransferRequest:
    """Take the question back; whoever acts for the unit that asked does."""
    rows.allow(by)
    if not rows.sees(by, request.to_institution_id):
        raise RuleViolation(_("The unit that asked takes its question back."), "not_permitted")
    _close(request, TransferState.WITHDRAWN, "", by)
    inbox.transfers_answered([request.pk])
    audit.record(
        act="people.transfer_withdrawn",
        by=by,
        on=request,
        label=request.worker.name,
        detail={"worker": request.worker_id},
    )
    return request


def _close(request: TransferRequest, state: TransferState, remark: str, by: Actor) -> None:
    """Move the request on, once: a conditional UPDATE decides who comes first."""
    origins = [origin for origin in TransferState if state in origin.may_become()]
    values = {
        "state": state,
        "remark": remark,
        "answered_by_id": by.user_id,
        "answered_by_name": by.name[:150],
        "answered_at": clock.now(),
    }
    if not TransferRequest.objects.filter(pk=request.pk, state__in=origins).update(**values):
        raise Conflict(_("This question was answered meanwhile."), "answered_meanwhile")
    request.refresh_from_db()
