"""Deciding a plan: the figures once more, what speaks against it, what differs from the last, on what it rests."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from assignments import scans
from assignments.allocation import reading, services
from assignments.allocation.forms import DecideForm
from assignments.allocation.views_frame import Frame, run, title_of
from assignments.models import AllocationPlan
from assignments.states import PlanState
from deploy_admin.access import ActorRequest, Permission, requires
from deploy_admin.http import refusals_shown_in

PAGE = "assignments/allocation_decide.html"
#: So many differences are shown; the comparison has all of them.
DIFFERENCES = 20


@require_http_methods(["GET", "POST"])
@requires(Permission.ALLOCATION_DECIDE)
def plan_decide(request: ActorRequest, pk: int) -> HttpResponse:
    """Show what a decision would do and ask for its basis; turn the plan into planned assignments."""
    held = run(request.actor, pk, Permission.ALLOCATION_DECIDE)
    if held.state != PlanState.DRAFT:
        messages.info(request, _not_a_draft(held))
        return redirect(held)
    found = reading.warnings(held, request.actor)
    codes = [finding.code for finding in found if not finding.refuses]
    if request.method == "GET":
        form = DecideForm(actor=request.actor, warnings=codes, initial={"version": held.version})
        return render(request, PAGE, _context(request, held, form, found))
    form = DecideForm(request.POST, request.FILES, actor=request.actor, warnings=codes)
    if form.is_valid():
        with refusals_shown_in(form):
            decided = _decided(request, held, form)
            count = decided.lines.count()
            told = ngettext(
                "The plan is decided: %(n)d person has a planned assignment.",
                "The plan is decided: %(n)d people have planned assignments.",
                count,
            )
            messages.success(request, told % {"n": count})
            return redirect(decided)
    return render(request, PAGE, _context(request, held, form, found), status=422)


def _not_a_draft(held: AllocationPlan) -> str:
    return _("%(plan)s is “%(state)s”: only a draft is decided.") % {
        "plan": title_of(held),
        "state": PlanState(held.state).label,
    }


@transaction.atomic
def _decided(request: ActorRequest, held: AllocationPlan, form: DecideForm) -> AllocationPlan:
    """Keep the scan and decide; where the decision is refused, the scan is not kept either."""
    scan = scans.kept(form.cleaned_data["scan"], request.actor, held.campaign.authority_id)
    accept = frozenset(form.cleaned_data["accept"])
    decided: AllocationPlan = services.decide(plan=held, **form.basis(), scan=scan, accept=accept, by=request.actor)
    return decided


def _context(request: ActorRequest, held: AllocationPlan, form: DecideForm, found: list[Any]) -> dict[str, Any]:
    last = _last(held)
    changes = reading.compare(held, last) if last is not None else []
    refusing = [finding for finding in found if finding.refuses]
    accepted = form.data.getlist("accept") if form.is_bound and hasattr(form.data, "getlist") else []
    return {
        "frame": Frame(held, request.actor),
        "form": form,
        "fields": [form[name] for name in form.fields if name not in ("accept", "version")],
        "refusing": refusing,
        "warnings": _by_code([finding for finding in found if not finding.refuses], accepted),
        "last": last,
        "last_title": title_of(last) if last is not None else "",
        "changes": changes[:DIFFERENCES],
        "more": max(0, len(changes) - DIFFERENCES),
    }


def _by_code(found: list[Any], accepted: list[str]) -> list[dict[str, Any]]:
    """Return the warnings of one kind together: each kind is accepted once, for everybody it concerns."""
    kinds: dict[str, dict[str, Any]] = {}
    for finding in found:
        kind = kinds.setdefault(
            finding.code, {"code": finding.code, "texts": [], "accepted": finding.code in accepted}
        )
        kind["texts"].append(finding)
    return list(kinds.values())


def _last(held: AllocationPlan) -> AllocationPlan | None:
    """Return the plan this one is told apart from: the one it was made from, else the one decided before."""
    if held.based_on is not None:
        return held.based_on
    plans = AllocationPlan.objects.filter(campaign=held.campaign_id, state=PlanState.DECIDED)
    found: AllocationPlan | None = plans.order_by("-decision").first()
    return found
