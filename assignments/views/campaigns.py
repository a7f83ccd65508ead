"""Campaigns: the list, one with its numbers and findings, preparing, changing, moving on, a unit's checklist."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from assignments import posting_rows, scans
from assignments.campaign_board import CampaignBoard
from assignments.campaign_list import CampaignList
from assignments.forms.campaigns import CampaignForm, DutyForm, StateForm, initial
from assignments.kinds import ChecklistItem
from assignments.models import Campaign, Slot, UnitDuty
from assignments.papers import offering
from assignments.posting_list import PostingList
from assignments.services import campaigns, duties
from assignments.services.moving import Basis
from assignments.states import CampaignState
from deploy_admin import clock
from deploy_admin.access import Actor, ActorRequest, Permission, Reach, requires
from deploy_admin.audit import services as audit
from deploy_admin.errors import Conflict, RuleViolation
from deploy_admin.http import exported, is_part, page_of, refusals_shown_in
from deploy_admin.people.views.acting import in_words
from deploy_admin.registry.models import Institution

#: How a campaign is moved on: from the page's button to the service.
MOVES = {
    CampaignState.OPEN: campaigns.open_campaign,
    CampaignState.CLOSED: campaigns.close_campaign,
    CampaignState.DRAFT: campaigns.put_back_campaign,
}


def campaign_or_404(actor: Actor, pk: int) -> Campaign:
    """Return the campaign, where the actor sees it."""
    found: Campaign = get_object_or_404(Campaign.objects.visible_to(actor).select_related("authority", "scan"), pk=pk)
    return found


def run_or_404(actor: Actor, pk: int, permission: Permission = Permission.CAMPAIGNS_EDIT) -> Campaign:
    """Return a campaign that the actor runs; of one that it only sees, 403."""
    found = campaign_or_404(actor, pk)
    with forbidden():
        campaigns.check_may_run(found.authority_id, actor, permission)
    return found


@contextmanager
def forbidden() -> Iterator[None]:
    """Answer 403 where a service says that the actor's capacity does not allow it: the page is not theirs."""
    try:
        yield
    except RuleViolation as refusal:
        if refusal.code != "not_permitted":
            raise
        raise PermissionDenied from refusal


@require_GET
@requires(Permission.ASSIGNMENTS_VIEW)
def campaigns_list(request: ActorRequest) -> HttpResponse:
    """Show the campaigns that the actor knows of, the latest first."""
    shown = CampaignList(request.GET.dict(), request.actor)
    answer = exported(request, "campaigns", shown.export, _("Campaigns"))
    if answer is not None:
        return answer
    page = page_of(request, shown.rows)
    context = {
        "shown": shown,
        "page": page,
        "lines": shown.lines(list(page.object_list)),
        "may_edit": request.actor.can(Permission.CAMPAIGNS_EDIT),
    }
    template = "assignments/campaigns.html"
    return render(request, f"{template}#list" if is_part(request) else template, context)


@require_GET
@requires(Permission.ASSIGNMENTS_VIEW)
def campaign(request: ActorRequest, pk: int) -> HttpResponse:
    """Show one campaign: numbers, units, findings, people, what is owed, the own checklist."""
    found = campaign_or_404(request.actor, pk)
    today = clock.today()
    board = CampaignBoard(found, request.actor, today)
    people = PostingList({"campaign": str(found.pk)}, request.actor)
    answer = exported(request, f"campaign-{found.year}-{found.batch}", people.export, found.name)
    if answer is not None:
        detail = {"rows": len(board.people), "campaign": found.pk}
        audit.record(act="campaigns.exported", by=request.actor, on=found, detail=detail)
        return answer
    page: Any = people.page(request.GET.get("page"))
    number = "number" in posting_rows.columns(request.actor)
    due = Slot.objects.filter(campaign=found, replacement_due_on__isnull=False).order_by("replacement_due_on", "pk")
    context = {
        "campaign": found,
        "board": board,
        "authority": Institution.objects.filter(pk=found.authority_id).named(today).get(found.authority_id, ""),
        "scheme_name": CampaignList.scheme_name(found.scheme),
        "page": page,
        "rows": posting_rows.drawn(page.object_list, tick=False, number=number),
        "heads": posting_rows.heads(),
        "moves": _moves(found) if board.may_edit else [],
        "sees_lists": request.actor.can(Permission.REQUESTS_VIEW),
        "sees_plans": board.runs and request.actor.can(Permission.ALLOCATION_VIEW),
        "due": _due(due, board) if board.may_place else [],
        "today": today,
        "dispatch_url": offering.of_campaign(found, request.actor) if board.people else "",
    }
    template = "assignments/campaign.html"
    return render(request, f"{template}#people" if is_part(request) else template, context)


