"""The plans of a campaign and the board of one: every place with who has it, what speaks for it or why nobody has."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from assignments.allocation import filters, reading, services
from assignments.allocation.forms import NameForm, number
from assignments.allocation.views_frame import SHAPES, Frame, run, runs, seen, title_of
from assignments.models import AllocationPlan, Campaign
from assignments.states import CampaignState, PlanState
from assignments.views.campaigns import campaign_or_404, run_or_404
from deploy_admin.access import ActorRequest, Permission, requires
from deploy_admin.audit import services as audit
from deploy_admin.http import exported, is_part, page_of, refusals_shown_in

PLANS = "assignments/allocation_plans.html"


@require_GET
@requires(Permission.ALLOCATION_VIEW)
def campaigns_of(request: ActorRequest) -> HttpResponse:
    """Show the campaigns that are open or have plans, with what is there to allocate."""
    page = page_of(request, filters.campaigns_of(request.actor), 50)
    lines = filters.lines_of(list(page.object_list), request.actor)
    for line in lines:
        latest = line["latest"]
        if latest is not None:
            state = PlanState(latest.state)
            line |= {"title": title_of(latest), "state": state.label, "shape": SHAPES[state]}
    return render(request, "assignments/allocation_campaigns.html", {"page": page, "lines": lines})


@require_GET
@requires(Permission.ALLOCATION_VIEW)
def plans(request: ActorRequest, pk: int) -> HttpResponse:
    """Show the plans of one campaign with what each reaches, the latest first."""
    campaign = campaign_or_404(request.actor, pk)
    return render(request, PLANS, _plans(request, campaign))


def _plans(request: ActorRequest, campaign: Campaign, **bound: Any) -> dict[str, Any]:
    held = AllocationPlan.objects.visible_to(request.actor).filter(campaign=campaign)
    every = request.GET.get("all") == "1"
    page = page_of(request, (held if every else held.kept()).for_list(), 30)
    shown = list(page.object_list)
    numbers = filters.numbers_of(shown, campaign)
    lines = [
        {"plan": plan, "title": title_of(plan), "state": PlanState(plan.state).label,
         "shape": SHAPES[PlanState(plan.state)], "numbers": numbers[plan.pk]}
        for plan in shown
    ]  # fmt: skip
    plan_them = runs(campaign, request.actor, Permission.ALLOCATION_PLAN)
    return {
        "campaign": campaign,
        "page": page,
        "lines": lines,
        "every": every,
        "discarded": held.filter(state=PlanState.DISCARDED).count(),
        "may_plan": plan_them and campaign.state == CampaignState.OPEN,
        "is_open": campaign.state == CampaignState.OPEN,
        "form": bound.get("form") or NameForm(actor=request.actor),
    }


@require_POST
@requires(Permission.ALLOCATION_PLAN)
def plan_new(request: ActorRequest, pk: int) -> HttpResponse:
    """Begin a plan: an empty one to place people by hand, or one that is proposed at once."""
    campaign = run_or_404(request.actor, pk, Permission.ALLOCATION_PLAN)
    form = NameForm(request.POST, actor=request.actor)
    if form.is_valid():
        with refusals_shown_in(form):
            plan = services.create_plan(campaign=campaign, name=form.cleaned_data["name"], by=request.actor)
            if "propose" in request.POST:
                plan = services.propose(plan=plan, name=form.cleaned_data["name"], by=request.actor)
            return redirect(plan)
    return render(request, PLANS, _plans(request, campaign, form=form), status=422)


@require_GET
@requires(Permission.ALLOCATION_VIEW)
def plan(request: ActorRequest, pk: int) -> HttpResponse:
    """Show one plan place by place; while it is being computed, how far that is."""
    held = seen(request.actor, pk)
    if "progress" in request.GET:
        return _progress(request, held)
    asked = request.GET.dict()
    frame = Frame(held, request.actor, asked)
    if held.state == PlanState.SOLVING:
        return render(request, "assignments/allocation_solving.html", {"frame": frame, "job": frame.board.job})
    answer = exported(
        request, f"allocation-{held.campaign_id}-{held.number}", partial(filters.export, frame.board), frame.title
    )
    if answer is not None:
        audit.record(act="allocation.exported", by=request.actor, on=held, detail={"rows": len(frame.board.rows)})
        return answer
    return render(request, _template(request), board_context(request, frame, asked))


def board_context(request: ActorRequest, frame: Frame, asked: dict[str, str]) -> dict[str, Any]:
    """Return what the board's template is given."""
    rows = list(frame.board.rows)
    page = page_of(request, rows, filters.PLACES)
    places = frame.board.detail(list(page.object_list))
    return {
        "frame": frame,
        "asked": asked,
        "part": is_part(request),
        "page": page,
        "chips": filters.chips(frame.board.counts),
        "districts": filters.offered(frame.board.districts),
        "bans": filters.bans(frame.plan) if frame.numbers.bans else [],
        "groups": filters.grouped(places, frame.board.districts),
        "back": request.get_full_path(),
    }


def _template(request: ActorRequest) -> str:
    template = "assignments/allocation_board.html"
    return f"{template}#board" if is_part(request) else template


def _progress(request: ActorRequest, held: AllocationPlan) -> HttpResponse:
    """How far the computation is; when it is over, the way to the plan."""
    if held.state != PlanState.SOLVING:
        return HttpResponse(status=204, headers={"HX-Redirect": held.get_absolute_url()})
    context = {"frame": Frame(held, request.actor), "job": reading.Board(held, request.actor, {}).job}
    return render(request, "assignments/allocation_solving.html#progress", context)


@require_POST
@requires(Permission.ALLOCATION_PLAN)
def plan_propose(request: ActorRequest, pk: int) -> HttpResponse:
    """Have a plan proposed from this one: a new plan that keeps its pins and bans."""
    new = services.propose(plan=run(request.actor, pk), by=request.actor)
    return redirect(new)


@require_POST
@requires(Permission.ALLOCATION_PLAN)
def plan_try_again(request: ActorRequest, pk: int) -> HttpResponse:
    """Compute once more what could not be computed."""
    return redirect(services.try_again(plan=run(request.actor, pk), by=request.actor))


@require_POST
@requires(Permission.ALLOCATION_PLAN)
def plan_discard(request: ActorRequest, pk: int) -> HttpResponse:
    """Lay a plan aside; it can be taken up again."""
    held = run(request.actor, pk)
    services.discard(plan=held, version=number(request.POST.get("version")), by=request.actor)
    messages.success(request, _("The plan is laid aside; it can be taken up again from the list."))
    return redirect("assignments:plans", held.campaign_id)


@require_POST
@requires(Permission.ALLOCATION_PLAN)
def plan_restore(request: ActorRequest, pk: int) -> HttpResponse:
    """Take a plan up again that was laid aside."""
    held = run(request.actor, pk)
    services.restore(plan=held, version=number(request.POST.get("version")), by=request.actor)
    messages.success(request, _("The plan is a draft again."))
    return redirect(held)
