"""The clauses as Chinese sentences that a policy officer would read aloud."""

from __future__ import annotations

from datetime import date
from typing import assert_never

from deploy_admin.policies.language.allocation import AllocationRule
from deploy_admin.policies.language.allocation_zh import allocation_sentences
from deploy_admin.policies.language.clauses import Clause
from deploy_admin.policies.language.eligibility import Eligibility
from deploy_admin.policies.language.eligibility_zh import eligibility_sentences
from deploy_admin.policies.language.facts import FACTS
from deploy_admin.policies.language.leave import AbsenceRule, LeaveRule
from deploy_admin.policies.language.month import MonthRule
from deploy_admin.policies.language.month_zh import month_sentences
from deploy_admin.policies.language.nodes import Binding, Enforcement
from deploy_admin.policies.language.phrases_zh import (
    BINDING,
    EXCUSED,
    OP,
    Names,
    amount,
    day,
    duration,
    percent,
    period,
    phrase,
)
from deploy_admin.policies.language.posting import PostingRule
from deploy_admin.policies.language.posting_zh import absence_sentences, leave_sentences, posting_sentences
from deploy_admin.policies.language.quota import (
    Composition,
    CompositionCase,
    Counting,
    DistrictScope,
    GroupScope,
    Quota,
    UnitScope,
)
from deploy_admin.policies.language.requirements import Requirement
from deploy_admin.policies.language.service import ServiceRule
from deploy_admin.policies.language.service_zh import requirement_sentences, service_sentences
from deploy_admin.policies.language.types import Level, PolicyDocument


def subject(clause: Quota, document: PolicyDocument, names: Names) -> str:
    """Who owes."""
    match clause.scope:
        case UnitScope():
            return phrase(clause.owed_by, "医疗机构", document, names)
        case GroupScope():
            fact = FACTS.get(clause.scope.group)
            who = phrase(clause.owed_by, "医疗机构", document, names)
            return f"同一{fact.label_zh.removeprefix('所属') if fact else clause.scope.group}的{who}合计"
        case DistrictScope():
            if clause.owed_by is not None:
                return phrase(clause.owed_by, "区县", document, names)
            return "本区县" if document.level is Level.DISTRICT else "各区县"
        case _:
            assert_never(clause.scope)


def clause_sentences(clause: Clause, document: PolicyDocument, names: Names) -> tuple[str, ...]:
    """The clause as sentences, what it asks first."""
    match clause:
        case Quota():
            said = _quota_sentences(clause, document, names)
        case Eligibility():
            said = eligibility_sentences(clause, document, names)
        case AllocationRule():
            said = allocation_sentences(clause, document, names)
        case PostingRule():
            said = posting_sentences(clause, document, names)
        case LeaveRule():
            said = leave_sentences(clause, document, names)
        case AbsenceRule():
            said = absence_sentences(clause, document, names)
        case MonthRule():
            said = month_sentences(clause, document, names)
        case ServiceRule():
            said = service_sentences(clause, document, names)
        case Requirement():
            said = requirement_sentences(clause, document, names)
        case _:
            raise TypeError(type(clause).__name__)
    return (*said, *_common_sentences(clause, names))


def _quota_sentences(clause: Quota, document: PolicyDocument, names: Names) -> list[str]:
    who = phrase(clause.counts.who, "人员", document, names)
    stock = clause.counts.measured == "stock"
    owes, when, must = subject(clause, document, names), period(clause.period), BINDING[clause.binding]
    duty = f"保持{who}在岗" if stock else f"派出{who}"
    main = f"{must}{owes}{when}{duty}" if clause.binding is Binding.ENCOURAGED else f"{owes}{when}{must}{duty}"
    verb = "在岗人数" if stock else "派出人数"
    said = [f"{main}，{verb}{amount(clause.amount, clause, document, names)}。"]
    said += _limits(clause.minimum, clause.maximum)
    said += [_composition(part, document, names) for part in clause.composition]
    said += counting_sentences(clause.counts, document, names)
    for each in clause.alternatives:
        other = (
            f"也可以选择“{each.label_zh}”：派出人数{amount(each.amount, clause, document, names)}，两种方式不得混用。"
        )
        said.append(other)
        said += _limits(each.minimum, each.maximum)
        if each.counts is not None:
            said.append(f"选择该方式的，派出{phrase(each.counts.who, '人员', document, names)}。")
            said += counting_sentences(each.counts, document, names)
    if clause.binding is Binding.ENCOURAGED:
        said.append("未达到的只列示差额，不作为违规。")
    elif clause.binding is Binding.IN_PRINCIPLE:
        said.append("未达到的，应当书面说明理由。")
    return said


