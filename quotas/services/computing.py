"""From rows to results: reads everything once, asks the compiled rules, and keeps what each result rests on."""

from __future__ import annotations

import gc
import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from deploy_admin.months import Period
from deploy_admin.policies.language import Enforcement, PolicyDocument, Truth, periods
from deploy_admin.policies.language import Quota as Clause
from deploy_admin.policies.language.periods import Rolling
from deploy_admin.policies.language.quota import DistrictScope, GroupScope, UnitScope
from deploy_admin.policies.layering import Governing, GoverningClause
from deploy_admin.policies.services import governing
from deploy_admin.registry.codes import Kind
from quotas import shown
from quotas.facts import Asked, Figures, Sheet, Successions, Units
from quotas.models.quotas import Scope
from quotas.rules import Case, Member, Need, Outcome, State, Surroundings, compile_quota
from quotas.services import basis


@dataclass(slots=True)
class Result:
    """One quota as computed, ready to be written; `basis` (JSON text) is what explains it again."""

    version_id: int
    clause_id: str
    topic: str
    scheme: str
    scope: str
    institution_id: int
    group_key: str
    binding: str
    to_coordinate: bool
    outcome: Outcome
    base_shown: str
    ratio_shown: str
    basis: str
    digest: str
    contributions: tuple[tuple[int, list[dict[str, Any]]], ...] = ()

    @property
    def key(self) -> tuple[int, str, int, str]:
        """As Quota.key: what tells this quota from every other of its period."""
        return (self.version_id, self.clause_id, self.institution_id, self.group_key)

    @property
    def state(self) -> str:
        return self.outcome.state.value

    @property
    def required(self) -> int | None:
        """The number, where it is known; a bound of an undetermined one is not a number."""
        return self.outcome.required if self.outcome.state is State.KNOWN else None


@dataclass(slots=True)
class Computed:
    """What one computation found, with what it rests on."""

    as_of: date
    results: list[Result]
    revisions: list[dict[str, Any]]
    digest: str
    #: The units and totals whose results these are; None where they are everyone's.
    units: frozenset[int] | None
    totals: frozenset[tuple[int, str]]
    #: By what each institution is sorted.
    sort_keys: dict[int, str]

    def answers_for(self, institution_id: int, group_key: str, scope: str) -> bool:
        """Whether a result that is not among these has ceased to hold."""
        if self.units is None:
            return True
        if scope == Scope.UNIT:
            return institution_id in self.units
        return (institution_id, group_key) in self.totals


class Ruled:
    """One governing clause, compiled and bound to the period, with what its results have in common."""

    def __init__(self, held: GoverningClause, period: Period, document: PolicyDocument, digest: str) -> None:
        self.held = held
        self.clause = held.clause
        self.bound = compile_quota(held.clause, document).for_period(period)
        self.days = tuple(sorted(self.bound.fact_days))
        self.texts = basis.Texts(basis.facts_used(held.clause), self.days)
        self.ratio_shown = shown.ratio(held.clause)
        self.scope = held.clause.scope
        self.of_units = isinstance(self.scope, UnitScope)
        self.kind = _kind(held.clause).value
        self.binding = held.clause.binding.value
        self.seal = f"{digest}#{held.clause.id}:"
        self.asks: list[tuple[Need, Asked]] = []
        self._coordinate: dict[str | None, bool] = {}
        self._texts: dict[int, tuple[Outcome, str]] = {}

    def to_coordinate(self, affiliation: str | None) -> bool:
        """Whether a unit of this affiliation is outside the commission's command."""
        if affiliation not in self._coordinate:
            self._coordinate[affiliation] = self.clause.enforcement_for(affiliation) is Enforcement.COORDINATE
        return self._coordinate[affiliation]

    def text_of(self, outcome: Outcome) -> str:
        """Return the outcome as JSON text; equal inputs give one object, so most are written once."""
        held = self._texts.get(id(outcome))
        if held is None:
            data = outcome.to_json() | {"basis": {}}  # what went in stands beside it, with its rows
            held = self._texts[id(outcome)] = (outcome, basis.encoded(data))
        return held[1]


def _kind(clause: Clause) -> Scope:
    match clause.scope:
        case UnitScope():
            return Scope.UNIT
        case GroupScope():
            return Scope.GROUP
        case DistrictScope():
            return Scope.DISTRICT


