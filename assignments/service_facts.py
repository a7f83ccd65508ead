"""Feeds credit from rows: the places of service as they were on each day, and which clauses speak of which days."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from assignments import ties
from assignments.facts import with_membership
from assignments.rules.crediting import FIRST_DAY, Crediting, Finding, on_first_day
from assignments.rules.service import Line
from deploy_admin.policies.language.explained import Truth
from deploy_admin.policies.language.judging import EVER, SEGMENT_DAYS, Sheet, missing_facts
from deploy_admin.policies.layering import SERVICE, governing_clause
from deploy_admin.policies.services.at_post import AtPost, Choice
from deploy_admin.registry.models import Division, InstitutionProfile, Jurisdiction, Succession
from deploy_admin.registry.support import Ties
from quotas.facts import Units

_DAY = timedelta(days=1)
#: Values of facts of a piece of service, in the order of SEGMENT_FACTS.
Segment = tuple[bool | None, ...]


class Places:
    """The units people serve at or come from, on the days on which anything about them began to be so.

    A unit's facts change with its profile, and with the divisions and competences around it; between two such days
    they stand. Asked for a day, it answers with the facts of the last such day before: a few days instead of all.
    """

    def __init__(self, asked: frozenset[str], days: frozenset[date]) -> None:
        self._asked = asked
        self._fixed = tuple(sorted(days))
        self._ties = Ties() if asked & ties.TIED else None
        self._around = _days_around(asked, self._ties)
        self._epochs: dict[int, tuple[date, ...]] = {}
        self._facts: dict[tuple[int, date], Mapping[str, Any]] = {}
        self._raw: dict[tuple[int, date], Mapping[str, Any]] = {}
        self._sheets: dict[Any, Sheet] = {}
        self._ever: dict[int, Mapping[str, Any]] = {}

    def learn(self, wanted: Mapping[int, tuple[date, date]]) -> None:
        """Read these units for the days they are asked for, from the first to the last: some queries per such day."""
        unmet = [unit for unit in wanted if unit not in self._epochs]
        begun: dict[int, list[date]] = {unit: [] for unit in unmet}
        rows = InstitutionProfile.objects.filter(institution__in=unmet).order_by("institution_id", "valid_from")
        for unit, first in rows.values_list("institution_id", "valid_from"):
            begun[unit].append(first)
        for unit, days in begun.items():
            around = [day for day in self._around if days and day > days[0]]
            self._epochs[unit] = tuple(sorted({*days, *around}))
        lacking: dict[date, set[int]] = {}
        for unit, (first, last) in wanted.items():
            for day in self._asked_for(unit, first, last):
                if (unit, day) not in self._facts:
                    lacking.setdefault(day, set()).add(unit)
        self._read(lacking)

    def _asked_for(self, unit: int, first: date, last: date) -> Iterable[date]:
        if EVER_ASKED in self._asked:
            return self._epochs[unit]
        days = {self._epoch(unit, day) for day in (first, *self._fixed)} | set(self.cuts(unit, first, last))
        return [day for day in days if day is not None]

    def _read(self, lacking: Mapping[date, set[int]]) -> None:
        for day, ids in lacking.items():
            units = Units([day], ids)
            for unit in ids:
                self._facts[unit, day] = with_membership(units.facts[day].get(unit, {}))
                self._raw[unit, day] = units.raw[day].get(unit, {})

    def _epoch(self, unit: int, day: date) -> date | None:
        epochs = self._epochs[unit]
        n = bisect_right(epochs, day)
        return epochs[n - 1] if n else None

    def cuts(self, unit: int, first: date, last: date) -> tuple[date, ...]:
        """Return the days after `first` and up to `last` from which something about the unit is otherwise."""
        epochs = self._epochs[unit]
        return epochs[bisect_right(epochs, first) : bisect_right(epochs, last)]

    def facts(self, unit: int, day: date) -> Mapping[str, Any]:
        """Return the unit's facts on the day; nothing where it does not exist then."""
        epoch = self._epoch(unit, day)
        return self._facts.get((unit, epoch), {}) if epoch else {}

    def division(self, unit: int, day: date) -> int | None:
        """Return the division in which the unit stands on the day."""
        epoch = self._epoch(unit, day)
        held = self._raw.get((unit, epoch), {}).get("located_in") if epoch else None
        return int(held[0]) if held else None

    def between(self, sender: int, receiver: int, day: date, speciality: str = "") -> Segment:
        """Return of two units what SEGMENT_FACTS names after the first; None where it is unknown."""
        first, second = self._epoch(sender, day), self._epoch(receiver, day)
        one: Mapping[str, Any] = self._raw.get((sender, first), {}) if first else {}
        other: Mapping[str, Any] = self._raw.get((receiver, second), {}) if second else {}
        tied = ties.between(self._ties, sender, receiver, speciality, day) if self._ties else (None, None)
        return (
            _same(one.get("district"), other.get("district")),
            _same(one.get("medical_community"), other.get("medical_community")),
            *tied,
        )

    def sheet(self, unit: int, day: date, segment: Segment, begun: Any = None) -> Sheet:
        """Return the facts of a place on the days from an epoch on; the same place gives the same sheet.

        `begun` is the place of the assignment's first day with its segment, where a clause asks for that.
        """
        epoch = self._epoch(unit, day)
        key = unit, epoch, segment, begun
        found = self._sheets.get(key)
        if found is None:
            found = self._sheets[key] = dict(self._pages(unit, day, segment, begun))
        return found

    def _pages(self, unit: int, day: date, segment: Any, begun: Any) -> Iterator[tuple[date, Mapping[str, Any]]]:
        told = dict(zip(SEGMENT_FACTS, segment, strict=True))
        yield SEGMENT_DAYS, {**self.facts(unit, day), **told}
        if begun is not None:
            first_unit, first_day, first_segment = begun
            yield (
                FIRST_DAY,
                {**self.facts(first_unit, first_day), **dict(zip(SEGMENT_FACTS, first_segment, strict=True))},
            )
        for fixed in self._fixed:
            yield fixed, self.facts(unit, fixed)
        if EVER_ASKED in self._asked:
            yield EVER, self.ever(unit)

    def ever(self, unit: int) -> Mapping[str, Any]:
        """Return every value each fact of the unit ever had."""
        if unit not in self._ever:
            values: dict[str, dict[Any, None]] = {}
            for epoch in self._epochs[unit]:
                for name, value in self._facts.get((unit, epoch), {}).items():
                    held = value if isinstance(value, list | tuple) else () if value is None else (value,)
                    values.setdefault(name, {}).update(dict.fromkeys(held))
            self._ever[unit] = {name: tuple(held) for name, held in values.items() if held}
        return self._ever[unit]


