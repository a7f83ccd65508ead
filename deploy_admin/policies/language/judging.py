"""Answering conditions: compiled once to closures over dated sheets of facts, three-valued, with what is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, assert_never

from deploy_admin.policies.language.conditions import All, AnyOf, AsOf, Compare, ConditionNode, InSet, Is, Not
from deploy_admin.policies.language.explained import Truth
from deploy_admin.policies.language.facts import FACTS, Fact, FactType, Subject
from deploy_admin.policies.language.nodes import Op

if TYPE_CHECKING:
    from deploy_admin.policies.language.types import PolicyDocument

#: Facts by the day they are asked for. A fact that is absent or None is unknown.
Sheet = Mapping[date, Mapping[str, Any]]
#: Which day an as-of means; None (nothing said) is the default of the place.
Resolve = Callable[[AsOf | None], date]
Judge = Callable[[Sheet], Truth]

#: Stands for "on any day ever": a sheet may carry, under it, all values a fact ever had.
EVER = date.min
#: Stands for "on the days of a segment", which a sheet of a period cannot answer.
SEGMENT_DAYS = date.max

_NOTHING: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Judgement:
    """The answer, and the facts that kept it from being known."""

    truth: Truth
    missing: tuple[str, ...] = ()


def compile_condition(node: ConditionNode | None, document: PolicyDocument, resolve: Resolve) -> Judge:
    """Return a function from a sheet to the condition's truth; no condition holds always."""
    if node is None:
        return lambda sheet: Truth.YES
    match node:
        case All():
            parts = tuple(compile_condition(part, document, resolve) for part in node.all)
            return lambda sheet: _all(parts, sheet)
        case AnyOf():
            parts = tuple(compile_condition(part, document, resolve) for part in node.any)
            return lambda sheet: _any(parts, sheet)
        case Not():
            inner = compile_condition(node.part, document, resolve)
            return lambda sheet: ~inner(sheet)
        case Is():
            return _one_of(node.fact, frozenset(node.values), resolve(node.as_of))
        case InSet():
            return _one_of(node.fact, document.set_values(node.in_set), resolve(node.as_of))
        case Compare():
            return _compared(node, resolve(node.as_of))
        case _:
            assert_never(node)


def _all(parts: tuple[Judge, ...], sheet: Sheet) -> Truth:
    found = Truth.YES
    for part in parts:
        truth = part(sheet)
        if truth is Truth.NO:
            return Truth.NO
        found = found & truth
    return found


def _any(parts: tuple[Judge, ...], sheet: Sheet) -> Truth:
    found = Truth.NO
    for part in parts:
        truth = part(sheet)
        if truth is Truth.YES:
            return Truth.YES
        found = found | truth
    return found


def _one_of(fact: str, values: frozenset[Any], day: date) -> Judge:
    # True is 1 to Python: codes and numbers never mix with booleans here because validation keeps types apart.
    def judge(sheet: Sheet) -> Truth:
        value = sheet.get(day, _NOTHING).get(fact)
        if value is None:
            return Truth.UNKNOWN
        if isinstance(value, list | tuple | set | frozenset):
            return Truth.YES if any(each in values for each in value) else Truth.NO
        return Truth.YES if value in values else Truth.NO

    return judge


def _compared(node: Compare, day: date) -> Judge:
    if node.value is None:
        return lambda sheet: Truth.UNKNOWN
    fact = FACTS[node.fact]
    place = _place_of(fact)
    bound = place(node.value)
    holds = _HOLDS[node.op]

    def judge(sheet: Sheet) -> Truth:
        value = sheet.get(day, _NOTHING).get(node.fact)
        if value is None:
            return Truth.UNKNOWN
        if isinstance(value, list | tuple | set | frozenset):
            return Truth.YES if any(holds(place(each), bound) for each in value) else Truth.NO
        return Truth.YES if holds(place(value), bound) else Truth.NO

    return judge


_HOLDS: dict[Op, Callable[[Any, Any], bool]] = {
    Op.AT_LEAST: lambda left, right: bool(left >= right),
    Op.MORE_THAN: lambda left, right: bool(left > right),
    Op.AT_MOST: lambda left, right: bool(left <= right),
    Op.LESS_THAN: lambda left, right: bool(left < right),
}


def _place_of(fact: Fact) -> Callable[[Any], Any]:
    match fact.type:
        case FactType.CODE:
            order = {code: n for n, code in enumerate(fact.codes)}
            return lambda value: order[value]
        case FactType.DATE:
            return lambda value: value if isinstance(value, date) else date.fromisoformat(value)
        case FactType.DECIMAL:
            return lambda value: Decimal(value)
        case FactType.INTEGER | FactType.BOOLEAN | FactType.TEXT | FactType.DIVISION:
            return lambda value: value
        case _:
            assert_never(fact.type)


def leaves(node: ConditionNode | None) -> Iterator[Is | Compare | InSet]:
    """Every question about a fact, in the order it is written."""
    match node:
        case None:
            return
        case All():
            for part in node.all:
                yield from leaves(part)
        case AnyOf():
            for part in node.any:
                yield from leaves(part)
        case Not():
            yield from leaves(node.part)
        case Is() | Compare() | InSet():
            yield node
        case _:
            assert_never(node)


def missing_facts(node: ConditionNode | None, sheet: Sheet, resolve: Resolve) -> tuple[str, ...]:
    """The facts the condition asks for that the sheet does not know, and the thresholds nobody has set, each once."""
    found: dict[str, None] = {}
    for leaf in leaves(node):
        if sheet.get(resolve(leaf.as_of), _NOTHING).get(leaf.fact) is None:
            found[f"fact:{leaf.fact}"] = None
        if isinstance(leaf, Compare) and leaf.value is None:
            found[f"threshold:{leaf.fact}"] = None
    return tuple(found)


def days_asked(nodes: Iterable[ConditionNode | None], resolve: Resolve) -> frozenset[date]:
    """The days for which facts must be fetched, without those no sheet answers."""
    days = {resolve(leaf.as_of) for node in nodes for leaf in leaves(node)}
    return frozenset(days - {EVER, SEGMENT_DAYS})


def by_subject(node: ConditionNode | None) -> tuple[ConditionNode | None, ConditionNode | None]:
    """Return what a condition asks of the unit, and what of the person; a part that asks of both is the person's."""
    parts = node.all if isinstance(node, All) else () if node is None else (node,)
    units = tuple(part for part in parts if _only_of_units(part))
    persons = tuple(part for part in parts if part not in units)
    return _together(units), _together(persons)


def _only_of_units(node: ConditionNode) -> bool:
    return all(FACTS[leaf.fact].subject is Subject.INSTITUTION for leaf in leaves(node) if leaf.fact in FACTS)


def _together(parts: tuple[ConditionNode, ...]) -> ConditionNode | None:
    return None if not parts else parts[0] if len(parts) == 1 else All(all=parts)


def dated(nodes: Iterable[ConditionNode | None]) -> tuple[tuple[str, AsOf], ...]:
    """The facts that are not asked on the day itself, each with the day it is asked on, once."""
    found = {
        (leaf.fact, str(leaf.as_of)): (leaf.fact, leaf.as_of)
        for node in nodes
        for leaf in leaves(node)
        if leaf.as_of not in (None, "event")
    }
    return tuple((fact, as_of) for fact, as_of in found.values() if as_of is not None)
