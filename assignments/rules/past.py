"""What an entry about the past amounts to: how it stands, for how long it was planned, when it ended. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from assignments.rules.lengths import span
from assignments.rules.terms import term_end
from assignments.states import SERVED, AssignmentState

_S = AssignmentState
#: How an assignment of the past may have ended, as a row may say it; what it does not say follows from its days.
OUTCOMES = (*sorted(SERVED), _S.VOID)
LONGEST_MONTHS, LONGEST_DAYS = 120, 366


@dataclass(frozen=True, kw_only=True)
class PastFacts:
    """What is said about an assignment of the past, its people and places apart.

    `last_day` is the actual one. Without it the term was served whole, or is being served. `running` says the latter
    whatever the term says: somebody stayed on.
    """

    starts_on: date
    term_months: int = 0
    term_days: int = 0
    last_day: date | None = None
    running: bool = False
    outcome: str = ""
    end_reason: str = ""
    result: str = ""
    result_on: date | None = None
    #: What a decision not to count it needs: all three are there.
    void_is_grounded: bool = False


@dataclass(frozen=True)
class Fault:
    """What cannot be so: at which column, as code and data."""

    column: str
    code: str
    params: dict[str, Any]


@dataclass(frozen=True)
class Settled:
    """How the assignment stands, with the days it is written with."""

    state: AssignmentState
    term_months: int
    term_days: int
    term_ends_on: date
    ended_on: date | None
    result_on: date | None

    @property
    def ends_on(self) -> date:
        """The last day as far as no leave is known."""
        return self.ended_on or self.term_ends_on


def settled(facts: PastFacts, today: date) -> Settled | Fault:
    """Return how the assignment stands today, or the first thing about it that cannot be so."""
    fault = _days(facts, today) or _term(facts)
    if fault is not None:
        return fault
    months, days = facts.term_months, facts.term_days
    if not (months or days) and facts.last_day is not None:
        months, days = span(facts.starts_on, facts.last_day)
    last = term_end(facts.starts_on, months, days)
    state = _state(facts, last, today)
    if isinstance(state, Fault):
        return state
    fault = _why(facts, state) or _result(facts, state)
    if fault is not None:
        return fault
    result_on = (facts.result_on or facts.last_day or last) if facts.result else None
    return Settled(state, months, days, last, facts.last_day, result_on)


def _days(facts: PastFacts, today: date) -> Fault | None:
    if facts.starts_on > today:
        return Fault("starts_on", "past_in_future", {})
    if facts.last_day is None:
        return None
    if facts.last_day < facts.starts_on:
        return Fault("last_day", "past_days_reversed", {"first": facts.starts_on.isoformat()})
    if facts.last_day > today:
        return Fault("last_day", "past_last_in_future", {})
    if facts.running:
        return Fault("last_day", "past_outcome_contradicts", {})
    return None


def _term(facts: PastFacts) -> Fault | None:
    if facts.term_months > LONGEST_MONTHS or facts.term_days > LONGEST_DAYS:
        return Fault("months", "past_term_too_long", {"months": LONGEST_MONTHS, "days": LONGEST_DAYS})
    if facts.term_months or facts.term_days:
        return None
    if facts.last_day is None:
        return Fault("months", "past_term_missing", {})
    if span(facts.starts_on, facts.last_day).months > LONGEST_MONTHS:
        return Fault("months", "past_term_too_long", {"months": LONGEST_MONTHS, "days": LONGEST_DAYS})
    return None


def _state(facts: PastFacts, term_ends_on: date, today: date) -> AssignmentState | Fault:
    """How it stands: as the row says, where its days bear that out; else as the days say."""
    if facts.running or (facts.last_day is None and term_ends_on >= today):
        if facts.outcome:
            return Fault("outcome", "past_outcome_contradicts", {})
        return _S.ON_POST if term_ends_on >= today else _S.TERM_REACHED
    if facts.outcome and facts.outcome not in OUTCOMES:
        return Fault("outcome", "past_outcome_contradicts", {})
    if facts.outcome == _S.ENDED_EARLY and facts.last_day is None:
        return Fault("last_day", "past_last_missing", {})
    early = facts.last_day is not None and facts.last_day < term_ends_on
    if facts.outcome == _S.ENDED_EARLY and not early:
        return Fault("last_day", "past_not_early", {"last": term_ends_on.isoformat()})
    if facts.outcome in (_S.VOID, _S.TRANSFERRED):
        return _S(facts.outcome)
    if not early:
        return _S(facts.outcome or _S.RETURNED)
    missing = {"days": (term_ends_on - (facts.last_day or term_ends_on)).days, "last": term_ends_on.isoformat()}
    if facts.outcome in (_S.RETURNED, _S.RENEWED) or not facts.end_reason:
        return Fault("end_reason", "past_why_ended", missing)
    return _S.ENDED_EARLY


def _why(facts: PastFacts, state: AssignmentState) -> Fault | None:
    if facts.end_reason and state not in (_S.ENDED_EARLY, _S.VOID):
        return Fault("end_reason", "past_not_ended_early", {})
    if state is _S.VOID and not facts.void_is_grounded:
        return Fault("outcome", "past_void_basis", {})
    return None


def _result(facts: PastFacts, state: AssignmentState) -> Fault | None:
    if facts.result and state in (_S.ON_POST, _S.TERM_REACHED):
        return Fault("result", "past_result_running", {})
    if facts.result_on is not None and not facts.result:
        return Fault("result", "past_result_missing", {})
    if facts.result_on is not None and facts.result_on < facts.starts_on:
        return Fault("result_on", "past_result_too_early", {})
    return None
