"""Writing scores: through a temporary table, only what differs, only of sheets that are still as they were read."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from django.db import connection
from django.db.models import F, Q

from appraisals.models import Score
from appraisals.scoring.results import Result
from assignments.models import MonthSheet
from assignments.states import SHEET_HANDED_IN

COLUMNS = (
    "row_id", "month", "state", "policy_version_id", "clause_id", "points", "factor", "is_vetoed", "missing", "inputs",
    "digest", "run_id", "computed_at",
)  # fmt: skip
_NAMES = ", ".join(COLUMNS)
_SETS = ", ".join(f"{name} = excluded.{name}" for name in COLUMNS if name != "row_id")
_STAGE = "appraisals_score_stage"
_MAKE = (
    f"CREATE TEMPORARY TABLE {_STAGE} ON COMMIT DROP AS "  # noqa: S608 -- the names are ours
    f"SELECT {_NAMES} FROM appraisals_score WITH NO DATA"
)
_TAKE = f"""
INSERT INTO appraisals_score ({_NAMES}) SELECT {_NAMES} FROM {_STAGE} ORDER BY row_id
ON CONFLICT (row_id) DO UPDATE SET {_SETS} WHERE appraisals_score.digest <> excluded.digest
"""  # noqa: S608 -- the names are ours
_HOLD = """
SELECT m.id FROM assignments_monthsheet m
JOIN unnest(%s::bigint[], %s::integer[]) AS v (id, revision) ON v.id = m.id
WHERE m.revision = v.revision AND m.state = ANY(%s)
ORDER BY m.id FOR NO KEY UPDATE OF m
"""
_STAMP = "UPDATE assignments_monthsheet SET scored_revision = revision WHERE id = ANY(%s)"
_HANDED_IN = [str(state) for state in SHEET_HANDED_IN]
#: Sheets whose scores are not right: the condition of the index `month_sheet_to_score`.
NOT_RIGHT = Q(scored_revision__isnull=True) | ~Q(scored_revision=F("revision"))


class Read(NamedTuple):
    """One sheet as it was when its rows were read."""

    id: int
    revision: int
    scored_revision: int | None
    state: str

    @property
    def is_right(self) -> bool:
        """Whether its scores are said to be right."""
        return self.revision == self.scored_revision


def hold(sheets: Iterable[Read]) -> set[int]:
    """Lock those of the sheets that are still as they were read, say that their scores are right, return which.

    Whatever moved meanwhile is left: somebody else's work is owed for it already.
    """
    wanted = list(sheets)
    if not wanted:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(_HOLD, [[each.id for each in wanted], [each.revision for each in wanted], _HANDED_IN])
        held = [pk for (pk,) in cursor.fetchall()]
        cursor.execute(_STAMP, [held])
    return set(held)


def write(results: Iterable[Result], *, run_id: int | None, now: datetime) -> int:
    """Write these scores, inside a transaction that holds their sheets; return how many say something else now."""
    lines = [line(result, run_id, now) for result in results]
    if not lines:
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NULL", [f"pg_temp.{_STAGE}"])
        cursor.execute(_MAKE if cursor.fetchone()[0] else f"TRUNCATE {_STAGE}")
    with connection.wrap_database_errors, connection.cursor() as cursor:
        with cursor.copy(f"COPY {_STAGE} ({_NAMES}) FROM STDIN") as copy:
            copy.write("".join(lines))
        cursor.execute(_TAKE)
        return int(cursor.rowcount)


def line(result: Result, run_id: int | None, now: datetime) -> str:
    """Return one score as COPY reads it."""
    row, scored = result.row, result.scored
    missing = "{" + ",".join(f'"{code}"' for code in scored.missing) + "}" if scored.missing else "{}"
    points, factor = scored.points, scored.factor
    return (
        f"{row.id}\t{row.month}\t{result.state}\t{_null(result.version_id)}\t{result.clause_id}\t{_null(points)}\t"
        f"{_null(factor)}\t{'t' if scored.is_vetoed else 'f'}\t{_escaped(missing)}\t{_escaped(result.inputs)}\t"
        f"{result.digest}\t{_null(run_id)}\t{now}\n"
    )


def _null(value: object) -> str:
    return "\\N" if value is None else str(value)


def _escaped(text: str) -> str:
    # JSON and codes hold no tab and no line break, only what JSON escapes with a backslash.
    return text.replace("\\", "\\\\") if "\\" in text else text


def remove(sheet_ids: Collection[int]) -> int:
    """Delete the scores of sheets that are with the unit again; return how many there were.

    Inside a transaction; whoever was scoring one of them finds that it has moved.
    """
    back = list(
        MonthSheet.objects.filter(pk__in=list(sheet_ids))
        .exclude(state__in=SHEET_HANDED_IN)
        .order_by("pk")
        .select_for_update(of=("self",), no_key=True)
        .values_list("pk", flat=True)
    )
    if not back:
        return 0
    gone, _each = Score.objects.filter(row__sheet__in=back).delete()
    MonthSheet.objects.filter(pk__in=back, scored_revision__isnull=False).update(scored_revision=None)
    return gone


def as_row(result: Result) -> Score:
    """Return the score as its row, unsaved."""
    scored = result.scored
    return Score(
        row_id=result.row.id,
        month=result.row.month,
        state=result.state,
        policy_version_id=result.version_id,
        clause_id=result.clause_id,
        points=scored.points,
        factor=scored.factor,
        is_vetoed=scored.is_vetoed,
        missing=list(scored.missing),
        inputs=json.loads(result.inputs),
        digest=result.digest,
    )


def said(result: Result) -> Mapping[str, object]:
    """Return state and points of a score for a report."""
    points = result.scored.points
    return {"row": result.row.id, "state": str(result.state), "points": None if points is None else str(points)}
