"""A clause made ready: compiled once for a document, bound once to a period, then cheap for every unit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

from deploy_admin.months import Period
from deploy_admin.policies.language import periods
from deploy_admin.policies.language.amount_checks import categories_of
from deploy_admin.policies.language.amounts import AmountNode
from deploy_admin.policies.language.bases import CountOf, Either, MeasureBase, Population
from deploy_admin.policies.language.conditions import AsOf, ConditionNode, OnDay
from deploy_admin.policies.language.explained import Explained, Input, Step, Truth, Undetermined
from deploy_admin.policies.language.facts import FACTS, Subject
from deploy_admin.policies.language.judging import (
    EVER,
    SEGMENT_DAYS,
    Judge,
    Judgement,
    Sheet,
    compile_condition,
    days_asked,
    leaves,
    missing_facts,
)
from deploy_admin.policies.language.measures import measures
from deploy_admin.policies.language.quota import (
    Composition,
    CompositionCase,
    DistrictScope,
    GroupScope,
    Quota,
    UnitScope,
)
from deploy_admin.policies.language.types import PolicyDocument
from quotas.rules.amounts import Owed, amount_value
from quotas.rules.bases import Desk, Terms, Value, bases_of, needs_of, not_built, rounded
from quotas.rules.inputs import Case, Need, Reading, Surroundings
from quotas.rules.outcomes import Outcome, Part, State, Way

_NOT_APPLICABLE = Outcome(State.NOT_APPLICABLE)


def compile_quota(clause: Quota, document: PolicyDocument) -> CompiledQuota:
    """Make a clause ready for computing; `document` gives it its sets, measures and jurisdiction."""
    return CompiledQuota(clause, document)


class CompiledQuota:
    """One clause with all that does not depend on the period worked out."""

    def __init__(self, clause: Quota, document: PolicyDocument) -> None:
        self.clause = clause
        self.document = document
        self._bound: dict[Period, BoundQuota] = {}

    @property
    def scope(self) -> UnitScope | GroupScope | DistrictScope:
        """Who owes: each unit, a group, or a district."""
        return self.clause.scope

    def exists_for(self, day: date) -> bool:
        """Whether clause and document are both in force on `day`."""
        return self.document.in_force.holds(day) and self.clause.in_force.holds(day)

    def period_of(self, day: date) -> Period | None:
        """The clause's own period in which `day` lies."""
        return periods.containing(self.clause.period, day)

    def for_period(self, period: Period) -> BoundQuota:
        """The clause bound to one period; made once."""
        if period not in self._bound:
            self._bound[period] = BoundQuota(self.clause, self.document, period)
        return self._bound[period]


class _Formula(NamedTuple):
    """One way of meeting the clause, ready to be evaluated."""

    key: str
    alternative: str | None
    label: str | None
    amount: AmountNode
    minimum: int | None
    maximum: int | None
    terms: Terms


