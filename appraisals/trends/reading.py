"""The numbers of a trend: what was released as it was released, the rest as it stands, a few queries for any scope."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, DecimalField, F, Q, Sum
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast

from appraisals.states import ScoreState
from appraisals.trends.measures import ATTENDANCE, PEOPLE, POINTS, Measure, Summed
from appraisals.trends.scope import Scope
from assignments.states import SheetState
from deploy_admin.months import Month

#: What sums may be split by besides the month: name → (path from a row, path from what hangs on a row).
SPLITS = {
    "institution": ("sheet__institution_id", "row__sheet__institution_id"),
    "assignment": ("assignment_id", "row__assignment_id"),
    "sheet": ("sheet_id", "row__sheet_id"),
}
_DAYS: Any = DecimalField(max_digits=14, decimal_places=2)
HALF = Decimal(2)


@dataclass
class Cell:
    """One month of one scope: how many people, and each measure with how many rows it is made of."""

    people: int = 0
    rows: int = 0
    released_rows: int = 0
    attended: Decimal = Decimal(0)
    duty: Decimal = Decimal(0)
    values: dict[str, Summed] = field(default_factory=lambda: defaultdict(Summed))

    @property
    def is_released(self) -> bool:
        """Whether all of it is released, so that only a correction changes it."""
        return 0 < self.rows == self.released_rows

    def value(self, measure: Measure, *, per_person: bool) -> Decimal | None:
        """Return what the measure comes to; None where nothing was handed in or entered."""
        if measure.code == PEOPLE:
            return Decimal(self.people) if self.people else None
        if measure.code == ATTENDANCE:
            return self.attended * 100 / self.duty if self.duty else None
        summed = self.values[measure.code] if measure.code in self.values else Summed()
        return summed.average if per_person or measure.code == POINTS else summed.sum


Cells = dict[tuple[Any, ...], Cell]


def cells(scope: Scope, measures: Sequence[Measure], by: str = "") -> Cells:
    """Return the cells of a scope by (month,), or by (month, what it is split by). At most four queries."""
    found: Cells = defaultdict(Cell)
    on_row, behind_row = (["month"], ["month"]) if not by else (["month", SPLITS[by][0]], ["month", SPLITS[by][1]])
    _attendance(scope, on_row, found)
    codes = [measure.code for measure in measures if measure.is_indicator]
    points = any(measure.code == POINTS for measure in measures)
    _released(scope, behind_row, found, codes, points=points)
    if codes:
        _workload(scope, ["row__month", *behind_row[1:]], found, codes)
    if points:
        _points(scope, behind_row, found)
    return found


def _attendance(scope: Scope, by: list[str], found: Cells) -> None:
    """People of everything handed in; days of what is not released."""
    live = ~Q(sheet__state=SheetState.RELEASED)
    counted: Any = (
        scope.rows()
        .values_list(*by)
        .annotate(
            people=Count("assignment", distinct=True),
            rows=Count("pk"),
            told=Count("pk", filter=~live),
            attended=Sum("attended_halves", filter=live, default=0),
            duty=Sum("duty_days", filter=live, default=0),
        )
    )
    for *key, people, rows, released, attended, duty in counted:
        cell = found[tuple(key)]
        cell.people, cell.rows, cell.released_rows = people, rows, released
        cell.attended += Decimal(attended) / HALF
        cell.duty += Decimal(duty)


def in_values(*path: str) -> Any:
    """Return a number that a release froze, by its place in the values."""
    found: Any = "values"
    for key in path[:-1]:
        found = KeyTransform(key, found)
    return Cast(KeyTextTransform(path[-1], found), _DAYS)


def _released(scope: Scope, by: list[str], found: Cells, codes: Sequence[str], *, points: bool) -> None:
    sums: dict[str, Any] = {
        "attended": Sum(in_values("totals", "attended"), default=0),
        "duty": Sum(in_values("duty_days"), default=0),
    }
    for place, code in enumerate(codes):
        value = in_values("workload", code)
        sums |= {f"s{place}": Sum(value), f"n{place}": Count(value)}
    if points:
        scored = Q(state=ScoreState.SCORED)
        sums |= {"points": Sum("points", filter=scored), "scored": Count("pk", filter=scored)}
    names = [f"by{place}" for place in range(len(by))]
    keys: Any = {name: F(path) for name, path in zip(names, by, strict=True)}
    summed: Any = scope.released().values(**keys).annotate(**sums)
    for row in summed:
        cell = found[tuple(row[name] for name in names)]
        cell.attended += row["attended"]
        cell.duty += row["duty"]
        for place, code in enumerate(codes):
            cell.values[code] = cell.values[code].plus(row[f"s{place}"], row[f"n{place}"])
        if points:
            cell.values[POINTS] = cell.values[POINTS].plus(row["points"], row["scored"])


def _workload(scope: Scope, by: list[str], found: Cells, codes: Sequence[str]) -> None:
    entered: Any = scope.live_workload().filter(indicator__code__in=codes, value__isnull=False)
    for *key, code, total, rows in entered.values_list(*by, "indicator__code").annotate(
        total=Sum("value"), rows=Count("pk")
    ):
        cell = found[tuple(key)]
        cell.values[code] = cell.values[code].plus(total, rows)


def _points(scope: Scope, by: list[str], found: Cells) -> None:
    scored: Any = scope.live_scores().filter(state=ScoreState.SCORED)
    for *key, total, rows in scored.values_list(*by).annotate(total=Sum("points"), rows=Count("pk")):
        cell = found[tuple(key)]
        cell.values[POINTS] = cell.values[POINTS].plus(total, rows)


def total(parts: Iterable[Cell]) -> Cell:
    """Return several cells as one; a person who stands in two of them counts in both."""
    whole = Cell()
    for cell in parts:
        whole.people += cell.people
        whole.rows += cell.rows
        whole.released_rows += cell.released_rows
        whole.attended += cell.attended
        whole.duty += cell.duty
        for code, summed in cell.values.items():
            whole.values[code] = whole.values[code].plus(summed.total, summed.rows)
    return whole


def by_month(found: Cells, months: Sequence[Month], *key: Any) -> list[Cell]:
    """Return the cells of one key in the order of the months, empty where nothing was handed in."""
    return [found.get((month.first, *key), Cell()) for month in months]


def keys_of(found: Cells) -> set[Any]:
    """Return what the cells are split by."""
    return {key[1] for key in found if isinstance(key[0], date) and len(key) > 1}
