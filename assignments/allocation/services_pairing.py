"""What is said by hand about single pairings of a draft: placed, taken out, pinned, banned, and the same undone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from assignments.allocation import ground, holding, inputs, words
from assignments.allocation.named import Names
from assignments.allocation.seen import seen_of
from assignments.kinds import LineSource, MarkKind
from assignments.models import AllocationPlan, Nomination, PlanGap, PlanLine, PlanMark, StaffingRequest
from assignments.rules.allocation.pairs import hindrances
from assignments.rules.allocation.stages import judged
from deploy_admin import clock
from deploy_admin.access import Actor
from deploy_admin.audit import services as audit
from deploy_admin.db import refusals
from deploy_admin.errors import RuleViolation
from deploy_admin.jobs.importing.secrecy import scrubbed


@transaction.atomic
def place(
    *,
    plan: AllocationPlan,
    request_id: int,
    nomination_id: int,
    version: int | None = None,
    by: Actor,
    seat: int | None = None,
) -> AllocationPlan:
    """Put a person on a place by hand, and pin the two: proposing again keeps to it.

    Somebody who has another place in the plan moves. A full request refuses, and says who has its places.
    """
    holding.take_draft(plan, by, version=version)
    pair = _Pair(plan, request_id, nomination_id)
    pair.check_possible()
    was = PlanLine.objects.filter(plan=plan, nomination=nomination_id).first()
    if was is not None and was.request_id == request_id and seat in (None, was.seat):
        raise RuleViolation(_("This person has this very place."), "placed_already")
    if was is not None:
        was.delete()
    chosen = pair.seat(seat)
    reason = pair.reason()
    with refusals():
        PlanLine.objects.create(
            plan=plan,
            request_id=request_id,
            nomination_id=nomination_id,
            seat=chosen,
            source=LineSource.HAND,
            reason=reason,
        )
    PlanMark.objects.filter(plan=plan, nomination=nomination_id, kind=MarkKind.PIN).exclude(
        request=request_id
    ).delete()
    _mark(pair, MarkKind.PIN, "", by)
    PlanGap.objects.filter(plan=plan, nomination=nomination_id).delete()
    if was is None or was.request_id != request_id:
        _less_open(plan, request_id)
        if was is not None:
            _more_open(plan, was.request_id)
    return _done(pair, "placed", by, {"seat": chosen, "from": was.request_id if was else None})


@transaction.atomic
def unplace(*, plan: AllocationPlan, nomination_id: int, version: int | None = None, by: Actor) -> AllocationPlan:
    """Take a person out of the plan; a pin on that pairing goes with it."""
    holding.take_draft(plan, by, version=version)
    line = PlanLine.objects.filter(plan=plan, nomination=nomination_id).first()
    if line is None:
        raise RuleViolation(_("This person has no place in this plan."), "not_placed")
    request_id = line.request_id
    line.delete()
    PlanMark.objects.filter(plan=plan, nomination=nomination_id, request=request_id, kind=MarkKind.PIN).delete()
    _more_open(plan, request_id)
    PlanGap.objects.get_or_create(plan=plan, nomination_id=nomination_id, defaults={"reason": _BY_HAND})
    return _done(_Pair(plan, request_id, nomination_id, checked=False), "taken_out", by)


@transaction.atomic
def pin(
    *, plan: AllocationPlan, request_id: int, nomination_id: int, version: int | None = None, by: Actor
) -> AllocationPlan:
    """Hold a pairing: proposing again keeps to it. It has to be possible, and the person is pinned once."""
    holding.take_draft(plan, by, version=version)
    pair = _Pair(plan, request_id, nomination_id)
    pair.check_possible()
    pair.check_pins()
    _mark(pair, MarkKind.PIN, "", by)
    return _done(pair, "pinned", by)


@transaction.atomic
def unpin(
    *, plan: AllocationPlan, request_id: int, nomination_id: int, version: int | None = None, by: Actor
) -> AllocationPlan:
    """Let go of a pinned pairing; who is placed stays so until the next proposal."""
    holding.take_draft(plan, by, version=version)
    return _unmarked(_Pair(plan, request_id, nomination_id, checked=False), MarkKind.PIN, "unpinned", by)


@transaction.atomic
def ban(
    *,
    plan: AllocationPlan,
    request_id: int,
    nomination_id: int,
    reason: str = "",
    version: int | None = None,
    by: Actor,
) -> AllocationPlan:
    """Rule a pairing out, with the reason where one is given; who has the place that way is taken out of it."""
    holding.take_draft(plan, by, version=version)
    pair = _Pair(plan, request_id, nomination_id)
    line = PlanLine.objects.filter(plan=plan, request=request_id, nomination=nomination_id).first()
    PlanMark.objects.filter(plan=plan, request=request_id, nomination=nomination_id, kind=MarkKind.PIN).delete()
    if line is not None:
        line.delete()
        _more_open(plan, request_id)
        PlanGap.objects.get_or_create(plan=plan, nomination_id=nomination_id, defaults={"reason": _BY_HAND})
    _mark(pair, MarkKind.BAN, scrubbed(reason.strip())[:300], by)
    return _done(pair, "banned", by, {"reason": scrubbed(reason.strip())[:300]})


@transaction.atomic
def unban(
    *, plan: AllocationPlan, request_id: int, nomination_id: int, version: int | None = None, by: Actor
) -> AllocationPlan:
    """Lift a ban: the pairing is possible again."""
    holding.take_draft(plan, by, version=version)
    return _unmarked(_Pair(plan, request_id, nomination_id, checked=False), MarkKind.BAN, "unbanned", by)


#: Why somebody or something is left over after a change by hand: nothing was computed since.
_BY_HAND: Mapping[str, Any] = {"code": "taken_out_by_hand"}


class _Pair:
    """A request and a nomination of the plan's campaign, both standing; what is known of the two together."""

    def __init__(self, plan: AllocationPlan, request_id: int, nomination_id: int, *, checked: bool = True) -> None:
        self.plan, self.request_id, self.nomination_id = plan, request_id, nomination_id
        if checked:
            self._read()

    def _read(self) -> None:
        asked = StaffingRequest.objects.standing().filter(campaign=self.plan.campaign_id, pk=self.request_id)
        named = Nomination.objects.standing().filter(campaign=self.plan.campaign_id, pk=self.nomination_id)
        request = asked.select_related("filed_list").first()
        nomination = named.select_related("worker").first()
        if request is None:
            raise RuleViolation(_("This staffing request does not stand in this campaign."), "request_unknown")
        if nomination is None:
            raise RuleViolation(_("This nomination does not stand in this campaign."), "nomination_unknown")
        self.request: StaffingRequest = request
        self.nomination: Nomination = nomination
        self.problem = ground.read_problem(self.plan, requests=[self.request_id], nominations=[self.nomination_id])
        self.settled = inputs.settled(self.plan)
        if self.nomination_id in self.settled.nominations:
            sentence = _("%(name)s has a place by an earlier decision of this campaign.")
            raise RuleViolation(sentence % {"name": nomination.worker.name}, "placed_by_decision")
        if not self.problem.requests:
            sentence = _("Every place of this request was given by an earlier decision of this campaign.")
            raise RuleViolation(sentence, "request_settled")

    def check_possible(self) -> None:
        """Refuse what is not possible, with the first reason against it in words."""
        found = hindrances(self.problem, self.problem.requests[0], self.problem.people[0])
        if found:
            names = Names.of([self.request], [self.nomination], found, self.plan.campaign)
            raise RuleViolation(words.hindrance(found[0].code, found[0].params, names), found[0].code)

    def check_pins(self) -> None:
        """Refuse a pin beyond what the request asks for, and one of somebody who is pinned already."""
        pins = PlanMark.objects.filter(plan=self.plan, kind=MarkKind.PIN)
        if pins.filter(nomination=self.nomination_id).exclude(request=self.request_id).exists():
            raise RuleViolation(_("This person is pinned to another request."), "pinned_elsewhere")
        if pins.filter(request=self.request_id).count() >= self.problem.requests[0].number:
            raise RuleViolation(
                _("As many people as this request asks for are pinned to it already: let go of one first."),
                "pins_full",
            )

    def seat(self, wanted: int | None) -> int:
        """Return the seat asked for, or the first that is free; refuse a full request with the names of who has it."""
        open_seats = self.settled.of_request(self.request_id, self.request.number)
        lines = list(
            PlanLine.objects.filter(plan=self.plan, request=self.request_id).select_related("nomination__worker")
        )
        taken = {line.seat: line.nomination.worker.name for line in lines}
        free = [seat for seat in open_seats if seat not in taken]
        if wanted is not None and wanted in free:
            return wanted
        if wanted is None and free:
            return free[0]
        if wanted is not None and wanted not in open_seats:
            raise RuleViolation(_("The request has no such place."), "seat_unknown")
        names = pgettext("between names", ", ").join(
            [taken[wanted]] if wanted is not None else [taken[seat] for seat in sorted(taken)]
        )
        sentence = _("The request is full: %(names)s. Take one of them out first.")
        raise RuleViolation(sentence % {"names": names}, "request_full")

    def reason(self) -> dict[str, Any]:
        """Return what the criteria say of the pairing, as a line keeps it."""
        marks = judged(self.problem, self.problem.requests[0], self.problem.people[0])
        return {
            "marks": [
                {
                    "criterion": each.criterion,
                    "verdict": each.verdict,
                    "value": each.value,
                    "params": dict(each.params),
                }
                for each in marks
            ],
            "decided_by": "by_hand",
            "against": [],
            "seen": seen_of(self.request, self.nomination),
        }


