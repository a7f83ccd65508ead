"""The cross-check of two ends: missing at both, practising while suspended, seen in two places. Pure: sightings in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Contradiction(StrEnum):
    """What the two ends of an assignment say about one person on one day."""

    BOTH_ENDS_EMPTY = "both_ends_empty"
    PRACTISING_SUSPENDED = "practising_suspended"
    TWO_PLACES = "two_places"


class Seen(StrEnum):
    """What one source says of a person on a day."""

    MISSING = "missing"  # at the receiving unit, by an inspection or a confirmed absence
    NOT_THERE = "not_there"  # at the sending unit
    PRACTISING = "practising"  # at the sending unit
    PRESENT = "present"  # at the receiving unit


@dataclass(frozen=True, order=True, slots=True)
class Sighting:
    """What one source says of one person on one day at one unit; of absences the day is one of several."""

    worker_id: int
    day: date
    seen: Seen
    unit_id: int
    #: Of the inspection or the absence it comes from, so that a page can lead there.
    source_id: int = 0
    is_absence: bool = False


@dataclass(frozen=True, order=True, slots=True)
class Clash:
    """One contradiction with the sightings that make it."""

    day: date
    worker_id: int
    kind: Contradiction
    sightings: tuple[Sighting, ...]


def clashes(sightings: Iterable[Sighting], suspended: Iterable[tuple[int, date]]) -> list[Clash]:
    """Return the contradictions, the latest day first; `suspended` are the days on which a person's practice rests.

    Who is missing at the post and not found at the sending unit on the same day is missing at both ends. Nobody is
    accused by it: it is what somebody should look into.
    """
    resting = set(suspended)
    of_day: dict[tuple[int, date], set[Sighting]] = defaultdict(set)
    for sighting in sightings:
        of_day[sighting.worker_id, sighting.day].add(sighting)
    found: list[Clash] = []
    for (worker, day), seen in of_day.items():
        by_kind = {kind: sorted(each for each in seen if each.seen is kind) for kind in Seen}
        if by_kind[Seen.MISSING] and by_kind[Seen.NOT_THERE]:
            both = (*by_kind[Seen.MISSING], *by_kind[Seen.NOT_THERE])
            found.append(Clash(day, worker, Contradiction.BOTH_ENDS_EMPTY, both))
        if by_kind[Seen.PRACTISING] and (worker, day) in resting:
            found.append(Clash(day, worker, Contradiction.PRACTISING_SUSPENDED, tuple(by_kind[Seen.PRACTISING])))
        somewhere = sorted([*by_kind[Seen.PRESENT], *by_kind[Seen.PRACTISING]])
        if len({each.unit_id for each in somewhere}) > 1:
            found.append(Clash(day, worker, Contradiction.TWO_PLACES, tuple(somewhere)))
    return sorted(found, key=lambda clash: (-clash.day.toordinal(), clash.worker_id, clash.kind))
