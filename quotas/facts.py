"""Feeds the rules from rows: every institution's facts on a day, the figures of every need, who answers for whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

from django.db.models import Q

from deploy_admin.months import Period
from deploy_admin.policies.geography import Places
from deploy_admin.registry.codes import DivisionLevel, Kind
from deploy_admin.registry.facts import institution_facts
from deploy_admin.registry.models import Institution, InstitutionProfile, Jurisdiction
from deploy_admin.registry.succession import Attribution, attributions
from quotas.counting import awaited_slots
from quotas.models import Figure
from quotas.models.figures import DIMENSIONS
from quotas.rules import Cell, Need, Reading, Ref, Surroundings, gather, together

Sheet = Mapping[date, Mapping[str, Any]]

#: What a split whose document names no share leaves open.
SHARE_UNKNOWN = "succession:share"
ABOVE_DISTRICTS = frozenset({DivisionLevel.PROVINCE, DivisionLevel.PREFECTURE})


class Units:
    """The institutions of some days, as the rules ask for them: divisions by code, authorities by what they cover.

    All of them, or those of `ids` alone, for who asks about a few.
    """

    def __init__(self, days: Collection[date], ids: Collection[int] | None = None) -> None:
        self.days = tuple(sorted(days))
        self.places = Places.load()
        self.facts: dict[date, dict[int, dict[str, Any]]] = {}
        self.raw: dict[date, dict[int, dict[str, Any]]] = {}
        self.competent: dict[date, dict[int, tuple[int, ...]]] = {}
        self.levels: dict[int, str] = {}
        for day in self.days:
            self.raw[day] = institution_facts(day, ids)
            self.facts[day] = self._told(day)

    def _told(self, day: date) -> dict[int, dict[str, Any]]:
        competent: dict[int, tuple[int, ...]] = defaultdict(tuple)
        held = (
            Jurisdiction.objects.on(day).order_by("pk").values_list("authority_id", "division_id", "division__level")
        )
        for authority, division, level in held:
            competent[authority] += (division,)
            self.levels[division] = level
        self.competent[day] = competent
        covers = {
            authority: tuple(self.places.by_id[division].key for division in divisions)
            for authority, divisions in competent.items()
        }
        codes: dict[tuple[int, ...], tuple[str, ...]] = {}
        told: dict[int, dict[str, Any]] = {}
        for unit, facts in self.raw[day].items():
            path = tuple(facts["located_in"])
            if path not in codes:
                codes[path] = tuple(self.places.by_id[division].key for division in path)
            administered_by = facts["administered_by"] or facts["competent_authority"]
            told[unit] = {
                name: facts[name]
                for name in (
                    "kind", "tier", "level", "ownership", "affiliation", "area_group", "remote", "key_township",
                    "settlement", "population", "medical_community",
                )
            } | {"located_in": codes[path], "administered_by": covers.get(administered_by)}  # fmt: skip
        return told

    def on(self, day: date) -> dict[int, dict[str, Any]]:
        """Return the facts of every institution existing on the day."""
        return self.facts[day]

    def sheet(self, unit: int) -> dict[date, Mapping[str, Any]]:
        """Return the unit's facts by day; a day on which it does not exist is absent, and so unknown."""
        return {day: facts for day, held in self.facts.items() if (facts := held.get(unit)) is not None}

    def sort_keys(self) -> dict[int, str]:
        """Return by what each institution is sorted: its name in pinyin, on the last of the days. One query."""
        return dict(InstitutionProfile.objects.on(self.days[-1]).values_list("institution_id", "pinyin"))

    def division(self, unit: int, day: date) -> int:
        """Return the division the unit stands in on the day."""
        return int(self.raw[day][unit]["located_in"][0])

    def district_owner(self, unit: int, day: date, by: str) -> int | None:
        """Return the authority that answers for the total in which this unit is counted."""
        facts = self.raw[day][unit]
        if by == "administered_by":
            return facts["administered_by"] or facts["competent_authority"]
        return facts["competent_authority"]

    def area_of(self, authority: int, day: date) -> int:
        """Return the division an authority answers for: the first it is competent for, else where it stands."""
        held = self.competent[day].get(authority)
        return held[0] if held else self.division(authority, day)

    def answers_for_a_district(self, authority: int, day: date) -> bool:
        """Whether the authority is one of a district or of less, not of a city or more."""
        return any(self.levels[division] not in ABOVE_DISTRICTS for division in self.competent[day].get(authority, ()))

    def surroundings(self, day: date, division_ids: frozenset[int]) -> Surroundings:
        """Return everybody in these divisions but the authorities, by district (its authority) and by community."""
        districts: dict[str, list[int]] = defaultdict(list)
        groups: dict[str, list[int]] = defaultdict(list)
        sheets: dict[int, Sheet] = {}
        for unit, facts in self.facts[day].items():
            if facts["kind"] == Kind.HEALTH_AUTHORITY or self.division(unit, day) not in division_ids:
                continue
            sheets[unit] = self.sheet(unit)
            districts[str(self.raw[day][unit]["competent_authority"])].append(unit)
            if facts["medical_community"]:
                groups[facts["medical_community"]].append(unit)
        return Surroundings(sheets, districts, groups)


