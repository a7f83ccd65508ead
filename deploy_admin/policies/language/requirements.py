"""The requirement clause: how much service somebody must have, by when or before what, and what else would do."""

from __future__ import annotations

from typing import Literal

from pydantic import StrictBool

from deploy_admin.policies.language.clauses import Clause
from deploy_admin.policies.language.conditions import Condition, ConditionNode
from deploy_admin.policies.language.eligibility import Exemption, Target
from deploy_admin.policies.language.nodes import Duration, Node, Slug, TermThreshold, Text, Words


class SubTotal(Node):
    """A part of the service that must lie somewhere: `{id: poor, at: {…}, length: {at_least: 6 months}}`."""

    id: Slug
    label_zh: Text
    label_en: Text
    at: Condition
    length: TermThreshold | None


class ServiceAsked(Node):
    """So much credited service: `{length: {at_least: 12 months}, at: {kind: [chsc]}, subtotals: […]}`.

    `length: null` is unset. Cumulative by default: pieces add up; `continuous` asks for them without a break, as the
    service clause reckons it. `minimum_segment` is the shortest piece that counts here, and the shortest that can
    still be served. Conditions on places are asked on the days of each piece.
    """

    length: TermThreshold | None
    at: Condition | None = None
    reckoned: Literal["cumulative", "continuous"] = "cumulative"
    subtotals: tuple[SubTotal, ...] = ()
    minimum_segment: Duration | None = None


class RequirementOption(Node):
    """One of several ways, judged wholly by itself: service, a condition, or both."""

    id: Slug
    label_zh: Text
    label_en: Text
    service: ServiceAsked | None = None
    requires: Condition | None = None


class Due(Node):
    """By when: `{since: hire_date, within: 60 months}`; the corresponding day, with the service completed by it.

    The clock starts with the day of hire, or of the establishment post, at whichever unit it was.
    """

    since: Literal["hire_date", "establishment_since"]
    within: Duration | None


class Requirement(Clause):
    """What service somebody must have.

    `applies_to` says whom it asks; who does not fall under it owes nothing. With `due` it is a clock: amber from
    `warn_after` on, red when the time left is shorter than the service left. With `target` it stands before an act
    (applying for a title). Service before the clock began counts while `earlier_service` is not refused; a transfer
    does not start the clock anew unless `transfer_restarts`. One service satisfies every requirement it fits;
    `satisfied_with` names requirements of this document that are satisfied together, whatever their own places ask.
    Besides `service`, `requires` and `documents`, one of `alternatives` has to be met where there are any.
    """

    target: Target | None = None
    applies_to: Condition | None = None
    service: ServiceAsked | None = None
    requires: Condition | None = None
    documents: tuple[Condition, ...] = ()
    alternatives: tuple[RequirementOption, ...] = ()
    exemptions: tuple[Exemption, ...] = ()
    due: Due | None = None
    warn_after: Duration | None = None
    earlier_service: StrictBool = True
    transfer_restarts: StrictBool = False
    satisfied_with: Words = ()

    @property
    def asked(self) -> tuple[ServiceAsked, ...]:
        """Every amount of service the clause speaks of, the alternatives' too."""
        own = () if self.service is None else (self.service,)
        return own + tuple(option.service for option in self.alternatives if option.service is not None)

    @property
    def conditions(self) -> tuple[ConditionNode, ...]:
        """Every condition of the clause on people and on places, in the order it is read."""
        found: list[ConditionNode | None] = [self.applies_to, self.requires, *self.documents]
        found += [option.requires for option in self.alternatives]
        found += [exemption.when for exemption in self.exemptions]
        for asked in self.asked:
            found += [asked.at, *(part.at for part in asked.subtotals)]
        return tuple(node for node in found if node is not None)
