"""Several clauses judged together: per topic the nearest that applies, over the topics the weightiest answer. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import groupby
from typing import NamedTuple

from assignments.rules.eligibility import Judge, compiled
from assignments.rules.standing import Code, Standing, weightiest
from deploy_admin.policies.language.eligibility import Eligibility, Target
from deploy_admin.policies.language.judging import Sheet
from deploy_admin.policies.layering import Governing, GoverningClause, not_overridden

Clause = GoverningClause[Eligibility]


class Ruling(NamedTuple):
    """One clause that speaks of the person, and how they stand under it."""

    clause: Clause
    standing: Standing


class Verdict(NamedTuple):
    """The answer of all clauses together, with those that speak."""

    code: Code
    rulings: tuple[Ruling, ...] = ()

    @property
    def decisive(self) -> Ruling | None:
        """The first clause that gave the answer."""
        return next((each for each in self.rulings if each.standing.code is self.code), None)


class Bench:
    """The clauses that may hold in one division for one target on one day, compiled once and asked of many people.

    On each topic the nearest jurisdiction with a clause that applies to the person speaks; where none there applies,
    the wider one does. A clause of which it is unknown whether it applies keeps the wider ones from speaking.
    """

    def __init__(self, governing: Governing[Eligibility], division_id: int, target: Target, day: date) -> None:
        self.target = target
        self.day = day
        #: topic → level, nearest first → the clauses there with their judges
        self._topics: list[list[list[tuple[Clause, Judge]]]] = []
        for topic in governing.topics:
            held = [each for each in governing.candidates(topic, division_id) if each.clause.target == target]
            rungs = [
                [(each, compiled(each.clause, governing.versions[each.version_id].document, day)) for each in rung]
                for _nearness, rung in groupby(held, key=lambda each: each.nearness)
            ]
            if rungs:
                self._topics.append(rungs)
        judges = [judge for rungs in self._topics for rung in rungs for _, judge in rung]
        self.days: frozenset[date] = frozenset().union(*(judge.days for judge in judges))
        self.asks_ever = any(judge.asks_ever for judge in judges)
        self.facts: frozenset[str] = frozenset().union(*(judge.facts for judge in judges))

    @property
    def clauses(self) -> tuple[Clause, ...]:
        """Every clause on the bench, topic by topic, nearest first."""
        return tuple(clause for rungs in self._topics for rung in rungs for clause, _ in rung)

    def __call__(self, sheet: Sheet) -> Verdict:
        """Return how the person of this sheet stands under all of them together."""
        rulings: list[Ruling] = []
        for rungs in self._topics:
            rulings += _nearest(rungs, sheet)
        return Verdict(weightiest([each.standing.code for each in rulings]), tuple(rulings))


def _nearest(rungs: list[list[tuple[Clause, Judge]]], sheet: Sheet) -> Iterable[Ruling]:
    for rung in rungs:
        speaking = [
            Ruling(clause, standing)
            for clause, judge in rung
            if (standing := judge(sheet)).code is not Code.NOT_APPLICABLE
        ]
        if len(speaking) > 1:
            kept = {clause.key for clause in not_overridden(each.clause for each in speaking)}
            speaking = [each for each in speaking if each.clause.key in kept]
        if speaking:
            return speaking
    return ()