def governing_of(period: Period, today: date) -> list[Governing]:
    """Return what governs the clauses that have exactly this period.

    A year of twelve months bears the label of its first or its last calendar year, so both are asked. A programme is
    asked as of the year in which today lies, within its own.
    """
    if period.is_calendar_year:
        years = [period.first.year]
    elif period.months == 12:
        years = [period.first.year, period.last.year]
    else:
        years = [min(max(today.year, period.first.year), period.last.year)]
    found = []
    for year in years:
        held = governing.in_year(year)
        own = tuple(clause for clause in held.clauses if _has_period(clause.clause, period, year))
        if own:
            found.append(Governing(own, held.versions))
    return found


def _has_period(clause: Clause, period: Period, year: int) -> bool:
    if isinstance(clause.period, Rolling):
        return periods.fits(clause.period, period)
    return periods.labelled(clause.period, year) == period


def periods_of_year(year: int) -> list[Period]:
    """Return the year itself and every other period that some governing clause has in it: school years, programmes."""
    found = {Period.year(year)}
    for held in governing.in_year(year).clauses:
        if (period := periods.labelled(held.clause.period, year)) is not None:
            found.add(period)
    return sorted(found)


def compute(period: Period, *, institution_ids: Collection[int] | None, today: date) -> Computed:
    """Compute the period's quotas (of these institutions) from the rows as they stand. Writes nothing.

    A fixed number of queries, whatever the number of institutions and figures.
    """
    with without_collector():
        return _Computation(period, governing_of(period, today), institution_ids).run()


