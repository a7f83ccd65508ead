"""Which clauses govern where: by date and transition, then the nearest jurisdiction per topic. Pure: no rows.

Every section of the documents is laid over one another by itself: a quota never stands before an eligibility clause.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Any, Generic, Literal

from typing_extensions import TypeVar

from deploy_admin.policies.language.types import (
    AbsenceRule,
    AllocationRule,
    Clause,
    Eligibility,
    LeaveRule,
    Level,
    MonthRule,
    PolicyDocument,
    PostingRule,
    Quota,
    Requirement,
    ServiceRule,
)

Key = tuple[str, str]  # policy and clause
OnPost = Literal["old", "new", "more_favourable"]
#: The type of clause; where nothing is said, quotas are meant.
C = TypeVar("C", bound=Clause, default=Quota)


class Standing(StrEnum):
    """What became of a clause for one topic in one place on one day."""

    GOVERNS = "governs"  # the nearest that speaks
    WIDER = "wider"  # holds for those units only to which no nearer clause applies
    OVERRIDDEN = "overridden"  # another clause of the same level says it takes its place
    NOT_YET = "not_yet"  # quotas follow it from a later period only
    SUPERSEDED = "superseded"  # a later version of the policy holds from this period or an earlier one on
    ENDED = "ended"  # out of force before the period begins
    CLAUSE_OUTSIDE_ITS_DATES = "clause_outside_its_dates"
    OUTSIDE_PILOT = "outside_pilot"


@dataclass(frozen=True)
class AdoptedVersion:
    """One adopted text with the dates that decide when it governs. `order` is the order of adoption."""

    version_id: int
    policy: str
    revision: int
    scheme: str
    level: Level
    area: frozenset[int]
    division_id: int | None
    digest: str
    quotas_from: date
    assignments_from: date
    last_day: date | None
    order: int
    document: PolicyDocument
    label: str = ""
    #: Which rule holds for people on post since before `assignments_from`.
    on_post: OnPost = "new"
    #: What was answered at adoption; the document has it where its text leaves it open.
    adverse: Mapping[str, bool] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Section(Generic[C]):
    """One section of the documents: its clauses, and the day from which a version governs in it."""

    clauses: Callable[[PolicyDocument], tuple[C, ...]]
    begins: Callable[[AdoptedVersion], date]
    #: What two clauses must share to stand in each other's way.
    subject: Callable[[C], tuple[str, ...]]

    def never_held(self, version: AdoptedVersion) -> bool:
        """Whether it was withdrawn back to before its first day: then it supersedes nothing either."""
        return version.last_day is not None and version.last_day < self.begins(version)

    def last_day_not_before(self, version: AdoptedVersion, day: date) -> bool:
        """Whether a version is in force on `day` or after."""
        return not self.never_held(version) and (version.last_day is None or version.last_day >= day)


#: Quotas follow a version from the first period that its adoption names.
QUOTAS: Section[Quota] = Section(
    lambda document: document.quotas, lambda version: version.quotas_from, lambda clause: (clause.topic,)
)
#: Who may go is asked of a planned first day, so it follows the adoption's day for assignments.
ELIGIBILITY: Section[Eligibility] = Section(
    lambda document: document.eligibility,
    lambda version: version.assignments_from,
    lambda clause: (clause.topic, clause.target),
)
#: Who goes where is asked of a campaign's first day.
ALLOCATION: Section[AllocationRule] = Section(
    lambda document: document.allocation, lambda version: version.assignments_from, lambda clause: (clause.topic,)
)
#: What concerns people on post is asked of their first day, or of the day of an event; see the adoption's `on_post`.
POSTING: Section[PostingRule] = Section(
    lambda document: document.posting, lambda version: version.assignments_from, lambda clause: (clause.topic,)
)
LEAVE: Section[LeaveRule] = Section(
    lambda document: document.leave, lambda version: version.assignments_from, lambda clause: (clause.topic,)
)
ABSENCE: Section[AbsenceRule] = Section(
    lambda document: document.absence, lambda version: version.assignments_from, lambda clause: (clause.topic,)
)
MONTH: Section[MonthRule] = Section(
    lambda document: document.month, lambda version: version.assignments_from, lambda clause: (clause.topic,)
)
SERVICE: Section[ServiceRule] = Section(
    lambda document: document.service, lambda version: version.assignments_from, lambda clause: (clause.topic,)
)
REQUIREMENTS: Section[Requirement] = Section(
    lambda document: document.requirements,
    lambda version: version.assignments_from,
    lambda clause: (clause.topic, clause.target or ""),
)
SECTIONS: tuple[Section[Any], ...] = (
    QUOTAS,
    ELIGIBILITY,
    ALLOCATION,
    POSTING,
    LEAVE,
    ABSENCE,
    MONTH,
    SERVICE,
    REQUIREMENTS,
)


@dataclass(frozen=True)
class GoverningClause(Generic[C]):
    """One clause that governs on the day, and the divisions it speaks for."""

    version_id: int
    policy: str
    revision: int
    scheme: str
    level: Level
    clause: C
    division_ids: frozenset[int]
    overrides: frozenset[Key]
    #: Where a nearer clause on the topic speaks: there this one holds only for units to which none of those applies.
    shadowed_division_ids: frozenset[int] = frozenset()

    @property
    def key(self) -> Key:
        return self.policy, self.clause.id

    @property
    def clause_id(self) -> str:
        return self.clause.id

    @property
    def topic(self) -> str:
        return self.clause.topic

    @property
    def nearness(self) -> int:
        return self.level.nearness


@dataclass(frozen=True)
class Reason:
    """Why one clause governs or does not: a code and what it refers to."""

    standing: Standing
    version_id: int
    policy: str
    revision: int
    level: Level
    clause: Clause
    other: str = ""  # the policy, or policy#clause, that takes its place
    day: date | None = None


@dataclass(frozen=True)
class Governing(Generic[C]):
    """Everything of one section that governs on one day, or in one year: asked per topic and division."""

    clauses: tuple[GoverningClause[C], ...]
    versions: Mapping[int, AdoptedVersion]
    _cache: dict[tuple[str, int], tuple[GoverningClause[C], ...]] = field(
        default_factory=dict, compare=False, repr=False
    )

    @cached_property
    def topics(self) -> tuple[str, ...]:
        """The topics on which anything governs anywhere, in order."""
        return tuple(sorted({clause.topic for clause in self.clauses}))

    @cached_property
    def by_topic(self) -> dict[str, tuple[GoverningClause[C], ...]]:
        """The clauses of each topic, nearest first."""
        found: dict[str, list[GoverningClause[C]]] = defaultdict(list)
        for clause in self.clauses:
            found[clause.topic].append(clause)
        return {topic: tuple(held) for topic, held in found.items()}

    def candidates(self, topic: str, division_id: int) -> tuple[GoverningClause[C], ...]:
        """Return the clauses that speak on the topic in the division, nearest first."""
        key = topic, division_id
        if key not in self._cache:
            held = self.by_topic.get(topic, ())
            self._cache[key] = tuple(clause for clause in held if division_id in clause.division_ids)
        return self._cache[key]

    def clauses_for(self, division_id: int) -> tuple[GoverningClause[C], ...]:
        """Return every clause that speaks in the division, topic by topic, nearest first."""
        return tuple(clause for topic in self.topics for clause in self.candidates(topic, division_id))

    def holding(
        self, topic: str, division_id: int, applies: Callable[[GoverningClause[C]], bool] = lambda clause: True
    ) -> tuple[GoverningClause[C], ...]:
        """Return the clauses that hold for one unit standing in the division.

        `applies` says whether a clause's `owed_by` meets the unit (an unknown counts as yes: it may). The nearest
        level with such a clause wins; within it, whichever another one overrides steps back.
        """
        return nearest(self.candidates(topic, division_id), applies)


def nearest(
    candidates: Iterable[GoverningClause[C]], applies: Callable[[GoverningClause[C]], bool]
) -> tuple[GoverningClause[C], ...]:
    """Return, of clauses in order of nearness, those of the nearest level that apply and are not overridden."""
    held: list[GoverningClause[C]] = []
    for clause in candidates:
        if held and clause.nearness < held[0].nearness:
            break
        if applies(clause):
            held.append(clause)
    return not_overridden(held)


def not_overridden(clauses: Iterable[GoverningClause[C]]) -> tuple[GoverningClause[C], ...]:
    """Return those of `clauses` that none of the others overrides."""
    held = tuple(clauses)
    taken = {key for clause in held for key in clause.overrides}
    return tuple(clause for clause in held if clause.key not in taken)


def references(policy: str, names: Iterable[str]) -> frozenset[Key]:
    """Return what `clause` or `policy#clause` refers to when it stands in `policy`."""
    return frozenset(
        (first, rest) if hash_ else (policy, first) for first, hash_, rest in (n.partition("#") for n in names)
    )


def standing_of(
    version: AdoptedVersion, clause: C, day: date, later: Iterable[AdoptedVersion], section: Section[C]
) -> tuple[Standing, str, date | None]:
    """Return whether the clause is in force on `day` (a period's first); if not, why, by whom, from when."""
    if day < section.begins(version):
        return Standing.NOT_YET, "", section.begins(version)
    for other in later:
        if section.begins(other) <= day:
            return Standing.SUPERSEDED, f"{other.policy} #{other.revision}", section.begins(other)
    if version.last_day is not None and version.last_day < day:
        return Standing.ENDED, "", version.last_day
    outside = outside_its_dates(version, clause, day)
    return (Standing.CLAUSE_OUTSIDE_ITS_DATES, "", outside) if outside else (Standing.GOVERNS, "", None)


def own_first_day(version: AdoptedVersion, clause: Clause) -> date | None:
    """Return the clause's own first day where it comes after the document's: for the latter the transition decides."""
    first, whole = clause.in_force.from_, version.document.in_force.from_
    return first if first is not None and (whole is None or first > whole) else None


def outside_its_dates(version: AdoptedVersion, clause: Clause, day: date) -> date | None:
    """Return the clause's own first or last day that keeps it from being in force on `day`; None inside them."""
    first = own_first_day(version, clause)
    if first is not None and day < first:
        return first
    return clause.in_force.to if clause.in_force.to is not None and clause.in_force.to < day else None


def later_versions(
    version: AdoptedVersion, versions: Iterable[AdoptedVersion], section: Section[Any]
) -> list[AdoptedVersion]:
    """Return the versions of the same policy adopted after it, without those that never held."""
    return [
        v for v in versions if v.policy == version.policy and v.order > version.order and not section.never_held(v)
    ]


def govern(
    versions: Iterable[AdoptedVersion],
    day_of: Callable[[C], date | None],
    area_of_pilot: Callable[[tuple[str, ...]], frozenset[int]],
    section: Section[C],
) -> Governing[C]:
    """Return what governs. `day_of` gives the first day of a clause's own period, None where it has none."""
    held = list(versions)
    found: list[GoverningClause[C]] = []
    for version in held:
        later = later_versions(version, held, section)
        for clause in section.clauses(version.document):
            day = day_of(clause)
            if day is None or standing_of(version, clause, day, later, section)[0] is not Standing.GOVERNS:
                continue
            governing = governing_clause(version, clause, area_of_pilot)
            if governing.division_ids:
                found.append(governing)
    used = {clause.version_id for clause in found}
    return Governing(tuple(_shadowed(found)), {v.version_id: v for v in held if v.version_id in used})


def governing_clause(
    version: AdoptedVersion, clause: C, area_of_pilot: Callable[[tuple[str, ...]], frozenset[int]]
) -> GoverningClause[C]:
    """Return the clause with the version it stands in and the divisions it speaks for."""
    return GoverningClause(
        version.version_id,
        version.policy,
        version.revision,
        version.scheme,
        version.level,
        clause,
        version.area & area_of_pilot(clause.pilot) if clause.pilot else version.area,
        references(version.policy, clause.overrides),
    )


def _shadowed(clauses: list[GoverningClause[C]]) -> Iterable[GoverningClause[C]]:
    """Yield the clauses nearest first, each with the divisions where something nearer speaks."""
    per_topic: dict[str, list[GoverningClause[C]]] = defaultdict(list)
    for clause in clauses:
        per_topic[clause.topic].append(clause)
    for topic in sorted(per_topic):
        held = sorted(per_topic[topic], key=lambda each: (-each.nearness, each.policy, each.clause_id))
        for clause in held:
            nearer = [o.division_ids for o in held if o.nearness > clause.nearness or clause.key in o.overrides]
            yield replace(clause, shadowed_division_ids=clause.division_ids & frozenset().union(*nearer))


def why(
    versions: Iterable[AdoptedVersion],
    topic: str,
    division_id: int,
    day_of: Callable[[C], date | None],
    area_of_pilot: Callable[[tuple[str, ...]], frozenset[int]],
    section: Section[C],
) -> tuple[Reason, ...]:
    """Return every clause that anybody with a say in the division adopted on the topic, and what became of it."""
    held = [version for version in versions if division_id in version.area]
    governing = govern(held, day_of, area_of_pilot, section).candidates(topic, division_id)
    winners = {clause.key for clause in not_overridden(c for c in governing if c.nearness == governing[0].nearness)}
    overriders = {key: f"{clause.policy}#{clause.clause_id}" for clause in governing for key in clause.overrides}
    reasons: list[Reason] = []
    for version in sorted(held, key=lambda v: (-v.level.nearness, v.policy, -v.order)):
        for clause in section.clauses(version.document):
            day = day_of(clause)
            if clause.topic != topic or day is None:
                continue
            standing, other, since = standing_of(version, clause, day, later_versions(version, held, section), section)
            if standing is Standing.GOVERNS:
                if clause.pilot and division_id not in area_of_pilot(clause.pilot):
                    standing = Standing.OUTSIDE_PILOT
                elif (version.policy, clause.id) in winners:
                    pass
                elif (version.policy, clause.id) in overriders:
                    standing, other = Standing.OVERRIDDEN, overriders[version.policy, clause.id]
                else:
                    standing, other = Standing.WIDER, governing[0].policy
            reasons.append(
                Reason(
                    standing, version.version_id, version.policy, version.revision, version.level, clause, other, since
                )
            )
    return tuple(reasons)
