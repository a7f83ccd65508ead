"""Nomination lists: all one sees, beginning one, one list with its people, handed in, and a person struck from it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from assignments.filing import services_moving, tabs
from assignments.filing.forms_nominations import NominationHeadForm
from assignments.filing.forms_requests import ReasonForm
from assignments.filing.list_page import WINDOWS
from assignments.filing.nomination_listing import NominationLists, exported_list
from assignments.filing.nomination_page import NominationPage
from assignments.filing.views_acts import list_or_404, moved
from assignments.filing.views_requests import begin_on_behalf, campaign_asked, own_unit
from assignments.kinds import ListKind
from assignments.models import FiledList, Nomination
from assignments.states import LIST_SHAPES
from deploy_admin.access import ActorRequest, Permission, Reach, requires
from deploy_admin.audit import services as audit
from deploy_admin.errors import RuleViolation
from deploy_admin.http import exported, is_part, page_of, refusals_shown_in

PAGE = "assignments/nomination_list.html"


@require_GET
@requires(Permission.NOMINATIONS_VIEW)
def nomination_lists(request: ActorRequest) -> HttpResponse:
    """Show the nomination lists, and to a unit the campaigns in which it may begin one."""
    shown = NominationLists(request.GET.dict(), request.actor)
    answer = exported(request, "nominations", shown.export, _("Nomination lists"))
    if answer is not None:
        detail = {"lists": shown.rows.count()}
        audit.record(act="lists.nominations_exported", by=request.actor, detail=detail)
        return answer
    found = page_of(request, shown.rows)
    context = {
        "shown": shown,
        "page": found,
        "lines": shown.lines(list(found.object_list)),
        "to_begin": [each | {"words": str(WINDOWS[each["window"].code])} for each in shown.to_begin],
        "states": [(state.value, state.label) for state in LIST_SHAPES],
    }
    context["tabs"] = tabs.shown(request.actor, ListKind.NOMINATIONS)
    template = "assignments/nomination_lists.html"
    return render(request, f"{template}#list" if is_part(request) else template, context)


@require_http_methods(["GET", "POST"])
@requires(Permission.NOMINATIONS_ENTER)
def nomination_list_new(request: ActorRequest) -> HttpResponse:
    """Begin the own unit's list in a campaign, or one on behalf of a unit from its paper."""
    campaign = campaign_asked(request)
    if campaign is None:
        return redirect("assignments:nomination_lists")
    if request.actor.reach is not Reach.UNIT:
        return begin_on_behalf(request, campaign, ListKind.NOMINATIONS)
    unit = own_unit(request.actor)
    held = FiledList.objects.filter(campaign=campaign, institution=unit, kind=ListKind.NOMINATIONS).first()
    if held is not None and not held.on_behalf:
        return redirect(held)
    if request.method == "POST":
        begun = services_moving.open_list(
            campaign=campaign, institution=unit, kind=ListKind.NOMINATIONS, by=request.actor
        )
        return redirect(begun)
    context = {"campaign": campaign, "unit": unit, "held": held, "kind": ListKind.NOMINATIONS.label}
    return render(request, "assignments/filing_begin.html", context)


@require_GET
@requires(Permission.NOMINATIONS_VIEW)
def nomination_list(request: ActorRequest, pk: int) -> HttpResponse:
    """Show one list: its people with what speaks against them, and to whoever enters whom one may still nominate."""
    filed = list_or_404(request.actor, pk, ListKind.NOMINATIONS)
    answer = exported(request, f"nominations-{pk}", lambda: exported_list(filed), _("Nomination lists"))
    if answer is not None:
        audit.record(act="lists.nominations_exported", by=request.actor, on=filed, label=filed.campaign.name)
        return answer
    return page(request, filed, part=is_part(request))


@require_POST
@requires(Permission.NOMINATIONS_ENTER)
def nomination_head(request: ActorRequest, pk: int) -> HttpResponse:
    """Say that it is nobody this time, or a remark."""
    filed = list_or_404(request.actor, pk, ListKind.NOMINATIONS)
    form = NominationHeadForm(request.POST)
    if form.is_valid():
        with refusals_shown_in(form):
            services_moving.save_head(filed=filed, **form.cleaned_data, by=request.actor)
            messages.success(request, _("The list is saved."))
            return redirect(filed)
    return page(request, filed, bound={"head": form}, status=422)


@require_POST
@requires(Permission.NOMINATIONS_ENTER)
def nomination_list_move(request: ActorRequest, pk: int) -> HttpResponse:
    """Hand the list in or take it back; what stands in the way is told on the list itself."""
    filed = list_or_404(request.actor, pk, ListKind.NOMINATIONS)
    try:
        return moved(request, filed)
    except RuleViolation as refusal:
        if refusal.code in ("not_permitted", "act_unknown", "stale_version"):
            raise
        return page(request, filed, bound={"refusal": refusal}, status=422)


@require_http_methods(["GET", "POST"])
@requires(Permission.LISTS_DECIDE)
def nomination_strike(request: ActorRequest, pk: int) -> HttpResponse:
    """Strike somebody from a list that was handed in, with the reason, or let the person stand again."""
    line: Any = get_object_or_404(
        Nomination.objects.visible_to(request.actor).select_related("filed_list__campaign", "worker"), pk=pk
    )
    if request.method == "POST" and request.POST.get("act") == "restore":
        services_moving.restore(line=line, by=request.actor)
        messages.success(request, _("%(name)s stands on the list again.") % {"name": line.worker.name})
        return redirect(line.filed_list)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        with refusals_shown_in(form):
            services_moving.strike(line=line, reason=form.cleaned_data["reason"], by=request.actor)
            messages.success(request, _("%(name)s is struck from the list.") % {"name": line.worker.name})
            return redirect(line.filed_list)
    shown = NominationPage(line.filed_list, request.actor)
    if not shown.may["strike"]:
        raise PermissionDenied
    context = {"line": line, "shown": shown, "form": form}
    return render(request, "assignments/nomination_strike.html", context, status=422 if form.is_bound else 200)


def page(
    request: ActorRequest,
    filed: FiledList,
    *,
    bound: dict[str, Any] | None = None,
    part: bool = False,
    status: int = 200,
) -> HttpResponse:
    """Show the list's page, with forms that were sent."""
    bound = bound or {}
    shown = NominationPage(filed, request.actor, bound)
    begun = {"version": filed.version, "nothing": filed.nothing, "remark": filed.remark}
    query = request.GET.get("q", "")
    context: dict[str, Any] = {
        "shown": shown,
        "filed": filed,
        "q": query,
        "offered": shown.offered(query, request.GET.get("page")) if shown.may["enter"] else None,
    }
    if part:
        return render(request, f"{PAGE}#people", context)
    context |= {
        "head": bound.get("head") or NominationHeadForm(initial=begun),
        "refusal": bound.get("refusal"),
    }
    return render(request, PAGE, context, status=status)