@contextmanager
def without_collector() -> Iterator[None]:
    """Hold the cyclic collector back: hundreds of thousands of live objects and no garbage slow it by a third."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


class _Computation:
    """One pass over all institutions: who is under which clause, then what each owes."""

    def __init__(self, period: Period, held: list[Governing], institution_ids: Collection[int] | None) -> None:
        self.period = period
        self.governing = held
        self.rules: dict[tuple[int, str], Ruled] = {}
        for each in held:
            for clause in each.clauses:
                version = each.versions[clause.version_id]
                self.rules[clause.version_id, clause.clause_id] = Ruled(
                    clause, period, version.document, version.digest
                )
        days = {day for ruled in self.rules.values() for day in ruled.days} | {period.last}
        self.units = Units(days)
        needs = {need for ruled in self.rules.values() for need in ruled.bound.needs}
        successions = Successions((need.period for need in needs), period.last)
        self.asked = None
        if institution_ids is not None:
            self.asked = frozenset(institution_ids) | successions.heirs_of(frozenset(institution_ids))
        self.totals = [
            (ruled, owner, group, members)
            for ruled, owner, group, members in self._totals_owing()
            if self.asked is None or owner in self.asked or not self.asked.isdisjoint(members)
        ]
        self.figures = Figures(needs, successions, self._whose_figures(successions))
        for ruled in self.rules.values():
            ruled.asks = [(need, self.figures.asked[need]) for need in ruled.bound.needs]
        self._around: dict[frozenset[int], Surroundings] = {}

    def _whose_figures(self, successions: Successions) -> frozenset[int] | None:
        """Return the units whose figures are needed: None for everybody's."""
        if self.asked is None:
            return None
        units = self.asked.union(*(members for _ruled, _owner, _group, members in self.totals))
        return units | successions.predecessors_of(units)

    def run(self) -> Computed:
        found = [self._of_unit(ruled, unit, sheet) for ruled, unit, sheet in self._units_owing()]
        found += [self._of_total(ruled, owner, group, members) for ruled, owner, group, members in self.totals]
        touched = frozenset((owner, group) for _ruled, owner, group, _members in self.totals)
        results = [result for result in found if result is not None]
        digest = hashlib.sha256("".join(sorted(result.digest for result in results)).encode()).hexdigest()
        sort_keys = self.units.sort_keys()
        return Computed(self.period.last, results, self._revisions(), digest, self.asked, touched, sort_keys)

    def _units_owing(self) -> Iterator[tuple[Ruled, int, Sheet]]:
        """Yield every unit under every clause that holds for it, as far as it was asked for."""
        day = self.period.last
        for unit, facts in sorted(self.units.on(day).items()):
            if facts.get("kind") == Kind.HEALTH_AUTHORITY:
                continue  # an authority answers for totals and sends nobody itself
            if self.asked is None or unit in self.asked:
                sheet = self.units.sheet(unit)
                for ruled in self._holding(sheet, self.units.division(unit, day), of_units=True):
                    yield ruled, unit, sheet

    def _totals_owing(self) -> Iterator[tuple[Ruled, int, str, list[int]]]:
        """Yield every district or group total, with whoever answers for it and the units that stand in it."""
        day = self.period.last
        if all(isinstance(ruled.scope, UnitScope) for ruled in self.rules.values()):
            return
        areas: dict[str, dict[int, list[int]]] = {
            "located_in": defaultdict(list),
            "administered_by": defaultdict(list),
        }
        for unit in sorted(self.units.on(day)):
            for by, area in areas.items():
                if (owner := self.units.district_owner(unit, day, by)) is not None:
                    area[owner].append(unit)
        for owner in sorted(areas["located_in"].keys() | areas["administered_by"].keys()):
            if owner not in self.units.on(day):
                continue
            for ruled in self._holding(self.units.sheet(owner), self.units.area_of(owner, day), of_units=False):
                match ruled.scope:
                    case DistrictScope(district=by):
                        if self.units.answers_for_a_district(owner, day) and (members := areas[by].get(owner)):
                            yield ruled, owner, "", members
                    case GroupScope(group=fact):
                        groups: dict[str, list[int]] = defaultdict(list)
                        for unit in areas["located_in"].get(owner, ()):
                            if (key := self.units.on(day)[unit].get(fact)) is not None:
                                groups[str(key)].append(unit)
                        for key, members in sorted(groups.items()):
                            yield ruled, owner, key, members

    def _holding(self, sheet: Sheet, division: int, *, of_units: bool) -> Iterator[Ruled]:
        """Yield what holds for a unit, or for whoever answers for a total: the nearest level that applies."""

        def applies(clause: GoverningClause) -> bool:
            ruled = self.rules[clause.version_id, clause.clause_id]
            if ruled.of_units is not of_units:
                return False
            return ruled.bound.owed_by(sheet).truth is not Truth.NO

        for held in self.governing:
            for topic in held.topics:
                for clause in held.holding(topic, division, applies):
                    yield self.rules[clause.version_id, clause.clause_id]

    def _of_unit(self, ruled: Ruled, unit: int, sheet: Sheet) -> Result | None:
        case = Case(
            sheet=sheet,
            readings={need: self.figures.reading_of(unit, asked) for need, asked in ruled.asks},
            unit=unit,
            district=str(self.units.district_owner(unit, self.period.last, "located_in")),
            group=sheet[self.period.last]["medical_community"],
        )
        return self._result(ruled, case, unit, "")

    def _of_total(self, ruled: Ruled, owner: int, group: str, members: Iterable[int]) -> Result | None:
        parts = tuple(
            Member(
                unit,
                self.units.sheet(unit),
                {need: self.figures.reading_of(unit, asked) for need, asked in ruled.asks},
            )
            for unit in members
        )
        case = Case(sheet=self.units.sheet(owner), members=parts, unit=owner, district=str(owner), group=group or None)
        return self._result(ruled, case, owner, group)

    def _result(self, ruled: Ruled, case: Case, owner: int, group: str) -> Result | None:
        """Ask the rules, and put the answer together with what it rests on; None where nothing is owed."""
        surroundings = self._surroundings(ruled) if ruled.bound.needs_surroundings else None
        outcome = ruled.bound.outcome(case, surroundings)
        if outcome.state is State.NOT_APPLICABLE:
            return None
        if outcome.state is State.UNDETERMINED and not outcome.missing:
            outcome = replace(outcome, missing=("number",))
        text = f'"case":{ruled.texts.of_case(case)},"outcome":{ruled.text_of(outcome)}'
        if surroundings is not None:
            recorded = basis.Recorded(surroundings)
            ruled.bound.explain(case, recorded)
            text += f',"surroundings":{basis.encoded(recorded.to_json())}'
        return Result(
            version_id=ruled.held.version_id,
            clause_id=ruled.clause.id,
            topic=ruled.clause.topic,
            scheme=ruled.held.scheme,
            scope=ruled.kind,
            institution_id=owner,
            group_key=group,
            binding=ruled.binding,
            to_coordinate=ruled.to_coordinate(case.sheet.get(self.period.last, {}).get("affiliation")),
            outcome=outcome,
            base_shown=shown.base(outcome),
            ratio_shown=ruled.ratio_shown,
            basis=f"{{{text}}}",
            digest=hashlib.sha256(f"{ruled.seal}{text}".encode()).hexdigest()[:32],
            contributions=() if ruled.of_units else tuple(shown.contributions(outcome)),
        )

    def _surroundings(self, ruled: Ruled) -> Surroundings:
        """Return everybody in the clause's jurisdiction; made once for each."""
        area = ruled.held.division_ids
        if area not in self._around:
            self._around[area] = self.units.surroundings(self.period.last, area)
        return self._around[area]

    def _revisions(self) -> list[dict[str, Any]]:
        versions = {version.version_id: version for each in self.governing for version in each.versions.values()}
        return [
            {"version": pk, "policy": version.policy, "revision": version.revision, "digest": version.digest}
            for pk, version in sorted(versions.items())
        ]
