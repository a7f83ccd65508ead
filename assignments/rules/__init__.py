"""Who may be sent, and why not. Pure: clauses and sheets of facts in, standings out."""

from assignments.rules.benches import Bench, Ruling, Verdict
from assignments.rules.eligibility import Judge, compiled, last_day_barred
from assignments.rules.standing import Code, Standing, decide, weightiest
from deploy_admin.policies.language.judging import EVER, Sheet

__all__ = [
    "EVER",
    "Bench",
    "Code",
    "Judge",
    "Ruling",
    "Sheet",
    "Standing",
    "Verdict",
    "compiled",
    "decide",
    "last_day_barred",
    "weightiest",
]
