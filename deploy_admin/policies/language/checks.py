"""Checks of conditions: facts that exist, in their place, with their values, and no contradiction."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, assert_never

from deploy_admin.policies.language.conditions import All, AnyOf, Compare, ConditionNode, InSet, Is, Not
from deploy_admin.policies.language.facts import FACTS, Fact, FactType, Subject, of_subject
from deploy_admin.policies.language.nodes import DIVISION, Op

if TYPE_CHECKING:
    from deploy_admin.policies.language.types import PolicyDocument

Path = tuple[str | int, ...]
Found = tuple[Path, str, dict[str, str]]


def condition_faults(
    node: ConditionNode | None, path: Path, subjects: Collection[Subject], document: PolicyDocument
) -> Iterator[Found]:
    """Every fault of a condition that stands at `path`, where facts of `subjects` may be asked."""
    if node is None:
        return
    yield from _walk(node, path, subjects, document)
    yield from _contradictions(node, path, document)


def _walk(node: ConditionNode, path: Path, subjects: Collection[Subject], document: PolicyDocument) -> Iterator[Found]:
    match node:
        case All() | AnyOf():
            key = "all" if isinstance(node, All) else "any"
            parts = node.all if isinstance(node, All) else node.any
            if not parts:
                yield (*path, key), "empty_condition", {}
            for n, part in enumerate(parts):
                yield from _walk(part, (*path, key, n), subjects, document)
        case Not():
            yield from _walk(node.part, (*path, "not"), subjects, document)
        case Is() | Compare() | InSet():
            yield from _leaf(node, path, subjects, document)
        case _:
            assert_never(node)


def _leaf(
    node: Is | Compare | InSet, path: Path, subjects: Collection[Subject], document: PolicyDocument
) -> Iterator[Found]:
    at = (*path, node.fact)
    fact = FACTS.get(node.fact)
    allowed = of_subject(*subjects)
    if fact is None:
        near = difflib.get_close_matches(node.fact, list(allowed), n=1, cutoff=0.0)
        yield at, "unknown_fact", {"fact": node.fact, "suggestion": near[0] if near else ""}
        return
    if fact.subject not in subjects:
        yield (
            at,
            "fact_out_of_place",
            {"fact": fact.name, "allowed": ", ".join(sorted(allowed))},
        )
        return
    if node.as_of is not None and not fact.dated:
        yield (*path, "as_of"), "as_of_not_dated", {"fact": fact.name}
    match node:
        case Is():
            if not node.values:
                yield at, "empty_list", {}
            for value in node.values:
                yield from _value_faults(fact, value, at)
        case InSet():
            if node.in_set not in {named.id for named in document.sets}:
                yield at, "unknown_set", {"set": node.in_set}
            else:
                for value in sorted(document.set_values(node.in_set), key=str):
                    yield from _value_faults(fact, value, at)
        case Compare():
            yield from _comparison_faults(fact, node, at)


def _value_faults(fact: Fact, value: Any, at: Path) -> Iterator[Found]:
    right, expected = _is_right(fact, value)
    if not right:
        code = "fact_value" if fact.values or fact.type is FactType.BOOLEAN else "fact_type"
        yield at, code, {"fact": fact.name, "value": str(value), "allowed": expected, "expected": expected}


def _is_right(fact: Fact, value: Any) -> tuple[bool, str]:
    match fact.type:
        case FactType.CODE:
            return isinstance(value, str) and value in fact.codes, ", ".join(fact.codes)
        case FactType.DIVISION:
            return isinstance(value, str) and bool(re.fullmatch(DIVISION, value)), '"500101"'
        case FactType.TEXT:
            return isinstance(value, str), "text"
        case FactType.BOOLEAN:
            return isinstance(value, bool), "true, false"
        case FactType.INTEGER:
            whole = isinstance(value, int) and not isinstance(value, bool)
            inside = whole and (fact.low is None or value >= fact.low) and (fact.high is None or value <= fact.high)
            return inside, f"{fact.low} … {fact.high}"
        case FactType.DECIMAL:
            return isinstance(value, int | str) and _number(value) is not None, '"1.5"'
        case FactType.DATE:
            return isinstance(value, str) and _is_date(value), "2025-01-01"
        case _:
            assert_never(fact.type)


def _is_date(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    return Decimal(value) if re.fullmatch(r"-?[0-9]{1,18}(\.[0-9]{1,12})?", str(value)) else None


def _comparison_faults(fact: Fact, node: Compare, at: Path) -> Iterator[Found]:
    if fact.type in (FactType.BOOLEAN, FactType.TEXT, FactType.DIVISION) or (
        fact.type is FactType.CODE and not fact.ordered
    ):
        allowed = ", ".join(fact.codes) or "…"
        yield at, "fact_not_ordered", {"fact": fact.name, "allowed": allowed}
        return
    if node.value is None:
        return
    if fact.type is FactType.INTEGER:
        if not isinstance(node.value, int) or isinstance(node.value, bool):
            yield at, "fact_type", {"fact": fact.name, "value": str(node.value), "expected": "1, 2, 3 …"}
            return
        low, high, value = fact.low, fact.high, node.value
        never = (
            high is not None and (value > high or (value == high and node.op is Op.MORE_THAN)) and _is_lower(node.op)
        ) or (
            low is not None and (value < low or (value == low and node.op is Op.LESS_THAN)) and not _is_lower(node.op)
        )
        if never:
            yield at, "threshold_never_met", {"fact": fact.name, "low": str(low), "high": str(high)}
        return
    right, expected = _is_right(fact, node.value)
    if not right:
        yield at, "fact_type", {"fact": fact.name, "value": str(node.value), "expected": expected}
    elif fact.ordered and (
        (node.op is Op.MORE_THAN and node.value == fact.codes[-1])
        or (node.op is Op.LESS_THAN and node.value == fact.codes[0])
    ):
        params = {"fact": fact.name, "low": fact.codes[0], "high": fact.codes[-1]}
        yield at, "threshold_never_met", params


def _is_lower(op: Op) -> bool:
    return op in (Op.AT_LEAST, Op.MORE_THAN)


# ---------------------------------------------------------------- contradictions


@dataclass(slots=True)
class _Room:
    """What values one fact may still have under everything that must hold together."""

    allowed: frozenset[Any] | None = None
    low: tuple[Any, bool] | None = None
    high: tuple[Any, bool] | None = None
    said: list[str] = field(default_factory=list)

    def narrow(self, fact: Fact, leaf: Is | Compare | InSet, values: frozenset[Any] | None) -> bool:
        """Take one more leaf in; return whether anything is left."""
        if isinstance(leaf, Compare):
            if leaf.value is None:
                return True
            if fact.ordered:
                self._keep(frozenset(code for code in fact.codes if ordered(fact, code, leaf.op, leaf.value)))
            else:
                self._bound(leaf.op, leaf.value)
        elif values is not None:
            self._keep(values)
        return not self._is_empty()

    def _keep(self, values: frozenset[Any]) -> None:
        self.allowed = values if self.allowed is None else self.allowed & values

    def _bound(self, op: Op, value: Any) -> None:
        inside = op in (Op.AT_LEAST, Op.AT_MOST)
        if _is_lower(op):
            if self.low is None or value > self.low[0] or (value == self.low[0] and not inside):
                self.low = (value, inside)
        elif self.high is None or value < self.high[0] or (value == self.high[0] and not inside):
            self.high = (value, inside)

    def _is_empty(self) -> bool:
        low, high = self.low, self.high
        if self.allowed is not None:
            kept = [
                value
                for value in self.allowed
                if (low is None or value > low[0] or (value == low[0] and low[1]))
                and (high is None or value < high[0] or (value == high[0] and high[1]))
            ]
            return not kept
        if low is None or high is None:
            return False
        return bool(low[0] > high[0] or (low[0] == high[0] and not (low[1] and high[1])))


def ordered(fact: Fact, left: Any, op: Op, right: Any) -> bool:
    """Whether `left` stands so to `right` in the order of the fact's list."""
    a, b = fact.codes.index(left), fact.codes.index(right)
    match op:
        case Op.AT_LEAST:
            return a >= b
        case Op.MORE_THAN:
            return a > b
        case Op.AT_MOST:
            return a <= b
        case Op.LESS_THAN:
            return a < b
        case _:
            assert_never(op)


