"""Whose side of many assignments an actor is on: which rows of a list an act by a unit or an authority may concern."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from enum import StrEnum

from assignments.models import Assignment
from deploy_admin.access import Actor, Reach
from deploy_admin.registry.authority import authority_over


class Side(StrEnum):
    """In whose name something is done."""

    SENDER = "sender"
    RECEIVER = "receiver"
    DECIDER = "decider"  # the campaign's authority; without a campaign, the sending unit's
    OVERSEER = "overseer"  # any authority concerned


_UNITS: dict[Side, Callable[[Assignment], set[int]]] = {
    Side.SENDER: lambda each: {each.sending_unit_id},
    Side.RECEIVER: lambda each: {each.receiving_unit_id},
    Side.DECIDER: lambda each: set() if each.campaign else {each.sending_unit_id},
    Side.OVERSEER: lambda each: {each.sending_unit_id, each.receiving_unit_id},
}


def of(rows: Iterable[Assignment], side: Side, actor: Actor, today: date) -> list[Assignment]:
    """Return those of the rows that the actor may act on from this side, in their order; services ask again."""
    listed = list(rows)
    if actor.reach is Reach.ALL:
        return listed
    if actor.reach is Reach.UNIT:
        if side not in (Side.SENDER, Side.RECEIVER):
            return []
        return [each for each in listed if _UNITS[side](each) <= actor.institution_ids]
    if actor.reach is not Reach.DISTRICT:
        return []
    answers = authority_over({unit for each in listed for unit in _UNITS[side](each)}, today)
    theirs = {unit for unit, authority in answers.items() if authority in actor.institution_ids}
    return [each for each in listed if _is_of(each, side, actor, theirs)]


def _is_of(each: Assignment, side: Side, actor: Actor, theirs: set[int]) -> bool:
    if side in (Side.DECIDER, Side.OVERSEER) and each.campaign is not None:
        if each.campaign.authority_id in actor.institution_ids:
            return True
        if side is Side.DECIDER:
            return False
    return bool(_UNITS[side](each) & theirs)
