"""Turns a session into an actor, or into the next step on the way to one; ends sessions; says where acts come from."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import auth
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django.utils.http import urlencode

from deploy_admin import clock
from deploy_admin.accounts import lockout, stages
from deploy_admin.accounts.actors import MembershipActor, Nobody, with_profiles
from deploy_admin.accounts.models import Membership, User
from deploy_admin.audit import context
from deploy_admin.audit import services as audit

#: Reading a page writes the session and the account's last sight at most this often.
NOTE_SESSION_EVERY = 60
NOTE_SIGHT_EVERY = timedelta(hours=1)
#: These are open at every stage, besides the stage's own page.
ALWAYS_OPEN = frozenset({"accounts:sign_out", "accounts:switch_membership", "accounts:confirm", "ui:language"})


class ActorMiddleware:
    """Sets request.actor, request.memberships and request.stage (what is still owed) for everything after it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        seen: Any = request
        seen.actor, seen.memberships, seen.stage = None, [], None
        origin = context.Origin(
            ip=lockout.client_address(request),
            request_id=uuid.uuid4().hex,
            user_agent=request.headers.get("User-Agent", "")[:300],
        )
        with context.bound(origin):
            if request.user.is_authenticated:
                self._meet(request, request.user)
            response = self.get_response(request)
        response["X-Request-ID"] = origin.request_id
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Send whoever still owes a step to that step, whatever page was asked for. The REST interface answers 401."""
        stage: stages.Stage | None = getattr(request, "stage", None)
        match = request.resolver_match
        if stage is None or match is None or "api" in match.namespaces:
            return None
        if match.view_name in {*ALWAYS_OPEN, stage.value} or getattr(view, "permission", "") == "public":
            return None
        address = reverse(stage.value)
        if request.method == "GET" and not request.headers.get("HX-Request"):
            address += "?" + urlencode({"next": request.get_full_path()})
        if request.headers.get("HX-Request") == "true":
            return HttpResponse(status=204, headers={"HX-Redirect": address})
        return redirect(address)

    def _meet(self, request: HttpRequest, user: User) -> None:
        seen: Any = request
        if reason := _over(request, user):
            with_name = Nobody(user.name, user.pk)
            auth.logout(request)
            request.session[stages.ENDED_BECAUSE] = reason
            audit.record(act="session.expired", by=with_name, detail={"limit": reason})
            return
        today = clock.today()
        rows = Membership.objects.filter(user_id=user.pk).valid_on(today)
        rows = rows.select_related("substitute_for__user").order_by("substitute_for", "-manages_unit", "pk")
        seen.memberships = with_profiles(rows, today)
        for membership in seen.memberships:
            membership.user = user
        chosen = request.session.get(stages.MEMBERSHIP)
        current = next((m for m in seen.memberships if m.pk == chosen), next(iter(seen.memberships), None))
        seen.stage = stages.pending(request, user, current)
        if seen.stage is None and current is not None:
            seen.actor = MembershipActor(current, on=today)
        _speak(request, user)
        _note(request, user)


def _over(request: HttpRequest, user: User) -> str:
    """Return why the session ends here: "idle" or "absolute" for the limits, "demo" for a misplaced demo account."""
    if stages.is_misplaced(request, user):
        return "demo"
    now = clock.now().timestamp()
    if now - request.session.get(stages.SIGNED_IN_AT, 0) > settings.SESSION_ABSOLUTE_SECONDS:
        return "absolute"
    if now - request.session.get(stages.SEEN_AT, 0) > settings.SESSION_IDLE_SECONDS:
        return "idle"
    return ""


def _speak(request: HttpRequest, user: User) -> None:
    """Use the language that the browser has chosen here, and keep it with the account; else the account's."""
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
    if chosen in dict(settings.LANGUAGES):
        if chosen != user.language:
            User.objects.filter(pk=user.pk).update(language=chosen)
    elif user.language:
        translation.activate(user.language)
        request.LANGUAGE_CODE = user.language


def _note(request: HttpRequest, user: User) -> None:
    """Note that the person is here. A page that asks by itself (X-Background) is not a person."""
    if request.headers.get("X-Background"):
        return
    now = clock.now()
    if now.timestamp() - request.session.get(stages.SEEN_AT, 0) > NOTE_SESSION_EVERY:
        request.session[stages.SEEN_AT] = now.timestamp()
    if user.last_seen_at is None or user.last_seen_at < now - NOTE_SIGHT_EVERY:
        earlier = Q(last_seen_at__isnull=True) | Q(last_seen_at__lt=now - NOTE_SIGHT_EVERY)
        User.objects.filter(earlier, pk=user.pk).update(last_seen_at=now)
