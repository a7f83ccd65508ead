"""Placing people into a campaign: checked all together, then all or none; each gets a slot, a piece, a first step."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from assignments.kinds import RosterPattern, SegmentReason
from assignments.models import Assignment, Campaign, Segment, Slot, Transition
from assignments.services import campaign_inbox, campaigns, following, moving
from assignments.services.clashes import Stay as Days
from assignments.services.clashes import naming_the_other_place
from assignments.services.placements import Finding, Frame, Placement, Refused
from assignments.services.placing_checks import Checks, findings
from assignments.services.placing_ground import Ground
from assignments.services.plans import change_plan, withdraw_plans
from assignments.states import AssignmentState
from deploy_admin import clock
from deploy_admin.access import Actor, Permission
from deploy_admin.errors import RuleViolation
from deploy_admin.jobs.importing.secrecy import scrubbed
from deploy_admin.people.models import HealthWorker

__all__ = ["Finding", "Placement", "Refused", "change_plan", "check_all", "place_all", "withdraw_plans"]


def check_all(rows: Sequence[Placement], *, campaign: Campaign, by: Actor) -> list[list[Finding]]:
    """Return what speaks against each placement, in the list's order; nothing is written."""
    campaigns.check_may_run(campaign.authority_id, by, Permission.ASSIGNMENTS_PLAN)
    return findings(rows, Frame.of_campaign(campaign), by)


@transaction.atomic
def place_all(
    rows: Sequence[Placement], *, campaign: Campaign, accept: Collection[str] = frozenset(), by: Actor
) -> list[Assignment]:
    """Place everybody of the list, or nobody. `accept` names the warnings that are accepted knowingly.

    `Refused` carries the findings of every row.
    """
    campaigns.take(campaign, by, permission=Permission.ASSIGNMENTS_PLAN)
    # Whoever places the same people at the same moment waits here, and then sees these plans.
    ids = {row.worker_id for row in rows}
    list(HealthWorker.objects.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True).values_list("pk"))
    checks = Checks(rows, Frame.of_campaign(campaign), by)
    found = checks.findings()
    if any(each.refuses or each.code not in accept for row in found for each in row):
        raise Refused(found, accept)
    ground = checks.ground
    slots = _slots(ground, campaign)
    planned = [_planned(ground, n, campaign, slot, by) for n, slot in enumerate(slots)]
    days = {-n: Days(each.worker_id, each.starts_on, each.ends_on) for n, each in enumerate(planned, 1)}
    with naming_the_other_place(days, by):
        Assignment.objects.bulk_create(planned)
    _begin(planned, found, by)
    told = {"campaign": campaign.pk, "accepted": sorted({each.code for row in found for each in row})}
    moving.record("placed", planned, by=by, detail=told)
    campaign_inbox.bring_up_to_date([campaign.pk])
    following.follow([each.pk for each in planned])
    return planned


def _slots(ground: Ground, campaign: Campaign) -> list[Slot]:
    """Return the slot of each row: a new one, or that of somebody who ended early, from now on at this receiver."""
    held = Slot.objects.select_for_update(no_key=True).in_bulk([row.slot_id for row in ground.rows if row.slot_id])
    new, slots = [], []
    for n, row in enumerate(ground.rows):
        slot = held.get(row.slot_id) if row.slot_id else None
        if slot is None:
            slot = Slot(campaign=campaign, sending_unit_id=ground.settled_sender(n))
            new.append(slot)
        said = row.speciality or slot.speciality or ground.people[row.worker_id].speciality
        slot.speciality = scrubbed(said.strip())[:100]
        slot.receiving_unit_id, slot.replacement_due_on = row.receiving_unit_id, None
        slots.append(slot)
    Slot.objects.bulk_create(new)
    if held:
        Slot.objects.bulk_update(list(held.values()), ["speciality", "receiving_unit", "replacement_due_on"])
    return slots


def _planned(ground: Ground, n: int, campaign: Campaign, slot: Slot, by: Actor) -> Assignment:
    row, term, worker = ground.rows[n], ground.terms[n], ground.people[ground.rows[n].worker_id]
    if row.roster_pattern not in RosterPattern.values:
        raise RuleViolation(_("This roster pattern is not in the code list."), "pattern_unknown")
    now = clock.now()
    return Assignment(
        campaign=campaign,
        slot=slot,
        kind=campaign.kind,
        scheme=campaign.scheme,
        worker=worker,
        sending_unit_id=ground.settled_sender(n),
        receiving_unit_id=row.receiving_unit_id,
        speciality=slot.speciality,
        department=scrubbed(row.department.strip())[:100],
        supervisor=scrubbed(row.supervisor.strip())[:100],
        full_time=row.full_time,
        roster_pattern=row.roster_pattern,
        starts_on=term.first,
        term_months=term.months,
        term_days=term.days,
        term_ends_on=term.last,
        ends_on=term.last,
        on_behalf=row.on_behalf,
        sort_key=worker.pinyin,
        updated_at=now,
        **(moving.recorded_by(by) | {"recorded_at": now}),
    )


def _begin(planned: Sequence[Assignment], found: Sequence[Sequence[Finding]], by: Actor) -> None:
    """Write the piece and the first step of each; accepted warnings stay with the step."""
    Segment.objects.bulk_create(
        Segment(
            assignment=each,
            receiving_unit_id=each.receiving_unit_id,
            valid_from=each.starts_on,
            full_time=each.full_time,
            reason=SegmentReason.START,
        )
        for each in planned
    )
    today = clock.today()
    Transition.objects.bulk_create(
        Transition(
            assignment=each,
            act="placed",
            to_state=AssignmentState.PLANNED,
            # Of what is entered late nobody knows the day: it was planned by the first day on post.
            on=min(today, each.starts_on),
            detail={"accepted": {one.code: one.message for one in row}} if row else {},
            **moving.recorded_by(by),
        )
        for each, row in zip(planned, found, strict=True)
    )
