"""What is done to one list, of either kind: handed in, taken back, checked, sent back, approved; a line struck."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from assignments.filing import forms_requests as forms
from assignments.filing import services_moving as moving
from assignments.kinds import ListKind
from assignments.models import FiledList, StaffingRequest
from deploy_admin.access import Actor, ActorRequest, Permission, requires
from deploy_admin.errors import RuleViolation
from deploy_admin.http import refusals_shown_in


def list_or_404(actor: Actor, pk: int, kind: str | None = None) -> FiledList:
    """Return the list as the actor may know it, its campaign and scan read along."""
    rows = FiledList.objects.visible_to(actor).select_related("campaign", "scan")
    found: FiledList = get_object_or_404(rows if kind is None else rows.filter(kind=kind), pk=pk)
    return found


def version_of(request: ActorRequest) -> int | None:
    """Return the version that the page showed; None where it says none."""
    said = request.POST.get("version", "")
    return int(said) if said.isdecimal() and len(said) < 10 else None


def moved(request: ActorRequest, filed: FiledList) -> HttpResponse:
    """Hand the list in or take it back, as the page's button says."""
    act, version = request.POST.get("act", ""), version_of(request)
    if act == "submit":
        held = moving.submit(filed=filed, version=version, by=request.actor)
        waits = _("Entered. Another person checks it against the scan.")
        messages.success(request, waits if held.on_behalf else _("The list is submitted."))
    elif act == "take_back":
        moving.take_back(filed=filed, version=version, by=request.actor)
        messages.success(request, _("The list is taken back: go on entering, then submit it again."))
    else:
        raise act_unknown()
    return redirect(filed)


@require_POST
@requires(Permission.REQUESTS_ENTER)
def request_list_move(request: ActorRequest, pk: int) -> HttpResponse:
    """Hand a list of requests in, or take it back."""
    return moved(request, list_or_404(request.actor, pk, ListKind.REQUESTS))


@require_POST
@requires(Permission.LISTS_DECIDE)
def list_decide(request: ActorRequest, pk: int) -> HttpResponse:
    """Check, approve, send back or give more time, as the authority's panel says."""
    filed = list_or_404(request.actor, pk)
    act = request.POST.get("act", "")
    if act == "check":
        moving.check(filed=filed, version=version_of(request), by=request.actor)
        messages.success(request, _("Checked: the list is submitted."))
    elif act == "approve":
        versions = {} if (version := version_of(request)) is None else {filed.pk: version}
        moving.approve(lists=[filed], versions=versions, by=request.actor)
        messages.success(request, _("The list is approved."))
    elif act in ("send_back", "more_time"):
        return _with_reason(request, filed, act)
    else:
        raise act_unknown()
    return redirect(filed)


def _with_reason(request: ActorRequest, filed: FiledList, act: str) -> HttpResponse:
    """Run an act that asks for a reason; what is missing is told beside its field on the list's page."""
    form: Any = forms.ReasonForm(request.POST, prefix="back")
    if act == "more_time":
        form = forms.MoreTimeForm(request.POST, prefix="time")
    if form.is_valid():
        with refusals_shown_in(form):
            said = form.cleaned_data
            if act == "send_back":
                moving.send_back(filed=filed, reason=said["reason"], version=version_of(request), by=request.actor)
                messages.success(request, _("The list is sent back; the unit is told why."))
            else:
                moving.exempt(filed=filed, until=said["until"], reason=said["reason"], by=request.actor)
                messages.success(request, _("The unit has more time, and is told."))
            return redirect(filed)
    return shown_again(request, filed, {act: form})


def shown_again(request: ActorRequest, filed: FiledList, bound: dict[str, Any]) -> HttpResponse:
    """Show the list's own page with a form that was refused."""
    if filed.kind == ListKind.REQUESTS:
        from assignments.filing.views_requests import page

        return page(request, filed, bound=bound, status=422)
    from assignments.filing import views_nominations

    return views_nominations.page(request, filed, bound=bound, status=422)


@require_POST
@requires(Permission.LISTS_DECIDE)
def request_strike(request: ActorRequest, pk: int) -> HttpResponse:
    """Strike a line with a reason, or let it stand again."""
    line: StaffingRequest = get_object_or_404(
        StaffingRequest.objects.visible_to(request.actor).select_related("filed_list"), pk=pk
    )
    if request.POST.get("act") == "restore":
        moving.restore(line=line, by=request.actor)
        messages.success(request, _("The line stands again."))
    else:
        moving.strike(line=line, reason=request.POST.get("reason", ""), by=request.actor)
        messages.success(request, _("The line is struck."))
    return redirect(line.filed_list)


def act_unknown() -> RuleViolation:
    """Return the refusal of a button that no page has."""
    return RuleViolation(_("Choose what to do on the list's page."), "act_unknown")
