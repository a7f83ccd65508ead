"""What comes out of a quota: state, numbers, bounds, the ways of meeting it, totals that never swallow the unknown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class State(StrEnum):
    """Whether there is a number."""

    KNOWN = "known"
    UNDETERMINED = "undetermined"  # somebody has still to enter something
    NO_WHOLE_NUMBER = "no_whole_number"  # the range holds none
    NOT_APPLICABLE = "not_applicable"  # the unit does not owe
    NOT_COMPUTED = "not_computed"  # the clause needs what is not built yet


@dataclass(frozen=True, slots=True)
class Way:
    """One way of meeting a clause: one base year of several, or one alternative.

    `key` is `2024`, or `alternative/2024`. `required` is the number of people, `maximum` the most there may be.
    """

    key: str
    alternative: str | None
    period: str | None
    state: State
    required: int | None = None
    maximum: int | None = None
    at_least: int | None = None
    at_most: int | None = None
    base: int | None = None
    missing: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "alternative": self.alternative,
            "period": self.period,
            "state": str(self.state),
            "required": self.required,
            "maximum": self.maximum,
            "at_least": self.at_least,
            "at_most": self.at_most,
            "base": self.base,
            "missing": list(self.missing),
        }


@dataclass(frozen=True, slots=True)
class Part:
    """What the team must contain under one line of the composition; None where it is not known or not asked."""

    id: str
    required: int | None = None
    maximum: int | None = None
    missing: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "required": self.required,
            "maximum": self.maximum,
            "missing": list(self.missing),
        }


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one unit brings into the base of a group or district. It carries no verdict."""

    unit: int
    need: str
    value: int | None
    missing: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {"unit": self.unit, "need": self.need, "value": self.value, "missing": list(self.missing)}


@dataclass(frozen=True, slots=True)
class Outcome:
    """The number owed, or why there is none.

    With several ways the headline is the least that satisfies one of them; it is known only if no way still
    unknown could ask for less. `at_least` and `at_most` hold while it is undetermined.
    """

    state: State
    required: int | None = None
    maximum: int | None = None
    at_least: int | None = None
    at_most: int | None = None
    missing: tuple[str, ...] = ()
    reason: str = ""
    provisional: bool = False
    basis: Mapping[str, Any] = field(default_factory=dict)
    ways: tuple[Way, ...] = ()
    composition: tuple[Part, ...] = ()
    contributions: tuple[Contribution, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain values in a fixed order, fit for a digest."""
        return {
            "state": str(self.state),
            "required": self.required,
            "maximum": self.maximum,
            "at_least": self.at_least,
            "at_most": self.at_most,
            "missing": list(self.missing),
            "reason": self.reason,
            "provisional": self.provisional,
            "basis": dict(self.basis),
            "ways": [way.to_json() for way in self.ways],
            "composition": [part.to_json() for part in self.composition],
            "contributions": [each.to_json() for each in self.contributions],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Outcome:
        """Return what `to_json` wrote."""
        return cls(
            state=State(data["state"]),
            required=data["required"],
            maximum=data["maximum"],
            at_least=data["at_least"],
            at_most=data["at_most"],
            missing=tuple(data["missing"]),
            reason=data["reason"],
            provisional=data["provisional"],
            basis=data["basis"],
            ways=tuple(
                Way(**{**way, "state": State(way["state"]), "missing": tuple(way["missing"])}) for way in data["ways"]
            ),
            composition=tuple(Part(**{**part, "missing": tuple(part["missing"])}) for part in data["composition"]),
            contributions=tuple(
                Contribution(**{**each, "missing": tuple(each["missing"])}) for each in data["contributions"]
            ),
        )


@dataclass(frozen=True, slots=True)
class Total:
    """A sum that says how many of its parts are not in it: 41 + 3 undetermined."""

    known: int = 0
    undetermined: int = 0

    @classmethod
    def of(cls, outcomes: Iterable[Outcome]) -> Total:
        """Add what is known and count what is not; what does not apply is neither."""
        known = undetermined = 0
        for outcome in outcomes:
            if outcome.state is State.KNOWN and outcome.required is not None:
                known += outcome.required
            elif outcome.state is not State.NOT_APPLICABLE:
                undetermined += 1
        return cls(known, undetermined)

    def __add__(self, other: Total) -> Total:
        return Total(self.known + other.known, self.undetermined + other.undetermined)

    def __str__(self) -> str:
        return f"{self.known} + {self.undetermined} undetermined" if self.undetermined else str(self.known)
