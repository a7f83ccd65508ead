"""Staffing requests: all lists one sees, beginning one, the table of one list entered on one page."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from assignments import scans
from assignments.filing import forms_requests as forms
from assignments.filing import services_moving, services_requests, specialities, tabs
from assignments.filing.list_page import WINDOWS, ListPage
from assignments.filing.listing import RequestLists, words_of
from assignments.filing.views_acts import list_or_404
from assignments.kinds import ListKind
from assignments.models import Campaign, FiledList
from assignments.services.standing_of import not_permitted
from assignments.states import LIST_SHAPES, LineState
from deploy_admin import clock
from deploy_admin.access import Actor, ActorRequest, Permission, Reach, requires
from deploy_admin.audit import services as audit
from deploy_admin.errors import Conflict, RuleViolation
from deploy_admin.http import exported, is_part, page_of, refusals_shown_in
from deploy_admin.registry.models import Institution

PAGE = "assignments/filing_request_list.html"


@require_GET
@requires(Permission.REQUESTS_VIEW)
def request_lists(request: ActorRequest) -> HttpResponse:
    """Show the lists of requests, and to a unit the campaigns in which it owes one."""
    shown = RequestLists(request.GET.dict(), request.actor)
    answer = exported(request, "staffing-requests", shown.export, pgettext("list", "Staffing requests"))
    if answer is not None:
        audit.record(act="lists.requests_exported", by=request.actor, detail={"lists": shown.rows.count()})
        return answer
    found = page_of(request, shown.rows)
    demand = shown.demand
    context = {
        "shown": shown,
        "page": found,
        "lines": shown.lines(list(found.object_list)),
        "to_begin": [each | {"words": str(WINDOWS[each["window"].code])} for each in shown.to_begin],
        "states": [(state.value, state.label) for state in LIST_SHAPES],
        "demand": _demand(demand) if demand is not None else None,
        "tabs": tabs.shown(request.actor, ListKind.REQUESTS),
    }
    template = "assignments/filing_request_lists.html"
    return render(request, f"{template}#list" if is_part(request) else template, context)


def _demand(rows: Any) -> list[dict[str, Any]]:
    """Return what is asked for, with its words; 500 lines at most, the rest is in the campaign's lists."""
    held = list(rows[:500])
    names = Institution.objects.filter(pk__in={row.institution_id for row in held}).named(clock.today())
    return [{"row": row, "unit": names.get(row.institution_id, "")} | words_of(row) for row in held]


@require_http_methods(["GET", "POST"])
@requires(Permission.REQUESTS_ENTER)
def request_list_new(request: ActorRequest) -> HttpResponse:
    """Begin the own unit's list in a campaign, or one on behalf of a unit from its paper."""
    campaign = campaign_asked(request)
    if campaign is None:
        return redirect("assignments:request_lists")
    if request.actor.reach is Reach.UNIT:
        return _begin_own(request, campaign)
    return begin_on_behalf(request, campaign, ListKind.REQUESTS)


def campaign_asked(request: ActorRequest) -> Campaign | None:
    """Return the campaign that the address names, where the actor sees it; None where it names none."""
    said = request.GET.get("campaign", "")
    if not (said.isdecimal() and len(said) < 19):
        return None
    found: Campaign = get_object_or_404(Campaign.objects.visible_to(request.actor), pk=int(said))
    return found


def own_unit(actor: Actor) -> Institution:
    """Return the unit in whose name the actor files."""
    found: Institution = get_object_or_404(Institution.objects.visible_to(actor), pk=actor.institution_id or 0)
    return found


def _begin_own(request: ActorRequest, campaign: Campaign) -> HttpResponse:
    unit = own_unit(request.actor)
    held = FiledList.objects.filter(campaign=campaign, institution=unit, kind=ListKind.REQUESTS).first()
    if held is not None and not held.on_behalf:
        return redirect(held)
    if request.method == "POST":
        return redirect(
            services_moving.open_list(campaign=campaign, institution=unit, kind=ListKind.REQUESTS, by=request.actor)
        )
    context = {"campaign": campaign, "unit": unit, "held": held, "kind": ListKind.REQUESTS.label}
    return render(request, "assignments/filing_begin.html", context)


def begin_on_behalf(request: ActorRequest, campaign: Campaign, kind: ListKind) -> HttpResponse:
    """Begin a unit's list from the scan of its paper; the page of either kind."""
    data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = forms.BeginForm(data, files, actor=request.actor, initial={"unit": unit_asked(request)})
    if form.is_bound and form.is_valid():
        unit = form.cleaned_data["unit"]
        with refusals_shown_in(form), transaction.atomic():
            scan = scans.kept(form.cleaned_data["scan"], request.actor, unit.pk)
            begun = services_moving.open_list(
                campaign=campaign, institution=unit, kind=kind, on_behalf=True, scan=scan, by=request.actor
            )
            return redirect(begun)
    context = {"campaign": campaign, "form": form, "kind": kind.label}
    return render(request, "assignments/filing_begin.html", context, status=422 if form.is_bound else 200)


