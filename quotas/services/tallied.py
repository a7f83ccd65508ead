"""Which published results still await whoever counts people against them, and which quotas came or went with each."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from django.db import transaction

from deploy_admin import clock
from deploy_admin.months import Period
from quotas.models import Quota, Run
from quotas.models.quotas import QuotaQuerySet, Scope
from quotas.services.owing import Key


class Came(NamedTuple):
    """What is owed since some runs of a period and was not before, or is no more.

    `units` are those whose own quotas these are; None where a total is among them, for which everybody may count.
    """

    period: Period
    run_ids: tuple[int, ...]
    keys: frozenset[Key]
    units: frozenset[int] | None


def awaiting() -> list[Came]:
    """Return, period by period, what published runs brought that nobody counted for yet. Three queries a period."""
    by_period: dict[Period, list[int]] = {}
    rows = Run.objects.published().filter(tallied_at__isnull=True).order_by("period_start", "id")
    for pk, first, last in rows.values_list("pk", "period_start", "period_end"):
        by_period.setdefault(Period(first, last), []).append(pk)
    return [_came(period, run_ids) for period, run_ids in by_period.items()]


def _came(period: Period, run_ids: list[int]) -> Came:
    added = _owed(Quota.objects.of_period(period).filter(run__in=run_ids))
    gone = _owed(Quota.objects.of_period(period).filter(superseded_by__in=run_ids))
    met = {key[0] for key, *_rest in added | gone}
    now = _owed(Quota.objects.current().of_period(period).filter(institution__in=met)) if met else set()
    # A quota that came out otherwise is owed by the same unit under the same clause: nobody counts otherwise for it.
    changed = ((added - gone) & now) | (gone - now)
    total = any(scope != Scope.UNIT for _key, _version, _clause, scope in changed)
    units = None if total else frozenset(key[0] for key, *_rest in changed)
    return Came(period, tuple(run_ids), frozenset(key for key, *_rest in changed), units)


def _owed(rows: QuotaQuerySet) -> set[tuple[Key, int, str, str]]:
    found = rows.order_by().values_list("institution_id", "topic", "group_key", "version_id", "clause_id", "scope")
    return {((unit, topic, group), version, clause, scope) for unit, topic, group, version, clause, scope in found}


@transaction.atomic
def counted_for(run_ids: Collection[int]) -> None:
    """Note that what counts has been brought in line with these runs."""
    Run.objects.filter(pk__in=run_ids, tallied_at__isnull=True).update(tallied_at=clock.now())