def _contradictions(node: ConditionNode, path: Path, document: PolicyDocument) -> Iterator[Found]:
    match node:
        case All():
            yield from _in_one_all(node, path, document)
            for n, part in enumerate(node.all):
                if not isinstance(part, All):
                    yield from _contradictions(part, (*path, "all", n), document)
        case AnyOf():
            for n, part in enumerate(node.any):
                yield from _contradictions(part, (*path, "any", n), document)
        case Not():
            yield from _contradictions(node.part, (*path, "not"), document)
        case Is() | Compare() | InSet():
            return
        case _:
            assert_never(node)


def _flat(node: All, path: Path) -> Iterator[tuple[ConditionNode, Path]]:
    for n, part in enumerate(node.all):
        at = (*path, "all", n)
        if isinstance(part, All):
            yield from _flat(part, at)
        else:
            yield part, at


def _in_one_all(node: All, path: Path, document: PolicyDocument) -> Iterator[Found]:
    rooms: dict[tuple[str, Any], _Room] = {}
    for part, at in _flat(node, path):
        negated = isinstance(part, Not) and isinstance(part.part, Is)
        leaf = part.part if isinstance(part, Not) and isinstance(part.part, Is) else part
        if not isinstance(leaf, Is | Compare | InSet):
            continue
        fact = FACTS.get(leaf.fact)
        if fact is None or fact.many or not _fits(fact, leaf, document):
            continue
        values = _values(leaf, document)
        if negated:
            every: frozenset[Any] = (
                frozenset(fact.codes)
                if fact.type is FactType.CODE
                else frozenset({True, False})
                if fact.type is FactType.BOOLEAN
                else frozenset()
            )
            if not every:
                continue
            values = every - (values or frozenset())
        said = ("not " if negated else "") + _said(leaf)
        room = rooms.setdefault((leaf.fact, leaf.as_of), _Room())
        if not room.narrow(fact, leaf, values):
            yield (
                (*at, leaf.fact),
                "contradiction",
                {"fact": leaf.fact, "first": ", ".join(room.said) or said, "second": said},
            )
            return
        room.said.append(said)


def _fits(fact: Fact, leaf: Is | Compare | InSet, document: PolicyDocument) -> bool:
    return not any(True for _ in _leaf(leaf, (), {fact.subject}, document))


def _values(leaf: Is | Compare | InSet, document: PolicyDocument) -> frozenset[Any] | None:
    if isinstance(leaf, Is):
        return frozenset(leaf.values)
    return document.set_values(leaf.in_set) if isinstance(leaf, InSet) else None


def _said(leaf: Is | Compare | InSet) -> str:
    match leaf:
        case Is():
            return " / ".join(str(value) for value in leaf.values)
        case Compare():
            return f"{leaf.op} {'…' if leaf.value is None else leaf.value}"
        case InSet():
            return f"in {leaf.in_set}"
        case _:
            assert_never(leaf)


def can_meet(first: ConditionNode | None, second: ConditionNode | None, document: PolicyDocument) -> bool:
    """Whether one and the same unit may meet both conditions, as far as their plain parts tell."""
    if first is None or second is None:
        return True
    return not any(True for _ in _contradictions(All(all=(first, second)), (), document))
