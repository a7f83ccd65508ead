"""The list of assignments: who is where, until when, and what is owed of each."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from assignments import posting_rows
from assignments.posting_list import PostingList
from assignments.views.assignments_batch import offered
from deploy_admin.access import ActorRequest, Permission, requires
from deploy_admin.audit import services as audit
from deploy_admin.http import exported, is_part
from deploy_admin.people.words import without_ids


@require_GET
@requires(Permission.ASSIGNMENTS_VIEW)
def assignments(request: ActorRequest) -> HttpResponse:
    """Show the assignments the actor may know about, narrowed by the address; or hand out exactly these."""
    shown = PostingList(request.GET.dict(), request.actor)
    answer = exported(request, "assignments", shown.export, _("Assignments"))
    if answer is not None:
        detail = {"filters": without_ids(request.GET.dict()), "rows": shown.count}
        audit.record(act="assignments.exported", by=request.actor, detail=detail)
        return answer
    page: Any = shown.page(request.GET.get("page"))
    batch = offered(request.actor)
    number = request.actor.can(Permission.PEOPLE_VIEW)
    context = {
        "shown": shown,
        "page": page,
        "rows": posting_rows.drawn(page.object_list, tick=bool(batch), number=number),
        "heads": posting_rows.heads(),
        "batch": batch,
        "may_plan": request.actor.can(Permission.ASSIGNMENTS_PLAN),
        "may_arrive": request.actor.can(Permission.POST_MANAGE),
    }
    template = "assignments/assignments.html"
    return render(request, f"{template}#list" if is_part(request) else template, context)
