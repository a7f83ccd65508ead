"""Eligibility clauses as Chinese sentences that a policy officer would read aloud."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from deploy_admin.policies.language.conditions import All, AnyOf, Compare, ConditionNode, InSet, Is, Not, OnDay
from deploy_admin.policies.language.eligibility import EVENTS, TARGETS, Bar, Eligibility, Exemption
from deploy_admin.policies.language.facts import FACTS
from deploy_admin.policies.language.judging import by_subject, dated
from deploy_admin.policies.language.nodes import Binding
from deploy_admin.policies.language.phrases_zh import BINDING, UNSET, Names, day, duration, papers, phrase
from deploy_admin.policies.language.types import PolicyDocument


def people(node: ConditionNode | None, document: PolicyDocument, names: Names) -> str:
    """Whom a condition means, the unit before the people: 市属医疗机构的执业医师类人员."""
    units, persons = by_subject(node)
    said = phrase(persons, "人员", document, names)
    said = f"{said}人员" if said.endswith("类") else said
    return f"{phrase(units, '医疗机构', document, names)}的{said}" if units is not None else said


def eligibility_sentences(clause: Eligibility, document: PolicyDocument, names: Names) -> list[str]:
    """What the clause asks, of whom; who is excused; what bars."""
    whom = people(clause.applies_to, document, names)
    act = TARGETS[clause.target].label_zh
    must = BINDING[clause.binding]
    if clause.requires is not None:
        said = [f"{whom}{act}的，{must}为{people(clause.requires, document, names)}。"]
    elif clause.documents or clause.alternatives:
        said = [f"{whom}{act}的，{must}符合下列要求。"]
    elif clause.exemptions or clause.bars:
        said = [f"本条适用于{whom}{act}。"]
    else:
        may = f"鼓励{whom}" if clause.binding is Binding.ENCOURAGED else f"{whom}可以"
        said = [f"{may}{act}。"]
    if clause.documents:
        said.append(f"须持有{'；'.join(paper(node, document, names) for node in clause.documents)}。")
    if clause.alternatives:
        ways = "；".join(
            f"（{n}）{option.label_zh}：{people(option.requires, document, names)}"
            for n, option in enumerate(clause.alternatives, start=1)
        )
        together = "相应各项可以分别按不同情形满足" if clause.mixing else "每种情形单独认定，不得混合"
        said.append(f"须属于下列情形之一：{ways}。{together}。")
    said += [exemption(each, document, names) for each in clause.exemptions]
    said += [_bar(bar, act, document, names) for bar in clause.bars]
    said += days_sentences(clause.conditions)
    if clause.binding is Binding.IN_PRINCIPLE:
        said.append("不符合的，应当书面说明理由。")
    return said


def paper(node: ConditionNode, document: PolicyDocument, names: Names) -> str:
    """What a paper that is asked for is called."""
    match node:
        case Is() | InSet():
            return papers(node, document)
        case All():
            return "以及".join(paper(part, document, names) for part in node.all)
        case AnyOf():
            return "或者".join(paper(part, document, names) for part in node.any)
        case Not() | Compare():
            return f"与“{phrase(node, '人员', document, names)}”相符的证明"
        case _:
            assert_never(node)


def exemption(each: Exemption, document: PolicyDocument, names: Names) -> str:
    """Who is excused, and when."""
    window = ""
    if each.from_ and each.to:
        window = f"自{day(each.from_)}至{day(each.to)}（含首尾两日）"
    elif each.from_:
        window = f"自{day(each.from_)}起"
    elif each.to:
        window = f"至{day(each.to)}止（含当日）"
    return f"{each.label_zh}：{people(each.when, document, names)}{window}不受本条约束。"


def _bar(bar: Bar, act: str, document: PolicyDocument, names: Names) -> str:
    events = "或者".join(EVENTS[code].label_zh for code in bar.after)
    whom = people(bar.when, document, names) if bar.when is not None else ""
    happened = f"{whom}{events}的" if bar.times == 1 else f"{whom}{events}达到{bar.times}次的"
    asked = f"（以{day(bar.as_of.day)}为准）" if isinstance(bar.as_of, OnDay) else ""
    if bar.for_ == "ever":
        return f"{bar.label_zh}：{happened}，不得{act}{asked}。"
    if bar.for_ is None:
        return f"{bar.label_zh}：{happened}，一定期限（{UNSET}）内不得{act}{asked}。"
    since = "自该日起" if bar.times == 1 else f"自最近第{bar.times}次之日起"
    return (
        f"{bar.label_zh}：{happened}，{since}{duration(bar.for_)}内不得{act}{asked}，"
        "期满之日为对应日，当日仍不得，没有对应日的为当月最后一日。"
        if bar.for_.unit == "months"
        else f"{bar.label_zh}：{happened}，{since}{duration(bar.for_)}内不得{act}{asked}，当日不计，期满之日仍不得。"
    )


def days_sentences(conditions: Iterable[ConditionNode]) -> list[str]:
    """As of when facts are asked that are not asked on the day itself."""
    said = []
    for fact, as_of in dated(conditions):
        label = FACTS[fact].label_zh if fact in FACTS else fact
        if isinstance(as_of, OnDay):
            said.append(f"“{label}”以{day(as_of.day)}的情况为准。")
        elif as_of == "segment_days":
            said.append(f"“{label}”以服务期间每日的情况为准。")
        else:
            said.append(f"“{label}”曾经符合的即可。")
    return said
