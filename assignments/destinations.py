"""Where the people of a campaign may go: read, built from the usual choices, told in words, answered for units."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, cast

from django.utils.translation import gettext as _
from pydantic import TypeAdapter, ValidationError

from deploy_admin.errors import RuleViolation
from deploy_admin.policies.geography import Places
from deploy_admin.policies.language import phrases_en, phrases_zh
from deploy_admin.policies.language.checks import condition_faults
from deploy_admin.policies.language.conditions import All, AnyOf, Condition, ConditionNode, Is, written_short
from deploy_admin.policies.language.explained import Truth
from deploy_admin.policies.language.facts import Subject
from deploy_admin.policies.language.judging import compile_condition, leaves, missing_facts
from deploy_admin.policies.language.types import PolicyDocument
from deploy_admin.registry import succession
from deploy_admin.registry.models import Institution
from quotas.facts import Units
from quotas.reading import in_chinese

_READER: TypeAdapter[ConditionNode] = TypeAdapter(Condition)
#: The facts of a receiving unit that the form offers, in its order.
OFFERED = ("kind", "tier", "area_group", "located_in", "settlement", "remote")
#: A condition of a campaign stands in no document: it has no sets to name.
_NO_DOCUMENT = cast(PolicyDocument, None)


@dataclass(frozen=True)
class Destinations:
    """A unit fits that meets the condition or is named; where neither is said, every unit does."""

    condition: ConditionNode | None = None
    units: frozenset[int] = field(default_factory=frozenset)

    @property
    def everywhere(self) -> bool:
        return self.condition is None and not self.units

    def standing(self, day: date) -> Destinations:
        """Return the same with the heirs of named units that are no more. Two queries where units are named."""
        if not self.units:
            return self
        return Destinations(self.condition, frozenset(succession.standing_for(self.units, day).values()))

    def written(self) -> dict[str, Any]:
        """Return what is stored: `{condition: …, units: [ids]}`, without what is not said."""
        told: dict[str, Any] = {}
        if self.condition is not None:
            told["condition"] = written_short(self.condition)
        if self.units:
            told["units"] = sorted(self.units)
        return told


def read(stored: Any) -> Destinations:
    """Return what is stored as destinations; refuse what cannot be asked about a receiving unit."""
    if not isinstance(stored, Mapping) or not set(stored) <= {"condition", "units"}:
        raise _unreadable()
    units = stored.get("units") or []
    if not isinstance(units, list) or not all(isinstance(unit, int) for unit in units):
        raise _unreadable()
    if not stored.get("condition"):
        return Destinations(None, frozenset(units))
    try:
        condition = _READER.validate_python(stored["condition"])
    except ValidationError as error:
        raise _unreadable() from error
    asked = list(leaves(condition))
    # Campaigns are asked on one day, and have no sets of their own.
    if any(leaf.as_of is not None or hasattr(leaf, "in_set") for leaf in asked):
        raise _unreadable()
    if any(condition_faults(condition, (), (Subject.INSTITUTION,), _NO_DOCUMENT)):
        raise _unreadable()
    return Destinations(condition, frozenset(units))


def _unreadable() -> RuleViolation:
    sentence = _("These destinations cannot be asked about a receiving unit.")
    return RuleViolation(sentence, "destinations_unreadable", fields={"destinations": sentence})


def built(choices: Sequence[Mapping[str, Sequence[Any]]], units: Collection[int]) -> Destinations:
    """Return the destinations that the form's lines mean: of a line everything holds, of the lines any one does."""
    lines = []
    for line in choices:
        parts = [Is(fact=name, values=tuple(line[name])) for name in OFFERED if line.get(name)]
        if parts:
            lines.append(parts[0] if len(parts) == 1 else All(all=tuple(parts)))
    condition = None if not lines else lines[0] if len(lines) == 1 else AnyOf(any=tuple(lines))
    return Destinations(condition, frozenset(units))


def as_lines(destinations: Destinations) -> list[dict[str, list[Any]]] | None:
    """Return the form's lines of destinations; None where they say what the form cannot."""
    condition = destinations.condition
    if condition is None:
        return []
    lines = []
    for part in condition.any if isinstance(condition, AnyOf) else (condition,):
        line: dict[str, list[Any]] = {}
        for leaf in part.all if isinstance(part, All) else (part,):
            if not isinstance(leaf, Is) or leaf.fact not in OFFERED or leaf.fact in line:
                return None
            line[leaf.fact] = list(leaf.values)
        lines.append(line)
    return lines


def in_words(destinations: Destinations, names: Mapping[int, str], places: Places | None = None) -> str:
    """Return “社区卫生服务中心；示范县医院”; nothing where every unit fits. One query where none are handed in."""
    said = []
    if destinations.condition is not None:
        places = places or Places.load()
        if in_chinese():
            said.append(phrases_zh.phrase(destinations.condition, "医疗机构", _NO_DOCUMENT, _namer(places, "zh")))
        else:
            said.append(phrases_en.phrase(destinations.condition, "institutions", _NO_DOCUMENT, _namer(places, "en")))
    said += [names.get(unit, f"#{unit}") for unit in sorted(destinations.units)]
    return ("；" if in_chinese() else "; ").join(said)


def _namer(places: Places, lang: str) -> Any:
    def name(key: str) -> str:
        place = places.named(key)
        if place is None:
            return key
        return place.name if lang == "zh" or not place.name_en else place.name_en

    return name


class Receivers:
    """Some receiving units on one day, asked whether they are among a campaign's destinations."""

    def __init__(self, unit_ids: Iterable[int], day: date) -> None:
        self.ids = set(unit_ids)
        self.day = day

    @cached_property
    def _units(self) -> Units:
        return Units({self.day}, self.ids)

    @cached_property
    def names(self) -> dict[int, str]:
        return Institution.objects.filter(pk__in=self.ids).named(self.day)

    def facts(self, unit: int) -> Mapping[str, Any]:
        """Return the unit's facts on the day; none where it does not exist then."""
        return self._units.sheet(unit).get(self.day, {})

    def division(self, unit: int) -> int | None:
        """Return the division the unit stands in on the day."""
        raw = self._units.raw[self.day].get(unit)
        return int(raw["located_in"][0]) if raw else None

    def district(self, unit: int) -> int | None:
        """Return the district the unit stands in on the day."""
        raw = self._units.raw[self.day].get(unit)
        return raw["district"] if raw else None

    def branch_of(self, unit: int) -> int | None:
        """Return the unit of which this one is a part on the day."""
        raw = self._units.raw[self.day].get(unit)
        return raw["branch_of"] if raw else None

    def fits(self, destinations: Destinations, unit: int) -> Truth:
        """Return whether the unit is among the destinations; unknown where a fact about it is."""
        if destinations.everywhere or unit in destinations.units:
            return Truth.YES
        if destinations.condition is None:
            return Truth.NO
        judge = compile_condition(destinations.condition, _NO_DOCUMENT, lambda _as_of: self.day)
        return judge({self.day: self.facts(unit)})

    def missing(self, destinations: Destinations, unit: int) -> tuple[str, ...]:
        """Return what would have to be known to tell."""
        return missing_facts(destinations.condition, {self.day: self.facts(unit)}, lambda _as_of: self.day)
