"""Amounts, evaluated between bounds: what is unknown widens the bounds instead of stopping the sum."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple, assert_never

from deploy_admin.policies.language.amount_checks import ends
from deploy_admin.policies.language.amounts import AmountNode, Bands, Between, Fixed, PerUnit, Share
from deploy_admin.policies.language.bases import MeasureBase
from deploy_admin.policies.language.explained import Input
from deploy_admin.policies.language.nodes import Bounds, Rounding
from quotas.rules.bases import (
    Desk,
    Terms,
    Value,
    base_value,
    category_values,
    exactly,
    figure,
    open_from,
    product_text,
    rounded,
)


class Owed(NamedTuple):
    """What an amount comes to: the number required, the most allowed (None: no limit), and the base behind it."""

    required: Value
    maximum: Value | None = None
    base: int | None = None


def amount_value(amount: AmountNode, desk: Desk, terms: Terms) -> Owed:
    """Return what the amount comes to, before the clause's own minimum and maximum."""
    match amount:
        case Fixed():
            value = open_from(0, "number") if amount.fixed is None else exactly(amount.fixed)
            desk.note("fixed", (), value.exact)
            return Owed(value)
        case PerUnit():
            base = base_value(amount.of, desk, terms)
            return Owed(_times(base, amount.per_unit, amount.rounding, amount.per, desk, "per_unit"), None, base.exact)
        case Share():
            if amount.taken == "per_category":
                return _per_category(amount, desk, terms)
            ratio = amount.share if isinstance(amount.share, Decimal) else None
            base = base_value(amount.of, desk, terms)
            return Owed(_times(base, ratio, amount.rounding, 1, desk, "share"), None, base.exact)
        case Between():
            return _between(amount, desk, terms)
        case Bands():
            base = base_value(amount.of, desk, terms)
            return Owed(_banded(amount, base, desk), None, base.exact)
        case _:
            assert_never(amount)


def _times(
    base: Value,
    ratio: Decimal | None,
    rounding: Rounding,
    per: int,
    desk: Desk,
    operation: str,
    missing: str = "ratio",
) -> Value:
    if ratio is None:
        # An unset ratio leaves the clause without a number, even where a base of 0 would make any ratio come to 0.
        desk.note(operation, (Input("base", base.exact), Input("ratio", None)), None)
        return open_from(0, *base.missing, missing)
    low = rounded(base.low, ratio, rounding, per)
    high = None if base.high is None else rounded(base.high, ratio, rounding, per)
    if ratio == 0:
        high = low
    if desk.steps is not None:
        inputs: tuple[Input, ...] = (Input("base", base.exact), Input("ratio", str(ratio)))
        if per != 1:
            inputs = (*inputs, Input("per", per))
        whole = None if base.exact is None else product_text(base.exact, ratio, per)
        desk.note(operation, inputs, whole)
        if whole is not None:
            desk.note("round", (Input("number", whole), Input("rounding", str(rounding))), low)
    return Value(low, high, () if low == high else base.missing)


def _per_category(amount: Share, desk: Desk, terms: Terms) -> Owed:
    assert isinstance(amount.of, MeasureBase)  # noqa: S101 -- validation lets no other base have categories
    categories = terms.categories(amount)
    need = terms.need(amount.of, amount.by, categories)
    base = figure(amount.of, need, desk, terms)
    ratios = dict(amount.share) if isinstance(amount.share, tuple) else dict.fromkeys(categories, amount.share)
    total = exactly(0)
    parts = category_values(amount.of, need, categories, desk, terms)
    for category in categories:
        desk.note("category", (Input("category", category),), parts[category].exact)
        part = _times(parts[category], ratios.get(category), amount.rounding, 1, desk, "share", f"ratio[{category}]")
        total = total.plus(part)
    desk.note("sum", (), total.exact)
    return Owed(Value(total.low, total.high, tuple(dict.fromkeys(total.missing))), None, base.exact)


def _between(amount: Between, desk: Desk, terms: Terms) -> Owed:
    base = exactly(1) if amount.of is None else base_value(amount.of, desk, terms)
    low_end, high_end = amount.between.low, amount.between.high
    required = exactly(0)
    if low_end is not None:
        required = _end(base, low_end, amount.per, is_low=True)
    maximum = None
    if high_end is not None:
        maximum = _end(base, high_end, amount.per, is_low=False)
    if desk.steps is not None:
        inputs = (
            Input("base", base.exact if amount.of is not None else None),
            *(Input(name, str(value)) for name, value in _said(amount.between)),
            Input("per", amount.per),
        )
        desk.note("between_low", inputs, required.exact)
        if maximum is not None:
            desk.note("between_high", inputs, maximum.exact)
    return Owed(required, maximum, base.exact if amount.of is not None else None)


def _said(bounds: Bounds) -> list[tuple[str, Decimal]]:
    names = ("at_least", "more_than", "at_most", "less_than")
    return [(name, value) for name in names if (value := getattr(bounds, name)) is not None]


def _end(base: Value, end: tuple[Decimal, bool], per: int, *, is_low: bool) -> Value:
    ratio, inside = end

    def of(number: int) -> int:
        up, down = rounded(number, ratio, Rounding.UP, per), rounded(number, ratio, Rounding.DOWN, per)
        if is_low:
            return up if inside or up != down else down + 1
        return down if inside or up != down else up - 1

    low = of(base.low)
    high = None if base.high is None else of(base.high)
    return Value(low, high, () if low == high else base.missing)


def _banded(amount: Bands, base: Value, desk: Desk) -> Value:
    possible: list[int | None] = []
    for band in amount.bands:
        first, last = ends(band)
        if (last is None or last >= base.low) and (base.high is None or first <= base.high):
            possible.append(band.gives)
    numbers = [number for number in possible if number is not None]
    if len(numbers) < len(possible):
        value = open_from(min(numbers, default=0) if len(numbers) == len(possible) else 0, *base.missing, "number")
    else:
        low, high = min(numbers), max(numbers)
        value = Value(low, high, () if low == high else base.missing)
    desk.note("band", (Input("base", base.exact),), value.exact)
    return value
