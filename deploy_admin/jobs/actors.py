"""Who asked for a piece of work, as it stood then: written with the job, because a low app cannot look users up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from deploy_admin.access import SYSTEM, Actor, Permission, Reach, Role


@dataclass(frozen=True)
class StoredActor:
    """An Actor read back from a job: person, capacity, reach and permissions as when the work was asked for."""

    user_id: int | None
    membership_id: int | None
    name: str
    role: Role | None
    reach: Reach
    institution_id: int | None
    institution_ids: frozenset[int]
    division_ids: frozenset[int]
    permissions: frozenset[str]
    worker_id: int | None = None
    institution_label: str = ""  # for the record, as the audit describes an actor
    on_behalf_of: str = ""

    def can(self, permission: Permission) -> bool:
        return permission in self.permissions


def dump(actor: Actor) -> dict[str, Any]:
    """Return the actor as JSON."""
    if actor is SYSTEM:
        return {"system": True}
    return {
        "user_id": actor.user_id,
        "membership_id": actor.membership_id,
        "name": actor.name,
        "role": actor.role.value if actor.role else None,
        "reach": actor.reach.value,
        "institution_id": actor.institution_id,
        "institution_ids": sorted(actor.institution_ids),
        "division_ids": sorted(actor.division_ids),
        "worker_id": actor.worker_id,
        "permissions": sorted(p.value for p in Permission if actor.can(p)),
        "institution_label": getattr(actor, "institution_label", ""),
        "on_behalf_of": getattr(actor, "on_behalf_of", ""),
    }


def load(stored: dict[str, Any]) -> Actor:
    """Return the actor that `dump` wrote."""
    if stored.get("system"):
        return SYSTEM
    return StoredActor(
        user_id=stored["user_id"],
        membership_id=stored["membership_id"],
        name=stored["name"],
        role=Role(stored["role"]) if stored["role"] else None,
        reach=Reach(stored["reach"]),
        institution_id=stored["institution_id"],
        institution_ids=frozenset(stored["institution_ids"]),
        division_ids=frozenset(stored["division_ids"]),
        permissions=frozenset(stored["permissions"]),
        worker_id=stored.get("worker_id"),
        institution_label=stored["institution_label"],
        on_behalf_of=stored["on_behalf_of"],
    )
