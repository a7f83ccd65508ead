"""The adjustable numbers and choices of a clause, in words: what an officer may be asked about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from deploy_admin.policies.language import phrases_en, phrases_zh
from deploy_admin.policies.language.allocation import AllocationRule
from deploy_admin.policies.language.amounts import Between, Fixed, PerUnit, Share
from deploy_admin.policies.language.bases import Either, MeasureBase
from deploy_admin.policies.language.clauses import Clause
from deploy_admin.policies.language.conditions import Compare, ConditionNode
from deploy_admin.policies.language.counts import CountThreshold
from deploy_admin.policies.language.eligibility import TARGETS, Eligibility
from deploy_admin.policies.language.facts import FACTS
from deploy_admin.policies.language.judging import leaves
from deploy_admin.policies.language.leave import LEAVE_KINDS, AbsenceRule, LeaveRule
from deploy_admin.policies.language.length_words import count, length, plain, points, term, times
from deploy_admin.policies.language.month import FixedTarget, MonthIndicator, MonthRule
from deploy_admin.policies.language.month_words import in_order, indicator_word, points_word, step_bounds
from deploy_admin.policies.language.nodes import Duration
from deploy_admin.policies.language.posting import PostingRule
from deploy_admin.policies.language.quota import Quota
from deploy_admin.policies.language.requirements import Requirement
from deploy_admin.policies.language.service import UNBROKEN, ServiceRule

Lang = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One number or choice of a clause that an officer may be asked about."""

    label: str
    value: str
    unset: bool = False


def parameters(clause: Clause, lang: Lang = "zh", names: phrases_zh.Names | None = None) -> tuple[Parameter, ...]:
    """Return the clause's adjustable numbers and choices, in words; what is unset is marked so."""
    match clause:
        case Quota():
            return tuple(_of_quota(clause, lang))
        case Eligibility():
            found = _of_eligibility(clause, lang)
        case AllocationRule():
            found = _of_allocation(clause, lang)
        case PostingRule():
            found = _of_posting(clause, lang)
        case LeaveRule():
            found = _of_leave(clause, lang)
        case AbsenceRule():
            found = _of_absence(clause, lang)
        case MonthRule():
            found = _of_month(clause, lang, names)
        case ServiceRule():
            found = _of_service(clause, lang)
        case Requirement():
            found = _of_requirement(clause, lang)
        case _:
            raise TypeError(type(clause).__name__)
    return (*found, *_unset_thresholds(clause.conditions, lang))


def _unset_thresholds(conditions: Iterable[ConditionNode], lang: Lang) -> Iterable[Parameter]:
    zh = lang == "zh"
    for condition in conditions:
        for leaf in leaves(condition):
            if isinstance(leaf, Compare) and leaf.value is None:
                fact = FACTS[leaf.fact]
                yield _open(fact.label_zh if zh else fact.label_en, lang)


def _open(label: str, lang: Lang) -> Parameter:
    return Parameter(label, (phrases_zh if lang == "zh" else phrases_en).UNSET, True)


def _counted(label: str, threshold: CountThreshold, unit: str, lang: Lang) -> Parameter:
    return Parameter(label, count(threshold, unit, lang), threshold.value is None)


def _lasting(label: str, value: Duration | None, lang: Lang) -> Parameter:
    return Parameter(label, length(value, lang), value is None)


def _yes_no(label: str, said: bool | None, lang: Lang) -> Parameter:
    words = phrases_zh if lang == "zh" else phrases_en
    return _open(label, lang) if said is None else Parameter(label, words.ANSWERS[said])


def _of_allocation(clause: AllocationRule, lang: Lang) -> list[Parameter]:
    """The criteria by their places: their order is what an officer is asked about."""
    zh = lang == "zh"
    return [
        Parameter(f"第{n}项" if zh else f"Criterion {n}", each.label_zh if zh else each.label_en)
        for n, each in enumerate(clause.criteria, start=1)
    ]


