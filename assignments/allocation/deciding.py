"""The decision: a plan becomes planned assignments, in one transaction, on the basis of a body's meeting."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from assignments.allocation import findings as telling
from assignments.allocation import holding
from assignments.allocation.papers import issue_decision
from assignments.allocation.rows import Objection
from assignments.models import AllocationPlan, FiledList, PlanLine
from assignments.services import campaigns, placing
from assignments.services.moving import Basis
from assignments.services.placements import Placement, Refused
from assignments.states import CampaignState, PlanState
from deploy_admin import clock
from deploy_admin.access import Actor, Permission
from deploy_admin.audit import services as audit
from deploy_admin.errors import RuleViolation
from deploy_admin.jobs.models import StoredFile

#: Of the plan alone; what placing says of people is asked with the codes it has there.
_MEANWHILE = "decided_meanwhile"


class PlanRefused(RuleViolation):
    """A plan is not decided as it is: `findings` has everything that speaks against it, refusals first."""

    def __init__(self, found: Collection[Objection], accept: Collection[str] = ()) -> None:
        self.findings = sorted(found, key=lambda each: not each.refuses)
        against = telling.refused(self.findings, accept)
        hard = [each for each in against if each.refuses]
        shown = list(dict.fromkeys(each.text for each in hard or against))
        if len(shown) == 1:
            message, code = shown[0], (hard or against)[0].code
        elif hard:
            message = _("The plan cannot be decided as it is: %(first)s And %(n)d more.")
            message, code = message % {"first": shown[0], "n": len(shown) - 1}, "inputs_changed"
        else:
            message = _("%(n)d warnings have not been accepted yet: %(first)s")
            message, code = message % {"first": shown[0], "n": len(shown)}, "warnings_open"
        super().__init__(message, code, context={"findings": [each.to_json() for each in self.findings]})


def warnings(plan: AllocationPlan, by: Actor) -> list[Objection]:
    """Return everything that deciding the plan would say now, what placing says of each person with it."""
    found = telling.full(plan)
    refused = {(each.request_id, each.nomination_id) for each in found if each.refuses}
    lines = [line for line in _lines(plan) if (line.request_id, line.nomination_id) not in refused]
    if not lines or not campaigns.may_run(plan.campaign.authority_id, by, Permission.ASSIGNMENTS_PLAN):
        return found
    said = placing.check_all(_placements(plan, lines), campaign=plan.campaign, by=by)
    return sorted([*found, *telling.of_placing(_pairs(lines), said)], key=lambda each: not each.refuses)


@transaction.atomic
def decide(
    *,
    plan: AllocationPlan,
    deciding_body: str,
    meeting_on: date | None,
    document: str = "",
    document_number: str = "",
    document_date: date | None = None,
    scan: StoredFile | None = None,
    accept: Collection[str] = frozenset(),
    version: int | None = None,
    by: Actor,
) -> AllocationPlan:
    """Turn a plan into planned assignments: everybody of it is placed, or nobody.

    Refused where anything it was made from has changed so that a pairing is not possible any more, and where another
    plan of the campaign was decided meanwhile; `accept` names the warnings that are accepted knowingly. The paper of
    the decision is issued with it.
    """
    campaigns.take(plan.campaign, by, permission=Permission.ALLOCATION_DECIDE)
    holding.take_draft(plan, by, version=version, permission=Permission.ALLOCATION_DECIDE)
    if plan.campaign.state != CampaignState.OPEN:
        raise RuleViolation(_("Who goes where is decided in open campaigns only."), "campaign_not_open")
    if holding.decisions(plan.campaign_id) > plan.after:
        sentence = _("Another plan of this campaign was decided meanwhile: propose anew.")
        raise RuleViolation(sentence, _MEANWHILE)
    basis = _checked(Basis(deciding_body, meeting_on, document, document_number, document_date, scan))
    lines = _lines(plan)
    if not lines:
        raise RuleViolation(_("Nobody is placed in this plan: there is nothing to decide."), "nothing_to_decide")
    _hold_lists(lines)
    found = telling.full(plan)
    if telling.refused(found, accept):
        raise PlanRefused(found, accept)
    said = _place(plan, lines, found, accept, by)
    now = clock.now()
    holding.write(
        plan,
        {
            **basis.columns(),
            "state": PlanState.DECIDED,
            "decision": plan.after + 1,
            "decided_at": now,
            "decided_by_id": by.user_id,
            "decided_by_name": by.name[:150],
        },
    )
    audit.record(act="allocation.decided", by=by, on=plan, detail=_told(plan, basis, len(lines), said))
    paper = issue_decision(plan=plan, dated_on=clock.today(), by=by)
    return holding.write(plan, {"paper": paper})


def _checked(basis: Basis) -> Basis:
    """Refuse a decision that does not say who decided, when, and on which document it rests."""
    missing = {}
    if not basis.deciding_body.strip():
        missing["deciding_body"] = _("Name the body that decided.")
    if basis.meeting_on is None:
        missing["meeting_on"] = _("Say on which day it met.")
    elif basis.meeting_on > clock.today():
        sentence = _("The body has not met yet on that day.")
        raise RuleViolation(sentence, "meeting_in_future", fields={"meeting_on": sentence})
    if not (basis.document.strip() or basis.document_number.strip()):
        missing["document_number"] = _("Name the document, or its number.")
    if missing:
        sentence = _("A decision names the body, the day of its meeting and a document.")
        raise RuleViolation(sentence, "basis_missing", fields=missing)
    return basis


def _lines(plan: AllocationPlan) -> list[PlanLine]:
    rows = PlanLine.objects.filter(plan=plan).select_related("request", "nomination")
    return list(rows.order_by("request_id", "seat"))


def _pairs(lines: Collection[PlanLine]) -> list[tuple[int, int]]:
    return [(line.request_id, line.nomination_id) for line in lines]


def _hold_lists(lines: Collection[PlanLine]) -> None:
    """Hold the lists that the plan rests on: who strikes a line or sends one back meanwhile waits, and is refused."""
    ids = {line.request.filed_list_id for line in lines} | {line.nomination.filed_list_id for line in lines}
    held = FiledList.objects.filter(pk__in=ids).order_by("pk").select_for_update(of=("self",), no_key=True)
    list(held.values_list("pk"))


def _placements(plan: AllocationPlan, lines: Collection[PlanLine]) -> list[Placement]:
    first = plan.campaign.starts_on
    return [
        Placement(
            worker_id=line.nomination.worker_id,
            receiving_unit_id=line.request.institution_id,
            starts_on=max(first, line.request.starts_on or first),
            speciality=line.request.speciality,
        )
        for line in lines
    ]


def _place(
    plan: AllocationPlan, lines: list[PlanLine], found: Collection[Objection], accept: Collection[str], by: Actor
) -> list[str]:
    """Place everybody and note in each line what it became; return the codes of the warnings that were accepted."""
    rows = _placements(plan, lines)
    try:
        placed = placing.place_all(rows, campaign=plan.campaign, accept=accept, by=by)
    except Refused as refusal:
        raise PlanRefused([*found, *telling.of_placing(_pairs(lines), refusal.findings)], accept) from refusal
    for line, assignment in zip(lines, placed, strict=True):
        line.assignment = assignment
    PlanLine.objects.bulk_update(lines, ["assignment"], batch_size=1000)
    return sorted({each.code for each in found if not each.refuses})


def _told(plan: AllocationPlan, basis: Basis, people: int, accepted: list[str]) -> dict[str, Any]:
    return {
        **basis.told(),
        "campaign": plan.campaign_id,
        "number": plan.number,
        "people": people,
        "accepted": accepted,
    }
