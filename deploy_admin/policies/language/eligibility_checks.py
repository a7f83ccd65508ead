"""Checks of an eligibility clause: facts in their place, alternatives, exemptions, bars. Every fault with its path."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

from deploy_admin.policies.language.checks import Found, Path, condition_faults
from deploy_admin.policies.language.conditions import All, ConditionNode, OnDay
from deploy_admin.policies.language.eligibility import Bar, Eligibility, Exemption
from deploy_admin.policies.language.facts import DOCUMENT_FACTS, FACTS, Subject
from deploy_admin.policies.language.judging import leaves
from deploy_admin.policies.language.nodes import Duration, DurationUnit

if TYPE_CHECKING:
    from deploy_admin.policies.language.types import PolicyDocument

#: The person, and the unit that sends them.
ASKED = frozenset({Subject.PERSON, Subject.INSTITUTION})


def eligibility_faults(clause: Eligibility, path: Path, document: PolicyDocument) -> Iterator[Found]:
    """Every fault of what the clause asks; what all clauses carry is checked elsewhere."""
    yield from _condition(clause.applies_to, (*path, "applies_to"), document)
    yield from _condition(clause.requires, (*path, "requires"), document)
    yield from papers_faults(clause.documents, (*path, "documents"), document)
    yield from _alternatives(clause, path, document)
    yield from exemption_faults(clause.exemptions, (*path, "exemptions"), document)
    yield from twice([bar.id for bar in clause.bars], (*path, "bars"))
    for n, bar in enumerate(clause.bars):
        at: Path = (*path, "bars", n)
        yield from _condition(bar.when, (*at, "when"), document)
        yield from _bar(bar, at)
    parts = (clause.applies_to, clause.requires, clause.documents, clause.alternatives, clause.exemptions, clause.bars)
    if not any(parts):
        yield path, "asks_nothing", {}


def papers_faults(documents: Sequence[ConditionNode], path: Path, document: PolicyDocument) -> Iterator[Found]:
    """Every fault of the papers that are asked for."""
    for n, node in enumerate(documents):
        at: Path = (*path, n)
        yield from _condition(node, at, document)
        for leaf in leaves(node):
            if leaf.fact in FACTS and leaf.fact not in DOCUMENT_FACTS:
                yield at, "not_a_document", {"fact": leaf.fact, "allowed": ", ".join(DOCUMENT_FACTS)}


def exemption_faults(exemptions: Sequence[Exemption], path: Path, document: PolicyDocument) -> Iterator[Found]:
    """Every fault of who is excused; exemptions may overlap."""
    yield from twice([each.id for each in exemptions], path)
    for n, exemption in enumerate(exemptions):
        at: Path = (*path, n)
        yield from _condition(exemption.when, (*at, "when"), document)
        first, last = exemption.from_, exemption.to
        if first and last and last < first:
            yield (*at, "to"), "dates_reversed", {"first": first.isoformat(), "last": last.isoformat()}
        if exemption.when is None and first is None and last is None:
            yield at, "exempts_everybody", {}


def _condition(node: ConditionNode | None, path: Path, document: PolicyDocument) -> Iterator[Found]:
    yield from asked_on_a_day(node, path, ASKED, document)


def asked_on_a_day(
    node: ConditionNode | None, path: Path, subjects: Collection[Subject], document: PolicyDocument
) -> Iterator[Found]:
    """Every fault of a condition on somebody who is asked about on a day: periods and segments are no day."""
    yield from condition_faults(node, path, subjects, document)
    for leaf in leaves(node):
        if leaf.as_of not in (None, "event", "ever") and not isinstance(leaf.as_of, OnDay):
            yield path, "as_of_out_of_place", {"value": str(leaf.as_of)}


def _alternatives(clause: Eligibility, path: Path, document: PolicyDocument) -> Iterator[Found]:
    options = clause.alternatives
    yield from twice([option.id for option in options], (*path, "alternatives"))
    for n, option in enumerate(options):
        yield from _condition(option.requires, (*path, "alternatives", n, "requires"), document)
    if len(options) == 1:
        yield (*path, "alternatives"), "one_alternative", {}
    if clause.mixing:
        counts = {len(option.requires.all) if isinstance(option.requires, All) else 1 for option in options}
        if len(counts) != 1:
            yield (*path, "mixing"), "mixing_uneven", {}


def _bar(bar: Bar, path: Path) -> Iterator[Found]:
    if not bar.after:
        yield (*path, "after"), "empty_list", {}
    if isinstance(bar.for_, Duration):
        if bar.for_.unit is DurationUnit.DUTY_DAYS:
            yield (*path, "for"), "bar_by_duty_days", {}
        elif bar.for_.number == 0:
            yield (*path, "for"), "not_positive", {"value": "0"}


def twice(ids: Sequence[str], path: Path) -> Iterator[Found]:
    """The ids of a list that stand in it before."""
    counted = Counter(ids)
    for n, name in enumerate(ids):
        if counted[name] > 1 and n != ids.index(name):
            yield (*path, n, "id"), "duplicate_id", {"id": name}
