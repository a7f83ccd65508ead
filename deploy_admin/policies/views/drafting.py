"""Writing a policy: a new text, and the text of a draft. What was typed is kept beside its faults."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from deploy_admin.access import ActorRequest, Permission, requires
from deploy_admin.http import refusals_shown_in
from deploy_admin.policies import month_template, services
from deploy_admin.policies.forms import EditForm, TextForm
from deploy_admin.policies.models import PolicyVersion
from deploy_admin.policies.refusals import FaultLike, PolicyRefused
from deploy_admin.policies.services.drafting import may_write
from deploy_admin.policies.views.reading import visible_version


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.POLICIES_DRAFT)
def import_text(request: ActorRequest) -> HttpResponse:
    """Take a new text as a draft; `?from=slug/revision` begins with the text of another version."""
    form = TextForm(request.POST or None, request.FILES or None, initial={"text": _text_to_begin_with(request)})
    if "month_template" in request.POST:
        return _with_month(request, form, {})
    faults: list[FaultLike] = []
    if request.method == "POST" and form.is_valid():
        with refusals_shown_in(form):
            try:
                version, is_new = services.import_document(text=form.cleaned_data["text"], by=request.actor)
            except PolicyRefused as refusal:
                faults = list(refusal.faults)
            else:
                said = (
                    _("Kept as draft %(revision)s.") if is_new else _("Revision %(revision)s says the same already.")
                )
                messages.success(request, said % {"revision": version.revision})
                return redirect(version)
    return _answer(request, form, faults, {})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.POLICIES_DRAFT)
def edit(request: ActorRequest, slug: str, revision: int) -> HttpResponse:
    """Edit the text of a draft."""
    version = visible_version(request, slug, revision)
    if not version.is_draft or not may_write(request.actor, version.policy.division_id):
        raise PermissionDenied
    form = EditForm(
        request.POST or None,
        request.FILES or None,
        initial={"text": version.source_text, "version": version.version},
    )
    if "month_template" in request.POST:
        return _with_month(request, form, {"version": version})
    faults: list[FaultLike] = []
    if request.method == "POST" and form.is_valid():
        with refusals_shown_in(form):
            try:
                services.update_draft(
                    draft=version,
                    text=form.cleaned_data["text"],
                    version_read=form.cleaned_data["version"],
                    by=request.actor,
                )
            except PolicyRefused as refusal:
                faults = list(refusal.faults)
            else:
                messages.success(request, _("The draft is saved."))
                return redirect(version)
    return _answer(request, form, faults, {"version": version})


def _with_month(request: ActorRequest, form: TextForm, more: dict[str, Any]) -> HttpResponse:
    """Put the neutral month clause at the end of what is typed; nothing is saved by it."""
    faults: list[FaultLike] = []
    if form.is_valid():
        with refusals_shown_in(form):
            try:
                text = month_template.with_month(form.cleaned_data["text"])
            except PolicyRefused as refusal:
                faults = list(refusal.faults)
            else:
                form = type(form)(initial={**form.cleaned_data, "text": text})
                said = _(
                    "The month clause stands at the end of the text. It has no source: check each number, then save."
                )
                messages.info(request, said)
    return _answer(request, form, faults, more)


def _answer(request: ActorRequest, form: TextForm, faults: list[FaultLike], more: dict[str, Any]) -> HttpResponse:
    status = 422 if faults or form.errors else 200
    offered = month_template.fits(str(form["text"].value() or ""))
    context = {"form": form, "faults": faults, "offers_month": offered, **more}
    return render(request, "policies/edit.html", context, status=status)


def _text_to_begin_with(request: ActorRequest) -> str:
    slug, _slash, revision = request.GET.get("from", "").partition("/")
    if not revision.isdecimal():
        return ""
    rows = PolicyVersion.objects.visible_to(request.actor).filter(policy__slug=slug, revision=int(revision))
    return next(iter(rows.values_list("source_text", flat=True)), "")
