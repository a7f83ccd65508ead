"""What a month of one person is worth under a month clause. Pure: clause, values and facts in, points out.

Everything in between is exact; only the total is rounded, once, half upwards to two places, and the pay factor
follows from the rounded points. What is unknown leaves the total undetermined unless the bounds of what is unknown
meet after cap, floor and veto: then it is decided without it.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any, NamedTuple

from appraisals.rules import month_score_forms as forms
from appraisals.rules.month_score_explaining import steps_of
from appraisals.rules.month_score_forms import ZERO, Contradiction, Facts, Found, Open, Values, rounded
from deploy_admin.policies.language.deduction_checks import deductions_faults
from deploy_admin.policies.language.explained import Explained, Truth, Undetermined
from deploy_admin.policies.language.month import (
    Deductions,
    HistoryTarget,
    MonthIndicator,
    MonthRule,
    TableTarget,
)

__all__ = ["WHOLE", "Contradiction", "Facts", "Scored", "Scorer", "compile_rule"]

SCORED, UNDETERMINED, UNWEIGHTED = "scored", "undetermined", "unweighted"
#: A whole month of somebody of whom nothing else is asked.
WHOLE = Facts()


class Scored(NamedTuple):
    """What came out: points and factor where it is decided, otherwise what is missing and the bounds that hold.

    `parts` are the points of the indicators that score, in the clause's order, then what is left of the sum from
    which is deducted.
    """

    state: str
    points: Decimal | None = None
    factor: Decimal | None = None
    is_vetoed: bool = False
    missing: tuple[str, ...] = ()
    parts: tuple[Found, ...] = ()
    low: Decimal | None = None
    high: Decimal | None = None

    @property
    def undetermined(self) -> Undetermined:
        """What is missing, with the bounds as whole points."""
        return Undetermined(
            self.missing,
            None if self.low is None else int(self.low.to_integral_value(ROUND_FLOOR)),
            None if self.high is None else int(self.high.to_integral_value(ROUND_CEILING)),
        )


class Scorer:
    """One clause, read once: score any number of months with it."""

    def __init__(self, rule: MonthRule) -> None:
        self.rule = rule
        self.is_weighted = rule.is_weighted
        self.forms = tuple(form for each in rule.indicators if (form := _form(each, rule)) is not None)
        self.taken = tuple(forms.Taken(item) for item in rule.deductions.items) if rule.deductions else ()
        if rule.deductions is not None:
            _check_deductions(rule.deductions)
        if rule.pay_factor is not None:
            _check_factor(rule)
        self._simple = not rule.deductions and not rule.veto
        self._find = tuple(form.find for form in self.forms)

    @property
    def groups(self) -> frozenset[str]:
        """By what its tables of targets ask: speciality, staff_category, receiving_kind."""
        found = (each.target.by for each in self.rule.indicators if isinstance(each.target, TableTarget))
        return frozenset(found)

    @property
    def history(self) -> dict[str, int]:
        """The measures of which earlier months are asked, with how many months at most."""
        found: dict[str, int] = {}
        for each in self.rule.indicators:
            if isinstance(each.target, HistoryTarget):
                found[each.measure] = max(each.target.own_history, found.get(each.measure, 0))
        return found

    def score(self, values: Values, facts: Facts = WHOLE) -> Scored:
        """Return what these values are worth."""
        if not self.is_weighted:
            return Scored(UNWEIGHTED)
        parts: list[Found] = [find(values, facts) for find in self._find]
        if self._simple and Open not in map(type, parts):
            known: Any = parts
            total: Decimal = sum(known, ZERO)
            most = self.rule.most
            return self._decided(total if most is None or total <= most else most, tuple(parts))
        if self.rule.deductions is not None:
            parts.append(self.left(values, facts))
        return self._together(tuple(parts), values, facts)

    def explain(self, values: Values, facts: Facts = WHOLE) -> Explained[str]:
        """Return the points as text, empty where the clause makes no sum, with every step that led to them."""
        found = self.score(values, facts)
        steps = steps_of(self, found, values, facts)
        if found.state == UNDETERMINED:
            return Explained(found.undetermined, steps)
        return Explained("" if found.points is None else str(found.points), steps)

    def left(self, values: Values, facts: Facts) -> Found:
        """Return what is left of the fixed sum after all that is taken off it, never below the floor."""
        rule = self.rule.deductions
        assert rule is not None  # noqa: S101 -- asked only where there is one
        low, high, missing = _sum(taken.find(values, facts) for taken in self.taken)
        least = rule.lowest if high is None else max(rule.from_ - high, rule.lowest)
        most = rule.from_ if low is None else max(rule.from_ - low, rule.lowest)
        return least if least == most else Open(least, most, missing)

    def _decided(self, total: Decimal, parts: tuple[Found, ...], *, vetoed: bool = False) -> Scored:
        points = rounded(total)
        rule = self.rule.pay_factor
        factor = forms.factor_of(rule, points) if rule is not None else None
        missing = ("factor",) if rule is not None and factor is None else ()
        return Scored(SCORED, points, factor, vetoed, missing, parts, points, points)

    def _together(self, parts: tuple[Found, ...], values: Values, facts: Facts) -> Scored:
        low, high, missing = _sum(parts)
        if (most := self.rule.most) is not None:
            high = most if high is None else min(high, most)
            low = None if low is None else min(low, most)
        holds, gives = False, None
        doubts: list[tuple[str, ...]] = []
        for veto in self.rule.veto:
            answer = forms.vetoed(veto, values, facts)
            if answer is Truth.YES:
                holds, gives = True, veto.gives if gives is None else min(gives, veto.gives)
        if holds:
            low = high = gives
            missing = ()
        for veto in self.rule.veto:
            answer = forms.vetoed(veto, values, facts)
            if not isinstance(answer, tuple) or (low is not None and low == high == veto.gives):
                continue
            if holds and gives is not None and veto.gives >= gives:
                continue  # of several the lowest counts
            low = None if low is None else min(low, veto.gives)
            high = None if high is None else max(high, veto.gives)
            doubts.append(answer)
        if low is not None and high is not None and rounded(low) == rounded(high):
            return self._decided(low, parts, vetoed=holds)
        codes = (*missing, *(code for codes in doubts for code in codes))
        return Scored(UNDETERMINED, None, None, holds, tuple(dict.fromkeys(codes)), parts, low, high)


def compile_rule(rule: MonthRule) -> Scorer:
    """Return the clause read for scoring; Contradiction where it contradicts itself."""
    return Scorer(rule)


def _form(each: MonthIndicator, rule: MonthRule) -> Any:
    """Return what an indicator is scored with; None where it is only shown."""
    said = (each.target is not None, each.share_of is not None, bool(each.bands), each.per_unit, each.judged)
    if sum(bool(one) for one in said) > 1:
        raise Contradiction(f"{each.id}: two forms")
    form: Any = None
    match each.form:
        case "target" | "share_of" if each.weight is not None:
            form = forms.Ratio(each, pro_rata=rule.partial_month == "pro_rata_duty_days")
        case "bands":
            form = forms.Banded(each)
        case "per_unit" if each.per_unit is not None:
            form = forms.Stepped(each, each.per_unit)
        case "judged" if each.judged is not None:
            form = forms.Given(each, each.judged.most)
    return forms.Conditional(form) if form is not None and each.applies_to is not None else form


def _sum(parts: Iterable[Found]) -> Open:
    low: Decimal | None = ZERO
    high: Decimal | None = ZERO
    missing: tuple[str, ...] = ()
    for part in parts:
        least, most, codes = part if isinstance(part, Open) else (part, part, ())
        low = None if low is None or least is None else low + least
        high = None if high is None or most is None else high + most
        missing += codes
    return Open(low, high, missing)


def _check_deductions(rule: Deductions) -> None:
    """Refuse two deductions that take for the same part of one measure, and sums that no floor holds."""
    for _, code, _ in deductions_faults(rule, ()):
        raise Contradiction(f"deductions: {code}")


def _check_factor(rule: MonthRule) -> None:
    assert rule.pay_factor is not None  # noqa: S101 -- asked only where there is one
    if bool(rule.pay_factor.bands) == (rule.pay_factor.per_point is not None):
        raise Contradiction("pay_factor")
    if rule.pay_factor.bands:
        forms.check_bands("pay_factor", rule.pay_factor.bands)
