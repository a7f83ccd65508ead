"""The authority's page of one campaign's lists: who filed, who owes; several approved at once, more time given."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from assignments.filing import forms_requests as forms
from assignments.filing import services_moving as moving
from assignments.filing.list_page import WINDOWS
from assignments.filing.listing import CampaignLists
from assignments.filing.views_requests import unit_asked
from assignments.kinds import ListKind
from assignments.models import Campaign, FiledList
from deploy_admin.access import Actor, ActorRequest, Permission, requires
from deploy_admin.audit import services as audit
from deploy_admin.http import exported, is_part, page_of, refusals_shown_in


def _campaign(actor: Actor, pk: int) -> Campaign:
    found: Campaign = get_object_or_404(Campaign.objects.visible_to(actor).select_related("authority"), pk=pk)
    return found


@require_GET
@requires(Permission.REQUESTS_VIEW)
def lists(request: ActorRequest, pk: int) -> HttpResponse:
    """Show which units have filed in the campaign and which still owe."""
    campaign = _campaign(request.actor, pk)
    shown = CampaignLists(campaign, request.GET.dict(), request.actor)
    title = _("Lists of “%(campaign)s”") % {"campaign": campaign.name}
    answer = exported(request, f"lists-{campaign.year}-{campaign.batch}", shown.export, title)
    if answer is not None:
        audit.record(act="lists.exported", by=request.actor, on=campaign, detail={"rows": len(shown.rows)})
        return answer
    found = page_of(request, shown.rows)
    context = {
        "campaign": campaign,
        "shown": shown,
        "page": found,
        "approvable": shown.decides and any(row.may_be_approved for row in found.object_list),
        "windows": [(label, stands, str(WINDOWS[stands.code])) for label, stands in shown.windows],
        "kinds": [(kind.value, ListKind(kind).label) for kind in shown.kinds],
        "enters": shown.decides and request.actor.can(Permission.REQUESTS_ENTER),
    }
    template = "assignments/filing_lists.html"
    return render(request, f"{template}#list" if is_part(request) else template, context)


@require_POST
@requires(Permission.LISTS_DECIDE)
def approve_several(request: ActorRequest, pk: int) -> HttpResponse:
    """Approve the ticked lists as they were shown: all or none."""
    campaign = _campaign(request.actor, pk)
    versions = forms.ChosenForm(request.POST).versions()
    rows = FiledList.objects.visible_to(request.actor).filter(campaign=campaign, pk__in=versions)
    held = list(rows.order_by("pk"))
    if len(held) != len(versions):
        raise moving.unknown()
    done = moving.approve(lists=held, versions=versions, by=request.actor)
    text = ngettext("%(n)d list is approved.", "%(n)d lists are approved.", len(done))
    messages.success(request, text % {"n": len(done)})
    return redirect("assignments:lists", pk=campaign.pk)


@require_http_methods(["GET", "POST"])
@requires(Permission.LISTS_DECIDE)
def more_time(request: ActorRequest, pk: int) -> HttpResponse:
    """Give a unit more time that has begun no list yet."""
    campaign = _campaign(request.actor, pk)
    begun = {"unit": unit_asked(request), "kind": request.GET.get("kind", ListKind.REQUESTS.value)}
    data = request.POST if request.method == "POST" else None
    form = forms.UnitTimeForm(data, actor=request.actor, initial=begun)
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        with refusals_shown_in(form):
            moving.exempt(
                campaign=campaign,
                institution=said["unit"],
                kind=said["kind"],
                until=said["until"],
                reason=said["reason"],
                by=request.actor,
            )
            messages.success(request, _("The unit has more time, and is told."))
            return redirect("assignments:lists", pk=campaign.pk)
    context = {"campaign": campaign, "form": form}
    return render(request, "assignments/filing_more_time.html", context, status=422 if form.is_bound else 200)
