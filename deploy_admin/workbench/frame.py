"""What the frame around every page shows: navigation, the person's capacities, how much waits and runs."""

from __future__ import annotations

from typing import Any

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
    """How many notices are open for this actor; asked once per request."""
    if not hasattr(request, "_waiting"):
        request._waiting = Notice.objects.open().visible_to(request.actor).count()
    return int(request._waiting)


def running(request: ActorRequest) -> int:
    """How many jobs that this person started are not finished."""
    return Job.objects.unfinished().filter(created_by_id=request.actor.user_id).count()
