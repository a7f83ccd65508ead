"""Accounts that exist before anybody can sign in: the three administrators, and the demonstration's people."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.conf import settings
from django.db import transaction

from deploy_admin import clock
from deploy_admin.access import SYSTEM, Role
from deploy_admin.accounts.models import Membership, User
from deploy_admin.accounts.services import members
from deploy_admin.audit import services as audit
from deploy_admin.errors import RuleViolation
from deploy_admin.registry.models import Institution


@transaction.atomic
def create_administrator(*, role: Role, username: str, name: str) -> str:
    """Open an administrator's account for set-up; return its one-time password. Refused once somebody has the role."""
    today = clock.today()
    if Membership.objects.filter(role=role, user__is_active=True).valid_on(today).exists():
        raise RuleViolation(
            f"There is a {role} already; the security administrator makes further ones.", code="administrator_exists"
        )
    admitted = members.add_member(
        username=username, name=name, role=role, institution=None, valid_from=today, by=SYSTEM
    )
    return admitted.password


@transaction.atomic
def demo_account(
    *,
    username: str,
    name: str,
    password: str,
    capacities: Iterable[tuple[Role, Institution | None, bool]],
    since: date | None = None,
) -> User:
    """Make a demonstration account with a known password; one that exists stays as it is. Only with the demo flag.

    `capacities` are (role, institution, manages the unit) from `since` on, from today where nothing is said.
    """
    if not settings.DEMO:
        raise RuleViolation("Demonstration accounts need the demo flag.", code="not_in_demo")
    existing = User.objects.filter(username=User.canonical(username)).first()
    if existing is not None:
        return existing
    user: User = User.objects.create_user(
        username,
        password,
        name=name,
        is_demo=True,
        must_change_password=False,
        password_changed_at=clock.now(),
    )
    audit.record(act="account.opened", by=SYSTEM, on=user, detail={"demo": True})
    first = since or clock.today()
    for role, institution, manages in capacities:
        last = first + members.LONGEST_AUDIT if role is Role.AUDITOR else None
        members.grant(
            user=user,
            role=role,
            institution=institution,
            valid_from=first,
            valid_to=last,
            manages_unit=manages,
            by=SYSTEM,
        )
    return user
