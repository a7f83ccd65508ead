"""What one indicator, one deduction, one veto of a month clause is worth. Pure: exact numbers in, points out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from statistics import median
from typing import Any, NamedTuple

from deploy_admin.policies.language.explained import Truth
from deploy_admin.policies.language.month import (
    Deduction,
    FixedTarget,
    HistoryTarget,
    MonthIndicator,
    PayFactor,
    PointsBand,
    PointsPerUnit,
    TableTarget,
    Veto,
)
from deploy_admin.policies.language.step_checks import steps_faults

ZERO = Decimal(0)
_ONE = Decimal(1)
_EXACT, _CENT, _FACTOR = Decimal("1e-12"), Decimal("0.01"), Decimal("0.0001")


class Contradiction(ValueError):
    """A clause that contradicts itself; it is refused instead of being read one way or the other."""


class Facts(NamedTuple):
    """What a score depends on besides the values.

    `part` is (duty days of the open days, duty days of the whole month) in a month only partly at the post. `groups`
    are speciality, staff category and kind of the receiving unit; `history` the earlier months' values by measure, the
    latest first; `applies` the answers to the conditions by indicator, `lacking` what each of them, or a value of the
    sheet, is unknown for.
    """

    part: tuple[int, int | None] | None = None
    groups: Mapping[str, str | None] = {}
    history: Mapping[str, Sequence[Decimal]] = {}
    applies: Mapping[str, Truth] = {}
    lacking: Mapping[str, tuple[str, ...]] = {}


class Open(NamedTuple):
    """Points that cannot be told yet: between which bounds they lie (None: no bound), and what is missing."""

    low: Decimal | None
    high: Decimal | None
    missing: tuple[str, ...]


Found = Decimal | Open
Values = Mapping[str, Decimal | None]


def rounded(points: Decimal) -> Decimal:
    """Return points with two places, a half upwards. What a division left behind the twelfth place is no half."""
    return points.quantize(_EXACT).quantize(_CENT, ROUND_HALF_UP)


def lacking(measure: str, facts: Facts) -> tuple[str, ...]:
    """Return why a value is unknown: what the sheet says, otherwise that nobody entered it."""
    return facts.lacking.get(measure) or (f"value:{measure}",)


def target_of(each: MonthIndicator, facts: Facts) -> Decimal | str:
    """Return the target of the whole month, or the code of what is missing."""
    target = each.target
    found: Decimal | None = None
    match target:
        case FixedTarget():
            found = target.fixed
        case TableTarget():
            group = facts.groups.get(target.by)
            values = dict(target.values)
            if group is None and values:
                return f"fact:{target.by}"
            found = target.otherwise if group is None else values.get(group, target.otherwise)
        case HistoryTarget():
            earlier = facts.history.get(each.measure, ())[: target.own_history]
            if len(earlier) < target.at_least:
                return f"history:{each.id}"
            middle = median(earlier) if target.of == "median" else sum(earlier, ZERO) / len(earlier)
            found = middle * target.times
    return f"target:{each.id}" if found is None else found


class Ratio:
    """Weight × value over the target, or over another measure, at most cap × weight."""

    __slots__ = ("_cap", "_fixed", "_measure", "_of", "_pro_rata", "_top", "_weight", "each")

    def __init__(self, each: MonthIndicator, *, pro_rata: bool) -> None:
        assert each.weight is not None  # noqa: S101 -- whoever compiles leaves the unweighted out
        self.each = each
        self._measure, self._weight, self._cap, self._of = each.measure, each.weight, each.cap, each.share_of
        self._top = each.cap * each.weight
        self._pro_rata = pro_rata and each.share_of is None
        self._fixed = each.target.fixed if isinstance(each.target, FixedTarget) else None

    def find(self, values: Values, facts: Facts) -> Found:
        value, below = values.get(self._measure), self._fixed
        if value is None or below is None:
            return self._find_slowly(value, values, facts)
        if facts.part is not None and self._pro_rata:
            return self._over(value, below, facts)
        if value < ZERO or below <= ZERO:
            return self._over(value, below, facts)
        if value >= below * self._cap:
            return self._top
        return self._weight * value / below

    def _find_slowly(self, value: Decimal | None, values: Values, facts: Facts) -> Found:
        missing = () if value is not None else lacking(self._measure, facts)
        below = self.below(values, facts)
        if isinstance(below, tuple):
            return Open(ZERO, self._top, (*missing, *below))
        return self._open(*missing) if value is None else self._over(value, below, facts)

    def below(self, values: Values, facts: Facts) -> Decimal | tuple[str, ...]:
        """Return what the value is divided by, of the whole month, or the codes of what is missing."""
        if self._of is not None:
            other = values.get(self._of)
            return lacking(self._of, facts) if other is None else other
        found = target_of(self.each, facts)
        return (found,) if isinstance(found, str) else found

    def _over(self, value: Decimal, below: Decimal, facts: Facts) -> Found:
        if value < ZERO:
            return self._open(f"contradiction:{self._measure}")
        above = self._weight * value
        if facts.part is not None and self._pro_rata:
            there, whole = facts.part
            if not whole:
                return self._open("duty_days")
            above, below = above * whole, below * there
        if below <= ZERO:
            return self._open(f"target_zero:{self.each.id}")
        return min(above / below, self._top)

    def _open(self, *missing: str) -> Open:
        return Open(ZERO, self._top, missing)


class Banded:
    """The points of the step in which the value lies."""

    __slots__ = ("_bands", "_bounds", "_measure", "each")

    def __init__(self, each: MonthIndicator) -> None:
        check_bands(each.id, each.bands)
        self.each, self._measure = each, each.measure
        self._bands = each.bands
        said = [band.points for band in each.bands if band.points is not None]
        whole = len(said) == len(each.bands)
        self._bounds: tuple[Decimal | None, Decimal | None] = (min(said), max(said)) if whole else (None, None)

    def find(self, values: Values, facts: Facts) -> Found:
        value = values.get(self._measure)
        if value is None:
            return self._open(*lacking(self._measure, facts))
        if value < ZERO:
            return self._open(f"contradiction:{self._measure}")
        points = band_of(value, self._bands).points
        return Open(None, None, (f"points:{self.each.id}",)) if points is None else points

    def _open(self, *missing: str) -> Open:
        low, high = self._bounds
        return Open(low, high, missing)


class Stepped:
    """So many points for each unit, whole or begun, at most so many."""

    __slots__ = ("_measure", "_per", "each")

    def __init__(self, each: MonthIndicator, per: PointsPerUnit) -> None:
        if per.each <= ZERO:
            raise Contradiction(f"{each.id}: each")
        self.each, self._measure, self._per = each, each.measure, per

    def find(self, values: Values, facts: Facts) -> Found:
        value, per = values.get(self._measure), self._per
        top = None if per.most is None or (per.points is not None and per.points < ZERO) else per.most
        if value is None:
            return Open(ZERO, top, lacking(self._measure, facts))
        if value < ZERO:
            return Open(ZERO, top, (f"contradiction:{self._measure}",))
        number = steps(value, per.each, per.steps)
        if not number:
            return ZERO
        if per.points is None:
            return Open(ZERO, top, (f"points:{self.each.id}",))
        points = number * per.points
        if per.most is None:
            return Open(min(ZERO, points), max(ZERO, points), (f"points:{self.each.id}",))
        return min(points, per.most)


class Given:
    """Points that the unit gives, up to so many; more than that contradicts the clause."""

    __slots__ = ("_measure", "_most", "each")

    def __init__(self, each: MonthIndicator, most: Decimal | None) -> None:
        self.each, self._measure, self._most = each, each.measure, most

    def find(self, values: Values, facts: Facts) -> Found:
        value, most = values.get(self._measure), self._most
        if value is None:
            return Open(ZERO, most, lacking(self._measure, facts))
        if most is None:
            return Open(ZERO, value, (f"points:{self.each.id}",))
        if value < ZERO or value > most:
            return Open(ZERO, most, (f"contradiction:{self._measure}",))
        return value


class Conditional:
    """An indicator that is asked of some people only; of the others it scores nothing."""

    __slots__ = ("_form", "each")

    def __init__(self, form: Any) -> None:
        self._form, self.each = form, form.each

    def find(self, values: Values, facts: Facts) -> Found:
        answer = facts.applies.get(self.each.id, Truth.UNKNOWN)
        if answer is Truth.NO:
            return ZERO
        found: Found = self._form.find(values, facts)
        if answer is Truth.YES:
            return found
        missing = facts.lacking.get(f"applies:{self.each.id}") or (f"applies:{self.each.id}",)
        low, high, more = (found, found, ()) if isinstance(found, Decimal) else found
        return Open(
            None if low is None else min(low, ZERO), None if high is None else max(high, ZERO), (*missing, *more)
        )


class Taken:
    """What one deduction takes off."""

    __slots__ = ("_top", "item")

    def __init__(self, item: Deduction) -> None:
        if item.each is not None and item.each <= ZERO:
            raise Contradiction(f"{item.id}: each")
        self.item = item
        self._top = item.points if item.each is None and item.points is not None else item.most

    def find(self, values: Values, facts: Facts) -> Found:
        item = self.item
        value = values.get(item.measure)
        if value is None:
            return Open(ZERO, self._top, lacking(item.measure, facts))
        if value < ZERO:
            return Open(ZERO, self._top, (f"contradiction:{item.measure}",))
        if value <= item.above:
            return ZERO
        number = _ONE if item.each is None else steps(value - item.above, item.each, item.steps)
        if not number:
            return ZERO
        if item.points is None:
            return Open(ZERO, self._top, (f"points:{item.id}",))
        points = number * item.points
        return points if item.most is None else min(points, item.most)


def vetoed(veto: Veto, values: Values, facts: Facts) -> Truth | tuple[str, ...]:
    """Return whether a veto holds, or the codes of what keeps it from being known."""
    value = values.get(veto.measure)
    if value is None:
        return lacking(veto.measure, facts)
    return Truth.of(veto.when.holds(value))


def factor_of(rule: PayFactor, points: Decimal) -> Decimal | None:
    """Return the pay factor of these points with four places; None where the policy leaves it open."""
    if rule.per_point is not None:
        return (points * rule.per_point).quantize(_FACTOR, ROUND_HALF_UP)
    found = next((band.factor for band in rule.bands if _inside(points, band)), None)
    return None if found is None else found.quantize(_FACTOR, ROUND_HALF_UP)


def steps(value: Decimal, each: Decimal, which: str) -> Decimal:
    """Return how many whole, or begun, steps lie in the value."""
    return (value / each).to_integral_value(ROUND_FLOOR if which == "full" else ROUND_CEILING)


def band_of(value: Decimal, bands: Iterable[PointsBand]) -> PointsBand:
    """Return the step in which the value lies; a compiled clause leaves no gap."""
    return next(band for band in bands if _inside(value, band))


def _inside(value: Decimal, band: Any) -> bool:
    return (band.at_least is None or value >= band.at_least) and (band.less_than is None or value < band.less_than)


def check_bands(name: str, bands: Sequence[Any]) -> None:
    """Refuse steps that overlap, leave a gap, or do not reach from nothing to everything."""
    for _, code, _ in steps_faults([(band.at_least, band.less_than) for band in bands], ()):
        raise Contradiction(f"{name}: {code}")
