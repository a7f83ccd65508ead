"""How far an institution reaches: the divisions an authority covers, a unit with its branches and predecessors."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db import connection

from deploy_admin.registry.authority import Competences
from deploy_admin.registry.divisions import DivisionTree


def covered_division_ids(authority_ids: Collection[int], on: date) -> frozenset[int]:
    """Return the divisions for which these authorities are competent on `on`, nearer authorities taken out.

    Ended divisions that went over to a covered one are inside, so that a successor authority sees what its
    predecessors saw.
    """
    wanted = set(authority_ids)
    if not wanted:
        return frozenset()
    tree = DivisionTree.read(on)
    found = Competences(tree)
    if wanted.isdisjoint(found.by_division.values()):
        return frozenset()
    return frozenset(
        division
        for division in tree.nodes
        if (there := found.of(division)) is not None and there.authority_id in wanted
    )


RELATIVES = """
WITH RECURSIVE related (id) AS (
    SELECT %(unit)s::bigint
    UNION
    SELECT edge.relative
    FROM related
    JOIN (
        SELECT profile.parent_id AS unit, profile.institution_id AS relative
        FROM registry_institutionprofile profile
        JOIN registry_institution branch ON branch.id = profile.institution_id
        WHERE profile.parent_id IS NOT NULL
          AND ((profile.valid_from <= %(on)s AND (profile.valid_to IS NULL OR profile.valid_to >= %(on)s))
               OR (branch.closed_on < %(on)s AND profile.valid_to = branch.closed_on))
        UNION ALL
        SELECT succession.heir_id, succession.predecessor_id
        FROM registry_succession succession
        JOIN registry_institution former ON former.id = succession.predecessor_id
        WHERE succession.heir_id <> succession.predecessor_id AND succession.on <= %(on)s
          AND former.closed_on < %(on)s
    ) edge ON edge.unit = related.id
)
SELECT id FROM related
"""


def unit_and_relatives(institution_id: int, on: date) -> frozenset[int]:
    """Return the institution, its branches, and every closed predecessor of these. One query.

    A unit that was split and lives on keeps its own past to itself.
    """
    with connection.cursor() as cursor:
        cursor.execute(RELATIVES, {"unit": institution_id, "on": on})
        return frozenset(row[0] for row in cursor.fetchall())
