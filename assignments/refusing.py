"""Which facts refuse: read off a condition that is not met. Pure: conditions and sheets in, names out."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Any, assert_never

from assignments.rules import Judge, Sheet
from deploy_admin.policies.language.conditions import All, AnyOf, Compare, ConditionNode, InSet, Is, Not
from deploy_admin.policies.language.eligibility import Eligibility
from deploy_admin.policies.language.explained import Truth
from deploy_admin.policies.language.facts import FACTS, FactType
from deploy_admin.policies.language.judging import compile_condition, leaves

Refusals = Callable[[Sheet], Iterable[str]]
_NOTHING: tuple[str, ...] = ()
#: Facts of which a condition asks only on which side of some values they lie.
ON_A_SCALE = frozenset({FactType.INTEGER, FactType.DECIMAL, FactType.DATE})


def refusals(judge: Judge) -> Refusals:
    """Return a function from a sheet to the facts that keep the clause's requirement from being met."""
    clause = judge.clause
    needs = [node for node in (clause.requires, *clause.documents) if node is not None]
    asked = [_refusing(node, judge, True) for node in needs]
    options = [
        (compile_condition(option.requires, judge.document, judge.resolve), _refusing(option.requires, judge, True))
        for option in clause.alternatives
    ]

    def refuse(sheet: Sheet) -> tuple[str, ...]:
        found = [name for part in asked for name in part(sheet)]
        if options and all(holds(sheet) is Truth.NO for holds, _part in options):
            found += [name for _holds, part in options for name in part(sheet)]
        return tuple(dict.fromkeys(found))

    return refuse


def _refusing(node: ConditionNode, judge: Judge, wanted: bool) -> Refusals:
    """Return what tells which facts keep `node` from being `wanted`."""
    opposite = Truth.NO if wanted else Truth.YES
    match node:
        case Not():
            return _refusing(node.part, judge, not wanted)
        case All() | AnyOf():
            parts = [_refusing(part, judge, wanted) for part in (node.all if isinstance(node, All) else node.any)]
            holds = compile_condition(node, judge.document, judge.resolve)
            return lambda sheet: (
                [name for part in parts for name in part(sheet)] if holds(sheet) is opposite else _NOTHING
            )
        case Is() | InSet() | Compare():
            asked, name = compile_condition(node, judge.document, judge.resolve), (f"fact:{node.fact}",)
            return lambda sheet: name if asked(sheet) is opposite else _NOTHING
        case _:
            assert_never(node)


class Scales:
    """The values at which answers can change, by fact: two people between the same ones stand alike."""

    def __init__(self, clauses: Iterable[Eligibility]) -> None:
        points: dict[str, set[Any]] = defaultdict(set)
        for clause in clauses:
            for node in _conditions(clause):
                for leaf in leaves(node):
                    fact = FACTS[leaf.fact]
                    if fact.type not in ON_A_SCALE:
                        continue
                    said = leaf.values if isinstance(leaf, Is) else (leaf.value,) if isinstance(leaf, Compare) else ()
                    points[leaf.fact] |= {_point(fact.type, value) for value in said if value is not None}
        self.points = {name: sorted(values) for name, values in points.items()}

    def place(self, name: str, value: Any) -> Any:
        """Return where the value lies among the fact's points; what has no points stays as it is."""
        points = self.points.get(name)
        if points is None or value is None or isinstance(value, tuple):
            return value
        return bisect_left(points, value), bisect_right(points, value)


def _point(kind: FactType, value: Any) -> Any:
    return date.fromisoformat(value) if kind is FactType.DATE and isinstance(value, str) else value


def _conditions(clause: Eligibility) -> Iterator[ConditionNode | None]:
    yield clause.applies_to
    yield clause.requires
    yield from clause.documents
    for option in clause.alternatives:
        yield option.requires
    for exemption in clause.exemptions:
        yield exemption.when
    for bar in clause.bars:
        yield bar.when
