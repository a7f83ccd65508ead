"""Who is meant: people found by ID number, by person number or by name within a unit; few queries for any number."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from django.db import connection

from deploy_admin import national_ids
from deploy_admin.access import Actor, Reach
from deploy_admin.people import names as people_names
from deploy_admin.people.services.identity import digest_of
from deploy_admin.registry.models import Institution

STEPS = 20  # how often a record may have been merged on


class Whose(StrEnum):
    """On whose roster a known person stands, seen from one unit on one day."""

    OWN = "own"
    LEFT_OWN = "left_own"
    OTHER = "other"
    LEFT_OTHER = "left_other"
    NOWHERE = "nowhere"


@dataclass(slots=True)
class Known:
    """A person who is in the system. Of one that is not visible, nothing may be told but that there is one."""

    worker_id: int
    number: str
    version: int
    name: str
    id_masked: str
    born_on: date | None
    institution_id: int | None
    valid_to: date | None
    ended_as: str
    visible: bool = True
    merged_from: str = ""

    def whose(self, institution_id: int, on: date) -> Whose:
        """Return on whose roster the person stands on `on`, seen from the unit."""
        if self.institution_id is None:
            return Whose.NOWHERE
        left = self.valid_to is not None and self.valid_to < on
        if self.institution_id == institution_id:
            return Whose.LEFT_OWN if left else Whose.OWN
        return Whose.LEFT_OTHER if left else Whose.OTHER


@dataclass(slots=True)
class Matches:
    """Who was found, by what was asked for."""

    by_id: dict[str, Known] = field(default_factory=dict)
    by_number: dict[str, Known] = field(default_factory=dict)
    by_name: dict[tuple[int, str], list[Known]] = field(default_factory=dict)


COLUMNS = """
    worker.id, worker.number, worker.version, worker.name, worker.id_masked, worker.born_on,
    post.institution_id, post.valid_to, coalesce(post.ended_as, '')
"""
FROM = """
    people_healthworker worker LEFT JOIN people_employment post ON post.worker_id = worker.id AND post.is_current
"""
#: From the record asked for to the one that was kept, if it was merged; a living record comes last, so that it stays.
KEPT = f"""
WITH RECURSIVE asked (by, id, next, step) AS (
    SELECT {{by}}, id, merged_into_id, 0 FROM people_healthworker WHERE {{by}} = ANY(%s)
    UNION ALL
    SELECT asked.by, kept.id, kept.merged_into_id, asked.step + 1
    FROM asked JOIN people_healthworker kept ON kept.id = asked.next WHERE asked.step < {STEPS}
)
SELECT asked.by, {COLUMNS} FROM asked JOIN {FROM} ON worker.id = asked.id WHERE asked.next IS NULL
ORDER BY asked.step DESC
"""  # noqa: S608
BY_NAME = f"""
SELECT worker.name, {COLUMNS} FROM {FROM}
WHERE worker.name = ANY(%s) AND post.institution_id = ANY(%s) AND worker.merged_into_id IS NULL
"""  # noqa: S608


def match(
    *,
    ids: Collection[str] = (),
    numbers: Collection[str] = (),
    names: Iterable[tuple[int, str]] = (),
    actor: Actor,
    on: date,
) -> Matches:
    """Find people by whole ID numbers, person numbers and (unit, name). Four queries at most.

    The number of a record that was merged, and its ID number, lead to the one kept. By name only people whose latest
    employment is at the unit are found. Who is not visible to the actor is found too, marked so.
    """
    found = Matches()
    digests = {digest_of(number): number for number in set(ids) if not national_ids.is_masked(number)}
    if digests:
        for digest, *row in _fetch(KEPT.format(by="id_digest"), list(digests)):
            found.by_id[digests[bytes(digest)]] = Known(*row)
    if numbers:
        for number, *row in _fetch(KEPT.format(by="number"), list(set(numbers))):
            known = found.by_number[number] = Known(*row)
            known.merged_from = number if known.number != number else ""
    wanted = {(unit, people_names.tidy(name)) for unit, name in names}
    if wanted:
        by_name: dict[tuple[int, str], list[Known]] = {pair: [] for pair in wanted}
        for name, *row in _fetch(BY_NAME, list({name for _unit, name in wanted}), list({unit for unit, _n in wanted})):
            known = Known(*row)
            if (known.institution_id, name) in wanted and known.institution_id is not None:
                by_name[known.institution_id, name].append(known)
        found.by_name = by_name
    _mark(found, actor)
    return found


def _mark(found: Matches, actor: Actor) -> None:
    """Mark who of those found is not visible to the actor: by the unit of the latest employment, as `visible_to`."""
    if actor.reach is Reach.ALL:
        return
    by_name = (one for them in found.by_name.values() for one in them)
    everyone = [*found.by_id.values(), *found.by_number.values(), *by_name]
    units = {known.institution_id for known in everyone} - {None}
    seen: set[int] = set()
    if actor.reach in (Reach.DISTRICT, Reach.UNIT) and units:
        rows = Institution.objects.visible_to(actor).filter(pk__in=units).order_by()
        seen = set(rows.values_list("pk", flat=True))
    for known in everyone:
        known.visible = known.institution_id in seen or (
            actor.reach is Reach.SELF and known.worker_id == actor.worker_id
        )


def _fetch(statement: str, *params: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, list(params))
        return cursor.fetchall()
