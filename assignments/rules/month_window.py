"""Whether a month may be changed by the unit: the one function that says so, from days, rules and state. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from assignments.states import SHEET_OPEN, SheetState
from deploy_admin.months import Month
from deploy_admin.workdays import WorkCalendar

#: Where no adopted policy says otherwise: the n-th working day of the following month.
SUBMIT, FEED_BACK = 5, 10


@dataclass(frozen=True, slots=True)
class Window:
    """When a month may be entered, by when it is due, and how it stands today."""

    opens_on: date
    #: From this day on it may be submitted: its last day is over.
    submit_from: date
    submit_by: date
    feed_back_by: date
    exempt_until: date | None
    may_enter: bool
    may_submit: bool
    #: Submitted today it would be late; or it is owed and late already.
    is_late: bool
    #: open, late, exempt; or why it is shut: not_yet, closed, submitted, released.
    code: str
    #: The days may still move: the calendar of the following month is not published.
    provisional: bool

    @property
    def last_day(self) -> date:
        """The last day on which the unit may enter."""
        return max(self.feed_back_by, self.exempt_until or self.feed_back_by)


def standing(
    month: Month,
    today: date,
    calendar: WorkCalendar,
    submit_nth: int,
    feed_back_nth: int,
    state: str,
    exempt_until: date | None,
    *,
    ends_on: date | None = None,
) -> Window:
    """Return how the month stands with the unit today.

    It may be entered from its first day on, submitted once its last day is over (`ends_on`: the last day on which
    anybody on the sheet serves), late after the submit day, and not at all after the feed-back day, unless more time
    was given.
    """
    following = month.next.first
    submit_by = calendar.nth_of_month(following, submit_nth)
    feed_back_by = max(submit_by, calendar.nth_of_month(following, feed_back_nth))
    last_day = max(min(ends_on or month.last, month.last), month.first)
    code = _code(month, today, submit_by, feed_back_by, state, exempt_until)
    may_enter = code in ("open", "late", "exempt")
    return Window(
        opens_on=month.first,
        submit_from=date.fromordinal(last_day.toordinal() + 1),
        submit_by=submit_by,
        feed_back_by=feed_back_by,
        exempt_until=exempt_until,
        may_enter=may_enter,
        may_submit=may_enter and today > last_day,
        is_late=today > submit_by and state in SHEET_OPEN,
        code=code,
        provisional=calendar.is_provisional(following.year),
    )


def _code(
    month: Month, today: date, submit_by: date, feed_back_by: date, state: str, exempt_until: date | None
) -> str:
    if state == SheetState.RELEASED:
        return "released"
    if state not in SHEET_OPEN:
        return "submitted"
    if today < month.first:
        return "not_yet"
    if today <= submit_by:
        return "open"
    if today <= feed_back_by:
        return "late"
    return "exempt" if exempt_until is not None and today <= exempt_until else "closed"
