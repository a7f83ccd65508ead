"""Inspections: the list, one of them, opening, changing, closing and throwing away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods

from assignments import inspection_list, inspection_page
from assignments.filters.inspections import ORDERS, STATES
from assignments.forms.inspections import ChangeInspectionForm, CloseForm, OpenInspectionForm, ReasonForm
from assignments.kinds import InspectionKind, Presence
from assignments.models import Inspection
from assignments.services import inspections as services
from deploy_admin import clock
from deploy_admin.access import ActorRequest, Permission, requires
from deploy_admin.audit import services as audit
from deploy_admin.errors import Conflict
from deploy_admin.http import exported, is_part, page_of, refusals_shown_in
from deploy_admin.people.views.acting import in_words
from deploy_admin.registry.divisions import districts_to_choose


@require_GET
@requires(Permission.INSPECTIONS_VIEW)
def inspections(request: ActorRequest) -> HttpResponse:
    """Show the inspections the actor may know about, narrowed by the address; or hand out exactly these."""
    rows, asked = inspection_list.chosen(request.GET.dict(), request.actor)
    today = clock.today()
    answer = exported(request, "inspections", lambda: inspection_list.export(rows, today), _("Inspections"))
    if answer is not None:
        kept = {name: value for name, value in asked.items() if name != "export"}
        audit.record(act="assignments.inspections_exported", by=request.actor, detail={"filters": kept})
        return answer
    page: Any = page_of(request, rows)
    context = {
        "page": page,
        "rows": inspection_list.rows(page.object_list, today),
        "asked": asked,
        "states": STATES,
        "kinds": InspectionKind.choices,
        "results": Presence.choices,
        "orders": ORDERS,
        "districts": districts_to_choose(request.actor, today),
        "may_record": request.actor.can(Permission.INSPECTIONS_RECORD),
    }
    template = "assignments/inspections.html"
    return render(request, f"{template}#list" if is_part(request) else template, context)


@require_GET
@requires(Permission.INSPECTIONS_VIEW)
def inspection(request: ActorRequest, pk: int) -> HttpResponse:
    """Show one inspection: while it is open as the inspector works through it, afterwards what it found."""
    row = seen_or_404(request, pk)
    context = inspection_page.context(row, request.actor)
    template = "assignments/inspection_closed.html" if row.closed_at else "assignments/inspection_open.html"
    return render(request, template, context)


@require_http_methods(["GET", "POST"])
@requires(Permission.INSPECTIONS_RECORD)
def inspection_open(request: ActorRequest) -> HttpResponse:
    """Open the inspection of a unit."""
    form = OpenInspectionForm(*_sent(request), actor=request.actor, initial={"on": clock.today()})
    words = {
        "title": _("Open an inspection"),
        "verb": pgettext("inspection", "Open"),
        "lead": _("The unit learns of it when it is closed."),
        "back": reverse("assignments:inspections"),
    }

    def run() -> HttpResponse:
        said = form.cleaned_data
        opened = services.open_inspection(
            institution=said["unit"],
            kind=said["kind"],
            on=said["on"],
            inspectors=said["inspectors"],
            summary=said["summary"],
            basis=form.basis(request.actor),
            by=request.actor,
        )
        return redirect(opened)

    return act_page(request, form, run, words)


@require_http_methods(["GET", "POST"])
@requires(Permission.INSPECTIONS_RECORD)
def inspection_change(request: ActorRequest, pk: int) -> HttpResponse:
    """Change day, inspectors, summary and paper of an open inspection."""
    row = own_or_403(request, pk)
    names = ("on", "inspectors", "summary", "document", "document_number", "document_date", "version")
    initial = {name: getattr(row, name) for name in names}
    form = ChangeInspectionForm(*_sent(request), actor=request.actor, initial=initial)
    words = {"title": _("Change the inspection"), "verb": _("Change"), "back": row.get_absolute_url()}

    def run() -> HttpResponse:
        said = form.cleaned_data
        try:
            services.change_inspection(
                inspection=row,
                on=said["on"],
                inspectors=said["inspectors"],
                summary=said["summary"],
                version=said["version"],
                basis=form.basis(request.actor),
                by=request.actor,
            )
        except Conflict as conflict:
            raise in_labels(conflict, form) from conflict
        messages.success(request, _("The inspection has been changed."))
        return redirect(row)

    return act_page(request, form, run, words)


@require_http_methods(["GET", "POST"])
@requires(Permission.INSPECTIONS_RECORD)
def inspection_close(request: ActorRequest, pk: int) -> HttpResponse:
    """Close an inspection: from then on its unit sees it."""
    row = own_or_403(request, pk)
    form = CloseForm(request.POST or None, actor=request.actor, initial={"version": row.version})
    words = {
        "title": _("Close the inspection"),
        "verb": _("Close"),
        "lead": _("From then on nothing of it changes; the unit sees it and is told of every order."),
        "back": row.get_absolute_url(),
    }

    def run() -> HttpResponse:
        said = form.cleaned_data
        services.close_inspection(
            inspection=row,
            version=said["version"],
            accept_unchecked=said["accept_unchecked"],
            by=request.actor,
        )
        messages.success(request, _("The inspection is closed; the unit has been told."))
        return redirect(row)

    return act_page(request, form, run, words)


@require_http_methods(["GET", "POST"])
@requires(Permission.INSPECTIONS_RECORD)
def inspection_discard(request: ActorRequest, pk: int) -> HttpResponse:
    """Throw away an inspection that was opened by mistake."""
    row = own_or_403(request, pk)
    form = ReasonForm(request.POST or None, actor=request.actor, initial={"version": row.version})
    words = {
        "title": _("Discard the inspection"),
        "verb": _("Discard"),
        "lead": _("For one opened by mistake. The audit record keeps what stood in it."),
        "back": row.get_absolute_url(),
        "danger": True,
    }

    def run() -> HttpResponse:
        said = form.cleaned_data
        services.discard_inspection(inspection=row, reason=said["reason"], version=said["version"], by=request.actor)
        messages.success(request, _("The inspection has been discarded."))
        return redirect("assignments:inspections")

    return act_page(request, form, run, words)


def seen_or_404(request: ActorRequest, pk: int) -> Inspection:
    """Return the inspection as the actor may know it: unseen is not there."""
    rows = Inspection.objects.visible_to(request.actor).select_related("scan")
    found: Inspection = get_object_or_404(rows, pk=pk)
    return found


def own_or_403(request: ActorRequest, pk: int) -> Inspection:
    """Return the inspection to whoever records it; whoever only sees it is refused."""
    row = seen_or_404(request, pk)
    if not services.may_record(row, request.actor):
        raise PermissionDenied
    return row


def act_page(
    request: ActorRequest, form: Form, run: Callable[[], HttpResponse], words: dict[str, Any]
) -> HttpResponse:
    """Show a plain form, or run the service behind it; a refusal stands beside the field it names."""
    if form.is_bound and form.is_valid():
        with refusals_shown_in(form):
            return run()
    return render(
        request,
        "assignments/inspection_act.html",
        {"form": form, "words": words},
        status=422 if form.is_bound else 200,
    )


def in_labels(conflict: Conflict, form: Form) -> Conflict:
    """Return the conflict with both values as the form says them, not as columns."""
    context = dict(conflict.context)
    for side in ("yours", "theirs"):
        context[side] = {
            str(form.fields[name].label): in_words(form.fields[name], value)
            for name, value in conflict.context.get(side, {}).items()
            if name in form.fields
        }
    return Conflict(conflict.message, conflict.code, context=context)


def _sent(request: ActorRequest) -> tuple[Any, Any]:
    return (request.POST, request.FILES) if request.method == "POST" else (None, None)
