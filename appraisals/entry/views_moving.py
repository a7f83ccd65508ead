"""Handing the month in, with everything that means said before; and taking it back while nobody has opened it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from appraisals.entry import words
from appraisals.entry.checking import check
from appraisals.entry.forms import SubmitForm
from appraisals.entry.views import seen
from appraisals.workload import services as workload
from assignments import scans
from assignments.models import MonthSheet
from assignments.services import months_moving, months_standing
from deploy_admin import clock
from deploy_admin.access import ActorRequest, Permission, requires
from deploy_admin.errors import RuleViolation
from deploy_admin.http import is_part, refusals_shown_in


@require_http_methods(["GET", "POST"])
@requires(Permission.MONTHS_ENTER)
def sheet_submit(request: ActorRequest, pk: int) -> HttpResponse:
    """Show what submitting means, as a page or in the dialog; submit."""
    row = seen(request, pk)
    on_behalf = months_standing.may_enter(row, request.actor)
    form = SubmitForm(
        request.POST or None,
        request.FILES or None,
        actor=request.actor,
        on_behalf=on_behalf,
        initial={"version": row.version},
    )
    if form.is_valid():
        with refusals_shown_in(form):
            _submit(request, row, form.cleaned_data)
            messages.success(
                request, _("%(month)s is submitted to the district.") % {"month": words.month_label(row.month)}
            )
            if is_part(request):
                return HttpResponse(status=204, headers={"X-Done": row.get_absolute_url()})
            return redirect(row)
    context: dict[str, Any] = {
        "sheet": row,
        "check": check(row, clock.today()),
        "form": form,
        "dialog": is_part(request),
    }
    template = "appraisals/entry_check.html" if is_part(request) else "appraisals/entry_submit.html"
    return render(request, template, context, status=422 if form.is_bound else 200)


@transaction.atomic
def _submit(request: ActorRequest, row: MonthSheet, said: dict[str, Any]) -> None:
    """Confirm what the people entered, and hand the month in with what the workload shows."""
    actor = request.actor
    workload.confirm_all(sheet=row, by=actor)
    found = {each.code for each in workload.findings([row.pk]).get(row.pk, [])}
    scan = scans.kept(said.get("scan"), actor, row.institution_id)
    months_moving.submit(sheet=row, version=said["version"], findings=found, scan=scan, by=actor)


@require_POST
@requires(Permission.MONTHS_ENTER)
def sheet_withdraw(request: ActorRequest, pk: int) -> HttpResponse:
    """Take a submitted month back."""
    row = seen(request, pk)
    version = request.POST.get("version", "")
    if not (version.isascii() and version.isdigit() and len(version) < 10):
        raise RuleViolation(_("This cannot be read; load the page again."), "unreadable")
    months_moving.withdraw(sheet=row, version=int(version), by=request.actor)
    messages.success(request, _("The month is yours again. Submit it anew when it is right."))
    return redirect(row)
