"""Placing people into a campaign: one by one with a live check, by list, and plans that change or are taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from assignments import placing_candidates, placing_list
from assignments.forms.campaigns import ReasonForm
from assignments.forms.placing import ListForm, PlaceForm, PlanForm
from assignments.models import Assignment, Campaign, Slot
from assignments.services.placing import Finding, Placement, Refused, change_plan, check_all, place_all, withdraw_plans
from assignments.services.plans import FACTS
from assignments.services.standing_of import may_decide
from assignments.states import COMING
from assignments.views.campaigns import forbidden, run_or_404
from deploy_admin import clock
from deploy_admin.access import Actor, ActorRequest, Permission, requires
from deploy_admin.http import is_part, refusals_shown_in
from deploy_admin.people.models import HealthWorker
from deploy_admin.registry.models import Institution


def _campaign(request: ActorRequest, pk: int) -> Campaign:
    return run_or_404(request.actor, pk, Permission.ASSIGNMENTS_PLAN)


def _number(data: Mapping[str, str], name: str) -> int:
    said = str(data.get(name, ""))
    return int(said) if said.isdecimal() and len(said) < 19 else 0


def _worker(data: Mapping[str, str], actor: Actor) -> HealthWorker | None:
    found: HealthWorker | None = (
        HealthWorker.objects.living().visible_to(actor).with_employment().select_related("employment")
        .filter(pk=_number(data, "worker")).first()
    )  # fmt: skip
    return found


def _slot(data: Mapping[str, str], campaign: Campaign) -> Slot | None:
    return Slot.objects.filter(campaign=campaign, replacement_due_on__isnull=False, pk=_number(data, "slot")).first()


def _begun(campaign: Campaign, slot: Slot | None) -> dict[str, Any]:
    """Return what the form of one person begins with."""
    begun: dict[str, Any] = {
        "starts_on": campaign.starts_on,
        "term_months": campaign.term_months,
        "term_days": campaign.term_days,
        "full_time": True,
    }
    if slot is None:
        return begun
    names = Institution.objects.filter(pk=slot.receiving_unit_id).named(clock.today())
    later = max(campaign.starts_on, clock.today())
    return begun | {
        "receiver": names.get(slot.receiving_unit_id, ""),
        "speciality": slot.speciality,
        "slot": slot.pk,
        "starts_on": later,
    }


@require_http_methods(["GET", "POST"])
@requires(Permission.ASSIGNMENTS_PLAN)
def place(request: ActorRequest, pk: int) -> HttpResponse:
    """Place one person: whom, found by name among those who may go; where to, checked while one types."""
    campaign = _campaign(request, pk)
    slot = _slot(request.GET if request.method == "GET" else request.POST, campaign)
    if request.method == "POST":
        return _placed(request, campaign, slot)
    worker = _worker(request.GET, request.actor)
    context: dict[str, Any] = {"campaign": campaign, "slot": slot, "worker": worker, "q": request.GET.get("q", "")}
    if worker is None:
        context["found"] = placing_candidates.found(campaign, context["q"], request.actor)
        template = "assignments/placing_search.html"
        return render(request, f"{template}#found" if is_part(request) else template, context)
    initial = _begun(campaign, slot) | {"worker": worker.pk}
    context["form"] = PlaceForm(actor=request.actor, initial=initial)
    return render(request, "assignments/placing_one.html", context)


def _placed(request: ActorRequest, campaign: Campaign, slot: Slot | None) -> HttpResponse:
    form = PlaceForm(request.POST, actor=request.actor)
    worker = _worker(request.POST, request.actor)
    found: list[Finding] = []
    if worker is None:
        messages.error(request, _("Choose whom to place."))
        return redirect("assignments:place", campaign.pk)
    if form.is_valid():
        row = Placement(worker_id=worker.pk, slot_id=form.cleaned_data["slot"], **form.facts())
        with refusals_shown_in(form):
            try:
                (placed,) = place_all([row], campaign=campaign, accept=form.accepted, by=request.actor)
            except Refused as refusal:
                found = refusal.findings[0]
            else:
                messages.success(request, _("%(name)s is placed.") % {"name": worker.name}, placed.get_absolute_url())
                return redirect("assignments:place", campaign.pk)
    context = {"campaign": campaign, "slot": slot, "worker": worker, "form": form, "findings": found, "checked": True}
    return render(request, "assignments/placing_one.html", context, status=422)


@require_GET
@requires(Permission.ASSIGNMENTS_PLAN)
def place_check(request: ActorRequest, pk: int) -> HttpResponse:
    """Answer what speaks against the placement as it stands in the form; nothing is written."""
    campaign = _campaign(request, pk)
    form = PlaceForm(request.GET, actor=request.actor)
    context: dict[str, Any] = {"accepted": request.GET.getlist("accept")}
    if form.is_valid():
        row = Placement(worker_id=form.cleaned_data["worker"], slot_id=form.cleaned_data["slot"], **form.facts())
        context |= {"findings": check_all([row], campaign=campaign, by=request.actor)[0], "checked": True}
    return render(request, "assignments/placing_findings.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.ASSIGNMENTS_PLAN)
def place_list(request: ActorRequest, pk: int) -> HttpResponse:
    """Place a pasted list: first checked line by line, then placed all together or not at all."""
    campaign = _campaign(request, pk)
    begun = {name: value for name, value in _begun(campaign, None).items() if name in ListForm.base_fields}
    chosen = request.GET.getlist("number")
    form = ListForm(
        request.POST if request.method == "POST" else None,
        actor=request.actor,
        initial=begun | {"text": "\n".join(chosen)},
    )
    context: dict[str, Any] = {"campaign": campaign, "form": form}
    if form.is_bound and form.is_valid():
        with refusals_shown_in(form):
            rows = placing_list.read(form.cleaned_data["text"], form.cleaned_data["receiver"], request.actor)
            context["rows"] = rows
            answer = _list_done(request, campaign, form, rows)
            if answer is not None:
                return answer
            context |= _of_list(rows)
    status = 422 if form.is_bound and (form.errors or "place" in request.POST) else 200
    return render(request, "assignments/placing_list.html", context, status=status)


def _list_done(
    request: ActorRequest, campaign: Campaign, form: ListForm, rows: Sequence[placing_list.Row]
) -> HttpResponse | None:
    """Check the list, or place it where that is asked and every line can be read; None: it is shown again."""
    readable = [row for row in rows if not row.note]
    placements = [row.placement(form.term()) for row in readable]
    if "place" in request.POST and len(readable) == len(rows):
        try:
            placed = place_all(placements, campaign=campaign, accept=form.accepted, by=request.actor)
        except Refused as refusal:
            found = refusal.findings
        else:
            said = ngettext("%(count)d person is placed.", "%(count)d people are placed.", len(placed))
            messages.success(request, said % {"count": len(placed)})
            return redirect(campaign)
    else:
        found = check_all(placements, campaign=campaign, by=request.actor)
    for row, findings in zip(readable, found, strict=True):
        row.findings = findings
    return None


def _of_list(rows: Sequence[placing_list.Row]) -> dict[str, Any]:
    """Return what the page says of the whole list: how many lines refuse, and each warning once with how often."""
    warnings: dict[str, dict[str, Any]] = {}
    for row in rows:
        for finding in row.findings:
            if not finding.refuses:
                held = warnings.setdefault(
                    finding.code, {"code": finding.code, "message": finding.message, "count": 0}
                )
                held["count"] += 1
    refused = sum(row.refused for row in rows)
    return {"refused": refused, "warnings": list(warnings.values()), "count": len(rows)}


# ------------------------------------------------------------ plans


def _plan(request: ActorRequest, pk: int) -> Assignment:
    """Return a plan that the actor may change; of one that it only sees, a refusal."""
    rows = Assignment.objects.visible_to(request.actor).select_related("worker", "campaign")
    plan: Assignment = get_object_or_404(rows, pk=pk)
    with forbidden():
        may_decide(plan, request.actor, Permission.ASSIGNMENTS_PLAN)
    return plan


@require_http_methods(["GET", "POST"])
@requires(Permission.ASSIGNMENTS_PLAN)
def plan_change(request: ActorRequest, pk: int) -> HttpResponse:
    """Change a plan while nobody has gone."""
    plan = _plan(request, pk)
    names = Institution.objects.filter(pk=plan.receiving_unit_id).named(clock.today())
    shown = {name: getattr(plan, name) for name in FACTS if name != "receiving_unit_id"}
    shown |= {"receiver": names.get(plan.receiving_unit_id, ""), "version": plan.version}
    data = request.POST if request.method == "POST" else None
    form = PlanForm(data, actor=request.actor, initial=shown)
    found: list[Finding] = []
    if form.is_bound and form.is_valid():
        with refusals_shown_in(form):
            try:
                change_plan(
                    assignment=plan,
                    facts=form.facts(),
                    version=form.cleaned_data["version"],
                    accept=form.accepted,
                    by=request.actor,
                )
            except Refused as refusal:
                found = refusal.findings[0]
            else:
                messages.success(request, _("The change is recorded."))
                return redirect(plan)
    context = {"plan": plan, "form": form, "findings": found, "checked": bool(found), "coming": plan.state in COMING}
    return render(request, "assignments/placing_plan.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
@requires(Permission.ASSIGNMENTS_PLAN)
def plan_withdraw(request: ActorRequest, pk: int) -> HttpResponse:
    """Take one plan back, with a reason."""
    plan = _plan(request, pk)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        versions = {plan.pk: _number(request.POST, "version")}
        with refusals_shown_in(form):
            reason = form.cleaned_data["reason"]
            withdraw_plans(assignments=[plan], reason=reason, versions=versions, by=request.actor)
            messages.success(request, _("The plan is taken back."))
            return redirect(plan.campaign or plan)
    context = {"plan": plan, "form": form}
    return render(request, "assignments/placing_withdraw.html", context, status=422 if form.is_bound else 200)
