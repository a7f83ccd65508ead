"""The list of month sheets, and the one click onto the month that is to be entered now."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from appraisals.entry import words
from appraisals.entry.listing import MonthList, current
from assignments.models import MonthSheet
from assignments.services import months_opening
from deploy_admin import clock
from deploy_admin.access import SYSTEM, ActorRequest, Permission, Reach, requires
from deploy_admin.audit import services as audit
from deploy_admin.http import exported, is_part
from deploy_admin.months import Month
from deploy_admin.people.words import without_ids


@require_GET
@requires(Permission.MONTHS_VIEW)
def months(request: ActorRequest) -> HttpResponse:
    """Show the sheets the actor may know about, narrowed by the address; or hand out exactly this."""
    _open_own(request)
    shown = MonthList(request.GET.dict(), request.actor)
    answer = exported(request, "months", shown.export, _("Month sheets"))
    if answer is not None:
        detail = {"filters": without_ids(request.GET.dict()), "rows": shown.count}
        audit.record(act="appraisals.months_exported", by=request.actor, detail=detail)
        return answer
    context = {
        "shown": shown,
        "page": shown.page(request.GET.get("page")),
        "today": shown.today,
        "now": _now(request) if shown.own else None,
    }
    template = "appraisals/entry_months.html"
    return render(request, f"{template}#list" if is_part(request) else template, context)


@require_GET
@requires(Permission.MONTHS_VIEW)
def month_now(request: ActorRequest) -> HttpResponse:
    """Go straight to the month that is to be entered now; whoever has no unit of their own sees the list."""
    _open_own(request)
    found = current(request.actor, clock.today()) if request.actor.reach is Reach.UNIT else None
    if found is None:
        messages.info(request, _("There is no month to enter now."))
        return redirect("appraisals:months")
    return redirect(found)


def _now(request: ActorRequest) -> dict[str, str] | None:
    found = current(request.actor, clock.today())
    return {"url": found.get_absolute_url(), "label": words.month_label(found.month)} if found else None


def _open_own(request: ActorRequest) -> None:
    """Open the running month of the own unit where the night has not done so yet: somebody arrived today."""
    actor = request.actor
    if actor.reach is not Reach.UNIT or not actor.can(Permission.MONTHS_ENTER):
        return
    month = Month.of(clock.today())
    held = set(
        MonthSheet.objects.of(month)
        .filter(institution__in=actor.institution_ids)
        .values_list("institution", flat=True)
    )
    missing = actor.institution_ids - held
    if missing:
        months_opening.open_month(month, institution_ids=missing, by=SYSTEM)