class Row(NamedTuple):
    """One figure as read: the cell it is of, the number, and which row says so."""

    dimensions: dict[str, str]
    value: int
    id: int
    revision: int
    signed: bool


class Successions:
    """Who answers for whose figures: one query per period asked of, one more where any unit merged or split."""

    def __init__(self, figure_periods: Iterable[Period], on: date) -> None:
        self.inherited: dict[tuple[Period, int], list[Attribution]] = defaultdict(list)
        self.given_away: dict[tuple[Period, int], list[Attribution]] = defaultdict(list)
        touched: set[int] = set()
        for period in sorted(set(figure_periods)):
            for attribution in attributions(period.first, on):
                self.inherited[period, attribution.heir_id].append(attribution)
                self.given_away[period, attribution.predecessor_id].append(attribution)
                touched |= {attribution.heir_id, attribution.predecessor_id}
        spans = (
            Institution.objects.filter(pk__in=touched).values_list("pk", "opened_on", "closed_on") if touched else ()
        )
        self.spans = {pk: (first, last) for pk, first, last in spans}

    def heirs_of(self, units: Collection[int]) -> frozenset[int]:
        """Return those who answer for the figures of these units."""
        return frozenset(
            each.heir_id for (_period, giver), given in self.given_away.items() if giver in units for each in given
        )

    def predecessors_of(self, units: Collection[int]) -> frozenset[int]:
        """Return those for whose figures these units answer."""
        return frozenset(
            each.predecessor_id for (_period, heir), held in self.inherited.items() if heir in units for each in held
        )

    def existed(self, unit: int, period: Period) -> bool:
        """Whether the unit existed on some day of the period."""
        first, last = self.spans[unit]
        return first <= period.last and (last is None or last >= period.first)

    def share_of(self, value: int, attribution: Attribution, period: Period) -> int:
        """Return the heir's whole part of `value`: cut at the cumulated shares, so that the parts add up to it."""
        before = Decimal(0)
        for each in sorted(self.given_away[period, attribution.predecessor_id], key=lambda one: one.heir_id):
            share = each.share or Decimal(0)
            if each.heir_id == attribution.heir_id:
                return _whole(value * (before + share)) - _whole(value * before)
            before += share
        return 0


class Asked:
    """A need with what finds and reads its figures fast."""

    def __init__(self, need: Need, rows: dict[int, list[Row]], awaited: frozenset[int] = frozenset()) -> None:
        self.need = need
        self.rows = rows
        self.awaited = awaited  # the units whose results are still to come: what they reported is provisional for that
        one = len(need.dimensions) == 1
        self.dimension = need.dimensions[0][0] if one else None
        self.values = need.dimensions[0][1] if one else ()
        self.plain = not need.dimensions and need.by is None
        self.by_values = need.by is not None and need.by == self.dimension
        self.simple = self.plain or (one and need.by in (None, self.dimension))

    def of(self, unit: int) -> Reading:
        """Return the reading of the unit's own figures: as `gather`, with a short cut for the ordinary case."""
        rows = self.rows.get(unit, [])
        if self.simple and (quick := self._quick(rows, unit)) is not None:
            return quick
        return gather(self.need, [Cell(row.dimensions, row.value, self._ref(row, unit)) for row in rows])

    def _quick(self, rows: list[Row], unit: int) -> Reading | None:
        """Return the reading where each cell asked for is there exactly once and no other is; else None."""
        if self.plain:
            if len(rows) != 1 or rows[0].dimensions:
                return None
            row = rows[0]
            return Reading(row.value, row.value, (), (), not row.signed, (self._ref(row, unit),))
        if len(rows) != len(self.values):
            return None
        held = {row.dimensions.get(self.dimension or ""): row for row in rows if len(row.dimensions) == 1}
        chosen = [held[value] for value in self.values if value in held]
        if len(chosen) != len(self.values):
            return None
        total = sum([row.value for row in chosen])
        by = (
            tuple([(value, row.value) for value, row in zip(self.values, chosen, strict=True)])
            if self.by_values
            else ()
        )
        refs = tuple([self._ref(row, unit) for row in chosen])
        return Reading(total, total, by, (), not all(row.signed for row in chosen), refs)

    def _ref(self, row: Row, unit: int) -> Ref:
        state = "signed" if row.signed else "awaited" if unit in self.awaited else "expected"
        return Ref(f"figure:{row.id}", self.need.measure, row.value, row.revision, state, unit)