def _mark(pair: _Pair, kind: MarkKind, reason: str, by: Actor) -> None:
    """Pin or ban, whatever of the two was said of the pairing before."""
    PlanMark.objects.filter(plan=pair.plan, request=pair.request_id, nomination=pair.nomination_id).exclude(
        kind=kind
    ).delete()
    with refusals():
        PlanMark.objects.update_or_create(
            plan=pair.plan,
            request_id=pair.request_id,
            nomination_id=pair.nomination_id,
            kind=kind,
            defaults={"reason": reason, "by_name": by.name[:150], "at": clock.now()},
        )


def _unmarked(pair: _Pair, kind: MarkKind, act: str, by: Actor) -> AllocationPlan:
    marks = PlanMark.objects.filter(plan=pair.plan, request=pair.request_id, nomination=pair.nomination_id, kind=kind)
    gone, _rows = marks.delete()
    if not gone:
        raise RuleViolation(_("Nothing of the kind is said of this pairing."), "not_marked")
    return _done(pair, act, by)


def _less_open(plan: AllocationPlan, request_id: int) -> None:
    """A place of the request is filled: its gap shrinks, or is gone."""
    gap = PlanGap.objects.filter(plan=plan, request=request_id).first()
    if gap is None:
        return
    if gap.places <= 1:
        gap.delete()
    else:
        gap.places -= 1
        gap.save(update_fields=["places"])


def _more_open(plan: AllocationPlan, request_id: int) -> None:
    """A place of the request is empty again: nothing was computed since."""
    gap, made = PlanGap.objects.get_or_create(
        plan=plan, request_id=request_id, nomination=None, defaults={"places": 1, "reason": _BY_HAND}
    )
    if not made:
        gap.places += 1
        gap.save(update_fields=["places"])


def _done(pair: _Pair, act: str, by: Actor, detail: Mapping[str, Any] | None = None) -> AllocationPlan:
    holding.write(pair.plan)
    told = {"request": pair.request_id, "nomination": pair.nomination_id, **(detail or {})}
    kept = {name: value for name, value in told.items() if value not in (None, "")}
    audit.record(act=f"allocation.{act}", by=by, on=pair.plan, detail=kept)
    return pair.plan
