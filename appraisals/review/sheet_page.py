"""One unit's month as its reviewer sees it: every person with the months before, findings, answers; in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from appraisals.models import Score, Workload
from appraisals.review import comparing, looking, words
from appraisals.states import SCORE_SHAPES, ScoreState
from appraisals.workload.findings import SENTENCES as WORKLOAD
from appraisals.workload.findings import sentence as workload_sentence
from assignments import leave_words, month_words
from assignments.models import AssignmentMonth, Inspection, MonthSheet, PresenceCheck
from assignments.rules.attendance_codes import CLOSED
from assignments.states import MonthAnswer
from assignments.told_people import Told, told
from deploy_admin.access import Actor
from deploy_admin.months import Month, add_months
from deploy_admin.registry.calendar import work_calendar
from deploy_admin.registry.models import Indicator
from deploy_admin.workdays import WorkCalendar

#: How many months stand beside the one under review.
BEFORE = 3
#: The totals that are compared, in order; those after the first three only where somebody has any.
TOTALS = (
    ("attended_halves", "attendance"),
    ("leave_halves", "leave"),
    ("absent_halves", "absence"),
    ("night_halves", "night"),
    ("extra_halves", "extra"),
    ("round_halves", "rounds"),
)
ALWAYS = ("attended_halves", "leave_halves", "absent_halves")


@dataclass(frozen=True, slots=True)
class DayCell:
    """One day of one person: sign and words, and how the day is shaded."""

    day: date
    sign: str
    words: str
    kind: str


@dataclass(frozen=True, slots=True)
class Noted:
    """One finding in words, with the way to what it speaks of."""

    text: str
    url: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """One row of the sheet with everything beside it."""

    row: AssignmentMonth
    told: Told
    cells: Sequence[DayCell]
    lines: Sequence[comparing.Compared]
    score: Score | None
    findings: Sequence[Noted] = field(default_factory=tuple)

    @property
    def score_shape(self) -> str:
        return SCORE_SHAPES[ScoreState(self.score.state)] if self.score else "run"

    @property
    def score_words(self) -> str:
        return str(ScoreState(self.score.state).label) if self.score else _("being computed")

    @property
    def is_disputed(self) -> bool:
        return self.row.answer == MonthAnswer.DISPUTED


class SheetReview:
    """One look at one sheet. A fixed number of queries, whatever the number of people."""

    def __init__(self, sheet: MonthSheet, actor: Actor, today: date) -> None:
        self.sheet, self.actor, self.today = sheet, actor, today
        self.month = Month(sheet.month)
        self.months = [Month(add_months(sheet.month, -n)) for n in range(BEFORE, 0, -1)]
        self.knows_kinds = leave_words.knows_kinds(actor)

    @cached_property
    def rows(self) -> list[AssignmentMonth]:
        return list(AssignmentMonth.objects.filter(sheet=self.sheet).for_list())

    @cached_property
    def people(self) -> list[Person]:
        """Everybody on the sheet, those with something to look at first."""
        names = told([row.assignment for row in self.rows], self.today)
        earlier, workload, scores = self._earlier, self._workload, self._scores
        findings, calendar = self._findings, work_calendar()
        people = [
            Person(
                row=row,
                told=names[row.assignment_id],
                cells=self._cells(row, calendar),
                lines=self._lines(row, earlier.get(row.assignment.worker_id, {}), workload, scores),
                score=scores.get(row.pk),
                findings=findings.get(row.pk, ()),
            )
            for row in self.rows
        ]
        return sorted(people, key=lambda person: not (person.findings or person.is_disputed))

    @cached_property
    def of_the_sheet(self) -> Sequence[Noted]:
        """What was found of the sheet as a whole."""
        return self._findings.get(None, ())

    @property
    def heads(self) -> list[str]:
        """The months that are compared, the one under review last."""
        return [str(month) for month in (*self.months, self.month)]

    # ------------------------------------------------------------ reading

    @cached_property
    def _earlier(self) -> Mapping[int, Mapping[date, AssignmentMonth]]:
        """The last handed-in months of these people, wherever they served; of two rows in a month the longer one."""
        workers = {row.assignment.worker_id for row in self.rows}
        rows = (
            AssignmentMonth.objects.handed_in()
            .filter(assignment__worker__in=workers, month__in=[month.first for month in self.months])
            .select_related("assignment")
            .order_by("duty_days", "pk")
        )
        found: dict[int, dict[date, AssignmentMonth]] = defaultdict(dict)
        for row in rows:
            found[row.assignment.worker_id][row.month] = row
        return found

    @cached_property
    def _ids(self) -> list[int]:
        return [row.pk for row in self.rows] + [row.pk for mine in self._earlier.values() for row in mine.values()]

    @cached_property
    def _workload(self) -> Mapping[int, Mapping[Indicator, Decimal | None]]:
        found: dict[int, dict[Indicator, Decimal | None]] = defaultdict(dict)
        for each in Workload.objects.filter(row__in=self._ids).for_list():
            found[each.row_id][each.indicator] = each.value
        return found

    @cached_property
    def _scores(self) -> Mapping[int, Score]:
        return {score.row_id: score for score in Score.objects.filter(row__in=self._ids)}

    @cached_property
    def _findings(self) -> Mapping[int | None, Sequence[Noted]]:
        found: dict[int | None, list[Noted]] = defaultdict(list)
        rows, ways = {row.pk: row for row in self.rows}, Ways.of(self.rows, self.month, self.actor)
        for finding in looking.found_on([self.sheet.pk]).get(self.sheet.pk, ()):
            found[finding.row_id].append(noted(finding, rows.get(finding.row_id), ways))
        return found

    # ------------------------------------------------------------ in words

    def _cells(self, row: AssignmentMonth, calendar: WorkCalendar) -> list[DayCell]:
        found = []
        for n, cell in enumerate(row.days):
            day = row.month + timedelta(days=n)
            sign, said = words.cell_shown(cell, knows_kinds=self.knows_kinds)
            found.append(DayCell(day, sign, said, shade(cell, day, calendar)))
        return found

    def _lines(
        self,
        row: AssignmentMonth,
        earlier: Mapping[date, AssignmentMonth],
        workload: Mapping[int, Mapping[Indicator, Decimal | None]],
        scores: Mapping[int, Score],
    ) -> list[comparing.Compared]:
        before = [earlier.get(month.first) for month in self.months]
        found = []
        for column, name in TOTALS:
            past = [None if each is None else Decimal(getattr(each, column)) / 2 for each in before]
            now = Decimal(getattr(row, column)) / 2
            if column in ALWAYS or now or any(past):
                found.append(comparing.compared(total_words(name), pgettext("unit", "days"), past, now))
        held = workload.get(row.pk, {})
        pasts = [workload.get(each.pk, {}) if each is not None else {} for each in before]
        counted = sorted(
            {*held, *(each for past in pasts for each in past)}, key=lambda each: (each.position, each.code)
        )
        for indicator in counted:
            past = [known.get(indicator) for known in pasts]
            found.append(comparing.compared(indicator.label, indicator.unit, past, held.get(indicator)))
        points = [_points(scores, each) for each in before]
        found.append(comparing.compared(pgettext("score", "Points"), "", points, _points(scores, row)))
        return found


def _points(scores: Mapping[int, Score], row: AssignmentMonth | None) -> Decimal | None:
    score = scores.get(row.pk) if row is not None else None
    return score.points if score is not None else None


def total_words(name: str) -> str:
    """Return what a total of the days is called."""
    return {
        "attendance": pgettext("month total", "Attendance"),
        "attended": pgettext("month total", "Attendance"),
        "leave": pgettext("month total", "Leave"),
        "absence": pgettext("month total", "Unapproved absence"),
        "absent": pgettext("month total", "Unapproved absence"),
        "unchecked": pgettext("month total", "To be checked"),
        "night": pgettext("month total", "Night duty"),
        "extra": pgettext("month total", "Duty on rest days"),
        "rounds": pgettext("month total", "Outreach rounds"),
    }.get(name, name)


def shade(cell: str, day: date, calendar: WorkCalendar) -> str:
    """Return how a day is shaded: closed, day off, make-up working day, rest day, or plain."""
    if cell == CLOSED:
        return "closed"
    if day in calendar.off:
        return "hol"
    if day in calendar.on:
        return "mk"
    return "rest" if day.weekday() > 4 else ""


def noted(finding: Any, row: AssignmentMonth | None, ways: Ways) -> Noted:
    """Return a finding in words, with the way to the leave, absence, inspection or sheet it speaks of."""
    text = workload_sentence(finding) if finding.code in WORKLOAD else month_words.finding_words(finding)
    if finding.code == "two_sheets" and row is not None and (other := ways.sheets.get(row.assignment.worker_id)):
        return Noted(text, reverse("appraisals:review_sheet", args=[other]), _("See the other sheet"))
    if finding.code in _OF_INSPECTION and row is not None and (seen := ways.inspections.get(row.assignment_id)):
        return Noted(text, reverse("assignments:inspection", args=[seen]), _("See the inspection"))
    if finding.code in _LISTS and row is not None:
        name, link = _LISTS[finding.code]
        return Noted(text, reverse(name, query={"assignment": row.assignment_id}), str(link))
    if finding.code in _OF_ASSIGNMENT:
        assignment = finding.params.get("assignment") or (row.assignment_id if row is not None else None)
        if assignment is not None:
            return Noted(text, reverse("assignments:assignment", args=[assignment]), _("See the assignment"))
    return Noted(text)


_LEAVE = ("assignments:leaves", gettext_lazy("See the leave"))
_ABSENCES = ("assignments:absences", gettext_lazy("See the absences"))
#: The list on which one sees what a finding speaks of.
_LISTS: dict[str, tuple[str, Any]] = {
    "contradicts_leave": _LEAVE,
    "leave_without_record": _LEAVE,
    "leave_after_submission": _LEAVE,
    "contradicts_absence": _ABSENCES,
    "absence_undecided": _ABSENCES,
    "absence_without_record": _ABSENCES,
}
_OF_INSPECTION = frozenset({"contradicts_inspection", "practising_at_sender"})
_OF_ASSIGNMENT = frozenset({"person_missing", "outside_stay", "duty_days_moved"})


@dataclass(frozen=True, slots=True)
class Ways:
    """Where findings lead: the other sheets of the same people, the inspections that saw them."""

    sheets: Mapping[int, int]  # by person
    inspections: Mapping[int, int]  # by assignment

    @classmethod
    def of(cls, rows: Sequence[AssignmentMonth], month: Month, actor: Actor) -> Ways:
        """Read them for the people of one sheet. Two queries."""
        workers = {row.assignment.worker_id for row in rows}
        others = AssignmentMonth.objects.of(month).filter(assignment__worker__in=workers)
        others = others.exclude(sheet__in={row.sheet_id for row in rows}).order_by()
        looked = PresenceCheck.objects.filter(
            assignment__in={row.assignment_id for row in rows},
            inspection__on__range=(month.first, month.last),
            inspection__in=Inspection.objects.visible_to(actor).order_by().values("pk"),
        )
        return cls(
            dict(others.values_list("assignment__worker_id", "sheet_id")),
            dict(looked.order_by("inspection__on").values_list("assignment_id", "inspection_id")),
        )
