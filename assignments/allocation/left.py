"""Who is nominated and has no place in a plan, and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from assignments.allocation import about, inputs, words
from assignments.allocation.named import Names
from assignments.allocation.places import WAITS
from assignments.allocation.rows import LeftRow
from assignments.kinds import MarkKind
from assignments.models import AllocationPlan, PlanGap, PlanLine, PlanMark
from deploy_admin.access import Actor


def left(plan: AllocationPlan, actor: Actor, asked: Mapping[str, str] | None = None) -> list[LeftRow]:
    """Return the people without a place, by sending unit and name. A constant number of queries."""
    standing = inputs.standing_nominations(plan, inputs.settled(plan))
    placed = set(PlanLine.objects.filter(plan=plan).order_by().values_list("nomination_id", flat=True))
    ids = [pk for pk in standing if pk not in placed]
    people = about.people(ids, plan.campaign)
    gaps = dict(
        PlanGap.objects.filter(plan=plan, nomination__in=ids).order_by().values_list("nomination_id", "reason")
    )
    bans = _bans(plan)
    names = Names.read(plan, [*gaps.values(), *({"request": request} for held in bans.values() for request in held)])
    wanted = (asked or {}).get("q", "").strip().lower().split()
    rows = [
        LeftRow(
            nomination_id=pk,
            worker_id=people[pk].worker_id,
            person=people[pk].name,
            person_about=people[pk].about,
            sender_id=people[pk].sender_id,
            sender=people[pk].sender,
            told=words.gap(gaps.get(pk) or WAITS, names),
            banned_at=tuple(names.request(request) for request in bans.get(pk, ())),
        )
        for pk in ids
        if pk in people
    ]
    found = [row for row in rows if _meets(row, wanted)]
    return sorted(found, key=lambda row: (row.sender, row.person, row.nomination_id))


def _meets(row: LeftRow, wanted: list[str]) -> bool:
    text = f"{row.person} {row.person_about} {row.sender}".lower()
    return all(word in text for word in wanted)


def _bans(plan: AllocationPlan) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    rows = PlanMark.objects.filter(plan=plan, kind=MarkKind.BAN).order_by("pk")
    for nomination, request in rows.values_list("nomination_id", "request_id"):
        found[nomination].append(request)
    return found
