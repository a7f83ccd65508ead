"""Who could go to which request at all: one pairing with every reason against it, or all possible ones at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import numpy.typing as npt

from assignments.rules.allocation.types import HINDRANCES, Hindrance, Pair, Person, Problem, Request
from assignments.rules.allocation.words import match, plain
from deploy_admin.policies.language.explained import Truth
from deploy_admin.policies.language.facts import FACTS

Numbers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

#: Titles by their height; no title known is below every one that is asked.
TITLES = {code: height for height, code in enumerate(FACTS["title_level"].codes)}
_PLACE = {code: place for place, code in enumerate(HINDRANCES)}
_EVER = date.max.toordinal()


@dataclass(frozen=True)
class Arcs:
    """The possible pairings by position: requests and people in the order of their keys, pairings by both."""

    requests: tuple[Request, ...]
    people: tuple[Person, ...]
    request: Numbers
    person: Numbers
    relaxed: Flags

    @property
    def size(self) -> int:
        return len(self.request)

    @cached_property
    def at(self) -> dict[Pair, int]:
        """The position of each pairing by its keys. Large: for a few questions `find` is the cheaper one."""
        keys = zip(self.request.tolist(), self.person.tolist(), strict=True)
        return {(self.requests[r].key, self.people[p].key): n for n, (r, p) in enumerate(keys)}

    @cached_property
    def request_at(self) -> dict[int, int]:
        return {each.key: n for n, each in enumerate(self.requests)}

    @cached_property
    def person_at(self) -> dict[int, int]:
        return {each.key: n for n, each in enumerate(self.people)}

    def find(self, pairs: Iterable[Pair]) -> Numbers:
        """Return the positions of those of `pairs` that are possible."""
        wanted = [
            self.request_at[r] * len(self.people) + self.person_at[p]
            for r, p in pairs
            if r in self.request_at and p in self.person_at
        ]
        codes = self.request * len(self.people) + self.person
        found: Numbers = np.flatnonzero(np.isin(codes, np.array(sorted(wanted), dtype=np.int64)))
        return found


def starts(problem: Problem, request: Request) -> date:
    """Return the first day of whoever goes to a request."""
    return max(problem.first_day, request.first_day or problem.first_day)


def hindrances(problem: Problem, request: Request, person: Person) -> tuple[Hindrance, ...]:
    """Return everything that keeps `person` from `request`, in the order it is told; nothing: it is possible."""
    first = starts(problem, request)
    found = [each for each in person.hindered if each.touches(first, problem.last_day)]
    held = sorted(person.specialities)
    if match(request.speciality, request.also_accepts, held) == "no":
        found.append(Hindrance("speciality_differs", {"asked": request.speciality, "held": held}))
    if request.staff_category not in ("", person.staff_category):
        told = {"asked": request.staff_category, "held": person.staff_category}
        found.append(Hindrance("staff_category_differs", told))
    if TITLES.get(person.title, -1) < TITLES.get(request.minimum_title, -1):
        found.append(Hindrance("title_too_low", {"asked": request.minimum_title, "held": person.title}))
    if (person.possible_from or first) > first or (person.possible_to or problem.last_day) < problem.last_day:
        days = {"possible_from": _day(person.possible_from), "possible_to": _day(person.possible_to)}
        asked = {"first": first.isoformat(), "last": problem.last_day.isoformat()}
        found.append(Hindrance("not_possible_then", {**asked, **days}))
    if request.destination is Truth.NO:
        found.append(Hindrance("outside_destinations", {"unit": request.unit}))
    if request.unit == person.unit or request.unit in person.own:
        found.append(Hindrance("own_unit", {"unit": request.unit}))
    if (request.key, person.key) in problem.bans:
        found.append(Hindrance("banned"))
    return tuple(sorted(found, key=lambda each: _PLACE.get(each.code, -1)))


def _day(day: date | None) -> str:
    return "" if day is None else day.isoformat()


def possible(problem: Problem) -> Arcs:
    """Return all possible pairings: what `hindrances` says of none, found by groups instead of one by one."""
    requests = tuple(sorted(problem.requests, key=lambda each: each.key))
    people = tuple(sorted(problem.people, key=lambda each: each.key))
    them = People(problem, people)
    found = [them.possible(request) for request in requests]
    counts = [len(who) for who, _relaxed in found]
    arcs = Arcs(
        requests,
        people,
        np.repeat(np.arange(len(requests), dtype=np.int64), counts),
        np.concatenate([np.zeros(0, np.int64), *(who for who, _relaxed in found)]),
        np.concatenate([np.zeros(0, np.bool_), *(relaxed for _who, relaxed in found)]),
    )
    return _without(arcs, arcs.find(problem.bans)) if problem.bans else arcs


def _without(arcs: Arcs, banned: Numbers) -> Arcs:
    kept = np.ones(arcs.size, np.bool_)
    kept[banned] = False
    return Arcs(arcs.requests, arcs.people, arcs.request[kept], arcs.person[kept], arcs.relaxed[kept])


class People:
    """The people as columns, so that a request asks all of a speciality at once."""

    def __init__(self, problem: Problem, people: tuple[Person, ...]) -> None:
        self.problem = problem
        self.people = people
        self.titles = np.array([TITLES.get(each.title, -1) for each in people], np.int64)
        self.categories = np.array([each.staff_category for each in people], np.str_)
        self.units = np.array([each.unit for each in people], np.int64)
        self.since = np.array([_since(each.possible_from) for each in people], np.int64)
        self.until = np.array(
            [each.possible_to is None or each.possible_to >= problem.last_day for each in people], np.bool_
        )
        self.by_word = self._by_word()
        self.own = self._by_own_unit()
        self.free: dict[date, Flags] = {}

    def _by_word(self) -> Mapping[str, Numbers]:
        found: dict[str, set[int]] = defaultdict(set)
        for n, each in enumerate(self.people):
            for speciality in each.specialities:
                found[plain(speciality)].add(n)
        found.pop("", None)
        return {word: np.array(sorted(who), np.int64) for word, who in found.items()}

    def _by_own_unit(self) -> Mapping[int, Numbers]:
        found: dict[int, list[int]] = defaultdict(list)
        for n, each in enumerate(self.people):
            for unit in each.own:
                found[unit].append(n)
        return {unit: np.array(who, np.int64) for unit, who in found.items()}

    def possible(self, request: Request) -> tuple[Numbers, Flags]:
        """Return who could go, in order, and of each whether only as a speciality that would do too."""
        nobody = np.zeros(0, np.int64)
        if request.destination is Truth.NO:
            return nobody, nobody.astype(np.bool_)
        exact = self.by_word.get(plain(request.speciality), nobody)
        who = self.of_speciality(request)
        fails = np.zeros(len(who), np.bool_)
        for each in self.failing(request, who).values():
            fails |= each
        who = who[~fails]
        return who, ~np.isin(who, exact)

    def of_speciality(self, request: Request) -> Numbers:
        """Return everybody with the speciality, or with one that would do too."""
        nobody = np.zeros(0, np.int64)
        words = dict.fromkeys(plain(each) for each in (request.speciality, *request.also_accepts))
        found: Numbers = np.unique(np.concatenate([self.by_word.get(word, nobody) for word in words]))
        return found

    def failing(self, request: Request, who: Numbers) -> dict[str, Flags]:
        """Return, reason by reason but speciality and bans, for which of `who` it speaks against the request."""
        first = starts(self.problem, request)
        asked = request.staff_category
        late = self.since[who] > first.toordinal()
        return {
            "hindered": ~self._unhindered(first)[who],
            "staff_category_differs": self.categories[who] != asked if asked else np.zeros(len(who), np.bool_),
            "title_too_low": self.titles[who] < TITLES.get(request.minimum_title, -1),
            "not_possible_then": late | ~self.until[who],
            "own_unit": (self.units[who] == request.unit) | np.isin(who, self.own.get(request.unit, who[:0])),
        }

    def _unhindered(self, first: date) -> Flags:
        if first not in self.free:
            last = self.problem.last_day
            self.free[first] = np.array(
                [not any(found.touches(first, last) for found in each.hindered) for each in self.people], np.bool_
            )
        return self.free[first]


def _since(day: date | None) -> int:
    return 0 if day is None else min(day.toordinal(), _EVER)
