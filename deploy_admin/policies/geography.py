"""Where a policy holds: the divisions of its jurisdiction and everything in them, whatever day they existed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.utils.text import slugify

from deploy_admin.registry.models import Division


def division_key(code: str | None, name_en: str) -> str:
    """Return the name by which documents know a division: its code, or zone:<English name> where it has none."""
    return code or f"zone:{slugify(name_en)}"


@dataclass(frozen=True)
class Place:
    """One row of the divisions, as far as jurisdictions need it."""

    id: int
    key: str  # see division_key
    name: str
    name_en: str
    parent_id: int | None
    valid_from: date
    valid_to: date | None


@dataclass
class Places:
    """All divisions of all days, from one query.

    A division that changed its parent has a row for either time, and a district that ended has its successor beside
    it under the same city: the rows below one row, whatever their dates, are therefore what a jurisdiction covers.
    """

    by_id: dict[int, Place]
    _by_key: dict[str, list[Place]] = field(default_factory=lambda: defaultdict(list))
    _below: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    _covered: dict[frozenset[int], frozenset[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for place in self.by_id.values():
            self._by_key[place.key].append(place)
            if place.parent_id is not None:
                self._below[place.parent_id].append(place.id)

    @classmethod
    def load(cls) -> Places:
        """Read every division: one query."""
        rows = Division.objects.order_by("id").values_list(
            "id", "code", "name", "name_en", "parent_id", "valid_from", "valid_to"
        )
        return cls(
            {
                pk: Place(pk, division_key(code, name_en), name, name_en, parent_id, first, last)
                for pk, code, name, name_en, parent_id, first, last in rows
            }
        )

    def named(self, key: str, on: date | None = None) -> Place | None:
        """Return the row that bears this code or zone name on the day; else the last that ever did."""
        rows = self._by_key.get(key, [])
        if on is not None:
            for place in rows:
                if place.valid_from <= on and (place.valid_to is None or on <= place.valid_to):
                    return place
        return max(rows, key=lambda place: place.valid_from, default=None)

    def covered(self, division_id: int | None) -> frozenset[int]:
        """Return the division, its rows of other times with the same code, and all below; for the nation all."""
        if division_id is None:
            return frozenset(self.by_id)
        return self._with_all_below(place.id for place in self._by_key[self.by_id[division_id].key])

    def covered_by_keys(self, keys: Iterable[str]) -> frozenset[int]:
        """Return what the divisions of these codes or zone names cover."""
        return self._with_all_below(place.id for key in keys for place in self._by_key.get(key, ()))

    def _with_all_below(self, roots: Iterable[int]) -> frozenset[int]:
        start = frozenset(roots)
        if start not in self._covered:
            found: set[int] = set()
            waiting = list(start)
            while waiting:
                pk = waiting.pop()
                if pk not in found:
                    found.add(pk)
                    waiting.extend(self._below[pk])
            self._covered[start] = frozenset(found)
        return self._covered[start]
