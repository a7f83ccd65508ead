"""Checks of deductions from a fixed sum: steps that are said whole, and none that contradicts another or the floor."""

from __future__ import annotations

import math
from collections.abc import Iterator
from decimal import Decimal
from itertools import combinations

from deploy_admin.policies.language.checks import Found, Path
from deploy_admin.policies.language.month import Deduction, Deductions

_ENDLESS = Decimal("Infinity")


def deductions_faults(deductions: Deductions, path: Path) -> Iterator[Found]:
    """Every fault of a sum from which is deducted."""
    whole, floor = deductions.from_, deductions.floor
    if whole <= 0:
        yield (*path, "from"), "not_positive", {"value": str(whole)}
    if floor is not None and floor < 0:
        yield (*path, "floor"), "negative", {"value": str(floor)}
    if floor is not None and floor >= whole:
        yield (*path, "floor"), "floor_over_sum", {"floor": str(floor), "sum": str(whole)}
        return
    items = deductions.items
    for n, item in enumerate(items):
        yield from _item(item, (*path, "items", n))
        left = whole - deductions.lowest
        most = item.most if item.each is not None else item.points
        if most is not None and most > left:
            yield (*path, "items", n), "deduction_over_sum", {"id": item.id, "most": str(most), "left": str(left)}
    for (_, first), (m, second) in combinations(enumerate(items), 2):
        if first.measure == second.measure and _overlap(first, second):
            yield (*path, "items", m), "deductions_overlap", {"first": first.id, "second": second.id}
    taken = [taken_at_most(item) for item in items]
    if floor is None and sum((most for most in taken if most is not None), Decimal(0)) > whole:
        yield (*path, "items"), "floor_unsaid", {"sum": str(whole)}


def taken_at_most(item: Deduction) -> Decimal | None:
    """What an item may take; None where its points are unset, without end where its steps have none."""
    if item.points is None:
        return item.most
    if item.each is None:
        return item.points
    return _ENDLESS if item.most is None else item.most


def _item(item: Deduction, path: Path) -> Iterator[Found]:
    for key in ("each", "points", "most"):
        value = getattr(item, key)
        if value is not None and value <= 0:
            yield (*path, key), "not_positive", {"value": str(value)}
    if item.above < 0:
        yield (*path, "above"), "negative", {"value": str(item.above)}
    if item.each is None:
        for key, is_said in (("steps", item.steps == "started"), ("most", item.most is not None)):
            if is_said:
                yield (*path, key), "steps_without_each", {"key": key}
    elif item.points is not None and item.most is not None and 0 < item.most < item.points:
        yield (*path, "most"), "most_under_step", {"most": str(item.most), "points": str(item.points)}


def _overlap(first: Deduction, second: Deduction) -> bool:
    """Whether both take more and more within one range of values: nobody says then which of them takes it."""
    return max(first.above, second.above) < min(_end(first), _end(second))


def _end(item: Deduction) -> Decimal:
    """The value at which an item has taken its most; without steps, most or points it has no end."""
    if item.each is None or item.each <= 0 or item.most is None or item.points is None or item.points <= 0:
        return _ENDLESS
    return item.above + item.each * math.ceil(item.most / item.points)
