"""What a sheet's page is made of, read in a constant number of queries: people, roster, records, workload, days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from appraisals.entry import words
from appraisals.models import Workload
from appraisals.workload.services import Asked, Range, indicators_for, usual_ranges
from assignments.models import AssignmentMonth, MonthSheet, RosterCycle
from assignments.rules.attendance import Prefilled
from assignments.services.months_ground import MonthGround
from deploy_admin.jobs.importing.columns import speaks_chinese
from deploy_admin.people import codes
from deploy_admin.people.models import Title
from deploy_admin.registry.models import Institution, SpecialDay
from deploy_admin.registry.models.calendar import DayKind

SATURDAY = 5
CSS = {DayKind.HOLIDAY: "hol", DayKind.MAKE_UP: "mk"}
#: Where a record that holds a day is dealt with.
_RECORDS = {"leave": "assignments:leave", "absence": "assignments:absence"}


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the month as the head of its column says it."""

    d: int
    day: date
    css: str
    sign: str
    label: str


@dataclass(frozen=True, slots=True)
class Held:
    """One row with everything a page says of it; `prefilled` is None where nobody may change it."""

    row: AssignmentMonth
    title: str
    sending: str
    prefilled: Prefilled | None
    asked: tuple[Asked, ...]
    values: Mapping[str, Workload]
    usual: Mapping[str, Range]

    @property
    def name(self) -> str:
        name: str = self.row.assignment.worker.name
        return name

    @property
    def speciality(self) -> str:
        assignment = self.row.assignment
        return assignment.speciality or assignment.worker.speciality

    @property
    def about(self) -> str:
        """Speciality and title; of whom neither is known, where they come from."""
        return " · ".join(filter(None, (self.speciality, self.title))) or self.sending


def days_of(sheet: MonthSheet) -> list[Day]:
    """Return the days of the month, weekends, days off and made-up working days marked. One query."""
    period = sheet.period.period
    special = {row.day: row for row in SpecialDay.objects.filter(day__range=(period.first, period.last))}
    found = []
    for day in period.each_day():
        known = special.get(day)
        if known is None:
            css, note, sign = "rest" if day.weekday() >= SATURDAY else "", "", words.weekday(day)
        else:
            css = CSS[DayKind(known.kind)]
            name = known.name if speaks_chinese() else known.name_en or known.name
            note = " ".join(filter(None, (str(known.get_kind_display()), name)))
            sign = pgettext("calendar", "on") if css == "mk" else words.weekday(day)
        found.append(Day(day.day, day, css, sign, words.day_label(day, note)))
    return found


def rows_of(sheet: MonthSheet, *, row_ids: Collection[int] | None = None, open_: bool = True) -> list[Held]:
    """Return the rows of a sheet by pinyin, or these of them; `open_` asks what they are prefilled with."""
    chosen = AssignmentMonth.objects.filter(sheet=sheet).for_list()
    rows = list(chosen if row_ids is None else chosen.filter(pk__in=row_ids))
    ground = MonthGround(sheet.period, institution_ids=[sheet.institution_id]) if open_ and rows else None
    asked = indicators_for(rows)
    usual: dict[int, dict[str, Range]] = defaultdict(dict)
    for (row_id, code), found in usual_ranges(rows, asked).items():
        usual[row_id][code] = found
    values: dict[int, dict[str, Workload]] = defaultdict(dict)
    for value in Workload.objects.filter(row__in=[row.pk for row in rows]).for_list():
        values[value.row_id][value.indicator.code] = value
    titles = _titles({row.assignment.worker_id for row in rows}, sheet.period.last)
    senders = Institution.objects.filter(pk__in={row.assignment.sending_unit_id for row in rows})
    names = senders.named(sheet.period.last) if rows else {}
    return [
        Held(
            row=row,
            title=titles.get(row.assignment.worker_id, ""),
            sending=names.get(row.assignment.sending_unit_id, ""),
            prefilled=ground.prefilled(sheet.institution_id, row.assignment_id) if ground else None,
            asked=tuple(asked.get(row.pk, ())),
            values=values[row.pk],
            usual=usual[row.pk],
        )
        for row in rows
    ]


def lock_of(ref: str) -> tuple[str, str]:
    """Return the sentence about the record that holds a day, and where it is dealt with."""
    kind, _colon, number = ref.partition(":")
    url = reverse(_RECORDS[kind], args=[int(number)])
    if kind == "leave":
        return _("Approved leave. Whoever was there all the same takes the leave back first."), url
    return _("A reported absence. It is decided, or taken back, before the day is changed."), url


def cycle_of(row: AssignmentMonth) -> str:
    """Return the shifts in force in the row's month as signs; empty where none were entered."""
    rows: Any = RosterCycle.objects.filter(assignment=row.assignment_id, valid_from__lte=row.sheet.period.last)
    found = rows.order_by("-valid_from").first()
    return "".join(words.cell_sign(cell) for cell in found.cells) if found else ""


def _titles(worker_ids: set[int], on: date) -> dict[int, str]:
    """Return the latest title of each of these people. One query."""
    rows = Title.objects.filter(worker_id__in=worker_ids, qualified_on__lte=on).order_by("qualified_on", "pk")
    return {
        worker: codes.TITLE_BY_CODE[code].label
        for worker, code in rows.values_list("worker_id", "code")
        if code in codes.TITLE_BY_CODE
    }
