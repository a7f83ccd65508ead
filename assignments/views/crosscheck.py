"""The cross-check of two ends: who was missing at both, practised while suspended, was seen in two places."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from assignments import crosscheck
from assignments.rules.both_ends import Contradiction
from deploy_admin import clock
from deploy_admin.access import ActorRequest, Permission, requires
from deploy_admin.audit import services as audit
from deploy_admin.http import exported, is_part, page_of

#: How far back the page looks where no first day is asked for.
BACK = timedelta(days=365)


@require_GET
@requires(Permission.INSPECTIONS_VIEW)
def both_ends(request: ActorRequest) -> HttpResponse:
    """Show what the two ends say against each other, from what the actor sees of both; or hand out exactly that."""
    last = _day(request, "last", clock.today())
    first = _day(request, "first", last - BACK)
    kind = request.GET.get("kind", "")
    kind = kind if kind in set(Contradiction) else ""
    found = crosscheck.shown(first, last, request.actor, kind) if first <= last else []
    answer = exported(request, "both-ends", lambda: _table(found), _("Cross-check of both ends"))
    if answer is not None:
        detail = {"first": first, "last": last, "kind": kind, "rows": len(found)}
        audit.record(act="assignments.both_ends_exported", by=request.actor, detail=detail)
        return answer
    page: Any = page_of(request, found)
    context = {
        "page": page,
        "first": first,
        "last": last,
        "kind": kind,
        "kinds": [(str(each), label) for each, label in crosscheck.labels().items()],
    }
    template = "assignments/inspection_both_ends.html"
    return render(request, f"{template}#list" if is_part(request) else template, context)


def _table(found: list[crosscheck.ShownClash]) -> tuple[list[str], list[list[Any]]]:
    rows = [[each.day, each.worker.name, each.label, _(", ").join(s.text for s in each.sources)] for each in found]
    return [_("Day"), _("Person"), _("Contradiction"), _("What was seen")], rows


def _day(request: ActorRequest, name: str, otherwise: date) -> date:
    try:
        return date.fromisoformat(request.GET.get(name, ""))
    except ValueError:
        return otherwise
