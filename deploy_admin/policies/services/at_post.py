"""What governs people on post: every version ever adopted, asked by scheme, place, day and the person's first day."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import product
from typing import Any, Generic

from deploy_admin.policies.language import PolicyDocument
from deploy_admin.policies.layering import (
    AdoptedVersion,
    C,
    GoverningClause,
    Section,
    governing_clause,
    nearest,
    outside_its_dates,
    own_first_day,
)

Pilots = Callable[[tuple[str, ...]], frozenset[int]]
#: One topic with everything that may be said on it, nearest first: once, or once per way that may be chosen.
Said = tuple[str, tuple[tuple[GoverningClause[Any], ...], ...]]


@dataclass(frozen=True)
class Choice(Generic[C]):
    """The ways of which the more favourable to the person holds: the oldest first, `()` where nothing held."""

    topic: str
    ways: tuple[tuple[GoverningClause[C], ...], ...]

    @property
    def old(self) -> tuple[GoverningClause[C], ...]:
        """What held for the person before any of the others."""
        return self.ways[0]

    @property
    def new(self) -> tuple[GoverningClause[C], ...]:
        """What holds for whoever begins now."""
        return self.ways[-1]


Rule = GoverningClause[C] | Choice[C]


@dataclass(frozen=True)
class AtPost:
    """Everything ever adopted, read once; answers are remembered per stretch of days on which nothing changes.

    Who begins on or after a version's first day falls under it. For who was on post before, that version's adoption
    says which rule holds: the new one, the old one (what held for them until then), or the more favourable. A version
    that ends without a successor keeps those who are under it.
    """

    versions: Mapping[int, AdoptedVersion]
    area_of_pilot: Pilots
    _days: dict[int, tuple[date, ...]] = field(default_factory=dict, compare=False, repr=False)
    _clauses: dict[tuple[int, str], GoverningClause[Any]] = field(default_factory=dict, compare=False, repr=False)
    _said: dict[Any, tuple[Said, ...]] = field(default_factory=dict, compare=False, repr=False)
    _rules: dict[Any, tuple[Any, ...]] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, versions: Iterable[AdoptedVersion], area_of_pilot: Pilots) -> AtPost:
        """Return what the adopted versions say of people on post."""
        return cls({version.version_id: version for version in versions}, area_of_pilot)

    def document(self, rule: GoverningClause[Any]) -> PolicyDocument:
        """Return the whole text in which a clause stands, with what its adoption answered."""
        return self.versions[rule.version_id].document

    def rules(
        self,
        section: Section[C],
        scheme: str | None,
        division_id: int,
        day: date,
        since: date,
        applies: Callable[[GoverningClause[C]], bool] | None = None,
    ) -> tuple[Rule[C], ...]:
        """Return, topic by topic, what holds on `day` in the division for who is on post since `since`.

        Of each topic the nearest level speaks; with `applies`, the nearest with a clause that applies (an unknown
        counts as yes). Without a scheme, of any scheme.
        """
        key = self._key(section, scheme, division_id, day, since)
        if applies is None:
            if key not in self._rules:
                self._rules[key] = tuple(_chosen(self._said_on(key, section, day, since), _always))
            return self._rules[key]
        return tuple(_chosen(self._said_on(key, section, day, since), applies))

    def changes(self, section: Section[Any]) -> tuple[date, ...]:
        """Return the days from which another answer may be given, in order."""
        at = id(section)  # the sections are constants of the layering
        if at not in self._days:
            self._days[at] = tuple(sorted(_changes(section, self.versions.values())))
        return self._days[at]

    def _key(
        self, section: Section[Any], scheme: str | None, division_id: int, day: date, since: date
    ) -> tuple[Any, ...]:
        days = self.changes(section)
        return id(section), scheme, division_id, bisect_right(days, day), bisect_right(days, since)

    def _said_on(self, key: tuple[Any, ...], section: Section[C], day: date, since: date) -> tuple[Said, ...]:
        if key not in self._said:
            self._said[key] = tuple(self._say(section, key[1], key[2], day, since))
        return self._said[key]

    def _say(
        self, section: Section[Any], scheme: str | None, division_id: int, day: date, since: date
    ) -> Iterator[Said]:
        lineages: dict[str, list[AdoptedVersion]] = defaultdict(list)
        for version in self.versions.values():
            if scheme in (None, version.scheme) and division_id in version.area and not section.never_held(version):
                lineages[version.policy].append(version)
        per_policy = [ways_of(section, lineages[policy], day, since) for policy in sorted(lineages)]
        topics = {
            clause.topic
            for ways in per_policy
            for version in ways
            if version is not None
            for clause in section.clauses(version.document)
        }
        for topic in sorted(topics):
            parts = [
                _each_once(tuple(self._speaking(section, version, topic, division_id, day)) for version in ways)
                for ways in per_policy
            ]
            yield topic, _each_once(tuple(_in_order(world)) for world in product(*parts))

    def _speaking(
        self, section: Section[Any], version: AdoptedVersion | None, topic: str, division_id: int, day: date
    ) -> Iterator[GoverningClause[Any]]:
        for clause in section.clauses(version.document) if version is not None else ():
            if version is None or clause.topic != topic or outside_its_dates(version, clause, day) is not None:
                continue
            key = version.version_id, clause.id
            if key not in self._clauses:
                self._clauses[key] = governing_clause(version, clause, self.area_of_pilot)
            if division_id in self._clauses[key].division_ids:
                yield self._clauses[key]


def ways_of(
    section: Section[Any], versions: Iterable[AdoptedVersion], day: date, since: date
) -> tuple[AdoptedVersion | None, ...]:
    """Return the versions of one policy of which one holds for who is on post since `since`, the oldest first.

    Each version that took effect since then is asked in turn what becomes of people on post; None: nothing held.
    """
    held = sorted(versions, key=lambda version: version.order)
    begun = [version for version in held if section.begins(version) <= since]
    last = begun[-1] if begun else None
    ended = last is not None and last.last_day is not None and last.last_day < since
    ways: tuple[AdoptedVersion | None, ...] = (None if ended else last,)
    order = last.order if last is not None else -1
    for version in sorted(held, key=lambda each: (section.begins(each), each.order)):
        # One that was adopted earlier than what governs already never takes effect.
        if not since < section.begins(version) <= day or version.order < order:
            continue
        order = version.order
        if version.on_post == "new":
            ways = (version,)
        elif version.on_post == "more_favourable":
            ways = (*ways, version)
    return ways


def _changes(section: Section[Any], versions: Iterable[AdoptedVersion]) -> set[date]:
    """The days from which another answer may be given."""
    one = timedelta(days=1)
    found: set[date] = set()
    for version in versions:
        found.add(section.begins(version))
        if version.last_day is not None and version.last_day < date.max:
            found.add(version.last_day + one)
        for clause in section.clauses(version.document):
            if (first := own_first_day(version, clause)) is not None:
                found.add(first)
            if clause.in_force.to is not None and clause.in_force.to < date.max:
                found.add(clause.in_force.to + one)
    return found


def _in_order(world: Iterable[Iterable[GoverningClause[Any]]]) -> list[GoverningClause[Any]]:
    """The clauses of one way, nearest first."""
    clauses = [clause for part in world for clause in part]
    return sorted(clauses, key=lambda each: (-each.nearness, each.policy, each.clause_id))


def _each_once(ways: Iterable[tuple[GoverningClause[Any], ...]]) -> tuple[tuple[GoverningClause[Any], ...], ...]:
    return tuple({tuple(id(clause) for clause in way): way for way in ways}.values())


def _chosen(said: Iterable[Said], applies: Callable[[GoverningClause[Any]], bool]) -> Iterator[Rule[Any]]:
    for topic, ways in said:
        holding = _each_once(nearest(way, applies) for way in ways)
        if len(holding) == 1:
            yield from holding[0]
        else:
            yield Choice(topic, holding)


def _always(clause: GoverningClause[Any]) -> bool:
    return True
