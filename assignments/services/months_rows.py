"""Writing rows of a sheet: cells of many at once, totals and versions with them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db import connection

from assignments.models import MonthSheet
from assignments.states import MonthAnswer
from deploy_admin import clock
from deploy_admin.access import Actor
from deploy_admin.db import refusals

# What somebody had confirmed is not confirmed any more once it says something else; a dispute stands until answered.
_UPDATE = """
UPDATE assignments_assignmentmonth AS held
SET days = string_to_array(new.days, ',')::varchar(2)[],
    touched = new.touched,
    duty_days = new.duty_days,
    version = held.version + 1,
    updated_at = %(now)s,
    updated_by_id = %(user)s,
    updated_by_name = %(name)s,
    answer = CASE WHEN held.answer = %(confirmed)s THEN '' ELSE held.answer END,
    answered_at = CASE WHEN held.answer = %(confirmed)s THEN NULL ELSE held.answered_at END
FROM unnest(%(ids)s::bigint[], %(days)s::text[], %(touched)s::int[], %(duty)s::int[])
    AS new(id, days, touched, duty_days)
WHERE held.id = new.id
"""


class Written(NamedTuple):
    """What a row is to say: its cells, which of them somebody set, how many duty days the roster has."""

    row_id: int
    days: tuple[str, ...]
    touched: int
    duty_days: int


def write(rows: Sequence[Written], by: Actor) -> None:
    """Write these rows in one statement."""
    if not rows:
        return
    values: dict[str, Any] = {
        "ids": [row.row_id for row in rows],
        "days": [",".join(row.days) for row in rows],
        "touched": [row.touched for row in rows],
        "duty": [row.duty_days for row in rows],
        "now": clock.now(),
        "user": by.user_id,
        "name": by.name[:150],
        "confirmed": MonthAnswer.CONFIRMED.value,
    }
    with refusals(), connection.cursor() as cursor:
        cursor.execute(_UPDATE, values)


def lock_sheets(sheet_ids: Sequence[int]) -> list[MonthSheet]:
    """Lock these sheets to the end of the transaction, in one order, and return them as they are then."""
    rows = MonthSheet.objects.filter(pk__in=sheet_ids).order_by("pk")
    return list(rows.select_for_update(of=("self",), no_key=True))
