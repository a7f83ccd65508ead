"""Telling officers how many people wait for their confirmation, for as long as they do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Count
from django.urls import reverse

from assignments.models import Counted
from assignments.states import AssignmentState, CountedState
from deploy_admin import clock
from deploy_admin.access import Role
from deploy_admin.jobs.services.inbox import keep
from deploy_admin.months import Period
from deploy_admin.registry.authority import authority_over

OFFICERS = (Role.CITY_OFFICER, Role.DISTRICT_OFFICER, Role.PERSONNEL_SECTION)
_NEVER = (AssignmentState.VOID, AssignmentState.WITHDRAWN)


def bring_up_to_date(periods: Iterable[Period]) -> None:
    """Open, change and close the notes about what waits in these periods: one per deciding authority and period."""
    for period in sorted(set(periods)):
        prefix = f"counted.to_confirm:{period.iso}:"
        address = f"{reverse('assignments:counted')}?period={period.iso}"
        keep(
            prefix,
            {
                f"{prefix}{authority}": {
                    "code": "counted.to_confirm",
                    "params": {"count": count, "period": str(period)},
                    "url": address,
                    "institution_id": authority,
                    "roles": sorted(role.value for role in OFFICERS),
                }
                for authority, count in sorted(_waiting(period).items())
            },
        )


def _waiting(period: Period) -> dict[int, int]:
    """Return how many lines wait, by whoever decides: the campaign's authority, else that of the sending unit."""
    rows = Counted.objects.filter(
        state=CountedState.PROPOSED, period_start=period.first, period_end=period.last
    ).exclude(assignment__state__in=_NEVER)
    by_campaign = rows.filter(assignment__campaign__isnull=False).order_by()
    found: dict[int, int] = defaultdict(int)
    found |= dict(by_campaign.values_list("assignment__campaign__authority").annotate(n=Count("pk")))
    loose = rows.filter(assignment__campaign__isnull=True).order_by()
    by_unit = dict(loose.values_list("assignment__sending_unit").annotate(n=Count("pk")))
    answers = authority_over(by_unit, clock.today()) if by_unit else {}
    for unit, count in by_unit.items():
        if (authority := answers.get(unit)) is not None:
            found[authority] += count
    return found
