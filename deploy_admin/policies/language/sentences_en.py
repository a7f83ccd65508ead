"""The clauses as English sentences, the same as in Chinese."""

from __future__ import annotations

from datetime import date
from typing import assert_never

from deploy_admin.policies.language.allocation import AllocationRule
from deploy_admin.policies.language.allocation_en import allocation_sentences
from deploy_admin.policies.language.clauses import Clause
from deploy_admin.policies.language.eligibility import Eligibility
from deploy_admin.policies.language.eligibility_en import eligibility_sentences
from deploy_admin.policies.language.facts import FACTS
from deploy_admin.policies.language.leave import AbsenceRule, LeaveRule
from deploy_admin.policies.language.month import MonthRule
from deploy_admin.policies.language.month_en import month_sentences
from deploy_admin.policies.language.nodes import Binding, Enforcement
from deploy_admin.policies.language.phrases_en import (
    BINDING,
    EXCUSED,
    OP,
    Names,
    amount,
    day,
    duration,
    listed,
    percent,
    period,
    phrase,
)
from deploy_admin.policies.language.posting import PostingRule
from deploy_admin.policies.language.posting_en import absence_sentences, leave_sentences, posting_sentences
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
from deploy_admin.policies.language.service_en import requirement_sentences, service_sentences
from deploy_admin.policies.language.types import Level, PolicyDocument


def subject(clause: Quota, document: PolicyDocument, names: Names) -> str:
    """Who owes."""
    match clause.scope:
        case UnitScope():
            return phrase(clause.owed_by, "institutions", document, names)
        case GroupScope():
            fact = FACTS.get(clause.scope.group)
            who = phrase(clause.owed_by, "institutions", document, names)
            return f"the {who} of one {fact.label_en if fact else clause.scope.group} together"
        case DistrictScope():
            if clause.owed_by is not None:
                return phrase(clause.owed_by, "districts", document, names)
            return "the district's units" if document.level is Level.DISTRICT else "districts and counties"
        case _:
            assert_never(clause.scope)


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


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
    who = phrase(clause.counts.who, "people", document, names)
    verb = "keep on post" if clause.counts.measured == "stock" else "send"
    duty = f"{subject(clause, document, names)} {BINDING[clause.binding]} {verb} {who} {period(clause.period)}"
    said = [_sentence(f"{duty}: {amount(clause.amount, clause, document, names)}")]
    said += _limits(clause.minimum, clause.maximum)
    said += [_composition(part, document, names) for part in clause.composition]
    said += counting_sentences(clause.counts, document, names)
    for each in clause.alternatives:
        numbers = amount(each.amount, clause, document, names)
        said.append(f"Instead, “{each.label_en}” may be chosen: {numbers}. The two are not mixed.")
        said += _limits(each.minimum, each.maximum)
        if each.counts is not None:
            said.append(f"Under it, {phrase(each.counts.who, 'people', document, names)} are sent.")
            said += counting_sentences(each.counts, document, names)
    if clause.binding is Binding.ENCOURAGED:
        said.append("A shortfall is shown as a gap to the target and is no violation.")
    elif clause.binding is Binding.IN_PRINCIPLE:
        said.append("A shortfall needs a written reason.")
    return said


def _common_sentences(clause: Clause, names: Names) -> list[str]:
    """What may be said of any clause: who is co-ordinated with, where it is on trial, when it is in force."""
    said = []
    coordinated = [key for key, held in clause.enforcement if held is Enforcement.COORDINATE]
    if coordinated:
        words = listed([FACTS["affiliation"].word(key, "en") for key in coordinated], "and")
        said.append(_sentence(f"{words} institutions are co-ordinated with, neither ranked nor dunned"))
    if clause.pilot:
        said.append(f"On trial in {listed([names(code) for code in clause.pilot], 'and')}.")
    if clause.in_force.from_ or clause.in_force.to:
        said.append(f"This article is in force {_dates(clause.in_force.from_, clause.in_force.to)}.")
    return said


def _limits(minimum: int | None, maximum: int | None) -> list[str]:
    said = []
    if minimum is not None:
        said.append(f"No fewer than {minimum}, whatever the calculation gives.")
    if maximum is not None:
        said.append(f"No more than {maximum} are owed, whatever the calculation gives.")
    return said


def _numbers(node: Composition | CompositionCase) -> str:
    parts = []
    if node.at_least is not None:
        parts.append(f"at least {node.at_least}")
    if node.share is not None:
        parts.append(f"at least {percent(node.share)}")
    if node.at_most is not None:
        parts.append(f"at most {node.at_most}")
    return " and ".join(parts)


def _composition(part: Composition, document: PolicyDocument, names: Names) -> str:
    said = f"Of these, {_numbers(part)} must be {phrase(part.of, 'people', document, names)}"
    for case in part.cases:
        said += f"; for {phrase(case.when, 'institutions', document, names)}, {_numbers(case)}"
    return f"{said}."


def counting_sentences(counts: Counting, document: PolicyDocument, names: Names) -> list[str]:
    """Where to, for how long, and how people are counted."""
    said = []
    if counts.where is not None:
        said.append(f"They serve at {phrase(counts.where, 'institutions', document, names)}.")
    if counts.term is not None:
        together = {True: ", without a break", False: ", which may be added up", None: ""}[counts.continuous]
        said.append(f"A term is {OP[counts.term.op]} {duration(counts.term.value)}{together}.")
    if counts.full_time:
        said.append("Service is full-time; anything else does not count.")
    if counts.measured == "stock":
        said.append("People on post are counted on every day of the period.")
    else:
        year = "the year of its campaign" if counts.year_by == "campaign" else "the year of the first day on post"
        again = "a renewed term of full length counts again in its own year" if counts.renewals else "renewals do not"
        said.append(f"A term counts once, in {year}; {again}.")
        said.append("Successive people may serve one slot." if counts.relay else "One slot is served by one person.")
    if counts.exclusive_group:
        said.append("One dispatch counts for one duty only.")
    if counts.excused:
        reasons = listed([EXCUSED.get(word, word) for word in counts.excused])
        said.append(f"An early end through {reasons} is not held against the sender.")
    return said


def _dates(first: date | None, last: date | None) -> str:
    if first and last:
        return f"from {day(first)} to {day(last)}"
    return f"from {day(first)}" if first else f"until {day(last)}" if last else ""


def general_sentences(document: PolicyDocument, names: Names) -> tuple[str, ...]:
    """What the document is."""
    number = document.document_number or "number not stated"
    issued = f"issued on {day(document.issued)}" if document.issued else "date of issue not stated"
    said = [
        f"“{document.title_en}” ({number}), {document.issuer_en}, {issued}.",
        f"It applies in {names(document.jurisdiction)} {_dates(document.in_force.from_, document.in_force.to)}.",
    ]
    if document.summary_en:
        said.append(document.summary_en if document.summary_en.endswith(".") else f"{document.summary_en}.")
    said.append(f"Scheme: {document.scheme.name_en}.")
    return tuple(said)
