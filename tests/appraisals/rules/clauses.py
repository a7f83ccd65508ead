"""Month clauses for the pure rules, as short as a sentence."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from appraisals.rules.month_score import Facts, Scored, Scorer, compile_rule
from deploy_admin.policies.language.month import MonthRule

HEAD: dict[str, Any] = {
    "id": "month",
    "topic": "municipal_county.month",
    "label_zh": "月度考核",
    "label_en": "Month",
    "cite": "由接收单位每月进行绩效考核",
    "binding": "mandatory",
}


def an_indicator(id: str = "visits", measure: str = "outpatient_emergency_visits", **more: Any) -> dict[str, Any]:
    """Return an indicator as a document writes it."""
    return {"id": id, "measure": measure, **more}


def a_scorer(*indicators: dict[str, Any], **more: Any) -> Scorer:
    """Return a clause of these indicators, compiled."""
    return compile_rule(MonthRule.model_validate({**HEAD, "indicators": list(indicators), **more}))


def numbers(values: dict[str, Any]) -> dict[str, Decimal | None]:
    """Return values as exact numbers; None is unknown."""
    return {name: None if value is None else Decimal(str(value)) for name, value in values.items()}


def score(scorer: Scorer, facts: Facts | None = None, **values: Any) -> Scored:
    """Return what the values are worth."""
    return scorer.score(numbers(values), facts or Facts())


def points(scorer: Scorer, facts: Facts | None = None, **values: Any) -> str | None:
    """Return the points as text; None where they are not determined."""
    found = score(scorer, facts, **values)
    return None if found.points is None else str(found.points)
