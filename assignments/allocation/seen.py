"""What of a pairing's two sides was read when it was made, and whether they have changed since."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from assignments.models import Nomination, StaffingRequest
from assignments.rules.allocation.types import Pair


def seen_of(request: StaffingRequest, nomination: Nomination) -> dict[str, Any]:
    """Return the versions of both lines and the moment the person's record last changed; the worker is read along."""
    return {
        "request": request.version,
        "nomination": nomination.version,
        "person": nomination.worker.updated_at.isoformat(),
    }


class Versions:
    """The same for many pairings: two queries, to be read before what the pairings are made from."""

    def __init__(self, campaign_id: int) -> None:
        requests = StaffingRequest.objects.standing().filter(campaign=campaign_id).order_by()
        named = Nomination.objects.standing().filter(campaign=campaign_id).order_by()
        self.requests = dict(requests.values_list("pk", "version"))
        columns = ("pk", "version", "worker__updated_at")
        self.people = {pk: (version, at.isoformat()) for pk, version, at in named.values_list(*columns)}

    def of(self, pair: Pair) -> dict[str, Any]:
        """Return what was read of a pairing."""
        version, at = self.people.get(pair[1], (0, ""))
        return {"request": self.requests.get(pair[0], 0), "nomination": version, "person": at}


def differs(row: Mapping[str, Any]) -> str:
    """Return which side of a line changed since it was made: request, nomination, person; "" where none did.

    `row` has the line's `reason__seen` and the columns it is held against.
    """
    seen: Mapping[str, Any] = row["reason__seen"] or {}
    if not seen:
        return ""
    now: Collection[tuple[str, Any]] = (
        ("request", row["request__version"]),
        ("nomination", row["nomination__version"]),
        ("person", row["nomination__worker__updated_at"].isoformat()),
    )
    return next((side for side, value in now if seen.get(side) != value), "")