def _moves(found: Campaign) -> list[dict[str, Any]]:
    """The buttons that move the campaign on."""
    now = CampaignState(found.state)
    words = {
        CampaignState.OPEN: _("Open again") if now is CampaignState.CLOSED else _("Open the campaign"),
        CampaignState.CLOSED: _("Close the campaign"),
        CampaignState.DRAFT: _("Back into preparation"),
    }
    return [{"to": state.value, "label": words[state]} for state in words if state in now.may_become()]


def _due(slots: Any, board: CampaignBoard) -> list[dict[str, Any]]:
    """The slots for which somebody else has to be found."""
    held = list(slots)
    missing = {unit for slot in held for unit in (slot.sending_unit_id, slot.receiving_unit_id)} - board.names.keys()
    names = board.names | (Institution.objects.filter(pk__in=missing).named(board.today) if missing else {})
    return [
        {
            "slot": slot,
            "sender": names.get(slot.sending_unit_id, ""),
            "receiver": names.get(slot.receiving_unit_id, ""),
        }
        for slot in held
    ]


@require_http_methods(["GET", "POST"])
@requires(Permission.CAMPAIGNS_EDIT)
def campaign_new(request: ActorRequest) -> HttpResponse:
    """Prepare a campaign; `?from=` takes over what an earlier one said, a year on."""
    data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    source = _source(request)
    begun: dict[str, Any] = {"batch": 1, "term_months": 12}
    shown, kept = initial(campaigns.copied(source)) if source else (begun, None)
    if source is not None and request.actor.reach is Reach.ALL:
        today = clock.today()
        shown["authority"] = (
            Institution.objects.filter(pk=source.authority_id).named(today).get(source.authority_id, "")
        )
    form = CampaignForm(data, files, actor=request.actor, initial=shown)
    form.kept = kept
    if form.is_bound and form.is_valid():
        with refusals_shown_in(form), transaction.atomic():
            authority = form.cleaned_data.get("authority") or _own_authority(request.actor)
            scan = scans.kept(form.cleaned_data["scan"], request.actor, authority.pk)
            new = campaigns.create_campaign(authority=authority, facts=form.facts() | {"scan": scan}, by=request.actor)
            messages.success(request, _("The campaign is prepared; open it to place people."))
            return redirect(new)
    context = {"form": form, "source": source}
    return render(request, "assignments/campaign_edit.html", context, status=422 if form.is_bound else 200)


def _own_authority(actor: Actor) -> Institution:
    """Return the authority for which a district's officer prepares campaigns."""
    found: Institution = Institution.objects.visible_to(actor).get(pk=actor.institution_id or 0)
    return found


def _source(request: ActorRequest) -> Campaign | None:
    number = request.GET.get("from", "")
    return campaign_or_404(request.actor, int(number)) if number.isdecimal() and len(number) < 19 else None


