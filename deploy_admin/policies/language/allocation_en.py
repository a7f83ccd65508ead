"""Allocation clauses as English sentences, the same as in Chinese."""

from __future__ import annotations

from typing import assert_never

from deploy_admin.policies.language.allocation import AllocationRule, Criterion, CriterionKind
from deploy_admin.policies.language.allocation_words import before_requests, may_be_unknown, whom_and_where
from deploy_admin.policies.language.eligibility_en import people
from deploy_admin.policies.language.nodes import Binding
from deploy_admin.policies.language.phrases_en import Names, listed, phrase
from deploy_admin.policies.language.posting_en import capital
from deploy_admin.policies.language.types import PolicyDocument

#: What always holds and is no criterion.
ALWAYS = (
    "What follows always holds and is no criterion: who may go, that they can be sent on those days, the speciality, "
    "staff category and lowest title that a request asks for, the campaign's destinations, and pins and bans by hand."
)
LAST = (
    "What is not named is not considered; where all are equal a fixed order decides, so that the same inputs give the "
    "same plan."
)
_IS = {
    Binding.MANDATORY: "is decided",
    Binding.IN_PRINCIPLE: "is in principle decided",
    Binding.ENCOURAGED: "should preferably be decided",
}


def allocation_sentences(clause: AllocationRule, document: PolicyDocument, names: Names) -> list[str]:
    """In which order the criteria decide, one sentence each, and what always holds."""
    whom = document.scheme.person_en or "people on post"
    to = f" to {phrase(clause.applies_to, 'receiving units', document, names)}" if clause.applies_to else ""
    if len(clause.criteria) == 1:
        said = [f"The allocation of {whom}{to} {_IS[clause.binding]} by one criterion."]
    else:
        order = "by these criteria in their order; no later one undoes what an earlier one gives"
        said = [f"The allocation of {whom}{to} {_IS[clause.binding]} {order}."]
    said += [
        f"{n}. {capital(each.label_en)}: {_criterion(each, document, names)}."
        for n, each in enumerate(clause.criteria, start=1)
    ]
    if first := before_requests(clause):
        words = listed([f"“{each.label_en}”" for each in first], "and")
        stand = "stands" if len(first) == 1 else "stand"
        said.append(f"{words} {stand} before meeting requests, so fewer of these may be met.")
    if may_be_unknown(clause):
        said.append("Where it is not known whether a criterion is met, it does not count as met, and is told apart.")
    return [*said, ALWAYS, LAST]


def _criterion(each: Criterion, document: PolicyDocument, names: Names) -> str:
    match each.by:
        case CriterionKind.REQUESTS:
            return "as many of the people asked for as can be"
        case CriterionKind.PRIORITY:
            return "urgent requests, and those that each unit ranks first, before the others"
        case CriterionKind.SPECIALITY:
            return "the speciality that is asked for before one that would do too"
        case CriterionKind.PREFER:
            return _preferred(each, document, names)
        case CriterionKind.QUOTAS:
            return (
                "each sending unit sends as many as it owes, as far as it nominated them; falling short stops no plan"
            )
        case CriterionKind.BALANCE:
            return "the requests of the receiving units are met as evenly as can be"
        case CriterionKind.WISHES:
            return "the wishes of those who go, as far as can be"
        case CriterionKind.DISTANCE:
            return "as short a way from sending to receiving unit as can be; an unknown one is not compared"
        case CriterionKind.LEAST_CHANGE:
            return "as few changes as can be against the plan it is made from"
        case _:
            assert_never(each.by)


def _preferred(each: Criterion, document: PolicyDocument, names: Names) -> str:
    whom, where = whom_and_where(each)
    going = f"as many {people(whom, document, names)} as can be"
    return f"{going} go" if where is None else f"{going} go to {phrase(where, 'receiving units', document, names)}"