class Figures:
    """The current figures of some needs, with those that came over from predecessors. Two queries."""

    def __init__(self, needs: Collection[Need], successions: Successions, units: Collection[int] | None) -> None:
        self.successions = successions
        slots: dict[tuple[str, date, date], dict[int, list[Row]]] = {
            (need.measure, need.period.first, need.period.last): {} for need in needs
        }
        wanted = Q(pk__in=[])
        for measure, first, last in sorted(slots):
            wanted |= Q(measure=measure, period_start=first, period_end=last)
        figures = Figure.objects.current().filter(wanted).order_by("pk")
        if units is not None:
            figures = figures.filter(institution_id__in=units)
        columns = ("pk", "institution_id", "measure", "period_start", "period_end", "revision", "state", "value")
        cells: dict[tuple[str, ...], dict[str, str]] = {}
        for pk, unit, measure, first, last, revision, state, value, *held in figures.values_list(
            *columns, *DIMENSIONS
        ).iterator(chunk_size=10_000):
            key = tuple(held)
            if key not in cells:
                cells[key] = {name: code for name, code in zip(DIMENSIONS, held, strict=True) if code}
            row = Row(cells[key], value, pk, revision, state == "signed_off")
            slots[measure, first, last].setdefault(unit, []).append(row)
        awaited: dict[tuple[str, date], set[int]] = defaultdict(set)
        for measure, first, unit in awaited_slots(slots):
            awaited[measure, first].add(unit)
        self.asked = {
            need: Asked(
                need,
                slots[need.measure, need.period.first, need.period.last],
                frozenset(awaited[need.measure, need.period.first]),
            )
            for need in needs
        }

    def reading(self, unit: int, need: Need) -> Reading:
        """Return what the unit answers for under the need: its own figures, and its part of its predecessors'."""
        return self.reading_of(unit, self.asked[need])

    def reading_of(self, unit: int, asked: Asked) -> Reading:
        """As `reading`, for those who keep what they ask."""
        inherited = self.successions.inherited.get((asked.need.period, unit)) if self.successions.spans else None
        if not inherited:
            return asked.of(unit)
        period = asked.need.period
        parts: list[Reading] = []
        rest = next((each for each in inherited if each.predecessor_id == unit), None)
        if rest is not None or self.successions.existed(unit, period) or unit in asked.rows:
            parts.append(self._part(unit, asked, rest))
        parts += [
            self._part(each.predecessor_id, asked, each)
            for each in inherited
            if each.predecessor_id != unit and self.successions.existed(each.predecessor_id, period)
        ]
        return together(parts) if parts else asked.of(unit)

    def _part(self, owner: int, asked: Asked, attribution: Attribution | None) -> Reading:
        """Return what of the owner's figures goes over: all, a share in whole numbers, or nothing that is known."""
        reading = asked.of(owner)
        if attribution is None or attribution.share == 1:
            return reading
        if attribution.share is None:
            nothing = tuple((name, None) for name, _value in reading.by)
            return reading._replace(value=None, known=0, by=nothing, missing=(*reading.missing, SHARE_UNKNOWN))

        def part(value: int | None) -> int | None:
            return None if value is None else self.successions.share_of(value, attribution, asked.need.period)

        return reading._replace(
            value=part(reading.value),
            known=part(reading.known) or 0,
            by=tuple((name, part(value)) for name, value in reading.by),
        )


def _whole(value: Decimal) -> int:
    return int(value.quantize(Decimal(1), ROUND_HALF_UP))