@require_http_methods(["GET", "POST"])
@requires(Permission.CAMPAIGNS_EDIT)
def campaign_edit(request: ActorRequest, pk: int) -> HttpResponse:
    """Change a campaign as it was read."""
    found = run_or_404(request.actor, pk)
    shown, kept = initial({name: getattr(found, name) for name in campaigns.FACTS} | {"version": found.version})
    data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = CampaignForm(data, files, actor=request.actor, settled=True, initial=shown)
    form.kept = kept
    if form.is_bound and form.is_valid():
        facts = form.facts()
        version = form.cleaned_data["version"] or 0
        with refusals_shown_in(form), transaction.atomic():
            if form.cleaned_data["scan"]:
                facts["scan"] = scans.kept(form.cleaned_data["scan"], request.actor, found.authority_id)
            try:
                campaigns.change_campaign(campaign=found, facts=facts, version=version, by=request.actor)
            except Conflict as conflict:
                raise _told(conflict, form) from conflict
            messages.success(request, _("The change is recorded."))
            return redirect(found)
    context = {"form": form, "campaign": found}
    return render(request, "assignments/campaign_edit.html", context, status=422 if form.is_bound else 200)


def _told(conflict: Conflict, form: forms.Form) -> Conflict:
    """Return the conflict with both values as the form says them."""
    context: dict[str, Any] = {"url": conflict.context.get("url", "")}
    for side in ("yours", "theirs"):
        held = conflict.context.get(side) or {}
        context[side] = {
            str(form.fields[name].label): in_words(form.fields[name], value)
            for name, value in held.items()
            if name in form.fields and name != "version"
        }
    return Conflict(conflict.message, conflict.code, context=context)


@require_POST
@requires(Permission.CAMPAIGNS_EDIT)
def campaign_move(request: ActorRequest, pk: int) -> HttpResponse:
    """Open, close, put back or withdraw a campaign."""
    found = run_or_404(request.actor, pk)
    form = StateForm(request.POST)
    if not form.is_valid():
        raise Http404
    to, version = CampaignState(form.cleaned_data["to"]), form.cleaned_data["version"]
    if to is CampaignState.WITHDRAWN:
        reason = form.cleaned_data["reason"]
        campaigns.withdraw_campaign(campaign=found, reason=reason, version=version, by=request.actor)
    else:
        MOVES[to](campaign=found, version=version, by=request.actor)
    messages.success(request, _("The campaign is now “%(state)s”.") % {"state": CampaignState(found.state).label})
    return redirect(found)


# ------------------------------------------------------------ checklists


@require_http_methods(["GET", "POST"])
@requires(Permission.ASSIGNMENTS_VIEW)
def duty(request: ActorRequest, pk: int, unit: int, item: str) -> HttpResponse:
    """Record what a unit has put in place for a campaign."""
    found = campaign_or_404(request.actor, pk)
    if item not in ChecklistItem.values:
        raise Http404
    institution = get_object_or_404(Institution.objects.visible_to(request.actor), pk=unit)
    with forbidden():
        duties.on_whose_behalf(institution.pk, item, request.actor)
    data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = DutyForm(data, files, actor=request.actor, initial={"done_on": clock.today()})
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        with refusals_shown_in(form), transaction.atomic():
            paper = Basis(
                document=said["document"],
                document_number=said["document_number"],
                document_date=said["document_date"],
                scan=scans.kept(said["scan"], request.actor, institution.pk),
            )
            duties.record_duty(
                campaign=found,
                institution=institution,
                item=item,
                done_on=said["done_on"],
                remark=said["remark"],
                paper=paper,
                by=request.actor,
            )
            messages.success(request, _("The item is recorded."))
            return redirect(found)
    names = Institution.objects.filter(pk=unit).named(clock.today())
    context = {"form": form, "campaign": found, "item": ChecklistItem(item).label, "unit": names.get(unit, "")}
    return render(request, "assignments/campaign_duty.html", context, status=422 if form.is_bound else 200)


@require_POST
@requires(Permission.ASSIGNMENTS_VIEW)
def duty_undo(request: ActorRequest, pk: int) -> HttpResponse:
    """Take back that something is in place."""
    rows = UnitDuty.objects.visible_to(request.actor).select_related("campaign")
    held: UnitDuty = get_object_or_404(rows, pk=pk)
    with forbidden():
        duties.undo_duty(duty=held, by=request.actor)
    messages.success(request, _("The item is open again."))
    return redirect("assignments:campaign", held.campaign_id)
