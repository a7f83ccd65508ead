"""How the REST interface knows its caller: by token, or by the browser's session with its CSRF check."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any, cast

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication, SessionAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from deploy_admin import clock
from deploy_admin.access import Permission
from deploy_admin.accounts.actors import TokenActor
from deploy_admin.accounts.models import Token
from deploy_admin.audit import services as audit

#: What a machine may be given. Approving, releasing, adopting and changing people's records stay with persons.
MACHINE_SCOPES = (
    Permission.INSTITUTIONS_VIEW,
    Permission.POLICIES_VIEW,
    Permission.FIGURES_VIEW,
    Permission.FIGURES_ENTER,
    Permission.QUOTAS_VIEW,
    Permission.RUNS_VIEW,
    Permission.RELEASES_VIEW,
    Permission.PEOPLE_VIEW,
    Permission.PEOPLE_IDS,
    Permission.ELIGIBILITY_VIEW,
    Permission.ASSIGNMENTS_VIEW,
    Permission.INSPECTIONS_VIEW,
    Permission.MONTHS_VIEW,
    Permission.MONTHS_ENTER,
    Permission.FEEDBACK_VIEW,
    Permission.FEEDBACK_RECEIVE,
    Permission.REQUESTS_VIEW,
    Permission.REQUESTS_ENTER,
    Permission.NOMINATIONS_VIEW,
    Permission.NOMINATIONS_ENTER,
    Permission.ALLOCATION_VIEW,
    Permission.ALLOCATION_PLAN,
)
#: With one of these comes another: an ID number without its person says nothing.
RESTS_ON = {Permission.PEOPLE_IDS: Permission.PEOPLE_VIEW}
#: The use of a token is noted at most this often, so that reading does not become writing.
NOTED_EVERY = timedelta(minutes=5)


def digest_of(secret: str) -> str:
    """Return the only form in which a token is kept: SHA-256, enough for 256 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Token …` or `Bearer …`. An expired or revoked token is 401, and is recorded."""

    def authenticate(self, request: Request) -> tuple[AnonymousUser, Token] | None:
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() not in (b"token", b"bearer"):
            return None
        cast(Any, request._request).actor = None  # a session that came along says nothing any more
        if len(parts) != 2:
            raise AuthenticationFailed(_("The Authorization header carries one token."))
        token = (
            Token.objects.select_related("institution", "created_by__user")
            .filter(digest=digest_of(parts[1].decode("latin-1")))
            .first()
        )
        if token is None:
            raise AuthenticationFailed(_("This token is not known."))
        actor = TokenActor(token)
        if token.state != "live":
            audit.record(act="token.refused", by=actor, on=token, detail={"state": token.state}, result="refused")
            raise AuthenticationFailed(_("This token is revoked or has expired."))
        stale = Q(last_used_at__isnull=True) | Q(last_used_at__lt=clock.now() - NOTED_EVERY)
        if token.last_used_at is None or token.last_used_at < clock.now() - NOTED_EVERY:
            Token.objects.filter(stale, pk=token.pk).update(last_used_at=clock.now())
        cast(Any, request._request).actor = actor
        return AnonymousUser(), token

    def authenticate_header(self, request: Request) -> str:
        """Ask for a token, so that the unknown get 401 and not 403."""
        return "Token"


class SessionActorAuthentication(SessionAuthentication):
    """The browser's own session, with its CSRF check; only once password and second factor are settled."""

    def authenticate(self, request: Request) -> tuple[Any, None] | None:
        if getattr(request._request, "actor", None) is None:
            return None
        self.enforce_csrf(request)
        return request._request.user, None
