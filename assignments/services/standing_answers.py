"""Why an assignment is credited as it is, and somebody stands to a requirement as they do: derived from rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from assignments.models import Assignment
from assignments.reckoning import Asked, Reckoned, Reckoning
from assignments.rules.credit import Credit
from assignments.rules.requirements import Outcome
from assignments.rules.service import Rule
from assignments.rules.standing_steps import explained_credit, explained_obligation
from deploy_admin import clock
from deploy_admin.policies.language.explained import Explained
from deploy_admin.policies.language.types import PolicyDocument


@dataclass(frozen=True)
class CreditExplanation:
    """Why an assignment is credited as it is."""

    on: date
    credit: Credit
    explained: Explained[str]
    #: The clauses by which anything is credited, with the texts they stand in.
    rules: tuple[tuple[Rule, PolicyDocument], ...]


@dataclass(frozen=True)
class ObligationExplanation:
    """Why somebody stands to a requirement as they do."""

    on: date
    clause: Asked
    document: PolicyDocument
    outcome: Outcome
    explained: Explained[str]
    #: The facts that were asked, of the day and ever.
    sheet: Mapping[date, Mapping[str, Any]]
    unit_id: int
    found: Reckoned


def explain_credit(assignment: Assignment, on: date | None = None) -> CreditExplanation | None:
    """Return why the assignment is credited as it is; None for one that never took place."""
    on = on or clock.today()
    reckoning = Reckoning(on)
    for found in reckoning.chunk([assignment.worker_id]):
        for n, credit in enumerate(found.credits):
            if credit.service.id == assignment.pk:
                rules = {rule.version_id: rule for rule in map(_rule, credit.pieces) if rule is not None}
                if not rules and credit.rule is not None:
                    rules = {credit.rule.version_id: credit.rule}
                held = reckoning.clauses.held
                return CreditExplanation(
                    on,
                    credit,
                    explained_credit(credit, on, found.credits[:n]),
                    tuple((rule, held.document(rule)) for rule in rules.values()),
                )
    return None


def _rule(piece: Any) -> Rule | None:
    rule: Rule | None = piece.worth.rule
    return rule


def explain_obligation(
    worker_id: int, policy: str, clause_id: str, on: date | None = None
) -> ObligationExplanation | None:
    """Return why the person stands so to the requirement; None where it does not speak of them on the day."""
    on = on or clock.today()
    reckoning = Reckoning(on)
    for found in reckoning.chunk([worker_id]):
        for owed in found.owed:
            if owed.clause.key == (policy, clause_id):
                return _explained(reckoning, found, owed.clause, owed.outcome)
    return None


def _explained(reckoning: Reckoning, found: Reckoned, clause: Asked, outcome: Outcome) -> ObligationExplanation:
    asked, sheet, held, unit = reckoning.before(found, clause)
    return ObligationExplanation(
        reckoning.day,
        clause,
        reckoning.document(clause),
        outcome,
        explained_obligation(asked, asked.judge.parts(sheet), sheet, held, outcome),
        sheet,
        unit,
        found,
    )
