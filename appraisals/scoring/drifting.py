"""What is told when scores that were said to be right turn out to be others: recorded, and put before an officer."""

from __future__ import annotations

from django.db import transaction
from django.urls import reverse

from appraisals.scoring.computing import Counts
from deploy_admin import clock
from deploy_admin.access import Actor, Role
from deploy_admin.audit import services as audit
from deploy_admin.jobs import services as jobs

KEY = "appraisals.drift"


@transaction.atomic
def tell(counts: Counts, *, by: Actor) -> None:
    """Record a drift that was mended, and tell the city; without one close nothing: it is read by a person."""
    if not counts.drifted:
        return
    detail = {"count": counts.drifted, "rows": counts.examples}
    audit.record(act="scores.drift", by=by, label=str(counts.drifted), detail=detail)
    jobs.notify(
        code="appraisals.scores_drift",
        params={"count": counts.drifted, "on": clock.today().isoformat()},
        url=reverse("appraisals:scores"),
        institution_id=None,
        roles=[Role.CITY_OFFICER],
        key=KEY,
    )
