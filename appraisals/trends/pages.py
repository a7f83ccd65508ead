"""What the pages of trends show: charts first, then the units or people behind them as a table."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from appraisals.trends import charting, reading, scope
from appraisals.trends.measures import ATTENDANCE, PEOPLE, Measure, first_shown, measures
from appraisals.trends.reading import Cell
from assignments.models import Assignment
from deploy_admin.access import Actor, Reach
from deploy_admin.months import Month, add_months
from deploy_admin.registry.divisions import districts_to_choose
from deploy_admin.registry.models import Institution
from deploy_admin.ui.charts import Chart, written
from quotas.reading import scheme_names

#: So many units or people stand in the table until all are asked for.
MOST = 25
_ATTENDANCE = Measure(ATTENDANCE, "", "%", 1)
#: Where a table has no other measure: how many months of people it is made of.
_PEOPLE_MONTHS = Measure(PEOPLE, "", "")


class TrendPage:
    """One look: what the address asks, the charts, and who they are made of."""

    #: What the table below the charts is split by.
    split = "institution"

    def __init__(self, data: Mapping[str, str], actor: Actor, today: date, institution: int | None = None) -> None:
        self.actor, self.today = actor, today
        read = scope.read(data, actor, today)
        self.scope = read if institution is None else dataclasses.replace(read, institution=institution)
        self.per_person = data.get("per") == "person"
        self.all_parts = data.get("all") == "1"
        self._asked_measure = data.get("measure", "")

    @cached_property
    def measures(self) -> list[Measure]:
        return measures(self.actor)

    @cached_property
    def measure(self) -> Measure | None:
        """The one that is asked for; without it the page is an overview."""
        return next((each for each in self.measures if each.code == self._asked_measure), None)

    @cached_property
    def shown(self) -> list[Measure]:
        return [self.measure] if self.measure is not None else first_shown(self.measures)

    @cached_property
    def months(self) -> list[reading.Cell]:
        """The whole scope by month."""
        return reading.by_month(reading.cells(self.scope, self.shown), self.scope.months)

    @cached_property
    def charts(self) -> list[Chart]:
        """One chart per measure that is shown; what nobody has is left out of an overview."""
        drawn = [
            charting.chart(self.scope, each, self.months, per_person=self.per_person, url=self._chosen(each))
            for each in self.shown
        ]
        if self.measure is not None:
            return drawn
        return [each for each in drawn if each.known] or drawn[:1]

    def _chosen(self, measure: Measure) -> str:
        """The address of the page with this measure alone."""
        if self.measure is not None:
            return ""
        return self.scope.address(measure=measure.code, per="person" if self.per_person else None, **self._unfixed)

    @property
    def _unfixed(self) -> dict[str, None]:
        """What the path says already and the query need not."""
        return {}

    @property
    def is_empty(self) -> bool:
        return not any(cell.rows for cell in self.months)

    # ------------------------------------------------------------ the table below

    @cached_property
    def _parts(self) -> dict[Any, list[Cell]]:
        found = reading.cells(self.scope, self.shown, self.split)
        return {key: reading.by_month(found, self.scope.months, key) for key in reading.keys_of(found)}

    def names(self, keys: Sequence[Any]) -> dict[Any, str]:
        """Return what each part is called."""
        return Institution.objects.filter(pk__in=keys).named(self.today)

    def part_url(self, key: Any) -> str:
        query = self.scope.address(institution=None, district=None, measure=self._asked_measure or None)
        return reverse("appraisals:trend_of_institution", args=[key]) + query

    @cached_property
    def parts(self) -> list[dict[str, Any]]:
        """Each unit or person with people, attendance and the measures, the largest first."""
        names = self.names(list(self._parts))
        rows = [self._part(key, names.get(key, f"#{key}"), cells) for key, cells in self._parts.items()]
        rows.sort(key=lambda row: (-row["weight"], row["name"]))
        return rows if self.all_parts else rows[:MOST]

    @property
    def left_out(self) -> int:
        return 0 if self.all_parts else max(len(self._parts) - MOST, 0)

    @property
    def all_url(self) -> str:
        return self.link(all=1)

    def _part(self, key: Any, name: str, cells: Sequence[Cell]) -> dict[str, Any]:
        whole = reading.total(cells)
        leading = self.measure or self.columns[0]
        weight = self._over_time(leading, whole) or Decimal(0)
        return {
            "name": name,
            "url": self.part_url(key),
            "months": sum(1 for cell in cells if cell.rows),
            "people": max((cell.people for cell in cells), default=0),
            "attendance": self._written(_ATTENDANCE, whole),
            "named": [(self._written(measure, whole), measure) for measure in self.columns],
            "spark": charting.sparkline(leading, self.scope.months, cells, per_person=self.per_person),
            "weight": weight,
        }

    @property
    def columns(self) -> list[Measure]:
        """The measures of the table beside people and attendance, which are always there."""
        return [each for each in self.shown if each.code not in (PEOPLE, ATTENDANCE)] or [_PEOPLE_MONTHS]

    def _over_time(self, measure: Measure, whole: Cell) -> Decimal | None:
        """What a measure comes to over all months: counts add up, rates are rates of the whole."""
        if measure.code == PEOPLE:
            return Decimal(whole.rows) if whole.rows else None
        return whole.value(measure, per_person=self.per_person)

    def _written(self, measure: Measure, whole: Cell) -> str:
        value = self._over_time(measure, whole)
        decimals = max(measure.decimals, 1) if self.per_person and measure.has_sum else measure.decimals
        return "—" if value is None else written(value, decimals) + ("%" if measure.is_rate else "")

    # ------------------------------------------------------------ the filters

    @cached_property
    def choices(self) -> dict[str, Any]:
        """What may be chosen."""
        return {
            "measures": [(each.code, each.label) for each in self.measures],
            "districts": districts_to_choose(self.actor, self.today),
            "schemes": sorted(scheme_names().items()),
            "months": [(12, _("12 months")), (24, _("24 months"))],
        }

    @cached_property
    def narrowed_to(self) -> list[tuple[str, str, str]]:
        """The unit and the sender that the address names: (name in the address, word, name of the unit)."""
        asked = {"institution": self.scope.institution, "sender": self.scope.sender}
        ids = [pk for name, pk in asked.items() if pk is not None and name not in self._unfixed]
        names = Institution.objects.filter(pk__in=ids).named(self.today) if ids else {}
        words = {"institution": _("Receiving unit"), "sender": _("Sending unit")}
        return [
            (name, words[name], names[pk])
            for name, pk in asked.items()
            if pk is not None and pk in names and name not in self._unfixed
        ]

    @property
    def wide(self) -> bool:
        """Whether more than one unit is in sight, so that places narrow anything."""
        return self.actor.reach in (Reach.ALL, Reach.DISTRICT)

    @property
    def may_measure(self) -> bool:
        return self.measure is not None and self.measure.has_sum

    def link(self, **more: Any) -> str:
        """Return the address of the page as it is, with something changed."""
        said = {"measure": self._asked_measure or None, "per": "person" if self.per_person else None, **self._unfixed}
        return self.scope.address(**(said | more))

    @property
    def sum_url(self) -> str:
        return self.link(per=None)

    @property
    def person_url(self) -> str:
        return self.link(per="person")

    @property
    def earlier_url(self) -> str:
        return self.link(until=self.scope.first.previous)

    @property
    def later_url(self) -> str:
        """The months after these, where there are any that are over."""
        newest = scope.last_whole_month(self.today)
        if self.scope.last >= newest:
            return ""
        later = Month(add_months(self.scope.last.first, self.scope.length))
        return self.link(until=None if later >= newest else later)


class InstitutionTrend(TrendPage):
    """The same for one receiving unit, split by its people."""

    split = "assignment"

    @property
    def _unfixed(self) -> dict[str, None]:
        return {"institution": None}

    @cached_property
    def _people(self) -> dict[Any, str]:
        rows = Assignment.objects.filter(pk__in=list(self._parts)).select_related("worker")
        return {row.pk: row.worker.name for row in rows}

    def names(self, keys: Sequence[Any]) -> dict[Any, str]:
        return self._people

    def part_url(self, key: Any) -> str:
        return reverse("appraisals:person_trend", args=[key])
