"""Plans of who goes where: begun by hand, proposed by the solver, named, discarded, taken up again, decided."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from assignments.allocation import computing, governed, holding, inputs
from assignments.allocation.deciding import decide
from assignments.allocation.services_pairing import ban, pin, place, unban, unpin, unplace
from assignments.models import AllocationPlan, Campaign, PlanLine, PlanMark
from assignments.services import campaigns
from assignments.states import CampaignState, PlanState
from deploy_admin.access import Actor, Permission
from deploy_admin.audit import services as audit
from deploy_admin.errors import RuleViolation
from deploy_admin.jobs.importing.secrecy import scrubbed
from deploy_admin.jobs.models import JobState

__all__ = [
    "ban", "create_plan", "decide", "discard", "pin", "place", "propose", "rename", "restore", "try_again", "unban",
    "unpin", "unplace",
]  # fmt: skip


@transaction.atomic
def create_plan(
    *, campaign: Campaign, name: str = "", based_on: AllocationPlan | None = None, by: Actor
) -> AllocationPlan:
    """Begin a plan to be made by hand: an empty one, or one with the pairings, pins and bans of another."""
    _take_campaign(campaign, by)
    source = _source(campaign, based_on, by)
    plan = holding.create(campaign, _begun(campaign, name, source), by)
    if source is not None:
        _copy_marks(source, plan)
        _copy_lines(source, plan)
    _recorded("begun", plan, by)
    return plan


@transaction.atomic
def propose(*, plan: AllocationPlan, name: str = "", by: Actor) -> AllocationPlan:
    """Have a new plan computed from this one: its pins and bans hold, and as little as can be changes against it."""
    campaign = plan.campaign
    _take_campaign(campaign, by)
    source = _source(campaign, plan, by)
    if source is not None and source.state == PlanState.SOLVING:
        raise RuleViolation(
            _("This plan is being computed: wait for it, or propose from another one."), "plan_solving"
        )
    new = holding.create(campaign, _begun(campaign, name, source) | {"state": PlanState.SOLVING}, by)
    if source is not None:
        _copy_marks(source, new)
    computing.start(new, by)
    _recorded("proposed", new, by)
    return new


@transaction.atomic
def try_again(*, plan: AllocationPlan, by: Actor) -> AllocationPlan:
    """Have a plan computed anew whose computation ended without a result."""
    holding.take(plan, by)
    job = computing.job_of(plan)
    if plan.state != PlanState.SOLVING or (job is not None and job.state in (JobState.QUEUED, JobState.RUNNING)):
        raise RuleViolation(_("This plan is not one whose computation ended without a result."), "not_failed")
    computing.start(plan, by)
    holding.write(plan)
    _recorded("proposed_again", plan, by)
    return plan


@transaction.atomic
def rename(*, plan: AllocationPlan, name: str, version: int | None = None, by: Actor) -> AllocationPlan:
    """Give a plan a name; a decided one keeps the one it was decided under."""
    holding.take(plan, by, version=version)
    if plan.state == PlanState.DECIDED:
        raise RuleViolation(_("A decided plan keeps its name."), "plan_not_draft")
    text = _named(name)
    if text == plan.name:
        raise RuleViolation(_("Nothing differs from what is recorded."), "nothing_to_change")
    was = plan.name
    holding.write(plan, {"name": text})
    audit.record(act="allocation.renamed", by=by, on=plan, detail={"from": was, "to": text})
    return plan


@transaction.atomic
def discard(*, plan: AllocationPlan, version: int | None = None, by: Actor) -> AllocationPlan:
    """Put a plan aside that is not followed up; it stays as a trace and can be taken up again."""
    holding.take(plan, by, version=version)
    holding.check_may_become(plan, PlanState.DISCARDED)
    was = plan.state
    holding.write(plan, {"state": PlanState.DISCARDED})
    audit.record(act="allocation.discarded", by=by, on=plan, detail={"from": was})
    return plan


@transaction.atomic
def restore(*, plan: AllocationPlan, version: int | None = None, by: Actor) -> AllocationPlan:
    """Take a discarded plan up again as a draft."""
    holding.take(plan, by, version=version)
    if plan.state != PlanState.DISCARDED:
        raise RuleViolation(_("This plan was not discarded."), "not_from_here")
    holding.write(plan, {"state": PlanState.DRAFT})
    audit.record(act="allocation.restored", by=by, on=plan)
    return plan


def _take_campaign(campaign: Campaign, by: Actor) -> None:
    """Hold the campaign: whoever begins a plan at the same moment waits, and gets the next number."""
    campaigns.take(campaign, by, permission=Permission.ALLOCATION_PLAN)
    if campaign.state != CampaignState.OPEN:
        raise RuleViolation(_("Who goes where is planned in open campaigns only."), "campaign_not_open")


def _source(campaign: Campaign, based_on: AllocationPlan | None, by: Actor) -> AllocationPlan | None:
    if based_on is None:
        return None
    found = AllocationPlan.objects.visible_to(by).filter(pk=based_on.pk, campaign=campaign).first()
    if found is None:
        raise RuleViolation(_("You see no such plan."), "plan_unknown")
    source: AllocationPlan = found
    return source


def _begun(campaign: Campaign, name: str, source: AllocationPlan | None) -> dict[str, object]:
    return {"name": _named(name), "based_on": source, "rule": governed.rule_of(campaign).stored()}


def _named(name: str) -> str:
    return scrubbed(name.strip())[:100]


def _copy_marks(source: AllocationPlan, plan: AllocationPlan) -> None:
    """Take the pins and bans over, without those whose person or request was settled by a decision since."""
    settled = inputs.settled(plan)
    given_away = {request for request, _seat in settled.seats} - inputs.open_seats(plan, settled).keys()
    PlanMark.objects.bulk_create(
        PlanMark(
            plan=plan,
            kind=mark.kind,
            request_id=mark.request_id,
            nomination_id=mark.nomination_id,
            reason=mark.reason,
            by_name=mark.by_name,
            at=mark.at,
        )
        for mark in PlanMark.objects.filter(plan=source).order_by("pk")
        if mark.request_id not in given_away and mark.nomination_id not in settled.nominations
    )


def _copy_lines(source: AllocationPlan, plan: AllocationPlan) -> None:
    """Take the pairings over that still stand: requests and people of approved lists, not settled since."""
    settled = inputs.settled(plan)
    lines = list(PlanLine.objects.filter(plan=source, assignment=None).order_by("pk"))
    standing = inputs.still_standing(lines)
    PlanLine.objects.bulk_create(
        PlanLine(
            plan=plan,
            request_id=line.request_id,
            nomination_id=line.nomination_id,
            seat=line.seat,
            source=line.source,
            reason=line.reason,
        )
        for line in lines
        if line.pk in standing
        and line.nomination_id not in settled.nominations
        and (line.request_id, line.seat) not in settled.seats
    )


def _recorded(act: str, plan: AllocationPlan, by: Actor) -> None:
    detail = {"campaign": plan.campaign_id, "number": plan.number, "based_on": plan.based_on_id}
    audit.record(act=f"allocation.{act}", by=by, on=plan, detail={k: v for k, v in detail.items() if v is not None})
