"""My service: days to the end and why, what is credited, what I owe by when, leave, absences to answer, papers."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from assignments.filing import nomination_mine
from assignments.models import Assignment
from assignments.posting_page import PostingPage
from assignments.services.leave_checks import AT_POST
from assignments.sight import Sight
from assignments.standing_reading import standing_of_worker
from assignments.states import COMING, RUNNING, STATE_SHAPES, AbsenceState, AssignmentState
from assignments.views.assignments_page import why_context
from deploy_admin import clock
from deploy_admin.access import ActorRequest, Permission, requires
from deploy_admin.people.models import HealthWorker
from deploy_admin.registry.models import Institution
from deploy_admin.ui.shell import url_if_any


@require_GET
@requires(Permission.OWN_SERVICE)
def my_service(request: ActorRequest) -> HttpResponse:
    """Show a deployed person where they stand, and what is waited for from them."""
    me = _me(request)
    context: dict[str, Any] = {"person": me, "today": clock.today()}
    if me is not None:
        context |= _standing(me, request)
    return render(request, "assignments/my_service.html", context)


@require_GET
@requires(Permission.OWN_SERVICE)
def my_why(request: ActorRequest, pk: int) -> HttpResponse:
    """Show why my last day is what it is."""
    me = _me(request)
    if me is None:
        raise Http404
    row = get_object_or_404(_mine(me, request), pk=pk)
    return render(
        request,
        "assignments/assignment_why.html",
        why_context(row, request.actor) | {"back": reverse("assignments:my_service")},
    )


def _me(request: ActorRequest) -> HealthWorker | None:
    if request.actor.worker_id is None:
        return None
    mine: HealthWorker | None = (
        HealthWorker.objects.living().visible_to(request.actor).filter(pk=request.actor.worker_id).first()
    )
    return mine


def _mine(me: HealthWorker, request: ActorRequest) -> Any:
    rows = Assignment.objects.visible_to(request.actor).filter(worker=me.pk)
    return rows.select_related("worker", "campaign", "slot")


def _standing(me: HealthWorker, request: ActorRequest) -> dict[str, Any]:
    rows = list(_mine(me, request).living().order_by("-starts_on", "-pk"))
    now = at_hand(rows)
    context: dict[str, Any] = {"rows": _past(rows, now), "standing": standing_of_worker(me.pk, own=True)}
    context["nominations"] = nomination_mine.waiting(request.actor)
    if now is None:
        return context
    context |= PostingPage(Sight(now, request.actor, clock.today())).context()
    to_answer = now.absences.filter(state=AbsenceState.TO_BE_CHECKED).order_by("answer_by", "pk")
    return context | {
        "why_url": reverse("assignments:my_why", args=[now.pk]),
        "to_answer": [(each, reverse("assignments:my_absence", args=[each.pk])) for each in to_answer],
        "ask_leave_url": reverse("assignments:my_leave") if now.state in AT_POST else "",
        "ask_leave": _("Ask for leave"),
        "months_url": url_if_any("appraisals:my_trend", now.pk),
    }


def at_hand(rows: list[Assignment]) -> Assignment | None:
    """Return the assignment that counts now: the running one, else the nearest to come, else the last one."""
    for states in (RUNNING, COMING):
        found = [row for row in rows if row.state in states]
        if found:
            return min(found, key=lambda row: row.starts_on)
    return rows[0] if rows else None


def _past(rows: list[Assignment], now: Assignment | None) -> list[dict[str, Any]]:
    """Return the other ones: earlier, or still to come."""
    others = [row for row in rows if now is None or row.pk != now.pk]
    names = Institution.objects.filter(pk__in={row.receiving_unit_id for row in others}).named(clock.today())
    return [
        {
            "unit": names.get(row.receiving_unit_id, ""),
            "first_day": row.starts_on,
            "last_day": row.ends_on,
            "shape": STATE_SHAPES[AssignmentState(row.state)],
            "state": row.get_state_display(),
        }
        for row in others
    ]
