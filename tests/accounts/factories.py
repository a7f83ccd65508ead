"""People, capacities and signed-in browsers for tests, as short as a sentence."""

from __future__ import annotations

import itertools
from datetime import date
from typing import Any

from django.contrib.auth.hashers import make_password
from django.test import Client
from django_otp import DEVICE_ID_SESSION_KEY

from deploy_admin import clock
from deploy_admin.access import ADMINISTRATORS, SECOND_FACTOR_ROLES, Role
from deploy_admin.accounts import stages
from deploy_admin.accounts.actors import MembershipActor
from deploy_admin.accounts.models import Authenticator, Membership, User
from deploy_admin.registry.models import Institution
from tests.registry.factories import LONG_AGO, a_division, an_authority, an_institution

PASSWORD = "Rechte-Worte-26"
_numbers = itertools.count(1)
_hashed: dict[str, str] = {}


def hashed(password: str) -> str:
    """Return the hash of `password`, computed once per run because it is slow on purpose."""
    if password not in _hashed:
        _hashed[password] = make_password(password)
    return _hashed[password]


def a_user(username: str | None = None, *, password: str = PASSWORD, **more: Any) -> User:
    """Return a person who has chosen a password of their own today."""
    username = username or f"person{next(_numbers)}"
    fields = {"name": f"示范人员{username}", "must_change_password": False, "password_changed_at": clock.now()} | more
    return User.objects.create(username=username, password=hashed(password), **fields)


def municipal_authority() -> Institution:
    """Return a commission that reaches the whole city."""
    return an_authority(a_division(level="prefecture"), tier="municipal")


def a_place_for(role: Role) -> Institution | None:
    """Return an institution at which `role` exists."""
    if role in ADMINISTRATORS:
        return None
    if role is Role.CITY_OFFICER:
        return municipal_authority()
    if role in {Role.SENDER_HR, Role.RECEIVER_CLERK, Role.RECEIVER_HEAD, Role.DEPLOYED_PERSON}:
        return an_institution()
    return an_authority(a_division())


def a_membership(
    role: Role,
    institution: Institution | None = None,
    *,
    user: User | None = None,
    valid_from: date = LONG_AGO,
    valid_to: date | None = None,
    manages_unit: bool = False,
    substitute_for: Membership | None = None,
) -> Membership:
    """Return a capacity, valid since long ago."""
    if institution is None:
        institution = substitute_for.institution if substitute_for else a_place_for(role)
    if role is Role.AUDITOR and valid_to is None:
        valid_to = clock.today().replace(month=12, day=31)
    return Membership.objects.create(
        user=user or a_user(),
        role=role,
        institution=institution,
        valid_from=valid_from,
        valid_to=valid_to,
        manages_unit=manages_unit,
        substitute_for=substitute_for,
    )


def an_actor(role: Role, institution: Institution | None = None, **more: Any) -> MembershipActor:
    """Return somebody acting in `role`, at a fitting institution where none is given."""
    return MembershipActor(a_membership(role, institution, **more))


def signed_in(client: Client, membership: Membership) -> Client:
    """Return the client signed in as `membership`, every step passed: password, second factor, just confirmed."""
    client.force_login(membership.user, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    moment = clock.now().timestamp()
    session[stages.SIGNED_IN_AT] = session[stages.SEEN_AT] = session[stages.CONFIRMED_AT] = moment
    session[stages.MEMBERSHIP] = membership.pk
    if membership.kind in SECOND_FACTOR_ROLES:
        device = Authenticator.objects.filter(user=membership.user, confirmed=True).first()
        device = device or Authenticator.made_for(membership.user, confirmed=True)
        session[DEVICE_ID_SESSION_KEY] = device.persistent_id
    session.save()
    return client
