"""Month clauses as English sentences, the same as in Chinese."""

from __future__ import annotations

from typing import assert_never

from deploy_admin.policies.language.eligibility_en import days_sentences, people
from deploy_admin.policies.language.facts import FACTS
from deploy_admin.policies.language.length_words import plain
from deploy_admin.policies.language.month import (
    Deduction,
    Deductions,
    FixedTarget,
    HistoryTarget,
    MonthIndicator,
    MonthRule,
    PayFactor,
    TableTarget,
    TargetNode,
    Veto,
)
from deploy_admin.policies.language.month_words import (
    GROUP_FACTS,
    in_order,
    indicator_word,
    is_shown_only,
    measure_word,
    points_word,
    step_bounds,
    step_words,
)
from deploy_admin.policies.language.phrases_en import BINDING, UNSET, Names, bounds, listed
from deploy_admin.policies.language.posting_en import binding_sentences, capital, whom_on_post
from deploy_admin.policies.language.types import PolicyDocument

AUTHORITIES = {
    "district_authority": "the district's health authority",
    "city_authority": "the city's health authority",
}
_GROUPED_BY = {
    "speciality": "speciality",
    "staff_category": "kind of staff",
    "receiving_kind": "kind of receiving unit",
}
_AVERAGE = {"mean": "mean", "median": "median"}


def month_sentences(clause: MonthRule, document: PolicyDocument, names: Names) -> list[str]:
    """How a month is assessed: by what, by when, what it is worth, what is taken off, what follows for pay."""
    whom = whom_on_post(clause.applies_to, document, names)
    words = listed([indicator_word(each, clause, "en", names) for each in clause.indicators], "and")
    more = "; others may be added" if clause.open_list else ""
    said = [
        f"The receiving unit {BINDING[clause.binding]} assess the performance of {whom} every month.",
        f"The indicators are: {words}{more}.",
        *_days(clause),
    ]
    said += _scored(clause, document, names)
    if clause.deductions is not None:
        said.append(_deductions(clause.deductions, clause, names))
    said += [_veto(each, clause, names) for each in clause.veto]
    if any(each.target is not None for each in clause.indicators):
        how = "are pro rata by duty days" if clause.partial_month == "pro_rata_duty_days" else "stay as they are"
        said.append(f"In a month only partly at the post targets {how}.")
    if clause.is_weighted:
        said.append("What is missing or still to be decided leaves the total undetermined; it is never taken as zero.")
    if clause.pay_factor is not None:
        said.append(_pay_factor(clause.pay_factor))
    return [*said, *days_sentences(clause.conditions), *binding_sentences(clause.binding)]


def _days(clause: MonthRule) -> list[str]:
    """By when a month is handed in and fed back."""
    handed, back = "every month; by when is unset", "; by when is unset"
    if clause.submit is not None:
        handed = f"by working day {clause.submit.working_day} of the next month"
    if clause.feed_back is not None:
        back = f" by working day {clause.feed_back.working_day} of the next month"
    return [
        f"The receiving unit hands it in {handed}.",
        f"{capital(AUTHORITIES[clause.fed_back_by])} feeds the results back to the sending units{back}.",
    ]


def _scored(clause: MonthRule, document: PolicyDocument, names: Names) -> list[str]:
    """What each indicator is worth, then the sum; what is only shown."""
    if not clause.is_weighted:
        return ["Their weights and points are unset, so they are shown and give no score."]
    said = [_indicator(each, clause, document, names) for each in clause.indicators if not is_shown_only(each)]
    shown = [indicator_word(each, clause, "en", names) for each in clause.indicators if is_shown_only(each)]
    if shown:
        said.append(f"Without weight or points, shown only: {listed(shown, 'and')}.")
    most = f"; with extra points at most {plain(clause.most)}" if clause.most is not None else ""
    return [*said, f"The full sum is {points_word(clause.full, 'en')}{most}."]


def _indicator(each: MonthIndicator, clause: MonthRule, document: PolicyDocument, names: Names) -> str:
    label = indicator_word(each, clause, "en", names)
    whom = f" of {people(each.applies_to, document, names)}" if each.applies_to is not None else ""
    extra = "; these are extra points on top of the full sum" if each.extra else ""
    return f"“{label}”{whom}: {_form(each, clause, names)}{extra}."


