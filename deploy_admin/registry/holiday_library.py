"""What a kept library knows of a year: the published calendar where there is one, the statutory days where not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from importlib import metadata

import holidays
from chinese_calendar import constants

from deploy_admin.registry.models import CalendarState, DayKind

#: Years whose calendar the library has as it was published.
FIRST, LAST = min(constants.holidays).year, max(constants.holidays).year
#: How the holidays are called, by what the two libraries call them in English.
_NAMES = {holiday.value: holiday.chinese for holiday in constants.Holiday}
_STATUTORY = {
    "New Year's Day": "New Year's Day",
    "Chinese New Year's Eve": "Spring Festival",
    "Chinese New Year (Spring Festival)": "Spring Festival",
    "Tomb-Sweeping Day": "Tomb-sweeping Day",
    "Labor Day": "Labour Day",
    "Dragon Boat Festival": "Dragon Boat Festival",
    "Mid-Autumn Festival": "Mid-autumn Festival",
    "National Day": "National Day",
}


@dataclass(frozen=True, order=True, slots=True)
class Day:
    """One day that differs from the plain week."""

    day: date
    kind: DayKind
    name: str = ""
    name_en: str = ""


@dataclass(frozen=True, slots=True)
class KnownYear:
    """What is known of one year, and how well."""

    year: int
    state: CalendarState
    days: tuple[Day, ...]
    source: str


def known(year: int) -> KnownYear:
    """Return the published calendar of `year`, or its statutory days off while none is published."""
    if FIRST <= year <= LAST:
        return KnownYear(year, CalendarState.PUBLISHED, _published(year), _version_of("chinesecalendar"))
    return KnownYear(year, CalendarState.PROVISIONAL, _statutory(year), _version_of("holidays"))


def _published(year: int) -> tuple[Day, ...]:
    held = ((DayKind.HOLIDAY, constants.holidays), (DayKind.MAKE_UP, constants.workdays))
    return tuple(
        sorted(
            Day(day, kind, _NAMES[name], str(name))
            for kind, days in held
            for day, name in days.items()
            if day.year == year
        )
    )


def _statutory(year: int) -> tuple[Day, ...]:
    """The days off by the regulation on public holidays, and the weekdays it gives for those that fall on a weekend.

    Bridges and make-up working days are not known before publication.
    """
    found = []
    for day, names in sorted(holidays.country_holidays("CN", years=year, language="en_US").items()):
        plain = (name.removesuffix(" (observed)") for name in names.split("; "))
        english = [_STATUTORY[name] for name in plain if name in _STATUTORY]
        if english:
            found.append(Day(day, DayKind.HOLIDAY, "、".join(_NAMES[name] for name in english), ", ".join(english)))
    return tuple(found)


def _version_of(package: str) -> str:
    return f"{package} {metadata.version(package)}"
