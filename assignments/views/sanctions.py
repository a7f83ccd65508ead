"""Sanctions that a competent body decided: the list, recording one, taking one back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from assignments.forms.inspections import SanctionForm, WithdrawForm
from assignments.models import Finding, Sanction
from assignments.services import sanctions as services
from assignments.views.inspections import act_page
from deploy_admin import clock
from deploy_admin.access import ActorRequest, Permission, requires
from deploy_admin.http import page_of
from deploy_admin.registry.models import Institution


@require_GET
@requires(Permission.INSPECTIONS_VIEW)
def sanctions(request: ActorRequest) -> HttpResponse:
    """List the sanctions the actor may know of, the latest first."""
    rows = Sanction.objects.visible_to(request.actor).select_related("worker", "scan", "finding")
    page: Any = page_of(request, rows.order_by("-decided_on", "-pk"))
    units = Institution.objects.filter(pk__in={row.institution_id for row in page.object_list}).named(clock.today())
    context = {
        "page": page,
        "rows": [(row, units.get(row.institution_id, "")) for row in page.object_list],
        "may_record": request.actor.can(Permission.INSPECTIONS_RECORD),
    }
    return render(request, "assignments/inspection_sanctions.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.INSPECTIONS_RECORD)
def sanction_record(request: ActorRequest) -> HttpResponse:
    """Record a sanction; from a finding it is about its unit and its person."""
    finding = _finding(request)
    initial: dict[str, Any] = {"decided_on": clock.today()}
    if finding is not None:
        unit = finding.inspection.institution_id
        initial["unit"] = Institution.objects.filter(pk=unit).named(clock.today()).get(unit, "")
    data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = SanctionForm(data, files, actor=request.actor, initial=initial)
    words = {
        "title": _("Record a sanction"),
        "verb": _("Record"),
        "lead": _("What a competent body decided. Nothing follows from it by itself."),
        "back": finding.inspection.get_absolute_url() if finding else reverse("assignments:sanctions"),
        "facts": _about(finding),
    }

    def run() -> HttpResponse:
        said = form.cleaned_data
        with transaction.atomic():  # a scan is stored with its entry or not at all
            services.record_sanction(
                institution=said["unit"],
                legal_basis=said["legal_basis"],
                text=said["text"],
                decided_on=said["decided_on"],
                deciding_body=said["deciding_body"],
                basis=form.basis(request.actor),
                assignment=finding.assignment if finding else None,
                finding=finding,
                by=request.actor,
            )
        messages.success(request, _("The sanction is recorded."))
        return redirect(finding.inspection if finding else "assignments:sanctions")

    return act_page(request, form, run, words)


@require_http_methods(["GET", "POST"])
@requires(Permission.INSPECTIONS_RECORD)
def sanction_withdraw(request: ActorRequest, pk: int) -> HttpResponse:
    """Take a sanction back that was lifted or recorded wrongly."""
    rows = Sanction.objects.visible_to(request.actor).select_related("worker", "finding__inspection")
    sanction: Sanction = get_object_or_404(rows, pk=pk)
    if not services.may_record_for(sanction.institution_id, request.actor):
        raise PermissionDenied
    form = WithdrawForm(request.POST or None, actor=request.actor)
    words = {
        "title": _("Take the sanction back"),
        "verb": _("Take back"),
        "danger": True,
        "back": reverse("assignments:sanctions"),
        "facts": [(_("Sanction"), sanction.text), (_("Legal basis"), sanction.legal_basis)],
    }

    def run() -> HttpResponse:
        services.withdraw_sanction(sanction=sanction, reason=form.cleaned_data["reason"], by=request.actor)
        messages.success(request, _("The sanction is taken back."))
        return redirect("assignments:sanctions")

    return act_page(request, form, run, words)


def _finding(request: ActorRequest) -> Finding | None:
    """The finding the address names, of a closed inspection the actor sees."""
    text = request.GET.get("finding", "")
    if not text:
        return None
    rows = Finding.objects.visible_to(request.actor).filter(inspection__closed_at__isnull=False)
    pk = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
    found: Finding = get_object_or_404(rows.select_related("inspection", "assignment__worker"), pk=pk)
    return found


def _about(finding: Finding | None) -> list[tuple[str, str]]:
    if finding is None:
        return []
    about = [(_("Finding"), finding.text)]
    return about + ([(_("Person"), finding.assignment.worker.name)] if finding.assignment else [])
