"""Taking hold of a plan and writing what becomes of it: seen, allowed, unchanged since it was read, still a draft."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import F, Max
from django.utils.translation import gettext as _

from assignments.models import AllocationPlan, Campaign
from assignments.services.campaigns import check_may_run
from assignments.services.moving import recorded_by
from assignments.states import PlanState
from deploy_admin import clock
from deploy_admin.access import Actor, Permission
from deploy_admin.db import refusals
from deploy_admin.errors import Conflict, RuleViolation


def take(
    plan: AllocationPlan, by: Actor, *, version: int | None = None, permission: Permission = Permission.ALLOCATION_PLAN
) -> AllocationPlan:
    """Lock the plan to the end of the transaction, bring it up to date, refuse a version that was not read."""
    seen = AllocationPlan.objects.visible_to(by).filter(pk=plan.pk)
    held = seen.select_for_update(of=("self",), no_key=True).select_related("campaign").first()
    if held is None:
        raise RuleViolation(_("You see no such plan."), "plan_unknown")
    check_may_run(held.campaign.authority_id, by, permission)
    if version is not None and held.version != version:
        raise Conflict(
            _("Somebody else has changed this plan since you opened it."),
            "stale_version",
            context={
                "url": held.get_absolute_url(),
                "version": version,
                "yours": {},
                "theirs": {"version": held.version},
            },
        )
    plan.refresh_from_db()
    return plan


def take_draft(
    plan: AllocationPlan, by: Actor, *, version: int | None = None, permission: Permission = Permission.ALLOCATION_PLAN
) -> AllocationPlan:
    """Take a plan that is still being made; what is computed, decided or discarded is not changed by hand."""
    take(plan, by, version=version, permission=permission)
    state = PlanState(plan.state)
    if state is not PlanState.DRAFT:
        sentence = _("This plan is “%(state)s”: only a draft is changed. Propose a new one from it.")
        raise RuleViolation(sentence % {"state": state.label}, "plan_not_draft")
    return plan


def check_may_become(plan: AllocationPlan, to: PlanState) -> None:
    """Refuse a state that does not follow from the one the plan has."""
    now = PlanState(plan.state)
    if to not in now.may_become():
        sentence = _("What is “%(now)s” does not become “%(then)s”.")
        raise RuleViolation(sentence % {"now": now.label, "then": to.label}, "not_from_here")


def write(plan: AllocationPlan, values: Mapping[str, Any] | None = None) -> AllocationPlan:
    """Write these columns and raise the version: whoever read the plan before reads it again."""
    for name, value in (values or {}).items():
        setattr(plan, name, value)
    plan.version = F("version") + 1
    plan.updated_at = clock.now()
    with refusals():
        plan.save(update_fields=[*(values or {}), "version", "updated_at"])
    plan.refresh_from_db(fields=["version"])
    return plan


def create(campaign: Campaign, values: Mapping[str, Any], by: Actor) -> AllocationPlan:
    """Write a plan with the campaign's next number; the campaign's row is held by the caller."""
    last = AllocationPlan.objects.filter(campaign=campaign).aggregate(last=Max("number"))["last"] or 0
    now = clock.now()
    with refusals():
        return AllocationPlan.objects.create(
            campaign=campaign,
            number=last + 1,
            after=decisions(campaign.pk),
            **values,
            **(recorded_by(by) | {"recorded_at": now, "updated_at": now}),
        )


def decisions(campaign_id: int) -> int:
    """Return how many plans of the campaign were decided."""
    return AllocationPlan.objects.filter(campaign=campaign_id, state=PlanState.DECIDED).count()
