"""What other rooms call: compute, follow, explain, values, what a month would be worth."""

from __future__ import annotations

from appraisals.scoring.answers import Clauses, Supposed, explain, explain_all, supposed, values_of
from appraisals.scoring.effects import Effect, effect_of
from appraisals.scoring.following import follow
from appraisals.scoring.working import compute, start_month

__all__ = [
    "Clauses", "Effect", "Supposed", "compute", "effect_of", "explain", "explain_all", "follow", "start_month",
    "supposed", "values_of",
]  # fmt: skip
