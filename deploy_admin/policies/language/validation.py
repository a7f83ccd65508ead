"""Checks of a document as a whole: what its types cannot say by themselves. Every fault comes with its path."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from deploy_admin.policies.language.allocation import AllocationRule
from deploy_admin.policies.language.allocation_checks import allocation_faults
from deploy_admin.policies.language.amount_checks import amount_faults, ratio_faults
from deploy_admin.policies.language.checks import Found, Path, can_meet, condition_faults
from deploy_admin.policies.language.clauses import Clause
from deploy_admin.policies.language.conditions import ConditionNode
from deploy_admin.policies.language.eligibility import Eligibility, Target
from deploy_admin.policies.language.eligibility_checks import eligibility_faults
from deploy_admin.policies.language.facts import AFFILIATIONS, FACTS, Subject
from deploy_admin.policies.language.faults import Fault
from deploy_admin.policies.language.leave import AbsenceRule, LeaveRule
from deploy_admin.policies.language.measures import DIMENSIONS
from deploy_admin.policies.language.month import MonthRule
from deploy_admin.policies.language.month_checks import month_faults
from deploy_admin.policies.language.nodes import InForce
from deploy_admin.policies.language.periods import Programme
from deploy_admin.policies.language.posting import PostingRule
from deploy_admin.policies.language.posting_checks import absence_faults, leave_faults, posting_faults
from deploy_admin.policies.language.quota import Composition, CompositionCase, Counting, GroupScope, Quota
from deploy_admin.policies.language.requirements import Requirement
from deploy_admin.policies.language.service import ServiceRule
from deploy_admin.policies.language.service_checks import requirement_faults, satisfied_with_faults, service_faults
from deploy_admin.policies.language.strict_yaml import written_path
from deploy_admin.policies.language.types import CLAUSE_SECTIONS, FORMER_SECTIONS, PolicyDocument, derived_level

_UNIT = frozenset({Subject.INSTITUTION})
_PERSON = frozenset({Subject.PERSON})
_PLACE = frozenset({Subject.INSTITUTION, Subject.SEGMENT})


def clause_faults(clause: Clause, path: Path, document: PolicyDocument) -> list[Found]:
    """Every fault of one clause; `document` gives the names it may use."""
    return [*_clause(clause, path, document), *_of_its_section(clause, path, document)]


def _of_its_section(clause: Clause, path: Path, document: PolicyDocument) -> Iterator[Found]:
    match clause:
        case Quota():
            yield from _quota(clause, path, document)
        case Eligibility():
            yield from eligibility_faults(clause, path, document)
        case AllocationRule():
            yield from allocation_faults(clause, path, document)
        case PostingRule():
            yield from posting_faults(clause, path, document)
        case LeaveRule():
            yield from leave_faults(clause, path, document)
        case AbsenceRule():
            yield from absence_faults(clause, path, document)
        case MonthRule():
            yield from month_faults(clause, path, document)
        case ServiceRule():
            yield from service_faults(clause, path, document)
        case Requirement():
            yield from requirement_faults(clause, path, document)
        case _:
            raise TypeError(type(clause).__name__)


def document_faults(document: PolicyDocument, places: Sequence[Path]) -> list[Found]:
    """Every fault that lies between clauses or in the head; `places` tells where each clause is written."""
    return [*_head(document), *_between_clauses(document, places)]


def place_of(document: PolicyDocument, clause: Clause) -> tuple[str, int]:
    """Return the section and the number under which a clause of the document is written."""
    for section in CLAUSE_SECTIONS:
        for n, each in enumerate(getattr(document, section)):
            if each is clause:
                return section, n
    raise KeyError(clause.id)


def adoption_faults(document: PolicyDocument) -> list[Fault]:
    """What stands in the way of adopting a document that may well be kept as a draft."""
    found: list[Found] = [
        (
            ("later", section),
            "section_is_computed" if section in FORMER_SECTIONS else "section_not_interpreted",
            {"section": section},
        )
        for section, _ in document.later
    ]
    if not document.clauses:
        found.append((("quotas",), "nothing_inside", {}))
    if document.in_force.from_ is None:
        found.append((("in_force", "from"), "missing_key", {"key": "from"}))
    return [Fault(written_path(path), code, None, tuple(params.items())) for path, code, params in found]


# ---------------------------------------------------------------- the head


def _head(document: PolicyDocument) -> Iterator[Found]:
    yield from _dates(document.in_force, ("in_force",))
    derived = derived_level(document.jurisdiction)
    if derived is None and document.level_said is None:
        yield ("jurisdiction",), "level_needed", {"value": document.jurisdiction}
    elif derived is not None and document.level_said not in (None, derived):
        yield (
            ("level",),
            "level_differs",
            {"level": str(document.level_said), "value": document.jurisdiction, "derived": str(derived)},
        )
    if document.issued is None and not document.issued_note:
        yield ("issued",), "issued_needs_note", {}
    if not document.clauses and not document.later:
        yield ("quotas",), "nothing_inside", {}
    for key, ids in (
        ("sources", [source.id for source in document.sources]),
        ("sets", [named.id for named in document.sets]),
        ("measures", [declared.id for declared in document.measures]),
    ):
        yield from _twice(ids, key)
    for n, named in enumerate(document.sets):
        if not named.values:
            yield ("sets", n, "values"), "empty_list", {}
    for n, declared in enumerate(document.measures):
        for dimension in declared.dimensions:
            if dimension not in DIMENSIONS:
                yield (
                    ("measures", n, "dimensions"),
                    "unknown_dimension",
                    {"measure": declared.id, "dimension": dimension, "allowed": ", ".join(DIMENSIONS)},
                )


def _twice(ids: Sequence[str], key: str, path: Path = ()) -> Iterator[Found]:
    counted = Counter(ids)
    for n, name in enumerate(ids):
        if counted[name] > 1 and n != ids.index(name):
            yield (*path, key, n, "id"), "duplicate_id", {"id": name}


def _dates(held: InForce, path: Path) -> Iterator[Found]:
    if held.from_ and held.to and held.to < held.from_:
        yield (*path, "to"), "dates_reversed", {"first": held.from_.isoformat(), "last": held.to.isoformat()}


# ---------------------------------------------------------------- between clauses


def _between_clauses(document: PolicyDocument, places: Sequence[Path]) -> Iterator[Found]:
    clauses = document.clauses
    seen: set[str] = set()
    ids = {clause.id for clause in clauses}
    for path, clause in zip(places, clauses, strict=True):
        if clause.id in seen:
            yield (*path, "id"), "duplicate_id", {"id": clause.id}
        seen.add(clause.id)
        for key, references in (("overrides", clause.overrides), ("holds_with", clause.holds_with)):
            for reference in references:
                policy, _, name = reference.rpartition("#")
                if (not policy or policy == document.id) and name == clause.id:
                    yield (*path, key), "overrides_itself", {}
                elif (not policy or policy == document.id) and name not in ids:
                    yield (*path, key), "unknown_clause", {"id": reference}
        inside = clause.in_force
        if (inside.from_ and not document.in_force.holds(inside.from_)) or (
            inside.to and not document.in_force.holds(inside.to)
        ):
            yield (*path, "in_force"), "outside_document", {}
    yield from satisfied_with_faults(
        [(path, clause) for path, clause in zip(places, clauses, strict=True) if isinstance(clause, Requirement)]
    )
    for n, first in enumerate(clauses):
        for m in range(n + 1, len(clauses)):
            second = clauses[m]
            if _compete(first, second, document):
                yield (
                    (*places[m], "topic"),
                    "same_topic",
                    {"first": first.id, "second": second.id, "topic": first.topic},
                )


def _compete(first: Clause, second: Clause, document: PolicyDocument) -> bool:
    """Whether both may speak of the same topic for the same unit or person on one day without saying which holds.

    Clauses of different sections, or of different targets, answer different questions.
    """
    if first.topic != second.topic or first.id == second.id or not first.in_force.overlaps(second.in_force):
        return False
    if type(first) is not type(second) or _target(first) != _target(second):
        return False
    if first.pilot and second.pilot and not set(first.pilot) & set(second.pilot):
        return False
    named = {*first.overrides, *first.holds_with, *second.overrides, *second.holds_with}
    named |= {reference.rpartition("#")[2] for reference in named}
    if first.id in named or second.id in named:
        return False
    return can_meet(_whom(first), _whom(second), document)


def _target(clause: Clause) -> Target | None:
    return clause.target if isinstance(clause, Eligibility | Requirement) else None


def _whom(clause: Clause) -> ConditionNode | None:
    """Of which units or people a clause speaks."""
    whom: ConditionNode | None = clause.owed_by if isinstance(clause, Quota) else getattr(clause, "applies_to", None)
    return whom


# ---------------------------------------------------------------- one clause


def _clause(clause: Clause, path: Path, document: PolicyDocument) -> Iterator[Found]:
    """What every clause carries."""
    yield from _dates(clause.in_force, (*path, "in_force"))
    if clause.cite.source is not None and clause.cite.source not in {source.id for source in document.sources}:
        yield (*path, "cite"), "unknown_source", {"source": clause.cite.source}
    affiliations = [code.value for code in AFFILIATIONS]
    for affiliation, _ in clause.enforcement:
        if affiliation not in affiliations:
            yield (
                (*path, "enforcement"),
                "enforcement_value",
                {"value": affiliation, "allowed": ", ".join(affiliations)},
            )


def _quota(clause: Quota, path: Path, document: PolicyDocument) -> Iterator[Found]:
    yield from condition_faults(clause.owed_by, (*path, "owed_by"), _UNIT, document)
    yield from _period(clause, path)
    if isinstance(clause.scope, GroupScope):
        fact = FACTS.get(clause.scope.group)
        if fact is None or fact.subject is not Subject.INSTITUTION:
            yield (
                (*path, "scope", "group"),
                "unknown_fact",
                {"fact": clause.scope.group, "suggestion": "medical_community"},
            )
    yield from amount_faults(clause.amount, (*path, "amount"), clause, document)
    yield from _limits(clause.minimum, clause.maximum, path)
    yield from _counting(clause.counts, (*path, "counts"), document)
    yield from _twice([part.id for part in clause.composition], "composition", path)
    for n, part in enumerate(clause.composition):
        at: Path = (*path, "composition", n)
        yield from condition_faults(part.of, (*at, "of"), _PERSON, document)
        numbers: list[Composition | CompositionCase] = [part, *part.cases]
        if all(number.at_least is None and number.at_most is None and number.share is None for number in numbers):
            yield at, "composition_empty", {}
        for number in numbers:
            yield from ratio_faults(number.share, at)
            yield from _limits(number.at_least, number.at_most, at)
        for m, case in enumerate(part.cases):
            yield from condition_faults(case.when, (*at, "cases", m, "when"), _UNIT, document)
    yield from _twice([each.id for each in clause.alternatives], "alternatives", path)
    for n, each in enumerate(clause.alternatives):
        at = (*path, "alternatives", n)
        yield from amount_faults(each.amount, (*at, "amount"), clause, document)
        yield from _limits(each.minimum, each.maximum, at)
        if each.counts is not None:
            yield from _counting(each.counts, (*at, "counts"), document)


def _period(clause: Quota, path: Path) -> Iterator[Found]:
    if isinstance(clause.period, Programme):
        dates = clause.period.programme
        if dates.to < dates.from_:
            params = {"first": dates.from_.isoformat(), "last": dates.to.isoformat()}
            yield (*path, "period", "programme", "to"), "dates_reversed", params


def _limits(minimum: int | None, maximum: int | None, path: Path) -> Iterator[Found]:
    if minimum is not None and maximum is not None and minimum > maximum:
        yield (*path, "minimum"), "minimum_over_maximum", {"minimum": str(minimum), "maximum": str(maximum)}


def _counting(counts: Counting, path: Path, document: PolicyDocument) -> Iterator[Found]:
    yield from condition_faults(counts.who, (*path, "who"), _PERSON, document)
    yield from condition_faults(counts.where, (*path, "where"), _PLACE, document)
