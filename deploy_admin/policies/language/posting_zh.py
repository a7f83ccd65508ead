"""Posting, leave and absence clauses as Chinese sentences that a policy officer would read aloud."""

from __future__ import annotations

from deploy_admin.policies.language.conditions import ConditionNode
from deploy_admin.policies.language.eligibility_zh import days_sentences, people
from deploy_admin.policies.language.leave import LEAVE_KINDS, AbsenceRule, LeaveKind, LeaveRule
from deploy_admin.policies.language.length_words import count, points, term
from deploy_admin.policies.language.nodes import Binding
from deploy_admin.policies.language.phrases_zh import BINDING, ROUNDING, Names, percent
from deploy_admin.policies.language.posting import CohortShare, PostingRule
from deploy_admin.policies.language.types import PolicyDocument

_AT_ADOPTION = "由施行机关在施行时确定"
_BY = {
    "whole_episode": "该次请假中可顺延假别的全部天数",
    "excess": "该次请假中可顺延假别超出起算天数的部分",
    "calendar_span": "该次请假自首日至末日的自然日天数",
}
_DAYS = {"duty_days": "本人排班的工作日", "days": "自然日"}


def whom_on_post(node: ConditionNode | None, document: PolicyDocument, names: Names) -> str:
    """Of whom a clause speaks: by its condition, else what the scheme calls its people."""
    return people(node, document, names) if node is not None else document.scheme.person_zh or "派驻人员"


def duty(binding: Binding, who: str, act: str) -> str:
    """派出单位应当暂停……, 鼓励派出单位暂停……."""
    return f"{BINDING[binding]}{who}{act}" if binding is Binding.ENCOURAGED else f"{who}{BINDING[binding]}{act}"


def binding_sentences(binding: Binding) -> list[str]:
    """What follows where it is not done."""
    if binding is Binding.ENCOURAGED:
        return ["未做到的只作提示，不作为违规。"]
    return ["未做到的，应当书面说明理由。"] if binding is Binding.IN_PRINCIPLE else []


def posting_sentences(clause: PostingRule, document: PolicyDocument, names: Names) -> list[str]:
    """What has to be there before and while somebody is on post."""
    whom, binding = whom_on_post(clause.applies_to, document, names), clause.binding
    said = []
    if clause.suspension:
        said.append(duty(binding, "派出单位", f"在{whom}派驻期间暂停其在本单位的执业活动。"))
        if binding is not Binding.ENCOURAGED:
            said.append("派出单位未出具暂停执业说明的，不得到岗。")
    elif clause.suspension is False:
        said.append(f"{whom}派驻期间不要求暂停在派出单位的执业活动。")
    if clause.filing is not None:
        when = f"到岗后{clause.filing.within}个工作日内" if clause.filing.within else "到岗当日"
        said.append(duty(binding, whom, f"在{when}办理多机构执业备案。"))
        if clause.filing.exempt is not None:
            said.append(f"{people(clause.filing.exempt, document, names)}依法不需备案。")
    if clause.full_time:
        said.append(duty(binding, whom, "在接收单位全脱产工作。"))
    elif clause.full_time is False:
        said.append(f"{whom}不要求全脱产。")
    if clause.term is not None:
        said.append(duty(binding, f"{whom}的派驻期限", f"{term(clause.term, 'zh')}。"))
    if clause.exchange_tolerance is not None:
        even = f"相差不超过{clause.exchange_tolerance}人" if clause.exchange_tolerance else "相等"
        said.append(f"基层到派出单位跟班学习的人数与派出人数{even}；不符的列为问题，不影响派驻。")
    if clause.deputies is not None:
        said.append(_deputies(clause.deputies))
    return [*said, *days_sentences(clause.conditions), *binding_sentences(binding)]


def _deputies(share: CohortShare) -> str:
    how = ROUNDING[share.rounding]
    if share.tolerance:
        how += f"，上下相差{points(share.tolerance, 'zh')}以内均可"
    return f"挂职业务副院长的人数约为当年派驻人数的{percent(share.target)}（{how}）。"


