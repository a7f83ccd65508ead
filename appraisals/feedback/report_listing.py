"""Situation reports as lists see them: the reports an actor may read, and the units that still owe one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from appraisals.models import SituationReport
from appraisals.states import ReportState
from assignments.models import AssignmentMonth
from deploy_admin import clock
from deploy_admin.access import Actor
from deploy_admin.http import PAGE_ROWS
from deploy_admin.months import Month, add_months
from deploy_admin.registry.models import Institution, InstitutionProfile

#: The scheme collects reports “regularly and irregularly” (row 129) and names no period: by the quarter is a reading.
PERIOD_MONTHS = 3
SHAPES = {
    ReportState.DRAFT: "mute",
    ReportState.SUBMITTED: "warn",
    ReportState.RETURNED: "warn",
    ReportState.RECEIVED: "ok",
}


def last_quarter(on: date) -> tuple[Month, Month]:
    """Return the first and the last month of the last quarter that is over."""
    first = date(on.year, (on.month - 1) // PERIOD_MONTHS * PERIOD_MONTHS + 1, 1)
    return Month(add_months(first, -PERIOD_MONTHS)), Month(add_months(first, -1))


def unreported(first: Month, last: Month, actor: Actor) -> list[int]:
    """Return the units one sees that had people in these months and sent in no report on all of them, by pinyin."""
    rows = AssignmentMonth.objects.filter(month__range=(first.first, last.first))
    units = Institution.objects.visible_to(actor).filter(pk__in=rows.order_by().values("sheet__institution"))
    reported = SituationReport.objects.filter(
        Q(state=ReportState.SUBMITTED) | Q(state=ReportState.RECEIVED),
        first_month__lte=first.first,
        last_month__gte=last.first,
    )
    owing = units.exclude(pk__in=reported.values("institution")).order_by().values_list("pk", flat=True)
    profiles = InstitutionProfile.objects.standing(clock.today()).filter(institution__in=owing)
    return list(profiles.order_by("pinyin", "institution_id").values_list("institution_id", flat=True))


def asked_months(data: Mapping[str, str], today: date) -> tuple[Month, Month]:
    """Return the months an address asks for; the last quarter where it asks for none that can be."""
    found = []
    for name in ("first", "last"):
        try:
            found.append(Month.parse(data.get(name, "")))
        except ValueError:
            return last_quarter(today)
    return (found[0], found[1]) if found[0] <= found[1] else last_quarter(today)


class ReportList:
    """One look at the reports."""

    def __init__(self, data: Mapping[str, str], actor: Actor) -> None:
        self.actor, self.today = actor, clock.today()
        asked = data.get("state", "")
        self.state = asked if asked in ReportState.values else ""
        unit = data.get("unit", "")
        self.unit = int(unit) if unit.isdecimal() and len(unit) < 19 else None

    @property
    def asked(self) -> bool:
        """Whether anything narrows the list."""
        return bool(self.state or self.unit)

    @cached_property
    def rows(self) -> Any:
        rows = SituationReport.objects.visible_to(self.actor).for_list()
        if self.state:
            rows = rows.filter(state=self.state)
        return rows.filter(institution=self.unit) if self.unit else rows

    def page(self, number: str | None) -> Page[Any]:
        """Return a page of reports with unit and shape."""
        page: Any = Paginator(self.rows.defer("numbers", "results", "difficulties", "proposals"), PAGE_ROWS).get_page(
            number
        )
        held = list(page.object_list)
        names = Institution.objects.filter(pk__in={row.institution_id for row in held}).named(self.today)
        page.object_list = [
            {
                "row": row,
                "unit": names.get(row.institution_id, ""),
                "period": period(row.first_month, row.last_month),
                "shape": SHAPES[ReportState(row.state)],
            }
            for row in held
        ]
        found: Page[Any] = page
        return found

    @cached_property
    def chips(self) -> list[dict[str, Any]]:
        """The states that have any row."""
        rows = SituationReport.objects.visible_to(self.actor).order_by()
        counts = dict(rows.values_list("state").annotate(n=Count("pk")))
        return [
            {"value": state.value, "label": state.label, "count": counts[state], "shape": SHAPES[state]}
            for state in ReportState
            if counts.get(state)
        ]


def period(first: date, last: date) -> str:
    """Return “2026-08” or “2026-08 – 2026-10”."""
    return f"{first:%Y-%m}" if first == last else f"{first:%Y-%m} – {last:%Y-%m}"


def reminder(first: Month, last: Month, names: list[str]) -> str:
    """Return the text to copy into the group chat, naming exactly those who still owe."""
    if not names:
        return ""
    told = {"period": period(first.first, last.first), "units": _(", ").join(names)}
    return _("The situation report on %(period)s is still missing from: %(units)s. Please write and submit it.") % told
