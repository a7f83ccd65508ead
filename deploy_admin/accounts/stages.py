"""What a person who has given the password still owes before acting: second factor, new password, a capacity."""

from __future__ import annotations

from enum import StrEnum

from django.conf import settings
from django.http import HttpRequest

from deploy_admin.access import SECOND_FACTOR_ROLES
from deploy_admin.accounts import lockout, passwords
from deploy_admin.accounts.models import Authenticator, Membership, User

#: Session keys.
SIGNED_IN_AT = "signed_in_at"
SEEN_AT = "seen_at"
CONFIRMED_AT = "confirmed_at"
MEMBERSHIP = "membership_id"
FACTOR_OWED = "factor_owed"
ENDED_BECAUSE = "ended_because"


class Stage(StrEnum):
    """The next step; its value is the name of the page that takes it."""

    FACTOR = "accounts:factor_verify"
    PASSWORD = "accounts:password"  # noqa: S105 -- the name of a page
    ENROL = "accounts:factor_enrol"
    CAPACITY = "accounts:no_capacity"


def has_factor(user: User) -> bool:
    """Whether the person has confirmed an authenticator."""
    return Authenticator.objects.filter(user=user, confirmed=True).exists()


def is_excused(request: HttpRequest, user: User) -> bool:
    """Whether a demonstration account may go without the second factor: in demo mode, on this very machine."""
    return settings.DEMO and user.is_demo and lockout.from_this_machine(request)


def is_misplaced(request: HttpRequest, user: User) -> bool:
    """Whether a demonstration account is used where none may be: without the demo flag, or from elsewhere."""
    return user.is_demo and not is_excused(request, user)


def pending(request: HttpRequest, user: User, membership: Membership | None) -> Stage | None:
    """Return the next step owed, or None when the person may act as `membership`."""
    verified = bool(user.is_verified())  # type: ignore[attr-defined]
    if not verified and request.session.get(FACTOR_OWED):
        return Stage.FACTOR
    if passwords.is_overdue(user):
        return Stage.PASSWORD
    if membership is None:
        return Stage.CAPACITY
    if not verified and membership.kind in SECOND_FACTOR_ROLES:
        if has_factor(user):
            return Stage.FACTOR
        if not is_excused(request, user):
            return Stage.ENROL
    return None
