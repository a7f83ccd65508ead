"""What units owe, for whoever counts people: each unit's own quotas, and those of the totals in which it stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date
from typing import NamedTuple

from django.db.models import Q

from deploy_admin.months import Period
from deploy_admin.policies import language
from deploy_admin.policies.language.quota import DistrictScope, GroupScope
from deploy_admin.policies.language.quota import Quota as Clause
from deploy_admin.registry import succession
from quotas import reading
from quotas.facts import Units
from quotas.models import Quota
from quotas.models.quotas import Scope

#: So many units are named to the database; of more, everybody's quotas are read.
FEW = 1_000
#: (institution, topic, group): how tallies know a quota within its period.
Key = tuple[int, str, str]


class Owed(NamedTuple):
    """One quota, as those see it who count people against it."""

    institution_id: int
    group_key: str
    scope: str
    scheme: str
    topic: str
    period: Period
    version_id: int
    clause_id: str

    @property
    def key(self) -> Key:
        return self.institution_id, self.topic, self.group_key


class Owing:
    """The current quotas of some units and of the totals in which they stand; as read, at one moment.

    Whose people count for a quota: those whom the unit sends, or for a total, all units that stand in it on the
    period's last day. A unit that has closed by then is represented by its heir.
    """

    def __init__(
        self, unit_ids: Collection[int], schemes: Collection[str] | None = None, period: Period | None = None
    ) -> None:
        self.unit_ids = frozenset(unit_ids)
        found = list(_read(self.unit_ids, schemes, period))
        self._documents = reading.documents({each.version_id for each in found})
        self._heirs: dict[date, dict[int, int]] = {}
        self._units: dict[date, Units] = {}
        days = {each.period.last for each in found}
        for day in days:
            self._heirs[day] = succession.standing_for(self.unit_ids, day) if self.unit_ids else {}
        self._own: dict[tuple[int, str], list[Owed]] = defaultdict(list)
        self._totals: dict[tuple[str, Period, str], dict[tuple[int, str], list[Owed]]] = {}
        for each in found:
            if each.scope == Scope.UNIT:
                self._own[each.institution_id, each.scheme].append(each)
            else:
                held = self._totals.setdefault((each.scheme, each.period, self._area(each)), defaultdict(list))
                held[each.institution_id, each.group_key].append(each)
        self._remembered: dict[tuple[int, str], tuple[Owed, ...]] = {}
        #: One quota under each clause and period that is met at all.
        self.clauses = tuple({(each.version_id, each.clause_id, each.period): each for each in found}.values())

    def clause(self, owed: Owed) -> Clause:
        """Return the clause a quota is owed under."""
        return self._documents[owed.version_id].clause(owed.clause_id)

    def document(self, owed: Owed) -> language.PolicyDocument:
        """Return the policy in which that clause stands."""
        return self._documents[owed.version_id]

    def of(self, unit_id: int, scheme: str) -> tuple[Owed, ...]:
        """Return the quotas of the scheme for which people count whom this unit sends."""
        key = unit_id, scheme
        if key not in self._remembered:
            self._remembered[key] = tuple(self._found(unit_id, scheme))
        return self._remembered[key]

    def _found(self, unit_id: int, scheme: str) -> Iterable[Owed]:
        for unit in {held.get(unit_id, unit_id) for held in self._heirs.values()} or {unit_id}:
            for owed in self._own.get((unit, scheme), ()):
                if self._heirs[owed.period.last].get(unit_id, unit_id) == unit:
                    yield owed
        for (of_scheme, period, area), totals in self._totals.items():
            if of_scheme == scheme and (place := self._place(unit_id, period.last, area)) is not None:
                yield from totals.get(place, ())

    def _area(self, owed: Owed) -> str:
        """Return by what units are gathered into the total: a word of the district's scope, or a group's fact."""
        match self.clause(owed).scope:
            case DistrictScope(district=by):
                return by
            case GroupScope(group=fact):
                return f"group:{fact}"
        return ""

    def _place(self, unit_id: int, day: date, area: str) -> tuple[int, str] | None:
        """Return the total in which the unit stands on the day: who answers for it, and the group."""
        if day not in self._units:
            heirs = set(self._heirs[day].values()) | self.unit_ids
            self._units[day] = Units({day}, heirs)
        units, unit = self._units[day], self._heirs[day].get(unit_id, unit_id)
        if unit not in units.on(day):
            return None
        by, _, fact = area.partition(":")
        owner = units.district_owner(unit, day, "located_in" if fact else by)
        if owner is None:
            return None
        if not fact:
            return owner, ""
        group = units.on(day)[unit].get(fact)
        return None if group is None else (owner, str(group))


def _read(unit_ids: frozenset[int], schemes: Collection[str] | None, period: Period | None) -> Iterable[Owed]:
    rows = Quota.objects.current().order_by("pk")
    if len(unit_ids) <= FEW:
        heirs = succession.heirs(unit_ids, date.max)
        rows = rows.filter(~Q(scope=Scope.UNIT) | Q(institution__in=unit_ids.union(*heirs.values())))
    if schemes is not None:
        rows = rows.filter(scheme__in=schemes)
    if period is not None:
        rows = rows.of_period(period)
    spans: dict[tuple[date, date], Period] = {}
    columns = ("institution_id", "group_key", "scope", "scheme", "topic", "version_id", "clause_id")
    for first, last, unit, group, scope, scheme, topic, version, clause in rows.values_list(
        "period_start", "period_end", *columns
    ).iterator(chunk_size=10_000):
        span = spans.get((first, last))
        if span is None:
            span = spans[first, last] = Period(first, last)
        yield Owed(unit, group, scope, scheme, topic, span, version, clause)
