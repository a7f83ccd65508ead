"""One plan as its pages read it: light rows of every place for counting and paging, words for those that are shown."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from assignments.allocation import computing, inputs
from assignments.allocation.candidates import candidates, requests_for
from assignments.allocation.comparing import compare
from assignments.allocation.deciding import warnings
from assignments.allocation.findings import findings
from assignments.allocation.left import left
from assignments.allocation.places import places
from assignments.allocation.rows import EMPTIED, MOVED, NEW, Figures, Place, Row
from assignments.allocation.sources import criteria, source
from assignments.allocation.why import why
from assignments.kinds import LineSource, MarkKind
from assignments.models import AllocationPlan, Nomination, PlanGap, PlanLine, PlanMark, StaffingRequest
from deploy_admin.access import Actor
from deploy_admin.jobs.models import Job
from deploy_admin.registry.divisions import DivisionTree
from deploy_admin.registry.models import InstitutionProfile

__all__ = [
    "Board", "candidates", "compare", "criteria", "findings", "left", "requests_for", "source", "warnings", "why",
]  # fmt: skip

#: What the chips above the list show.
SHOWS = ("unfilled", "changed", "pinned", "hand")


class _Asked(NamedTuple):
    """One request, as light as the counts need it."""

    pk: int
    unit: int
    rank: int
    number: int
    speciality: str


class _Unit(NamedTuple):
    """One receiving unit: by what it is sorted and found, and where it stands."""

    name: str
    pinyin: str
    initials: str
    district: int


class Board:
    """One look at a plan with its filters. A constant number of queries for any number of requests.

    `asked` is what the address says: `show`, `q`, `district`.
    """

    def __init__(self, plan: AllocationPlan, actor: Actor, asked: Mapping[str, str] | None = None) -> None:
        self.plan, self.actor, self.asked = plan, actor, asked or {}

    # ------------------------------------------------------------ what is read

    @cached_property
    def settled(self) -> inputs.Settled:
        return inputs.settled(self.plan)

    @cached_property
    def _lines(self) -> list[tuple[int, int, int, int, str]]:
        columns = ("pk", "request_id", "seat", "nomination_id", "source")
        return list(PlanLine.objects.filter(plan=self.plan).order_by().values_list(*columns))

    @cached_property
    def _requests(self) -> dict[int, _Asked]:
        """The standing requests with open places, and those that have a line here although they stand no more."""
        columns = ("pk", "institution_id", "rank", "number", "speciality")
        rows = StaffingRequest.objects.filter(campaign=self.plan.campaign_id).order_by()
        standing = {row[0]: _Asked(*row) for row in rows.standing().values_list(*columns)}
        missing = {request for _pk, request, *_rest in self._lines} - standing.keys()
        if missing:
            standing |= {row[0]: _Asked(*row) for row in rows.filter(pk__in=missing).values_list(*columns)}
        return standing

    @cached_property
    def _people(self) -> dict[int, tuple[int, str, str]]:
        """The nominations that stand, without those placed by an earlier decision: sender, name, initials."""
        rows = Nomination.objects.standing().filter(campaign=self.plan.campaign_id).order_by()
        columns = ("pk", "institution_id", "worker__name", "worker__initials")
        return {
            pk: (unit, name, initials)
            for pk, unit, name, initials in rows.values_list(*columns)
            if pk not in self.settled.nominations
        }

    @cached_property
    def _marks(self) -> dict[str, set[tuple[int, int]]]:
        found: dict[str, set[tuple[int, int]]] = {MarkKind.PIN: set(), MarkKind.BAN: set()}
        rows = PlanMark.objects.filter(plan=self.plan).order_by()
        for kind, request, nomination in rows.values_list("kind", "request_id", "nomination_id"):
            found[kind].add((request, nomination))
        return found

    @cached_property
    def _before(self) -> list[tuple[int, int]]:
        """The pairings of the plan that this one was made from."""
        if self.plan.based_on_id is None:
            return []
        rows = PlanLine.objects.filter(plan=self.plan.based_on_id).order_by()
        return list(rows.values_list("request_id", "nomination_id"))

    @cached_property
    def _tree(self) -> DivisionTree:
        return DivisionTree.read(self.plan.campaign.starts_on)

    @cached_property
    def _units(self) -> dict[int, _Unit]:
        wanted = {each.unit for each in self._requests.values()}
        rows = InstitutionProfile.objects.standing(self.plan.campaign.starts_on).filter(institution__in=wanted)
        columns = ("institution_id", "name", "pinyin", "initials", "division_id")
        return {
            pk: _Unit(name, pinyin, initials, self._tree.district(division) or division)
            for pk, name, pinyin, initials, division in rows.order_by().values_list(*columns)
        }

    # ------------------------------------------------------------ rows

    @cached_property
    def all_rows(self) -> list[Row]:
        """Every place, by district, unit, the unit's own order and seat."""
        taken = {(request, seat): (pk, nomination, source) for pk, request, seat, nomination, source in self._lines}
        seats = {each.pk: set(self.settled.of_request(each.pk, each.number)) for each in self._requests.values()}
        for request, seat in taken:
            seats[request].add(seat)
        changed = self._changed()
        rows = []
        for each in sorted(self._requests.values(), key=self._order):
            district = self._units[each.unit].district if each.unit in self._units else 0
            for seat in sorted(seats[each.pk]):
                line, nomination, source = taken.get((each.pk, seat), (None, None, ""))
                pinned = nomination is not None and (each.pk, nomination) in self._marks[MarkKind.PIN]
                said = changed.get((each.pk, nomination), "") if nomination else ""
                rows.append(Row(each.pk, seat, each.unit, district, line, nomination, source, pinned, said))
        return self._with_emptied(rows)

    def _order(self, each: _Asked) -> tuple[Any, ...]:
        unit = self._units.get(each.unit)
        if unit is None:
            return ("~", "", each.unit, each.rank, each.pk)
        node = self._tree.nodes.get(unit.district)
        return ((node.code or node.name) if node else "", unit.pinyin, each.unit, each.rank, each.pk)

    def _changed(self) -> dict[tuple[int, int], str]:
        """Return how each pairing differs from the plan this one was made from."""
        if self.plan.based_on_id is None:
            return {}
        before = {nomination: request for request, nomination in self._before}
        told: dict[tuple[int, int], str] = {}
        for _pk, request, _seat, nomination, _source in self._lines:
            if nomination not in before:
                told[request, nomination] = NEW
            elif before[nomination] != request:
                told[request, nomination] = MOVED
        return told

    def _with_emptied(self, rows: list[Row]) -> list[Row]:
        """Mark as many empty places as a request has people less than before."""
        if not self._before:
            return rows
        lost = Counter(request for request, _nomination in self._before)
        lost.subtract(Counter(request for _pk, request, *_rest in self._lines))
        told = []
        for row in rows:
            if not row.filled and lost[row.request_id] > 0:
                lost[row.request_id] -= 1
                row = row._replace(changed=EMPTIED)
            told.append(row)
        return told

    @cached_property
    def _found(self) -> list[Row]:
        """The rows that the district and the words asked for leave."""
        rows = self.all_rows
        if (district := self.asked.get("district", "")).isdecimal():
            rows = [row for row in rows if row.district_id == int(district)]
        words = self.asked.get("q", "").strip().lower().split()
        return [row for row in rows if self._meets(row, words)] if words else rows

    def _meets(self, row: Row, words: Sequence[str]) -> bool:
        request, unit = self._requests[row.request_id], self._units.get(row.unit_id)
        said = [request.speciality]
        if unit is not None:
            said += [unit.name, unit.initials]
        if row.nomination_id in self._people:
            said += self._people[row.nomination_id][1:]
        text = " ".join(said).lower()
        return all(word in text for word in words)

    @property
    def rows(self) -> list[Row]:
        """The rows asked for."""
        show = self.asked.get("show", "")
        return [row for row in self._found if _shown(row, show)] if show in SHOWS else self._found

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many rows each chip shows."""
        return {"": len(self._found)} | {show: sum(_shown(row, show) for row in self._found) for show in SHOWS}

    @cached_property
    def districts(self) -> list[tuple[int, str, int, int]]:
        """Return the districts: key, name, places, filled places."""
        found: dict[int, list[int]] = defaultdict(lambda: [0, 0])
        for row in self.all_rows:
            found[row.district_id][0] += 1
            found[row.district_id][1] += row.filled
        return [(key, self.district(key), places, filled) for key, (places, filled) in found.items()]

    def district(self, key: int) -> str:
        """Return what a district is called."""
        node = self._tree.nodes.get(key)
        return node.name if node else ""

    def detail(self, rows: Sequence[Row]) -> list[Place]:
        """Return these rows in words: for the page alone."""
        names = {pk: unit.name for pk, unit in self._units.items()}
        return places(self.plan, rows, names, self.district)

    # ------------------------------------------------------------ figures

    @cached_property
    def figures_data(self) -> Figures:
        rows, marks = self.all_rows, self._marks
        filled = sum(row.filled for row in rows)
        placed = {row.nomination_id for row in rows if row.filled}
        return Figures(
            requests=len({row.request_id for row in rows}),
            places=len(rows),
            receivers=len({row.unit_id for row in rows}),
            people=len(self._people.keys() | placed),
            senders=len({unit for unit, *_names in self._people.values()}),
            filled=filled,
            unfilled=len(rows) - filled,
            left=len(self._people.keys() - placed),
            pins=len(marks[MarkKind.PIN]),
            bans=len(marks[MarkKind.BAN]),
            changed=sum(bool(row.changed) for row in rows),
            before=self._figures_before(len(rows)),
        )

    def _figures_before(self, places_now: int) -> dict[str, int] | None:
        source = self.plan.based_on
        if source is None:
            return None
        filled = len(self._before)
        if source.solved_at is None:
            return {"filled": filled, "unfilled": max(places_now - filled, 0)}
        gaps = list(PlanGap.objects.filter(plan=source).order_by().values_list("request_id", "places"))
        return {
            "filled": filled,
            "unfilled": sum(number for request, number in gaps if request is not None),
            "left": sum(request is None for request, _number in gaps),
        }

    @cached_property
    def job(self) -> Job | None:
        """The work that computes the plan, while it has no result yet."""
        return computing.job_of(self.plan)


def _shown(row: Row, show: str) -> bool:
    match show:
        case "unfilled":
            return not row.filled
        case "changed":
            return bool(row.changed)
        case "pinned":
            return row.pinned
        case "hand":
            return row.source == LineSource.HAND
    return True
