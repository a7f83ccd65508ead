"""Checks of an allocation clause: each criterion once, the requests among them, conditions where they are asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from deploy_admin.policies.language.allocation import AllocationRule, Criterion, CriterionKind
from deploy_admin.policies.language.checks import Found, Path, can_meet, condition_faults
from deploy_admin.policies.language.conditions import ConditionNode
from deploy_admin.policies.language.eligibility_checks import ASKED, twice
from deploy_admin.policies.language.facts import Subject, of_subject
from deploy_admin.policies.language.judging import leaves

if TYPE_CHECKING:
    from deploy_admin.policies.language.types import PolicyDocument

_SENT = ASKED | {Subject.SEGMENT}
_RECEIVES = frozenset({Subject.INSTITUTION})


def allocation_faults(clause: AllocationRule, path: Path, document: PolicyDocument) -> Iterator[Found]:
    """Every fault of the order of criteria."""
    yield from _asked(clause.applies_to, (*path, "applies_to"), _RECEIVES, document)
    at: Path = (*path, "criteria")
    yield from twice([each.id for each in clause.criteria], at)
    if not any(each.by is CriterionKind.REQUESTS for each in clause.criteria):
        yield at, "requests_missing", {}
    for n, each in enumerate(clause.criteria):
        yield from _criterion(each, (*at, n), clause, document)
        for first in clause.criteria[:n]:
            if _asks(first) == _asks(each):
                yield (*at, n), "criterion_twice", {"first": first.id, "second": each.id}
                break


def _criterion(each: Criterion, path: Path, clause: AllocationRule, document: PolicyDocument) -> Iterator[Found]:
    if each.by is not CriterionKind.PREFER:
        for key, node in (("when", each.when), ("to", each.to)):
            if node is not None:
                yield (*path, key), "condition_without_prefer", {"key": key, "by": str(each.by)}
        return
    if each.when is None and each.to is None:
        yield path, "prefers_nothing", {}
    yield from _asked(each.when, (*path, "when"), _SENT, document)
    yield from _asked(each.to, (*path, "to"), _RECEIVES, document)
    if not can_meet(clause.applies_to, each.to, document):
        yield (*path, "to"), "prefers_nowhere", {"id": each.id}


def _asks(each: Criterion) -> Any:
    """What makes two criteria the same: what they look at, not what they are called."""
    return each.by, each.when, each.to


def _asked(
    node: ConditionNode | None, path: Path, subjects: frozenset[Subject], document: PolicyDocument
) -> Iterator[Found]:
    """Every fault of a condition that is asked on the campaign's first day; nobody spends time anywhere yet."""
    yield from condition_faults(node, path, subjects, document)
    allowed = [name for name in of_subject(*subjects) if name != "full_time"]
    for leaf in leaves(node):
        if leaf.fact == "full_time" and Subject.SEGMENT in subjects:
            yield (*path, leaf.fact), "fact_out_of_place", {"fact": leaf.fact, "allowed": ", ".join(sorted(allowed))}
        if leaf.as_of not in (None, "event"):
            yield path, "as_of_first_day", {"value": str(getattr(leaf.as_of, "day", leaf.as_of))}
