"""Whom an officer may place: those who may go as last judged, or whoever is searched for, with their answers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from assignments.codes import State
from assignments.kinds import Kind
from assignments.listing import Line, lines, live_rows
from assignments.models import Assignment, Campaign, Eligibility
from assignments.states import COMING, RUNNING
from deploy_admin import clock
from deploy_admin.access import Actor
from deploy_admin.people.models import HealthWorker
from deploy_admin.policies.language import Target

#: So many people are shown at once; a name narrows them.
SHOWN = 30


@dataclass(frozen=True)
class Found:
    """The people shown, whether the scheme's clauses are asked, and whether there are more."""

    lines: list[Line]
    asked: bool
    more: bool


def found(campaign: Campaign, text: str, actor: Actor) -> Found:
    """Return people to choose from. Searched for by name, initials or number, everybody; else those who may go."""
    asked = bool(campaign.scheme) and campaign.kind != Kind.EQUAL_EXCHANGE
    wanted = text.strip()
    if not wanted:
        return _who_may_go(campaign, actor) if asked else Found([], asked, more=False)
    people = list(HealthWorker.objects.living().visible_to(actor).search(wanted).order_by("pinyin", "pk")[: SHOWN + 1])
    rows = live_rows(people[:SHOWN], campaign.starts_on, [Target.DISPATCH])
    kept = [row for row in rows if not asked or row.scheme in (campaign.scheme, "")]
    told = {row.worker_id for row in kept}
    kept += _first_of({row.worker_id: row for row in rows if row.worker_id not in told}.values())
    kept.sort(key=lambda row: (row.sort_key, row.worker_id))
    on = min(campaign.starts_on, clock.today())
    return Found(lines(kept, actor, on, day=campaign.starts_on), asked, more=len(people) > SHOWN)


def _first_of(rows: Iterable[Eligibility]) -> list[Eligibility]:
    """Of whom the scheme says nothing, one row that says just that."""
    found = []
    for row in rows:
        row.clause_id, row.version_id, row.state = "", None, State.NOT_APPLICABLE
        found.append(row)
    return found


def _who_may_go(campaign: Campaign, actor: Actor) -> Found:
    """Return those who may go as last judged and are not assigned already."""
    assigned = Assignment.objects.filter(state__in=COMING | RUNNING, ends_on__gte=campaign.starts_on)
    rows = (
        Eligibility.objects.visible_to(actor)
        .current()
        .filter(target=Target.DISPATCH, scheme=campaign.scheme, state=State.MAY)
        .exclude(worker__in=assigned.order_by().values("worker"))
        .for_list()[: SHOWN + 1]
    )
    held = list(rows)
    return Found(lines(held[:SHOWN], actor, clock.today()), asked=True, more=len(held) > SHOWN)
