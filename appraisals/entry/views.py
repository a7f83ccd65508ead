"""The month sheet as its unit enters it, and as everybody reads it who may know of it."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from appraisals.entry import words
from appraisals.entry.page import SheetPage
from appraisals.entry.script import for_page
from assignments.models import MonthSheet
from assignments.services import months_opening
from deploy_admin import clock
from deploy_admin.access import SYSTEM, ActorRequest, Permission, requires


def seen(request: ActorRequest, pk: int) -> MonthSheet:
    """Return the sheet as the actor may know it; unseen is not there."""
    found: MonthSheet = get_object_or_404(MonthSheet.objects.visible_to(request.actor), pk=pk)
    return found


@require_GET
@requires(Permission.MONTHS_VIEW)
def sheet(request: ActorRequest, pk: int) -> HttpResponse:
    """Show the month of one unit: people down, days across, workload below."""
    row = seen(request, pk)
    months_opening.refresh_if_stale(row, by=SYSTEM)
    page = SheetPage.read(row, request.actor, clock.today())
    context = {
        "sheet": page,
        "script": for_page(page, request.actor),
        "heads": words.total_heads(),
        "palette": words.palette(words.PALETTE),
        "others": words.palette(words.OTHERS),
        "thumb": words.palette(words.THUMB),
        "beyond": words.palette(tuple(c for c in words.PALETTE + words.OTHERS if c not in words.THUMB)),
    }
    return render(request, "appraisals/entry_sheet.html", context)
