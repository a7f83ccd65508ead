"""What a result rests on, as JSON and back: the facts asked, the figures read, the members of a total."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from pydantic import BaseModel

from deploy_admin.policies.language import Quota as Clause
from deploy_admin.policies.language.judging import Judge
from quotas.rules import Case, Member, Need, Reading, Ref, Sheet, Surroundings
from quotas.rules.inputs import Counted

#: Compact JSON; tuples become lists.
encoded = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
#: Asked by the interpreter itself, whatever the conditions say.
ALWAYS = frozenset({"affiliation", "located_in"})


def facts_used(clause: Clause) -> frozenset[str]:
    """Return the names of the facts that the clause may ask of a unit: what has to be kept to explain it again."""
    found: set[str] = set(ALWAYS)

    def walk(node: Any) -> None:
        if isinstance(node, BaseModel):
            name = getattr(node, "fact", None)
            if isinstance(name, str):
                found.add(name)
            if getattr(node, "population", None) is not None:
                found.add("population")
            if isinstance(group := getattr(node, "group", None), str):
                found.add(group)
            for each in type(node).model_fields:
                walk(getattr(node, each))
        elif isinstance(node, tuple):
            for each in node:
                walk(each)

    walk(clause)
    return frozenset(found)


def sheet_from_json(data: Mapping[str, Mapping[str, Any]]) -> dict[date, dict[str, Any]]:
    """Return what `sheet_to_json` wrote."""
    return {
        date.fromisoformat(day): {
            name: tuple(value) if isinstance(value, list) else value for name, value in facts.items()
        }
        for day, facts in data.items()
    }


def reading_to_json(reading: Reading) -> dict[str, Any]:
    """Keep the numbers with the rows they came from; what is empty is left out."""
    data: dict[str, Any] = {"value": reading.value, "known": reading.known}
    if reading.by:
        data["by"] = reading.by
    if reading.missing:
        data["missing"] = reading.missing
    if reading.provisional:
        data["provisional"] = True
    if reading.refs:
        data["refs"] = reading.refs
    return data


def reading_from_json(data: Mapping[str, Any]) -> Reading:
    """Return what `reading_to_json` wrote."""
    return Reading(
        value=data["value"],
        known=data["known"],
        by=tuple((name, value) for name, value in data.get("by", ())),
        missing=tuple(data.get("missing", ())),
        provisional=data.get("provisional", False),
        refs=tuple(Ref(*ref) for ref in data.get("refs", ())),
    )


def readings_to_json(readings: Mapping[Need, Reading]) -> dict[str, Any]:
    return {_name(need): reading_to_json(reading) for need, reading in readings.items()}


def readings_from_json(data: Mapping[str, Any], needs: Iterable[Need]) -> dict[Need, Reading]:
    return {need: reading_from_json(data[key]) for need in needs if (key := _name(need)) in data}


def _name(need: Need) -> str:
    return f"{need.key}/{need.by}" if need.by else need.key


class Texts:
    """Writes cases as JSON text: of the facts only those that the clause may ask, each combination written once."""

    def __init__(self, used: frozenset[str], days: tuple[date, ...]) -> None:
        self.used = tuple(sorted(used))
        self.days = days
        self._sheets: dict[tuple[Any, ...], str] = {}

    def of_sheet(self, sheet: Sheet) -> str:
        """Return the facts by day; what is unknown is left out."""
        key = tuple(
            [None if (facts := sheet.get(day)) is None else tuple(map(facts.get, self.used)) for day in self.days]
        )
        if key not in self._sheets:
            told = {
                day.isoformat(): {
                    name: value for name, value in zip(self.used, values, strict=True) if value is not None
                }
                for day, values in zip(self.days, key, strict=True)
                if values is not None
            }
            self._sheets[key] = encoded(told)
        return self._sheets[key]

    def of_case(self, case: Case) -> str:
        """Return everything the case was asked with, fit for `case_from_json`."""
        parts = [
            f'"sheet":{self.of_sheet(case.sheet)}',
            f'"readings":{encoded(readings_to_json(case.readings))}',
            f'"unit":{encoded(case.unit)}',
        ]
        if case.district is not None:
            parts.append(f'"district":{encoded(case.district)}')
        if case.group is not None:
            parts.append(f'"group":{encoded(case.group)}')
        if case.members:
            members = ",".join(
                f'{{"unit":{member.unit},"sheet":{self.of_sheet(member.sheet)},'
                f'"readings":{encoded(readings_to_json(member.readings))}}}'
                for member in case.members
            )
            parts.append(f'"members":[{members}]')
        return "{" + ",".join(parts) + "}"


def case_from_json(data: Mapping[str, Any], needs: Iterable[Need]) -> Case:
    """Return what `case_to_json` wrote."""
    needs = tuple(needs)
    return Case(
        sheet=sheet_from_json(data["sheet"]),
        readings=readings_from_json(data["readings"], needs),
        members=tuple(
            Member(member["unit"], sheet_from_json(member["sheet"]), readings_from_json(member["readings"], needs))
            for member in data.get("members", ())
        ),
        unit=data["unit"],
        district=data.get("district"),
        group=data.get("group"),
    )


class Recorded(Surroundings):
    """Surroundings that write down every answer they give, in order."""

    def __init__(self, real: Surroundings) -> None:
        super().__init__(real.sheets, real.districts, real.groups)
        self.real = real
        self.answers: list[Counted] = []

    def count(self, where: Judge, within: str, key: str | None) -> Counted:
        self.answers.append(self.real.count(where, within, key))
        return self.answers[-1]

    def population(self, where: Judge, day: date, within: str, key: str | None) -> Counted:
        self.answers.append(self.real.population(where, day, within, key))
        return self.answers[-1]

    def to_json(self) -> list[list[Any]]:
        return [[answer.low, answer.high, list(answer.missing)] for answer in self.answers]


class Replayed(Surroundings):
    """Surroundings that give the answers that were written down, in the same order."""

    def __init__(self, answers: Iterable[tuple[int, int | None, list[str]]]) -> None:
        super().__init__({})
        self.answers = iter([Counted(low, high, tuple(missing)) for low, high, missing in answers])

    def count(self, where: Judge, within: str, key: str | None) -> Counted:
        return next(self.answers)

    def population(self, where: Judge, day: date, within: str, key: str | None) -> Counted:
        return next(self.answers)


def replayed(answers: Any) -> Surroundings | None:
    """Return the surroundings as they were answered then, if any were asked."""
    return None if answers is None else Replayed(answers)
