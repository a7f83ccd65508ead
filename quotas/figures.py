"""Figures as people see them: one statement per unit, measure and period, made of the cells of its breakdown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum

from deploy_admin.months import Period
from deploy_admin.policies.language.measures import DIMENSIONS as CODES
from deploy_admin.policies.language.measures import Measure
from deploy_admin.registry.codes import Affiliation
from deploy_admin.registry.models import InstitutionProfile
from quotas import reading
from quotas.models import Figure
from quotas.models.figures import DIMENSIONS

StatementKey = tuple[int, str, Any, Any]


@dataclass
class Statement:
    """What one unit reported on one measure for one period."""

    institution_id: int
    measure: str
    period: Period
    total: int
    signed: int
    count: int
    cells: list[Figure] = field(default_factory=list)
    unit: InstitutionProfile | None = None
    label: str = ""
    may_sign_off: bool = False
    comparison: Any = None  # with its list, where one counts it (quotas/counting.py)

    @property
    def key(self) -> tuple[int, str, Period]:
        """Unit, measure and period."""
        return (self.institution_id, self.measure, self.period)

    @property
    def state(self) -> str:
        """`signed_off` once every cell is, else `expected`."""
        return Figure.State.SIGNED_OFF if self.signed == self.count else Figure.State.EXPECTED

    @property
    def latest(self) -> Figure:
        """The cell entered last."""
        return max(self.cells, key=lambda cell: cell.entered_at)

    @property
    def open_ids(self) -> str:
        """The expected cells with the revision that is shown, as the sign-off form sends them back."""
        return ",".join(f"{c.pk}:{c.revision}" for c in self.cells if not c.is_locked)


def statements(rows: QuerySet[Figure]) -> QuerySet[Any]:
    """Group the current figures into statements, ready to be paged."""
    return (
        rows.current()  # type: ignore[attr-defined]
        .order_by()
        .values("institution_id", "measure", "period_start", "period_end")
        .annotate(total=Sum("value"), count=Count("pk"), signed=Count("pk", filter=Q(state=Figure.State.SIGNED_OFF)))
        .annotate(
            pinyin=Subquery(
                InstitutionProfile.objects.filter(institution=OuterRef("institution_id"))
                .order_by("-valid_from")
                .values("pinyin")[:1]
            )
        )
        .order_by("-period_start", "pinyin", "institution_id", "measure")
    )


def dressed(
    groups: Sequence[Mapping[str, Any]], rows: QuerySet[Figure], measures: Mapping[str, Measure]
) -> list[Statement]:
    """Return the statements of a page with their cells, units and labels. Two queries for any number."""
    units_wanted = {g["institution_id"] for g in groups}
    cells: dict[StatementKey, list[Figure]] = defaultdict(list)
    found = rows.current().filter(  # type: ignore[attr-defined]
        institution_id__in=units_wanted,
        measure__in={g["measure"] for g in groups},
        period_start__in={g["period_start"] for g in groups},
    )
    for figure in sorted(found, key=rank):
        cells[(figure.institution_id, figure.measure, figure.period_start, figure.period_end)].append(figure)
    on = max((g["period_end"] for g in groups), default=None)
    units = reading.profiles(units_wanted, reading.day_of(Period(on, on))) if on else {}
    shown = []
    for group in groups:
        key = (group["institution_id"], group["measure"], group["period_start"], group["period_end"])
        statement = Statement(
            key[0], key[1], Period(key[2], key[3]), group["total"], group["signed"], group["count"], cells[key]
        )
        statement.unit = units.get(key[0])
        statement.label = measure_label(measures, key[1])
        for cell in statement.cells:
            cell.label = cell_label(cell)  # type: ignore[attr-defined]
        shown.append(statement)
    return shown


_ORDER = {name: {code.value: n for n, code in enumerate(CODES[name].values)} for name in DIMENSIONS}


def rank_of(place: tuple[str, ...]) -> tuple[int, ...]:
    """Return the place of a cell in its measure's breakdown, as the code lists order it."""
    return tuple(_ORDER[name].get(value, -1) for name, value in zip(DIMENSIONS, place, strict=True))


def rank(figure: Figure) -> tuple[int, ...]:
    """Return the place of a figure in its breakdown."""
    return rank_of(tuple(getattr(figure, name) for name in DIMENSIONS))


def measure_label(measures: Mapping[str, Measure], measure_id: str) -> str:
    """Return the measure's name in the reader's language; its id where no policy knows it any more."""
    measure = measures.get(measure_id)
    if measure is None:
        return measure_id
    return measure.label_zh if reading.in_chinese() else measure.label_en


def cell_label(cell: Figure | Mapping[str, str]) -> str:
    """Return the words of a cell's place in the breakdown: “clinical · civilian”; empty where there is none."""
    held = {name: (cell.get(name, "") if isinstance(cell, Mapping) else getattr(cell, name)) for name in DIMENSIONS}
    return " · ".join(code_label(name, value) for name, value in held.items() if value)


def code_label(dimension: str, value: str) -> str:
    """Return the words of one code of a dimension."""
    for code in CODES[dimension].values:
        if code.value == value:
            return str(code.label_zh if reading.in_chinese() else code.label_en)
    return value


def cells_to_fill(measure: Measure, unit: InstitutionProfile, standing: Iterable[Figure]) -> list[dict[str, Any]]:
    """Return one field per cell of the measure's breakdown, with the value and revision that stand.

    Only a military hospital is asked for the military status: nobody else has staff of both kinds.
    """
    asked = [d for d in measure.dimensions if d != "military_status" or unit.affiliation == Affiliation.MILITARY]
    by_place = {tuple(getattr(f, name) for name in DIMENSIONS): f for f in standing}
    places = {
        tuple(dict(zip(asked, values, strict=True)).get(name, "") for name in DIMENSIONS)
        for values in product(*([code.value for code in CODES[d].values] for d in asked))
    }
    cells = []
    for place in sorted(places | set(by_place), key=rank_of):
        figure = by_place.get(place)
        parts = dict(zip(DIMENSIONS, place, strict=True))
        cells.append(
            {
                "name": "n-" + "-".join(value or "all" for value in place),
                "place": parts,
                "label": cell_label(parts) or measure_label({measure.id: measure}, measure.id),
                "value": figure.value if figure else None,
                "revision": figure.revision if figure else 0,
                "locked": bool(figure and figure.is_locked),
            }
        )
    return cells
