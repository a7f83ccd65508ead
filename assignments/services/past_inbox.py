"""What waits around the past: entries that an authority is to confirm, and entries that a unit got back."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse

from assignments.models import Assignment
from deploy_admin import clock
from deploy_admin.access import Role
from deploy_admin.jobs.models import Notice
from deploy_admin.jobs.services import inbox
from deploy_admin.registry.authority import authority_over

ROOT, RETURNED = "assignments.past_confirm:", "assignments.past_returned:"
OFFICERS = (Role.CITY_OFFICER, Role.DISTRICT_OFFICER, Role.PERSONNEL_SECTION)
#: Entries about the past that nobody confirmed yet.
UNDECIDED = Q(origin="imported", confirmed_at__isnull=True) & ~Q(state="withdrawn")


def keep_up() -> None:
    """Bring every authority's note about what it is to confirm up to date. A fixed number of queries."""
    rows = Assignment.objects.filter(UNDECIDED).order_by().values_list("sending_unit").annotate(n=Count("pk"))
    by_unit = dict(rows)
    waiting: Counter[int | None] = Counter()
    for unit, authority in authority_over(by_unit, clock.today()).items():
        waiting[authority] += by_unit[unit]
    inbox.keep(
        ROOT,
        {
            f"{ROOT}{authority or ''}": _note(
                "assignments.past_to_confirm",
                {"count": count},
                authority,
                OFFICERS if authority is not None else (Role.CITY_OFFICER,),
            )
            for authority, count in waiting.items()
        },
    )


def returned(entries: Sequence[Assignment], reason: str) -> None:
    """Tell each sending unit how many of its entries came back, and why."""
    units: dict[int, int] = defaultdict(int)
    for each in entries:
        units[each.sending_unit_id] += 1
    inbox.keep(
        RETURNED,
        {
            f"{RETURNED}{unit}": _note(
                "assignments.past_returned", {"count": count, "reason": reason[:200]}, unit, (Role.SENDER_HR,)
            )
            | {"url": f"{reverse('assignments:past')}?state=returned"}
            for unit, count in units.items()
        },
        among=[f"{RETURNED}{unit}" for unit in units],
    )


def entered_anew(units: Collection[int]) -> None:
    """Close the notes of units that sent entries in again."""
    keys = [f"{RETURNED}{unit}" for unit in units]
    Notice.objects.open().filter(key__in=keys).update(settled_at=clock.now())


def _note(code: str, params: dict[str, Any], unit: int | None, roles: Collection[Role]) -> dict[str, Any]:
    return {
        "code": code,
        "params": params,
        "url": reverse("assignments:past"),
        "institution_id": unit,
        "roles": sorted(role.value for role in roles),
        "user_id": None,
    }
