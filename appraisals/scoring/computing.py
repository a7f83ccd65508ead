"""Scoring months: chunk by chunk, each whole or not at all, fenced by the sheets' revisions; harmless twice."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from appraisals.scoring import writing
from appraisals.scoring.choosing import Choosing
from appraisals.scoring.reading import Months
from appraisals.scoring.results import results
from appraisals.scoring.writing import NOT_RIGHT, Read
from assignments.models import MonthSheet
from assignments.models.months import MonthSheetQuerySet
from assignments.states import SHEET_HANDED_IN, SHEET_OPEN, SheetState
from deploy_admin import clock
from deploy_admin.jobs.handlers import Claim
from deploy_admin.jobs.models import Job
from deploy_admin.months import Month
from deploy_admin.policies.services import governing

#: So many rows are read, scored and written at once: what bounds the memory.
CHUNK = 20_000
#: So many rows that differ although they were said to be right are named; the others are counted.
NAMED = 20
_ROWS_OF = "SELECT sheet_id, count(*) FROM assignments_assignmentmonth WHERE sheet_id = ANY(%s) GROUP BY sheet_id"
_SHEETS_AT_ONCE = 2_000


@dataclass
class Counts:
    """What a pass came to: rows met, scores written, scores removed; and what differed although it was said right."""

    rows: int = 0
    written: int = 0
    removed: int = 0
    drifted: int = 0
    examples: list[Any] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """Return the figures as a job keeps them."""
        return {
            "rows": self.rows, "written": self.written, "removed": self.removed, "drifted": self.drifted,
            "examples": self.examples,
        }  # fmt: skip


def owed() -> MonthSheetQuerySet:
    """The sheets that wait for scores, or for their scores to be taken away."""
    rows: MonthSheetQuerySet = MonthSheet.objects.filter(NOT_RIGHT)
    return rows.filter(Q(state__in=SHEET_HANDED_IN) | Q(state__in=SHEET_OPEN, scored_revision__isnull=False))


def of_month(month: Month) -> MonthSheetQuerySet:
    """The month's sheets that are scored: released ones only where something of them has moved since."""
    rows: MonthSheetQuerySet = MonthSheet.objects.of(month).handed_in()
    return rows.exclude(Q(state=SheetState.RELEASED) & ~NOT_RIGHT)


def unreleased() -> MonthSheetQuerySet:
    """Every sheet that is with the district."""
    rows: MonthSheetQuerySet = MonthSheet.objects.filter(
        state__in=[state for state in SHEET_HANDED_IN if state != SheetState.RELEASED]
    )
    return rows


def score_sheets(
    sheet_ids: Collection[int], counts: Counts, *, claim: Claim | None = None, after: dict[str, Any] | None = None
) -> None:
    """Score these sheets in chunks, each in a transaction of its own that ends with the claim's fence.

    `after` is what a job keeps between chunks beside the last sheet that is done.
    """
    done = 0
    for ids in _packed(sorted(set(sheet_ids))):
        with transaction.atomic():
            _chunk(ids, counts, run_id=claim.job_id if claim else None)
            if claim is not None:
                claim.check()
                if after is not None:
                    _keep(claim, {**after, "after": ids[-1], "counts": counts.to_json()})
        done += len(ids)
        if claim is not None:
            claim.progress(done, len(sheet_ids))


def _chunk(ids: Collection[int], counts: Counts, *, run_id: int | None) -> None:
    """Score some sheets: revisions are read first, then the rules, then the rows.

    So whatever is newer than a revision is at least in what was read after it, and whoever moves a sheet meanwhile
    makes what was computed here void.
    """
    columns = ("pk", "revision", "scored_revision", "state")
    sheets = [Read(*values) for values in MonthSheet.objects.filter(pk__in=ids).order_by("pk").values_list(*columns)]
    handed_in = {each.id: each for each in sheets if each.state in SHEET_HANDED_IN}
    counts.removed += writing.remove([each.id for each in sheets if each.id not in handed_in])
    if not handed_in:
        return
    choosing = Choosing(governing.at_post())
    months = Months.of_sheets(list(handed_in))
    other = [result for result in results(choosing, months) if result.digest != result.row.digest]
    moved = {result.row.sheet_id for result in other}
    held = writing.hold(each for each in handed_in.values() if each.id in moved or not each.is_right)
    counts.rows += len(months.rows)
    counts.written += writing.write(
        (each for each in other if each.row.sheet_id in held), run_id=run_id, now=clock.now()
    )
    for result in other:
        if result.row.sheet_id in held and handed_in[result.row.sheet_id].is_right:
            counts.drifted += 1
            if len(counts.examples) < NAMED:
                counts.examples.append(writing.said(result))


def _packed(ids: list[int]) -> Iterator[list[int]]:
    """Yield the sheets in order, so many at a time that they have some twenty thousand rows."""
    chunk: list[int] = []
    rows = 0
    for start in range(0, len(ids), _SHEETS_AT_ONCE):
        batch = ids[start : start + _SHEETS_AT_ONCE]
        sizes = _sizes(batch)
        for pk in batch:
            size = sizes.get(pk, 0)
            if chunk and rows + size > CHUNK:
                yield chunk
                chunk, rows = [], 0
            chunk.append(pk)
            rows += size
    if chunk:
        yield chunk


def _sizes(ids: Iterable[int]) -> dict[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(_ROWS_OF, [list(ids)])
        return dict(cursor.fetchall())


def _keep(claim: Claim, params: dict[str, Any]) -> None:
    """Note in the job how far it is, within the chunk's own transaction: taken up again it goes on from there."""
    Job.objects.filter(pk=claim.job_id, token=claim.token).update(params=params)
    claim.params = params
