"""Whole numbers between bounds, and the bases an amount is taken of, evaluated so: the unknown widens the bounds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple, assert_never

from deploy_admin.months import Period
from deploy_admin.policies.language.amounts import AmountNode, Fixed, Share
from deploy_admin.policies.language.bases import (
    BaseNode,
    Constant,
    CountOf,
    Either,
    MeasureBase,
    Population,
    Posts,
    Sum,
)
from deploy_admin.policies.language.explained import Input, Step, Truth
from deploy_admin.policies.language.facts import COUNTED
from deploy_admin.policies.language.judging import Judge
from deploy_admin.policies.language.nodes import Rounding
from quotas.rules.inputs import Case, Counted, Need, Reading, Ref, Surroundings
from quotas.rules.outcomes import Contribution


class Value(NamedTuple):
    """A whole number, or the bounds between which it lies (`high` None: no bound), with what is missing."""

    low: int
    high: int | None
    missing: tuple[str, ...] = ()

    @property
    def exact(self) -> int | None:
        """The number, where the bounds leave only one."""
        return self.low if self.low == self.high else None

    def plus(self, other: Value) -> Value:
        """The sum, bound by bound."""
        high = None if self.high is None or other.high is None else self.high + other.high
        return Value(self.low + other.low, high, (*self.missing, *other.missing))


def exactly(number: int) -> Value:
    """A number that is known."""
    return Value(number, number)


def open_from(low: int, *missing: str) -> Value:
    """A number of which only a lower bound is known."""
    return Value(low, None, missing)


# ---------------------------------------------------------------- rounding, without floats


def rounded(number: int, ratio: Decimal, rounding: Rounding, per: int = 1) -> int:
    """Return number × ratio ÷ per as a whole number.

    Whole-number arithmetic throughout, because a float would owe one too many: ``math.ceil(100 * 0.07)`` is 8.
    """
    top, bottom = ratio.as_integer_ratio()
    top, bottom = number * top, bottom * per
    match rounding:
        case Rounding.UP:
            return -(-top // bottom)
        case Rounding.DOWN:
            return top // bottom
        case Rounding.HALF_UP:
            return (2 * top + bottom) // (2 * bottom)
        case _:
            assert_never(rounding)


def product_text(number: int, ratio: Decimal, per: int = 1) -> str:
    """Return number × ratio ÷ per as people write it: 2.8, or a fraction where decimals do not end."""
    top, bottom = ratio.as_integer_ratio()
    top, bottom = number * top, bottom * per
    whole, rest = divmod(top, bottom)
    if not rest:
        return str(whole)
    digits = ""
    for _ in range(12):
        digit, rest = divmod(rest * 10, bottom)
        digits += str(digit)
        if not rest:
            return f"{whole}.{digits}"
    return f"{top}/{bottom}"


# ---------------------------------------------------------------- what is evaluated, and with what


@dataclass(slots=True)
class Desk:
    """Where one evaluation takes place: the case, its surroundings, and the notes if somebody wants them."""

    clause_id: str
    case: Case
    surroundings: Surroundings | None
    population_day: date
    steps: list[Step] | None = None
    contributions: dict[tuple[int, str], Contribution] = field(default_factory=dict)

    def note(self, operation: str, inputs: tuple[Input, ...], result: str | int | None) -> None:
        """Write one step down, where an explanation is wanted."""
        if self.steps is not None:
            self.steps.append(Step(self.clause_id, operation, inputs, result))


@dataclass(frozen=True, slots=True)
class Terms:
    """What a way's formula needs besides the clause: its period, its year offset, compiled conditions by place."""

    period: Period
    offset: int | None
    judges: dict[int, Judge]
    whole_units: bool  # a single unit owes; otherwise its members are summed
    categories: Callable[[Share], tuple[str, ...]]

    def need(self, base: MeasureBase, by: str | None = None, categories: tuple[str, ...] = ()) -> Need:
        """The figure this base asks for in this way's year."""
        offset = self.offset if isinstance(base.year, Either) else base.year.offset
        dimensions = base.dimensions
        if by is not None and by not in dict(dimensions):
            dimensions = (*dimensions, (by, categories))
        return Need(base.measure, self.period.shifted(offset or 0), dimensions, by)

    def posts_need(self, measure: str) -> Need:
        """The figure of posts, a stock of this period."""
        return Need(measure, self.period)


def needs_of(amount: AmountNode, terms: Terms) -> tuple[Need, ...]:
    """The figures an amount asks for, each once."""
    if isinstance(amount, Share) and amount.taken == "per_category" and isinstance(amount.of, MeasureBase):
        return (terms.need(amount.of, amount.by, terms.categories(amount)),)
    base = None if isinstance(amount, Fixed) else amount.of
    return tuple(dict.fromkeys(_needs(base, terms)))


def _needs(base: BaseNode | None, terms: Terms) -> list[Need]:
    match base:
        case MeasureBase():
            return [terms.need(base)]
        case Posts():
            return [terms.posts_need(base.posts)] if isinstance(base.posts, str) else []
        case Sum():
            return [need for part in base.sum for need in _needs(part, terms)]
        case Constant() | CountOf() | Population() | None:
            return []
        case _:
            assert_never(base)


def bases_of(amount: AmountNode) -> list[BaseNode]:
    """Every base inside an amount, sums taken apart."""

    def apart(base: BaseNode | None) -> list[BaseNode]:
        if base is None:
            return []
        return [inner for part in base.sum for inner in apart(part)] if isinstance(base, Sum) else [base]

    return apart(None if isinstance(amount, Fixed) else amount.of)


