"""Posting, leave and absence clauses as English sentences, the same as in Chinese."""

from __future__ import annotations

from deploy_admin.policies.language.conditions import ConditionNode
from deploy_admin.policies.language.eligibility_en import days_sentences, people
from deploy_admin.policies.language.leave import LEAVE_KINDS, AbsenceRule, LeaveRule
from deploy_admin.policies.language.length_words import count, points, term
from deploy_admin.policies.language.nodes import Binding
from deploy_admin.policies.language.phrases_en import BINDING, ROUNDING, Names, listed, percent
from deploy_admin.policies.language.posting import CohortShare, PostingRule
from deploy_admin.policies.language.posting_zh import kinds_that
from deploy_admin.policies.language.types import PolicyDocument

_AT_ADOPTION = "is decided at adoption"
_BY = {
    "whole_episode": "all days of that leave of kinds that extend it",
    "excess": "the days of kinds that extend it beyond the number from which it begins",
    "calendar_span": "the calendar days from the first day of that leave to the last",
}
_DAYS = {"duty_days": "duty days of the person's roster", "days": "calendar days"}
_MUST_BE = {
    Binding.MANDATORY: "must be",
    Binding.IN_PRINCIPLE: "must in principle be",
    Binding.ENCOURAGED: "should preferably be",
}


def capital(text: str) -> str:
    """The text as it begins a sentence."""
    return f"{text[:1].upper()}{text[1:]}"


def whom_on_post(node: ConditionNode | None, document: PolicyDocument, names: Names) -> str:
    """Of whom a clause speaks: by its condition, else what the scheme calls its people."""
    return people(node, document, names) if node is not None else document.scheme.person_en or "people on post"


def binding_sentences(binding: Binding) -> list[str]:
    """What follows where it is not done."""
    if binding is Binding.ENCOURAGED:
        return ["What is not done is shown and is no violation."]
    return ["What is not done needs a written reason."] if binding is Binding.IN_PRINCIPLE else []


def posting_sentences(clause: PostingRule, document: PolicyDocument, names: Names) -> list[str]:
    """What has to be there before and while somebody is on post."""
    whom, must = whom_on_post(clause.applies_to, document, names), BINDING[clause.binding]
    said = []
    if clause.suspension:
        said.append(f"Sending units {must} suspend the practice of {whom} with them while they are on post.")
        if clause.binding is not Binding.ENCOURAGED:
            said.append("Nobody goes on post without the sending unit's statement.")
    elif clause.suspension is False:
        said.append(f"The practice of {whom} at the sending unit need not be suspended.")
    if clause.filing is not None:
        days = clause.filing.within
        when = f"within {days} working day{'' if days == 1 else 's'} of" if days else "on"
        said.append(capital(f"{whom} {must} file multi-site practice {when} the first day on post."))
        if clause.filing.exempt is not None:
            said.append(f"By law, {people(clause.filing.exempt, document, names)} need no filing.")
    if clause.full_time:
        said.append(capital(f"{whom} {must} work full-time at the receiving unit."))
    elif clause.full_time is False:
        said.append(capital(f"{whom} need not be full-time."))
    if clause.term is not None:
        said.append(f"The planned term of {whom} {_MUST_BE[clause.binding]} {term(clause.term, 'en')}.")
    if clause.exchange_tolerance is not None:
        near = f", give or take {clause.exchange_tolerance}" if clause.exchange_tolerance else ""
        said.append(
            f"As many people come to learn at the sending unit as it sends{near}; a difference is a finding and keeps "
            "nobody from going."
        )
    if clause.deputies is not None:
        said.append(_deputies(clause.deputies))
    days_said = days_sentences(clause.conditions)
    return [*said, *days_said, *binding_sentences(clause.binding)]


def _deputies(share: CohortShare) -> str:
    how = ROUNDING[share.rounding]
    if share.tolerance:
        how += f", give or take {points(share.tolerance, 'en')}"
    return f"About {percent(share.target)} of the year's people are posted as deputy directors ({how})."


