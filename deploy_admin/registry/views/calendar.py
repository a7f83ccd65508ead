"""The work calendar: a year at a glance; the city enters, publishes and corrects it."""

from __future__ import annotations

import calendar as weeks
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from deploy_admin import clock
from deploy_admin.access import ActorRequest, Permission, requires
from deploy_admin.audit import services as audit
from deploy_admin.errors import RuleViolation
from deploy_admin.http import exported, is_part, refusals_shown_in
from deploy_admin.jobs.importing.columns import speaks_chinese
from deploy_admin.registry import calendar_text
from deploy_admin.registry.forms_calendar import CorrectCalendarForm, PublishCalendarForm
from deploy_admin.registry.holiday_library import Day
from deploy_admin.registry.models import CalendarState, CalendarYear, DayKind, SpecialDay
from deploy_admin.registry.services import calendar as services
from deploy_admin.workdays import SATURDAY, WorkCalendar

YEARS = range(2000, 2101)
SHAPES = {CalendarState.PUBLISHED: "ok", CalendarState.PROVISIONAL: "und"}
#: How a day lies in the grid: the names of the design's month sheet.
CSS = {DayKind.HOLIDAY: "hol", DayKind.MAKE_UP: "mk"}


@dataclass(frozen=True, slots=True)
class ShownDay:
    """One day of the grid: how it lies and what it is called."""

    day: date
    css: str
    label: str


@dataclass(frozen=True, slots=True)
class ShownMonth:
    """One month of the grid: weeks of seven places, those outside the month empty, and its working days."""

    first: date
    rows: list[list[ShownDay | None]]
    workdays: int


def _name(day: Day) -> str:
    return day.name if speaks_chinese() else day.name_en or day.name


def _label(day: date, special: Day | None) -> str:
    if special is None:
        return _("day of rest") if day.weekday() >= SATURDAY else ""
    return " · ".join(filter(None, (str(special.kind.label), _name(special))))


def months(year: int, days: Iterable[Day]) -> list[ShownMonth]:
    """Return the twelve months of a year as a page shows them."""
    special = {day.day: day for day in days}
    off = frozenset(d.day for d in special.values() if d.kind == DayKind.HOLIDAY)
    held = WorkCalendar(off, frozenset(special) - off)

    def shown(day: date) -> ShownDay:
        known = special.get(day)
        css = CSS[known.kind] if known else "rest" if day.weekday() >= SATURDAY else ""
        return ShownDay(day, css, _label(day, known))

    found = []
    for month in range(1, 13):
        grid = weeks.Calendar().monthdatescalendar(year, month)
        rows = [[shown(day) if day.month == month else None for day in week] for week in grid]
        last = date(year, month, weeks.monthrange(year, month)[1])
        found.append(ShownMonth(date(year, month, 1), rows, held.workdays(last.replace(day=1), last)))
    return found


def days_of(year: int) -> list[Day]:
    """Return the days of a year that differ from the plain week, in order."""
    rows = SpecialDay.objects.filter(day__year=year).order_by("day")
    return [Day(row.day, DayKind(row.kind), row.name, row.name_en) for row in rows]


def _year_asked(request: ActorRequest) -> int:
    text = request.GET.get("year", "")
    year = int(text) if text.isascii() and text.isdigit() and len(text) == 4 else 0
    return year if year in YEARS else clock.today().year


@require_GET
@requires(Permission.HOME_VIEW)
def calendar(request: ActorRequest) -> HttpResponse:
    """A year at a glance: rest days, days off, make-up working days; published or provisional in words."""
    year = _year_asked(request)
    row = CalendarYear.objects.filter(year=year).first()
    days = days_of(year)
    answer = exported(request, f"work-calendar-{year}", lambda: _table(days), _("Work calendar"))
    if answer is not None:
        audit.record(act="calendar.exported", by=request.actor, label=str(year), detail={"rows": len(days)})
        return answer
    grid = months(year, days)
    state = CalendarState(row.state) if row else CalendarState.PROVISIONAL
    context = {
        "year": year,
        "row": row,
        "state": state.label,
        "shape": SHAPES[state],
        "is_provisional": state == CalendarState.PROVISIONAL,
        "months": grid,
        "total": sum(month.workdays for month in grid),
        "days": [(day, _name(day)) for day in days],
        "weekdays": _weekdays(),
        "before": year - 1 if year - 1 in YEARS else None,
        "after": year + 1 if year + 1 in YEARS else None,
        "today": clock.today(),
        "may_edit": request.actor.can(Permission.CALENDAR_EDIT),
    }
    template = "registry/calendar.html"
    return render(request, f"{template}#year" if is_part(request) else template, context)


