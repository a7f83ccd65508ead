"""A score told step by step: which value against which number of the clause gave which points. Codes, never prose."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from appraisals.rules import month_score_forms as forms
from appraisals.rules.month_score_forms import Facts, Found, Open, Values
from deploy_admin.policies.language.explained import Input, Step, Truth
from deploy_admin.policies.language.month import Deduction, HistoryTarget, MonthIndicator

if TYPE_CHECKING:
    from appraisals.rules.month_score import Scored, Scorer

_PLACES = Decimal("0.0001")


def text(number: Decimal | None) -> str | None:
    """Return a number as a person writes it: at most four places, no zeros behind."""
    if number is None:
        return None
    shown = number if number == number.to_integral_value() else number.quantize(_PLACES, ROUND_HALF_UP)
    return f"{shown.normalize():f}" if shown else "0"


def steps_of(scorer: Scorer, found: Scored, values: Values, facts: Facts) -> tuple[Step, ...]:
    """Return every indicator in the clause's order, what is taken off, the sum, cap, veto and pay factor."""
    return tuple(_steps(scorer, found, values, facts))


def _steps(scorer: Scorer, found: Scored, values: Values, facts: Facts) -> Iterator[Step]:
    rule, parts = scorer.rule, iter(found.parts)
    scoring = {form.each.id: form for form in scorer.forms}
    for each in rule.indicators:
        if each.id not in scoring or not scorer.is_weighted:
            yield _shown(rule.id, each, values)
        elif each.applies_to is not None and facts.applies.get(each.id) is Truth.NO:
            next(parts)
            yield Step(rule.id, "month.not_asked", (_item(each.id), _value(each.measure, values)), "0")
        else:
            yield _scoring(rule.id, each, next(parts), values, facts, pro_rata=_pro_rata(scorer, each, facts))
    if not scorer.is_weighted:
        return
    if rule.deductions is not None:
        for taken in scorer.taken:
            points = taken.find(values, facts)
            yield Step(rule.id, "month.deduction", tuple(_deduction(taken.item, values)), _points(points))
        said = (Input("month.from", text(rule.deductions.from_)), Input("month.floor", text(rule.deductions.lowest)))
        yield Step(rule.id, "month.left", said, _points(next(parts)))
    yield from _total(scorer, found, values, facts)


def _pro_rata(scorer: Scorer, each: MonthIndicator, facts: Facts) -> bool:
    partial = scorer.rule.partial_month == "pro_rata_duty_days"
    return partial and facts.part is not None and each.target is not None


def _item(name: str) -> Input:
    return Input("item", name)


def _value(measure: str, values: Values) -> Input:
    return Input(f"measure:{measure}", text(values.get(measure)), ref=f"measure:{measure}")


def _points(found: Found) -> str | None:
    return None if isinstance(found, Open) else text(found)


def _shown(clause: str, each: MonthIndicator, values: Values) -> Step:
    value = values.get(each.measure)
    return Step(clause, "month.shown", (_item(each.id), _value(each.measure, values)), text(value))


def _scoring(clause: str, each: MonthIndicator, found: Found, values: Values, facts: Facts, *, pro_rata: bool) -> Step:
    said = [_item(each.id), _value(each.measure, values)]
    match each.form:
        case "target":
            said += _target(each, facts, pro_rata=pro_rata)
            said += [Input("month.weight", text(each.weight)), Input("month.cap", text(each.cap))]
        case "share_of":
            said.append(_value(str(each.share_of), values))
            said += [Input("month.weight", text(each.weight)), Input("month.cap", text(each.cap))]
        case "bands":
            said += _band(each, values)
        case "per_unit" if each.per_unit is not None:
            per = each.per_unit
            said += [Input("month.each", text(per.each)), Input("month.steps", f"steps:{per.steps}")]
            said += [Input("month.worth", text(per.points)), Input("month.most", text(per.most))]
        case "judged" if each.judged is not None:
            said.append(Input("month.most", text(each.judged.most)))
    return Step(clause, f"month.{each.form}", tuple(said), _points(found))


def _target(each: MonthIndicator, facts: Facts, *, pro_rata: bool) -> Iterator[Input]:
    found = forms.target_of(each, facts)
    if isinstance(each.target, HistoryTarget):
        earlier = facts.history.get(each.measure, ())[: each.target.own_history]
        told = " / ".join(text(value) or "" for value in earlier)
        yield Input("month.history", told or None)
    yield Input("month.target_number", None if isinstance(found, str) else text(found))
    if pro_rata and facts.part is not None:
        there, whole = facts.part
        yield Input("month.part", None if whole is None else f"{there}/{whole}")


def _band(each: MonthIndicator, values: Values) -> Iterator[Input]:
    value = values.get(each.measure)
    if value is None or value < 0:
        return
    band = forms.band_of(value, each.bands)
    if band.at_least is not None:
        yield Input("at_least", text(band.at_least))
    if band.less_than is not None:
        yield Input("less_than", text(band.less_than))


def _deduction(item: Deduction, values: Values) -> Iterator[Input]:
    yield _item(item.id)
    yield _value(item.measure, values)
    yield Input("more_than", text(item.above))
    if item.each is not None:
        yield Input("month.each", text(item.each))
        yield Input("month.steps", f"steps:{item.steps}")
    yield Input("month.worth", text(item.points))
    if item.most is not None:
        yield Input("month.most", text(item.most))


def _total(scorer: Scorer, found: Scored, values: Values, facts: Facts) -> Iterator[Step]:
    rule = scorer.rule
    if len(found.parts) > 1:
        yield Step(rule.id, "sum", tuple(Input("month.points", _points(part)) for part in found.parts), _sum(found))
    if rule.most is not None:
        limit = (Input("number", _sum(found)), Input("maximum", text(rule.most)))
        total = _whole(found)
        yield Step(rule.id, "maximum", limit, None if total is None else text(min(total, rule.most)))
    for veto in rule.veto:
        answer = forms.vetoed(veto, values, facts)
        if answer is Truth.NO:
            continue
        bounds = veto.when
        said = [
            Input(name, text(held))
            for name in ("at_least", "more_than", "at_most", "less_than")
            if (held := getattr(bounds, name)) is not None
        ]
        result = text(veto.gives) if answer is Truth.YES else None
        yield Step(rule.id, "month.veto", (_item(veto.id), _value(veto.measure, values), *said), result)
    yield Step(rule.id, "month.total", (), None if found.points is None else str(found.points))
    if rule.pay_factor is not None and found.points is not None:
        factor = None if found.factor is None else text(found.factor)
        yield Step(rule.id, "month.factor", (Input("month.points", str(found.points)),), factor)


def _whole(found: Scored) -> Decimal | None:
    known = [part for part in found.parts if not isinstance(part, Open)]
    return sum(known, forms.ZERO) if len(known) == len(found.parts) else None


def _sum(found: Scored) -> str | None:
    return text(_whole(found))
