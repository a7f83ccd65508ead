"""A trend as a chart: its points with the way to the list behind each, and one sentence that says what it shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from appraisals.trends.measures import Measure
from appraisals.trends.reading import Cell
from appraisals.trends.scope import Scope
from deploy_admin.months import Month
from deploy_admin.ui.charts import Chart, Point, written

#: Below these a value counts as much the same: percent of the average, percentage points of a rate.
SAME_SHARE, SAME_POINTS = Decimal(5), Decimal(1)
#: Where the axis of a rate begins when everything lies at least so far above it.
FLOOR, ABOVE = Decimal(60), Decimal(10)


def points(
    scope: Scope, measure: Measure, held: Sequence[Cell], *, per_person: bool, own: bool = False
) -> list[Point]:
    """Return one point per month, each opening the list behind it; one's own months have no list."""
    found = []
    for month, cell in zip(scope.months, held, strict=True):
        value = cell.value(measure, per_person=per_person)
        found.append(
            Point(
                label=str(month),
                value=value,
                short=str(month.first.month),
                group=str(month.first.year),
                url="" if own or not cell.rows else behind(scope.of(month), measure, per_person=per_person),
                settled=cell.is_released,
                note=_note(cell),
            )
        )
    return found


def behind(scope: Scope, measure: Measure, *, per_person: bool = False) -> str:
    """Return the address of the rows that a point is made of."""
    query = scope.address(months=None, until=None, month=str(scope.last), measure=measure.code)
    return reverse("appraisals:trend_rows") + query + ("&per=person" if per_person and measure.has_sum else "")


def _note(cell: Cell) -> str:
    if not cell.rows:
        return ""
    if cell.is_released:
        return pgettext("month", "released")
    if cell.released_rows:
        return _("%(released)s of %(rows)s released") % {"released": cell.released_rows, "rows": cell.rows}
    return _("handed in, not released")


def chart(
    scope: Scope, measure: Measure, held: Sequence[Cell], *, per_person: bool = False, own: bool = False, **more: Any
) -> Chart:
    """Return the chart of one measure over the months of the scope."""
    drawn = points(scope, measure, held, per_person=per_person, own=own)
    decimals = max(measure.decimals, 1) if per_person and measure.has_sum else measure.decimals
    what = _("%(what)s, per person") % {"what": measure.label} if per_person and measure.has_sum else measure.label
    return Chart(
        title=conclusion(drawn, measure, decimals),
        what=what,
        points=drawn,
        kind="line" if measure.is_line else "columns",
        unit=measure.unit,
        decimals=decimals,
        floor=floor_of(drawn) if measure.is_rate else Decimal(0),
        **more,
    )


def floor_of(drawn: Sequence[Point]) -> Decimal:
    """Return where the axis of a rate begins: higher than zero where everything lies far above it."""
    values = [point.value for point in drawn if point.value is not None]
    return FLOOR if values and min(values) >= FLOOR + ABOVE else Decimal(0)


def conclusion(drawn: Sequence[Point], measure: Measure, decimals: int) -> str:
    """Say what the last settled month came to and how that compares with the months before it."""
    known = [point for point in drawn if point.value is not None]
    if not known:
        return _("%(what)s: nothing handed in") % {"what": measure.label}
    last = next((point for point in reversed(known) if point.settled), known[-1])
    assert last.value is not None  # noqa: S101 -- known
    said = {
        "what": measure.label,
        "month": last.label,
        "value": f"{written(last.value, decimals)}{'' if measure.unit == '%' else ' '}{measure.unit}",
    }
    before = [point.value for point in known[: known.index(last)] if point.value is not None]
    if not before:
        return _("%(what)s: %(value)s in %(month)s") % said
    average = sum(before, Decimal(0)) / len(before)
    sentence, by = _compared(last.value, average, measure)
    return sentence % (said | {"by": by})


def _compared(value: Decimal, average: Decimal, measure: Measure) -> tuple[str, str]:
    """Return the sentence for how a value compares, with its gaps, and by how much."""
    if measure.is_rate:
        moved, same = value - average, SAME_POINTS
        by = _("%(n)s percentage points") % {"n": written(abs(moved), 1)}
    elif not average and value:
        return _("%(what)s: %(value)s in %(month)s, none before"), ""
    else:
        moved, same = (value - average) * 100 / (average or 1), SAME_SHARE
        by = f"{written(abs(moved), 0)}%"
    if abs(moved) <= same:
        return _("%(what)s: %(value)s in %(month)s, much as in the months before"), by
    if moved > 0:
        return _("%(what)s: %(value)s in %(month)s, %(by)s above the average of the months before"), by
    return _("%(what)s: %(value)s in %(month)s, %(by)s below the average of the months before"), by


def sparkline(measure: Measure, months: Sequence[Month], held: Sequence[Cell], *, per_person: bool) -> dict[str, Any]:
    """Return a small line with its sentence: the months of which something is known."""
    known = [
        (month, value)
        for month, cell in zip(months, held, strict=True)
        if (value := cell.value(measure, per_person=per_person)) is not None
    ]
    if not known:
        return {"values": [], "label": ""}
    decimals = max(measure.decimals, 1) if per_person else measure.decimals
    label = _("%(first)s in %(from)s, %(last)s in %(to)s") % {
        "first": written(known[0][1], decimals),
        "from": known[0][0],
        "last": written(known[-1][1], decimals),
        "to": known[-1][0],
    }
    return {"values": [value for _month, value in known], "label": label}


def with_addresses(chart: Chart, urls: Sequence[str]) -> Chart:
    """Return the chart with other addresses at its points, where there is something to open."""
    opened = [
        replace(point, url=url if point.value is not None else "")
        for point, url in zip(chart.points, urls, strict=True)
    ]
    return replace(chart, points=opened)
