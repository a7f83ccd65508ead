"""What every page of one plan has around its matter: title, figures, criteria, findings, what one may do with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, npgettext, pgettext

from assignments.allocation import reading
from assignments.allocation.rows import Figures
from assignments.models import AllocationPlan, Campaign
from assignments.services import campaigns
from assignments.states import CampaignState, PlanState
from assignments.views.campaigns import forbidden
from deploy_admin.access import Actor, Permission
from deploy_admin.ui.templatetags.ui import day, percent

SHAPES = {PlanState.SOLVING: "run", PlanState.DRAFT: "mute", PlanState.DECIDED: "ok", PlanState.DISCARDED: "mute"}
#: So many plans are offered beside the one that is open.
BESIDE = 8


def seen(actor: Actor, pk: int) -> AllocationPlan:
    """Return the plan as the actor may know it; unseen is not there."""
    plans = AllocationPlan.objects.visible_to(actor).select_related("campaign", "based_on")
    found: AllocationPlan = get_object_or_404(plans, pk=pk)
    return found


def run(actor: Actor, pk: int, permission: Permission = Permission.ALLOCATION_PLAN) -> AllocationPlan:
    """Return a plan of a campaign that the actor runs; of one that it only sees, 403."""
    found = seen(actor, pk)
    with forbidden():
        campaigns.check_may_run(found.campaign.authority_id, actor, permission)
    return found


def runs(campaign: Campaign, actor: Actor, permission: Permission) -> bool:
    """Whether the actor does this in the campaign."""
    return campaigns.may_run(campaign.authority_id, actor, permission)


def title_of(plan: AllocationPlan) -> str:
    """Return what a plan is called: its number, and the name it was given."""
    title = _("Plan %(n)d") % {"n": plan.number}
    return f"{title} · {plan.name}" if plan.name else title


class Frame:
    """One plan with everything around it, for one reader. A constant number of queries."""

    def __init__(self, plan: AllocationPlan, actor: Actor, asked: Mapping[str, str] | None = None) -> None:
        self.plan, self.actor = plan, actor
        self.campaign: Campaign = plan.campaign
        self.board = reading.Board(plan, actor, asked or {})

    @property
    def state(self) -> PlanState:
        return PlanState(self.plan.state)

    @property
    def title(self) -> str:
        return title_of(self.plan)

    @property
    def shape(self) -> str:
        return SHAPES[self.state]

    @property
    def sub(self) -> str:
        """Campaign, state, and when it was computed."""
        parts = [self.campaign.name, str(self.state.label)]
        if self.plan.solved_at is not None:
            seconds = sum(float(stage.get("seconds") or 0) for stage in self.plan.stages)
            parts.append(
                _("computed %(when)s in %(seconds).1f s") % {"when": day(self.plan.solved_at), "seconds": seconds}
            )
        if self.state is PlanState.DECIDED:
            parts.append(_("decided by %(body)s, %(day)s") % {
                "body": self.plan.deciding_body, "day": day(self.plan.meeting_on)})  # fmt: skip
        return " · ".join(parts)

    @cached_property
    def numbers(self) -> Figures:
        return self.board.figures_data

    @cached_property
    def siblings(self) -> list[dict[str, Any]]:
        """The latest plans of the campaign, this one marked."""
        plans: QuerySet[AllocationPlan] = self.campaign.allocation_plans.kept().order_by("-number")[:BESIDE]
        return [
            {"title": title_of(each), "state": PlanState(each.state).label, "url": each.get_absolute_url(),
             "current": each.pk == self.plan.pk}
            for each in plans
        ]  # fmt: skip

    @property
    def other(self) -> AllocationPlan | None:
        """The plan this one was made from: with which it is compared first."""
        return self.plan.based_on

    @property
    def changes(self) -> int:
        return self.numbers.changed

    @cached_property
    def criteria(self) -> list[Any]:
        return reading.criteria(self.plan)

    @cached_property
    def source(self) -> Any:
        return reading.source(self.plan)

    @cached_property
    def findings(self) -> list[Any]:
        """What has changed since the plan was made; of a decided or discarded one nothing."""
        return reading.findings(self.plan) if self.state is PlanState.DRAFT else []

    @cached_property
    def may(self) -> dict[str, bool]:
        """What the reader may do with this plan as it stands."""
        draft, is_open = self.state is PlanState.DRAFT, self.campaign.state == CampaignState.OPEN
        plans = runs(self.campaign, self.actor, Permission.ALLOCATION_PLAN)
        return {
            "place": draft and plans,
            "propose": plans and is_open and self.state in (PlanState.DRAFT, PlanState.DECIDED),
            "discard": plans and self.state in (PlanState.DRAFT, PlanState.SOLVING),
            "restore": plans and self.state is PlanState.DISCARDED,
            "rename": plans and self.state is PlanState.DRAFT,
            "decide": draft and is_open and runs(self.campaign, self.actor, Permission.ALLOCATION_DECIDE),
        }

    @property
    def figures(self) -> list[dict[str, Any]]:
        """The strip of numbers in the head."""
        n, before = self.numbers, self.numbers.before or {}
        of_people = npgettext("plan", "person", "people", n.people)
        share = _("%(share)s of the places") % {"share": percent_of(n.filled, n.places)}
        return [
            {"label": _("Requested"), "value": n.places, "unit": npgettext("seat", "place", "places", n.places),
             "note": ngettext("%(n)d receiving unit", "%(n)d receiving units", n.receivers) % {"n": n.receivers}},
            {"label": pgettext("plan", "Nominated"), "value": n.people, "unit": of_people,
             "note": ngettext("%(n)d sending unit", "%(n)d sending units", n.senders) % {"n": n.senders}},
            {"label": _("Paired"), "value": n.filled, "note": share if n.places else ""},
            {"label": _("Unfilled"), "value": n.unfilled, "unit": npgettext("seat", "place", "places", n.unfilled),
             "css": "short" if n.unfilled else "", "note": self._before(before.get("unfilled"))},
            {"label": _("Without a place"), "value": n.left, "unit": npgettext("plan", "person", "people", n.left),
             "note": self._before(before.get("left"))},
            {"label": _("Pinned / banned"), "value": f"{n.pins} / {n.bans}", "note": _("kept when proposing anew")},
        ]  # fmt: skip

    def _before(self, value: int | None) -> str:
        if value is None or self.other is None:
            return ""
        return _("plan %(n)d: %(value)d") % {"n": self.other.number, "value": value}

    @property
    def url(self) -> str:
        return reverse("assignments:plan", args=[self.plan.pk])


def percent_of(part: int, whole: int) -> str:
    """Return a share with one decimal."""
    from decimal import Decimal

    return percent(Decimal(part) / Decimal(whole) if whole else None)
