"""Findings of an open inspection, and corrective orders of a closed one: answered, sent back, settled."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from assignments import roll, scans
from assignments.forms.inspections import AnswerForm, FindingForm, ReturnForm, SettleForm
from assignments.models import Assignment, Finding
from assignments.services import inspections, orders
from assignments.views.inspections import act_page, in_labels, own_or_403
from deploy_admin import clock
from deploy_admin.access import ActorRequest, Permission, requires
from deploy_admin.errors import Conflict


@require_http_methods(["GET", "POST"])
@requires(Permission.INSPECTIONS_RECORD)
def inspection_finding(request: ActorRequest, pk: int) -> HttpResponse:
    """Add what was found, about the unit or one person."""
    row = own_or_403(request, pk)
    people: list[tuple[int, str]] = [(line.assignment.pk, line.assignment.worker.name) for line in roll.of(row).lines]
    form = FindingForm(request.POST or None, actor=request.actor, people=people)
    words = {
        "title": _("Add a finding"),
        "verb": _("Add"),
        "lead": _("With a corrective order the unit is asked what it did, by the day named."),
        "back": row.get_absolute_url(),
    }

    def run() -> HttpResponse:
        said = form.cleaned_data
        about = Assignment.objects.filter(pk=int(said["assignment"])).first() if said["assignment"] else None
        orders.add_finding(
            inspection=row,
            text=said["text"],
            assignment=about,
            order=said["order"],
            due_on=said["due_on"],
            by=request.actor,
        )
        return redirect(row)

    return act_page(request, form, run, words)


@require_POST
@requires(Permission.INSPECTIONS_RECORD)
def inspection_finding_remove(request: ActorRequest, pk: int, finding_pk: int) -> HttpResponse:
    """Take a finding out again while the inspection is open."""
    row = own_or_403(request, pk)
    orders.remove_finding(finding=get_object_or_404(row.findings, pk=finding_pk), by=request.actor)
    return redirect(row)


@require_http_methods(["GET", "POST"])
@requires(Permission.INSPECTIONS_VIEW)
def order_answer(request: ActorRequest, pk: int) -> HttpResponse:
    """Say what was done about a corrective order, with its proof."""
    finding = _order_or_404(request, pk)
    if not orders.may_answer(finding.inspection, request.actor):
        raise PermissionDenied
    initial = {"version": finding.version, "answer": finding.answer}
    form = AnswerForm(*_sent(request), actor=request.actor, initial=initial)
    words = _words(finding, _("Answer a corrective order"), _("Reply"))

    def run() -> HttpResponse:
        said = form.cleaned_data
        try:
            with transaction.atomic():  # a scan is stored with its answer or not at all
                scan = scans.kept(said["scan"], request.actor, finding.inspection.institution_id)
                orders.answer_order(
                    finding=finding, answer=said["answer"], scan=scan, version=said["version"], by=request.actor
                )
        except Conflict as conflict:
            raise in_labels(conflict, form) from conflict
        messages.success(request, _("The answer has gone to the authority."))
        return redirect(finding.inspection)

    return act_page(request, form, run, words)


@require_http_methods(["GET", "POST"])
@requires(Permission.INSPECTIONS_RECORD)
def order_return(request: ActorRequest, pk: int) -> HttpResponse:
    """Send an answer back to the unit."""
    finding = _own_order_or_403(request, pk)
    form = ReturnForm(request.POST or None, actor=request.actor, initial={"version": finding.version})
    words = _words(finding, _("Send the answer back"), _("Send back"))

    def run() -> HttpResponse:
        said = form.cleaned_data
        orders.return_order(
            finding=finding, reason=said["reason"], due_on=said["due_on"], version=said["version"], by=request.actor
        )
        messages.success(request, _("The unit has been told what is missing."))
        return redirect(finding.inspection)

    return act_page(request, form, run, words)


@require_http_methods(["GET", "POST"])
@requires(Permission.INSPECTIONS_RECORD)
def order_settle(request: ActorRequest, pk: int) -> HttpResponse:
    """Find a corrective order carried out."""
    finding = _own_order_or_403(request, pk)
    initial = {"version": finding.version, "on": clock.today()}
    form = SettleForm(request.POST or None, actor=request.actor, initial=initial)
    words = _words(finding, _("Settle the order"), _("Settle"))

    def run() -> HttpResponse:
        said = form.cleaned_data
        orders.settle_order(finding=finding, on=said["on"], version=said["version"], by=request.actor)
        messages.success(request, _("The order is settled."))
        return redirect(finding.inspection)

    return act_page(request, form, run, words)


def _order_or_404(request: ActorRequest, pk: int) -> Finding:
    rows = Finding.objects.visible_to(request.actor).exclude(order="").filter(inspection__closed_at__isnull=False)
    found: Finding = get_object_or_404(rows.select_related("inspection"), pk=pk)
    return found


def _own_order_or_403(request: ActorRequest, pk: int) -> Finding:
    finding = _order_or_404(request, pk)
    if not inspections.may_record(finding.inspection, request.actor):
        raise PermissionDenied
    return finding


def _words(finding: Finding, title: str, verb: str) -> dict[str, Any]:
    quoted = [(_("Finding"), finding.text), (_("Corrective order"), finding.order)]
    if finding.answer:
        quoted.append((_("What was done"), finding.answer))
    return {"title": title, "verb": verb, "facts": quoted, "back": finding.inspection.get_absolute_url()}


def _sent(request: ActorRequest) -> tuple[Any, Any]:
    return (request.POST, request.FILES) if request.method == "POST" else (None, None)
