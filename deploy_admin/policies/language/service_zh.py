"""Service and requirement clauses as Chinese sentences that a policy officer would read aloud."""

from __future__ import annotations

from deploy_admin.policies.language.conditions import ConditionNode
from deploy_admin.policies.language.eligibility import TARGETS
from deploy_admin.policies.language.eligibility_zh import days_sentences, exemption, paper, people
from deploy_admin.policies.language.judging import by_subject
from deploy_admin.policies.language.length_words import length, plain, term, times
from deploy_admin.policies.language.phrases_zh import UNSET, Names, duration, phrase
from deploy_admin.policies.language.posting_zh import binding_sentences, duty, whom_on_post
from deploy_admin.policies.language.requirements import Requirement, ServiceAsked
from deploy_admin.policies.language.service import (
    UNBROKEN,
    Continuity,
    Conversion,
    Equivalent,
    MinimumSegment,
    ServiceRule,
)
from deploy_admin.policies.language.types import PolicyDocument

_OTHERWISE = {"warn": "仍予认定并作提示", "drop": "不予认定", "file": "经主管部门备案后予以认定"}
_BROKEN_BY = {"void": "服务不计入的", "not_qualified": "服务期满评价不合格的", "ended_early": "提前结束的"}
_SINCE = {"hire_date": "入职", "establishment_since": "入编"}
_SCOPE = {"episode": "每段", "total": "累计"}


def service_at(node: ConditionNode | None, document: PolicyDocument, names: Names) -> str:
    """The service a condition means: 在乡镇卫生院的服务, 全脱产的服务."""
    places, kinds = by_subject(node)
    what = phrase(kinds, "服务", document, names) if kinds is not None else "服务"
    what = what if what.endswith("服务") else f"{what}的服务"
    return f"在{phrase(places, '医疗机构', document, names)}的{what}" if places is not None else what


def service_sentences(clause: ServiceRule, document: PolicyDocument, names: Names) -> list[str]:
    """Which service is credited and how it adds up."""
    whom = whom_on_post(clause.applies_to, document, names)
    what = service_at(clause.at, document, names)
    said = [f"{whom}{what if what.startswith('在') else f'的{what}'}时间予以认定。"]
    if clause.full_time:
        said.append("未全脱产的服务不予认定。")
    if clause.credited_if is not None:
        said.append("服务期满评价合格的予以认定，评价前为拟认定。")
    said += _reckoned(clause)
    if clause.minimum_segment is not None:
        said.append(_minimum(clause.minimum_segment))
    said += [_conversion(each, document, names) for each in clause.conversions]
    if len(clause.conversions) > 1:
        said.append("同时符合几项折算的，按排列在前的一项。")
    said += [_equivalent(each) for each in clause.equivalents]
    if clause.cap is not None:
        said.append(f"认定的时间合计不超过{duration(clause.cap)}。")
    if clause.continuous is not None:
        said += _continuous(clause.continuous)
    said.append("顺延的时间不计入服务时间。")
    return [*said, *days_sentences(clause.conditions), *binding_sentences(clause.binding)]


def _reckoned(clause: ServiceRule) -> list[str]:
    months = (
        "服务时间按月计算，期满之日为对应日的前一日；不足1个月的按日计，"
        f"几段服务余下的天数每满{clause.residual_days_per_month}天折合1个月，一段之内不折合。"
    )
    per = UNSET if clause.duty_days_per_month is None else f"{plain(clause.duty_days_per_month)}个"
    days = f"服务时间按在岗的工作日计算，每月工作日数：{per}。"
    match clause.reckoned_by:
        case "corresponding_day":
            return [months]
        case "duty_days":
            return [days]
        case "both":
            return [months, days, "两种算法取其多者。"]


def _minimum(minimum: MinimumSegment) -> str:
    return f"每段服务{term(minimum.length, 'zh')}；达不到的，{_OTHERWISE[minimum.otherwise]}。"


def _conversion(each: Conversion, document: PolicyDocument, names: Names) -> str:
    said = f"{each.label_zh}：{service_at(each.when, document, names)}"
    if each.minimum is not None:
        said += f"每段满{duration(each.minimum)}的，"
    said += f"按{times(each.ratio, 'zh')}折算"
    return said + (f"，{_SCOPE[each.cap_scope]}最多认定{duration(each.cap)}。" if each.cap is not None else "。")


def _equivalent(each: Equivalent) -> str:
    said = f"{each.label_zh}：经主管部门认定的视同服务时间"
    if each.ratio != 1:
        said += f"，按{times(each.ratio, 'zh')}折算"
    if each.cap is not None:
        said += f"，最多认定{duration(each.cap)}"
    place = "视为符合对服务地点的各项要求" if each.place == "any" else "不视为在所要求的地点服务"
    return f"{said}，{place}。"


