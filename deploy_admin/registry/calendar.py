"""The work calendar as the rules take it: the rows read once for what they say, and again when they say otherwise."""

from __future__ import annotations

from datetime import date

from django.db import connection

from deploy_admin.registry.models import CalendarState, CalendarYear, DayKind, SpecialDay
from deploy_admin.workdays import WorkCalendar

#: What the rows said last, under the revision they had then. One entry: nobody asks for an older one.
_held: dict[str, WorkCalendar] = {}
# Ids come from sequences, which nothing turns back: rows replaced by others never look like the rows before.
_REVISION = (
    "SELECT concat_ws('.', (SELECT concat_ws('.', count(*), sum(version), max(id), max(updated_at))"
    " FROM registry_calendaryear), (SELECT concat_ws('.', count(*), max(id)) FROM registry_specialday))"
)


def revision() -> str:
    """Return what stands for the present content of the calendar: equal texts, equal days."""
    with connection.cursor() as cursor:
        cursor.execute(_REVISION)
        return str(cursor.fetchone()[0])


def work_calendar() -> WorkCalendar:
    """Return the work calendar; one small query where nothing has changed since it was read."""
    now = revision()
    held = _held.get(now)
    if held is None:
        held = _read()
        _held.clear()
        _held[now] = held
    return held


def _read() -> WorkCalendar:
    days: dict[str, set[date]] = {kind: set() for kind in DayKind.values}
    for day, kind in SpecialDay.objects.values_list("day", "kind"):
        days[kind].add(day)
    return WorkCalendar(
        off=frozenset(days[DayKind.HOLIDAY]),
        on=frozenset(days[DayKind.MAKE_UP]),
        provisional=frozenset(
            CalendarYear.objects.filter(state=CalendarState.PROVISIONAL).values_list("year", flat=True)
        ),
    )
