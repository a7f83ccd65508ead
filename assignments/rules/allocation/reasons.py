"""Why a plan is as it is: of every line what decided it, of every gap the rule that binds and what would change it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from assignments.rules.allocation.chains import Chains, NotBest
from assignments.rules.allocation.exchanges import Exchange, Plan, decisive
from assignments.rules.allocation.judging import Conditions
from assignments.rules.allocation.nearly import Nearly
from assignments.rules.allocation.network import Network, network
from assignments.rules.allocation.pairs import Arcs, Numbers, hindrances, possible
from assignments.rules.allocation.stages import Stage, build, judged
from assignments.rules.allocation.types import Hindrance, Mark, Pair, Person, Problem, Reasons, Request
from assignments.rules.allocation.words import plain

#: So many alternatives are told of a line.
AGAINST = 3
#: What decided where every criterion is the same on both sides.
LOT = "lot"
Told = dict[str, Any]


def explain(
    problem: Problem,
    pairs: Iterable[Pair],
    *,
    only_requests: Collection[int] | None = None,
    only_people: Collection[int] | None = None,
) -> Reasons:
    """Return the reasons of a plan, the solver's or one changed by hand, without solving anything again.

    With `only_…` these requests and people alone, and by the exchange of one person: quick enough for a page.
    """
    every = only_requests is None and only_people is None
    why = _Why(problem, frozenset(pairs), every)
    requests = _wanted(why.arcs.requests, only_requests, every)
    people = _wanted(why.arcs.people, only_people, every)
    asked = {each.key for each in requests}, {each.key for each in people}
    return Reasons(
        {pair: why.line(*pair) for pair in sorted(why.pairs) if pair[0] in asked[0] or pair[1] in asked[1]},
        {each.key: why.of_request(each) for each in requests if why.plan.open[why.arcs.request_at[each.key]] > 0},
        {each.key: why.of_person(each) for each in people if why.plan.at[why.arcs.person_at[each.key]] < 0},
    )


def _wanted(side: tuple[Any, ...], only: Collection[int] | None, every: bool) -> tuple[Any, ...]:
    return side if every else tuple(each for each in side if each.key in (only or ()))


@dataclass
class _Why:
    """One plan with everything its reasons are found in."""

    problem: Problem
    pairs: frozenset[Pair]
    thorough: bool

    def __post_init__(self) -> None:
        self.arcs: Arcs = possible(self.problem)
        self.stages: tuple[Stage, ...] = build(self.problem, self.arcs)
        self.plan = Plan(self.arcs, self.stages, self.pairs, self.problem.pins)
        self.pairs = frozenset(p for p in self.pairs if p[0] in self.arcs.request_at and p[1] in self.arcs.person_at)
        self.conditions = Conditions(self.problem)
        self.left: Numbers = np.flatnonzero(self.plan.at < 0)

    # -- lines

    def line(self, request: int, person: int) -> Told:
        """Return the marks of a line, what decided it, and who else could sit there."""
        asked, who = self._both(request, person)
        marks = judged(self.problem, asked, who, self.conditions)
        told: Told = {"marks": [_mark(each) for each in marks]}
        against = hindrances(self.problem, asked, who)
        if against:
            return {
                **told,
                "decided_by": "by_hand",
                "hindrances": [_hindrance(each) for each in against],
                "against": [],
            }
        others = self.plan.instead(self.arcs.request_at[request], self.arcs.person_at[person])
        told["against"] = [self._other(asked, each) for each in others[:AGAINST]]
        if (request, person) in self.problem.pins:
            return {**told, "decided_by": "pinned"}
        return {**told, "decided_by": self._binding(others[0].gains) if others else "only_candidate"}

    def _other(self, request: Request, other: Exchange) -> Told:
        person = self.arcs.people[other.person]
        found = decisive(other.gains)
        theirs = judged(self.problem, request, person, self.conditions)
        return {
            "nomination": person.key,
            "criterion": self._binding(other.gains),
            "by": 0 if found is None else found[1],
            "theirs": None if found is None else _mark(theirs[found[0]]),
            "placed_at": None if other.placed_at is None else self.arcs.requests[other.placed_at].key,
        }

    def _binding(self, gains: Iterable[int]) -> str:
        found = decisive(gains)
        return LOT if found is None else self.stages[found[0]].criterion.id

    # -- requests with places left

    def of_request(self, request: Request) -> Told:
        """Return why places of a request stay empty, the nearest alternative, and what would change it."""
        at = self.arcs.request_at[request.key]
        told: Told = {"places": int(self.plan.open[at])}
        here = self.plan.begins[at + 1] - self.plan.begins[at]
        remedies = self._remedies_of(request)
        if not here:
            return {**told, **self._nobody(request), "would_change": remedies}
        moves = self.plan.moved(at)
        if not moves:
            held = bool((self.plan.at[self.plan.all_candidates(at)] != at).any())
            code, binds = ("all_placed_elsewhere", "pinned") if held else ("fewer_people_than_places", "nobody_else")
            return {**told, "code": code, "binds": binds, "nearest": None, "would_change": remedies}
        nearest, gains = self._cheapest_for(at, moves)
        code = "all_placed_elsewhere" if here >= request.number else "fewer_people_than_places"
        if nearest.placed_at is None:
            code = "could_be_filled"
        told |= {"code": code, "binds": self._binding(gains), "nearest": self._exchange(nearest, gains)}
        pin = {"code": "pin_here", "request": request.key, "person": self.arcs.people[nearest.person].key}
        return {**told, "would_change": [*remedies, pin]}

    def _nobody(self, request: Request) -> Told:
        """Why nobody can go to a request at all."""
        of_it = self.nearly.columns.of_speciality(request)
        who = of_it if len(of_it) else self.left if len(self.left) else np.arange(len(self.arcs.people))
        near = self.nearly.nearest(request, who)
        if near is None:
            return {"code": "nobody_of_speciality", "binds": "speciality_differs", "nearest": None}
        told = {"person": self.arcs.people[near.person].key, "hindrances": [_hindrance(each) for each in near.against]}
        if not len(of_it):
            return {"code": "nobody_of_speciality", "binds": "speciality_differs", "nearest": told}
        codes = [each.code for each in near.against]
        return {"code": "bans" if codes == ["banned"] else "nobody_possible", "binds": codes[0], "nearest": told}

    def _cheapest_for(self, request: int, moves: list[Exchange]) -> tuple[Exchange, tuple[int, ...]]:
        """Return who would come and what the best plan with this place filled loses by it."""
        chains = self.chains
        if chains is None:
            return moves[0], moves[0].gains
        net = self.net
        column = net.starts[0] + request
        way = chains.way(int(net.head[column]), int(net.tail[column]), column)
        arriving = chains.arrives(int(net.tail[column]))
        if way is None or arriving is None:
            return moves[0], moves[0].gains
        gains = tuple(int(each[column]) - cost for each, cost in zip(net.gains, way, strict=True))
        if gains == moves[0].gains or arriving >= net.starts[0]:
            return moves[0], gains
        person = int(self.arcs.person[arriving])
        return next((each for each in moves if each.person == person), moves[0]), gains

    def _exchange(self, nearest: Exchange, gains: tuple[int, ...]) -> Told:
        found = decisive(gains)
        return {
            "person": self.arcs.people[nearest.person].key,
            "from": None if nearest.placed_at is None else self.arcs.requests[nearest.placed_at].key,
            "criterion": self._binding(gains),
            "by": 0 if found is None else found[1],
            "alone": self._binding(nearest.gains),
        }

    def _remedies_of(self, request: Request) -> list[Told]:
        found = self.nearly.by_one(request, self.left)
        told = self.nearly.remedies((request, self.arcs.people[n], against) for n, against in found)
        if request.destination.value:
            one_more = {"speciality": request.speciality, "staff_category": request.staff_category}
            told.append({"code": "nominate_one_more", **one_more, "minimum_title": request.minimum_title})
        return told

    # -- people left over

    def of_person(self, person: Person) -> Told:
        """Return why somebody has no place, the nearest request, and what would change it."""
        at = self.arcs.person_at[person.key]
        barred = [each for each in person.hindered if each.code == "person_may_not_go"]
        if barred:
            told: Told = {"code": "may_not_go", "binds": barred[0].code, "nearest": None}
            return {**told, "hindrances": [_hindrance(each) for each in barred], "would_change": []}
        remedies = self._remedies_for(person)
        could = np.flatnonzero(self.arcs.person == at)
        if not len(could):
            return {**self._nowhere(person), "would_change": remedies}
        if not self._movable(could):
            return {"code": "all_filled_by_better", "binds": "pinned", "nearest": None, "would_change": remedies}
        gains, request, instead = self._cheapest_of(at, could)
        key = self.arcs.requests[request].key
        free = bool(self.plan.open[request] > 0)
        nearest = {
            "request": key,
            "instead_of": None if free else self.arcs.people[instead].key if instead is not None else None,
            "criterion": self._binding(gains),
            "by": (decisive(gains) or (0, 0))[1],
        }
        code = "could_be_placed" if free else "all_filled_by_better"
        pin = {"code": "pin_here", "request": key, "person": person.key}
        return {"code": code, "binds": self._binding(gains), "nearest": nearest, "would_change": [*remedies, pin]}

    def _movable(self, could: Numbers) -> bool:
        """Whether one of these pairings has a place that is free, or on which nobody is pinned."""
        requests = {int(self.arcs.request[n]) for n in could.tolist()}
        sitting = {int(at) for at in self.plan.at[~self.plan.fixed]}
        return any(self.plan.open[each] > 0 or each in sitting for each in requests)

    def _nowhere(self, person: Person) -> Told:
        """Why no request is possible for somebody."""
        words = {plain(each) for each in person.specialities} - {""}
        asked = [each for each, theirs in zip(self.arcs.requests, self._words, strict=True) if theirs & words]
        near = [(each, hindrances(self.problem, each, person)) for each in asked]
        if not near:
            return {"code": "no_request_of_speciality", "binds": "speciality_differs", "nearest": None}
        request, against = min(near, key=lambda each: (len(each[1]), each[0].key))
        codes = [each.code for each in against]
        told = {"request": request.key, "hindrances": [_hindrance(each) for each in against]}
        return {"code": "bans" if codes == ["banned"] else "no_request_possible", "binds": codes[0], "nearest": told}

    def _cheapest_of(self, person: int, could: Numbers) -> tuple[tuple[int, ...], int, int | None]:
        """Return what the best plan with this person in it loses, where the person would go, and instead of whom."""
        found = [self._place_for(int(self.arcs.request[n]), person) for n in could.tolist()]
        gains, request, instead = max(found, key=lambda each: each[0])
        chains = self.chains
        if chains is not None:
            net = self.net
            column = net.starts[1] + person
            way = chains.way(int(net.head[column]), int(net.tail[column]), column)
            if way is not None:
                gains = tuple(int(each[column]) - cost for each, cost in zip(net.gains, way, strict=True))
        return gains, request, instead

    def _place_for(self, request: int, person: int) -> tuple[tuple[int, ...], int, int | None]:
        if self.plan.open[request] > 0:
            move = next(each for each in self.plan.moved(request) if each.person == person)
            return move.gains, request, None
        sitting = [n for n in np.flatnonzero(self.plan.at == request).tolist() if not self.plan.fixed[n]]
        found = [(self.plan.replaced(request, n, person), request, n) for n in sitting]
        return max(found) if found else ((-(1 << 60),) * len(self.stages), request, None)

    def _remedies_for(self, person: Person) -> list[Told]:
        found = self._by_one.get(self.arcs.person_at[person.key], [])
        return self.nearly.remedies((self.arcs.requests[r], person, against) for r, against in found)

    @cached_property
    def _by_one(self) -> dict[int, list[tuple[int, Hindrance]]]:
        """Of everybody left over the requests with a free place that one thing alone keeps them from."""
        found: dict[int, list[tuple[int, Hindrance]]] = {}
        for r in np.flatnonzero(self.plan.open > 0).tolist():
            for n, against in self.nearly.by_one(self.arcs.requests[r], self.left):
                found.setdefault(n, []).append((r, against))
        return found

    # -- what is worked out once

    @cached_property
    def _words(self) -> list[frozenset[str]]:
        """Of each request the specialities that would do."""
        return [frozenset(map(plain, (each.speciality, *each.also_accepts))) for each in self.arcs.requests]

    @cached_property
    def nearly(self) -> Nearly:
        return Nearly(self.problem, self.arcs.people)

    @cached_property
    def net(self) -> Network:
        return network(self.arcs, self.stages)

    @cached_property
    def chains(self) -> Chains | None:
        """The chains of moves, where the plan is a best one and all of it is asked for."""
        chosen = self.arcs.find(self.pairs)
        if not self.thorough or len(chosen) != len(self.pairs) or (self.plan.open < 0).any():
            return None
        net = self.net
        low = np.zeros(net.columns, np.int64)
        low[self.arcs.find(self.problem.pins & self.pairs)] = 1
        try:
            return Chains(net, net.carrying(chosen), low)
        except NotBest:
            return None

    def _both(self, request: int, person: int) -> tuple[Request, Person]:
        return (
            self.arcs.requests[self.arcs.request_at[request]],
            self.arcs.people[self.arcs.person_at[person]],
        )


def _mark(mark: Mark) -> Told:
    return {"criterion": mark.criterion, "verdict": mark.verdict, "value": mark.value, "params": dict(mark.params)}


def _hindrance(found: Hindrance) -> Told:
    told: Told = {"code": found.code, "params": dict(found.params)}
    return told | {name: day.isoformat() for name in ("first", "last") if (day := getattr(found, name)) is not None}
