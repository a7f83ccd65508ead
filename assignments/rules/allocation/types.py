"""What an allocation is decided from and what comes of it: requests, people, ties, pins, bans; marks, a solution."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from deploy_admin.policies.language.allocation import Criterion
from deploy_admin.policies.language.explained import Truth
from deploy_admin.policies.language.types import PolicyDocument

#: A request and a nomination, by their keys.
Pair = tuple[int, int]
#: Latitude and longitude in degrees.
Place = tuple[float, float]
Facts = Mapping[str, Any]


#: Every reason why somebody cannot go to a request, in the order in which they are told.
HINDRANCES = (
    "person_may_not_go",
    "speciality_differs",
    "staff_category_differs",
    "title_too_low",
    "not_possible_then",
    "away_then",
    "elsewhere_then",
    "outside_destinations",
    "own_unit",
    "banned",
)


@dataclass(frozen=True)
class Hindrance:
    """Why somebody cannot go. With days it holds only for a posting that touches them; a missing end is open."""

    code: str
    params: Facts = field(default_factory=dict)
    first: date | None = None
    last: date | None = None

    def touches(self, first: date, last: date) -> bool:
        """Whether it holds for a posting from the first to the last day."""
        return (self.first is None or self.first <= last) and (self.last is None or self.last >= first)


@dataclass(frozen=True)
class Request:
    """What one unit asks for. `number`: the places still to be filled; `first_day` None: from the campaign's on.

    `facts` are the receiving unit's on the campaign's first day; `destination`: whether the campaign sends there.
    """

    key: int
    unit: int
    speciality: str
    also_accepts: tuple[str, ...] = ()
    staff_category: str = ""
    minimum_title: str = ""
    number: int = 1
    first_day: date | None = None
    priority: int = 2
    rank: int = 1
    facts: Facts = field(default_factory=dict)
    destination: Truth = Truth.YES
    district: int | None = None
    place: Place | None = None


@dataclass(frozen=True)
class Person:
    """One nominated person: what pairings depend on. `unit` is the sending unit, `district` where it stands.

    `own` are units of which the person is as good as a member besides the sending one (its branches, its heirs).
    `hindered` is what speaks against the person whatever the request (person_may_not_go, away_then, elsewhere_then).
    `facts` are the person's and the sending unit's on the campaign's first day; `wishes` units in the person's order.
    """

    key: int
    worker: int
    unit: int
    specialities: frozenset[str] = frozenset()
    staff_category: str = ""
    title: str = ""
    possible_from: date | None = None
    possible_to: date | None = None
    hindered: tuple[Hindrance, ...] = ()
    facts: Facts = field(default_factory=dict)
    wishes: tuple[int, ...] = ()
    own: frozenset[int] = frozenset()
    district: int | None = None
    place: Place | None = None


@dataclass(frozen=True)
class Ties:
    """What holds between units: (supporting, supported) hospitals, (unit, speciality) programmes. None: not known."""

    paired: frozenset[tuple[int, int]] | None = frozenset()
    programmes: frozenset[tuple[int, str]] | None = frozenset()


@dataclass(frozen=True)
class Problem:
    """Everything one plan is decided from. The order of requests and people means nothing.

    `present`: the pairings of the plan it changes as little as can be. `owed`: how many each sending unit owes.
    """

    requests: tuple[Request, ...]
    people: tuple[Person, ...]
    criteria: tuple[Criterion, ...]
    first_day: date
    last_day: date
    document: PolicyDocument | None = None
    ties: Ties = field(default_factory=Ties)
    pins: frozenset[Pair] = frozenset()
    bans: frozenset[Pair] = frozenset()
    present: frozenset[Pair] = frozenset()
    owed: Mapping[int, int] = field(default_factory=dict)


class Mark(NamedTuple):
    """How one pairing stands to one criterion.

    `verdict`: yes, relaxed, no, unknown, or empty where the pairing by itself says nothing (requests, quotas,
    balance). `value` is what it counts in the criterion's stage, the more the better: kilometres are below zero.
    """

    criterion: str
    verdict: str
    value: int
    params: Facts


@dataclass(frozen=True)
class StageResult:
    """What a stage reached and the best it could have: `kind` says of what, `better` whether more or less is better.

    `optimal` False: it ended by its time; then `bound` tells how far it may be from the best.
    """

    criterion_id: str
    kind: str
    value: int
    bound: int
    better: str
    optimal: bool
    seconds: float


@dataclass(frozen=True)
class BrokenPin:
    """A pin that the facts no longer allow, with the first reason: a hindrance's code, or request_full."""

    request: int
    person: int
    hindrance: Hindrance


@dataclass(frozen=True)
class Solution:
    """Who goes to which request, stage by stage how good that is, and of what it was computed."""

    pairs: frozenset[Pair]
    stages: tuple[StageResult, ...]
    broken_pins: tuple[BrokenPin, ...]
    digest: str


@dataclass(frozen=True)
class Reasons:
    """JSON-ready reasons: of every line, of every request with places left, of every person left over."""

    lines: dict[Pair, dict[str, Any]]
    requests: dict[int, dict[str, Any]]
    people: dict[int, dict[str, Any]]
