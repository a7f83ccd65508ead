"""What unapproved absence a month has, from its cells and from the absences that were heard. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from assignments.rules.attendance_codes import CLOSED, HALF

CONFIRMED, EXCUSED = "confirmed", "excused"
TO_BE_CHECKED, ABSENT = "U", "K"


class Away(NamedTuple):
    """One absence: its days and where it stands."""

    first: date
    last: date
    state: str


class Missed(NamedTuple):
    """Half days and episodes that count; why attendance, or the absences, are not known yet (empty: they are)."""

    halves: int
    times: int
    unchecked: tuple[str, ...]
    open: tuple[str, ...]


def missed(month: date, cells: Sequence[str], away: Sequence[Away]) -> Missed:
    """Return what counts of the month: only days of an absence that was confirmed.

    An absence nobody decided yet, and a day marked as absent that no absence covers, leave the absences open; a day to
    be checked leaves attendance open until the absence on it is confirmed. An episode counts in the month, and at the
    unit, of its first day.
    """
    halves, unchecked, undecided = 0, False, False
    for n, cell in enumerate(cells, 1):
        if cell == CLOSED:
            continue
        covering = next((each for each in away if each.first <= month.replace(day=n) <= each.last), None)
        letter = cell[0]
        if covering is not None and covering.state not in (CONFIRMED, EXCUSED):
            undecided = True
        if letter not in (TO_BE_CHECKED, ABSENT):
            continue
        if covering is not None and covering.state == CONFIRMED:
            halves += 1 if cell.endswith(HALF) else 2
        elif letter == TO_BE_CHECKED:
            unchecked = True
        if covering is None:
            undecided = True
    times = sum(each.state == CONFIRMED and _begins_here(each, month, cells) for each in away)
    return Missed(halves, times, ("unchecked_days",) if unchecked else (), ("absence_open",) if undecided else ())


def _begins_here(each: Away, month: date, cells: Sequence[str]) -> bool:
    same = (each.first.year, each.first.month) == (month.year, month.month)
    return same and cells[each.first.day - 1] != CLOSED
