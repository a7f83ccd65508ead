"""Trends: over the city or a district, of one unit, of one person; and the list behind each point."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from appraisals.trends.listing import Behind
from appraisals.trends.pages import InstitutionTrend, TrendPage
from appraisals.trends.persons import PersonTrend
from assignments.models import Assignment
from deploy_admin import clock
from deploy_admin.access import ActorRequest, Permission, requires
from deploy_admin.audit import services as audit
from deploy_admin.http import exported, is_part
from deploy_admin.people.words import without_ids
from deploy_admin.registry.models import Institution


@require_GET
@requires(Permission.MONTHS_VIEW)
def trends(request: ActorRequest) -> HttpResponse:
    """Show how the months went of everybody the actor sees, narrowed by the address."""
    shown = TrendPage(request.GET.dict(), request.actor, clock.today())
    return _drawn(request, shown, "appraisals/trends_overview.html")


@require_GET
@requires(Permission.MONTHS_VIEW)
def institution(request: ActorRequest, pk: int) -> HttpResponse:
    """Show how the months of one receiving unit went, of the people whose months the actor sees."""
    today = clock.today()
    shown = InstitutionTrend(request.GET.dict(), request.actor, today, institution=pk)
    unit = Institution.objects.standing(today).filter(pk=pk).select_related("profile").first()
    known = Institution.objects.visible_to(request.actor).filter(pk=pk).exists() or not shown.is_empty
    if unit is None or not known:
        raise Http404
    return _drawn(request, shown, "appraisals/trends_institution.html", unit=unit)


def _drawn(request: ActorRequest, shown: TrendPage, template: str, **more: Any) -> HttpResponse:
    context = {"shown": shown, **more}
    return render(request, f"{template}#charts" if is_part(request) else template, context)


@require_GET
@requires(Permission.MONTHS_VIEW)
def rows(request: ActorRequest) -> HttpResponse:
    """Show the people of one point of a chart, each with the value; or hand out exactly these."""
    shown = Behind(request.GET.dict(), request.actor, clock.today())
    answer = exported(request, "months", shown.export, _("Months of people"))
    if answer is not None:
        detail = {"filters": without_ids(request.GET.dict()), "rows": shown.count}
        audit.record(act="trends.exported", by=request.actor, detail=detail)
        return answer
    context = {"shown": shown, "page": shown.page(request.GET.get("page"))}
    return render(request, "appraisals/trends_rows.html", context)


@require_GET
@requires(Permission.MONTHS_VIEW)
def person(request: ActorRequest, pk: int) -> HttpResponse:
    """Show the months of one assignment; the assignment's page takes the first charts as a part."""
    assignment = get_object_or_404(
        Assignment.objects.visible_to(request.actor).living().select_related("worker", "campaign"), pk=pk
    )
    shown = PersonTrend(assignment, request.actor, clock.today())
    if is_part(request):
        return render(request, "appraisals/trends_person.html#few", {"shown": shown})
    audit.record(act="trends.read", by=request.actor, on=assignment, label=assignment.worker.name)
    return render(request, "appraisals/trends_person.html", {"shown": shown})


@require_GET
@requires(Permission.OWN_SERVICE)
def mine(request: ActorRequest, pk: int) -> HttpResponse:
    """Show a deployed person the own months; “My service” takes the first charts as a part."""
    own: Any = Assignment.objects.visible_to(request.actor).living().filter(worker=request.actor.worker_id)
    assignment = get_object_or_404(own.select_related("worker", "campaign"), pk=pk)
    shown = PersonTrend(assignment, request.actor, clock.today(), own=True)
    template = "appraisals/trends_person.html"
    return render(request, f"{template}#few" if is_part(request) else template, {"shown": shown})
