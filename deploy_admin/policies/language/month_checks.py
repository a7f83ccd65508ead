"""Checks of month clauses: forms, targets, steps without gaps, days in order, what undoes a month, the pay factor."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import combinations
from typing import TYPE_CHECKING, assert_never

from deploy_admin.policies.language.amount_checks import bounds_faults
from deploy_admin.policies.language.checks import Found, Path
from deploy_admin.policies.language.deduction_checks import deductions_faults
from deploy_admin.policies.language.eligibility_checks import asked_on_a_day, twice
from deploy_admin.policies.language.facts import FACTS
from deploy_admin.policies.language.month import (
    FixedTarget,
    HistoryTarget,
    Judged,
    MonthIndicator,
    MonthRule,
    PayFactor,
    PointsPerUnit,
    TableTarget,
    TargetNode,
    Veto,
)
from deploy_admin.policies.language.month_words import GROUP_FACTS
from deploy_admin.policies.language.posting_checks import ON_POST
from deploy_admin.policies.language.step_checks import steps_faults

if TYPE_CHECKING:
    from deploy_admin.policies.language.types import PolicyDocument

_FORMS = ("target", "share_of", "bands", "per_unit", "judged")


def month_faults(clause: MonthRule, path: Path, document: PolicyDocument) -> Iterator[Found]:
    """Every fault of how a month is assessed."""
    yield from asked_on_a_day(clause.applies_to, (*path, "applies_to"), ON_POST, document)
    submit, fed_back = clause.submit, clause.feed_back
    if submit is not None and fed_back is not None and fed_back.working_day < submit.working_day:
        days = {"submit": str(submit.working_day), "feed_back": str(fed_back.working_day)}
        yield (*path, "feed_back"), "fed_back_too_early", days
    yield from _ids(clause, path)
    for n, indicator in enumerate(clause.indicators):
        at: Path = (*path, "indicators", n)
        yield from asked_on_a_day(indicator.applies_to, (*at, "applies_to"), ON_POST, document)
        yield from _indicator(indicator, at)
    yield from above_zero(clause.full, (*path, "full"))
    if clause.most is not None and clause.most < clause.full:
        yield (*path, "most"), "most_under_full", {"most": str(clause.most), "full": str(clause.full)}
    if clause.deductions is not None:
        yield from deductions_faults(clause.deductions, (*path, "deductions"))
    yield from _sum(clause, path)
    yield from _vetoes(clause, path)
    if clause.pay_factor is not None:
        yield from _pay_factor(clause.pay_factor, (*path, "pay_factor"))


def above_zero(value: Decimal | None, path: Path) -> Iterator[Found]:
    """A number that decides something: above nothing, or unset."""
    if value is not None and value <= 0:
        yield path, "not_positive", {"value": str(value)}


def _not_below_zero(value: Decimal | None, path: Path) -> Iterator[Found]:
    if value is not None and value < 0:
        yield path, "negative", {"value": str(value)}


def _ids(clause: MonthRule, path: Path) -> Iterator[Found]:
    """One id means one thing within the clause, whether it adds, deducts or undoes."""
    items = clause.deductions.items if clause.deductions is not None else ()
    lists = (("indicators", clause.indicators), ("deductions", items), ("veto", clause.veto))
    taken: set[str] = set()
    for key, nodes in lists:
        at: Path = (*path, key, "items") if key == "deductions" else (*path, key)
        ids = [node.id for node in nodes]
        yield from twice(ids, at)
        for n, name in enumerate(ids):
            if name in taken:
                yield (*at, n, "id"), "duplicate_id", {"id": name}
        taken.update(ids)


# ---------------------------------------------------------------- one indicator


def _indicator(indicator: MonthIndicator, path: Path) -> Iterator[Found]:
    said = [key for key in _FORMS if getattr(indicator, key) not in (None, ())]
    if len(said) > 1:
        yield path, "several_forms", {"forms": ", ".join(said)}
    relative = not said or indicator.form in ("target", "share_of")
    yield from above_zero(indicator.weight, (*path, "weight"))
    if indicator.weight is not None and not said:
        yield (*path, "weight"), "weight_without_form", {}
    elif indicator.weight is not None and not relative:
        yield (*path, "weight"), "weight_beside_points", {"form": said[0]}
    yield from above_zero(indicator.cap, (*path, "cap"))
    if indicator.cap != 1 and indicator.form not in ("target", "share_of"):
        yield (*path, "cap"), "cap_without_share", {}
    if indicator.extra and not said:
        yield (*path, "extra"), "extra_without_form", {}
    if indicator.target is not None:
        yield from _target(indicator.target, (*path, "target"))
    if indicator.share_of == indicator.measure:
        yield (*path, "share_of"), "share_of_itself", {}
    if indicator.bands:
        at: Path = (*path, "bands")
        yield from steps_faults([(band.at_least, band.less_than) for band in indicator.bands], at)
        for n, band in enumerate(indicator.bands):
            yield from _not_below_zero(band.points, (*at, n, "points"))
    if indicator.per_unit is not None:
        yield from _per_unit(indicator.per_unit, (*path, "per_unit"))
    if indicator.judged is not None:
        yield from _judged(indicator.judged, (*path, "judged"))


def _target(target: TargetNode, path: Path) -> Iterator[Found]:
    match target:
        case FixedTarget():
            yield from above_zero(target.fixed, (*path, "fixed"))
        case TableTarget():
            yield from _table(target, path)
        case HistoryTarget():
            if target.at_least > target.own_history:
                months = {"at_least": str(target.at_least), "months": str(target.own_history)}
                yield (*path, "at_least"), "history_too_short", months
            yield from above_zero(target.times, (*path, "times"))
        case _:
            assert_never(target)


def _table(target: TableTarget, path: Path) -> Iterator[Found]:
    groups = [group for group, _ in target.values]
    if not groups:
        yield (*path, "values"), "table_without_values", {}
    if len(set(groups)) < len(groups):
        yield (*path, "values"), "named_twice", {}
    fact = FACTS.get(GROUP_FACTS.get(target.by, ""))
    for group, value in target.values:
        if fact is not None and group not in fact.codes:
            params = {"value": group, "fact": target.by, "allowed": ", ".join(fact.codes)}
            yield (*path, "values", group), "fact_value", params
        yield from above_zero(value, (*path, "values", group))
    yield from above_zero(target.otherwise, (*path, "otherwise"))


def _per_unit(each: PointsPerUnit, path: Path) -> Iterator[Found]:
    for key in ("points", "each", "most"):
        yield from above_zero(getattr(each, key), (*path, key))
    if each.points is not None and each.most is not None and 0 < each.most < each.points:
        yield (*path, "most"), "most_under_step", {"most": str(each.most), "points": str(each.points)}


def _judged(judged: Judged, path: Path) -> Iterator[Found]:
    yield from above_zero(judged.most, (*path, "most"))
    yield from _not_below_zero(judged.reason_from, (*path, "reason_from"))
    if judged.most is not None and judged.reason_from is not None and judged.reason_from > judged.most:
        yield (*path, "reason_from"), "reason_never_asked", {"most": str(judged.most)}


# ---------------------------------------------------------------- the whole


def worth(indicator: MonthIndicator) -> Decimal | None:
    """What an indicator adds to the full sum at most, its cap apart; None where that is unset."""
    match indicator.form:
        case None:
            return Decimal(0)
        case "target" | "share_of":
            return indicator.weight
        case "bands":
            points = [band.points for band in indicator.bands if band.points is not None]
            return max(points) if len(points) == len(indicator.bands) else None
        case "per_unit":
            return indicator.per_unit.most if indicator.per_unit is not None else None
        case "judged":
            return indicator.judged.most if indicator.judged is not None else None
        case _:
            assert_never(indicator.form)


def _sum(clause: MonthRule, path: Path) -> Iterator[Found]:
    """What adds up to the full sum, extra points apart.

    An indicator asked of some people only is no part of everybody's sum, so that the sum is then checked from above.
    """
    counted = [each for each in clause.indicators if not each.extra]
    scored = [each for each in counted if each.form is not None]
    if not scored and clause.deductions is None:
        return
    parts = [worth(each) for each in scored if each.applies_to is None]
    is_whole = None not in parts and len(parts) == len(scored)
    known = sum((part for part in parts if part is not None), Decimal(0))
    known += clause.deductions.from_ if clause.deductions is not None else 0
    numbers = {"sum": str(known), "full": str(clause.full)}
    if known > clause.full:
        yield (*path, "full"), "sum_over_full", numbers
    elif is_whole and known != clause.full:
        yield (*path, "full"), "sum_not_full", numbers


def _vetoes(clause: MonthRule, path: Path) -> Iterator[Found]:
    for n, veto in enumerate(clause.veto):
        at: Path = (*path, "veto", n)
        yield from bounds_faults(veto.when, (*at, "when"), whole=False)
        yield from _not_below_zero(veto.gives, (*at, "gives"))
        if veto.gives > clause.full:
            yield (*at, "gives"), "veto_over_full", {"gives": str(veto.gives), "full": str(clause.full)}
    for (_, first), (m, second) in combinations(enumerate(clause.veto), 2):
        if first.measure == second.measure and first.gives != second.gives and _meet(first, second):
            yield (*path, "veto", m, "when"), "vetoes_differ", {"first": first.id, "second": second.id}


def _meet(first: Veto, second: Veto) -> bool:
    """Whether one value may lie in the ranges of both."""
    lows = [low for low in (first.when.low, second.when.low) if low is not None]
    highs = [high for high in (first.when.high, second.when.high) if high is not None]
    if not lows or not highs:
        return True
    low = max(lows, key=lambda end: (end[0], not end[1]))
    high = min(highs, key=lambda end: (end[0], end[1]))
    return low[0] < high[0] or (low[0] == high[0] and low[1] and high[1])


def _pay_factor(factor: PayFactor, path: Path) -> Iterator[Found]:
    if bool(factor.bands) == (factor.per_point is not None):
        yield path, "factor_one_way", {}
    yield from above_zero(factor.per_point, (*path, "per_point"))
    if factor.bands:
        at: Path = (*path, "bands")
        yield from steps_faults([(band.at_least, band.less_than) for band in factor.bands], at)
        for n, band in enumerate(factor.bands):
            yield from _not_below_zero(band.factor, (*at, n, "factor"))
