"""The places of one page of a plan in words: what was asked for, who has it and what speaks for it, or why nobody."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from assignments.allocation import about, words
from assignments.allocation.named import Names
from assignments.allocation.rows import Place, Row
from assignments.kinds import Priority
from assignments.models import AllocationPlan, PlanGap, PlanLine, StaffingRequest
from assignments.reading import level_label

#: Where nothing was computed and nobody was taken out: the place waits.
WAITS: Mapping[str, Any] = {"code": "not_placed_yet"}


def places(
    plan: AllocationPlan, rows: Sequence[Row], units: Mapping[int, str], district: Callable[[int], str]
) -> list[Place]:
    """Return these rows in words. A constant number of queries."""
    wanted = {row.request_id for row in rows}
    requests = StaffingRequest.objects.filter(pk__in=wanted).in_bulk()
    people = about.people({row.nomination_id for row in rows if row.nomination_id}, plan.campaign)
    lines = PlanLine.objects.filter(pk__in={row.line_id for row in rows if row.line_id}).in_bulk()
    open_ = {row.request_id for row in rows if not row.filled}
    gaps = dict(PlanGap.objects.filter(plan=plan, request__in=open_).order_by().values_list("request_id", "reason"))
    names = Names.read(plan, gaps.values())
    found = []
    for row in rows:
        request: StaffingRequest = requests[row.request_id]
        person = people.get(row.nomination_id) if row.nomination_id else None
        reason = lines[row.line_id].reason if row.line_id in lines else {}
        found.append(
            Place(
                request_id=row.request_id,
                seat=row.seat,
                speciality=request.speciality,
                unit_id=row.unit_id,
                unit=units.get(row.unit_id, f"#{row.unit_id}"),
                district_id=row.district_id,
                district=district(row.district_id),
                minimum_title=level_label(request.minimum_title),
                months=plan.campaign.term_months,
                first_day=max(plan.campaign.starts_on, request.starts_on or plan.campaign.starts_on),
                number=request.number,
                priority=request.priority,
                priority_label=str(Priority(request.priority).label),
                line_id=row.line_id,
                source=row.source,
                nomination_id=row.nomination_id,
                worker_id=person.worker_id if person else None,
                person=person.name if person else "",
                person_about=person.about if person else "",
                sender=person.sender if person else "",
                pinned=row.pinned,
                changed=row.changed,
                marks=words.marks(reason.get("marks", ()), names),
                told=None if row.filled else words.gap(gaps.get(row.request_id) or WAITS, names),
            )
        )
    return found
