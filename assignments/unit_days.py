"""What is true of units on any day: read once for each stretch of days on which nothing in the registry changes."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from assignments.facts import with_membership
from deploy_admin.registry.models import Division, InstitutionProfile, Jurisdiction
from quotas.facts import Units

_ONE_DAY = timedelta(days=1)
_NOTHING: Mapping[str, Any] = {}


class UnitDays:
    """The facts of some units on whatever days are asked: three queries to begin with, and some per stretch met."""

    def __init__(self, unit_ids: Collection[int]) -> None:
        self.unit_ids = frozenset(unit_ids)
        self._changes = sorted(
            {
                *_days(InstitutionProfile.objects.filter(institution__in=self.unit_ids)),
                *_days(Division.objects.all()),
                *_days(Jurisdiction.objects.all()),
            }
        )
        self._held: dict[int, Units] = {}
        self._told: dict[tuple[int, int], Mapping[str, Any]] = {}

    def stretch(self, day: date) -> int:
        """Return which stretch the day lies in: on all its days the same facts hold."""
        return bisect_right(self._changes, day)

    def facts(self, unit_id: int, day: date) -> Mapping[str, Any]:
        """Return what the policies may ask of the unit on the day; nothing of one that does not exist then."""
        stretch = self.stretch(day)
        key = unit_id, stretch
        if key not in self._told:
            units = self._on(stretch, day)
            told = units.on(units.days[0]).get(unit_id)
            self._told[key] = _NOTHING if told is None else with_membership(told)
        return self._told[key]

    def district(self, unit_id: int, day: date) -> int | None:
        """Return the district, county or zone the unit stands in on the day."""
        units = self._on(self.stretch(day), day)
        held = units.raw[units.days[0]].get(unit_id)
        return None if held is None else held["district"]

    def _on(self, stretch: int, day: date) -> Units:
        if stretch not in self._held:
            self._held[stretch] = Units({day}, self.unit_ids)
        return self._held[stretch]


def _days(rows: Any) -> Iterable[date]:
    """Yield the days from which something else may be true because of these dated rows."""
    for first, last in rows.order_by().values_list("valid_from", "valid_to").distinct():
        yield first
        if last is not None and last < date.max:
            yield last + _ONE_DAY
