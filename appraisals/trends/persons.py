"""The months of one assignment: points, attendance, workload before its usual range, and each month as a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from appraisals.models import ReleasedScore, Score
from appraisals.states import SCORE_SHAPES, ScoreState
from appraisals.trends import charting, reading
from appraisals.trends.measures import ATTENDANCE, POINTS, Measure, measures
from appraisals.trends.scope import Scope, last_whole_month
from appraisals.workload.usual import sentence_of, usual_ranges
from assignments.models import Assignment, AssignmentMonth
from assignments.states import SHEET_SHAPES, SheetState
from deploy_admin.access import Actor
from deploy_admin.months import Month
from deploy_admin.registry.models import Institution
from deploy_admin.ui.charts import Chart, written
from deploy_admin.ui.shell import url_if_any

#: The longest history that is drawn.
LONGEST = 24
#: So many charts stand where the history is only a part of another page.
FEW = 3


@dataclass(frozen=True, slots=True)
class Line:
    """One month at one unit, in words."""

    month: Month
    unit: str
    url: str
    attended: str
    duty: str
    leave: str
    points: str
    score_state: str
    score_shape: str
    state: str
    shape: str


class PersonTrend:
    """The history of one assignment as one actor sees it; `own` where it is the actor's."""

    def __init__(self, assignment: Assignment, actor: Actor, today: date, *, own: bool = False) -> None:
        self.assignment, self.actor, self.today, self.own = assignment, actor, today, own

    @cached_property
    def rows(self) -> list[AssignmentMonth]:
        """The months handed in, the earliest first. One query."""
        seen: Any = AssignmentMonth.objects.visible_to(self.actor).handed_in().filter(assignment=self.assignment.pk)
        found = list(seen.select_related("sheet").order_by("-month", "-pk")[: 2 * LONGEST])
        return found[::-1]

    @cached_property
    def scope(self) -> Scope:
        """From the first of these months to the last, at most two years."""
        last = Month(self.rows[-1].month) if self.rows else last_whole_month(self.today)
        first = Month(self.rows[0].month) if self.rows else last
        length = (last.first.year - first.first.year) * 12 + last.first.month - first.first.month + 1
        return Scope(self.actor, self.today, last, min(length, LONGEST), assignment=self.assignment.pk)

    @cached_property
    def measures(self) -> list[Measure]:
        """Points, attendance, then every indicator."""
        held = measures(self.actor)
        first = [each for code in (POINTS, ATTENDANCE) for each in held if each.code == code]
        return first + [each for each in held if each.is_indicator]

    @cached_property
    def charts(self) -> list[Chart]:
        """One chart per measure of which anything is known."""
        if not self.rows:
            return []
        cells = reading.by_month(reading.cells(self.scope, self.measures), self.scope.months)
        drawn = (self._chart(measure, cells) for measure in self.measures)
        return [chart for chart in drawn if chart.known]

    @property
    def few(self) -> list[Chart]:
        """What a part of another page has room for."""
        return self.charts[:FEW]

    @property
    def wants_styles(self) -> bool:
        return bool(self.charts)

    def _chart(self, measure: Measure, cells: Sequence[reading.Cell]) -> Chart:
        band, label = self._band(measure)
        plain = charting.chart(self.scope, measure, cells, own=True, band=band, band_label=label)
        return charting.with_addresses(plain, [self.urls.get(month.first, "") for month in self.scope.months])

    @cached_property
    def _usual(self) -> dict[str, Any]:
        """The usual ranges beside which the last month stands."""
        last = self.rows[-1]
        return {code: usual for (_row, code), usual in usual_ranges([last]).items()}

    def _band(self, measure: Measure) -> tuple[tuple[Decimal, Decimal] | None, str]:
        usual = self._usual.get(measure.code) if measure.is_indicator else None
        return (None, "") if usual is None else ((usual.low, usual.high), sentence_of(usual))

    @cached_property
    def urls(self) -> dict[date, str]:
        """Where each month is opened."""
        name = "appraisals:my_month" if self.own else "appraisals:sheet_row"
        return {row.month: url_if_any(name, row.pk) for row in self.rows}

    @cached_property
    def lines(self) -> list[Line]:
        """Every month handed in, the newest first. Three queries."""
        ids = [row.pk for row in self.rows]
        released = {
            found.row_id: found
            for found in ReleasedScore.objects.filter(row__in=ids).standing().defer("explanation").order_by()
        }
        live = Score.objects.filter(row__in=ids).in_bulk()
        names = Institution.objects.filter(pk__in={row.sheet.institution_id for row in self.rows}).named(self.today)
        return [
            self._line(row, released.get(row.pk), live.get(row.pk), names.get(row.sheet.institution_id, ""))
            for row in reversed(self.rows)
        ]

    def _line(self, row: AssignmentMonth, released: ReleasedScore | None, live: Score | None, unit: str) -> Line:
        score: ReleasedScore | Score | None = released or live
        totals = released.values.get("totals", {}) if released else {}
        state = ScoreState(score.state) if score else None
        return Line(
            month=Month(row.month),
            unit=unit,
            url=self._url(row, released),
            attended=totals.get("attended") or written(Decimal(row.attended_halves) / 2, 1),
            duty=str(released.values.get("duty_days", row.duty_days) if released else row.duty_days),
            leave=totals.get("leave") or written(Decimal(row.leave_halves) / 2, 1),
            points=written(score.points, 2) if score and score.points is not None else "",
            score_state=str(state.label) if state else _("not scored yet"),
            score_shape=SCORE_SHAPES[state] if state else "run",
            state=row.sheet.get_state_display(),
            shape=SHEET_SHAPES[SheetState(row.sheet.state)],
        )

    def _url(self, row: AssignmentMonth, released: ReleasedScore | None) -> str:
        if released is not None and not self.own and (url := url_if_any("appraisals:released", released.pk)):
            return url
        return self.urls[row.month]
