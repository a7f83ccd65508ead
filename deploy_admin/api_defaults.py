"""What the REST framework reads while it loads its own views: who may, and how lists are paged. Imports no view."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.pagination import CursorPagination
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from deploy_admin.access import Actor, Permission

if TYPE_CHECKING:
    from rest_framework.views import APIView


class HasPermission(BasePermission):
    """Let an actor do an action only if the view names its permission and the actor holds it; unnamed is refused."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        actor = actor_of(request)
        needed: Permission | None = getattr(view, "permissions", {}).get(getattr(view, "action", None))
        return actor is not None and needed is not None and actor.can(needed)


def actor_of(request: Request) -> Actor | None:
    """Return who acts, whether signed in by session or by token."""
    request.user  # noqa: B018 -- runs the authentication, which sets the actor
    return getattr(request._request, "actor", None)


class CursorPages(CursorPagination):
    """Pages of 100 rows, up to 1,000 on request, that stay stable while rows are added."""

    page_size = 100
    max_page_size = 1000
    page_size_query_param = "page_size"
    ordering = "id"
