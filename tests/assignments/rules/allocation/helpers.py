"""Small problems of allocation, by hand and at random, and the best plan found by trying every one."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import numpy as np

from assignments.rules.allocation.pairs import Arcs, possible
from assignments.rules.allocation.stages import Stage, build
from assignments.rules.allocation.types import Hindrance, Pair, Person, Problem, Request, Ties
from deploy_admin.policies.language.allocation import Criterion
from deploy_admin.policies.language.explained import Truth

FIRST, LAST = date(2027, 1, 11), date(2028, 1, 10)
WORDS = ("儿科", "全科", "妇产科")
TITLES = ("", "none", "intermediate", "senior")
ORDER: tuple[dict[str, Any], ...] = (
    {"id": "requests", "by": "requests"},
    {"id": "priority", "by": "priority"},
    {"id": "speciality", "by": "speciality"},
    {"id": "community", "by": "prefer", "when": {"same_community": True}},
    {"id": "paired", "by": "prefer", "when": {"paired": True}},
    {"id": "programme", "by": "prefer", "when": {"in_programme": True}},
    {"id": "remote", "by": "prefer", "when": {"same_district": False}, "to": {"remote": True}},
    {"id": "quotas", "by": "quotas"},
    {"id": "balance", "by": "balance"},
    {"id": "wishes", "by": "wishes"},
    {"id": "distance", "by": "distance"},
    {"id": "least", "by": "least_change"},
)


def criteria(*written: dict[str, Any]) -> tuple[Criterion, ...]:
    """Criteria as a policy holds them, their ids for labels."""
    return tuple(Criterion.model_validate({"label_zh": w["id"], "label_en": w["id"], **w}) for w in written)


def by(*kinds: str) -> tuple[Criterion, ...]:
    """Criteria that need nothing but their kind, which is their id."""
    return criteria(*({"id": kind, "by": kind} for kind in kinds))


def a_request(key: int, speciality: str = "儿科", **other: Any) -> Request:
    return Request(key, other.pop("unit", 500 + key), speciality, **other)


def a_person(key: int, *specialities: str, **other: Any) -> Person:
    return Person(key, 9000 + key, other.pop("unit", 100), frozenset(specialities or ("儿科",)), **other)


def a_problem(requests: list[Request], people: list[Person], *order: str, **other: Any) -> Problem:
    named = other.pop("criteria", None) or by(*(order or ("requests",)))
    return Problem(tuple(requests), tuple(people), named, FIRST, LAST, **other)


def at_random(seed: int, most: int = 5, *, marks: bool = True) -> Problem:
    """A problem of up to `most` people and requests in which every rule and every criterion has something to say."""
    draw = random.Random(seed)  # noqa: S311 -- nothing secret
    requests = [_request(draw, n) for n in range(draw.randint(2, most))]
    people = [_person(draw, n) for n in range(draw.randint(2, most))]
    pairs = [(r.key, p.key) for r in requests for p in people]
    rest = draw.sample(ORDER[1:], draw.randint(1, len(ORDER) - 1))
    order = [*rest, ORDER[0]] if draw.random() < 0.1 else [ORDER[0], *rest]
    return Problem(
        tuple(requests),
        tuple(people),
        criteria(*order),
        FIRST,
        LAST,
        ties=Ties(frozenset({(100, 500), (101, 501)}), None if draw.random() < 0.2 else frozenset({(501, "儿")})),
        pins=frozenset(draw.sample(pairs, draw.choice((0, 0, 1, 2)))) if marks else frozenset(),
        bans=frozenset(draw.sample(pairs, draw.choice((0, 0, 1, 2)))) if marks else frozenset(),
        present=frozenset(draw.sample(pairs, draw.choice((0, 2)))),
        owed={100: draw.randint(0, 3), 101: 1},
    )


def _request(draw: random.Random, n: int) -> Request:
    word = draw.choice(WORDS)
    unit = 500 + draw.randrange(3)
    return Request(
        10 + n,
        unit,
        word + draw.choice(("", "专业")),
        tuple(draw.sample(WORDS, draw.choice((0, 0, 1, 2)))),
        staff_category=draw.choice(("", "", "", "physician")),
        minimum_title=draw.choice(("", "", "intermediate")),
        number=draw.choice((1, 1, 1, 2)),
        first_day=draw.choice((None, None, date(2027, 4, 1))),
        priority=draw.choice((1, 2, 3)),
        rank=draw.choice((1, 2)),
        facts={"medical_community": draw.choice(("a", "b", None)), "remote": draw.choice((True, False, None))},
        destination=draw.choice((Truth.YES, Truth.YES, Truth.YES, Truth.UNKNOWN, Truth.NO)),
        district=draw.choice((1, 2, None)),
        place=draw.choice((None, (29.5 + draw.random(), 106.5))),
    )


def _person(draw: random.Random, n: int) -> Person:
    hindered = [
        Hindrance("person_may_not_go", {"unmet": ["title"]}),
        Hindrance("away_then", {}, date(2027, 2, 1), date(2027, 3, 31)),
        Hindrance("elsewhere_then", {}, date(2026, 1, 1), date(2026, 12, 31)),
    ]
    return Person(
        200 + n,
        9000 + n,
        draw.choice((100, 101, 500)),
        frozenset(draw.sample(WORDS, draw.choice((1, 1, 2)))),
        staff_category=draw.choice(("physician", "physician", "nursing")),
        title=draw.choice(TITLES),
        possible_from=draw.choice((None, None, None, date(2027, 2, 1))),
        possible_to=draw.choice((None, None, None, LAST, date(2027, 12, 31))),
        hindered=tuple(draw.sample(hindered, draw.choice((0, 0, 0, 1)))),
        facts={"medical_community": draw.choice(("a", "b", ""))},
        wishes=tuple(draw.sample((500, 501, 502, 503), draw.choice((0, 2, 4)))),
        own=frozenset(draw.choice(((), (), (502,)))),
        district=draw.choice((1, 2, None)),
        place=draw.choice((None, (29.5, 106 + draw.random()))),
    )


class World:
    """A problem with everything that trying every plan needs."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.arcs: Arcs = possible(problem)
        self.stages: tuple[Stage, ...] = build(problem, self.arcs)

    def worth(self, pairs: frozenset[Pair]) -> tuple[int, ...]:
        """What each stage gains with these pairings."""
        chosen = np.array(sorted(self.arcs.at[pair] for pair in pairs), np.int64)
        return tuple(stage.gain(self.arcs, chosen) for stage in self.stages)

    def plans(self) -> Iterator[frozenset[Pair]]:
        """Every plan that breaks no rule and keeps the pins that can be kept."""
        where: dict[int, list[int]] = {}
        for request, person in sorted(self.arcs.at):
            where.setdefault(person, []).append(request)
        free = {each.key: each.number for each in self.problem.requests}
        people = sorted(where)

        def place(n: int, chosen: tuple[Pair, ...]) -> Iterator[frozenset[Pair]]:
            if n == len(people):
                yield frozenset(chosen)
                return
            yield from place(n + 1, chosen)
            for request in where[people[n]]:
                if free[request]:
                    free[request] -= 1
                    yield from place(n + 1, (*chosen, (request, people[n])))
                    free[request] += 1

        yield from place(0, ())

    def best(self, holds: Callable[[frozenset[Pair]], bool]) -> tuple[int, ...] | None:
        """The gains of the best plan for which something holds."""
        return max((self.worth(plan) for plan in self.plans() if holds(plan)), default=None)
