"""The numbers of the months on a desk: handed in, attendance, work done, points, letters; with their course."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from appraisals.models import FeedbackLetter, ReleasedScore
from appraisals.trends import charting, reading, scope
from appraisals.trends.measures import ATTENDANCE, POINTS, Measure, measures
from assignments.models import MonthSheet
from assignments.states import SHEET_HANDED_IN
from deploy_admin.access import Actor
from deploy_admin.ui.charts import written
from deploy_admin.ui.shell import url_if_any

Shown = dict[str, Any]
VISITS = "outpatient_emergency_visits"


class MonthNumbers:
    """The questions about months; the course of the last twelve is asked once for all of them."""

    actor: Actor
    today: date
    _course: tuple[scope.Scope, dict[str, Measure], list[reading.Cell]] | None = None

    @property
    def course(self) -> tuple[scope.Scope, dict[str, Measure], list[reading.Cell]]:
        """The last twelve whole months of what the actor sees."""
        if self._course is None:
            asked = scope.read({}, self.actor, self.today)
            known = {each.code: each for each in measures(self.actor) if each.code in (ATTENDANCE, POINTS, VISITS)}
            found = reading.cells(asked, list(known.values()))
            self._course = (asked, known, reading.by_month(found, asked.months))
        return self._course

    def _followed(self, code: str, label: str) -> Shown | None:
        """One measure: its last settled month, its course, the way to its chart; nothing before the first month."""
        asked, known, cells = self.course
        measure = known.get(code)
        if measure is None:
            return None
        values = [
            (month, cell, value)
            for month, cell in zip(asked.months, cells, strict=True)
            if (value := cell.value(measure, per_person=False)) is not None
        ]
        if not values:
            return None
        month, _cell, value = next((each for each in reversed(values) if each[1].is_released), values[-1])
        line = charting.sparkline(measure, asked.months, cells, per_person=False)
        return {
            "label": label,
            "value": written(value, measure.decimals) + ("%" if measure.is_rate else ""),
            "note": str(month),
            "url": f"{url_if_any('appraisals:trends')}?measure={code}",
        } | ({"trend": line["values"], "trend_label": line["label"]} if len(values) > 1 else {})

    def month_attendance(self) -> Shown | None:
        return self._followed(ATTENDANCE, _("Attendance rate"))

    def month_visits(self) -> Shown | None:
        return self._followed(VISITS, _("Outpatient and emergency visits"))

    def month_points(self) -> Shown | None:
        return self._followed(POINTS, _("Points, average"))

    def month_handed_in(self) -> Shown | None:
        """How many units have handed in the last month; nothing where no sheet was opened."""
        month = scope.last_whole_month(self.today)
        states = list(MonthSheet.objects.visible_to(self.actor).of(month).order_by().values_list("state", flat=True))
        if not states:
            return None
        done = sum(1 for state in states if state in SHEET_HANDED_IN)
        left = len(states) - done
        note = ngettext("%(n)d unit still to come", "%(n)d units still to come", left) % {"n": left}
        return {
            "label": _("Units that handed in %(month)s") % {"month": month},
            "value": f"{done}/{len(states)}",
            "note": note if left else "",
            "url": f"{url_if_any('appraisals:review')}?month={month}",
        }

    def letters_to_receive(self) -> Shown:
        """Feedback letters whose arrival nobody has confirmed."""
        n = FeedbackLetter.objects.visible_to(self.actor).unreceived().count()
        return {
            "label": _("Feedback letters to receive"),
            "value": n,
            "css": "short" if n else "",
            "url": f"{url_if_any('appraisals:letters')}?received=no",
        }

    def letters_not_received(self) -> Shown:
        return self.letters_to_receive() | {"label": _("Feedback letters not received"), "css": ""}

    def my_points(self) -> Shown | None:
        """One's own released points, the last and their course."""
        rows: Any = ReleasedScore.objects.visible_to(self.actor).standing().filter(points__isnull=False)
        found = list(rows.order_by("-month", "-pk").values_list("month", "points", "assignment_id")[:12])
        if not found:
            return None
        month, points, assignment = found[0]
        course: list[Decimal] = [value for _month, value, _of in found][::-1]
        return {
            "label": _("Points of the last released month"),
            "value": written(points, 2),
            "note": f"{month:%Y-%m}",
            "url": url_if_any("appraisals:my_trend", assignment),
            "trend": course,
            "trend_label": _("the last %(n)s months: from %(first)s to %(last)s")
            % {"n": len(course), "first": written(course[0], 2), "last": written(points, 2)},
        }