def leave_sentences(clause: LeaveRule, document: PolicyDocument, names: Names) -> list[str]:
    """What of leave is filed, how its days count, and what lengthens the term."""
    whom = whom_on_post(clause.applies_to, document, names)
    said = []
    if clause.filing is not None:
        days = count(clause.filing, "days", "en")
        said.append(f"Leave of {days} by {whom} {_MUST_BE[clause.binding]} filed with the scheme's office.")
    said += _extension(clause, whom)
    by_unit: dict[str, list[str]] = {}
    for kind, unit in clause.unit:
        by_unit.setdefault(unit, []).append(LEAVE_KINDS[kind].label_en)
    for counted, kinds in by_unit.items():
        said.append(f"In {_DAYS[counted]} are counted: {listed(kinds, 'and')}.")
    said.append(f"{'Other leave' if by_unit else 'Leave'} is counted in {_DAYS['duty_days']}.")
    said.append(
        "Leave separated only by days that are not duty days is one leave."
        if clause.merge == "non_duty_days"
        else "Each leave is counted by itself."
    )
    days_said = days_sentences(clause.conditions)
    return [*said, *days_said, *binding_sentences(clause.binding)]


def _extension(clause: LeaveRule, whom: str) -> list[str]:
    threshold = clause.extension or clause.filing
    said = []
    if threshold is not None and any(held is not False for _, held in clause.extends):
        reached = count(threshold, "days", "en") if clause.extension is not None else "as many days as are filed"
        said.append(f"Leave of {reached} extends the term of {whom} by {_BY[clause.by]}.")
    for held, words in (
        (True, "The term is extended by %s."),
        (False, "It is not extended by %s."),
        (None, f"Whether it is extended by %s {_AT_ADOPTION}."),
    ):
        if kinds := kinds_that(clause, held):
            joint = "and" if held else "or"
            said.append(words % listed([LEAVE_KINDS[kind].label_en for kind in kinds], joint))
    if clause.extends:
        said.append("A kind of leave that is not named does not extend it.")
    return said


def absence_sentences(clause: AbsenceRule, document: PolicyDocument, names: Names) -> list[str]:
    """How unapproved absence counts and what it leads to."""
    whom = whom_on_post(clause.applies_to, document, names)
    said = []
    if clause.counts:
        counted = {
            "episode": "counts once per episode, however long",
            "day": "counts once per duty day",
            None: f"counts per episode or per day; which of them {_AT_ADOPTION}",
        }
        said.append(f"Unapproved absence of {whom} {counted[clause.counted_by]}.")
    if clause.warn is not None:
        said.append(f"Unapproved absence of {count(clause.warn, 'times', 'en')} leads to a warning.")
    if clause.proposes_void is not None:
        said.append(
            f"Unapproved absence of {count(clause.proposes_void, 'times', 'en')} leads to a proposal not to count "
            "this assignment; the authority decides."
        )
    if clause.proposes_void is not None or clause.takes_extension is not None:
        taken = {
            True: "includes the extension of the term",
            False: "does not include the extension of the term",
            None: f"may include the extension of the term, which {_AT_ADOPTION}",
        }
        said.append(f"What is not counted {taken[clause.takes_extension]}.")
    if clause.heard_within is not None:
        days = clause.heard_within
        within = f"has {days} working day{'' if days == 1 else 's'}" if days else "has that day"
        said.append(f"Before absence is confirmed the person is told and {within} to bring leave or reasons.")
    elif clause.counts:
        said.append("Before absence is confirmed the person is told and heard; for how long is not stated.")
    for threshold, words in (
        (clause.long_episode, "in one episode"),
        (clause.in_a_row, "in a row"),
        (clause.within_a_year, "within a year"),
    ):
        if threshold is not None:
            said.append(
                f"Unapproved absence of {count(threshold, 'duty_days', 'en')} {words} is shown to whoever may act "
                "on it."
            )
    days_said = days_sentences(clause.conditions)
    return [*said, *days_said, *binding_sentences(clause.binding)]
