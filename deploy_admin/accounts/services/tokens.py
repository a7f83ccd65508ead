"""Making and revoking a machine's tokens."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import date, datetime, time

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from deploy_admin import clock
from deploy_admin.access import Permission
from deploy_admin.accounts.actors import MembershipActor
from deploy_admin.accounts.models import Token
from deploy_admin.accounts.tokens import MACHINE_SCOPES, RESTS_ON, digest_of
from deploy_admin.audit import services as audit
from deploy_admin.db import refusals
from deploy_admin.errors import RuleViolation


@transaction.atomic
def issue_token(
    *, name: str, scopes: Collection[Permission], expires_on: date, by: MembershipActor
) -> tuple[Token, str]:
    """Make a token for the actor's institution, valid to the end of `expires_on`; return it with its secret, once.

    A token may at most what its maker may, and only what machines are given.
    """
    if not by.can(Permission.TOKENS_MANAGE) or by.institution_id is None:
        raise RuleViolation(_("Only an institution's own staff make tokens for it."), code="token_without_owner")
    beyond = [scope for scope in scopes if scope not in MACHINE_SCOPES or not by.can(scope)]
    if beyond:
        raise RuleViolation(
            _("A token cannot be given more than its maker has."),
            code="token_beyond_maker",
            fields={"scopes": _("Not possible: %(scopes)s.") % {"scopes": ", ".join(sorted(beyond))}},
        )
    bare = [scope for scope in scopes if scope in RESTS_ON and RESTS_ON[Permission(scope)] not in scopes]
    if bare:
        sentence = _("ID numbers are read with their people: give that scope too.")
        raise RuleViolation(sentence, code="scope_rests_on_another", fields={"scopes": sentence})
    prefix = f"da{secrets.token_hex(3)}"
    secret = f"{prefix}_{secrets.token_urlsafe(32)}"
    end = timezone.make_aware(datetime.combine(expires_on, time(23, 59, 59)), timezone.get_default_timezone())
    with refusals():
        token = Token.objects.create(
            name=name,
            prefix=prefix,
            digest=digest_of(secret),
            institution_id=by.institution_id,
            scopes=sorted(scopes),
            created_by=by.membership,
            created_at=clock.now(),
            expires_at=end,
        )
    audit.record(
        act="token.issued", by=by, on=token, detail={"scopes": sorted(scopes), "expires_on": expires_on.isoformat()}
    )
    return token, secret


@transaction.atomic
def revoke_token(*, token: Token, by: MembershipActor) -> Token:
    """Revoke a token at once and for good; one that is revoked already stays as it is."""
    if not by.can(Permission.TOKENS_MANAGE):
        raise RuleViolation(_("Your capacity does not manage tokens."), code="not_allowed")
    moment = clock.now()
    if Token.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=moment):
        token.revoked_at = moment
        audit.record(act="token.revoked", by=by, on=token)
    else:
        token.refresh_from_db()
    return token
