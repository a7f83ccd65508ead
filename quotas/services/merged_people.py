"""When two records of one person become one: the figures counted from the lists they stand on follow at once."""

from __future__ import annotations

from collections import defaultdict

from django.db.models import Q

from deploy_admin.access import SYSTEM
from deploy_admin.months import Period
from quotas.models import ListedPerson
from quotas.services import lists


def hold_lists(kept_id: int, dropped_id: int) -> None:
    """Lock the lists on which either record stands, before the records: whoever lists people locks in this order."""
    for (kind, period), units in _lists({kept_id, dropped_id}).items():
        lists.take_hold(kind, period, units)


def follow_merge(kept_id: int, dropped_id: int) -> None:
    """Count again the lists on which the person stands: on two of one kind and year, only the first row counts.

    The machine does it: who merges may not see every unit that ever listed the person.
    """
    for (kind, period), units in _lists({kept_id, dropped_id}).items():
        lists.take_hold(kind, period, units)
        lists.after_change(kind, period, units, by=SYSTEM)


def _lists(worker_ids: set[int]) -> dict[tuple[str, Period], set[int]]:
    """Return the units on whose lists these people stand, by kind and period in one order; merged records too."""
    rows = ListedPerson.objects.standing().filter(Q(worker__in=worker_ids) | Q(worker__merged_into__in=worker_ids))
    found: dict[tuple[str, Period], set[int]] = defaultdict(set)
    for row in rows.order_by("kind", "period_start", "period_end", "pk"):
        found[row.kind, row.period].add(row.institution_id)
    return found
