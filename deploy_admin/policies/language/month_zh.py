"""Month clauses as Chinese sentences that a policy officer would read aloud."""

from __future__ import annotations

from typing import assert_never

from deploy_admin.policies.language.eligibility_zh import days_sentences, people
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
from deploy_admin.policies.language.phrases_zh import UNSET, Names, bounds
from deploy_admin.policies.language.posting_zh import binding_sentences, duty, whom_on_post
from deploy_admin.policies.language.types import PolicyDocument

AUTHORITIES = {"district_authority": "区县卫生健康部门", "city_authority": "市卫生健康部门"}
_GROUPED_BY = {"speciality": "专业", "staff_category": "人员类别", "receiving_kind": "接收单位类别"}
_AVERAGE = {"mean": "平均数", "median": "中位数"}


def month_sentences(clause: MonthRule, document: PolicyDocument, names: Names) -> list[str]:
    """How a month is assessed: by what, by when, what it is worth, what is taken off, what follows for pay."""
    whom = whom_on_post(clause.applies_to, document, names)
    listed = "、".join(indicator_word(each, clause, "zh", names) for each in clause.indicators)
    said = [
        f"{duty(clause.binding, '接收单位', f'每月对{whom}进行绩效考核')}。",
        f"考核指标为：{listed}{'等，可以增列' if clause.open_list else ''}。",
        *_days(clause),
    ]
    said += _scored(clause, document, names)
    if clause.deductions is not None:
        said += _deductions(clause.deductions, clause, names)
    said += [_veto(each, clause, names) for each in clause.veto]
    if any(each.target is not None for each in clause.indicators):
        pro_rata = clause.partial_month == "pro_rata_duty_days"
        said.append(f"当月不满整月在岗的，目标值{'按应出勤天数折算' if pro_rata else '不折算'}。")
    if clause.is_weighted:
        said.append("应填未填或者尚待核定的，总分待定，不按零计。")
    if clause.pay_factor is not None:
        said.append(_pay_factor(clause.pay_factor))
    return [*said, *days_sentences(clause.conditions), *binding_sentences(clause.binding)]


def _days(clause: MonthRule) -> list[str]:
    """By when a month is handed in and fed back."""
    authority = AUTHORITIES[clause.fed_back_by]
    handed = "按月报送，期限未定" if clause.submit is None else f"不迟于次月第{clause.submit.working_day}个工作日报送"
    back = "，期限未定" if clause.feed_back is None else f"，不迟于次月第{clause.feed_back.working_day}个工作日"
    return [f"接收单位{handed}。", f"考核结果由{authority}统一反馈派出单位{back}。"]


def _scored(clause: MonthRule, document: PolicyDocument, names: Names) -> list[str]:
    """What each indicator is worth, then the sum; what is only shown."""
    if not clause.is_weighted:
        return ["各项指标的权重和分值未定，只列示、不计分。"]
    said = [_indicator(each, clause, document, names) for each in clause.indicators if not is_shown_only(each)]
    shown = [indicator_word(each, clause, "zh", names) for each in clause.indicators if is_shown_only(each)]
    if shown:
        said.append(f"{'、'.join(shown)}没有权重或分值，只列示、不计分。")
    most = f"，连同加分最多{plain(clause.most)}分" if clause.most is not None else ""
    return [*said, f"满分{plain(clause.full)}分{most}。"]


def _indicator(each: MonthIndicator, clause: MonthRule, document: PolicyDocument, names: Names) -> str:
    label = indicator_word(each, clause, "zh", names)
    whom = f"{people(each.applies_to, document, names)}的" if each.applies_to is not None else ""
    extra = "，为加分，不计入满分" if each.extra else ""
    return f"{whom}“{label}”{_form(each, clause, names)}{extra}。"


