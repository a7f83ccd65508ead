"""Counting figures from lists, and how the count compares with what stands: cell by cell, with the people behind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import product

from django.db.models import Q

from deploy_admin.months import Period
from deploy_admin.policies.language.measures import DIMENSIONS as CODES
from deploy_admin.registry.codes import Affiliation
from quotas import reading
from quotas.countings import BY_MEASURE, Counting, countings_of
from quotas.figures import code_label, rank_of
from quotas.models import Figure, ListedPerson, UnitList
from quotas.models.figures import DIMENSIONS

__all__ = ["BY_MEASURE", "Cell", "Comparison", "awaited_slots", "comparisons", "countings_of"]

Key = tuple[int, str, Period]  # institution, measure, period
Place = tuple[str, ...]  # one value per dimension, "" where not broken down by it


@dataclass(slots=True)
class Cell:
    """One number of a figure: as it stands, and as the list has it."""

    place: Place
    figure: Figure | None
    counted: int | None
    people: list[ListedPerson] = field(default_factory=list)

    @property
    def stands(self) -> int | None:
        return self.figure.value if self.figure is not None else None

    @property
    def differs(self) -> bool:
        """Whether the list says another number; a list that says nothing contradicts nothing."""
        return self.counted is not None and self.counted != self.stands

    @property
    def parts(self) -> dict[str, str]:
        """The dimensions by name, as a figure keeps them."""
        return dict(zip(DIMENSIONS, self.place, strict=True))

    @property
    def label(self) -> str:
        return " · ".join(code_label(name, value) for name, value in self.parts.items() if value)

    @property
    def names(self) -> list[str]:
        return [person.worker.name for person in self.people]


@dataclass(slots=True)
class Comparison:
    """One unit's figure on one measure beside its list."""

    institution_id: int
    measure: str
    period: Period
    kind: str
    speaks: bool  # whether the list says anything: it names somebody who counts, or says that there was nobody
    awaited: str = ""  # the remark, where results are still awaited
    unanswered: int = 0  # rows put down for the unit that it has not confirmed
    objected: int = 0  # rows objected to on which nobody has decided
    cells: list[Cell] = field(default_factory=list)
    default: bool = True  # whether the cells are those a list fills in

    @property
    def key(self) -> Key:
        return (self.institution_id, self.measure, self.period)

    @property
    def differs(self) -> bool:
        return any(cell.differs for cell in self.cells)

    @property
    def differences(self) -> list[Cell]:
        return [cell for cell in self.cells if cell.differs]

    @property
    def stands(self) -> int | None:
        """The sum of the numbers that stand; None where none does."""
        held = [cell.stands for cell in self.cells if cell.stands is not None]
        return sum(held) if held else None

    @property
    def counted(self) -> int | None:
        """The sum of the numbers counted; None where the list says nothing."""
        return sum(cell.counted or 0 for cell in self.cells) if self.speaks else None

    @property
    def locked(self) -> bool:
        """Whether a number that differs is signed off, so that taking the counted one is a correction."""
        return any(cell.figure is not None and cell.figure.is_locked for cell in self.differences)


def comparisons(keys: Collection[Key], *, figures: Iterable[Figure] | None = None) -> dict[Key, Comparison]:
    """Return figure beside list for every key whose measure is counted from lists. Four queries for any number,
    one more where a record on the lists was merged away.

    `figures` may hand over the current figures of these keys where they were read already.
    """
    wanted = {key for key in keys if key[1] in BY_MEASURE}
    if not wanted:
        return {}
    units = {unit for unit, _measure, _period in wanted}
    kinds = {BY_MEASURE[measure].kind for _unit, measure, _period in wanted}
    starts = {period.first for _unit, _measure, period in wanted}
    rows = _rows(units, kinds, starts)
    heads = {
        (head.institution_id, head.kind, head.period): head
        for head in UnitList.objects.filter(institution__in=units, kind__in=kinds, period_start__in=starts)
    }
    if figures is None:
        figures = Figure.objects.current().filter(
            institution__in=units, measure__in={key[1] for key in wanted}, period_start__in=starts
        )
    standing: dict[Key, list[Figure]] = defaultdict(list)
    for figure in figures:
        standing[figure.institution_id, figure.measure, figure.period].append(figure)
    military = _military(units, {period for _unit, _measure, period in wanted})
    found = {}
    for key in sorted(wanted):
        unit, measure, period = key
        counting = BY_MEASURE[measure]
        head = heads.get((unit, counting.kind, period))
        found[key] = _compared(
            key, rows.get((unit, counting.kind, period), []), head, standing[key], (unit, period) in military
        )
    return found


