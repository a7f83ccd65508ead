"""Pairings that one thing alone keeps from being possible: what would make them so, and which comes nearest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any, NamedTuple

import numpy as np

from assignments.rules.allocation.pairs import TITLES, Numbers, People, hindrances, starts
from assignments.rules.allocation.types import Hindrance, Person, Problem, Request
from deploy_admin.policies.language.explained import Truth

#: So many proposals of one kind are enough.
ENOUGH = 3


class Near(NamedTuple):
    """The person, by position, with the fewest reasons against the request, and those reasons."""

    person: int
    against: tuple[Hindrance, ...]


class Nearly:
    """Of the people of a problem, who nearly could go to a request."""

    def __init__(self, problem: Problem, people: tuple[Person, ...]) -> None:
        self.problem = problem
        self.people = people
        self.columns = People(problem, people)
        self.at = {each.key: n for n, each in enumerate(people)}
        self.banned: dict[int, list[int]] = defaultdict(list)
        for request, person in sorted(problem.bans):
            if person in self.at:
                self.banned[request].append(self.at[person])

    def counts(self, request: Request, who: Numbers) -> Numbers:
        """Return how many reasons speak against each of `who`."""
        found = (~np.isin(who, self.columns.of_speciality(request))).astype(np.int64)
        for fails in self.columns.failing(request, who).values():
            found += fails
        found += np.isin(who, np.array(self.banned.get(request.key, []), np.int64))
        return found + (request.destination is Truth.NO)

    def nearest(self, request: Request, who: Numbers) -> Near | None:
        """Return who of `who` has the fewest reasons against; of several the first."""
        if not len(who):
            return None
        person = int(who[np.argmin(self.counts(request, who))])
        return Near(person, hindrances(self.problem, request, self.people[person]))

    def by_one(self, request: Request, who: Numbers) -> list[tuple[int, Hindrance]]:
        """Return whom of `who` one thing alone keeps from the request, and what."""
        near = who[self.counts(request, who) == 1]
        found = ((n, hindrances(self.problem, request, self.people[n])) for n in near.tolist())
        return [(n, against[0]) for n, against in found if len(against) == 1]

    def remedies(self, pairs: Iterable[tuple[Request, Person, Hindrance]]) -> list[dict[str, Any]]:
        """Return what would make these pairings possible, each tried out, a few of each kind, the least first."""
        found: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for request, person, against in sorted(pairs, key=lambda each: -TITLES.get(each[1].title, -1)):
            if len(found[against.code]) < ENOUGH:
                remedy = _remedy(self.problem, request, person, against)
                if remedy is not None and remedy not in found[against.code]:
                    found[against.code].append(remedy)
        return [remedy for code in sorted(found) for remedy in found[code]]


def _remedy(problem: Problem, request: Request, person: Person, against: Hindrance) -> dict[str, Any] | None:
    both = {"request": request.key, "person": person.key}
    if against.code == "banned":
        return {"code": "lift_ban", **both}
    if against.code == "speciality_differs" and person.specialities:
        word = min(person.specialities)
        asked = replace(request, also_accepts=(*request.also_accepts, word))
        return _tried(problem, asked, person, {"code": "accept_other_speciality", "word": word, **both})
    if against.code == "title_too_low" and TITLES.get(person.title, -1) >= 0:
        asked = replace(request, minimum_title=person.title)
        return _tried(problem, asked, person, {"code": "lower_title", "level": person.title, **both})
    day = max([person.possible_from or problem.first_day, starts(problem, request)])
    ends = [each.last for each in person.hindered if each.last is not None and each.code == against.code]
    if against.code in ("away_then", "elsewhere_then") and ends:
        day = max(ends) + timedelta(days=1)
    if against.code in ("away_then", "elsewhere_then", "not_possible_then") and day <= problem.last_day:
        asked = replace(request, first_day=day)
        return _tried(problem, asked, person, {"code": "later_start", "day": day.isoformat(), **both})
    return None


def _tried(problem: Problem, request: Request, person: Person, remedy: dict[str, Any]) -> dict[str, Any] | None:
    return None if hindrances(problem, request, person) else remedy