def _of_posting(clause: PostingRule, lang: Lang) -> list[Parameter]:
    zh = lang == "zh"
    words = phrases_zh if zh else phrases_en
    found = []
    if clause.suspension is not None:
        found.append(_yes_no("暂停执业" if zh else "Suspension", clause.suspension, lang))
    if clause.filing is not None:
        within = f"{clause.filing.within}个工作日" if zh else f"{clause.filing.within} working days"
        found.append(Parameter("多机构执业备案期限" if zh else "Filing due within", within))
    if clause.full_time is not None:
        found.append(_yes_no("全脱产" if zh else "Full-time", clause.full_time, lang))
    if clause.term is not None:
        found.append(Parameter("派驻期限" if zh else "Term", term(clause.term, lang)))
    if clause.exchange_tolerance is not None:
        label = "跟班学习人数允许相差" if zh else "Exchange may differ by"
        found.append(Parameter(label, str(clause.exchange_tolerance)))
    if clause.deputies is not None:
        share = clause.deputies
        label = "挂职业务副院长占比" if zh else "Share of deputy directors"
        found.append(Parameter(label, words.percent(share.target), share.target is None))
        found.append(Parameter("允许相差" if zh else "Give or take", points(share.tolerance, lang)))
    return found


_BY = {
    "whole_episode": ("全部天数", "all days"),
    "excess": ("超出部分", "the days beyond"),
    "calendar_span": ("自然日跨度", "calendar days"),
}


def _of_leave(clause: LeaveRule, lang: Lang) -> list[Parameter]:
    zh = lang == "zh"
    found = []
    if clause.filing is not None:
        found.append(_counted("备案" if zh else "Filed", clause.filing, "days", lang))
    if clause.extension is not None:
        found.append(_counted("顺延起算" if zh else "Extends from", clause.extension, "days", lang))
    if clause.extends:
        found.append(Parameter("顺延天数" if zh else "Extension by", _BY[clause.by][0 if zh else 1]))
    for kind, held in clause.extends:
        code = LEAVE_KINDS[kind]
        found.append(_yes_no(f"{code.label_zh}顺延" if zh else f"Extended by {code.label_en}", held, lang))
    return found


def _of_absence(clause: AbsenceRule, lang: Lang) -> list[Parameter]:
    zh = lang == "zh"
    found = []
    if clause.counts:
        counted = {"episode": ("按次", "episodes"), "day": ("按日", "days")}
        label = "旷工计算" if zh else "Counted by"
        by = clause.counted_by
        found.append(_open(label, lang) if by is None else Parameter(label, counted[by][0 if zh else 1]))
    for threshold, label_zh, label_en, unit in (
        (clause.warn, "警示", "Warning", "times"),
        (clause.proposes_void, "建议不计入", "Proposed void", "times"),
        (clause.long_episode, "一次旷工提示", "Alert, one episode", "duty_days"),
        (clause.in_a_row, "连续旷工提示", "Alert, in a row", "duty_days"),
        (clause.within_a_year, "一年内旷工提示", "Alert, within a year", "duty_days"),
    ):
        if threshold is not None:
            found.append(_counted(label_zh if zh else label_en, threshold, unit, lang))
    if clause.proposes_void is not None or clause.takes_extension is not None:
        found.append(_yes_no("不计入含顺延时间" if zh else "Void takes extension", clause.takes_extension, lang))
    if clause.counts or clause.heard_within is not None:
        label = "听取说明期限" if zh else "Heard within"
        days = clause.heard_within
        shown = f"{days}个工作日" if zh else f"{days} working days"
        found.append(_open(label, lang) if days is None else Parameter(label, shown))
    return found


