"""What the REST framework reads while it loads its own views: who may, and how lists are paged. Imports no view."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.core import signing
from django.db.models import F, OrderBy, Q
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.pagination import BasePagination
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from deploy_admin.access import Actor, Permission

if TYPE_CHECKING:
    from rest_framework.views import APIView

SALT = "deploy_admin.api.cursor"


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


class CursorPages(BasePagination):
    """Pages of 100 rows, up to 1,000 on request, that stay stable while rows are added.

    A cursor holds the place of the last row: its value in the order asked for, then its id. So it passes thousands of
    rows written at one moment, and rows without a value, which come last. It is signed, for it goes into a query.
    """

    page_size = 100
    max_page_size = 1000
    ordering = "id"

    def paginate_queryset(self, queryset: Any, request: Request, view: APIView | None = None) -> list[Any] | None:
        self.request = request
        name, descending = self.ordering.lstrip("-"), self.ordering.startswith("-")
        rows = queryset.order_by(_in_order(name, descending), _in_order("id", descending))
        if (text := request.query_params.get("cursor")) is not None:
            rows = rows.filter(_behind(name, descending, *self._place(text)))
        size = self._size(request)
        found = list(rows[: size + 1])
        self.page, self.has_next = found[:size], len(found) > size
        return self.page

    def _size(self, request: Request) -> int:
        asked = request.query_params.get("page_size", "")
        size = int(asked) if asked.isdecimal() and len(asked) < 10 else 0
        return min(size, self.max_page_size) or self.page_size

    def _place(self, text: str) -> tuple[Any, int]:
        """Return value and id of the row before the page, as this interface wrote them for this order."""
        try:
            ordering, value, last = signing.loads(text, salt=SALT)
        except signing.BadSignature as error:
            raise exceptions.ValidationError({"cursor": [_("This cursor is not one of ours.")]}) from error
        if ordering != self.ordering:
            raise exceptions.ValidationError({"cursor": [_("This cursor belongs to another order.")]})
        return value, last

    def get_next_link(self) -> str | None:
        if not self.has_next:
            return None
        last = self.page[-1]
        value = getattr(last, self.ordering.lstrip("-"))
        place = [self.ordering, value.isoformat() if isinstance(value, date) else value, last.pk]
        cursor = signing.dumps(place, salt=SALT)
        return str(replace_query_param(self.request.build_absolute_uri(), "cursor", cursor))

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"next": self.get_next_link(), "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        following = {"type": "string", "format": "uri", "nullable": True, "description": "The next page, if any."}
        return {
            "type": "object",
            "required": ["next", "results"],
            "properties": {"next": following, "results": schema},
        }

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        return [
            {
                "name": "cursor",
                "in": "query",
                "description": "Where the page begins; taken from the `next` of the page before.",
                "schema": {"type": "string"},
            },
            {
                "name": "page_size",
                "in": "query",
                "description": "How many rows.",
                "schema": {
                    "type": "integer",
                    "minimum": 1,
                    "maximum": self.max_page_size,
                    "default": self.page_size,
                },
            },
        ]


def _in_order(name: str, descending: bool) -> OrderBy:
    return F(name).desc(nulls_last=True) if descending else F(name).asc(nulls_last=True)


def _behind(name: str, descending: bool, value: Any, last: int) -> Q:
    """Return the condition on the rows behind this place."""
    further = "lt" if descending else "gt"
    if value is None:
        return Q(**{f"{name}__isnull": True, f"id__{further}": last})
    same = Q(**{name: value, f"id__{further}": last})
    return Q(**{f"{name}__{further}": value}) | same | Q(**{f"{name}__isnull": True})
