"""Records that may be of one person: the same name, and the same month of birth or the same unit."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import EmptyResultSet
from django.db import connection

from deploy_admin.access import Actor
from deploy_admin.people.models import HealthWorker

#: Numbers are sealed and a slip in one digit cannot be seen, so a name, a month and a unit have to speak. Two people
#: without a month of birth are compared by their unit alone.
PAIRS = """
WITH seen AS (
    SELECT person.id, person.name, date_trunc('month', person.born_on) AS born, post.institution_id AS unit
    FROM people_healthworker person
    LEFT JOIN people_employment post ON post.worker_id = person.id AND post.is_current
    WHERE person.merged_into_id IS NULL AND person.id IN ({visible})
)
SELECT a.id, b.id, coalesce(a.born = b.born, false), coalesce(a.unit = b.unit, false)
FROM seen a
JOIN seen b ON b.name = a.name AND b.id > a.id
WHERE a.born = b.born OR a.unit = b.unit
ORDER BY (a.born = b.born AND a.unit = b.unit) DESC NULLS LAST, a.id, b.id
LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records beside each other, with what they share besides the name."""

    first: HealthWorker
    second: HealthWorker
    reasons: tuple[str, ...]  # birth_month, unit


def possible_duplicates(actor: Actor, limit: int = 200) -> list[Pair]:
    """Return pairs of living records, both seen by the actor, the likeliest first. Two queries."""
    seen = HealthWorker.objects.visible_to(actor).order_by().values("pk")
    try:
        visible, params = seen.query.sql_with_params()
    except EmptyResultSet:  # an actor who reaches nobody
        return []
    with connection.cursor() as cursor:
        cursor.execute(PAIRS.format(visible=visible), [*params, limit])
        found = cursor.fetchall()
    ids = {pk for first, second, _born, _unit in found for pk in (first, second)}
    people = {worker.pk: worker for worker in HealthWorker.objects.filter(pk__in=ids).with_employment().for_list()}
    return [
        Pair(
            people[first],
            people[second],
            tuple(name for name, same in (("birth_month", born), ("unit", unit)) if same),
        )
        for first, second, born, unit in found
    ]
