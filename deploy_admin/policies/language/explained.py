"""What a rule answers with: Truth, Maybe, Undetermined, and Explained with the steps that led to the value."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Truth(Enum):
    """Kleene's three values: what is unknown stays unknown unless the other side decides."""

    NO = 0
    UNKNOWN = 1
    YES = 2

    def __and__(self, other: Truth) -> Truth:
        return self if self.value <= other.value else other

    def __or__(self, other: Truth) -> Truth:
        return self if self.value >= other.value else other

    def __invert__(self) -> Truth:
        return _NOT[self]

    def __bool__(self) -> bool:
        raise TypeError("A Truth has three values: compare it with Truth.YES, Truth.NO or Truth.UNKNOWN.")

    @classmethod
    def of(cls, value: bool | None) -> Truth:
        """Return YES, NO, or UNKNOWN for None."""
        if value is None:
            return cls.UNKNOWN
        return cls.YES if value else cls.NO


_NOT = {Truth.NO: Truth.YES, Truth.UNKNOWN: Truth.UNKNOWN, Truth.YES: Truth.NO}


@dataclass(frozen=True, slots=True)
class Known(Generic[T]):
    """A value that is there."""

    value: T


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that is not there, with the names of what is missing."""

    missing: tuple[str, ...]


Maybe = Known[T] | Unknown


@dataclass(frozen=True, slots=True)
class Undetermined:
    """A result that cannot be told yet: what is missing, and the bounds that hold all the same.

    `reason` is `missing` where somebody has still to enter something and `not_built` where no part of the
    program feeds it yet.
    """

    missing: tuple[str, ...]
    at_least: int | None = None
    at_most: int | None = None
    reason: str = "missing"

    def to_json(self) -> dict[str, Any]:
        return {
            "undetermined": True,
            "missing": list(self.missing),
            "at_least": self.at_least,
            "at_most": self.at_most,
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class Input:
    """One value that went into a step, with the row it came from.

    `ref` names the row (`figure:812`), `unit` the institution it belongs to, `revision` its revision,
    `state` whether it is `signed` or `expected`, `on` the day or period it is of.
    """

    name: str
    value: str | int | bool | None
    ref: str | None = None
    unit: int | None = None
    revision: int | None = None
    state: str | None = None
    on: str | None = None

    def to_json(self) -> dict[str, Any]:
        data: dict[str, Any] = {"name": self.name, "value": self.value}
        for key in ("ref", "unit", "revision", "state", "on"):
            if (held := getattr(self, key)) is not None:
                data[key] = held
        return data


@dataclass(frozen=True, slots=True)
class Step:
    """One operation of a rule: codes and values, never prose. A component turns it into a sentence."""

    clause_id: str
    operation: str
    inputs: tuple[Input, ...] = ()
    result: str | int | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "clause": self.clause_id,
            "operation": self.operation,
            "inputs": [each.to_json() for each in self.inputs],
            "result": self.result,
        }


@dataclass(frozen=True, slots=True)
class Explained(Generic[T]):
    """A value together with the steps that led to it, ready to be frozen in a release."""

    value: T | Undetermined
    steps: tuple[Step, ...] = field(default=())

    @property
    def is_known(self) -> bool:
        return not isinstance(self.value, Undetermined)

    def then(self, steps: Iterable[Step]) -> Explained[T]:
        """Return the same value with more steps behind it."""
        return Explained(self.value, (*self.steps, *steps))

    def to_json(self) -> dict[str, Any]:
        value = self.value.to_json() if isinstance(self.value, Undetermined) else self.value
        return {"value": value, "steps": [step.to_json() for step in self.steps]}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Explained[Any]:
        """Return what `to_json` wrote; the pair is exact."""
        value = data["value"]
        if isinstance(value, dict) and value.get("undetermined"):
            value = Undetermined(tuple(value["missing"]), value["at_least"], value["at_most"], value["reason"])
        steps = tuple(
            Step(
                step["clause"],
                step["operation"],
                tuple(Input(**each) for each in step["inputs"]),
                step["result"],
            )
            for step in data["steps"]
        )
        return cls(value, steps)
