"""What each criterion counts: of one pairing as a mark, of all possible ones as a stage the solver maximises."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from assignments.rules.allocation.judging import Conditions
from assignments.rules.allocation.pairs import Arcs, Numbers
from assignments.rules.allocation.types import Mark, Person, Place, Problem, Request
from assignments.rules.allocation.words import match
from deploy_admin.policies.language.allocation import Criterion, CriterionKind
from deploy_admin.policies.language.explained import Truth
from deploy_admin.registry.distances import RADIUS, distance_km

#: So much a wish counts by its place among the wishes; every later one counts as the last of these.
WISHES = (3, 2, 1)
#: The gain of a unit's first place; its k-th of n gains (n - k + 1) / n of it, so everybody's first goes before.
WHOLE = 1000
_VERDICTS = {Truth.NO: "no", Truth.UNKNOWN: "unknown", Truth.YES: "yes"}
_DEMAND = Criterion(id="requests", by=CriterionKind.REQUESTS, label_zh="需求满足", label_en="requests met")


@dataclass(frozen=True)
class Stage:
    """What is gained, in whole numbers: by each pairing, by each place of a request, by each sender up to its target,
    and by each further place of a receiving unit. The solver maximises the sum.
    """

    criterion: Criterion
    pairs: Numbers | None = None
    places: Numbers | None = None
    #: By sending unit: up to so many people gain 1 each.
    targets: Mapping[int, int] = field(default_factory=dict)
    #: By receiving unit: what its first, second, … place gains; never more than the one before.
    steps: Mapping[int, tuple[int, ...]] = field(default_factory=dict)

    @property
    def better(self) -> str:
        return "less" if self.criterion.by in (CriterionKind.QUOTAS, CriterionKind.DISTANCE) else "more"

    def told(self, gain: int) -> int:
        """Return a gain as people read it: the missing people of quotas, kilometres, or the gain itself."""
        if self.criterion.by is CriterionKind.QUOTAS:
            return sum(self.targets.values()) - gain
        return -gain if self.better == "less" else gain

    def gain(self, arcs: Arcs, chosen: Numbers) -> int:
        """Return what a set of pairings (by position) gains."""
        total = 0
        if self.pairs is not None:
            total += int(self.pairs[chosen].sum())
        if self.places is not None:
            total += int(self.places[arcs.request[chosen]].sum())
        if self.targets:
            sent = Counter(arcs.people[n].unit for n in arcs.person[chosen])
            total += sum(min(sent[unit], most) for unit, most in self.targets.items())
        if self.steps:
            filled = Counter(arcs.requests[n].unit for n in arcs.request[chosen])
            total += sum(sum(steps[: filled[unit]]) for unit, steps in self.steps.items())
        return total


def ordered(problem: Problem) -> tuple[Criterion, ...]:
    """Return the criteria in their order, with the demand among them, and before the ways at the latest.

    No way is shorter than none: were kilometres counted first, nobody would go anywhere.
    """
    kinds = [each.by for each in problem.criteria]
    asked = kinds.index(CriterionKind.REQUESTS) if CriterionKind.REQUESTS in kinds else len(kinds)
    ways = kinds.index(CriterionKind.DISTANCE) if CriterionKind.DISTANCE in kinds else len(kinds)
    if asked == len(kinds):
        return (_DEMAND, *problem.criteria)
    if ways < asked:
        return (*problem.criteria[:ways], problem.criteria[asked], *problem.criteria[ways:])
    return problem.criteria


def build(problem: Problem, arcs: Arcs) -> tuple[Stage, ...]:
    """Return the stages in the order of the criteria."""
    conditions = Conditions(problem)
    return tuple(_stage(problem, arcs, criterion, conditions) for criterion in ordered(problem))


def _stage(problem: Problem, arcs: Arcs, criterion: Criterion, conditions: Conditions) -> Stage:
    match criterion.by:
        case CriterionKind.REQUESTS:
            return Stage(criterion, places=np.ones(len(arcs.requests), np.int64))
        case CriterionKind.PRIORITY:
            return Stage(criterion, places=np.array([weight(each) for each in arcs.requests], np.int64))
        case CriterionKind.SPECIALITY:
            return Stage(criterion, pairs=(~arcs.relaxed).astype(np.int64))
        case CriterionKind.PREFER:
            return Stage(criterion, pairs=(conditions.truths(criterion, arcs) == Truth.YES.value).astype(np.int64))
        case CriterionKind.QUOTAS:
            nominated = Counter(each.unit for each in arcs.people)
            owed = {unit: min(number, nominated[unit]) for unit, number in problem.owed.items()}
            return Stage(criterion, targets={unit: owed[unit] for unit in sorted(owed) if owed[unit] > 0})
        case CriterionKind.BALANCE:
            return Stage(criterion, steps=_steps(arcs))
        case CriterionKind.WISHES:
            return Stage(criterion, pairs=_wished(arcs))
        case CriterionKind.DISTANCE:
            return Stage(criterion, pairs=-_ways(arcs))
        case CriterionKind.LEAST_CHANGE:
            kept = np.zeros(arcs.size, np.int64)
            kept[arcs.find(problem.present)] = 1
            return Stage(criterion, pairs=kept)


def weight(request: Request) -> int:
    """Return what a place of the request counts: the urgent before the others, then by the unit's own rank."""
    return 100 * (4 - request.priority) - min(request.rank, 99)