#: Stands among the facts asked for: some clause asks what ever was.
EVER_ASKED = "ever"
SEGMENT_FACTS = ("full_time", "same_district", "same_community", "paired", "in_programme")
#: What holds between two units, where no clause asks for it.
UNASKED: Segment = (None,) * (len(SEGMENT_FACTS) - 1)


def _same(one: Any, other: Any) -> bool | None:
    return None if one is None or other is None else bool(one == other)


def _days_around(asked: frozenset[str], tied: Ties | None) -> tuple[date, ...]:
    """Return the days on which divisions or competences began to be otherwise; of mergers and ties where asked."""
    days = set(Division.objects.order_by().values_list("valid_from", flat=True).distinct())
    days |= set(Jurisdiction.objects.order_by().values_list("valid_from", flat=True).distinct())
    if "administered_by" in asked:
        days |= set(Succession.objects.order_by().values_list("on", flat=True).distinct())
    return tuple(sorted(days.union(tied.days if tied else ())))


class Doubtful:
    """A clause of which it is unknown whether it speaks of the person: nothing it says is certain."""

    def __init__(self, of: Crediting, missing: tuple[str, ...]) -> None:
        self.rule = of.rule
        self.clause = of.clause
        self._finding = Finding(Truth.UNKNOWN, (), missing or ("applies_to",))

    def said(self, sheet: Sheet) -> Finding:
        return self._finding


