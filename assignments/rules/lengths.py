"""Lengths of service: months by corresponding day and days left over, added, converted, compared. Pure."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from deploy_admin.months import add_months
from deploy_admin.policies.language.nodes import Duration, DurationUnit, Op, TermThreshold
from deploy_admin.workdays import WorkCalendar

#: So many left-over days make a month where no clause says otherwise (AMB-16).
RESIDUAL = 30


class Length(NamedTuple):
    """Whole months and days; compared month by month first."""

    months: int = 0
    days: int = 0

    def __bool__(self) -> bool:
        return self != NOTHING

    @property
    def code(self) -> str:
        """How a step keeps it: `11+30`."""
        return f"{self.months}+{self.days}"


NOTHING = Length(0, 0)


class Amount(NamedTuple):
    """Service in every unit a clause may ask for; `duty_days` are None where nobody can tell them."""

    length: Length = NOTHING
    days: int = 0
    duty_days: int | None = 0


@lru_cache(maxsize=50_000)
def span(first: date, last: date) -> Length:
    """Return the whole months and the days left over from `first` to `last`, both served.

    One piece is never rounded up: 2 July to 31 December is 5 months and 30 days. A term of so many months is exactly
    those months, whatever day it begins on.
    """
    if last < first:
        return NOTHING
    after = last + timedelta(days=1)
    months = (after.year - first.year) * 12 + after.month - first.month
    if after.day >= first.day:
        return Length(months, after.day - first.day)
    before = _days_of_month(after.year, after.month - 1)
    # Where the month before has no corresponding day, its term ended with its last.
    return Length(months - 1, after.day + max(before - first.day, -1))


def _days_of_month(year: int, month: int) -> int:
    """Return how many days a month has; month 0 is December of the year before."""
    return monthrange(year, month)[1] if month else 31


def total(lengths: Iterable[Length], residual: int = RESIDUAL) -> Length:
    """Add pieces up: `residual` days left over from several make a month, those of one alone do not."""
    held = [each for each in lengths if each]
    if len(held) == 1:
        return held[0]
    months, days = sum([each.months for each in held]), sum([each.days for each in held])
    return Length(months + days // residual, days % residual)


def converted(length: Length, ratio: Decimal, residual: int = RESIDUAL) -> Length:
    """Return what a length is worth at `ratio`; part of a day is nothing, and as many days as a month stay days."""
    if ratio == 1:
        return length
    months = length.months * ratio
    whole = int(months)
    days = int((months - whole) * residual + length.days * ratio)
    while days > residual:
        whole, days = whole + 1, days - residual
    return Length(whole, days)


def of(duration: Duration) -> Length:
    """Return a duration by the calendar as a length."""
    return Length(duration.number, 0) if duration.unit is DurationUnit.MONTHS else Length(0, duration.number)


def shorter(first: Length, second: Length, residual: int = RESIDUAL) -> Length:
    """Return the lesser of the two, their days valued as parts of a month."""
    return min(first, second, key=lambda each: (each.months * residual + each.days, each))


def less(whole: Length, part: Length, residual: int = RESIDUAL) -> Length:
    """Return what of `whole` is left beyond `part`; nothing where part is as long."""
    days = (whole.months - part.months) * residual + whole.days - part.days
    return Length(*divmod(days, residual)) if days > 0 else NOTHING


class Limit:
    """A threshold of service, taken apart once: which side, of how much, in which unit."""

    __slots__ = ("number", "op", "unit")

    def __init__(self, threshold: TermThreshold) -> None:
        self.op = threshold.op
        self.unit = threshold.value.unit
        self.number = threshold.value.number

    def reached(self, amount: Amount) -> bool | None:
        """Whether the amount stands on the said side; None where its duty days are asked and not known."""
        if self.unit is DurationUnit.MONTHS:
            mine: tuple[int, ...] = amount.length
            asked: tuple[int, ...] = (self.number, 0)
        elif self.unit is DurationUnit.DAYS:
            mine, asked = (amount.days,), (self.number,)
        elif amount.duty_days is None:
            return None
        else:
            mine, asked = (amount.duty_days,), (self.number,)
        match self.op:
            case Op.AT_LEAST:
                return mine >= asked
            case Op.MORE_THAN:
                return mine > asked
            case Op.AT_MOST:
                return mine <= asked
            case Op.LESS_THAN:
                return mine < asked

    def left(self, amount: Amount, residual: int = RESIDUAL) -> Length:
        """Return how much is left until a lower threshold is reached; of duty days and days, in days.

        “More than” takes a day beyond the number itself.
        """
        if self.reached(amount):
            return NOTHING
        beyond = 1 if self.op is Op.MORE_THAN else 0
        if self.unit is DurationUnit.MONTHS:
            return less(Length(self.number, beyond), amount.length, residual)
        have = amount.days if self.unit is DurationUnit.DAYS else amount.duty_days or 0
        return Length(0, max(self.number + beyond - have, 0))


def at_least(length: Length, minimum: Duration | None, residual: int = RESIDUAL) -> Length:
    """Return the length, or the shortest piece that can be served where less than that is left."""
    if not length or minimum is None or minimum.unit is DurationUnit.DUTY_DAYS:
        return length
    return max(length, of(minimum), key=lambda each: each.months * residual + each.days)


def lasts(first: date, last: date, minimum: Duration) -> bool:
    """Whether the days from `first` to `last` are at least as long as `minimum` by the calendar."""
    if minimum.unit is DurationUnit.MONTHS:
        return span(first, last).months >= minimum.number
    return (last - first).days + 1 >= minimum.number


def corresponding(day: date, duration: Duration) -> date:
    """Return the day so long after `day`: the corresponding day of a later month, clipped to its last."""
    if duration.unit is DurationUnit.MONTHS:
        return add_months(day, duration.number)
    return day + timedelta(days=duration.number)


def latest_start(due: date, length: Length) -> date:
    """Return the last day on which service of this length can safely begin: 12 months until 2027-07-01 on 2026-07-01.

    The corresponding day itself, so that the service is over before the day on which it is due.
    """
    return add_months(due, -length.months) - timedelta(days=length.days)


def latest_start_on_duty(due: date, duty_days: int, calendar: WorkCalendar) -> date:
    """Return the last day from which so many working days lie before `due`."""
    first, last = due - timedelta(days=duty_days * 2 + 60), due
    while first < last:
        middle = last - (last - first) // 2
        enough = calendar.workdays(middle, due - timedelta(days=1)) >= duty_days
        first, last = (middle, last) if enough else (first, middle - timedelta(days=1))
    return first
