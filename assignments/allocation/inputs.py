"""What of a campaign is still to be allocated: standing requests and nominations, without what was decided already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from assignments.models import AllocationPlan, Assignment, Nomination, PlanLine, StaffingRequest
from assignments.states import PlanState


@dataclass(frozen=True)
class Settled:
    """What earlier decisions gave away: seats of requests that somebody has, and the people who have one."""

    seats: frozenset[tuple[int, int]] = frozenset()
    nominations: frozenset[int] = frozenset()

    def of_request(self, request_id: int, number: int) -> tuple[int, ...]:
        """Return the seats of a request that are still open, in order."""
        return tuple(seat for seat in range(1, number + 1) if (request_id, seat) not in self.seats)


def settled(plan: AllocationPlan) -> Settled:
    """Return what the decisions before this plan gave away; an assignment that was taken back frees its seat. One
    query.
    """
    decided = PlanLine.objects.filter(
        plan__campaign=plan.campaign_id,
        plan__state=PlanState.DECIDED,
        assignment__in=Assignment.objects.living().order_by().values("pk"),
    ).exclude(plan=plan.pk)
    if plan.decision is not None:
        decided = decided.filter(plan__decision__lt=plan.decision)
    rows = list(decided.order_by().values_list("request_id", "seat", "nomination_id"))
    return Settled(
        frozenset((request, seat) for request, seat, _nomination in rows),
        frozenset(nomination for _request, _seat, nomination in rows),
    )


def open_seats(plan: AllocationPlan, held: Settled) -> dict[int, tuple[int, ...]]:
    """Return the open seats of every standing request of the campaign. One query."""
    rows = StaffingRequest.objects.standing().filter(campaign=plan.campaign_id).order_by("pk")
    return {pk: seats for pk, number in rows.values_list("pk", "number") if (seats := held.of_request(pk, number))}


def standing_nominations(plan: AllocationPlan, held: Settled) -> list[int]:
    """Return the standing nominations of the campaign whose people have no place yet. One query."""
    rows = Nomination.objects.standing().filter(campaign=plan.campaign_id).order_by("pk")
    return [pk for pk in rows.values_list("pk", flat=True) if pk not in held.nominations]


def lines_of(plan: AllocationPlan) -> dict[int, list[PlanLine]]:
    """Return the lines of a plan by request, by seat. One query."""
    found: dict[int, list[PlanLine]] = defaultdict(list)
    for line in PlanLine.objects.filter(plan=plan).order_by("request_id", "seat"):
        found[line.request_id].append(line)
    return dict(found)


def still_standing(lines: Iterable[PlanLine]) -> frozenset[int]:
    """Return the lines whose request and nomination both stand, on a seat that is still asked for. Two queries."""
    held = list(lines)
    requests = StaffingRequest.objects.standing().filter(pk__in={line.request_id for line in held})
    numbers = dict(requests.order_by().values_list("pk", "number"))
    nominations = Nomination.objects.standing().filter(pk__in={line.nomination_id for line in held})
    people = set(nominations.order_by().values_list("pk", flat=True))
    return frozenset(
        line.pk for line in held if line.nomination_id in people and line.seat <= numbers.get(line.request_id, 0)
    )
