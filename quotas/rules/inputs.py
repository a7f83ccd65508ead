"""What goes into a quota: the figure that is needed, the cells that answer it, units and their surroundings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import product
from typing import NamedTuple

from deploy_admin.months import Period
from deploy_admin.policies.language.explained import Truth
from deploy_admin.policies.language.judging import Judge, Sheet


class Need(NamedTuple):
    """One figure a clause asks of a unit. `dimensions` keeps only these values; `by` asks for one per category."""

    measure: str
    period: Period
    dimensions: tuple[tuple[str, tuple[str, ...]], ...] = ()
    by: str | None = None

    @property
    def key(self) -> str:
        """A short stable name: promoted_associate_chief/2024[practice_category=clinical+tcm]."""
        said = ",".join(f"{dimension}={'+'.join(values)}" for dimension, values in self.dimensions)
        return f"{self.measure}/{self.period.iso}" + (f"[{said}]" if said else "")


class Ref(NamedTuple):
    """The row a number came from. `state` is signed, expected or awaited; `id` may be any text that names the row."""

    id: str
    name: str
    value: int | None
    revision: int | None = None
    state: str | None = None
    unit: int | None = None


class Cell(NamedTuple):
    """One recorded number with the dimensions it is of."""

    dimensions: Mapping[str, str]
    value: int
    ref: Ref


class Reading(NamedTuple):
    """The answer to a need: the number, or what of it is there and what is missing.

    `known` is the sum of the cells that are there, which the number cannot fall below. `refs` come last so that
    everything before them is the essence that decides the outcome.
    """

    value: int | None
    known: int = 0
    by: tuple[tuple[str, int | None], ...] = ()
    missing: tuple[str, ...] = ()
    provisional: bool = False
    refs: tuple[Ref, ...] = ()

    @classmethod
    def of(cls, value: int, *, provisional: bool = False, refs: tuple[Ref, ...] = ()) -> Reading:
        """A plain number that is there."""
        return cls(value, value, (), (), provisional, refs)

    @classmethod
    def missing_for(cls, need: Need) -> Reading:
        """Nothing is there."""
        by = tuple((category, None) for category in _categories(need))
        return cls(None, 0, by, (need.key,))


def _categories(need: Need) -> tuple[str, ...]:
    return dict(need.dimensions).get(need.by or "", ())


def gather(need: Need, cells: Iterable[Cell]) -> Reading:
    """Answer `need` from recorded cells of its measure and period; a cell nobody recorded is missing, not zero.

    Only cells of one granularity are added, the coarsest that carries every dimension asked for. A coarser cell of
    zero answers for everything inside it.
    """
    held = tuple(cells)
    asked = [dimension for dimension, _ in need.dimensions]
    if need.by is not None and need.by not in asked:
        asked.append(need.by)
    fine = [cell for cell in held if all(dimension in cell.dimensions for dimension in asked)]
    if fine:
        fewest = min(len(cell.dimensions) for cell in fine)
        fine = [cell for cell in fine if len(cell.dimensions) == fewest]
    zero = next((cell for cell in held if cell.value == 0 and set(cell.dimensions) < set(asked)), None)
    known = 0
    missing: list[str] = []
    refs: list[Ref] = []
    by: dict[str, int | None] = dict.fromkeys(_categories(need), 0)
    for wanted in product(*(values for _, values in need.dimensions)):
        chosen = dict(zip((dimension for dimension, _ in need.dimensions), wanted, strict=True))
        here = [cell for cell in fine if all(cell.dimensions[key] == value for key, value in chosen.items())]
        category = chosen.get(need.by or "")
        if not here and zero is not None and all(zero.dimensions.get(k, v) == v for k, v in chosen.items()):
            if zero.ref not in refs:
                refs.append(zero.ref)
            continue
        if not here:
            missing.append(Need(need.measure, need.period, tuple((k, (v,)) for k, v in chosen.items())).key)
            if category is not None:
                by[category] = None
            continue
        part = sum(cell.value for cell in here)
        known += part
        refs.extend(cell.ref for cell in here)
        if category is not None and (so_far := by[category]) is not None:
            by[category] = so_far + part
    provisional = any(ref.state in ("expected", "awaited") for ref in refs)
    return Reading(None if missing else known, known, tuple(by.items()), tuple(missing), provisional, tuple(refs))


def together(readings: Sequence[Reading]) -> Reading:
    """Add readings of the same need: a merged unit's predecessors. One that is missing leaves the sum missing."""
    if len(readings) == 1:
        return readings[0]
    by: dict[str, int | None] = {}
    for reading in readings:
        for category, value in reading.by:
            so_far = by.get(category, 0)
            by[category] = None if value is None or so_far is None else so_far + value
    missing = tuple(dict.fromkeys(name for reading in readings for name in reading.missing))
    known = sum(reading.known for reading in readings)
    whole = all(reading.value is not None for reading in readings)
    return Reading(
        known if whole else None,
        known,
        tuple(by.items()),
        missing,
        any(reading.provisional for reading in readings),
        tuple(ref for reading in readings for ref in reading.refs),
    )


