"""What clauses ask of people: which facts on which days, and by what two people stand alike. Writes nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any

from assignments import facts
from assignments.facts import Seen, Senders
from assignments.records import Record
from assignments.refusing import Scales
from assignments.rules import EVER, Judge


class Asking:
    """The facts that some clauses ask on one day: sheets of people, and keys to remember answers by."""

    def __init__(self, judges: Iterable[Judge], day: date) -> None:
        held = list(judges)
        self.day = day
        #: Every day for which facts are needed.
        self.days: frozenset[date] = frozenset({day}).union(*(judge.days for judge in held))
        self.asked: frozenset[str] = frozenset().union(*(judge.facts for judge in held))
        self._asks_ever = any(judge.asks_ever for judge in held)
        self._names = facts.fed_by_people(self.asked)
        self._of_units = tuple(sorted(self.asked - set(self._names)))
        self._days = tuple(sorted(self.days))
        self._scales = Scales(judge.clause for judge in held)
        self._signatures: dict[int, tuple[Any, ...]] = {}
        self._senders: Senders | None = None

    def senders(self, unit_ids: Collection[int]) -> Senders:
        """Return the units of some people; those met before are not read again."""
        unmet = set(unit_ids) - (self._senders.known if self._senders else set())
        if self._senders is None:
            self._senders = Senders(unmet, self.days, self.day)
        elif unmet:
            self._senders.learn(unmet)
        return self._senders

    def key(self, seen: Seen, unit: int, senders: Senders) -> tuple[Any, ...]:
        """Return what two people have in common of whom all these clauses answer alike."""
        return (
            self._signature(unit, senders),
            tuple([self._places(seen.on(day)) for day in self._days]),
            tuple(sorted(facts.ever(seen.record).items())) if self._asks_ever else None,
        )

    def sheet(self, record: Record, unit: int, senders: Senders) -> dict[date, Mapping[str, Any]]:
        """Return the facts that are asked of the person and the unit, by day and ever."""
        seen = Seen(record, self.day, primary_care=senders.is_primary_care(unit))
        of_unit = senders.sheet(unit)
        sheet: dict[date, Mapping[str, Any]] = {}
        for day in self._days:
            values = facts.person_facts(seen.on(day), self._names)
            known = {name: value for name, value in zip(self._names, values, strict=True) if value is not None}
            sheet[day] = {**of_unit.get(day, {}), **known}
        if self._asks_ever:
            sheet[EVER] = facts.ever(record)
        return sheet

    def _signature(self, unit: int, senders: Senders) -> tuple[Any, ...]:
        """Return the unit's facts that are asked, to remember answers by."""
        if unit not in self._signatures:
            sheet = senders.sheet(unit)
            self._signatures[unit] = tuple(
                tuple(sheet.get(day, {}).get(name) for name in self._of_units) for day in self._days
            )
        return self._signatures[unit]

    def _places(self, seen: Seen) -> tuple[Any, ...]:
        """Return the facts as far as answers can differ by them: of an age, on which side of the limits it lies."""
        values = facts.person_facts(seen, self._names)
        place = self._scales.place
        return tuple([place(name, value) for name, value in zip(self._names, values, strict=True)])