def _common_sentences(clause: Clause, names: Names) -> list[str]:
    """What may be said of any clause: who is co-ordinated with, where it is on trial, when it is in force."""
    said = []
    coordinated = [key for key, held in clause.enforcement if held is Enforcement.COORDINATE]
    if coordinated:
        fact = FACTS["affiliation"]
        words = "、".join(fact.word(key, "zh") for key in coordinated)
        said.append(f"{words}医疗机构由卫生健康部门协调落实，不作排名，不予催办。")
    if clause.pilot:
        said.append(f"在{'、'.join(names(code) for code in clause.pilot)}试行。")
    if clause.in_force.from_ or clause.in_force.to:
        said.append(f"本条{_dates(clause.in_force.from_, clause.in_force.to)}。")
    return said


def _limits(minimum: int | None, maximum: int | None) -> list[str]:
    said = []
    if minimum is not None:
        said.append(f"计算结果不足{minimum}人的，按{minimum}人计。")
    if maximum is not None:
        said.append(f"计算结果超过{maximum}人的，按{maximum}人计。")
    return said


def _numbers(node: Composition | CompositionCase) -> str:
    parts = []
    if node.at_least is not None:
        parts.append(f"不少于{node.at_least}人")
    if node.share is not None:
        parts.append(f"不少于{percent(node.share)}")
    if node.at_most is not None:
        parts.append(f"不超过{node.at_most}人")
    return "、".join(parts)


def _composition(part: Composition, document: PolicyDocument, names: Names) -> str:
    said = f"其中{phrase(part.of, '人员', document, names)}{_numbers(part)}"
    for case in part.cases:
        said += f"；{phrase(case.when, '医疗机构', document, names)}{_numbers(case)}"
    return f"{said}。"


def counting_sentences(counts: Counting, document: PolicyDocument, names: Names) -> list[str]:
    """Where to, for how long, and how people are counted."""
    said = []
    if counts.where is not None:
        said.append(f"派往{phrase(counts.where, '医疗机构', document, names)}。")
    if counts.term is not None:
        together = {True: "（须连续）", False: "（可以累计）", None: ""}[counts.continuous]
        said.append(f"派驻时间{OP[counts.term.op]}{duration(counts.term.value)}{together}。")
    if counts.full_time:
        said.append("派驻期间全脱产工作，未全脱产的不计。")
    if counts.measured == "stock":
        said.append("按期内每一天的在岗人数计算。")
    else:
        year = "所属批次的年度" if counts.year_by == "campaign" else "到岗首日所在的年度"
        again = "，续派满最短期限的在续派年度再计一次" if counts.renewals else "，续派不再计数"
        said.append(f"每一期派驻计入{year}，只计一次{again}。")
        said.append("一个名额可以由人员接续完成。" if counts.relay else "一个名额不得由他人接续。")
    if counts.exclusive_group:
        said.append("同一次派驻只计入一项任务。")
    if counts.excused:
        reasons = "、".join(EXCUSED.get(word, word) for word in counts.excused)
        said.append(f"因{reasons}提前结束的，不影响派出单位。")
    return said


def _dates(first: date | None, last: date | None) -> str:
    if first and last:
        return f"自{day(first)}起施行，至{day(last)}止"
    return f"自{day(first)}起施行" if first else f"施行至{day(last)}止" if last else ""


def general_sentences(document: PolicyDocument, names: Names) -> tuple[str, ...]:
    """What the document is."""
    number = f"（{document.document_number}）" if document.document_number else "（文号未载）"
    issued = f"于{day(document.issued)}印发" if document.issued else "印发日期未载"
    said = [
        f"《{document.title_zh}》{number}由{document.issuer_zh}{issued}。"
        if document.issued
        else f"《{document.title_zh}》{number}，{document.issuer_zh}，{issued}。",
        f"适用于{names(document.jurisdiction)}，{_dates(document.in_force.from_, document.in_force.to)}。",
    ]
    if document.summary_zh:
        said.append(f"{document.summary_zh}。")
    names_said = "、".join(f"“{name}”" for name in document.scheme.names_zh)
    said.append(f"所属项目：{names_said}。")
    return tuple(said)
