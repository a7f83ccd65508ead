"""Service and requirement clauses as English sentences, the same as in Chinese."""

from __future__ import annotations

from deploy_admin.policies.language.conditions import ConditionNode
from deploy_admin.policies.language.eligibility import TARGETS
from deploy_admin.policies.language.eligibility_en import days_sentences, exemption, paper, people
from deploy_admin.policies.language.judging import by_subject
from deploy_admin.policies.language.length_words import length, plain, term, times
from deploy_admin.policies.language.phrases_en import BINDING, UNSET, Names, duration, listed, phrase
from deploy_admin.policies.language.posting_en import binding_sentences, capital, whom_on_post
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

_OTHERWISE = {"warn": "counts all the same and is pointed out", "drop": "does not count", "file": "counts once filed"}
_BROKEN_BY = {
    "void": "service that is not counted",
    "not_qualified": "an evaluation of not qualified",
    "ended_early": "an early end",
}
_SINCE = {"hire_date": "hire", "establishment_since": "the establishment post"}
_SCOPE = {"episode": "per piece", "total": "in all"}


def service_at(node: ConditionNode | None, document: PolicyDocument, names: Names, whose: str = "") -> str:
    """The service a condition means: service at township health centres, full-time service."""
    places, kinds = by_subject(node)
    what = phrase(kinds, "service", document, names) if kinds is not None else "service"
    what = what if "service" in what else f"service: {what}"
    what = f"{what} of {whose}" if whose else what
    return f"{what} at {phrase(places, 'institutions', document, names)}" if places is not None else what


def service_sentences(clause: ServiceRule, document: PolicyDocument, names: Names) -> list[str]:
    """Which service is credited and how it adds up."""
    whom = whom_on_post(clause.applies_to, document, names)
    said = [f"{capital(service_at(clause.at, document, names, whom))} is credited."]
    if clause.full_time:
        said.append("Service that is not full-time is not.")
    if clause.credited_if is not None:
        said.append("It is recognised with an evaluation of qualified, and proposed before it.")
    said += _reckoned(clause)
    if clause.minimum_segment is not None:
        said.append(_minimum(clause.minimum_segment))
    said += [_conversion(each, document, names) for each in clause.conversions]
    if len(clause.conversions) > 1:
        said.append("Where several conversions apply, the first does.")
    said += [_equivalent(each) for each in clause.equivalents]
    if clause.cap is not None:
        said.append(f"No more than {duration(clause.cap)} are credited in all.")
    if clause.continuous is not None:
        said += _continuous(clause.continuous)
    said.append("Days by which the term was extended are not credited.")
    return [*said, *days_sentences(clause.conditions), *binding_sentences(clause.binding)]


def _reckoned(clause: ServiceRule) -> list[str]:
    months = (
        "Service is reckoned in months that end the day before the corresponding day, then in days; every "
        f"{clause.residual_days_per_month} days left over from several pieces make a month, those of one piece do not."
    )
    per = UNSET if clause.duty_days_per_month is None else plain(clause.duty_days_per_month)
    days = f"Service is reckoned in duty days on post; duty days of a month: {per}."
    match clause.reckoned_by:
        case "corresponding_day":
            return [months]
        case "duty_days":
            return [days]
        case "both":
            return [months, days, "The greater of the two counts."]


def _minimum(minimum: MinimumSegment) -> str:
    return f"A piece of service is {term(minimum.length, 'en')}; a shorter one {_OTHERWISE[minimum.otherwise]}."


def _conversion(each: Conversion, document: PolicyDocument, names: Names) -> str:
    said = f"{each.label_en}: {service_at(each.when, document, names)}"
    if each.minimum is not None:
        said += f", of {duration(each.minimum)} or more in one piece,"
    said += f" is worth {times(each.ratio, 'en')} its days"
    return said + (f", at most {duration(each.cap)} {_SCOPE[each.cap_scope]}." if each.cap is not None else ".")


def _equivalent(each: Equivalent) -> str:
    said = f"{each.label_en}: counts as service once the authority has recognised it"
    if each.ratio != 1:
        said += f", at {times(each.ratio, 'en')} its days"
    if each.cap is not None:
        said += f", at most {duration(each.cap)}"
    place = "it meets whatever is asked of the place" if each.place == "any" else "it meets nothing asked of the place"
    return f"{said}; {place}."


