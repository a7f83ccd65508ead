"""绩效考核结果汇总表: the results of some months as XLSX, one sheet a month, one row a person."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from appraisals.feedback.paying import PayList, cells, heads, labels_of
from appraisals.models import FeedbackLetter, ReleasedScore
from deploy_admin import spreadsheets
from deploy_admin.access import Actor


def of_list(shown: PayList) -> bytes:
    """Return what a list shows, a sheet for each of its months."""
    return spreadsheets.workbook(shown.by_month())


def summary_xlsx(letters: Iterable[FeedbackLetter], *, by: Actor) -> bytes:
    """Return the results of these letters, a sheet for each month."""
    held = [letter.pk for letter in letters]
    rows: Any = ReleasedScore.objects.filter(letter_line__letter__in=held)
    rows = rows.select_related("release", "assignment__worker", "letter_line__letter__paper")
    rows = rows.defer("explanation", "letter_line__letter__paper__content")
    lines = PayList({}, by).lines(rows.order_by("month", "letter_line__letter", "assignment__sort_key", "pk"))
    labels = labels_of(lines)
    months: dict[str, list[list[Any]]] = {}
    for line in lines:
        months.setdefault(f"{line.score.month:%Y-%m}", []).append(cells(line, labels))
    return spreadsheets.workbook((title, heads(labels), found) for title, found in months.items())
