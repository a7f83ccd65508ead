"""The divisions as they lie on one day: who stands for an ended one, what lies above and below, the issuing one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, F, OuterRef

from deploy_admin.access import Actor, Reach
from deploy_admin.registry import periods
from deploy_admin.registry.codes import DISTRICT_LEVELS
from deploy_admin.registry.models import Division, Jurisdiction


@dataclass(frozen=True, slots=True)
class Node:
    """One division row, as far as its place goes."""

    id: int
    parent_id: int | None
    successor_id: int | None
    level: str
    area_group: str
    valid_to: date | None
    name: str
    code: str | None


class DivisionTree:
    """All divisions, resolved for one day. One query; everything else is memory."""

    def __init__(self, nodes: Iterable[Node], on: date) -> None:
        self.on = on
        self.nodes = {node.id: node for node in nodes}
        self._paths: dict[int, tuple[int, ...]] = {}

    @classmethod
    def read(cls, on: date) -> DivisionTree:
        """Read every division once and resolve it for `on`."""
        rows = Division.objects.order_by().values_list(
            "id", "parent_id", "successor_id", "level", "area_group", "valid_to", "name", "code"
        )
        return cls((Node(*row) for row in rows), on)

    def standing(self, division_id: int) -> int:
        """Return the division that stands on the day for this one: itself, or whichever it went over to."""
        seen = set()
        while division_id not in seen:
            seen.add(division_id)
            node = self.nodes[division_id]
            if node.valid_to is None or node.valid_to >= self.on or node.successor_id is None:
                break
            division_id = node.successor_id
        return division_id

    def path(self, division_id: int) -> tuple[int, ...]:
        """Return the division standing for this one and all above it, nearest first."""
        known = self._paths.get(division_id)
        if known is None:
            steps: list[int] = []
            current: int | None = division_id
            while current is not None:
                current = self.standing(current)
                if current in steps:
                    break
                steps.append(current)
                current = self.nodes[current].parent_id
            known = self._paths[division_id] = tuple(steps)
        return known

    def district(self, division_id: int) -> int | None:
        """Return the district, county or development zone that it is or lies in."""
        return next((step for step in self.path(division_id) if self.nodes[step].level in DISTRICT_LEVELS), None)

    def area_group(self, division_id: int) -> str | None:
        """Return the area group that it inherits from the nearest division that has one."""
        return next((group for step in self.path(division_id) if (group := self.nodes[step].area_group)), None)

    def within(self, division_ids: Collection[int]) -> frozenset[int]:
        """Return these divisions, everything below them, and all ended ones that went over to any of these."""
        wanted = {self.standing(division_id) for division_id in division_ids} | set(division_ids)
        return frozenset(node for node in self.nodes if not wanted.isdisjoint(self.path(node))) | frozenset(
            division_ids
        )

    def full_name(self, division_id: int) -> str:
        """Return the names from the district down, as an address is written."""
        steps = self.path(division_id)
        top = self.district(division_id)
        shown = steps[: steps.index(top) + 1] if top in steps else steps[:1]
        return "".join(self.nodes[step].name for step in reversed(shown))

    def name(self, division_id: int) -> str:
        """Return the name of exactly this row."""
        return self.nodes[division_id].name

    def districts_in_order(self) -> list[Node]:
        """Return the districts, counties and zones that stand on the day, in the order of their codes."""
        standing = {self.standing(n.id) for n in self.nodes.values() if n.level in DISTRICT_LEVELS}
        return sorted(
            (self.nodes[i] for i in standing), key=lambda node: (node.code is None, node.code or "", node.id)
        )

    def children(self) -> dict[int | None, list[int]]:
        """Return the rows by parent."""
        below: dict[int | None, list[int]] = defaultdict(list)
        for node in self.nodes.values():
            below[node.parent_id].append(node.id)
        return below


def division_of_issue(code: str) -> Division | None:
    """Return the division under whose code (the first six digits of an identity number) something was issued.

    Validity does not matter: what was issued under an ended code stays valid for ever.
    """
    return Division.objects.filter(code=code).order_by("-valid_from").first()


def descendants(division_ids: Collection[int], on: date) -> frozenset[int]:
    """Return these divisions and everything below them on the day, ended ones that went over to them included."""
    return DivisionTree.read(on).within(division_ids)


def districts_to_choose(actor: Actor, on: date) -> list[tuple[int, str]]:
    """Return the districts, counties and zones (id, name) by which this actor may narrow a list; none for one unit.

    Offered are those for which somebody is competent, itself or from above: other divisions are kept only because a
    source or an ID number names them.
    """
    if actor.reach not in (Reach.ALL, Reach.DISTRICT):
        return []
    governed = Jurisdiction.objects.on(on)
    standing = Division.objects.filter(periods.holds_on(on), level__in=DISTRICT_LEVELS)
    itself, above = (Exists(governed.filter(division=OuterRef(name))) for name in ("pk", "parent"))
    if actor.reach is Reach.DISTRICT:
        standing = standing.filter(pk__in=actor.division_ids)
    rows = standing.filter(itself | above).order_by(F("code").asc(nulls_last=True), "pk")
    return list(rows.values_list("pk", "name"))
