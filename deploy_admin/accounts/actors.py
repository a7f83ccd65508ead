"""Actors for people and machines: a membership or a token, seen through its role and its institution's kind."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import cached_property

from django.utils.translation import gettext as _

from deploy_admin import clock
from deploy_admin.access import ADMINISTRATORS, GRANTS, Permission, Reach, Role
from deploy_admin.accounts.models import Membership, Token
from deploy_admin.people.models import HealthWorker
from deploy_admin.registry import reach, succession
from deploy_admin.registry.codes import Kind, Tier
from deploy_admin.registry.models import Institution

#: Whatever institution they belong to, these never reach beyond it.
UNIT_ROLES = frozenset({Role.SENDER_HR, Role.RECEIVER_CLERK, Role.RECEIVER_HEAD})


class InstitutionActor:
    """What person and machine have in common: the institution in whose name they act, and how far it reaches."""

    def __init__(self, *, role: Role, institution: Institution | None, on: date) -> None:
        self.role: Role | None = role
        self.on = on
        self._role = role
        self._home = institution

    @cached_property
    def institution(self) -> Institution | None:
        """The institution with its profile; the heir where the membership's own has gone into exactly one other.

        A unit split into several leaves its people with the past only, until an heir's manager takes them on.
        """
        home = self._home
        if home is not None and home.closed_on is not None and home.closed_on < self.on:
            heirs = Institution.objects.as_of(self.on).filter(pk__in=succession.heirs([home.pk], self.on)[home.pk])
            standing = list(heirs.select_related("profile")[:2])
            if len(standing) == 1:
                return standing[0]
        if home is not None and "profile" not in home.__dict__:
            return Institution.objects.standing(self.on).select_related("profile").filter(pk=home.pk).first() or home
        return home

    @property
    def institution_id(self) -> int | None:
        return self.institution.pk if self.institution else None

    @property
    def institution_label(self) -> str:
        """The institution's name on the day."""
        return str(self.institution) if self.institution else ""

    @cached_property
    def reach(self) -> Reach:
        if self._role in ADMINISTRATORS or self.institution is None:
            return Reach.NONE
        if self._role is Role.DEPLOYED_PERSON:
            return Reach.SELF
        profile = self.institution.__dict__.get("profile")
        if self._role in UNIT_ROLES or profile is None or profile.kind != Kind.HEALTH_AUTHORITY:
            return Reach.UNIT
        return Reach.ALL if profile.tier == Tier.MUNICIPAL else Reach.DISTRICT

    @cached_property
    def institution_ids(self) -> frozenset[int]:
        if self.institution_id is None or self.reach in {Reach.SELF, Reach.NONE}:
            return frozenset()
        return reach.unit_and_relatives(self.institution_id, self.on)

    @cached_property
    def division_ids(self) -> frozenset[int]:
        if self.reach is not Reach.DISTRICT or self.institution_id is None:
            return frozenset()
        return reach.covered_division_ids([self.institution_id], self.on)


class MembershipActor(InstitutionActor):
    """A person in one of that person's capacities. A substitute acts in the other's role, and the record says so."""

    def __init__(self, membership: Membership, *, on: date | None = None) -> None:
        super().__init__(role=membership.kind, institution=membership.institution, on=on or clock.today())
        self.membership = membership

    @property
    def user_id(self) -> int | None:
        return self.membership.user_id

    @property
    def membership_id(self) -> int | None:
        return self.membership.pk

    @property
    def name(self) -> str:
        return self.membership.user.name

    @cached_property
    def worker_id(self) -> int | None:
        """The health worker that a deployed person is; where that record was merged, the one it went into."""
        found = self.membership.worker_id
        return None if found is None else living(found)

    @property
    def on_behalf_of(self) -> str:
        """Whom the person stands in for, by name."""
        principal = self.membership.substitute_for
        return principal.user.name if principal else ""

    @property
    def manages_unit(self) -> bool:
        """Whether this capacity looks after the unit's own people; a substitute does while the other would."""
        principal = self.membership.substitute_for
        return principal.manages_unit if principal else self.membership.manages_unit

    def can(self, permission: Permission) -> bool:
        return permission in GRANTS[self._role]

    def __str__(self) -> str:
        return self.name


class TokenActor(InstitutionActor):
    """A reporting system with its token: the institution's reach, and of its maker's permissions the named ones."""

    user_id = None
    membership_id = None
    worker_id = None
    on_behalf_of = ""
    manages_unit = False

    def __init__(self, token: Token, *, on: date | None = None) -> None:
        super().__init__(role=token.created_by.kind, institution=token.institution, on=on or clock.today())
        self.token = token
        self.scopes = frozenset(token.scopes)

    @property
    def name(self) -> str:
        return f"{self.token.name} ({self.token.prefix})"

    def can(self, permission: Permission) -> bool:
        return permission in self.scopes and permission in GRANTS[self._role]


class Nobody:
    """Somebody who has not signed in: for the record of what was tried, under the name that was typed."""

    user_id: int | None = None
    membership_id: int | None = None
    role: Role | None = None
    reach = Reach.NONE
    institution_id: int | None = None
    institution_ids: frozenset[int] = frozenset()
    division_ids: frozenset[int] = frozenset()
    worker_id: int | None = None

    def __init__(self, name: str, user_id: int | None = None) -> None:
        self.name = name
        self.user_id = user_id

    def can(self, permission: Permission) -> bool:
        return False


def living(worker_id: int) -> int:
    """Return the record into which this one was merged, at the end of the chain; itself where it was not."""
    into = HealthWorker.objects.filter(pk=worker_id).values_list("merged_into_id", flat=True).first()
    return worker_id if into is None else living(into)


def with_profiles(memberships: Iterable[Membership], on: date) -> list[Membership]:
    """Give every membership its institution with the profile of the day; one query for all."""
    rows = list(memberships)
    ids = {row.institution_id for row in rows if row.institution_id}
    known = {unit.pk: unit for unit in Institution.objects.standing(on).select_related("profile").filter(pk__in=ids)}
    for row in rows:
        if row.institution_id in known:
            row.institution = known[row.institution_id]
    return rows


def capacity_label(membership: Membership) -> str:
    """Return the capacity as a person would say it: role, institution, and whom it stands in for."""
    where = f"{membership.institution} · " if membership.institution_id else ""
    label = f"{where}{membership.role_label}"
    if membership.substitute_for is not None:
        label += _(" (in place of %(name)s)") % {"name": membership.substitute_for.user.name}
    return label