def leave_sentences(clause: LeaveRule, document: PolicyDocument, names: Names) -> list[str]:
    """What of leave is filed, how its days count, and what lengthens the term."""
    whom = whom_on_post(clause.applies_to, document, names)
    said = []
    if clause.filing is not None:
        said.append(
            duty(clause.binding, f"{whom}请假{count(clause.filing, 'days', 'zh')}的，", "向项目办公室备案。")
            if clause.binding is not Binding.ENCOURAGED
            else f"{whom}请假{count(clause.filing, 'days', 'zh')}的，鼓励向项目办公室备案。"
        )
    said += _extension(clause, whom)
    by_unit: dict[str, list[str]] = {}
    for kind, unit in clause.unit:
        by_unit.setdefault(unit, []).append(LEAVE_KINDS[kind].label_zh)
    for days, kinds in by_unit.items():
        said.append(f"{'、'.join(kinds)}按{_DAYS[days]}计算。")
    said.append(f"{'其他假别' if by_unit else '请假天数'}按{_DAYS['duty_days']}计算。")
    said.append(
        "几次请假之间只隔非工作日的，合并为一次。" if clause.merge == "non_duty_days" else "每次请假单独计算，不合并。"
    )
    return [*said, *days_sentences(clause.conditions), *binding_sentences(clause.binding)]


def _extension(clause: LeaveRule, whom: str) -> list[str]:
    threshold = clause.extension or clause.filing
    said = []
    if threshold is not None and any(held is not False for _, held in clause.extends):
        reached = count(threshold, "days", "zh") if clause.extension is not None else "达到备案天数"
        said.append(f"{whom}请假，其中可顺延的假别{reached}的，服务期限顺延，顺延天数为{_BY[clause.by]}。")
    for held, words in ((True, "顺延服务期限"), (False, "不顺延服务期限"), (None, f"是否顺延，{_AT_ADOPTION}")):
        if kinds := kinds_that(clause, held):
            said.append(f"{'、'.join(LEAVE_KINDS[kind].label_zh for kind in kinds)}{words}。")
    if clause.extends:
        said.append("未列明的假别不顺延。")
    return said


def kinds_that(clause: LeaveRule, held: bool | None) -> list[LeaveKind]:
    """The kinds of leave of which the clause says so, in its order."""
    return [kind for kind, said in clause.extends if said is held]


def absence_sentences(clause: AbsenceRule, document: PolicyDocument, names: Names) -> list[str]:
    """How unapproved absence counts and what it leads to."""
    whom = whom_on_post(clause.applies_to, document, names)
    said = []
    if clause.counts:
        counted = {
            "episode": "每一次旷工不论长短计1次",
            "day": "旷工每1个工作日计1次",
            None: f"旷工按次还是按日计，{_AT_ADOPTION}",
        }
        said.append(f"{whom}{counted[clause.counted_by]}。")
    if clause.warn is not None:
        said.append(f"旷工{count(clause.warn, 'times', 'zh')}的，予以警示。")
    if clause.proposes_void is not None:
        said.append(
            f"旷工{count(clause.proposes_void, 'times', 'zh')}的，提出本次服务时间不计入的建议，由主管部门决定。"
        )
    if clause.proposes_void is not None or clause.takes_extension is not None:
        taken = {
            True: "包括顺延的时间",
            False: "不包括顺延的时间",
            None: f"是否包括顺延的时间，{_AT_ADOPTION}",
        }
        said.append(f"不计入的时间{taken[clause.takes_extension]}。")
    if clause.heard_within is not None:
        within = f"{clause.heard_within}个工作日内" if clause.heard_within else "当日"
        said.append(f"认定旷工前告知本人，本人可以在{within}补办请假手续或者说明理由。")
    elif clause.counts:
        said.append("认定旷工前告知本人，听取本人说明，期限未定。")
    for threshold, words in (
        (clause.long_episode, "一次旷工"),
        (clause.in_a_row, "连续旷工"),
        (clause.within_a_year, "一年内累计旷工"),
    ):
        if threshold is not None:
            said.append(f"{words}{count(threshold, 'duty_days', 'zh')}的，予以提示，由有权单位依规定处理。")
    return [*said, *days_sentences(clause.conditions), *binding_sentences(clause.binding)]
