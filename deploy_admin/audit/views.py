"""Reading the record: list, one event, export, verification."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from deploy_admin.access import ActorRequest, Permission, requires
from deploy_admin.audit import scope, services, tasks
from deploy_admin.audit.filters import EventFilter
from deploy_admin.audit.models import Event, EventQuerySet
from deploy_admin.http import exported, is_part, page_of

EXPORT_ROWS = 50_000
#: A longer chain is verified by the worker; the result stands in the record either way.
VERIFIED_AT_ONCE = 100_000
REASONS = {
    "missing": gettext_lazy("the event is missing"),
    "changed": gettext_lazy("the event was changed"),
    "unlinked": gettext_lazy("the event is not tied to the one before"),
}


@never_cache
@requires(Permission.AUDIT_VIEW)
def event_list(request: ActorRequest) -> HttpResponse:
    """List what happened, newest first; export exactly what is shown."""
    visible = Event.objects.visible_to(request.actor)
    filtered = EventFilter(request.GET or None, queryset=visible)
    rows: EventQuerySet = filtered.qs if filtered.is_valid() or not filtered.is_bound else visible.none()
    if (file := exported(request, "audit", lambda: _table(request, rows), title=_("Audit record"))) is not None:
        return file
    everything = scope.reads_everything(request.actor)
    context = {
        "filter": filtered,
        "page": page_of(request, rows.for_list()),
        "everything": everything,
        "chain": _chain() if everything else None,
    }
    return render(request, "audit/list.html#event_list" if is_part(request) else "audit/list.html", context)


def _chain() -> dict[str, Any]:
    """Return where the chain stands, and what the last verification found; nothing is walked here."""
    verified = Event.objects.filter(act="audit.verified").order_by("-recorded_at", "-id").first()
    return {
        "sealed": Event.objects.sealed().values_list("sequence", flat=True).last() or 0,
        "unsealed": Event.objects.unsealed().count(),
        "verified": verified,
        "reason": REASONS.get(str(verified.detail.get("reason")), "") if verified else "",
    }


@never_cache
@requires(Permission.AUDIT_VIEW)
def event(request: ActorRequest, pk: int) -> HttpResponse:
    """Show one event whole."""
    found = get_object_or_404(Event.objects.visible_to(request.actor), pk=pk)
    detail = json.dumps(found.detail, ensure_ascii=False, indent=2, sort_keys=True) if found.detail else ""
    return render(request, "audit/event.html", {"event": found, "detail": detail})


@require_POST
@requires(Permission.AUDIT_VIEW)
def verify(request: ActorRequest) -> HttpResponse:
    """Walk the chain now, or let the worker do it where it is long. Only for whoever reads the whole record."""
    if not scope.reads_everything(request.actor):
        return render(request, "403.html", status=403)
    if Event.objects.sealed().count() > VERIFIED_AT_ONCE:
        delayed: Any = tasks.verify  # its stub does not know Celery's Django task
        delayed.delay_on_commit()
        messages.info(request, _("The chain is being verified; the result will stand at the top of this page."))
        return redirect("audit:list")
    found = services.verify_and_record(by=request.actor)
    if found.broken:
        messages.error(
            request,
            _("The chain does not hold at event %(sequence)s: %(reason)s.")
            % {"sequence": found.broken.sequence, "reason": REASONS[found.broken.reason]},
        )
    elif found.overdue:
        messages.error(request, _("The chain holds, but events wait for their seal: is the worker running?"))
    else:
        messages.success(request, _("The chain holds: %(count)s events.") % {"count": found.checked})
    return redirect("audit:list")


def _table(request: ActorRequest, rows: EventQuerySet) -> tuple[list[str], list[list[Any]]]:
    """Return head and rows of the export, which is itself on the record with its filter and its number of rows."""
    head = [
        _("Time"),
        _("Who"),
        _("In place of"),
        _("Capacity"),
        _("Institution"),
        _("Act"),
        _("Result"),
        _("Object"),
        _("Address"),
        _("Detail"),
        _("Place in the chain"),
    ]
    found = list(rows.order_by("-recorded_at", "-id")[:EXPORT_ROWS])
    table = [
        [
            timezone.localtime(each.recorded_at, timezone.get_default_timezone()).strftime("%Y-%m-%d %H:%M:%S"),
            each.actor_name,
            each.on_behalf_of,
            each.role_label,
            each.institution_label,
            each.act_label,
            each.get_result_display(),
            each.object_label,
            each.ip or "",
            json.dumps(each.detail, ensure_ascii=False, sort_keys=True) if each.detail else "",
            each.sequence,
        ]
        for each in found
    ]
    chosen = {name: value for name, value in request.GET.items() if name not in {"export", "page"} and value}
    detail = {"rows": len(table), "filter": chosen, "format": request.GET.get("export")}
    services.record(act="audit.exported", by=request.actor, detail=detail)
    return head, table