def _of_month(clause: MonthRule, lang: Lang, names: phrases_zh.Names | None) -> list[Parameter]:
    zh = lang == "zh"
    found = []
    for day, label_zh, label_en in (
        (clause.submit, "报送期限", "Handed in by"),
        (clause.feed_back, "反馈期限", "Fed back by"),
    ):
        label = label_zh if zh else label_en
        shown = "" if day is None else f"次月第{day.working_day}个工作日" if zh else f"working day {day.working_day}"
        found.append(Parameter(label, shown) if shown else _open(label, lang))
    for indicator in clause.indicators:
        found += _of_indicator(indicator, indicator_word(indicator, clause, lang, names), lang)
    if clause.is_weighted:
        found.append(Parameter("满分" if zh else "Full sum", plain(clause.full)))
    items = clause.deductions.items if clause.deductions is not None else ()
    for item in items:
        found.append(_points(item.label_zh if zh else item.label_en, item.points, lang))
    factor = clause.pay_factor
    if factor is None:
        found.append(_open("绩效工资系数" if zh else "Pay factor", lang))
    elif factor.per_point is not None:
        found.append(Parameter("每分系数" if zh else "Pay factor per point", plain(factor.per_point)))
    for band in in_order(factor.bands) if factor is not None else ():
        steps = step_bounds(band.at_least, band.less_than, lang)
        label = f"绩效工资系数（{steps}）" if zh else f"Pay factor, {steps}"
        found.append(_open(label, lang) if band.factor is None else Parameter(label, plain(band.factor)))
    return found


def _of_indicator(indicator: MonthIndicator, label: str, lang: Lang) -> list[Parameter]:
    zh = lang == "zh"
    if indicator.form in (None, "target", "share_of"):
        found = [_points(label, indicator.weight, lang)]
        target = indicator.target
        if isinstance(target, FixedTarget):
            named = f"{label}目标值" if zh else f"Target, {label}"
            found.append(_open(named, lang) if target.fixed is None else Parameter(named, plain(target.fixed)))
        return found
    if indicator.per_unit is not None:
        return [_points(label, indicator.per_unit.points, lang)]
    if indicator.judged is not None:
        return [_points(label, indicator.judged.most, lang)]
    return [
        _points(f"{label}（{step_bounds(band.at_least, band.less_than, lang)}）", band.points, lang)
        if zh
        else _points(f"{label}, {step_bounds(band.at_least, band.less_than, lang)}", band.points, lang)
        for band in in_order(indicator.bands)
    ]


def _points(label: str, points: Decimal | None, lang: Lang) -> Parameter:
    return _open(label, lang) if points is None else Parameter(label, points_word(points, lang))


def _of_service(clause: ServiceRule, lang: Lang) -> list[Parameter]:
    zh = lang == "zh"
    reckoned = {
        "corresponding_day": ("按对应日", "by corresponding day"),
        "duty_days": ("按工作日", "by duty days"),
        "both": ("两者取多", "the greater of both"),
    }
    found = [Parameter("计算方法" if zh else "Reckoned", reckoned[clause.reckoned_by][0 if zh else 1])]
    if clause.reckoned_by != "duty_days":
        days = f"{clause.residual_days_per_month}天" if zh else f"{clause.residual_days_per_month} days"
        found.append(Parameter("余下天数折月" if zh else "Left-over days per month", days))
    if clause.reckoned_by != "corresponding_day":
        label, per = "每月工作日数" if zh else "Duty days per month", clause.duty_days_per_month
        found.append(_open(label, lang) if per is None else Parameter(label, plain(per)))
    if clause.minimum_segment is not None:
        found.append(Parameter("每段服务" if zh else "Piece of service", term(clause.minimum_segment.length, lang)))
    worth = [(each.label_zh if zh else each.label_en, each.ratio) for each in clause.conversions]
    worth += [(each.label_zh if zh else each.label_en, each.ratio) for each in clause.equivalents if each.ratio != 1]
    found += [Parameter(label, times(ratio, lang), ratio is None) for label, ratio in worth]
    if clause.cap is not None:
        found.append(_lasting("合计上限" if zh else "Cap", clause.cap, lang))
    if clause.continuous is not None:
        label, gap = "连续服务允许间隔" if zh else "Gap allowed", clause.continuous.gap
        unbroken = Parameter(label, "不限" if zh else "any")
        found.append(unbroken if gap == UNBROKEN else _lasting(label, gap, lang))
    return found


