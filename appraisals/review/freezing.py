"""What a release keeps of one month of one person: the values as exact text, the score, its explanation, a digest."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from appraisals.models import MonthRelease, ReleasedScore, Workload
from appraisals.rules.written import plain
from assignments.models import AssignmentMonth
from assignments.rules import attendance
from deploy_admin.policies.language.explained import Explained

#: What the totals are called where they are frozen, by the columns in half days. Kinds of leave are not told.
TOTALS = {
    "attended": "attended_halves",
    "leave": "leave_halves",
    "absent": "absent_halves",
    "unchecked": "unchecked_halves",
    "night": "night_halves",
    "extra": "extra_halves",
    "rounds": "round_halves",
}


def exact(value: Decimal | None) -> str | None:
    """Return a number as text without needless zeros: "212", "19.5"."""
    return None if value is None else plain(value)


def days_of(halves: int) -> str:
    """Return half days as days."""
    return str(exact(Decimal(halves) / 2))


def totals_of(days: Sequence[str]) -> dict[str, str]:
    """Return the totals of these cells as they are frozen."""
    halves = attendance.totals(days)
    return {name: days_of(halves[column]) for name, column in TOTALS.items()}


def frozen_values(
    days: Sequence[str], duty_days: int, workload: Mapping[str, Decimal | None], answer: str = ""
) -> dict[str, Any]:
    """Return the JSON of `ReleasedScore.values`."""
    return {
        "days": list(days),
        "duty_days": duty_days,
        "totals": totals_of(days),
        "workload": {code: exact(value) for code, value in sorted(workload.items())},
        "answer": answer,
    }


def workload_of(row_ids: Collection[int]) -> dict[int, dict[str, Decimal | None]]:
    """Return what counts as workload of these rows, by indicator code; what nobody entered is None. One query."""
    rows = Workload.objects.filter(row__in=list(row_ids)).order_by().values_list("row_id", "indicator__code", "value")
    found: dict[int, dict[str, Decimal | None]] = defaultdict(dict)
    for row, code, value in rows:
        found[row][code] = value
    return found


def frozen(
    release: MonthRelease,
    row: AssignmentMonth,
    score: Any,
    explained: Explained[Any],
    values: dict[str, Any],
    corrects: ReleasedScore | None = None,
) -> ReleasedScore:
    """Return the row as it will stand: `score` is a Score, or what one would be. Unsaved."""
    assignment = row.assignment
    new = ReleasedScore(
        release=release,
        row=row,
        assignment=assignment,
        sending_unit_id=corrects.sending_unit_id if corrects is not None else assignment.sending_unit_id,
        month=row.month,
        corrects=corrects,
        state=score.state,
        policy_version_id=score.policy_version_id,
        clause_id=score.clause_id,
        points=score.points,
        factor=score.factor,
        is_vetoed=score.is_vetoed,
        missing=list(score.missing),
        values=values,
        explanation=explained.to_json(),
    )
    new.sha256 = digest(new)
    return new


def digest(released: ReleasedScore) -> str:
    """Return the SHA-256 of everything that is released of one month of one person."""
    told = {
        "assignment": released.assignment_id,
        "month": released.month.isoformat(),
        "corrects": released.corrects_id,
        "state": str(released.state),
        "policy_version": released.policy_version_id,
        "clause": released.clause_id,
        "points": exact(released.points),
        "factor": exact(released.factor),
        "is_vetoed": released.is_vetoed,
        "missing": list(released.missing),
        "values": released.values,
        "explanation": released.explanation,
    }
    text = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def by_sheet(rows: Iterable[AssignmentMonth]) -> dict[int, list[AssignmentMonth]]:
    """Return the rows by their sheet."""
    found: dict[int, list[AssignmentMonth]] = defaultdict(list)
    for row in rows:
        found[row.sheet_id].append(row)
    return found
