"""Months and periods of days, with one convention: the first and the last day are both inside."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta


def add_months(day: date, months: int) -> date:
    """Return the corresponding day `months` later (earlier if negative), clipped to that month's last day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


@dataclass(frozen=True, order=True, slots=True)
class Period:
    """Some consecutive days, from the first to the last, both inside."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"A period ends before it begins: {self.first} to {self.last}.")

    @classmethod
    def year(cls, year: int) -> Period:
        """Return the calendar year."""
        return cls(date(year, 1, 1), date(year, 12, 31))

    @classmethod
    def twelve(cls, year: int, first_month: int) -> Period:
        """Return the twelve months that begin with `first_month` of `year`."""
        return cls.of_months(date(year, first_month, 1), 12)

    @classmethod
    def of_months(cls, first: date, months: int) -> Period:
        """Return `months` whole months by corresponding day, beginning with `first`."""
        return cls(first, add_months(first, months) - timedelta(days=1))

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read what `iso` writes: 2025, 2025-09 (a month) or 2025-09-01--2026-08-31."""
        text = text.strip()
        if "--" in text:
            first, _, last = text.partition("--")
            return cls(date.fromisoformat(first), date.fromisoformat(last))
        if len(text) == 7:
            return cls.of_months(date.fromisoformat(f"{text}-01"), 1)
        if len(text) == 4 and text.isdigit():
            return cls.year(int(text))
        raise ValueError(f"{text!r} is not a period: write 2025, 2025-09 or 2025-09-01--2026-08-31.")

    @property
    def iso(self) -> str:
        """The shortest text that `parse` reads back; fit for an address and for a task's argument."""
        if self.is_calendar_year:
            return f"{self.first.year:04d}"
        return f"{self.first.isoformat()}--{self.last.isoformat()}"

    def __str__(self) -> str:
        return (
            f"{self.first.year:04d}"
            if self.is_calendar_year
            else f"{self.first.isoformat()} – {self.last.isoformat()}"
        )

    @property
    def is_calendar_year(self) -> bool:
        return (self.first.month, self.first.day) == (1, 1) and self.last == date(self.first.year, 12, 31)

    @property
    def days(self) -> int:
        """How many days, both ends counted."""
        return (self.last - self.first).days + 1

    @property
    def months(self) -> int | None:
        """How many whole months by corresponding day, or None where it is not a whole number of them."""
        after = self.last + timedelta(days=1)
        count = (after.year - self.first.year) * 12 + after.month - self.first.month
        return count if count > 0 and add_months(self.first, count) == after else None

    def shifted(self, by: int) -> Period:
        """Return the period of the same shape `by` places later: by years, months or, for other shapes, days."""
        if (months := self.months) is not None:
            return Period.of_months(add_months(self.first, months * by), months)
        step = timedelta(days=self.days * by)
        return Period(self.first + step, self.last + step)

    @property
    def previous(self) -> Period:
        """The period of the same shape just before this one."""
        return self.shifted(-1)

    @property
    def next(self) -> Period:
        """The period of the same shape just after this one."""
        return self.shifted(1)

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    def overlaps(self, other: Period) -> bool:
        """Whether at least one day lies in both."""
        return self.first <= other.last and other.first <= self.last

    def common(self, other: Period) -> Period | None:
        """The days that lie in both, if any."""
        return Period(max(self.first, other.first), min(self.last, other.last)) if self.overlaps(other) else None

    def each_day(self) -> Iterator[date]:
        """Every day, in order."""
        return (self.first + timedelta(days=n) for n in range(self.days))

    def each_month(self) -> Iterator[Month]:
        """Every month of which at least one day lies inside, in order."""
        month = Month.of(self.first)
        while month.first <= self.last:
            yield month
            month = month.next


@dataclass(frozen=True, order=True, slots=True)
class Month:
    """One calendar month, known by its first day."""

    first: date

    def __post_init__(self) -> None:
        if self.first.day != 1:
            raise ValueError(f"A month is known by its first day, not by {self.first}.")

    @classmethod
    def of(cls, day: date) -> Month:
        """Return the month in which `day` lies."""
        return cls(day.replace(day=1))

    @classmethod
    def parse(cls, text: str) -> Month:
        """Read 2025-09 or its ISO first day."""
        return cls(date.fromisoformat(text if len(text) == 10 else f"{text}-01"))

    @property
    def period(self) -> Period:
        return Period.of_months(self.first, 1)

    @property
    def last(self) -> date:
        return self.period.last

    @property
    def next(self) -> Month:
        return Month(add_months(self.first, 1))

    @property
    def previous(self) -> Month:
        return Month(add_months(self.first, -1))

    def __contains__(self, day: date) -> bool:
        return day in self.period

    def __str__(self) -> str:
        return f"{self.first:%Y-%m}"
