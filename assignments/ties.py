"""What ties a posting to the units it goes between: pairing support, and the programme its speciality belongs to."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date

from assignments.rules.allocation.words import same_speciality
from deploy_admin.registry.support import Ties

#: The facts of a posting that are read here.
TIED = frozenset({"paired", "in_programme"})
_LISTED = re.compile(r"[、,，;；/]+")


def between(ties: Ties, sender: int, receiver: int, speciality: str, day: date) -> tuple[bool | None, bool | None]:
    """Return whether the sender supports the receiver, and whether the receiver builds up the speciality."""
    return ties.paired(sender, receiver, day), in_programme(ties.programmes_of(receiver, day), speciality)


def in_programme(built_up: Collection[str], speciality: str) -> bool | None:
    """Return whether one of the specialities is built up; None where no programme or no speciality is recorded."""
    words = [word for word in _LISTED.split(speciality) if word.strip()]
    if not built_up or not words:
        return None
    return any(same_speciality(one, other) for one in words for other in built_up)
