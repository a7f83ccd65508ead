"""Who may read a stored file: the app that owns a kind registers it; an unregistered kind is its maker's alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Q

from deploy_admin.access import Actor, Permission, Reach


@dataclass(frozen=True)
class Owner:
    """The permission a kind of file asks for, and the files of that kind an actor may see."""

    permission: Permission
    visible: Callable[[Actor], Q]


_owners: dict[str, Owner] = {}


def of_own_institution(actor: Actor) -> Q:
    """The files of the actor's institution; the city sees everyone's."""
    if actor.reach is Reach.ALL:
        return Q()
    if actor.reach in (Reach.DISTRICT, Reach.UNIT) and actor.institution_id is not None:
        return Q(owner_institution_id=actor.institution_id)
    return Q(pk__in=[])


def register(kind: str, *, permission: Permission, visible: Callable[[Actor], Q] = of_own_institution) -> None:
    """Say who may read the files of `kind`: holders of `permission`, among the rows `visible` leaves."""
    _owners[kind] = Owner(permission, visible)


def visible(actor: Actor) -> Q:
    """Return the condition on StoredFile rows that `actor` may read."""
    mine = Q(created_by_id=actor.user_id) if actor.user_id is not None else Q(pk__in=[])
    allowed = mine & ~Q(kind__in=list(_owners))
    for kind, owner in _owners.items():
        if actor.can(owner.permission):
            allowed |= Q(kind=kind) & owner.visible(actor)
    return allowed