def not_built(amount: AmountNode) -> tuple[str, ...]:
    """What the amount counts although nothing keeps it yet."""
    return tuple(
        f"count_of:{base.count_of}"
        for base in bases_of(amount)
        if isinstance(base, CountOf) and base.count_of not in COUNTED
    )


# ---------------------------------------------------------------- bases


def _ref_inputs(need: Need, refs: tuple[Ref, ...]) -> tuple[Input, ...]:
    on = need.period.iso
    return tuple(Input(ref.name, ref.value, ref.id, ref.unit, ref.revision, ref.state, on) for ref in refs)


def _of_reading(reading: Reading) -> Value:
    if reading.value is not None:
        return exactly(reading.value)
    return Value(reading.known, None, reading.missing)


def _reading(need: Need, readings: dict[Need, Reading] | object) -> Reading:
    found = readings.get(need) if hasattr(readings, "get") else None
    return found if isinstance(found, Reading) else Reading.missing_for(need)


def figure(base: MeasureBase | None, need: Need, desk: Desk, terms: Terms) -> Value:
    """The figure of the unit that owes, or of the members that count, added."""
    if terms.whole_units:
        reading = _reading(need, desk.case.readings)
        value = _of_reading(reading)
        desk.note("figure", (Input("need", need.key), *_ref_inputs(need, reading.refs)), value.exact)
        return value
    where = terms.judges.get(id(base.units)) if base is not None and base.units is not None else None
    total = exactly(0)
    for member in desk.case.members:
        truth = where(member.sheet) if where else Truth.YES
        if truth is Truth.NO:
            continue
        reading = _reading(need, member.readings)
        part = _of_reading(reading)
        if truth is Truth.UNKNOWN and part != exactly(0):
            part = Value(0, part.high, (*part.missing, "units"))
        desk.contributions[member.unit, need.key] = Contribution(member.unit, need.key, part.exact, part.missing)
        desk.note(
            "contribution",
            (Input("need", need.key, unit=member.unit), *_ref_inputs(need, reading.refs)),
            part.exact,
        )
        total = total.plus(part)
    total = Value(total.low, total.high, tuple(dict.fromkeys(total.missing)))
    desk.note("figure", (Input("need", need.key),), total.exact)
    return total


def _counted(found: Counted) -> Value:
    return Value(found.low, found.high, found.missing)


def _key(within: str, desk: Desk) -> str | None:
    return desk.case.district if within == "district" else desk.case.group if within == "group" else None


def _always(_: object) -> Truth:
    return Truth.YES


def base_value(base: BaseNode, desk: Desk, terms: Terms) -> Value:
    """Return the base's number or bounds."""
    match base:
        case MeasureBase():
            return figure(base, terms.need(base), desk, terms)
        case Constant():
            value = open_from(0, "constant") if base.constant is None else exactly(base.constant)
            desk.note("constant", (), value.exact)
            return value
        case Posts():
            if isinstance(base.posts, str):
                return figure(None, terms.posts_need(base.posts), desk, terms)
            value = open_from(0, "posts") if base.posts is None else exactly(base.posts)
            desk.note("posts", (), value.exact)
            return value
        case CountOf():
            where = terms.judges.get(id(base.where), _always)
            if desk.surroundings is None:
                return open_from(0, "receivers")
            value = _counted(desk.surroundings.count(where, base.within, _key(base.within, desk)))
            desk.note("count", (Input("count_of", base.count_of), Input("within", base.within)), value.exact)
            return value
        case Population():
            return _population(base, desk, terms)
        case Sum():
            total = exactly(0)
            for part in base.sum:
                total = total.plus(base_value(part, desk, terms))
            desk.note("sum", (), total.exact)
            return total
        case _:
            assert_never(base)


def _population(base: Population, desk: Desk, terms: Terms) -> Value:
    where = terms.judges.get(id(base.where), _always)
    if base.population == "receivers":
        if desk.surroundings is None:
            return open_from(0, "fact:population")
        value = _counted(
            desk.surroundings.population(where, desk.population_day, base.within, _key(base.within, desk))
        )
    elif terms.whole_units:
        value = _people(desk.case.sheet.get(desk.population_day, {}).get("population"))
    else:
        value = exactly(0)
        for member in desk.case.members:
            truth = where(member.sheet)
            if truth is Truth.NO:
                continue
            people = _people(member.sheet.get(desk.population_day, {}).get("population"))
            if truth is Truth.UNKNOWN and people != exactly(0):
                people = Value(0, people.high, (*people.missing, "units"))
            value = value.plus(people)
    value = Value(value.low, value.high, tuple(dict.fromkeys(value.missing)))
    on = desk.population_day.isoformat()
    desk.note("population", (Input("population", value.exact, unit=desk.case.unit, on=on),), value.exact)
    return value


def _people(value: object) -> Value:
    return exactly(value) if isinstance(value, int) else open_from(0, "fact:population")


def category_values(
    base: MeasureBase, need: Need, categories: tuple[str, ...], desk: Desk, terms: Terms
) -> dict[str, Value]:
    """The base's number for each category."""
    where = terms.judges.get(id(base.units)) if base.units is not None else None
    found = dict.fromkeys(categories, exactly(0))
    if terms.whole_units:
        sources = [(Truth.YES, _reading(need, desk.case.readings))]
    else:
        sources = [
            (where(member.sheet) if where else Truth.YES, _reading(need, member.readings))
            for member in desk.case.members
        ]
    for truth, reading in sources:
        if truth is Truth.NO:
            continue
        values = dict(reading.by)
        for category in categories:
            number = values.get(category)
            part = open_from(0, f"{need.key}[{category}]") if number is None else exactly(number)
            if truth is Truth.UNKNOWN and part != exactly(0):
                part = Value(0, part.high, (*part.missing, "units"))
            found[category] = found[category].plus(part)
    return found
