"""Who came after whom: heirs, predecessors, and what part of a predecessor's figures an heir answers for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection

from deploy_admin.registry.models import Institution


@dataclass(frozen=True, slots=True)
class Attribution:
    """The part of a predecessor's figures that counts for the heir; None where the split's document names none."""

    predecessor_id: int
    heir_id: int
    share: Decimal | None


FOLLOW = """
WITH RECURSIVE followed (origin, unit, since) AS (
    SELECT start.id, start.id, NULL::date FROM unnest(%(ids)s::bigint[]) AS start (id)
    UNION
    SELECT followed.origin, step.{to}, step.on
    FROM followed
    JOIN registry_succession step ON step.{by} = followed.unit
     AND step.heir_id <> step.predecessor_id AND step.on <= %(on)s
     AND (followed.since IS NULL OR step.on {order} followed.since)
)
SELECT DISTINCT origin, unit FROM followed WHERE origin <> unit
"""


def _follow(ids: Collection[int], on: date, *, by: str, to: str, order: str) -> dict[int, frozenset[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    with connection.cursor() as cursor:
        cursor.execute(FOLLOW.format(by=by, to=to, order=order), {"ids": list(ids), "on": on})
        for origin, unit in cursor.fetchall():
            found[origin].add(unit)
    return {unit: frozenset(found[unit]) for unit in ids}


def heirs(ids: Collection[int], on: date) -> dict[int, frozenset[int]]:
    """Return, for each, every unit that came out of it by merger or split up to `on`, chains followed. One query."""
    return _follow(ids, on, by="predecessor_id", to="heir_id", order=">=")


def predecessors(ids: Collection[int], on: date) -> dict[int, frozenset[int]]:
    """Return, for each, every unit out of which it came by merger or split up to `on`, chains followed. One query."""
    return _follow(ids, on, by="heir_id", to="predecessor_id", order="<=")


# A split unit that lives on keeps the rest: an edge to itself with 1 minus what it gave on that day, or none known.
ATTRIBUTE = """
WITH RECURSIVE edge (giver, taker, on_day, share, known) AS (
    SELECT predecessor_id, heir_id, s.on,
           CASE WHEN kind = 'merge' THEN 1 ELSE coalesce(share, 0) END,
           kind = 'merge' OR share IS NOT NULL
    FROM registry_succession s
    WHERE heir_id <> predecessor_id AND s.on BETWEEN %(start)s AND %(on)s
    UNION ALL
    SELECT predecessor_id, predecessor_id, s.on, 1 - coalesce(sum(share), 0), count(share) = count(*)
    FROM registry_succession s
    JOIN registry_institution unit ON unit.id = s.predecessor_id
    WHERE kind = 'split' AND s.on BETWEEN %(start)s AND %(on)s
      AND (unit.closed_on IS NULL OR unit.closed_on >= s.on)
    GROUP BY predecessor_id, s.on
), walked (origin, unit, since, share, known) AS (
    SELECT giver, taker, on_day, share::numeric, known FROM edge
    WHERE NOT EXISTS (SELECT 1 FROM edge earlier WHERE earlier.giver = edge.giver AND earlier.on_day < edge.on_day)
    UNION ALL
    SELECT walked.origin, edge.taker, edge.on_day, walked.share * edge.share, walked.known AND edge.known
    FROM walked JOIN edge ON edge.giver = walked.unit AND edge.on_day > walked.since
)
SELECT origin, unit, sum(share), bool_and(known)
FROM walked
WHERE NOT EXISTS (SELECT 1 FROM edge WHERE edge.giver = walked.unit AND edge.on_day > walked.since)
GROUP BY origin, unit
ORDER BY origin, unit
"""


def attributions(period_start: date, on: date) -> list[Attribution]:
    """Return who answers on `on` for the figures of every unit that merged or split since `period_start`. One query.

    Chains are followed to the units that stand in the end; a unit not named here answers for its own figures alone,
    and so does an heir for its own, beside what it inherits.
    """
    with connection.cursor() as cursor:
        cursor.execute(ATTRIBUTE, {"start": period_start, "on": on})
        rows = cursor.fetchall()
    return [Attribution(giver, taker, share.normalize() + 0 if known else None) for giver, taker, share, known in rows]


def standing_for(ids: Collection[int], on: date) -> dict[int, int]:
    """Return, for each unit, the one that stands for it on `on`: the last heir of a closed one, if there is only one.

    A unit that exists, or that closed without an heir or with several, stands for itself. Two queries.
    """
    closed = set(Institution.objects.filter(pk__in=ids, closed_on__lt=on).values_list("pk", flat=True))
    found = heirs(closed, on) if closed else {}
    everyone = set().union(*found.values())
    living = set(
        Institution.objects.filter(pk__in=everyone).exclude(closed_on__lt=on).values_list("pk", flat=True)
        if everyone
        else ()
    )
    result = {}
    for unit in ids:
        last = found.get(unit, frozenset()) & living
        result[unit] = next(iter(last)) if len(last) == 1 else unit
    return result
