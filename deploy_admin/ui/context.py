"""The context processor behind base.html: who acts, what waits, which language, page or drawer."""

from __future__ import annotations

import json
from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from deploy_admin.access import Actor, Permission
from deploy_admin.ui.shell import ShownGroup, ask, url_if_any

#: code → (code, name in itself, the letter on the button)
LANGUAGES = {"zh-hans": ("zh-hans", "切换到简体中文", "中"), "en": ("en", "Switch to English", "EN")}


class Shell:
    """The frame of one request. Every property is computed when a template first asks for it."""

    def __init__(self, request: HttpRequest) -> None:
        self.request: Any = request

    @cached_property
    def actor(self) -> Actor | None:
        return getattr(self.request, "actor", None)

    @cached_property
    def signed_in(self) -> bool:
        user = getattr(self.request, "user", None)
        return bool(user is not None and user.is_authenticated)

    @cached_property
    def person(self) -> str:
        return str(self.request.user) if self.signed_in else ""

    @cached_property
    def lang(self) -> str:
        return "en" if get_language() == "en" else "zh-CN"

    @cached_property
    def other_language(self) -> tuple[str, str, str]:
        return LANGUAGES["zh-hans" if get_language() == "en" else "en"]

    @cached_property
    def words(self) -> str:
        """The few sentences the scripts say, as JSON."""
        return json.dumps(
            {
                "copied": _("Copied."),
                "offline": _("The server could not be reached. Nothing was changed; try again."),
                "trouble": _("This could not be done. Reload the page and try again."),
            },
            ensure_ascii=False,
        )

    @cached_property
    def home(self) -> str:
        return url_if_any("workbench:home") or "/"

    @cached_property
    def navigation(self) -> list[ShownGroup]:
        return ask("navigation", self.request, []) if self.actor is not None else []

    @cached_property
    def capacities(self) -> list[dict[str, Any]]:
        return ask("capacities", self.request, []) if self.signed_in else []

    @cached_property
    def capacity(self) -> dict[str, Any]:
        return next((capacity for capacity in self.capacities if capacity["current"]), {})

    @cached_property
    def account_links(self) -> list[dict[str, str]]:
        return ask("account_links", self.request, []) if self.signed_in else []

    @cached_property
    def waiting(self) -> int:
        return ask("waiting", self.request, 0) if self.actor is not None else 0

    @cached_property
    def running(self) -> int:
        return ask("running", self.request, 0) if self.actor is not None else 0

    @cached_property
    def search_url(self) -> str:
        return url_if_any("workbench:search") if self.may(Permission.HOME_VIEW) else ""

    @cached_property
    def jobs_url(self) -> str:
        return url_if_any("jobs:list") if self.actor is not None else ""

    @cached_property
    def switch_url(self) -> str:
        return url_if_any("accounts:switch_membership")

    @cached_property
    def sign_out_url(self) -> str:
        return url_if_any("accounts:sign_out")

    def may(self, permission: Permission) -> bool:
        return self.actor is not None and self.actor.can(permission)


def shell(request: HttpRequest) -> dict[str, Any]:
    """Give templates `shell`, and `layout`: base.html, or the drawer when htmx asks for the drawer's content.

    A page that says {% extends layout %} is written once and serves as both.
    """
    asked = request.headers
    in_drawer = (
        asked.get("HX-Request") == "true"
        and asked.get("HX-Target") == "drawer"
        and asked.get("HX-History-Restore-Request") != "true"
    )
    return {"shell": Shell(request), "layout": "ui/drawer.html" if in_drawer else "base.html", "in_drawer": in_drawer}
