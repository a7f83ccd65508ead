"""The rows that one point of a trend is made of: who, where, which value, released or not; page and export alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import islice
from typing import Any, cast

from django.core.paginator import Page, Paginator
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from appraisals.models import ReleasedScore, Score, Workload
from appraisals.states import ScoreState
from appraisals.trends import scope
from appraisals.trends.measures import ATTENDANCE, PEOPLE, POINTS, Measure, measures
from assignments.models import AssignmentMonth
from assignments.states import SHEET_SHAPES, SheetState
from deploy_admin.access import Actor
from deploy_admin.http import PAGE_ROWS
from deploy_admin.registry.models import Institution
from deploy_admin.ui.charts import written
from deploy_admin.ui.shell import url_if_any

CHUNK = 2_000


class Behind:
    """The months of people in one month of one scope, with what the measure says of each."""

    def __init__(self, data: Mapping[str, str], actor: Actor, today: date) -> None:
        self.actor, self.today = actor, today
        self.month = scope.month_named(data.get("month", "")) or scope.last_whole_month(today)
        self.scope = scope.read(data, actor, today).of(self.month)
        held = measures(actor)
        self.measure: Measure = next((each for each in held if each.code == data.get("measure")), held[0])

    @property
    def back_url(self) -> str:
        """The trend from which one comes."""
        query = self.scope.address(measure=self.measure.code, months=None, until=None)
        return reverse("appraisals:trends") + query

    @cached_property
    def count(self) -> int:
        return self.scope.rows().count()

    @property
    def _ordered(self) -> Any:
        rows = self.scope.rows().select_related("sheet", "assignment__worker")
        return rows.order_by("assignment__sort_key", "assignment_id", "pk")

    def page(self, number: str | None) -> Page[Any]:
        """Return a page of lines: a constant number of queries."""
        paginator = Paginator(self._ordered, PAGE_ROWS)
        paginator.count = self.count  # told, not asked
        page: Any = paginator.get_page(number)
        page.object_list = self._dressed(list(page.object_list))
        return cast(Page[Any], page)

    def export(self) -> tuple[list[str], Iterator[list[Any]]]:
        """Return head and rows of exactly what is shown, all pages."""
        head = [
            pgettext("person", "Name"), _("Speciality"), _("Sending unit"), _("Receiving unit"), _("Month"),
            self.measure.label, _("State"),
        ]  # fmt: skip
        return head, self._cells()

    def _cells(self) -> Iterator[list[Any]]:
        rows = self._ordered.iterator(chunk_size=CHUNK)
        while chunk := list(islice(rows, CHUNK)):
            for line in self._dressed(chunk):
                yield [
                    line["name"], line["speciality"], line["sending"], line["receiving"], str(self.month),
                    line["value"], line["state"],
                ]  # fmt: skip

    def _dressed(self, rows: list[AssignmentMonth]) -> list[dict[str, Any]]:
        values = self._values(rows)
        units = {row.sheet.institution_id for row in rows} | {row.assignment.sending_unit_id for row in rows}
        names = Institution.objects.filter(pk__in=units).named(self.today)
        return [
            {
                "name": row.assignment.worker.name,
                "speciality": row.assignment.worker.speciality,
                "sending": names.get(row.assignment.sending_unit_id, ""),
                "receiving": names.get(row.sheet.institution_id, ""),
                "value": value,
                "shown": "—" if value is None else written(value, self.measure.decimals),
                "state": row.sheet.get_state_display(),
                "shape": SHEET_SHAPES[SheetState(row.sheet.state)],
                "url": reverse("appraisals:person_trend", args=[row.assignment_id]),
                "row_url": url_if_any("appraisals:sheet_row", row.pk),
            }
            for row in rows
            for value in [values.get(row.pk)]
        ]

    def _values(self, rows: list[AssignmentMonth]) -> dict[int, Decimal | None]:
        """Return the measure of each row: as it was released, else as it stands. At most two queries."""
        code = self.measure.code
        if code == PEOPLE:
            return {row.pk: Decimal(1) for row in rows}
        frozen = {
            found.row_id: found
            for found in ReleasedScore.objects.filter(row__in=rows).standing().defer("explanation").order_by()
        }
        live = [row for row in rows if row.sheet.state != SheetState.RELEASED]
        if code == ATTENDANCE:
            return {row.pk: _rate(row, frozen.get(row.pk)) for row in rows}
        if code == POINTS:
            scored: Any = Score.objects.filter(row__in=live, state=ScoreState.SCORED).order_by()
            return {pk: found.points for pk, found in frozen.items()} | dict(scored.values_list("row_id", "points"))
        entered: Any = Workload.objects.filter(row__in=live, indicator__code=code).order_by()
        released = {pk: _number(found.values.get("workload", {}).get(code)) for pk, found in frozen.items()}
        return released | dict(entered.values_list("row_id", "value"))


def _number(text: Any) -> Decimal | None:
    return None if text in (None, "") else Decimal(str(text))


def _rate(row: AssignmentMonth, frozen: ReleasedScore | None) -> Decimal | None:
    attended, duty = Decimal(row.attended_halves) / 2, Decimal(row.duty_days)
    if frozen is not None:
        attended = _number(frozen.values.get("totals", {}).get("attended")) or Decimal(0)
        duty = _number(frozen.values.get("duty_days")) or Decimal(0)
    return attended * 100 / duty if duty else None