def _continuous(continuous: Continuity) -> list[str]:
    if continuous.gap is None:
        said = [f"The gap that breaks continuous service is {UNSET}; whether a gap breaks it is decided at adoption."]
    elif continuous.gap == UNBROKEN:
        said = ["A gap between two pieces does not break continuous service."]
    elif continuous.gap.number:
        said = [f"A gap of up to {duration(continuous.gap)} keeps service continuous; a longer one breaks it."]
    else:
        said = ["Service is continuous where there is no gap."]
    if continuous.broken_by:
        words = listed([_BROKEN_BY[each] for each in continuous.broken_by])
        said.append(f"{capital(words)} breaks it; leave does not.")
    return said


# ---------------------------------------------------------------- requirements


def requirement_sentences(clause: Requirement, document: PolicyDocument, names: Names) -> list[str]:
    """What service somebody must have, by when or before what, and what else would do."""
    whom = people(clause.applies_to, document, names)
    first = f"{_when(clause)}{whom} {BINDING[clause.binding]} {_first_asked(clause, document, names)}."
    said = [capital(first)]
    if clause.service is not None:
        said += _details(clause.service, document, names)
        if clause.requires is not None:
            said.append(f"They must also be {people(clause.requires, document, names)}.")
    if clause.documents and (clause.service is not None or clause.requires is not None):
        said.append(f"They must hold {_papers(clause, document, names)}.")
    if clause.alternatives:
        said.append("One of these will do; each is judged wholly by itself.")
        for n, option in enumerate(clause.alternatives, start=1):
            asked = [] if option.service is None else [_asked(option.service, document, names)]
            asked += [] if option.requires is None else [f"be {people(option.requires, document, names)}"]
            said.append(f"({n}) {option.label_en}: {' and '.join(asked)}.")
            said += [] if option.service is None else _details(option.service, document, names)
    said += [exemption(each, document, names) for each in clause.exemptions]
    if clause.due is not None:
        said += _clock(clause)
    labels = {each.id: each.label_en for each in document.requirements}
    if clause.satisfied_with:
        others = listed([f"“{labels.get(name, name)}”" for name in clause.satisfied_with])
        said.append(f"Whoever satisfies {others} satisfies this too.")
    return [*said, *days_sentences(clause.conditions), *binding_sentences(clause.binding)]


def _when(clause: Requirement) -> str:
    said = ""
    if clause.target is not None:
        said += f"before {TARGETS[clause.target].label_en}, "
    if clause.due is not None:
        said += f"within {length(clause.due.within, 'en')} of {_SINCE[clause.due.since]}, "
    return said


def _first_asked(clause: Requirement, document: PolicyDocument, names: Names) -> str:
    """What the first sentence asks: service, else what somebody is, holds, or may choose from."""
    if clause.service is not None:
        return _asked(clause.service, document, names)
    if clause.requires is not None:
        return f"be {people(clause.requires, document, names)}"
    return f"hold {_papers(clause, document, names)}" if clause.documents else "meet what follows"


def _papers(clause: Requirement, document: PolicyDocument, names: Names) -> str:
    return "; ".join(paper(node, document, names) for node in clause.documents)


def _asked(asked: ServiceAsked, document: PolicyDocument, names: Names) -> str:
    reckoned = "in all" if asked.reckoned == "cumulative" else "without a break"
    return f"have {reckoned} {term(asked.length, 'en')} of {service_at(asked.at, document, names)}"


def _details(asked: ServiceAsked, document: PolicyDocument, names: Names) -> list[str]:
    said = [
        f"Of these, {part.label_en}: {term(part.length, 'en')} of {service_at(part.at, document, names)}."
        for part in asked.subtotals
    ]
    if asked.minimum_segment is not None:
        said.append(f"A piece counts from {duration(asked.minimum_segment)} on.")
    return said


def _clock(clause: Requirement) -> list[str]:
    said = ["The time ends on the corresponding day, with the service completed by then."]
    if clause.warn_after is not None:
        said.append(
            f"It is pointed out after {duration(clause.warn_after)}, and urgently once less time is left than service."
        )
    else:
        said.append("It is pointed out urgently once less time is left than service.")
    said.append(f"Service before the clock began {'counts' if clause.earlier_service else 'does not count'}.")
    said.append(f"A transfer {'starts the clock anew' if clause.transfer_restarts else 'does not start it anew'}.")
    return said
