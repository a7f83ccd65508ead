"""What the conditions of the criteria say of pairings: asked once for each combination of facts that differs."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from datetime import date
from functools import cached_property
from typing import Any, cast

import numpy as np

from assignments.rules.allocation.pairs import Arcs, Numbers
from assignments.rules.allocation.types import Person, Problem, Request
from assignments.rules.allocation.words import plain
from deploy_admin.policies.language.allocation import Criterion
from deploy_admin.policies.language.conditions import AsOf, ConditionNode
from deploy_admin.policies.language.explained import Truth
from deploy_admin.policies.language.facts import FACTS
from deploy_admin.policies.language.judging import Judge, compile_condition, leaves
from deploy_admin.policies.language.types import PolicyDocument

#: What is true of the posting itself and differs from pairing to pairing.
SEGMENT = ("same_community", "same_district", "paired", "in_programme")


class Conditions:
    """The conditions of one problem's criteria, compiled. Everything is asked on the campaign's first day."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.day = problem.first_day
        self._compiled: dict[str, tuple[Judge, Judge]] = {}

    def truth(self, criterion: Criterion, request: Request, person: Person) -> Truth:
        """Whether one pairing is what the criterion prefers."""
        when = {**person.facts, **_told(self.problem, request, person, self._programmes)}
        return self._asked(criterion, when, request.facts)

    def truths(self, criterion: Criterion, arcs: Arcs) -> Numbers:
        """Return the truth of every pairing as a number: 0 no, 1 unknown, 2 yes."""
        names = [_names(node, FACTS) for node in (criterion.when, criterion.to)]
        segment = [name for name in SEGMENT if name in names[0]]
        codes, _them = _grouped([_values(each.facts, names[0]) for each in arcs.people])
        code = codes[arcs.person]
        to, units = _grouped([_values(each.facts, names[1]) for each in arcs.requests])
        code = code * max(len(units), 1) + to[arcs.request]
        for name in segment:
            code = code * 3 + _columns(self.problem, name, arcs, self._programmes)
        _each, where, back = np.unique(code, return_index=True, return_inverse=True)
        found = [self.truth(criterion, arcs.requests[arcs.request[n]], arcs.people[arcs.person[n]]) for n in where]
        answers: Numbers = np.array([each.value for each in found], np.int64)[back.reshape(-1)]
        return answers

    def _asked(self, criterion: Criterion, when: Mapping[str, Any], to: Mapping[str, Any]) -> Truth:
        if criterion.id not in self._compiled:
            document = cast(PolicyDocument, self.problem.document)
            both = (criterion.when, criterion.to)
            judges = [compile_condition(node, document, self._resolve) for node in both]
            self._compiled[criterion.id] = (judges[0], judges[1])
        asked, answered = self._compiled[criterion.id]
        return asked({self.day: when}) & answered({self.day: to})

    def _resolve(self, as_of: AsOf | None) -> date:
        # Facts are read for one day: what is asked of another is not known.
        return self.day if as_of in (None, "event") else date.max

    @cached_property
    def _programmes(self) -> frozenset[tuple[int, str]] | None:
        told = self.problem.ties.programmes
        return None if told is None else frozenset((unit, plain(word)) for unit, word in told)


def _names(node: ConditionNode | None, known: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(sorted({leaf.fact for leaf in leaves(node) if leaf.fact in known}))


def _values(facts: Mapping[str, Any], names: Iterable[str]) -> tuple[Hashable, ...]:
    return tuple(_hashable(facts.get(name)) for name in names)


def _hashable(value: Any) -> Hashable:
    return tuple(value) if isinstance(value, list) else frozenset(value) if isinstance(value, set) else value


def _grouped(rows: list[tuple[Hashable, ...]]) -> tuple[Numbers, dict[tuple[Hashable, ...], int]]:
    groups: dict[tuple[Hashable, ...], int] = {}
    return np.array([groups.setdefault(row, len(groups)) for row in rows], np.int64), groups


def _told(
    problem: Problem, request: Request, person: Person, programmes: frozenset[tuple[int, str]] | None
) -> dict[str, bool]:
    """What is true of the posting of one pairing; what is not known is not in it."""
    ours, theirs = person.facts.get("medical_community"), request.facts.get("medical_community")
    told: dict[str, bool | None] = {
        "same_community": ours == theirs if ours and theirs else None,
        "same_district": None if None in (person.district, request.district) else person.district == request.district,
        "paired": None if problem.ties.paired is None else (person.unit, request.unit) in problem.ties.paired,
        "in_programme": None if programmes is None else (request.unit, plain(request.speciality)) in programmes,
    }
    return {name: value for name, value in told.items() if value is not None}


def _columns(problem: Problem, name: str, arcs: Arcs, programmes: frozenset[tuple[int, str]] | None) -> Numbers:
    """The same of all pairings, for one fact: 0 unknown, 1 no, 2 yes."""
    if name == "in_programme":
        if programmes is None:
            return np.zeros(arcs.size, np.int64)
        held = [(each.unit, plain(each.speciality)) in programmes for each in arcs.requests]
        return np.array(held, np.int64)[arcs.request] + 1
    if name == "paired":
        return _paired(problem.ties.paired, arcs)
    if name == "same_community":
        ours: list[Any] = [each.facts.get("medical_community") or None for each in arcs.people]
        theirs: list[Any] = [each.facts.get("medical_community") or None for each in arcs.requests]
    else:
        ours = [each.district for each in arcs.people]
        theirs = [each.district for each in arcs.requests]
    groups: dict[Any, int] = {None: 0}
    one = np.array([groups.setdefault(value, len(groups)) for value in ours], np.int64)[arcs.person]
    other = np.array([groups.setdefault(value, len(groups)) for value in theirs], np.int64)[arcs.request]
    return np.where((one == 0) | (other == 0), 0, np.where(one == other, 2, 1))


def _paired(paired: frozenset[tuple[int, int]] | None, arcs: Arcs) -> Numbers:
    if paired is None:
        return np.zeros(arcs.size, np.int64)
    groups: dict[int, int] = {}
    senders = np.array([groups.setdefault(each.unit, len(groups)) for each in arcs.people], np.int64)
    receivers = np.array([groups.setdefault(each.unit, len(groups)) for each in arcs.requests], np.int64)
    known = [groups[one] * len(groups) + groups[other] for one, other in paired if one in groups and other in groups]
    codes = senders[arcs.person] * len(groups) + receivers[arcs.request]
    return np.isin(codes, np.array(known, np.int64)).astype(np.int64) + 1
