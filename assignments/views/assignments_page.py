"""One assignment: its page, and why its last day is what it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from assignments.leave_explaining import why_last_day
from assignments.models import Assignment
from assignments.owing import Owed
from assignments.papers import offering
from assignments.posting_page import PostingPage, officers_part, why_in_words
from assignments.sight import Sight, seen_or_404
from assignments.views.assignments_acting import link
from assignments.views.assignments_acts import ACTS, ADDING, NEXT, ROW_ACTS, elsewhere
from deploy_admin import clock
from deploy_admin.access import Actor, ActorRequest, Permission, requires
from deploy_admin.audit import services as audit
from deploy_admin.ui.shell import url_if_any


@require_GET
@requires(Permission.ASSIGNMENTS_VIEW)
def assignment(request: ActorRequest, pk: int) -> HttpResponse:
    """Show one assignment: what happened, what it is worth, what is owed, and what this actor may do now."""
    row = seen_or_404(request.actor, pk)
    sight = Sight(row, request.actor, clock.today())
    context = PostingPage(sight).context()
    beside = officers_part(sight)
    context |= beside | _doing(sight, beside, context["owed"])
    context["paper_offers"] = offering.of(sight)
    context["why_url"] = url_if_any("assignments:assignment_why", row.pk)
    if request.actor.can(Permission.MONTHS_VIEW):
        context["months_url"] = url_if_any("appraisals:person_trend", row.pk)
    audit.record(
        act="assignments.read", by=request.actor, on=row, label=row.worker.name
    )  # reading of a person is an act
    return render(request, "assignments/assignment.html", context)


@require_GET
@requires(Permission.ASSIGNMENTS_VIEW)
def why(request: ActorRequest, pk: int) -> HttpResponse:
    """Show why the last day is what it is; the same address opens in the drawer."""
    row = seen_or_404(request.actor, pk)
    return render(request, "assignments/assignment_why.html", why_context(row, request.actor))


def why_context(row: Assignment, actor: Actor) -> dict[str, Any]:
    """Return the sum behind the last day, worked out now from the rows."""
    sums = [{"label": str(row._meta.get_field("ends_on").verbose_name), "value": row.ends_on.isoformat()}]
    return {
        "assignment": row,
        "sums": sums,
        "why": why_in_words(row),
    } | why_last_day(row, actor)


def _doing(sight: Sight, rows: dict[str, Any], owed_now: Sequence[Owed]) -> dict[str, Any]:
    """Return what is offered: the next step and the others, what adds a row, and what concerns single rows."""
    row = sight.assignment
    for about in (*rows["tasks"], *rows["mentorings"], *rows["suspensions"]):
        fitting = [(name, act) for name, act in ROW_ACTS.items() if act.model is type(about)]
        about.acts = [link(name, act, row, about.pk) for name, act in fitting if act.is_offered(sight, about)]
    acts = [*(link(name, act, row) for name, act in ACTS.items() if act.is_offered(sight)), *elsewhere(sight)]
    waited_for = NEXT | ({"file"} if any(owed.code == "filing" for owed in owed_now) else set())
    following = next((act for act in acts if act["name"] in waited_for), None)
    return {
        "acts": acts,
        "next_act": following,
        "more_acts": [act for act in acts if act is not following],
        "adding": {name: link(name, act, row) for name, act in ADDING.items() if act.is_offered(sight)},
    }
