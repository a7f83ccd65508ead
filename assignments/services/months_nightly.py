"""The nightly round of the months: this one opened, late arrivals put on the last one, open sheets refreshed."""

from __future__ import annotations

from datetime import date

from assignments.models import MonthSheet
from assignments.services import months_opening
from deploy_admin.access import Actor
from deploy_admin.months import Month

#: So many sheets are brought up to date in one transaction.
AT_ONCE = 200


def open_months(*, on: date, by: Actor) -> int:
    """Open the month of the day, and the one before where the system knew months by then; refresh what is open.

    Nothing is opened before the first month the system has sheets of: the past is taken on, not entered.
    """
    month = Month.of(on)
    if MonthSheet.objects.filter(month__lte=month.previous.first).exists():
        months_opening.open_month(month.previous, by=by)
    months_opening.open_month(month, by=by)
    ids = list(MonthSheet.objects.open().order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), AT_ONCE):
        months_opening.refresh(ids[start : start + AT_ONCE], by=by)
    return len(ids)
