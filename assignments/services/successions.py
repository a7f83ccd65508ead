"""Assignments at a unit that merged into another go on at its heir from that day; who has none is told of."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import Count

from assignments.kinds import SegmentReason
from assignments.models import Assignment, Segment, Slot
from assignments.services import ending, following, moving, telling
from assignments.services.moving import Step
from assignments.states import COMING, RUNNING, AssignmentState
from deploy_admin.access import Actor
from deploy_admin.db import update_rows

_DAY = timedelta(days=1)
_OPEN = [state.value for state in sorted(COMING | RUNNING)]

#: The last pieces of coming and running assignments that outlive their unit, with the one unit that it became on the
#: day after. Of a unit divided among several, or that became the sending unit itself, an officer decides.
OWED = """
SELECT piece.id, owner.id, piece.receiving_unit_id, heir.id, unit.closed_on, piece.valid_from, piece.full_time
FROM assignments_assignment owner
JOIN assignments_segment piece ON piece.assignment_id = owner.id AND piece.valid_to IS NULL
JOIN registry_institution unit ON unit.id = piece.receiving_unit_id
JOIN (
    SELECT predecessor_id, s.on AS since, min(heir_id) AS id
    FROM registry_succession s
    WHERE heir_id <> predecessor_id AND kind IN ('merge', 'split')
    GROUP BY predecessor_id, s.on
    HAVING count(DISTINCT heir_id) = 1
) heir ON heir.predecessor_id = unit.id AND heir.since = unit.closed_on + 1
WHERE unit.closed_on < %(on)s AND owner.ends_on > unit.closed_on AND owner.state = ANY(%(states)s)
  AND heir.id <> owner.sending_unit_id
ORDER BY owner.id
"""


class Owed(NamedTuple):
    """One piece that has to go on elsewhere."""

    piece_id: int
    assignment_id: int
    unit_id: int
    heir_id: int
    closed_on: date
    valid_from: date
    full_time: bool


@transaction.atomic
def follow_successions(*, on: date, by: Actor) -> int:
    """Have assignments of receiving units that closed before `on` go on at their heirs; return how many moved.

    The days before stay with the unit that was; those whose sending unit closed keep it. A fixed number of
    statements per step of a chain. Whose unit has no one heir is told of to its authority.
    """
    moved: set[int] = set()
    units: Counter[tuple[int, int]] = Counter()
    while found := _owed(on):
        # Locked first, in one order; then asked again, because somebody may have moved meanwhile.
        rows = {row.pk: row for row in moving.take_all({each.assignment_id for each in found}, by)}
        found = [each for each in _owed(on) if each.assignment_id in rows]
        _go_on(found, rows, by)
        moved |= {each.assignment_id for each in found}
        units.update((each.unit_id, each.heir_id) for each in found)
    if moved:
        ending.recompute(sorted(moved), by=by)
        telling.refresh(Assignment.objects.filter(pk__in=moved))
        following.follow(sorted(moved))
    _tell_left_behind(on)
    return len(moved)


def _owed(on: date) -> list[Owed]:
    with connection.cursor() as cursor:
        cursor.execute(OWED, {"on": on, "states": _OPEN})
        return [Owed(*row) for row in cursor.fetchall()]


def _go_on(found: list[Owed], rows: dict[int, Assignment], by: Actor) -> None:
    """Close the pieces with their unit and open the next at the heir; what had not begun begins at the heir."""
    begun = [each for each in found if each.valid_from <= each.closed_on]
    update_rows(Segment, ["valid_to"], [(each.piece_id, each.closed_on) for each in begun])
    Segment.objects.bulk_create(
        [
            Segment(
                assignment_id=each.assignment_id,
                receiving_unit_id=each.heir_id,
                valid_from=each.closed_on + _DAY,
                full_time=each.full_time,
                reason=SegmentReason.SUCCESSION,
            )
            for each in begun
        ]
    )
    coming = [each for each in found if each.valid_from > each.closed_on]
    update_rows(Segment, ["receiving_unit_id"], [(each.piece_id, each.heir_id) for each in coming])
    slots = {rows[each.assignment_id].slot_id: each.heir_id for each in coming}
    update_rows(Slot, ["receiving_unit_id"], list(slots.items()))
    steps = [
        Step(
            rows[each.assignment_id],
            AssignmentState(rows[each.assignment_id].state),
            each.closed_on + _DAY,
            detail={"from_unit": each.unit_id, "to_unit": each.heir_id},
            values={"receiving_unit_id": each.heir_id},
        )
        for each in found
    ]
    moving.move_all(steps, act="unit_succeeded", by=by)


def _tell_left_behind(on: date) -> None:
    """Tell the authorities of receiving units that are gone, and who is still assigned there."""
    left = Assignment.objects.filter(state__in=_OPEN, receiving_unit__closed_on__lt=on, ends_on__gte=on)
    counted = left.order_by().values_list("receiving_unit").annotate(count=Count("pk"))
    telling.receivers_gone(dict(counted), on)
