"""Who counts for one quota, by name and state, as far as an actor may know: for drawer, page and paper."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from assignments.counted_list import Line, dressed
from assignments.counting import Weighing
from assignments.counting_rows import read, with_mates
from assignments.models import Assignment, Counted
from assignments.models.standing import CountedQuerySet
from assignments.rules.heads import fits
from assignments.states import COMING, AssignmentState, CountedState
from deploy_admin.access import Actor
from quotas import reading
from quotas.models import Quota
from quotas.models.quotas import Scope
from quotas.naming import Named

#: So many assignments are looked at for those who would count but for who they are.
LOOKED_AT = 5_000
_NEVER = (AssignmentState.VOID, AssignmentState.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class People:
    """Those who count for a quota, as far as the actor may know them, and how many more there are."""

    lines: list[Line]
    unseen: int


def of_quota(quota: Quota, actor: Actor) -> People:
    """Return who counts for the quota: on post first, then by name. A constant number of queries."""
    rows = _standing(quota)
    lines = _seen(quota, actor)
    return People(lines, rows.count() - len(lines))


def _standing(quota: Quota) -> CountedQuerySet:
    rows = Counted.objects.standing().filter(
        institution=quota.institution_id,
        topic=quota.topic,
        group_key=quota.group_key,
        period_start=quota.period_start,
        period_end=quota.period_end,
    )
    return rows.exclude(assignment__state__in=_NEVER)


def _seen(quota: Quota, actor: Actor) -> list[Line]:
    seen = _standing(quota).visible_to(actor).select_related("assignment__worker", "assignment__campaign")
    lines = dressed(list(seen.order_by("assignment__sort_key", "assignment__starts_on", "pk")))
    return sorted(lines, key=lambda line: line.row.assignment.state in COMING)


def other_staff(quota: Quota) -> int | None:
    """Return how many were sent who meet everything but who they are: shown beside a total (AMB-14), never in it.

    None where it is not asked: the quota is a unit's own, everybody counts, or too many were sent to look at each.
    """
    document = reading.documents([quota.version_id])[quota.version_id]
    counting = document.clause(quota.clause_id).counts
    if quota.scope == Scope.UNIT or counting.who is None or counting.measured == "stock":
        return None
    rows = Assignment.objects.living().confirmed().filter(scheme=quota.scheme)
    rows = rows.filter(
        Q(starts_on__lte=quota.period_end, ends_on__gte=quota.period_start)
        | Q(campaign__year__gte=quota.period_start.year, campaign__year__lte=quota.period_end.year)
    )
    ids = list(rows.order_by("pk").values_list("pk", flat=True)[: LOOKED_AT + 1])
    if len(ids) > LOOKED_AT:
        return None
    held = read(with_mates(ids))
    weighing = Weighing({row.sending_unit_id for row in held.values()}, {quota.scheme})
    key = quota.institution_id, quota.topic, quota.group_key
    found = 0
    for pk, weighed in weighing.weigh(held).items():
        for each in weighed:
            if each.owed.key == key and each.owed.period == quota.period and each.answers[0].refuses == ("who",):
                found += not each.refused and fits((weighing.life(held[pk]),), counting)
    return found


def named(quota: Quota, actor: Actor) -> list[Named]:
    """Return the same as the app of the quotas prints it beside the arithmetic."""
    return [
        Named(
            name=line.name,
            place=line.receiver,
            days=line.days,
            state=line.life,
            sender=line.sender,
            url=line.row.assignment.get_absolute_url(),
            is_confirmed=line.row.state == CountedState.CONFIRMED,
            fits=line.row.fits,
        )
        for line in _seen(quota, actor)
    ]
