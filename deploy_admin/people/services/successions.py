"""People of a unit that merged into another work for its heir from that day on; who is left where no heir is one."""

from __future__ import annotations

from collections import Counter
from datetime import date

from django.db import connection, transaction
from django.db.models import Count, F, Q

from deploy_admin import clock
from deploy_admin.access import Actor
from deploy_admin.audit import services as audit
from deploy_admin.people.models import Employment, HealthWorker
from deploy_admin.people.services import inbox

#: Employments that outlive their unit, with the one unit that it became on the day after. A unit that was divided
#: among several says nothing about who went where: an officer moves its people.
OWED = """
SELECT post.id, post.worker_id, post.institution_id, heir.id, unit.closed_on
FROM people_employment post
JOIN registry_institution unit ON unit.id = post.institution_id
JOIN (
    SELECT predecessor_id, s.on AS since, min(heir_id) AS id
    FROM registry_succession s
    WHERE heir_id <> predecessor_id AND kind IN ('merge', 'split')
    GROUP BY predecessor_id, s.on
    HAVING count(DISTINCT heir_id) = 1
) heir ON heir.predecessor_id = unit.id AND heir.since = unit.closed_on + 1
WHERE post.is_current AND unit.closed_on < %s AND (post.valid_to IS NULL OR post.valid_to > unit.closed_on)
"""
# Entered for a unit that was closed already: it can only have meant the heir.
RENAME = """
UPDATE people_employment post SET institution_id = owed.heir
FROM unnest(%s::bigint[], %s::bigint[], %s::date[]) AS owed (id, heir, closed_on)
WHERE post.id = owed.id AND post.valid_from > owed.closed_on
"""
OPEN = """
WITH ended AS (
    UPDATE people_employment post SET is_current = false, valid_to = owed.closed_on, ended_as = 'transferred'
    FROM unnest(%(ids)s::bigint[], %(heirs)s::bigint[], %(closed)s::date[]) AS owed (id, heir, closed_on),
         people_employment before
    WHERE post.id = owed.id AND before.id = owed.id AND post.valid_from <= owed.closed_on
    RETURNING post.*, owed.heir, before.valid_to AS last_day, before.ended_as AS last_how
)
INSERT INTO people_employment (
    worker_id, institution_id, department, staff_category, employment_mode, military, hired_on, began_as,
    valid_from, valid_to, ended_as, is_current, recorded_by_id, recorded_by_name, recorded_at
)
SELECT worker_id, heir, department, staff_category, employment_mode, military, hired_on, 'transferred',
       valid_to + 1, last_day, last_how, true, %(by_id)s, %(by_name)s, %(now)s
FROM ended
"""


@transaction.atomic
def follow_successions(*, on: date, by: Actor) -> int:
    """Move the open employments of units that closed before `on` to their heirs, step by step; return how many.

    A fixed number of statements per step of a chain. The clocks go on: a merger hires nobody.
    """
    moved = 0
    units: Counter[tuple[int, int]] = Counter()
    while found := _owed(on):
        # Locked first, in one order; then asked again, because somebody may have moved meanwhile.
        people = sorted({worker for _post, worker, *_rest in found})
        list(
            HealthWorker.objects.select_for_update(of=("self",), no_key=True)
            .filter(pk__in=people)
            .order_by("pk")
            .values_list("pk", flat=True)
        )
        found = [row for row in _owed(on) if row[1] in set(people)]
        HealthWorker.objects.filter(pk__in=[row[1] for row in found]).update(
            version=F("version") + 1, updated_at=clock.now()
        )
        _follow(found, by)
        moved += len(found)
        units.update((unit, heir) for _post, _worker, unit, heir, _closed in found)
    if moved:
        audit.record(
            act="people.followed_succession",
            by=by,
            detail={
                "count": moved,
                "units": [{"from": unit, "to": heir, "count": n} for (unit, heir), n in sorted(units.items())],
            },
        )
    return moved


def tell_left_behind(*, on: date) -> int:
    """Tell the authorities of units that closed without exactly one heir who is still employed there; return how many.

    After `follow_successions`, which moved the people of all others. Six queries whatever the number.
    """
    left = Employment.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=on),
        is_current=True,
        institution__closed_on__lt=on,
        worker__merged_into__isnull=True,
    )
    people = dict(left.order_by().values_list("institution").annotate(Count("pk")))
    inbox.units_gone(people, on)
    return sum(people.values())


def _owed(on: date) -> list[tuple[int, int, int, int, date]]:
    with connection.cursor() as cursor:
        cursor.execute(OWED, [on])
        return cursor.fetchall()


def _follow(found: list[tuple[int, int, int, int, date]], by: Actor) -> None:
    ids = [row[0] for row in found]
    heirs = [row[3] for row in found]
    closed = [row[4] for row in found]
    with connection.cursor() as cursor:
        cursor.execute(RENAME, [ids, heirs, closed])
        cursor.execute(
            OPEN,
            {
                "ids": ids,
                "heirs": heirs,
                "closed": closed,
                "by_id": by.user_id,
                "by_name": by.name[:150],
                "now": clock.now(),
            },
        )
        cursor.execute(
            "UPDATE people_transferrequest asked SET from_institution_id = owed.heir"
            " FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS owed (worker, unit, heir)"
            " WHERE asked.worker_id = owed.worker AND asked.from_institution_id = owed.unit"
            " AND asked.state = 'asked' AND asked.to_institution_id <> owed.heir",
            [[row[1] for row in found], [row[2] for row in found], heirs],
        )