def _form(each: MonthIndicator, clause: MonthRule, names: Names) -> str:
    if each.target is not None:
        worth = points_word(each.weight, "en")
        return f"{worth}, by the share of the target that is reached, {_cap(each)}; {_target(each.target)}"
    if each.share_of is not None:
        whole = measure_word(each.share_of, clause, "en", names)
        return f"{points_word(each.weight, 'en')}, by the share of {whole}, {_cap(each)}"
    if each.bands:
        steps = "; ".join(
            f"{step_bounds(band.at_least, band.less_than, 'en')}: {points_word(band.points, 'en')}"
            for band in in_order(each.bands)
        )
        return f"points by step: {steps}"
    if each.per_unit is not None:
        unit = each.per_unit
        points, most = points_word(unit.points, "en"), points_word(unit.most, "en")
        return f"{points} {step_words(unit.each, unit.steps, 'en')}, at most {most}"
    if each.judged is not None:
        missing = each.judged.reason_from
        when = "with a reason"
        if missing is not None:
            when = f"with a reason from {points_word(missing, 'en')} less on"
        return f"the receiving unit gives at most {points_word(each.judged.most, 'en')}, {when}"
    return "shown only"


def _cap(each: MonthIndicator) -> str:
    return "no more for what exceeds it" if each.cap == 1 else f"at most {plain(each.cap)} times the weight"


def _target(target: TargetNode) -> str:
    match target:
        case FixedTarget():
            return f"the target is {UNSET if target.fixed is None else plain(target.fixed)}"
        case TableTarget():
            said = [f"{_group(target, key)} {UNSET if held is None else plain(held)}" for key, held in target.values]
            others = UNSET if target.otherwise is None else plain(target.otherwise)
            return f"the target goes by {_GROUPED_BY[target.by]}: {', '.join(said)}, others {others}"
        case HistoryTarget():
            times = "" if target.times == 1 else f"{plain(target.times)} times "
            least = f" (unset with fewer than {target.at_least})" if target.at_least > 1 else ""
            months = "month" if target.own_history == 1 else f"{target.own_history} months"
            return f"the target is {times}the {_AVERAGE[target.of]} of the person's own last {months}{least}"
        case _:
            assert_never(target)


def _group(target: TableTarget, key: str) -> str:
    name = GROUP_FACTS.get(target.by)
    return FACTS[name].word(key, "en") if name is not None else key


def _deductions(deductions: Deductions, clause: MonthRule, names: Names) -> str:
    floor = f", down to {plain(deductions.lowest)}" if deductions.floor is not None else ""
    items = "; ".join(_deduction(item, clause, names) for item in deductions.items)
    return f"From another {points_word(deductions.from_, 'en')} is deducted{floor}: {items}."


def _deduction(item: Deduction, clause: MonthRule, names: Names) -> str:
    measure, points = measure_word(item.measure, clause, "en", names), points_word(item.points, "en")
    if item.each is None:
        return f"{item.label_en}: {points} for {measure} above {plain(item.above)}"
    over = f" above {plain(item.above)}" if item.above else ""
    most = f", at most {plain(item.most)}" if item.most is not None else ""
    return f"{item.label_en}: for {measure}{over}, {points} {step_words(item.each, item.steps, 'en')}{most}"


def _veto(veto: Veto, clause: MonthRule, names: Names) -> str:
    measure = measure_word(veto.measure, clause, "en", names)
    gives = points_word(veto.gives, "en")
    low, high = veto.when.at_least, veto.when.at_most
    when = f"exactly {plain(low)}" if low is not None and low == high else bounds(veto.when)
    return f"What undoes the month ({veto.label_en}): with {when} {measure} its total is {gives}."


def _pay_factor(factor: PayFactor) -> str:
    if factor.per_point is not None:
        return f"The factor of performance pay is {plain(factor.per_point)} times the total."
    steps = "; ".join(
        f"{step_bounds(band.at_least, band.less_than, 'en')}: {UNSET if band.factor is None else plain(band.factor)}"
        for band in in_order(factor.bands)
    )
    return f"The factor of performance pay goes by the total: {steps}."