def unit_asked(request: ActorRequest) -> str:
    """Return the name of the unit that the address names."""
    said = request.GET.get("unit", "")
    if not (said.isdecimal() and len(said) < 19):
        return ""
    seen = Institution.objects.visible_to(request.actor).filter(pk=int(said))
    return Institution.objects.filter(pk__in=seen.order_by().values("pk")).named(clock.today()).get(int(said), "")


@require_GET
@requires(Permission.REQUESTS_VIEW)
def request_list(request: ActorRequest, pk: int) -> HttpResponse:
    """Show one list: to whoever may enter as a table to write in, to all others as it stands."""
    return page(request, list_or_404(request.actor, pk, ListKind.REQUESTS))


@require_POST
@requires(Permission.REQUESTS_ENTER)
def request_lines(request: ActorRequest, pk: int) -> HttpResponse:
    """Save the table, or save it and hand it in; or add, remove and move lines, saving nothing."""
    filed = list_or_404(request.actor, pk, ListKind.REQUESTS)
    if not services_moving.may_enter(filed, request.actor) and not _is_entering(filed, request.actor):
        raise not_permitted()
    lines = forms.Lines.sent(request.POST)
    head = forms.HeadForm(request.POST)
    if pressed := next((name for name in forms.REARRANGING if name in request.POST), ""):
        bound = {"lines": lines, "head": head, "added": pressed == "add"}
        return page(request, filed, bound=bound, part=is_part(request))
    rows, is_valid = lines.rows(), head.is_valid()
    if rows is not None and is_valid:
        try:
            with transaction.atomic():
                _save(request, filed, rows, head.cleaned_data)
        except Conflict as conflict:
            return _met(request, filed, lines, conflict)
        except RuleViolation as refusal:
            if not lines.tell(refusal):
                head.add_error(None, refusal.message)
        else:
            return redirect(filed)
    return page(request, filed, bound={"lines": lines, "head": head}, status=422)


def _is_entering(filed: FiledList, actor: Actor) -> bool:
    """Whether the actor is of those who enter this list, even if it has moved on or its window closed meanwhile."""
    shown = ListPage(filed, actor)
    return shown.is_own or shown.may["take_back"] or shown.may["on_behalf"]


def _save(request: ActorRequest, filed: FiledList, rows: Any, said: Any) -> None:
    held = services_requests.save_requests(
        filed=filed,
        rows=rows,
        nothing=said["nothing"],
        remark=said["remark"],
        version=said["version"],
        by=request.actor,
    )
    if "submit" not in request.POST:
        messages.success(request, _("The list is saved."))
        return
    held = services_moving.submit(filed=held, version=held.version, by=request.actor)
    waits = _("Entered. Another person checks it against the scan.")
    messages.success(request, waits if held.on_behalf else _("The list is submitted."))


def _met(request: ActorRequest, filed: FiledList, lines: forms.Lines, conflict: Conflict) -> HttpResponse:
    """Show both entries; what was entered stays in the table and is saved knowingly by the next press."""
    held = list_or_404(request.actor, filed.pk, ListKind.REQUESTS)
    there = set(held.requests.filter(state=LineState.STANDING).values_list("pk", flat=True))
    data = request.POST.copy()
    data["version"] = str(held.version)
    for form in lines:
        name = form.add_prefix("id")
        said = str(data.get(name, ""))
        if said.isdecimal() and int(said) not in there:
            data[name] = ""  # removed meanwhile: saved again, it is a new line
    again = {"lines": forms.Lines.sent(data), "head": forms.HeadForm(data), "conflict": conflict}
    return page(request, held, bound=again, status=409)


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
    shown = ListPage(filed, request.actor, bound)
    rows = list(filed.requests.order_by("rank", "pk"))
    standing = [row for row in rows if row.state == LineState.STANDING]
    begun = {"version": filed.version, "nothing": filed.nothing, "remark": filed.remark}
    lines = bound.get("lines")
    enters = shown.may["enter"] or lines is not None
    context = {
        "shown": shown,
        "filed": filed,
        "enters": enters,
        "lines": (forms.Lines.stored(standing) if lines is None else lines) if enters else None,
        "head": bound.get("head") or forms.HeadForm(initial=begun),
        "added": bound.get("added", False),
        "conflict": bound.get("conflict"),
        "rows": [{"row": row} | words_of(row) for row in rows],
        "struck": [{"row": row} | words_of(row) for row in rows if row.state == LineState.STRUCK],
        "people": sum(row.number for row in standing),
        "specialities": specialities.known() if enters and not part else [],
        "last_day": services_requests.last_day(filed.campaign),
    }
    return render(request, f"{PAGE}#lines" if part else PAGE, context, status=status)
