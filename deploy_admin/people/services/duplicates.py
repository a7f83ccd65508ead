"""Records that may be of one person: the same name, and the same month of birth or unit; and those told apart."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.utils.translation import gettext as _

from deploy_admin.access import Actor, Permission
from deploy_admin.audit import services as audit
from deploy_admin.db import refusals
from deploy_admin.errors import Conflict, RuleViolation
from deploy_admin.people.models import HealthWorker, ToldApart
from deploy_admin.people.services import rows

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
WHERE (a.born = b.born OR a.unit = b.unit)
  AND NOT EXISTS (SELECT FROM people_toldapart apart WHERE apart.first_id = a.id AND apart.second_id = b.id)
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
    """Return pairs of living records, both seen by the actor and not told apart, the likeliest first. Two queries."""
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


@transaction.atomic
def tell_apart(*, first: HealthWorker, second: HealthWorker, reason: str, by: Actor) -> ToldApart:
    """Record that two records are of two people: they are not offered to be merged any more."""
    rows.allow(by, Permission.PEOPLE_MERGE)
    both = HealthWorker.objects.filter(pk__in=(first.pk, second.pk))
    if both.visible_to(by).count() < 2:
        raise rows.unknown()
    # Locked as a merge locks them: it either finds what is said here, or has made one of the two give way.
    older, newer = both.select_for_update(of=("self",), no_key=True).order_by("pk")
    if older.merged_into_id is not None or newer.merged_into_id is not None:
        raise RuleViolation(_("This record was merged into another one: work on that."), "merged_away")
    with refusals():
        pair = ToldApart.objects.create(
            first=older,
            second=newer,
            reason=rows.reason_given(reason, at_least=4),
            recorded_by_id=by.user_id,
            recorded_by_name=by.name[:150],
        )
    audit.record(act="people.told_apart", by=by, on=older, detail=_told(pair))
    return pair


@transaction.atomic
def take_back(*, pair: ToldApart, by: Actor) -> None:
    """Take back that two records are of two people; what was said and by whom stays in the audit record."""
    rows.allow(by, Permission.PEOPLE_MERGE)
    if not ToldApart.objects.visible_to(by).filter(pk=pair.pk).exists():
        raise rows.unknown()
    if not ToldApart.objects.filter(pk=pair.pk).delete()[0]:
        raise Conflict(_("Somebody else has taken this back already."), "changed_meanwhile")
    detail = _told(pair) | {"said_by": pair.recorded_by_name, "said_at": pair.recorded_at.isoformat()}
    audit.record(act="people.told_apart_withdrawn", by=by, on=pair.first, detail=detail)


def _told(pair: ToldApart) -> dict[str, object]:
    return {"other": {"worker": pair.second_id, "number": pair.second.number}, "reason": pair.reason}


def follow_merge(keep: HealthWorker, drop: HealthWorker) -> None:
    """Have what was said of the dropped record hold for the one kept; that the two are two people is overruled."""
    for pair in ToldApart.objects.filter(first=drop) | ToldApart.objects.filter(second=drop):
        other = pair.second_id if pair.first_id == drop.pk else pair.first_id
        ends = sorted((keep.pk, other))
        if other == keep.pk or ToldApart.objects.filter(first=ends[0], second=ends[1]).exists():
            pair.delete()
        else:
            pair.first_id, pair.second_id = ends
            pair.save(update_fields=["first", "second"])
