"""On which days somebody is on duty, by roster pattern and work calendar. Pure: pattern and calendar in, days out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from deploy_admin.workdays import WorkCalendar

FIVE_DAY, SIX_DAY, SHIFT = "five_day", "six_day", "shift"
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Duty:
    """The duty days of one roster pattern.

    A six-day week works on Saturdays too unless a holiday takes them. Of shifts every day may be one of duty; how many
    are is said with each leave, and where nobody said it, the office week's working days stand for them.
    """

    pattern: str
    calendar: WorkCalendar

    def is_duty(self, day: date) -> bool:
        """Whether the person may be expected at the post on `day`."""
        if self.pattern == SHIFT:
            return True
        if self.pattern == SIX_DAY and day.weekday() == _SATURDAY:
            return day not in self.calendar.off
        return self.calendar.is_workday(day)

    def count(self, first: date, last: date, stated: int | None = None) -> int:
        """Return how many duty days lie from `first` to `last`; of shifts the stated number, never more than days."""
        if last < first:
            return 0
        if self.pattern == SHIFT and stated is not None:
            return min(stated, (last - first).days + 1)
        days = self.calendar.workdays(first, last)
        if self.pattern == SIX_DAY:
            days += sum(
                1 for day in _saturdays(first, last) if self.is_duty(day) and not self.calendar.is_workday(day)
            )
        return days

    def none_between(self, first: date, second: date) -> bool:
        """Whether no duty day lies between the two days, themselves left out: what touches over it is one."""
        day = first + timedelta(days=1)
        while day < second:
            if self.is_duty(day):
                return False
            day += timedelta(days=1)
        return True


def _saturdays(first: date, last: date) -> Iterator[date]:
    day = first + timedelta(days=(_SATURDAY - first.weekday()) % 7)
    while day <= last:
        yield day
        day += timedelta(days=7)
