"""Two records of one person become one: of two nominations in one campaign one stands, the other is struck."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from assignments.models import Nomination, PlanLine
from assignments.states import LineState, PlanState
from deploy_admin import clock


def follow(kept_id: int, dropped_id: int) -> None:
    """Make the nominations of the dropped record the kept one's; what a decision rests on stands."""
    decided = PlanLine.objects.filter(nomination=OuterRef("pk"), plan__state=PlanState.DECIDED)
    rows = Nomination.objects.filter(worker__in=[kept_id, dropped_id], state=LineState.STANDING)
    told = rows.annotate(decided=Exists(decided), kept=Q(worker=kept_id)).order_by("-decided", "-kept", "pk")
    standing: set[int] = set()
    superfluous = []
    for pk, campaign in told.values_list("pk", "campaign_id"):
        if campaign in standing:
            superfluous.append(pk)
        standing.add(campaign)
    reason = _("Two records of one person became one: the other nomination stands.")
    Nomination.objects.filter(pk__in=superfluous).update(
        state=LineState.STRUCK, struck_reason=reason, updated_at=clock.now()
    )
    Nomination.objects.filter(worker=dropped_id).update(worker=kept_id, updated_at=clock.now())
