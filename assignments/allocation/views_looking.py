"""Looking into a plan: who is left, what differs from another, why, and whom one could place by hand."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET

from assignments.allocation import filters, reading
from assignments.allocation.forms import number
from assignments.allocation.views_frame import Frame, run, seen, title_of
from assignments.models import AllocationPlan, Nomination, StaffingRequest
from deploy_admin.access import ActorRequest, Permission, requires
from deploy_admin.http import is_part, page_of
from deploy_admin.registry.models import Institution


def request_of(plan: AllocationPlan, key: object) -> StaffingRequest | None:
    found: StaffingRequest | None = StaffingRequest.objects.filter(campaign=plan.campaign_id, pk=number(key)).first()
    return found


def nomination_of(plan: AllocationPlan, key: object) -> Nomination | None:
    held = Nomination.objects.filter(campaign=plan.campaign_id, pk=number(key)).select_related("worker")
    found: Nomination | None = held.first()
    return found


def _unit(wanted: StaffingRequest, plan: AllocationPlan) -> str:
    named = Institution.objects.filter(pk=wanted.institution_id).named(plan.campaign.starts_on)
    return str(named.get(wanted.institution_id, ""))


def drawn(request: ActorRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    return render(request, f"{template}#board" if is_part(request) else template, context)


@require_GET
@requires(Permission.ALLOCATION_VIEW)
def plan_left(request: ActorRequest, pk: int) -> HttpResponse:
    """Show the nominated people without a place, each with the reason and what would change it."""
    held = seen(request.actor, pk)
    asked = request.GET.dict()
    page = page_of(request, reading.left(held, request.actor, asked), filters.PLACES)
    context = {
        "frame": Frame(held, request.actor), "asked": asked, "page": page, "part": is_part(request),
        "back": request.get_full_path(),
    }  # fmt: skip
    return drawn(request, "assignments/allocation_left.html", context)


@require_GET
@requires(Permission.ALLOCATION_VIEW)
def plan_compare(request: ActorRequest, pk: int) -> HttpResponse:
    """Show what differs between this plan and another of the campaign, place by place, with why."""
    held = seen(request.actor, pk)
    others = AllocationPlan.objects.visible_to(request.actor).filter(campaign=held.campaign_id).exclude(pk=held.pk)
    wanted = number(request.GET.get("with"))
    other = get_object_or_404(others, pk=wanted) if wanted else held.based_on
    context = {
        "frame": Frame(held, request.actor),
        "other": other,
        "other_title": title_of(other) if other is not None else "",
        "choices": [(each.pk, title_of(each)) for each in others.kept().order_by("-number")[:50]],
        "page": page_of(request, reading.compare(held, other) if other is not None else [], filters.PLACES),
        "part": is_part(request),
    }
    return drawn(request, "assignments/allocation_compare.html", context)


@require_GET
@requires(Permission.ALLOCATION_VIEW)
def plan_why(request: ActorRequest, pk: int) -> HttpResponse:
    """Say why a place is filled as it is, or why it, or a person, is left over."""
    held = seen(request.actor, pk)
    wanted = request_of(held, request.GET.get("request"))
    nomination = nomination_of(held, request.GET.get("nomination"))
    if wanted is None and nomination is None:
        return redirect(held)
    why = reading.why(held, wanted, nomination)
    frame = Frame(held, request.actor)
    context = {
        "frame": frame, "plan": held, "why": why, "title": title_of(held), "may_place": frame.may["place"],
        "back": held.get_absolute_url(),
    }  # fmt: skip
    return render(request, "assignments/allocation_why.html", context)


@require_GET
@requires(Permission.ALLOCATION_PLAN)
def plan_pick(request: ActorRequest, pk: int) -> HttpResponse:
    """Choose by hand: people for a request, or a request for a person, each with what is for and against it."""
    held = run(request.actor, pk)
    text = request.GET.get("q", "").strip()
    wanted = request_of(held, request.GET.get("request"))
    nomination = nomination_of(held, request.GET.get("nomination"))
    if wanted is None and nomination is None:
        return redirect(held)  # nothing is named: back to the board
    context: dict[str, Any] = {"plan": held, "q": text, "title": title_of(held), "back": held.get_absolute_url()}
    if wanted is not None:
        context |= {
            "wanted": wanted,
            "unit": _unit(wanted, held),
            "instead": nomination,
            "candidates": reading.candidates(held, wanted, text),
        }
    elif nomination is not None:
        context |= {"nomination": nomination, "choices": reading.requests_for(held, nomination, text)}
    template = "assignments/allocation_pick.html"
    return render(request, f"{template}#found" if "found" in request.GET and is_part(request) else template, context)
