"""What the frame around every page shows: navigation, the person's capacities, how much waits and runs."""

from __future__ import annotations

from typing import Any, cast

from django.db.models import Count, Value

from deploy_admin.access import ActorRequest
from deploy_admin.jobs.models import Job, Notice
from deploy_admin.ui import shell
from deploy_admin.workbench.navigation import ACCOUNT, GROUPS


def navigation(request: ActorRequest) -> list[shell.ShownGroup]:
    """The groups this actor may open; the home page carries the number of what waits."""
    groups = shell.navigation(request, GROUPS)
    if groups and groups[0].items:
        groups[0].items[0].count = waiting(request)
    return groups


def capacities(request: Any) -> list[dict[str, Any]]:
    """The capacities in which this person may act today, the present one marked."""
    now = request.actor.membership_id if request.actor is not None else None
    return [
        {
            "id": membership.pk,
            "institution": str(membership.institution) if membership.institution_id else "",
            "role": membership.role_label,
            "current": membership.pk == now,
        }
        for membership in getattr(request, "memberships", [])
    ]


def account_links(request: ActorRequest) -> list[dict[str, str]]:
    """What the person does for the own account."""
    links = ({"label": str(label), "icon": icon, "url": shell.url_if_any(name)} for label, icon, name in ACCOUNT)
    return [link for link in links if link["url"]]


def waiting(request: Any) -> int:
    """How many notices are open for this actor."""
    return _counts(request)["waiting"]


def running(request: ActorRequest) -> int:
    """How many jobs that this person started are not finished."""
    return _counts(request)["running"]


def _counts(request: Any) -> dict[str, int]:
    """Both numbers of the frame, asked once per request. One query."""
    if not hasattr(request, "_counts"):
        open_notices = Notice.objects.open().visible_to(request.actor)
        my_jobs = Job.objects.unfinished().filter(created_by_id=request.actor.user_id)
        counted = [
            rows.order_by().annotate(what=Value(what)).values_list("what").annotate(n=Count("pk"))
            for what, rows in (("waiting", open_notices), ("running", my_jobs))
        ]
        request._counts = {"waiting": 0, "running": 0} | dict(counted[0].union(counted[1], all=True))
    return cast(dict[str, int], request._counts)