def _of_requirement(clause: Requirement, lang: Lang) -> list[Parameter]:
    zh = lang == "zh"
    found = []
    if clause.target is not None:
        target = TARGETS[clause.target]
        found.append(Parameter("事项" if zh else "For", target.label_zh if zh else target.label_en))
    for asked in clause.asked:
        found.append(Parameter("服务时间" if zh else "Service", term(asked.length, lang), asked.length is None))
        for part in asked.subtotals:
            label = part.label_zh if zh else part.label_en
            found.append(Parameter(label, term(part.length, lang), part.length is None))
        if asked.minimum_segment is not None:
            found.append(_lasting("每段服务" if zh else "Piece of service", asked.minimum_segment, lang))
    if clause.due is not None:
        found.append(_lasting("完成期限" if zh else "Due within", clause.due.within, lang))
    if clause.warn_after is not None:
        found.append(_lasting("提示" if zh else "Pointed out after", clause.warn_after, lang))
    return found


def _of_eligibility(clause: Eligibility, lang: Lang) -> list[Parameter]:
    words = phrases_zh if lang == "zh" else phrases_en
    zh = lang == "zh"
    target = TARGETS[clause.target]
    found = [Parameter("事项" if zh else "For", target.label_zh if zh else target.label_en)]
    if clause.alternatives:
        found.append(Parameter("混合满足" if zh else "Mixing", words.ANSWERS[clause.mixing]))
    for bar in clause.bars:
        label = bar.label_zh if zh else bar.label_en
        if bar.for_ is None:
            found.append(Parameter(label, words.UNSET, True))
        elif bar.for_ == "ever":
            found.append(Parameter(label, "长期" if zh else "for good"))
        else:
            found.append(Parameter(label, words.duration(bar.for_)))
    return found


def _of_quota(clause: Quota, lang: Lang) -> list[Parameter]:
    words = phrases_zh if lang == "zh" else phrases_en
    zh = lang == "zh"
    found: list[Parameter] = []
    amount = clause.amount
    if isinstance(amount, Share):
        if isinstance(amount.share, tuple):
            for category, ratio in amount.share:
                word = words.dimension_word(str(amount.by), category)
                name = f"比例（{word}）" if zh else f"Ratio ({word})"
                found.append(Parameter(name, words.percent(ratio), ratio is None))
        else:
            found.append(Parameter("比例" if zh else "Ratio", words.percent(amount.share), amount.share is None))
        found.append(Parameter("取整" if zh else "Rounding", words.ROUNDING[amount.rounding]))
    elif isinstance(amount, Fixed):
        number = words.UNSET if amount.fixed is None else str(amount.fixed)
        found.append(Parameter("人数" if zh else "Number", number, amount.fixed is None))
    elif isinstance(amount, PerUnit):
        each = words.UNSET if amount.per_unit is None else plain(amount.per_unit)
        found.append(Parameter("每单位人数" if zh else "Per unit", each, amount.per_unit is None))
    elif isinstance(amount, Between):
        per = "" if amount.per == 1 else f"（每{amount.per}）" if zh else f" (per {amount.per})"
        found.append(Parameter("区间" if zh else "Range", f"{words.bounds(amount.between)}{per}"))
    else:
        for band in amount.bands:
            gives = words.UNSET if band.gives is None else str(band.gives)
            found.append(Parameter(words.bounds(band.bounds), gives, band.gives is None))
    base = None if isinstance(amount, Fixed) else amount.of
    if isinstance(base, MeasureBase):
        label = "基数年度" if zh else "Base year"
        if isinstance(base.year, Either):
            label += "（任一）" if zh else " (either)"
        found.append(Parameter(label, words.years(base.year)))
    if clause.minimum is not None:
        found.append(Parameter("最低人数" if zh else "Minimum", str(clause.minimum)))
    if clause.maximum is not None:
        found.append(Parameter("最高人数" if zh else "Maximum", str(clause.maximum)))
    if clause.counts.term is not None:
        term = clause.counts.term
        joint = "" if zh else " "
        value = f"{words.OP[term.op]}{joint}{words.duration(term.value)}"
        found.append(Parameter("最短期限" if zh else "Term", value))
    if clause.counts.measured == "flow":
        renewed = words.ANSWERS[clause.counts.renewals]
        found.append(Parameter("续派再计" if zh else "Renewals count", renewed))
    return found
