"""Requests and nominations beside each other: the tabs of the room, for whoever sees both."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from assignments.filing import sides
from assignments.kinds import ListKind
from deploy_admin.access import Actor

PAGES = {ListKind.REQUESTS: "assignments:request_lists", ListKind.NOMINATIONS: "assignments:nomination_lists"}


def shown(actor: Actor, here: ListKind) -> list[dict[str, Any]]:
    """Return the tabs that the actor may open, and which one is open."""
    return [
        {"url": reverse(name), "label": kind.label, "is_here": kind is here}
        for kind, name in PAGES.items()
        if actor.can(sides.VIEW[kind])
    ]
