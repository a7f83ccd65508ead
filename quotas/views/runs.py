"""Runs: what was computed when, from what, with which differences; asking for another."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from deploy_admin import clock
from deploy_admin.access import ActorRequest, Permission, requires
from deploy_admin.http import is_part, page_of
from deploy_admin.months import Period
from deploy_admin.policies.models import PolicyVersion
from quotas import reading, services
from quotas.filters import RunFilter
from quotas.forms import PeriodForm
from quotas.models import Quota, Run

SHAPES = {Run.State.QUEUED: "und", Run.State.RUNNING: "run", Run.State.PUBLISHED: "ok", Run.State.FAILED: "bad"}


@require_GET
@requires(Permission.RUNS_VIEW)
def runs(request: ActorRequest) -> HttpResponse:
    """List the runs, newest first."""
    found = RunFilter(request.GET, queryset=Run.objects.visible_to(request.actor).for_list())
    page = page_of(request, found.qs)
    for run in page.object_list:
        run.shape = SHAPES[Run.State(run.state)]
    context = {
        "filter": found,
        "page": page,
        "may_recompute": request.actor.can(Permission.QUOTAS_RECOMPUTE),
        "this_year": Period.year(clock.today().year).iso,
    }
    return render(request, "quotas/runs.html#list" if is_part(request) else "quotas/runs.html", context)


@require_GET
@requires(Permission.RUNS_VIEW)
def run(request: ActorRequest, pk: int) -> HttpResponse:
    """Show one run: what it rests on, what it counted, what it changed."""
    found = get_object_or_404(Run.objects.visible_to(request.actor), pk=pk)
    changes = list(services.differences(found, rows=Quota.objects.visible_to(request.actor)))
    page = page_of(request, changes)
    page.object_list = reading.dressed_differences(page.object_list, reading.day_of(found.period))
    texts = PolicyVersion.objects.visible_to(request.actor).select_related("policy")
    context = {
        "run": found,
        "shape": SHAPES[Run.State(found.state)],
        "page": page,
        "texts": texts.filter(pk__in=[each["version"] for each in found.revisions]).order_by("pk"),
        "may_view": request.actor.can(Permission.QUOTAS_VIEW),
    }
    template = "quotas/run.html"
    return render(
        request, f"{template}#progress" if is_part(request) and "progress" in request.GET else template, context
    )


@require_POST
@requires(Permission.QUOTAS_RECOMPUTE)
def start(request: ActorRequest) -> HttpResponse:
    """Ask for a computation of a period; it works in the background."""
    form = PeriodForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Write a period as 2025, 2025-09 or 2025-09-01--2026-08-31."))
        return redirect("quotas:runs")
    run_id = services.ask_for_recompute(form.cleaned_data["period"], trigger=Run.Trigger.HAND, by=request.actor)
    messages.success(request, _("The computation is asked for; this page shows how far it is."))
    return redirect("quotas:run", pk=run_id)