def _table(days: list[Day]) -> tuple[list[str], list[list[Any]]]:
    return [_("Day"), _("Kind"), _("Name")], [[day.day, str(day.kind.label), _name(day)] for day in days]


def _weekdays() -> list[str]:
    return [_("Mo"), _("Tu"), _("We"), _("Th"), _("Fr"), _("Sa"), _("Su")]


@require_POST
@requires(Permission.CALENDAR_EDIT)
def calendar_propose(request: ActorRequest, year: int) -> HttpResponse:
    """Enter the statutory days of a year that is not held yet."""
    services.propose_year(year=year, by=request.actor)
    messages.success(request, _("The statutory days off are entered; the year is provisional."))
    return redirect("registry:calendar_edit", year)


@require_http_methods(["GET", "POST"])
@requires(Permission.CALENDAR_EDIT)
def calendar_edit(request: ActorRequest, year: int) -> HttpResponse:
    """Publish or correct a year: paste the notice or one day a line; a click on a day turns it."""
    row = get_object_or_404(CalendarYear, year=year)
    held = days_of(year)
    publishing = row.state == CalendarState.PROVISIONAL
    kind = PublishCalendarForm if publishing else CorrectCalendarForm
    initial = {"text": calendar_text.write(held), "version": row.version}
    turning = "turn" in request.POST or "look" in request.POST
    if turning:
        form, shown = _turned(request, kind, year, held)
    else:
        form, shown = kind(request.POST or None, initial=initial, year=year), held
    if form.is_bound and form.is_valid():
        shown = form.cleaned_data["text"]
        with refusals_shown_in(form):
            _write(request, form, year, publishing)
            return redirect(reverse("registry:calendar", query={"year": year}))
    context = {
        "form": form,
        "year": year,
        "row": row,
        "publishing": publishing,
        "months": months(year, (day for day in shown if day.day.year == year)),
        "weekdays": _weekdays(),
    }
    template = "registry/calendar_edit.html"
    return render(
        request,
        f"{template}#sheet" if turning and is_part(request) else template,
        context,
        status=422 if form.is_bound and not turning else 200,
    )


def _turned(request: ActorRequest, kind: Any, year: int, held: list[Day]) -> tuple[Any, list[Day]]:
    """Return the form as it was typed in, with the clicked day turned; nothing is written."""
    typed = {name: request.POST.get(name, "") for name in kind.base_fields}
    days, refusal = held, None
    try:
        days = calendar_text.read(typed["text"], year)
        if day := request.POST.get("turn"):
            days = calendar_text.turned(days, date.fromisoformat(day))
        typed["text"] = calendar_text.write(days)
    except (RuleViolation, ValueError) as error:
        refusal = error
    form = kind(initial=typed, year=year)
    form.refusal = str(refusal) if isinstance(refusal, RuleViolation) else ""
    return form, days


def _write(request: ActorRequest, form: Any, year: int, publishing: bool) -> None:
    said = form.cleaned_data
    facts = {"year": year, "days": said["text"], "version": said["version"], "by": request.actor}
    if publishing:
        services.publish_year(document_number=said["document_number"], **facts)
        messages.success(request, _("The calendar of %(year)s is published.") % {"year": year})
    else:
        services.correct_year(reason=said["reason"], **facts)
        messages.success(request, _("The calendar of %(year)s is corrected.") % {"year": year})
