"""The ground of the REST interface: one router, one permission check, capped cursor pages, RFC 9457 errors."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import django_filters
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework import exceptions, mixins, viewsets
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework.views import APIView, set_rollback

from deploy_admin.access import SYSTEM, Actor, Permission
from deploy_admin.api_defaults import CursorPages, HasPermission, actor_of
from deploy_admin.errors import RuleViolation

__all__ = [
    "CursorPages",
    "HasPermission",
    "ReadOnlyViewSet",
    "SchemaView",
    "UpdatedSinceFilter",
    "actor_of",
    "problem",
    "router",
]

router = SimpleRouter()
PROBLEM = "application/problem+json"


class UpdatedSinceFilter(django_filters.FilterSet):
    """Rows written at or after a moment: what a nightly client asks for."""

    updated_since = django_filters.IsoDateTimeFilter(field_name="updated_at", lookup_expr="gte")


class ReadOnlyViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):  # type: ignore[type-arg]
    """What the actor may know about, as list and as row. Subclasses name `permissions`, `ordering_fields`, `rows`."""

    permissions: dict[str, Permission] = {}
    ordering_fields: tuple[str, ...] = ("id",)

    def rows(self, actor: Actor) -> QuerySet[Any]:
        """Return the visible rows, ready to serialize."""
        raise NotImplementedError

    def get_queryset(self) -> QuerySet[Any]:
        if getattr(self, "swagger_fake_view", False):  # the schema generator asks in nobody's name
            return self.rows(SYSTEM)
        actor = actor_of(self.request)
        assert actor is not None  # noqa: S101 -- HasPermission has refused the nameless
        return self.rows(actor)

    def paginate_queryset(self, queryset: Any) -> list[Any] | None:
        asked = self.request.query_params.get("ordering")
        if asked:
            if asked.removeprefix("-") not in self.ordering_fields:
                raise exceptions.ValidationError(
                    {"ordering": [_("Order by one of: %(fields)s.") % {"fields": ", ".join(self.ordering_fields)}]}
                )
            assert isinstance(self.paginator, CursorPages)  # noqa: S101 -- settings.REST_FRAMEWORK names it
            self.paginator.ordering = asked
        return super().paginate_queryset(queryset)


class Known(BasePermission):
    """Let whoever is known in: the description holds no rows."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return actor_of(request) is not None


class SchemaView(SpectacularAPIView):
    """Hands out the OpenAPI document, as YAML or JSON, in the language of the request."""

    permission = "signed_in"
    permission_classes = [Known]

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        response: Response = self._get_schema_response(request)  # type: ignore[no-untyped-call]
        return response


def problem(error: Exception, context: dict[str, Any]) -> Response | None:
    """Answer any refusal as application/problem+json: type, title, status, detail, code, and per-field `errors`."""
    body: dict[str, Any]
    headers: dict[str, str] = {}
    if isinstance(error, RuleViolation):
        status, code, detail = 409, error.code, str(error.message)
        body = {"errors": error.fields} if error.fields else {}
        body |= {"context": error.context} if error.context else {}
    else:
        if isinstance(error, Http404):
            error = exceptions.NotFound()
        elif isinstance(error, PermissionDenied):
            error = exceptions.PermissionDenied()
        if not isinstance(error, exceptions.APIException):
            return None
        status = error.status_code
        if isinstance(error, exceptions.ValidationError):
            code, detail = "invalid", _("The request names values that are not possible.")
            body = {"errors": error.detail}
        else:
            code, detail, body = str(error.get_codes()), str(error.detail), {}
        if (challenge := getattr(error, "auth_header", None)) is not None:
            headers["WWW-Authenticate"] = challenge
        if (wait := getattr(error, "wait", None)) is not None:
            headers["Retry-After"] = str(int(wait))
    set_rollback()
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        **body,
    }
    return Response(body, status=status, headers=headers, content_type=PROBLEM)
