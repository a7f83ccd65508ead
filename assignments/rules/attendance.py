"""A month at the post before anybody enters anything: roster, calendar, leave and absence as cells; what cells add up
to. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from assignments.rules.attendance_codes import CLOSED, DAY_CODES, HALF, CountsAs
from assignments.rules.duty import SHIFT, SIX_DAY
from deploy_admin.months import Month, Period
from deploy_admin.workdays import WorkCalendar

PRESENT, NIGHT, REST, HOLIDAY = "P", "N", "X", "H"
TO_BE_CHECKED, ABSENT = "U", "K"
#: What the roster asks for; on other days nobody is missed.
ON_DUTY = frozenset({PRESENT, NIGHT})
_SATURDAY = 5

#: Shifts that repeat from a day on.
Cycle = tuple[date, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Away:
    """Days on which a record says that somebody was not there as rostered; later ones give way to earlier ones.

    The letter stands on duty days, of what is counted in calendar days (maternity) on every day. Locked days are the
    record's: they are changed by changing it. Of an absence nobody decided on, the unit may say either letter.
    """

    first: date
    last: date
    letter: str
    ref: str = ""
    locked: bool = False
    every_day: bool = False
    also: str = ""


@dataclass(frozen=True, slots=True)
class Prefilled:
    """A month as roster and records have it: the cells, the duty days among the open ones, which record holds which
    day."""

    days: tuple[str, ...]
    duty_days: int
    locks: Mapping[int, str] = field(default_factory=dict)
    #: What the roster alone says.
    roster: tuple[str, ...] = ()
    #: Letters that may stand on a locked day besides the record's.
    also: Mapping[int, str] = field(default_factory=dict)


def prefill(
    month: Month,
    first_day: int,
    last_day: int,
    pattern: str,
    calendar: WorkCalendar,
    *,
    cycles: Sequence[Cycle] = (),
    away: Iterable[Away] = (),
    gaps: Collection[int] = (),
) -> Prefilled:
    """Return the month of somebody who is at the unit from day `first_day` to `last_day`, but for the gaps."""
    closed = {n for n in range(1, month.last.day + 1) if not first_day <= n <= last_day or n in gaps}
    roster = [CLOSED if n in closed else cell for n, cell in enumerate(rostered(month, pattern, calendar, cycles), 1)]
    days, locks, also = list(roster), {}, {}
    for record in away:
        common = month.period.common(Period(record.first, record.last))
        for n in range(common.first.day, common.last.day + 1) if common else ():
            if n in closed or n in locks:
                continue
            if record.every_day or roster[n - 1] in ON_DUTY:
                days[n - 1] = record.letter
            if record.locked:
                locks[n] = record.ref
            if record.also:
                also[n] = record.also
    duty_days = sum(cell in ON_DUTY for cell in roster)
    return Prefilled(tuple(days), duty_days, locks, tuple(roster), also)


def rostered(month: Month, pattern: str, calendar: WorkCalendar, cycles: Sequence[Cycle] = ()) -> tuple[str, ...]:
    """Return what the roster asks for on each day; of shifts without a roster the office week stands for it."""
    held = sorted(cycles, key=lambda cycle: cycle[0]) if pattern == SHIFT else []
    found = []
    for day in month.period.each_day():
        cycle = next((each for each in reversed(held) if each[0] <= day), None)
        if cycle is not None:
            found.append(cycle[1][(day - cycle[0]).days % len(cycle[1])])
        elif calendar.is_workday(day) or (pattern == SIX_DAY and _worked_saturday(day, calendar)):
            found.append(PRESENT)
        else:
            found.append(HOLIDAY if day in calendar.off else REST)
    return tuple(found)


def merged(days: Sequence[str], touched: int, prefilled: Prefilled) -> tuple[str, ...]:
    """Return the row with what changed around it: only what somebody set, and no record holds, stays."""
    return tuple(
        cell if _stays(n, cell, touched, prefilled) else prefilled.days[n - 1] for n, cell in enumerate(days, 1)
    )


def still_touched(days: Sequence[str], touched: int, prefilled: Prefilled) -> int:
    """Return the bits of the cells that stay as somebody set them."""
    return sum(1 << (n - 1) for n, cell in enumerate(days, 1) if _stays(n, cell, touched, prefilled))


def settled(days: Sequence[str], first: int, last: int, prefilled: Prefilled) -> tuple[str, ...]:
    """Return the row with the cells of an absence, undecided so far, as the decision has them."""
    return tuple(
        prefilled.days[n - 1]
        if first <= n <= last and cell[0] in (TO_BE_CHECKED, ABSENT) and n not in prefilled.also
        else cell
        for n, cell in enumerate(days, 1)
    )


def totals(days: Iterable[str]) -> dict[str, int]:
    """Return half days (night duties and the rest too) as the database keeps them beside the row."""
    found = dict.fromkeys(
        (
            "attended_halves",
            "leave_halves",
            "personal_halves",
            "sick_halves",
            "absent_halves",
            "unchecked_halves",
            "night_halves",
            "extra_halves",
            "round_halves",
        ),
        0,
    )
    for cell in days:
        code, halves = DAY_CODES[cell[0]], 1 if is_half(cell) else 2
        if is_half(cell) or code.counts_as is CountsAs.ATTENDED:
            # The other half of a half day was spent at the post; half a day present is that half and no more.
            found["attended_halves"] += 1 if is_half(cell) else 2
        for name in (_COUNTED.get(code.counts_as), _BY_LETTER.get(code.letter)):
            if name is not None:
                found[name] += halves
    return found


def is_half(cell: str) -> bool:
    """Whether the cell is half a day."""
    return cell.endswith(HALF)


_COUNTED = {
    CountsAs.LEAVE: "leave_halves",
    CountsAs.ABSENT: "absent_halves",
    CountsAs.UNCHECKED: "unchecked_halves",
}
_BY_LETTER = {
    "S": "personal_halves",
    "B": "sick_halves",
    NIGHT: "night_halves",
    "D": "extra_halves",
    "R": "round_halves",
}


def _stays(n: int, cell: str, touched: int, prefilled: Prefilled) -> bool:
    """Whether what stands on day n was set by somebody and may stand."""
    if cell == CLOSED or prefilled.days[n - 1] == CLOSED or not touched >> (n - 1) & 1:
        return False
    return n not in prefilled.locks or cell[0] in prefilled.also.get(n, "")


def _worked_saturday(day: date, calendar: WorkCalendar) -> bool:
    return day.weekday() == _SATURDAY and day not in calendar.off
