"""Telling the city that next year's work calendar is still to be published."""

from __future__ import annotations

from datetime import date

from django.urls import reverse

from deploy_admin.access import Role
from deploy_admin.jobs import services as jobs
from deploy_admin.registry.models import CalendarState, CalendarYear

#: The calendar of a year is published in the autumn before.
MONTH = 11


def remind(*, on: date) -> bool:
    """Have the city told of a year that has begun, or from November on begins next, and is not published.

    Return whether one is owed.
    """
    published = set(CalendarYear.objects.filter(state=CalendarState.PUBLISHED).values_list("year", flat=True))
    owed = {on.year, *([on.year + 1] if on.month >= MONTH else [])} - published
    for year in (on.year, on.year + 1):
        if year not in owed:
            settle(year)
            continue
        jobs.notify(
            code="registry.calendar_to_publish",
            params={"year": year},
            url=reverse("registry:calendar", query={"year": year}),
            institution_id=None,
            roles=[Role.CITY_OFFICER],
            due_on=date(year - 1, 12, 31),
            key=_key(year),
        )
    return bool(owed)


def settle(year: int) -> None:
    """Close the reminder of `year`: it is published."""
    jobs.settle(key=_key(year))


def _key(year: int) -> str:
    return f"registry.calendar:{year}"
