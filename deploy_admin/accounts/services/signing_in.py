"""Beginning and ending a session: password, second factor, confirmation before sensitive acts, change of capacity."""

from __future__ import annotations

from typing import Any, cast

import django_otp
from django.contrib import auth
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from deploy_admin import clock
from deploy_admin.access import Actor
from deploy_admin.accounts import lockout, stages
from deploy_admin.accounts.actors import MembershipActor, Nobody
from deploy_admin.accounts.models import Membership, User
from deploy_admin.accounts.services import factors
from deploy_admin.audit import services as audit
from deploy_admin.errors import RuleViolation

#: How long giving password or code holds for sensitive acts, in seconds.
CONFIRMATION_HOLDS = 600


def whoever(request: HttpRequest) -> Actor:
    """Return who acts, or the half signed-in person by name, for the record."""
    actor: Actor | None = getattr(request, "actor", None)
    if actor is not None:
        return actor
    user = request.user
    return Nobody(user.name, user.pk) if user.is_authenticated else Nobody("")


def _check_password(request: HttpRequest, username: str, password: str) -> User:
    """Return the person, or refuse and record it. Axes counts the failures and locks the name."""
    address = lockout.client_address(request)
    by = Nobody(username[:64])

    def refused(reason: str, sentence: str) -> RuleViolation:
        audit.record(act="session.refused", by=by, detail={"reason": reason}, result="refused")
        return RuleViolation(sentence, code=f"sign_in_{reason}")

    if lockout.address_is_exhausted(address):
        raise refused("address", lockout.address_sentence())
    if lockout.minutes_left(username):
        cast(Any, request).axes_locked_out = True  # the answer is 429
        raise refused("locked", lockout.sentence(username))
    user = auth.authenticate(request, username=username, password=password)
    if user is None:
        if lockout.minutes_left(username):
            audit.record(act="session.locked", by=by, result="refused")
            raise refused("locked", lockout.sentence(username))
        raise refused(
            "wrong",
            _("Username and password do not match, or the account is closed. Ask your unit's manager if in doubt."),
        )
    person = user
    if stages.is_misplaced(request, person):
        raise refused("demo", _("Demonstration accounts work in demo mode on this machine only."))
    return person


def sign_in(*, request: HttpRequest, username: str, password: str) -> User:
    """Begin a session with a password. A person with an authenticator still owes its code."""
    person = _check_password(request, User.canonical(username), password)
    with transaction.atomic():
        auth.login(request, person)
        moment = clock.now().timestamp()
        request.session[stages.SIGNED_IN_AT] = request.session[stages.SEEN_AT] = moment
        request.session[stages.CONFIRMED_AT] = moment
        request.session[stages.FACTOR_OWED] = stages.has_factor(person)
        person.last_seen_at = clock.now()
        person.save(update_fields=["last_seen_at"])
        audit.record(act="session.began", by=Nobody(person.name, person.pk))
    return person


def give_factor(*, request: HttpRequest, code: str) -> None:
    """Take the second factor for this session, under a new session key."""
    user = cast(User, request.user)
    device = factors.verify(user=user, code=code, by=whoever(request))
    _admit(request, device)


def enrol_factor(*, request: HttpRequest, code: str) -> list[str]:
    """Take a new authenticator into use and count it for this session; return the recovery codes."""
    user = cast(User, request.user)
    device, codes = factors.confirm_enrolment(user=user, code=code, by=whoever(request))
    _admit(request, device)
    return codes


def _admit(request: HttpRequest, device: object) -> None:
    request.session.cycle_key()
    django_otp.login(request, device)
    request.session[stages.FACTOR_OWED] = False
    request.session[stages.CONFIRMED_AT] = clock.now().timestamp()


def confirm(*, request: HttpRequest, secret: str) -> None:
    """Make sure once more that it is the person: by code where there is an authenticator, else by password."""
    user = cast(User, request.user)
    if stages.has_factor(user):
        factors.verify(user=user, code=secret, by=whoever(request))
    else:
        try:
            _check_password(request, user.username, secret)
        except RuleViolation as refusal:
            raise RuleViolation(refusal.message, code=refusal.code, fields={"secret": refusal.message}) from refusal
    request.session[stages.CONFIRMED_AT] = clock.now().timestamp()
    audit.record(act="session.confirmed", by=whoever(request))


def check_present_password(*, request: HttpRequest, password: str) -> None:
    """Refuse unless this is the person's present password; wrong ones count like failed sign-ins."""
    try:
        _check_password(request, cast(User, request.user).username, password)
    except RuleViolation as refusal:
        raise RuleViolation(refusal.message, code=refusal.code, fields={"present": refusal.message}) from refusal


def sign_out(*, request: HttpRequest) -> None:
    """End the session at once."""
    if request.user.is_authenticated:
        audit.record(act="session.ended", by=whoever(request))
    auth.logout(request)


def switch_membership(*, request: HttpRequest, membership: Membership) -> None:
    """Act in another of one's capacities from the next request on."""
    request.session[stages.MEMBERSHIP] = membership.pk
    audit.record(act="session.switched", by=MembershipActor(membership), on=membership, label=membership.role_label)


def recently_confirmed(request: HttpRequest) -> bool:
    """Whether the person has given password or code within the last ten minutes."""
    age = clock.now().timestamp() - request.session.get(stages.CONFIRMED_AT, 0)
    return age <= CONFIRMATION_HOLDS
