"""Looking at handed-in months again: what is found is kept on the sheet, so that a list of 1,400 need not look."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from django.db import transaction

from appraisals.workload import services as workload
from assignments.models import MonthSheet
from assignments.services import months_findings
from assignments.states import SheetState

#: Looked at until they are accepted: afterwards nothing is found any more, only corrected.
LOOKED_AT = (SheetState.SUBMITTED, SheetState.IN_REVIEW)


def found_on(sheet_ids: Collection[int]) -> dict[int, list[Any]]:
    """Return what attendance and then workload have to say about each sheet. A fixed number of queries."""
    found: dict[int, list[Any]] = defaultdict(list)
    for source in (months_findings.find(sheet_ids), workload.findings(sheet_ids)):
        for sheet, findings in source.items():
            found[sheet].extend(findings)
    return dict(found)


@transaction.atomic
def look_again(sheet_ids: Collection[int]) -> int:
    """Bring the findings kept on the sheets that wait up to date; return how many said something else before."""
    waiting = MonthSheet.objects.filter(pk__in=list(sheet_ids), state__in=LOOKED_AT).order_by("pk")
    kept = dict(waiting.select_for_update(of=("self",), no_key=True).values_list("pk", "findings"))
    found = found_on(list(kept))
    now = {pk: sorted({finding.code for finding in found.get(pk, ())}) for pk in kept}
    changed = [(pk, codes) for pk, codes in now.items() if codes != sorted(kept[pk])]
    _keep(changed)
    return len(changed)


def look_at_all() -> int:
    """Look at every month that waits for a review; nightly."""
    return look_again(list(MonthSheet.objects.filter(state__in=LOOKED_AT).order_by().values_list("pk", flat=True)))


def _keep(changed: list[tuple[int, list[str]]]) -> None:
    """Write the codes; neither version nor revision moves, for nothing that somebody entered has changed."""
    for start in range(0, len(changed), 1_000):
        rows = [MonthSheet(pk=pk, findings=codes) for pk, codes in changed[start : start + 1_000]]
        MonthSheet.objects.bulk_update(rows, ["findings"])
