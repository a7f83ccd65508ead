"""Eligibility clauses as English sentences, the same as in Chinese."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from deploy_admin.policies.language.conditions import All, AnyOf, Compare, ConditionNode, InSet, Is, Not, OnDay
from deploy_admin.policies.language.eligibility import EVENTS, TARGETS, Bar, Eligibility, Exemption
from deploy_admin.policies.language.facts import FACTS
from deploy_admin.policies.language.judging import by_subject, dated
from deploy_admin.policies.language.nodes import Binding
from deploy_admin.policies.language.phrases_en import UNSET, Names, day, duration, listed, papers, phrase
from deploy_admin.policies.language.types import PolicyDocument

_MUST = {
    Binding.MANDATORY: "must be",
    Binding.IN_PRINCIPLE: "must in principle be",
    Binding.ENCOURAGED: "should preferably be",
}


def people(node: ConditionNode | None, document: PolicyDocument, names: Names) -> str:
    """Whom a condition means, the people before their unit: physicians of municipal institutions."""
    units, persons = by_subject(node)
    said = phrase(persons, "people", document, names)
    return f"{said} of {phrase(units, 'institutions', document, names)}" if units is not None else said


def eligibility_sentences(clause: Eligibility, document: PolicyDocument, names: Names) -> list[str]:
    """What the clause asks, of whom; who is excused; what bars."""
    whom = people(clause.applies_to, document, names)
    act = TARGETS[clause.target].label_en
    if clause.requires is not None:
        said = [f"For {act}, {whom} {_MUST[clause.binding]} {people(clause.requires, document, names)}."]
    elif clause.documents or clause.alternatives:
        said = [f"For {act}, {whom} {_MUST[clause.binding].removesuffix(' be')} meet what follows."]
    elif clause.exemptions or clause.bars:
        said = [f"This article concerns {whom} and {act}."]
    else:
        may = "is encouraged" if clause.binding is Binding.ENCOURAGED else "is open"
        said = [f"{act[0].upper()}{act[1:]} {may} for {whom}."]
    if clause.documents:
        said.append(f"They must hold {'; '.join(paper(node, document, names) for node in clause.documents)}.")
    if clause.alternatives:
        ways = "; ".join(
            f"({n}) {option.label_en}: {people(option.requires, document, names)}"
            for n, option in enumerate(clause.alternatives, start=1)
        )
        said.append(f"They must fall under one of these: {ways}.")
        said.append(
            "Each part may be met under another of them."
            if clause.mixing
            else "Each is judged wholly by itself; they are not mixed."
        )
    said += [exemption(each, document, names) for each in clause.exemptions]
    said += [_bar(bar, act, document, names) for bar in clause.bars]
    said += days_sentences(clause.conditions)
    if clause.binding is Binding.IN_PRINCIPLE:
        said.append("Whoever is chosen all the same needs a written reason.")
    return said


def paper(node: ConditionNode, document: PolicyDocument, names: Names) -> str:
    """What a paper that is asked for is called."""
    match node:
        case Is() | InSet():
            return papers(node, document)
        case All():
            return " and ".join(paper(part, document, names) for part in node.all)
        case AnyOf():
            return " or ".join(paper(part, document, names) for part in node.any)
        case Not() | Compare():
            return f"proof that they are {phrase(node, 'people', document, names)}"
        case _:
            assert_never(node)


def exemption(each: Exemption, document: PolicyDocument, names: Names) -> str:
    """Who is excused, and when."""
    window = ""
    if each.from_ and each.to:
        window = f" from {day(each.from_)} to {day(each.to)}, both days included"
    elif each.from_:
        window = f" from {day(each.from_)} on"
    elif each.to:
        window = f" until {day(each.to)}, that day included"
    return f"{each.label_en}: {people(each.when, document, names)} are not bound by this article{window}."


def _bar(bar: Bar, act: str, document: PolicyDocument, names: Names) -> str:
    events = listed([EVENTS[code].label_en for code in bar.after])
    whom = f" of {people(bar.when, document, names)}" if bar.when is not None else ""
    happened = f"{events}{whom}" if bar.times == 1 else f"{events}{whom}, {bar.times} times,"
    asked = f" (as of {day(bar.as_of.day)})" if isinstance(bar.as_of, OnDay) else ""
    if bar.for_ == "ever":
        return f"{bar.label_en}: {happened} bars from {act} for good{asked}."
    if bar.for_ is None:
        return f"{bar.label_en}: {happened} bars from {act} for a certain time ({UNSET}){asked}."
    since = "" if bar.times == 1 else f" from the last but {bar.times - 1} on"
    ends = "the corresponding day, or the last of its month, is the last one barred"
    if bar.for_.unit != "months":
        ends = "the day itself is not counted"
    return f"{bar.label_en}: {happened} bars from {act} for {duration(bar.for_)}{since}{asked}; {ends}."


def days_sentences(conditions: Iterable[ConditionNode]) -> list[str]:
    """As of when facts are asked that are not asked on the day itself."""
    said = []
    for fact, as_of in dated(conditions):
        label = FACTS[fact].label_en if fact in FACTS else fact
        if isinstance(as_of, OnDay):
            said.append(f"The {label} is taken as of {day(as_of.day)}.")
        elif as_of == "segment_days":
            said.append(f"The {label} is taken as of each day of the service.")
        else:
            said.append(f"The {label} is enough if it was so at any time.")
    return said
