"""Whether a planned length is what a clause asks. Pure: days and thresholds in, yes, no or unknown out."""

from __future__ import annotations

from datetime import date

from assignments.rules.terms import term_end
from deploy_admin.policies.language.explained import Truth
from deploy_admin.policies.language.nodes import Duration, DurationUnit, Op, TermThreshold

YEAR = 12


def exactly(first: date, last: date, months: int) -> bool:
    """Whether the days from `first` to `last` are so many months, neither a day more nor less."""
    return last == term_end(first, months)


def reaches(threshold: TermThreshold, first: date, last: date) -> Truth:
    """Return whether the days from `first` to `last` are as long as is asked; of duty days that is not known yet."""
    compared = _compared(threshold.value, first, last)
    if compared is None:
        return Truth.UNKNOWN
    match threshold.op:
        case Op.AT_LEAST:
            return Truth.of(compared >= 0)
        case Op.MORE_THAN:
            return Truth.of(compared > 0)
        case Op.AT_MOST:
            return Truth.of(compared <= 0)
        case Op.LESS_THAN:
            return Truth.of(compared < 0)


def _compared(length: Duration, first: date, last: date) -> int | None:
    """Return by how many days the term is longer (or shorter) than the length; None where that cannot be told."""
    match length.unit:
        case DurationUnit.MONTHS:
            return (last - term_end(first, length.number)).days if length.number else 1
        case DurationUnit.DAYS:
            return (last - first).days + 1 - length.number
        case DurationUnit.DUTY_DAYS:
            return None
