"""What was released, read back from its frozen values: days, workload, points as exact text. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from appraisals.rules.written import in_points, plain
from appraisals.states import ScoreState

#: What a letter and a list say of the sheet, in order: the key in the frozen totals and the head of the column.
#: Kinds of leave are nobody's business there: only how many days.
SHEET = (("duty", "应出勤"), ("attended", "出勤"), ("leave", "请假"), ("absent", "旷工"), ("unchecked", "待核"))
NONE = "—"


@dataclass(frozen=True)
class Told:
    """One released score as letters and lists tell it."""

    days: Mapping[str, Decimal]
    workload: Mapping[str, Decimal]
    points: Decimal | None
    factor: Decimal | None
    state: ScoreState

    @classmethod
    def of(cls, score: Any) -> Told:
        """Read a released score."""
        values = score.values or {}
        totals = {key: Decimal(str(held)) for key, held in (values.get("totals") or {}).items() if held is not None}
        duty = values.get("duty_days")
        workload = {
            code: Decimal(str(held)) for code, held in (values.get("workload") or {}).items() if held is not None
        }
        days = totals | ({"duty": Decimal(str(duty))} if duty is not None else {})
        return cls(days, workload, score.points, score.factor, ScoreState(score.state))


def codes_of(told: Iterable[Told]) -> set[str]:
    """Return the indicators that anybody has a value for."""
    return {code for each in told for code in each.workload}


def exact(value: Decimal | None) -> str:
    """Return “87.5”, “20” or a dash: no zeros behind the point, no exponent."""
    return NONE if value is None else plain(value)


def pointed(value: Decimal | None) -> str:
    """Return points with their two places, or a dash."""
    return NONE if value is None else in_points(value)