def _steps(arcs: Arcs) -> dict[int, tuple[int, ...]]:
    asked: dict[int, int] = defaultdict(int)
    for each in arcs.requests:
        asked[each.unit] += each.number
    return {unit: tuple(WHOLE * (n - k) // n for k in range(n)) for unit, n in sorted(asked.items())}


def _wished(arcs: Arcs) -> Numbers:
    units: dict[int, int] = {}
    of = np.array([units.setdefault(each.unit, len(units)) for each in arcs.requests], np.int64)
    codes = arcs.person * max(len(units), 1) + of[arcs.request]
    gain = np.zeros(arcs.size, np.int64)
    for place, counts in enumerate(WISHES):
        later = place + 1 == len(WISHES)
        wished = [
            n * len(units) + units[unit]
            for n, each in enumerate(arcs.people)
            for unit in (each.wishes[place:] if later else each.wishes[place : place + 1])
            if unit in units
        ]
        gain[np.isin(codes, np.array(wished, np.int64)) & (gain == 0)] = counts
    return gain


def _ways(arcs: Arcs) -> Numbers:
    """Whole kilometres; a way that is not known counts as the middle one of those known, so it decides nothing."""
    from_ = np.radians(np.array([_place(each.place) for each in arcs.people], np.float64).reshape(-1, 2))[arcs.person]
    to = np.radians(np.array([_place(each.place) for each in arcs.requests], np.float64).reshape(-1, 2))[arcs.request]
    up, across = (to[:, 0] - from_[:, 0]) / 2, (to[:, 1] - from_[:, 1]) / 2
    half = np.sin(up) ** 2 + np.cos(from_[:, 0]) * np.cos(to[:, 0]) * np.sin(across) ** 2
    ways = np.round(2 * RADIUS * np.arcsin(np.sqrt(np.minimum(half, 1.0))))
    known = ~np.isnan(ways)
    middle = int(np.sort(ways[known])[known.sum() // 2]) if known.any() else 0
    whole: Numbers = np.where(known, ways, middle).astype(np.int64)
    return whole


def _place(place: Place | None) -> tuple[float, float]:
    return (np.nan, np.nan) if place is None else place


def judged(
    problem: Problem, request: Request, person: Person, conditions: Conditions | None = None
) -> tuple[Mark, ...]:
    """Return how one pairing stands to each criterion, in their order. Give `conditions` where there are many."""
    asked = conditions or Conditions(problem)
    return tuple(_mark(problem, criterion, request, person, asked) for criterion in ordered(problem))


def _mark(problem: Problem, criterion: Criterion, request: Request, person: Person, conditions: Conditions) -> Mark:
    if criterion.by is CriterionKind.PREFER:
        truth = conditions.truth(criterion, request, person)
        return Mark(criterion.id, _VERDICTS[truth], int(truth is Truth.YES), {})
    verdict, value, params = _MARKS[criterion.by](problem, request, person)
    return Mark(criterion.id, verdict, value, params)


_Told = tuple[str, int, dict[str, Any]]


def _by_demand(problem: Problem, request: Request, person: Person) -> _Told:
    return "", 1, {}


def _by_nothing(problem: Problem, request: Request, person: Person) -> _Told:
    return "", 0, {}


def _by_priority(problem: Problem, request: Request, person: Person) -> _Told:
    return "", weight(request), {"priority": request.priority, "rank": request.rank}


def _by_speciality(problem: Problem, request: Request, person: Person) -> _Told:
    verdict = match(request.speciality, request.also_accepts, person.specialities)
    return verdict, int(verdict == "yes"), {"asked": request.speciality, "held": sorted(person.specialities)}


def _by_wishes(problem: Problem, request: Request, person: Person) -> _Told:
    if not person.wishes:
        return "", 0, {}
    if request.unit not in person.wishes:
        return "no", 0, {}
    place = person.wishes.index(request.unit)
    return "yes", WISHES[min(place, len(WISHES) - 1)], {"wish": place + 1}


def _by_distance(problem: Problem, request: Request, person: Person) -> _Told:
    way = distance_km(person.place, request.place)
    return ("unknown", 0, {}) if way is None else ("", -way, {"km": way})


def _by_change(problem: Problem, request: Request, person: Person) -> _Told:
    if not problem.present:
        return "", 0, {}
    kept = (request.key, person.key) in problem.present
    return ("yes" if kept else "no"), int(kept), {}


_MARKS: dict[CriterionKind, Callable[[Problem, Request, Person], _Told]] = {
    CriterionKind.REQUESTS: _by_demand,
    CriterionKind.PRIORITY: _by_priority,
    CriterionKind.SPECIALITY: _by_speciality,
    CriterionKind.QUOTAS: _by_nothing,
    CriterionKind.BALANCE: _by_nothing,
    CriterionKind.WISHES: _by_wishes,
    CriterionKind.DISTANCE: _by_distance,
    CriterionKind.LEAST_CHANGE: _by_change,
}
