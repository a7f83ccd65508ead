"""Clauses of two policies of one level that would stand in each other's way. Pure: no rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from deploy_admin.policies.language.types import Clause
from deploy_admin.policies.layering import SECTIONS, AdoptedVersion, C, Section, later_versions, references


@dataclass(frozen=True)
class Collision:
    """Two clauses of one level on one topic, of which neither says which holds."""

    topic: str
    ours: Clause
    theirs: Clause
    theirs_policy: str
    mutual: bool = False  # each says it overrides the other


def collisions(
    new: AdoptedVersion,
    others: Iterable[AdoptedVersion],
    area_of_pilot: Callable[[tuple[str, ...]], frozenset[int]],
) -> list[Collision]:
    """Return the clauses of other policies that would stand beside `new` on the same topic, level, place and time."""
    held = list(others)
    return [collision for section in SECTIONS for collision in _collisions_in(section, new, held, area_of_pilot)]


def _collisions_in(
    section: Section[C],
    new: AdoptedVersion,
    held: list[AdoptedVersion],
    area_of_pilot: Callable[[tuple[str, ...]], frozenset[int]],
) -> list[Collision]:
    """Return those of one section."""
    found = []
    for other in held:
        if other.policy == new.policy or other.level is not new.level or not (area := new.area & other.area):
            continue
        if not _meet(new, other, later_versions(other, held, section), section):
            continue
        for ours in section.clauses(new.document):
            for theirs in section.clauses(other.document):
                if section.subject(ours) != section.subject(theirs) or not ours.in_force.overlaps(theirs.in_force):
                    continue
                place = area
                for clause in (ours, theirs):
                    if clause.pilot:
                        place &= area_of_pilot(clause.pilot)
                if not place:
                    continue
                our_key, their_key = (new.policy, ours.id), (other.policy, theirs.id)
                we_override = their_key in references(new.policy, ours.overrides)
                they_override = our_key in references(other.policy, theirs.overrides)
                both = their_key in references(new.policy, ours.holds_with) or our_key in references(
                    other.policy, theirs.holds_with
                )
                if we_override and they_override:
                    found.append(Collision(ours.topic, ours, theirs, other.policy, mutual=True))
                elif not (we_override or they_override or both):
                    found.append(Collision(ours.topic, ours, theirs, other.policy))
    return found


def _meet(new: AdoptedVersion, other: AdoptedVersion, later: list[AdoptedVersion], section: Section[Any]) -> bool:
    """Whether there is a day on which both govern in the section."""
    first = max(section.begins(new), section.begins(other))
    lasts = [last for last in (new.last_day, other.last_day) if last is not None]
    if any(last < first for last in lasts):
        return False
    return not any(section.begins(version) <= first for version in later)
