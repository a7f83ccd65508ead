"""Working days: which days are worked, how many lie between two, and the n-th of them; no database, no clock."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from datetime import date, timedelta

_DAY = timedelta(days=1)
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """The plain week and what differs from it; a year it does not know is weekends only and provisional."""

    #: Days off; weekends inside a holiday too, because whoever works on Saturdays has those off.
    off: frozenset[date] = frozenset()
    #: Weekend days that are worked, to make up for a day off.
    on: frozenset[date] = frozenset()
    #: Years whose days off are known but not published.
    provisional: frozenset[int] = frozenset()
    _years: dict[int, list[date]] = field(default_factory=dict, init=False, repr=False, compare=False)
    _known: set[int] = field(default_factory=set, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._known.update(day.year for day in self.off)

    def is_workday(self, day: date) -> bool:
        """Whether the plain office week works on `day`."""
        if day.weekday() >= SATURDAY:
            return day in self.on
        return day not in self.off

    def is_provisional(self, year: int) -> bool:
        """Whether the days of `year` may still change: not published, or nothing is known of it."""
        return year in self.provisional or year not in self._known

    def workdays(self, first: date, last: date) -> int:
        """How many working days lie from `first` to `last`, both inside; none where last is before first."""
        if last < first:
            return 0
        if first.year == last.year:
            days = self._of(first.year)
            return self._before(days, last + _DAY) - self._before(days, first)
        whole = sum(len(self._of(year)) for year in range(first.year + 1, last.year))
        head = self._of(first.year)
        tail = self._of(last.year)
        return len(head) - self._before(head, first) + whole + self._before(tail, last + _DAY)

    def after(self, day: date, n: int) -> date:
        """Return the n-th working day after `day`, which itself is never counted; with none to wait, `day`."""
        return self._nth(day + _DAY, n) if n else day

    def nth_of_month(self, month: date, n: int) -> date:
        """Return the n-th working day of the month in which `month` lies, or its last where there are fewer."""
        first = month.replace(day=1)
        found = self._nth(first, n)
        if (found.year, found.month) == (month.year, month.month):
            return found
        held = self.workdays(first, _last_of_month(first))
        return self._nth(first, held)

    def _nth(self, first: date, n: int) -> date:
        if n < 1:
            raise ValueError(f"Working days are counted from the first, not from number {n}.")
        year = first.year
        index = self._before(self._of(year), first) + n - 1
        while index >= len(days := self._of(year)):
            index -= len(days)
            year += 1
        return days[index]

    @staticmethod
    def _before(days: list[date], day: date) -> int:
        return bisect_left(days, day)

    def _of(self, year: int) -> list[date]:
        """Return the working days of a year in order; worked out once."""
        days = self._years.get(year)
        if days is None:
            january = date(year, 1, 1)
            count = (date(year, 12, 31) - january).days + 1
            days = [day for n in range(count) if self.is_workday(day := january + timedelta(days=n))]
            self._years[year] = days
        return days


def _last_of_month(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1) - _DAY
