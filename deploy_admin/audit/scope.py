"""Whose events an auditor reads. The registry lies above: whoever composes the apps hands down how to ask it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from deploy_admin.access import Actor, Reach, Role

#: Actor → the ids of the institutions it reaches, as a collection or a subquery.
Asker = Callable[[Actor], Any]
_ask: Asker | None = None


def ask_institutions_through(asker: Asker) -> None:
    """Set how the ids of the institutions that an actor reaches are found."""
    global _ask
    _ask = asker


def institutions_of(actor: Actor) -> Iterable[int] | Any:
    """Return the ids of the institutions whose events `actor` may read (a collection or a subquery)."""
    if actor.reach is Reach.UNIT or _ask is None:
        return actor.institution_ids
    return _ask(actor)


def reads_everything(actor: Actor) -> bool:
    """Whether `actor` reads the whole record: by reach, or as the audit administrator, who reaches no business row."""
    return actor.reach is Reach.ALL or actor.role is Role.AUDIT_ADMIN
