"""Checks of amounts and bases: ratios, ranges, tables, measures and their dimensions."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import assert_never

from deploy_admin.policies.language.amounts import AmountNode, Band, Bands, Between, Fixed, PerUnit, Share
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
from deploy_admin.policies.language.checks import Found, Path, condition_faults
from deploy_admin.policies.language.facts import Subject
from deploy_admin.policies.language.measures import DIMENSIONS, Measure, measures
from deploy_admin.policies.language.nodes import Bounds
from deploy_admin.policies.language.quota import Quota, UnitScope
from deploy_admin.policies.language.types import PolicyDocument

_UNIT = frozenset({Subject.INSTITUTION})


def ratio_faults(value: Decimal | None, path: Path) -> Iterator[Found]:
    if value is not None and not 0 <= value <= 1:
        yield (*path, "share"), "ratio_out_of_range", {"value": str(value)}


def amount_faults(amount: AmountNode, path: Path, clause: Quota, document: PolicyDocument) -> Iterator[Found]:
    match amount:
        case Fixed():
            return
        case PerUnit():
            if amount.per_unit is not None and amount.per_unit <= 0:
                yield (*path, "per_unit"), "not_positive", {"value": str(amount.per_unit)}
            yield from _base(amount.of, (*path, "of"), clause, document)
        case Share():
            yield from _share(amount, path, document)
            yield from _base(amount.of, (*path, "of"), clause, document)
        case Between():
            yield from bounds_faults(amount.between, (*path, "between"), whole=amount.of is None)
            if amount.of is not None:
                yield from _base(amount.of, (*path, "of"), clause, document)
        case Bands():
            yield from _bands(amount.bands, (*path, "bands"))
            yield from _base(amount.of, (*path, "of"), clause, document)
        case _:
            assert_never(amount)


def bounds_faults(bounds: Bounds, path: Path, *, whole: bool) -> Iterator[Found]:
    """Every fault of a range; `whole`: of head-counts, so that a whole number must lie inside."""
    for first, second in (("at_least", "more_than"), ("at_most", "less_than")):
        if getattr(bounds, first) is not None and getattr(bounds, second) is not None:
            yield path, "two_bounds", {"first": first, "second": second}
    low, high = bounds.low, bounds.high
    if low is None and high is None:
        yield path, "open_range", {}
    for end in (low, high):
        if end is not None and end[0] < 0:
            yield path, "negative", {"value": str(end[0])}
    if low is None or high is None:
        return
    empty = low[0] > high[0] or (low[0] == high[0] and not (low[1] and high[1]))
    if not empty and whole:
        first_whole = math.ceil(low[0]) if low[1] else math.floor(low[0]) + 1
        last_whole = math.floor(high[0]) if high[1] else math.ceil(high[0]) - 1
        empty = first_whole > last_whole
    if empty:
        yield path, "empty_range", {}


def ends(band: Band) -> tuple[int, int | None]:
    """Return the first and last whole number of a band; None for no end."""
    low = band.at_least if band.at_least is not None else band.more_than + 1 if band.more_than is not None else 0
    high = band.at_most if band.at_most is not None else band.less_than - 1 if band.less_than is not None else None
    return low, high


def _bands(bands: Sequence[Band], path: Path) -> Iterator[Found]:
    for n, band in enumerate(bands):
        for first, second in (("at_least", "more_than"), ("at_most", "less_than")):
            if getattr(band, first) is not None and getattr(band, second) is not None:
                yield (*path, n), "two_bounds", {"first": first, "second": second}
        low, high = ends(band)
        if high is not None and high < low:
            yield (*path, n), "empty_range", {}
            return
    placed = sorted(enumerate(bands), key=lambda pair: ends(pair[1])[0])
    expected = 0
    for n, band in placed:
        low, high = ends(band)
        if low > expected:
            yield (*path, n), "bands_gap", {"value": str(expected)}
        elif low < expected or expected < 0:
            yield (*path, n), "bands_overlap", {"value": str(low)}
        if high is None:
            expected = -1 if n != placed[-1][0] else 0
            if expected < 0:
                following = ends(placed[[place for place, _ in placed].index(n) + 1][1])[0]
                yield (*path, n), "bands_overlap", {"value": str(following)}
            return
        expected = high + 1
    yield (*path, placed[-1][0]), "bands_gap", {"value": str(expected)}


def _share(amount: Share, path: Path, document: PolicyDocument) -> Iterator[Found]:
    table = amount.share if isinstance(amount.share, tuple) else None
    if isinstance(amount.share, Decimal):
        yield from ratio_faults(amount.share, path)
    for category, ratio in table or ():
        if ratio is not None and not 0 <= ratio <= 1:
            yield (*path, "share", category), "ratio_out_of_range", {"value": str(ratio)}
    if amount.taken == "total":
        if amount.by is not None:
            yield (*path, "by"), "by_without_per_category", {}
        if table is not None:
            yield (*path, "share"), "whole_ratio_expected", {}
        return
    categories = categories_of(amount, measures(document))
    if not categories:
        yield (*path, "taken"), "per_category_without_dimension", {}
        return
    if table is not None:
        named = {category for category, _ in table}
        for category in sorted(named - set(categories)):
            yield (
                (*path, "share", category),
                "ratio_for_unknown_category",
                {"category": category, "allowed": ", ".join(categories)},
            )
        for category in categories:
            if category not in named:
                yield (*path, "share"), "ratio_missing_for_category", {"category": category}


def categories_of(amount: Share, known: dict[str, Measure]) -> tuple[str, ...]:
    """The categories a share per category is taken of: those the base lists, or all of the dimension."""
    if amount.by is None or not isinstance(amount.of, MeasureBase):
        return ()
    listed = dict(amount.of.dimensions).get(amount.by)
    if listed is not None:
        return listed
    measure = known.get(amount.of.measure)
    if measure is None or amount.by not in measure.dimensions or amount.by not in DIMENSIONS:
        return ()
    return tuple(code.value for code in DIMENSIONS[amount.by].values)


def _base(base: BaseNode, path: Path, clause: Quota, document: PolicyDocument) -> Iterator[Found]:
    known = measures(document)
    match base:
        case MeasureBase():
            yield from _measure(base, path, clause, document, known)
        case Constant():
            return
        case Posts():
            if isinstance(base.posts, str) and base.posts not in known:
                yield (*path, "posts"), "unknown_measure", {"measure": base.posts, "allowed": ", ".join(known)}
        case CountOf() | Population():
            yield from condition_faults(base.where, (*path, "where"), _UNIT, document)
        case Sum():
            for n, part in enumerate(base.sum):
                if isinstance(part, MeasureBase) and isinstance(part.year, Either):
                    yield (*path, "sum", n, "year"), "either_once", {}
                yield from _base(part, (*path, "sum", n), clause, document)
        case _:
            assert_never(base)


def _measure(
    base: MeasureBase, path: Path, clause: Quota, document: PolicyDocument, known: dict[str, Measure]
) -> Iterator[Found]:
    measure = known.get(base.measure)
    if measure is None:
        yield (*path, "measure"), "unknown_measure", {"measure": base.measure, "allowed": ", ".join(known)}
    for dimension, values in base.dimensions:
        at: Path = (*path, "dimensions", dimension)
        if measure is not None and dimension not in measure.dimensions:
            allowed = ", ".join(measure.dimensions) or "—"
            params = {"measure": measure.id, "dimension": dimension, "allowed": allowed}
            yield at, "unknown_dimension", params
        elif dimension in DIMENSIONS:
            codes = DIMENSIONS[dimension].codes
            for value in values:
                if value not in codes:
                    params = {"value": value, "dimension": dimension, "allowed": ", ".join(sorted(codes))}
                    yield at, "dimension_value", params
            if not values:
                yield at, "empty_list", {}
    if base.units is not None and isinstance(clause.scope, UnitScope):
        yield (*path, "units"), "unit_scope_units", {}
    yield from condition_faults(base.units, (*path, "units"), _UNIT, document)
    if isinstance(base.year, Either):
        offsets = [part.offset for part in base.year.either]
        if len(offsets) < 2 or len(set(offsets)) != len(offsets):
            yield (*path, "year"), "either_same", {}