def _form(each: MonthIndicator, clause: MonthRule, names: Names) -> str:
    if each.target is not None:
        return f"{_weight(each)}，按完成目标值的比例计分，{_cap(each)}；{_target(each.target)}"
    if each.share_of is not None:
        whole = measure_word(each.share_of, clause, "zh", names)
        return f"{_weight(each)}，按占{whole}的比例计分，{_cap(each)}"
    if each.bands:
        steps = "；".join(
            f"{step_bounds(band.at_least, band.less_than, 'zh')}计{points_word(band.points, 'zh')}"
            for band in in_order(each.bands)
        )
        return f"按所在档次计分：{steps}"
    if each.per_unit is not None:
        unit = each.per_unit
        step = step_words(unit.each, unit.steps, "zh")
        return f"{step}计{points_word(unit.points, 'zh')}，最多{points_word(unit.most, 'zh')}"
    if each.judged is not None:
        missing = each.judged.reason_from
        less = "" if missing is None else f"比最高分少{plain(missing)}分以上（含{plain(missing)}分）的"
        return f"由接收单位评分，最多{points_word(each.judged.most, 'zh')}，{less}须说明理由"
    return "只列示、不计分"


def _weight(each: MonthIndicator) -> str:
    return f"占{points_word(each.weight, 'zh')}"


def _cap(each: MonthIndicator) -> str:
    return "超出的不多计" if each.cap == 1 else f"最多按权重的{plain(each.cap)}倍计"


def _target(target: TargetNode) -> str:
    match target:
        case FixedTarget():
            return f"目标值{UNSET}" if target.fixed is None else f"目标值为{plain(target.fixed)}"
        case TableTarget():
            said = [f"{_group(target, key)}{UNSET if held is None else plain(held)}" for key, held in target.values]
            others = UNSET if target.otherwise is None else plain(target.otherwise)
            return f"目标值按{_GROUPED_BY[target.by]}分别为{'、'.join(said)}，其他{others}"
        case HistoryTarget():
            times = "" if target.times == 1 else f"的{plain(target.times)}倍"
            least = f"（少于{target.at_least}个月的，目标值待定）" if target.at_least > 1 else ""
            return f"目标值为本人此前{target.own_history}个月的{_AVERAGE[target.of]}{times}{least}"
        case _:
            assert_never(target)


def _group(target: TableTarget, key: str) -> str:
    name = GROUP_FACTS.get(target.by)
    return FACTS[name].word(key, "zh") if name is not None else key


def _deductions(deductions: Deductions, clause: MonthRule, names: Names) -> list[str]:
    floor = f"，扣至{plain(deductions.lowest)}分为止" if deductions.floor is not None else ""
    items = "；".join(_deduction(item, clause, names) for item in deductions.items)
    return [f"另设{plain(deductions.from_)}分，按下列情形扣减{floor}：{items}。"]


def _deduction(item: Deduction, clause: MonthRule, names: Names) -> str:
    measure, points = measure_word(item.measure, clause, "zh", names), points_word(item.points, "zh")
    if item.each is None:
        when = f"超过{plain(item.above)}的" if item.above else "不为零的"
        return f"{item.label_zh}：{measure}{when}扣{points}"
    over = f"超过{plain(item.above)}的部分" if item.above else ""
    step = step_words(item.each, item.steps, "zh")
    most = f"，最多扣{plain(item.most)}分" if item.most is not None else ""
    return f"{item.label_zh}：{measure}{over}{step}扣{points}{most}"


def _veto(veto: Veto, clause: MonthRule, names: Names) -> str:
    measure = measure_word(veto.measure, clause, "zh", names)
    low, high = veto.when.at_least, veto.when.at_most
    when = f"为{plain(low)}" if low is not None and low == high else bounds(veto.when)
    return f"一票否决（{veto.label_zh}）：{measure}{when}的，当月总分为{plain(veto.gives)}分。"


def _pay_factor(factor: PayFactor) -> str:
    if factor.per_point is not None:
        return f"绩效工资系数为总分乘以{plain(factor.per_point)}。"
    steps = "；".join(
        f"{step_bounds(band.at_least, band.less_than, 'zh')}{UNSET if band.factor is None else plain(band.factor)}"
        for band in in_order(factor.bands)
    )
    return f"绩效工资系数按总分确定：{steps}。"
