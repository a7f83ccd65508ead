"""Who enters Django's admin site: the system administrator with a second factor, nobody else, and no superuser."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.sites import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from deploy_admin.access import Permission, Role, to_sign_in


class OperationSite(AdminSite):
    """A window on the tables for whoever runs the system; rules are changed on the product's own pages."""

    site_header = _("System tables")
    site_title = _("System tables")
    index_title = _("Tables by app")
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        actor = getattr(request, "actor", None)
        return actor is not None and actor.role is Role.SYSTEM_ADMIN and actor.can(Permission.SYSTEM_VIEW)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send the signed-out to the one sign-in page; whoever is signed in as somebody else is refused."""
        if getattr(request, "actor", None) is not None:
            raise PermissionDenied
        return to_sign_in(request)
