"""Short ways to bind a clause, feed it numbers and read what comes out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from deploy_admin.months import Period
from deploy_admin.policies.language import PolicyDocument, load
from quotas.rules import BoundQuota, Case, Member, Outcome, Reading, Surroundings, compile_quota
from tests.policies.language.helpers import document

ROOT = Path(__file__).resolve().parents[3]
SEEDS = ROOT / "fixtures" / "policies"
UNSEEN = ROOT / "tests" / "policies" / "language" / "documents"
YEAR = Period.year(2025)


def policy(name: str) -> PolicyDocument:
    """A shipped policy, or one of the documents nobody had seen while the language was made."""
    path = SEEDS / f"{name}.yaml"
    return load((path if path.exists() else UNSEEN / f"{name}.yaml").read_text("utf-8"))


def bound(source: PolicyDocument | str, clause_id: str = "one", period: Period = YEAR) -> BoundQuota:
    """A clause bound to a period; a text stands for the lines of one clause."""
    doc = document(source) if isinstance(source, str) else source
    return compile_quota(doc.clause(clause_id), doc).for_period(period)


def reading(value: int | dict[str, int | None] | None, need: Any) -> Reading:
    """A number, numbers per category, or nothing."""
    if isinstance(value, dict):
        known = sum(number or 0 for number in value.values())
        whole = all(number is not None for number in value.values())
        missing = tuple(f"{need.key}[{key}]" for key, number in value.items() if number is None)
        return Reading(known if whole else None, known, tuple(value.items()), missing)
    return Reading.missing_for(need) if value is None else Reading.of(value)


def case(quota: BoundQuota, *values: Any, **facts: Any) -> Case:
    """One unit with its facts and its figures in the order in which the clause needs them."""
    readings = {need: reading(value, need) for need, value in zip(quota.needs, values, strict=True)}
    sheet = dict.fromkeys(quota.fact_days, facts)
    return Case(sheet, readings, unit=1, district=facts.get("district"), group=facts.get("group"))


def district(quota: BoundQuota, *units: tuple[dict[str, Any], tuple[Any, ...]], **facts: Any) -> Case:
    """A district of units, each with its facts and figures."""
    members = []
    for number, (held, values) in enumerate(units, start=1):
        readings = {need: reading(value, need) for need, value in zip(quota.needs, values, strict=True)}
        members.append(Member(number, dict.fromkeys(quota.fact_days, held), readings))
    return Case(dict.fromkeys(quota.fact_days, facts), members=tuple(members), district="here", group="together")


def outcome(quota: BoundQuota, *values: Any, **facts: Any) -> Outcome:
    """What one unit owes."""
    return quota.outcome(case(quota, *values, **facts))


def around(quota: BoundQuota, *units: dict[str, Any], district: str = "here") -> Surroundings:
    """The receivers of one district."""
    sheets = {number: dict.fromkeys(quota.fact_days, held) for number, held in enumerate(units, start=1)}
    return Surroundings(sheets, {district: list(sheets)}, {"together": list(sheets)})