def _continuous(continuous: Continuity) -> list[str]:
    if continuous.gap is None:
        said = [f"两段服务之间有间隔的，是否仍为连续：间隔期限{UNSET}，间隔是否中断连续由施行机关在施行时确定。"]
    elif continuous.gap == UNBROKEN:
        said = ["两段服务之间的间隔不中断连续。"]
    elif continuous.gap.number:
        said = [f"两段服务之间间隔不超过{duration(continuous.gap)}的视为连续，超过的中断。"]
    else:
        said = ["两段服务之间没有间隔的为连续。"]
    if continuous.broken_by:
        said.append(f"{'、'.join(_BROKEN_BY[each] for each in continuous.broken_by)}，连续中断；请假不中断连续。")
    return said


# ---------------------------------------------------------------- requirements


def requirement_sentences(clause: Requirement, document: PolicyDocument, names: Names) -> list[str]:
    """What service somebody must have, by when or before what, and what else would do."""
    whom = people(clause.applies_to, document, names)
    said = [f"{duty(clause.binding, f'{whom}{_when(clause)}', _first_asked(clause, document, names))}。"]
    if clause.service is not None:
        said += _details(clause.service, document, names)
        if clause.requires is not None:
            said.append(f"同时须为{people(clause.requires, document, names)}。")
    if clause.documents and (clause.service is not None or clause.requires is not None):
        said.append(f"须持有{_papers(clause, document, names)}。")
    if clause.alternatives:
        said.append("下列方式任选其一，每种方式单独认定，不得混合。")
        for n, option in enumerate(clause.alternatives, start=1):
            asked = [] if option.service is None else [_asked(option.service, document, names)]
            asked += [] if option.requires is None else [f"为{people(option.requires, document, names)}"]
            said.append(f"方式（{n}）{option.label_zh}：{'，且'.join(asked)}。")
            said += [] if option.service is None else _details(option.service, document, names)
    said += [exemption(each, document, names) for each in clause.exemptions]
    if clause.due is not None:
        said += _clock(clause)
    labels = {each.id: each.label_zh for each in document.requirements}
    if clause.satisfied_with:
        others = "、".join(f"“{labels.get(name, name)}”" for name in clause.satisfied_with)
        said.append(f"已满足{others}的，视为同时满足本条。")
    return [*said, *days_sentences(clause.conditions), *binding_sentences(clause.binding)]


def _when(clause: Requirement) -> str:
    said = ""
    if clause.target is not None:
        said += f"在{TARGETS[clause.target].label_zh}前，"
    if clause.due is not None:
        said += f"自{_SINCE[clause.due.since]}之日起{length(clause.due.within, 'zh')}内，"
    return said


def _first_asked(clause: Requirement, document: PolicyDocument, names: Names) -> str:
    """What the first sentence asks: service, else what somebody is, holds, or may choose from."""
    if clause.service is not None:
        return _asked(clause.service, document, names)
    if clause.requires is not None:
        return f"为{people(clause.requires, document, names)}"
    return f"持有{_papers(clause, document, names)}" if clause.documents else "符合下列要求"


def _papers(clause: Requirement, document: PolicyDocument, names: Names) -> str:
    return "；".join(paper(node, document, names) for node in clause.documents)


def _asked(asked: ServiceAsked, document: PolicyDocument, names: Names) -> str:
    reckoned = "累计" if asked.reckoned == "cumulative" else "连续"
    return f"具有{service_at(asked.at, document, names)}时间{reckoned}{term(asked.length, 'zh')}"


def _details(asked: ServiceAsked, document: PolicyDocument, names: Names) -> list[str]:
    said = [
        f"其中{part.label_zh}：{service_at(part.at, document, names)}时间{term(part.length, 'zh')}。"
        for part in asked.subtotals
    ]
    if asked.minimum_segment is not None:
        said.append(f"每段服务不少于{duration(asked.minimum_segment)}的计入。")
    return said


def _clock(clause: Requirement) -> list[str]:
    said = ["期满之日为对应日，服务须在期满前完成。"]
    if clause.warn_after is not None:
        said.append(f"满{duration(clause.warn_after)}尚未完成的予以提示；余下时间少于尚缺服务时间的予以警示。")
    else:
        said.append("余下时间少于尚缺服务时间的予以警示。")
    said.append("起算之日以前的服务计入。" if clause.earlier_service else "起算之日以前的服务不计入。")
    said.append("调动单位的，重新起算。" if clause.transfer_restarts else "调动单位的，不重新起算。")
    return said