class BoundQuota:
    """One clause for one period. `needs`, `fact_days` and `needs_surroundings` say what to bring."""

    def __init__(self, clause: Quota, document: PolicyDocument, period: Period) -> None:
        self.clause = clause
        self.document = document
        self.period = period
        self._judges: dict[int, Judge] = {}
        for condition in self._conditions():
            self._judges[id(condition)] = compile_condition(condition, document, self.resolve)
        self._owed_by = compile_condition(clause.owed_by, document, self.resolve)
        known = measures(document)
        self._formulas = tuple(self._ways(lambda share: categories_of(share, known)))
        self.needs: tuple[Need, ...] = tuple(
            dict.fromkeys(need for formula in self._formulas for need in needs_of(formula.amount, formula.terms))
        )
        bases = [base for formula in self._formulas for base in bases_of(formula.amount)]
        self._own_population = any(isinstance(base, Population) and base.population == "unit" for base in bases)
        self.needs_surroundings = any(
            isinstance(base, CountOf) or (isinstance(base, Population) and base.population == "receivers")
            for base in bases
        )
        asked = days_asked([clause.owed_by, *self._conditions()], self.resolve)
        #: The last day is always among them: population and the place in the jurisdiction are asked on it.
        self.fact_days: frozenset[date] = asked | {period.last}
        self.not_built = self._what_is_not_built()
        self._whole_units = isinstance(clause.scope, UnitScope)
        self._memo: dict[Any, Outcome] = {}

    # ------------------------------------------------------------ making ready

    def resolve(self, as_of: AsOf | None) -> date:
        """The day an as-of means here; units are asked on the last day of the period unless the clause says."""
        match as_of:
            case "period_start":
                return self.period.first
            case "ever":
                return EVER
            case "segment_days":
                return SEGMENT_DAYS
            case OnDay(day=day):
                return day
            case _:
                return self.period.last

    def _conditions(self) -> Iterator[ConditionNode]:
        amounts = [self.clause.amount, *(each.amount for each in self.clause.alternatives)]
        for amount in amounts:
            for base in bases_of(amount):
                if isinstance(base, MeasureBase) and base.units is not None:
                    yield base.units
                elif isinstance(base, CountOf | Population) and base.where is not None:
                    yield base.where
        for part in self.clause.composition:
            for case in part.cases:
                yield case.when

    def _ways(self, categories: Any) -> Iterator[_Formula]:
        clause = self.clause
        several = bool(clause.alternatives)
        shapes: list[tuple[str | None, AmountNode, int | None, int | None]] = [
            (None, clause.amount, clause.minimum, clause.maximum),
            *((each.id, each.amount, each.minimum, each.maximum) for each in clause.alternatives),
        ]
        for alternative, amount, minimum, maximum in shapes:
            offsets: list[int | None] = [None]
            for base in bases_of(amount):
                if isinstance(base, MeasureBase) and isinstance(base.year, Either):
                    offsets = [part.offset for part in base.year.either]
            for offset in offsets:
                label = None
                if offset is not None:
                    label = periods.label(clause.period, self.period.shifted(offset))
                parts = [alternative or "main" if several else None, label]
                key = "/".join(part for part in parts if part) or "main"
                terms = Terms(self.period, offset, self._judges, isinstance(clause.scope, UnitScope), categories)
                yield _Formula(key, alternative, label, amount, minimum, maximum, terms)

    def _what_is_not_built(self) -> tuple[str, ...]:
        found = [name for formula in self._formulas for name in not_built(formula.amount)]
        if isinstance(self.clause.period, periods.ApplicationYear):
            found.append("period:application_year")
        for condition in [self.clause.owed_by, *self._conditions()]:
            for leaf in leaves(condition):
                fact = FACTS.get(leaf.fact)
                if fact is None or not fact.fed or fact.subject is not Subject.INSTITUTION:
                    found.append(f"fact:{leaf.fact}")
                elif self.resolve(leaf.as_of) in (EVER, SEGMENT_DAYS):
                    found.append(f"fact:{leaf.fact}:{leaf.as_of}")
        return tuple(dict.fromkeys(found))

    # ------------------------------------------------------------ who owes

    def applies(self, sheet: Sheet) -> Truth:
        """Whether a unit stands inside the jurisdiction, and inside the pilot areas if the clause names any."""
        where = sheet.get(self.period.last, {}).get("located_in")
        if self.document.jurisdiction in ("000000", "100000") and not self.clause.pilot:
            return Truth.YES
        if where is None:
            return Truth.UNKNOWN
        national = self.document.jurisdiction in ("000000", "100000")
        inside = national or self.document.jurisdiction in where
        return Truth.of(inside and (not self.clause.pilot or any(code in where for code in self.clause.pilot)))

    def owed_by(self, sheet: Sheet) -> Judgement:
        """Whether one with these facts owes, and which facts keep it from being known."""
        truth = self._owed_by(sheet)
        if truth is Truth.UNKNOWN:
            return Judgement(truth, missing_facts(self.clause.owed_by, sheet, self.resolve))
        return Judgement(truth)

    # ------------------------------------------------------------ how many

    def outcome(self, case: Case, surroundings: Surroundings | None = None) -> Outcome:
        """Return what the case owes. Equal inputs give the same object, so a run over many units stays cheap."""
        truth = self._owed_by(case.sheet)
        if truth is Truth.NO:
            return _NOT_APPLICABLE
        if self.not_built:
            return Outcome(State.NOT_COMPUTED, missing=self.not_built, reason="not_built", at_least=0)
        if truth is Truth.UNKNOWN:
            missing = missing_facts(self.clause.owed_by, case.sheet, self.resolve)
            return Outcome(State.UNDETERMINED, missing=missing, reason="missing", at_least=0)
        if not self._whole_units or self.needs_surroundings:
            return self._evaluate(case, surroundings, None)
        key = self._essence(case)
        found = self._memo.get(key)
        if found is None:
            found = self._memo[key] = self._evaluate(case, surroundings, None)
        return found

    def explain(self, case: Case, surroundings: Surroundings | None = None) -> Explained[int]:
        """Return the same number with every step that led to it."""
        judged = self.owed_by(case.sheet)
        asked = self._asked(case)
        owed = Step(self.clause.id, "owed_by", asked, judged.truth.name.lower())
        outcome = self.outcome(case, surroundings)
        if outcome.state in (State.NOT_APPLICABLE, State.NOT_COMPUTED) or judged.truth is not Truth.YES:
            return Explained(_explained_value(outcome), (owed,))
        steps: list[Step] = [owed]
        self._evaluate(case, surroundings, steps)
        return Explained(_explained_value(outcome), tuple(steps))

    def _asked(self, case: Case) -> tuple[Input, ...]:
        found: dict[tuple[str, date], Input] = {}
        for leaf in leaves(self.clause.owed_by):
            day = self.resolve(leaf.as_of)
            value = case.sheet.get(day, {}).get(leaf.fact)
            shown = (
                "/".join(str(each) for each in value) if isinstance(value, list | tuple | set | frozenset) else value
            )
            shown = shown if isinstance(shown, str | int | bool) or shown is None else str(shown)
            found[leaf.fact, day] = Input(f"fact:{leaf.fact}", shown, unit=case.unit, on=day.isoformat())
        return tuple(found.values())

    def _essence(self, case: Case) -> tuple[Any, ...]:
        """Everything of the case that decides the outcome; references to rows do not."""
        parts: list[Any] = []
        for need in self.needs:
            reading = case.readings.get(need)
            parts.append(None if reading is None else reading[:5])
        if self._own_population:
            parts.append(case.sheet.get(self.period.last, {}).get("population"))
        for part in self.clause.composition:
            parts.extend(self._judges[id(each.when)](case.sheet) for each in part.cases)
        return tuple(parts)

    def _evaluate(self, case: Case, surroundings: Surroundings | None, steps: list[Step] | None) -> Outcome:
        desk = Desk(self.clause.id, case, surroundings, self.period.last, steps)
        ways = tuple(self._way(formula, desk) for formula in self._formulas)
        headline = self._headline(ways, desk)
        composition = tuple(self._part(part, headline, case, desk) for part in self.clause.composition)
        readings = self._readings(case)
        return Outcome(
            headline.state,
            headline.required,
            headline.maximum,
            headline.at_least,
            headline.at_most,
            headline.missing,
            "missing" if headline.state is State.UNDETERMINED else "",
            any(reading.provisional for _, reading in readings),
            self._basis(case, readings, ways),
            ways,
            composition,
            tuple(desk.contributions.values()) if not self._whole_units else (),
        )

    def _way(self, formula: _Formula, desk: Desk) -> Way:
        if len(self._formulas) > 1:
            desk.note("way", (Input("way", formula.key), Input("year", formula.label)), None)
        owed = amount_value(formula.amount, desk, formula.terms)
        owed = self._bounded(owed, formula, desk)
        required, most = owed.required, owed.maximum
        missing = tuple(dict.fromkeys((*required.missing, *(most.missing if most else ()))))
        known = required.exact is not None and (most is None or most.exact is not None)
        state = State.KNOWN if known else State.UNDETERMINED
        maximum = most.exact if most else None
        if known and maximum is not None and required.low > maximum:
            state = State.NO_WHOLE_NUMBER
            desk.note("no_whole_number", (Input("low", required.low), Input("high", maximum)), None)
        return Way(
            formula.key,
            formula.alternative,
            formula.label,
            state,
            required.exact if state is not State.NO_WHOLE_NUMBER else None,
            maximum if state is not State.NO_WHOLE_NUMBER else None,
            required.low,
            required.high,
            owed.base,
            () if known else missing,
        )

    def _bounded(self, owed: Owed, formula: _Formula, desk: Desk) -> Owed:
        value = owed.required
        if formula.minimum is not None:
            low = max(value.low, formula.minimum)
            high = None if value.high is None else max(value.high, formula.minimum)
            value = Value(low, high, () if low == high else value.missing)
            desk.note(
                "minimum", (Input("number", owed.required.exact), Input("minimum", formula.minimum)), value.exact
            )
        if formula.maximum is not None:
            before = value.exact
            low = min(value.low, formula.maximum)
            high = formula.maximum if value.high is None else min(value.high, formula.maximum)
            value = Value(low, high, () if low == high else value.missing)
            desk.note("maximum", (Input("number", before), Input("maximum", formula.maximum)), value.exact)
        return Owed(value, owed.maximum, owed.base)

    def _headline(self, ways: tuple[Way, ...], desk: Desk) -> Way:
        """The least that satisfies one of the ways; unknown ways leave bounds unless they cannot ask for less."""
        if len(ways) == 1:
            return ways[0]
        possible = [way for way in ways if way.state is not State.NO_WHOLE_NUMBER]
        if not possible:
            return ways[0]
        low = min(way.at_least or 0 for way in possible)
        highs = [way.at_most for way in possible if way.at_most is not None]
        high = min(highs) if highs else None
        missing = tuple(dict.fromkeys(name for way in possible for name in way.missing))
        if low == high:
            way = next(way for way in possible if way.at_most == high)
            desk.note("either", tuple(Input(each.key, each.required) for each in ways), low)
            return Way(way.key, way.alternative, way.period, State.KNOWN, low, way.maximum, low, low, way.base)
        desk.note("either", tuple(Input(each.key, each.required) for each in ways), None)
        return Way("", None, None, State.UNDETERMINED, None, None, low, high, None, missing)

    # ------------------------------------------------------------ the team

    def _part(self, part: Composition, headline: Way, case: Case, desk: Desk) -> Part:
        chosen: Composition | CompositionCase = part
        for each in part.cases:
            truth = self._judges[id(each.when)](case.sheet)
            if truth is Truth.UNKNOWN:
                return Part(part.id, missing=missing_facts(each.when, case.sheet, self.resolve))
            if truth is Truth.YES:
                chosen = each
                break
        required, maximum, missing = chosen.at_least, chosen.at_most, headline.missing
        if chosen.share is not None:
            if headline.required is None:
                return Part(part.id, missing=missing or ("number",))
            share = rounded(headline.required, chosen.share, part.rounding)
            required = share if required is None else max(required, share)
        inputs = (Input("part", part.id), Input("at_most", maximum))
        desk.note("composition", inputs, required)
        return Part(part.id, required, maximum)

    # ------------------------------------------------------------ what it rested on

    def _readings(self, case: Case) -> list[tuple[Need, Reading]]:
        sources = [case.readings] if self._whole_units else [member.readings for member in case.members]
        return [(need, reading) for source in sources for need in self.needs if (reading := source.get(need))]

    def _basis(self, case: Case, readings: list[tuple[Need, Reading]], ways: tuple[Way, ...]) -> dict[str, Any]:
        basis: dict[str, Any] = {"period": self.period.iso}
        if self._whole_units:
            held = dict(readings)
            figures: dict[str, dict[str, Any]] = {}
            for need in self.needs:
                reading = held.get(need) or Reading.missing_for(need)
                figures[need.key] = {"value": reading.value, "missing": list(reading.missing)}
                if reading.by:
                    figures[need.key]["by"] = dict(reading.by)
            basis["figures"] = figures
        if self._own_population:
            basis["population"] = case.sheet.get(self.period.last, {}).get("population")
        if any(way.base is not None for way in ways):
            basis["base"] = {way.key: way.base for way in ways}
        return basis


def _explained_value(outcome: Outcome) -> int | Undetermined:
    if outcome.required is not None:
        return outcome.required
    return Undetermined(outcome.missing, outcome.at_least, outcome.at_most, outcome.reason or str(outcome.state))
