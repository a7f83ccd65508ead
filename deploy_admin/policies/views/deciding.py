"""Deciding on a policy: adopt, withdraw, discard. Sensitive acts ask who one is."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from deploy_admin import clock
from deploy_admin.access import ActorRequest, Permission, requires, sensitive
from deploy_admin.http import is_part, refusals_shown_in
from deploy_admin.policies import presenting, services
from deploy_admin.policies.forms import AdoptForm, ReasonForm, WithdrawForm
from deploy_admin.policies.models import PolicyVersion
from deploy_admin.policies.refusals import FaultLike, PolicyRefused
from deploy_admin.policies.services import governing
from deploy_admin.policies.services.adopting import collisions_of
from deploy_admin.policies.services.drafting import may_write
from deploy_admin.policies.views.reading import visible_version


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.POLICIES_ADOPT)
@sensitive
def adopt(request: ActorRequest, slug: str, revision: int) -> HttpResponse:
    """Ask number, date, body and transition, show what would change, and adopt."""
    version = _decidable(request, slug, revision)
    if not version.is_draft:
        raise PermissionDenied
    document = governing.read_document(version)
    if is_part(request) and request.method == "GET":
        return render(request, "policies/adopt.html#preview", {"version": version, **_preview(version, request.GET)})
    initial = {
        "version": version.version,
        "number": document.document_number,
        "adopted_on": document.issued,
        "deciding_body": document.issuer_zh,
    }
    form = AdoptForm(request.POST or None, initial=initial, document=document, today=clock.today())
    faults: list[FaultLike] = []
    if request.method == "POST" and "preview" not in request.POST and form.is_valid():
        with refusals_shown_in(form):
            try:
                services.adopt(version=version, by=request.actor, **form.act())
            except PolicyRefused as refusal:
                faults = list(refusal.faults)
            else:
                messages.success(request, _("Adopted. The quotas it changes are being computed."))
                return redirect(version)
    context = {
        "version": version,
        "form": form,
        "faults": faults,
        "jurisdiction": presenting.jurisdiction(version.policy),
        **_preview(version, request.POST or request.GET),
    }
    status = 422 if faults or (form.errors and "preview" not in request.POST) else 200
    return render(request, "policies/adopt.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.POLICIES_ADOPT)
@sensitive
def withdraw(request: ActorRequest, slug: str, revision: int) -> HttpResponse:
    """Take an adopted version out of force, with its last day and the reason."""
    version = _decidable(request, slug, revision)
    if version.state not in ("adopted", "superseded"):
        raise PermissionDenied
    form = WithdrawForm(request.POST or None, initial={"version": version.version})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        with refusals_shown_in(form):
            services.withdraw(
                version=version,
                last_day=data["last_day"],
                reason=data["reason"],
                version_read=data["version"],
                by=request.actor,
            )
            messages.success(request, _("Withdrawn. The quotas it changes are being computed."))
            return redirect(version)
    return _ask(request, form, {"version": version, "act": "withdraw"})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.POLICIES_DRAFT)
def discard(request: ActorRequest, slug: str, revision: int) -> HttpResponse:
    """Put a draft aside."""
    version = visible_version(request, slug, revision)
    if not version.is_draft or not may_write(request.actor, version.policy.division_id):
        raise PermissionDenied
    form = ReasonForm(request.POST or None, initial={"version": version.version})
    if request.method == "POST" and form.is_valid():
        with refusals_shown_in(form):
            services.discard_draft(
                draft=version,
                reason=form.cleaned_data["reason"],
                version_read=form.cleaned_data["version"],
                by=request.actor,
            )
            messages.success(request, _("The draft is put aside."))
            return redirect("policies:list")
    return _ask(request, form, {"version": version, "act": "discard"})


def _ask(request: ActorRequest, form: Any, context: dict[str, Any]) -> HttpResponse:
    return render(request, "policies/decide.html", {"form": form, **context}, status=422 if form.errors else 200)


def _decidable(request: ActorRequest, slug: str, revision: int) -> PolicyVersion:
    """Return the version if the actor sees it (404) and is competent to decide on it (403)."""
    version = visible_version(request, slug, revision)
    if not may_write(request.actor, version.policy.division_id, Permission.POLICIES_ADOPT):
        raise PermissionDenied
    return version


def _preview(version: PolicyVersion, asked: Any) -> dict[str, Any]:
    """Return what adoption would change from the chosen first day on; nothing until one is chosen."""
    try:
        day = date.fromisoformat(asked.get("quotas_from") or asked.get("assignments_from", ""))
    except ValueError:
        return {"preview_day": None}
    return {
        "preview_day": day,
        "changes": [
            {"change": change, "labels": [presenting.label_of(clause) for clause in change.clauses]}
            for change in services.preview(version, day)
        ],
        "collisions": collisions_of(version, day),
    }
