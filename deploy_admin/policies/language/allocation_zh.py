"""Allocation clauses as Chinese sentences that a policy officer would read aloud."""

from __future__ import annotations

from typing import assert_never

from deploy_admin.policies.language.allocation import AllocationRule, Criterion, CriterionKind
from deploy_admin.policies.language.allocation_words import before_requests, may_be_unknown, whom_and_where
from deploy_admin.policies.language.eligibility_zh import people
from deploy_admin.policies.language.phrases_zh import BINDING, Names, phrase
from deploy_admin.policies.language.types import PolicyDocument

#: What always holds and is no criterion.
ALWAYS = (
    "下列各项始终须符合，不参与排序：具备派出资格，派驻期间可以派出，专业、人员类别和最低职称符合需求，"
    "属于本批次的派往范围，手工锁定和排除的从其锁定和排除。"
)
LAST = "未列明的不作考虑；各项均相同的，按固定次序确定，同样的材料得出同样的方案。"


def allocation_sentences(clause: AllocationRule, document: PolicyDocument, names: Names) -> list[str]:
    """In which order the criteria decide, one sentence each, and what always holds."""
    whom = document.scheme.person_zh or "派驻人员"
    to = f"向{phrase(clause.applies_to, '接收单位', document, names)}" if clause.applies_to is not None else ""
    must = BINDING[clause.binding]
    if len(clause.criteria) == 1:
        said = [f"{to}统筹调配{whom}，{must}考虑下列一项。"]
    else:
        said = [f"{to}统筹调配{whom}，{must}依次考虑下列各项，前项的结果不因后项而改变。"]
    said += [
        f"第{n}项，{each.label_zh}：{_criterion(each, document, names)}。"
        for n, each in enumerate(clause.criteria, start=1)
    ]
    if first := before_requests(clause):
        words = "、".join(f"“{each.label_zh}”" for each in first)
        said.append(f"{words}排在满足需求之前，为此可能少满足需求。")
    if may_be_unknown(clause):
        said.append("是否符合尚不清楚的，不计入该项，另行列明。")
    return [*said, ALWAYS, LAST]


def _criterion(each: Criterion, document: PolicyDocument, names: Names) -> str:
    match each.by:
        case CriterionKind.REQUESTS:
            return "满足的需求人数尽可能多"
        case CriterionKind.PRIORITY:
            return "急需的和各单位排在前面的需求优先满足"
        case CriterionKind.SPECIALITY:
            return "与所需专业相同的人员优先于可以放宽的专业"
        case CriterionKind.PREFER:
            return _preferred(each, document, names)
        case CriterionKind.QUOTAS:
            return "派出单位尽可能派足应派人数，以其上报的人员为限；不足的不影响方案"
        case CriterionKind.BALANCE:
            return "各接收单位需求的满足程度尽可能均衡"
        case CriterionKind.WISHES:
            return "尽可能照顾派出人员的意愿"
        case CriterionKind.DISTANCE:
            return "派出单位到接收单位的距离尽可能短，距离不明的不作比较"
        case CriterionKind.LEAST_CHANGE:
            return "与所依据的方案相比，变动尽可能少"
        case _:
            assert_never(each.by)


def _preferred(each: Criterion, document: PolicyDocument, names: Names) -> str:
    whom, where = whom_and_where(each)
    if where is None:
        return f"尽可能多地派出{people(whom, document, names)}"
    place = phrase(where, "接收单位", document, names)
    if whom is None:
        return f"尽可能多地派往{place}"
    return f"尽可能多地将{people(whom, document, names)}派往{place}"
