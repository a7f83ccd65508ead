"""What both languages tell alike of an allocation clause: whom and where a criterion prefers, what comes first."""

from __future__ import annotations

from deploy_admin.policies.language.allocation import AllocationRule, Criterion, CriterionKind
from deploy_admin.policies.language.conditions import All, ConditionNode
from deploy_admin.policies.language.facts import FACTS, Subject
from deploy_admin.policies.language.judging import leaves


def whom_and_where(each: Criterion) -> tuple[ConditionNode | None, ConditionNode | None]:
    """Return what is preferred of people and their units, and what of the place.

    How the pairing lies (the same medical community, pairing support) is told of the place, where people say it; a
    part that mixes both is told of the people.
    """
    parts = _parts(each.when)
    places = [part for part in parts if _only_of(part, Subject.SEGMENT)]
    people = [part for part in parts if part not in places]
    return _together(people), _together([*_parts(each.to), *places])


def before_requests(clause: AllocationRule) -> tuple[Criterion, ...]:
    """The criteria that stand before meeting requests, for whose sake fewer of them may be met."""
    kinds = [each.by for each in clause.criteria]
    return clause.criteria[: kinds.index(CriterionKind.REQUESTS)] if CriterionKind.REQUESTS in kinds else ()


def may_be_unknown(clause: AllocationRule) -> bool:
    """Whether a criterion asks for facts, which may be unknown."""
    return any(each.by is CriterionKind.PREFER for each in clause.criteria)


def _parts(node: ConditionNode | None) -> list[ConditionNode]:
    return [] if node is None else list(node.all) if isinstance(node, All) else [node]


def _only_of(node: ConditionNode, subject: Subject) -> bool:
    return all(FACTS[leaf.fact].subject is subject for leaf in leaves(node) if leaf.fact in FACTS)


def _together(parts: list[ConditionNode]) -> ConditionNode | None:
    return None if not parts else parts[0] if len(parts) == 1 else All(all=tuple(parts))