class Clauses:
    """The service clauses that speak of an assignment's days, as lines among which the most favourable is chosen."""

    def __init__(self, held: AtPost) -> None:
        self.held = held
        versions = [v for v in held.versions.values() if v.document.service and not SERVICE.never_held(v)]
        self._versions = versions
        self._compiled: dict[tuple[int, str], Crediting] = {}
        for version in versions:
            for clause in version.document.service:
                self._compile(version.version_id, clause)
        compiled = self._compiled.values()
        self.is_conditional = any(each.clause.applies_to is not None for each in compiled)
        self.person_facts = frozenset().union(*(each.person_facts for each in compiled))
        self.place_facts = frozenset().union(*(each.facts for each in compiled))
        self.asks_ever = any(each.asks_ever for each in compiled)
        self.asks_first_day = any(each.asks_first_day for each in compiled)
        self.asks_filing = any(
            each.clause.minimum_segment is not None and each.clause.minimum_segment.otherwise == "file"
            for each in compiled
        )
        self.by_duty = any(each.clause.reckoned_by != "corresponding_day" for each in compiled)
        self.days = frozenset().union(*(each.days for each in compiled))
        self.changes = held.changes(SERVICE)
        self._first: dict[tuple[str, int], date | None] = {}
        self._lines: dict[Any, tuple[Any, tuple[Line, ...]]] = {}

    def _compile(self, version_id: int, clause: Any) -> None:
        version = self.held.versions[version_id]
        rule = governing_clause(version, clause, self.held.area_of_pilot)
        self._compiled[version_id, clause.id] = Crediting(rule, version.document)

    def of(self, rule: Any) -> Crediting:
        """Return the compiled clause."""
        return self._compiled[rule.version_id, rule.clause_id]

    def cuts(self, first: date, last: date) -> tuple[date, ...]:
        """Return the days after `first` and up to `last` from which another clause may hold."""
        return self.changes[bisect_right(self.changes, first) : bisect_right(self.changes, last)]

    def lines(
        self, scheme: str, since: date, places: Sequence[tuple[int | None, date]], person: Sheet | None
    ) -> tuple[Line, ...]:
        """Return the lines for stretches that begin at these divisions on these days; `person` is the first day's.

        What was served before the scheme's first rule held there is credited by that first rule.
        """
        applies = None if person is None else lambda rule: self.of(rule).applies(person) is not Truth.NO
        found = [self._rules(scheme, division, day, since, applies) for division, day in places]
        if person is not None:
            return tuple(_doubts(_lines(found, self.of), person))
        key = tuple(map(id, found))
        if key not in self._lines:
            self._lines[key] = found, tuple(_lines(found, self.of))
        return self._lines[key][1]

    def _rules(self, scheme: str, division: int | None, day: date, since: date, applies: Any) -> tuple[Any, ...]:
        if division is None:
            return ()
        first = self._first_day(scheme, division)
        if first is None:
            return ()
        return self.held.rules(SERVICE, scheme, division, max(day, first), max(since, first), applies)

    def _first_day(self, scheme: str, division: int) -> date | None:
        key = scheme, division
        if key not in self._first:
            begins = [SERVICE.begins(v) for v in self._versions if v.scheme == scheme and division in v.area]
            self._first[key] = min(begins, default=None)
        return self._first[key]


def _lines(found: Iterable[tuple[Any, ...]], of: Any) -> Iterator[Line]:
    """Yield, topic by topic, one line per way that may be chosen and clause that stands beside others in it."""
    per_stretch = [_by_topic(rules) for rules in found]
    for topic in sorted({topic for said in per_stretch for topic in said}):
        ways = [said.get(topic, ((),)) for said in per_stretch]
        for n in range(max(map(len, ways))):
            chosen = [held[min(n, len(held) - 1)] for held in ways]
            for line in zip(*_transposed(chosen), strict=True):
                yield tuple(of(rule) if rule is not None else None for rule in line)


def _transposed(chosen: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    """Return per stretch its clauses, filled up so that each has as many as the one with most."""
    most = max(max(map(len, chosen)), 1)
    return [[way[n] if n < len(way) else None for n in range(most)] for way in chosen]


def _by_topic(rules: Iterable[Any]) -> dict[str, tuple[tuple[Any, ...], ...]]:
    found: dict[str, tuple[tuple[Any, ...], ...]] = {}
    for rule in rules:
        if isinstance(rule, Choice):
            found[rule.topic] = rule.ways
        else:
            before = found.get(rule.topic, ((),))
            found[rule.topic] = ((*before[0], rule),)
    return found


def _doubts(lines: Iterable[Line], person: Sheet) -> Iterator[Line]:
    for line in lines:
        yield tuple(_doubted(rule, person) if rule is not None else None for rule in line)


def _doubted(rule: Any, person: Sheet) -> Any:
    if rule.applies(person) is not Truth.UNKNOWN:
        return rule
    return Doubtful(rule, missing_facts(rule.clause.applies_to, person, on_first_day))


def first_and_last(spans: Iterable[tuple[int, date, date]]) -> dict[int, tuple[date, date]]:
    """Return by unit the first and the last of its days."""
    found: dict[int, tuple[date, date]] = {}
    for unit, first, last in spans:
        held = found.get(unit)
        found[unit] = (min(first, held[0]), max(last, held[1])) if held else (first, last)
    return found


def days_between(cuts: Collection[date], first: date, last: date) -> Iterator[tuple[date, date]]:
    """Yield the stretches into which the cuts divide the days from `first` to `last`."""
    begins = [first, *sorted(day for day in set(cuts) if first < day <= last)]
    for n, begin in enumerate(begins):
        yield begin, (begins[n + 1] - _DAY if n + 1 < len(begins) else last)
