"""What a person is told of the own nominations: in which campaigns one is nominated and has no place yet."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from assignments.models import Nomination, NominationWish
from assignments.states import CampaignState, LineState, ListState, PlanState
from deploy_admin import clock
from deploy_admin.access import Actor
from deploy_admin.registry.models import Institution


def waiting(actor: Actor) -> list[dict[str, Any]]:
    """Return the own nominations in open campaigns that no decision has placed yet. Three queries at most."""
    rows = list(
        Nomination.objects.visible_to(actor)
        .filter(worker=actor.worker_id, state=LineState.STANDING, campaign__state=CampaignState.OPEN)
        .exclude(plan_lines__plan__state=PlanState.DECIDED)
        .select_related("campaign", "filed_list")
        .order_by("campaign__starts_on", "pk")
    )
    if not rows:
        return []
    wished: dict[int, list[int]] = defaultdict(list)
    wishes = NominationWish.objects.filter(nomination__in=rows).order_by("nomination", "rank")
    for nomination, unit in wishes.values_list("nomination_id", "institution_id"):
        wished[nomination].append(unit)
    units = {unit for each in wished.values() for unit in each} | {row.institution_id for row in rows}
    names = Institution.objects.filter(pk__in=units).named(clock.today())
    return [
        {
            "campaign": row.campaign.name,
            "starts_on": row.campaign.starts_on,
            "unit": names.get(row.institution_id, ""),
            "speciality": row.speciality,
            "is_approved": row.filed_list.state == ListState.APPROVED,
            "wishes": [names.get(unit, "") for unit in wished[row.pk]],
        }
        for row in rows
    ]
