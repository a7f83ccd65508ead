"""The posting clause: what has to be there before and while somebody is on post, and what a batch has to balance."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field, StrictBool, StrictInt

from deploy_admin.policies.language.clauses import Clause
from deploy_admin.policies.language.conditions import Condition, ConditionNode
from deploy_admin.policies.language.nodes import Exact, Node, Rounding, TermThreshold


class FilingRule(Node):
    """Multi-site practice filing: `{within: 20, exempt: {same_community: true}}`.

    It may follow: it is due so many working days after the first day on post. Who is exempt by law needs none.
    """

    within: Annotated[StrictInt, Field(ge=0, le=400)]
    exempt: Condition | None = None


class CohortShare(Node):
    """About so large a share of the year's people: `{target: "0.10", rounding: half_up, tolerance: "0.02"}`.

    The number aimed at is the rounded share; whole numbers within share ± tolerance are near enough ("左右").
    """

    target: Exact | None
    rounding: Rounding = Rounding.HALF_UP
    tolerance: Exact = Decimal(0)


class PostingRule(Clause):
    """What a posting needs and what a batch has to balance.

    `applies_to` says of whom it speaks (facts of person, sender, receiver and segment, on the first day).
    `suspension`: the sending unit suspends the person's practice there from the first to the last day, and nobody
    goes on post without its statement. `filing`: multi-site practice filing. `full_time`: full detachment. `term`: the
    planned length. `exchange_tolerance`: as many come to learn as were sent, give or take this number; a difference is
    a finding. `deputies`: the share of the year's people that are posted as deputy directors.
    """

    applies_to: Condition | None = None
    suspension: StrictBool | None = None
    filing: FilingRule | None = None
    full_time: StrictBool | None = None
    term: TermThreshold | None = None
    exchange_tolerance: Annotated[StrictInt, Field(ge=0, le=1000)] | None = None
    deputies: CohortShare | None = None

    @property
    def conditions(self) -> tuple[ConditionNode, ...]:
        """Every condition of the clause, in the order it is read."""
        exempt = self.filing.exempt if self.filing is not None else None
        return tuple(node for node in (self.applies_to, exempt) if node is not None)
