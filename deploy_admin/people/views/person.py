"""One person: the page, and the whole ID number for whoever gives a reason."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from deploy_admin import clock
from deploy_admin.access import ActorRequest, Permission, requires, sensitive
from deploy_admin.audit import services as audit
from deploy_admin.http import refusals_shown_in
from deploy_admin.people import gaps, presenting, services, tables
from deploy_admin.people.forms.people import ReasonForm
from deploy_admin.people.models import HealthWorker
from deploy_admin.people.views.seen import person_or_404


@require_GET
@requires(Permission.PEOPLE_VIEW)
def person(request: ActorRequest, pk: int) -> HttpResponse:
    """Everything known about one person, and the acts on it."""
    if (kept := _kept_instead(request, pk)) is not None:
        return redirect(kept)
    worker = person_or_404(request.actor, pk)
    context = presenting.page_context(worker, request.actor, clock.today())
    context |= {
        "state": tables.state_of(context["held"], clock.today(), request.actor),
        "parts": _parts(context, worker),
        "lacking": _lacking(worker),
        "merged_url": _kept_record(request, worker),
    }
    audit.record(act="people.read", by=request.actor, on=worker, label=worker.number)  # reading a record is an act
    return render(request, "people/person.html", context)


def _kept_instead(request: ActorRequest, pk: int) -> HealthWorker | None:
    """Return the record that was kept, for whoever sees only that one of the two: old links lead on."""
    seen = HealthWorker.objects.visible_to(request.actor)
    if seen.filter(pk=pk).exists():
        return None
    kept: HealthWorker | None = seen.filter(merged=pk).first()
    return kept


def _parts(context: dict[str, Any], worker: HealthWorker) -> list[dict[str, Any]]:
    """Return the tables below the facts: what they are called, their rows, the act that adds one."""
    told = (
        ("employments", _("Employments"), _("No employment is recorded."), "", ""),
        ("titles", _("Titles"), _("No title is recorded."), "title_add", _("Add a title")),
        ("licences", _("Licences"), _("No licence is recorded."), "licence_add", _("Add a licence")),
        ("documents", _("Documents held"), _("No document is recorded."), "document_add", _("Add a document")),
        (
            "unavailabilities",
            _("Unavailability"),
            _("Nothing keeps this person away."),
            "unavailability_enter",
            _("Enter an unavailability"),
        ),
        (
            "recognitions",
            _("Recognised service"),
            _("No service elsewhere is claimed."),
            "recognition_claim",
            _("Claim earlier service"),
        ),
        ("events", _("Recorded events"), _("No event is recorded."), "event_record", _("Record an event")),
        ("transfers", _("Transfer requests"), _("No unit asked for this person."), "", ""),
    )
    return [
        {
            "id": name,
            "title": title,
            "rows": context[name],
            "none": none,
            "add": reverse(f"people:{act}", args=[worker.pk]) if act and context["may_edit"] else "",
            "add_label": label,
        }
        for name, title, none, act, label in told
    ]


def _lacking(worker: HealthWorker) -> str:
    """Return what the record lacks of what the schemes ask for, in words."""
    conditions = gaps.conditions(clock.today())
    rows = HealthWorker.objects.filter(pk=worker.pk).with_employment()
    missing = rows.annotate(**{f"lacks_{code}": gaps.flag(found) for code, found in conditions.items()}).values()[0]
    return _(", ").join(str(gap.label) for gap in gaps.GAPS if missing[f"lacks_{gap.code}"])


def _kept_record(request: ActorRequest, worker: HealthWorker) -> str:
    if worker.merged_into_id is None:
        return ""
    seen = HealthWorker.objects.visible_to(request.actor).filter(pk=worker.merged_into_id)
    return reverse("people:person", args=[worker.merged_into_id]) if seen.exists() else ""


@require_http_methods(["GET", "POST"])
@requires(Permission.PEOPLE_IDS)
@sensitive
def reveal(request: ActorRequest, pk: int) -> HttpResponse:
    """Ask for the reason, then show the whole ID number once; nothing on the way keeps it."""
    worker = person_or_404(request.actor, pk)
    form = ReasonForm(request.POST if request.method == "POST" else None, actor=request.actor)
    shown = None
    if form.is_bound and form.is_valid():
        with refusals_shown_in(form):
            shown = services.reveal_id(worker=worker, reason=form.cleaned_data["reason"], by=request.actor)
    context = {"form": form, "person": worker, "shown": shown}
    status = 422 if form.is_bound and shown is None else 200
    response = render(request, "people/reveal.html", context, status=status)
    response["Cache-Control"] = "private, no-store"
    return response