@dataclass(frozen=True, slots=True)
class Member:
    """One unit inside a group or district that owes a total."""

    unit: int
    sheet: Sheet
    readings: Mapping[Need, Reading]


_NO_READINGS: Mapping[Need, Reading] = {}


@dataclass(frozen=True, slots=True)
class Case:
    """Everything about one that owes: a unit, or a group or district with its members.

    For a group or district `sheet` holds the facts of whoever answers for it, the authority or the leading unit.
    `district` and `group` are the keys under which its surroundings are kept.
    """

    sheet: Sheet
    readings: Mapping[Need, Reading] = field(default_factory=lambda: _NO_READINGS)
    members: tuple[Member, ...] = ()
    unit: int | None = None
    district: str | None = None
    group: str | None = None


class Counted(NamedTuple):
    """How many there are: exactly, or between what is sure and what may be."""

    low: int
    high: int | None
    missing: tuple[str, ...] = ()


@dataclass(slots=True)
class Surroundings:
    """The receivers among which a clause counts, by district and group. Built once for a run."""

    sheets: Mapping[int, Sheet]
    districts: Mapping[str, Sequence[int]] = field(default_factory=dict)
    groups: Mapping[str, Sequence[int]] = field(default_factory=dict)
    _counted: dict[tuple[int, str, str | None], Counted] = field(default_factory=dict)
    _peopled: dict[tuple[int, str, str | None], Counted] = field(default_factory=dict)
    _judges: list[Judge] = field(default_factory=list)

    def units(self, within: str, key: str | None) -> Sequence[int]:
        """The units of a district or group, or all."""
        if within == "jurisdiction":
            return list(self.sheets)
        held = self.districts if within == "district" else self.groups
        return held.get(key or "", ())

    def count(self, where: Judge, within: str, key: str | None) -> Counted:
        """How many of them meet the condition."""
        memo = (id(where), within, key)
        if memo not in self._counted:
            self._judges.append(where)  # kept alive, so that its id stays its own
            sure = perhaps = 0
            for unit in self.units(within, key):
                truth = where(self.sheets[unit])
                sure += truth is Truth.YES
                perhaps += truth is Truth.UNKNOWN
            self._counted[memo] = Counted(sure, sure + perhaps, ("receivers",) if perhaps else ())
        return self._counted[memo]

    def population(self, where: Judge, day: date, within: str, key: str | None) -> Counted:
        """How many people those that meet the condition serve; `low` is what is known of them."""
        memo = (id(where), within, key)
        if memo not in self._peopled:
            self._judges.append(where)
            known, missing = 0, False
            for unit in self.units(within, key):
                truth = where(self.sheets[unit])
                people = self.sheets[unit].get(day, {}).get("population")
                if truth is Truth.NO or people == 0:
                    continue
                if truth is Truth.UNKNOWN or people is None:
                    missing = True
                else:
                    known += people
            self._peopled[memo] = Counted(known, None if missing else known, ("fact:population",) if missing else ())
        return self._peopled[memo]
