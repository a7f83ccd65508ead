"""The allocation clause: in which order the criteria decide who of those nominated goes to which request."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from deploy_admin.policies.language.clauses import Clause
from deploy_admin.policies.language.conditions import Condition, ConditionNode
from deploy_admin.policies.language.nodes import Node, Slug, Text


class CriterionKind(StrEnum):
    """What one criterion looks at; each is a stage of its own that the later ones may not undo."""

    REQUESTS = "requests"  # as many places filled as can be
    PRIORITY = "priority"  # the pressing requests, and the first of each unit, before the others
    SPECIALITY = "speciality"  # the speciality asked for before one that would do too
    PREFER = "prefer"  # as many pairings as can be for which the conditions hold
    QUOTAS = "quotas"  # each sending unit sends as many as it owes, as far as it nominated them: a soft bound
    BALANCE = "balance"  # no receiving unit gets all it asked for while another gets nothing
    WISHES = "wishes"  # the wishes of those who go
    DISTANCE = "distance"  # short ways, in kilometres; unknown ones decide nothing
    LEAST_CHANGE = "least_change"  # as few changes against the plan it is made from as can be


class Criterion(Node):
    """One stage: `{id: community, by: prefer, when: {same_community: true}, label_zh: 医共体分组, label_en: …}`.

    `when` is asked of person, sending unit and pairing, `to` of the receiving unit, both on the campaign's first day;
    both are for `prefer` alone, which has at least one. A pairing of which it is not known whether it holds does not
    count for the criterion, and is told apart from one for which it does not hold.
    """

    id: Slug
    by: CriterionKind
    when: Condition | None = None
    to: Condition | None = None
    label_zh: Text
    label_en: Text


class AllocationRule(Clause):
    """The order in which the criteria decide, the first before everything.

    `applies_to` says of which receiving units it speaks; a campaign follows the clause that speaks of any unit that
    asked. What is never a criterion because it always holds: who may go at all, that they are there on the days, the
    speciality and the title that the request asks for, the campaign's destinations, what was pinned or banned by hand.
    What is not named decides nothing.
    """

    applies_to: Condition | None = None
    criteria: Annotated[tuple[Criterion, ...], Field(min_length=1)]

    @property
    def conditions(self) -> tuple[ConditionNode, ...]:
        """Every condition of the clause, in the order it is read."""
        asked = [node for each in self.criteria for node in (each.when, each.to)]
        return tuple(node for node in (self.applies_to, *asked) if node is not None)