def _rows(
    units: Collection[int], kinds: Collection[str], starts: Collection[date]
) -> dict[tuple[int, str, Period], list[ListedPerson]]:
    """Return the standing rows of these lists. A person whose two records became one counts once, see `_repeated`."""
    rows: dict[tuple[int, str, Period], list[ListedPerson]] = defaultdict(list)
    found = list(
        ListedPerson.objects.standing()
        .filter(institution__in=units, kind__in=kinds, period_start__in=starts)
        .for_list()
    )
    repeated = _repeated([row for row in found if row.worker.merged_into_id is not None])
    for row in found:
        if row.pk not in repeated:
            rows[row.institution_id, row.kind, row.period].append(row)
    return rows


def _repeated(of_merged: Sequence[ListedPerson]) -> set[int]:
    """Return which of these rows, of records that were merged away, name a person whom another row counts already.

    The row of the record that was kept counts, else the one put down first, at whatever unit it stands. One query.
    """
    if not of_merged:
        return set()
    people = {_person(row) for row in of_merged}
    counts: dict[tuple[str, Period, int], tuple[bool, int]] = {}
    rivals = ListedPerson.objects.counting().filter(
        Q(worker__in=people) | Q(worker__merged_into__in=people),
        kind__in={row.kind for row in of_merged},
        period_start__in={row.period_start for row in of_merged},
    )
    for row in rivals.select_related("worker"):
        place, rank = (row.kind, row.period, _person(row)), (row.worker.merged_into_id is not None, row.pk)
        counts[place] = min(rank, counts.get(place, rank))
    return {
        row.pk
        for row in of_merged
        if row.state in ListedPerson.COUNTING and counts[row.kind, row.period, _person(row)][1] != row.pk
    }


def _person(row: ListedPerson) -> int:
    return row.worker.merged_into_id or row.worker_id


def _military(units: Collection[int], periods: Collection[Period]) -> set[tuple[int, Period]]:
    """Return who was a military hospital in which period: only there staff of both kinds are told apart."""
    return {
        (unit, period)
        for period in periods
        for unit, profile in reading.profiles(units, reading.day_of(period)).items()
        if profile.affiliation == Affiliation.MILITARY
    }


def _compared(
    key: Key, rows: Sequence[ListedPerson], head: UnitList | None, standing: Sequence[Figure], military: bool
) -> Comparison:
    unit, measure, period = key
    counting = BY_MEASURE[measure]
    counts = [row for row in rows if row.state in ListedPerson.COUNTING]
    comparison = Comparison(
        unit,
        measure,
        period,
        counting.kind,
        speaks=bool(counts) or (head is not None and head.nobody_at is not None),
        awaited=head.awaited_remark if head is not None else "",
        unanswered=sum(row.is_unanswered for row in rows),
        objected=sum(row.state == ListedPerson.State.OBJECTED for row in rows),
    )
    people = [row for row in counts if getattr(row, counting.column) in counting.values]
    default = tuple(name for name in counting.dimensions if name != "military_status" or military)
    by_place = {tuple(getattr(figure, name) for name in DIMENSIONS): figure for figure in standing}
    shapes = {tuple(name for name, value in zip(DIMENSIONS, place, strict=True) if value) for place in by_place}
    comparison.default = not shapes or _shape(default) in shapes
    places = {place for shape in shapes or {_shape(default)} for place in _places(shape, counting)}
    for place in sorted(places | by_place.keys(), key=rank_of):
        here = [
            row for row in people if all(not v or getattr(row, n) == v for n, v in zip(DIMENSIONS, place, strict=True))
        ]
        comparison.cells.append(Cell(place, by_place.get(place), len(here) if comparison.speaks else None, here))
    return comparison


def _shape(dimensions: Collection[str]) -> tuple[str, ...]:
    return tuple(name for name in DIMENSIONS if name in dimensions)


def _places(shape: Sequence[str], counting: Counting) -> Iterator[Place]:
    """Yield every place of a breakdown that the list may fill: of the column that decides who counts, its values."""
    codes = [
        [code.value for code in CODES[name].values if name != counting.column or code.value in counting.values]
        for name in shape
    ]
    for values in product(*codes):
        held = dict(zip(shape, values, strict=True))
        yield tuple(held.get(name, "") for name in DIMENSIONS)


def awaited_slots(slots: Iterable[tuple[str, date, date]]) -> frozenset[tuple[str, date, int]]:
    """Return (measure, first day, unit) of every figure of these slots for which results are awaited. One query."""
    asked = Q(pk__in=[])
    measures: Mapping[tuple[str, date], list[str]] = defaultdict(list)
    for measure, first, last in slots:
        if measure in BY_MEASURE:
            kind = BY_MEASURE[measure].kind
            asked |= Q(kind=kind, period_start=first, period_end=last)
            measures[kind, first].append(measure)
    if not measures:
        return frozenset()
    heads = UnitList.objects.awaited().filter(asked).values_list("kind", "period_start", "institution_id")
    return frozenset((measure, first, unit) for kind, first, unit in heads for measure in measures[kind, first])
