"""Leave and absence clauses as the shipped policies word them, the calendar of the years they are tried in, facts."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from assignments.rules.duty import Duty
from assignments.rules.terms import LeaveClause, RulesAt, Taken, TermFacts, Ways
from deploy_admin.policies.language.leave import AbsenceRule, LeaveRule
from deploy_admin.policies.language.nodes import Level
from deploy_admin.policies.layering import GoverningClause
from deploy_admin.workdays import WorkCalendar

_HEAD: dict[str, Any] = {
    "topic": "county_township.leave",
    "label_zh": "请假备案与顺延",
    "label_en": "Filing of leave and extension",
    "cite": "请假5天以上需向领导小组办公室备案，同时顺延基层服务期限",
    "binding": "mandatory",
}
LEAVE: dict[str, Any] = {
    **_HEAD,
    "id": "filing_and_extension",
    "unit": {"personal": "duty_days", "sick": "duty_days", "annual": "duty_days", "maternity": "days"},
    "merge": "non_duty_days",
    "filing": {"at_least": 5},
    "extends": {"personal": True, "sick": True, "annual": False, "official_duty": False, "maternity": False},
    "by": "whole_episode",
}
ABSENCE: dict[str, Any] = {
    **_HEAD,
    "topic": "county_township.absence",
    "id": "unapproved_absence",
    "counted_by": "episode",
    "warn": {"at_least": 3},
    "proposes_void": {"more_than": 3},
    "takes_extension": True,
    "heard_within": 5,
    "long_episode": {"at_least": 4},
    "in_a_row": {"more_than": 15},
    "within_a_year": {"more_than": 30},
}


def _span(first: date, last: date) -> set[date]:
    return {first + timedelta(days=n) for n in range((last - first).days + 1)}


#: National Day of 2025 (1 to 8 October; 28 September and 11 October worked) and Labour Day of 2023.
CALENDAR = WorkCalendar(
    off=frozenset(
        _span(date(2025, 10, 1), date(2025, 10, 8))
        | _span(date(2023, 4, 29), date(2023, 5, 3))
        | _span(date(2026, 10, 1), date(2026, 10, 7))
    ),
    on=frozenset({date(2025, 9, 28), date(2025, 10, 11), date(2023, 4, 23), date(2023, 5, 6)}),
)


def governing(clause: Any, *, policy: str = "district-plan", version: int = 1) -> GoverningClause[Any]:
    """Return the clause as it governs in every district."""
    return GoverningClause(version, policy, 1, "county_township", Level.DISTRICT, clause, frozenset({1}), frozenset())


def leave_rule(**more: Any) -> LeaveClause:
    """Return the shipped leave clause with other values."""
    return governing(LeaveRule.model_validate(LEAVE | more))


def absence_rule(**more: Any) -> GoverningClause[AbsenceRule]:
    """Return the shipped absence clause with other values."""
    return governing(AbsenceRule.model_validate(ABSENCE | more))


def always(*rules: LeaveClause) -> RulesAt:
    """Return rules that hold on every day."""
    ways: tuple[Ways, ...] = tuple(((rule,),) for rule in rules)
    return lambda day: ways


def choosing(*ways: tuple[LeaveClause, ...]) -> RulesAt:
    """Return ways of which the more favourable holds, the oldest first."""
    return lambda day: (ways,)


def facts(*leaves: Taken, starts_on: date = date(2023, 1, 3), pattern: str = "five_day", **more: Any) -> TermFacts:
    """Return twelve months from 3 January 2023 with these leaves."""
    said = {"months": 12} | more
    return TermFacts(starts_on=starts_on, duty=Duty(pattern, CALENDAR), leaves=leaves, **said)


def leave(first: date, last: date | None = None, kind: str = "personal", **more: Any) -> Taken:
    """Return leave from one day to another."""
    return Taken(kind, first, last or first, **more)
