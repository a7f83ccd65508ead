"""What the machine proposes and an officer decides: not to count an assignment after too many unapproved absences."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from assignments.kinds import ProposalKind
from assignments.models import Absence, Assignment, Proposal
from assignments.rules.absences import AbsenceStanding, Consequence, Missed, Ways, weigh
from assignments.services import leave_inbox, moving, standing_of, stopping
from assignments.services.ground import Ground, Row
from assignments.services.moving import NO_BASIS, Basis
from assignments.states import RUNNING, SERVED, ProposalState
from deploy_admin import clock
from deploy_admin.access import Actor
from deploy_admin.audit import services as audit
from deploy_admin.errors import Conflict, RuleViolation
from deploy_admin.jobs.importing.secrecy import scrubbed
from deploy_admin.policies.layering import ABSENCE


def standings(assignments: Collection[Assignment]) -> dict[int, AbsenceStanding]:
    """Return where these stand with absence, by assignment: a fixed number of queries."""
    rows = [Row(*(getattr(each, name) for name in Row._fields)) for each in assignments]
    missed: dict[int, list[Missed]] = defaultdict(list)
    held = Absence.objects.unapproved().filter(assignment__in=[row.pk for row in rows]).order_by("pk")
    for owner, *values in held.values_list("assignment_id", "first_day", "last_day", "stated_duty_days", "pk"):
        missed[owner].append(Missed(*values))
    ground = Ground(rows)
    return {
        row.pk: weigh(missed[row.pk], _ways(ground, row, missed[row.pk]), ground.duty(row.roster_pattern))
        for row in rows
    }


def standing(assignment: Assignment) -> AbsenceStanding:
    """Return where one assignment stands with absence: both counts, what follows from them, and why."""
    return standings([assignment])[assignment.pk]


@transaction.atomic
def reconsider(assignment_ids: Collection[int], *, by: Actor) -> None:
    """Bring warnings and proposals into line with the absences that are confirmed now.

    Called with the assignments locked. A proposal whose reason is gone lapses; one that was decided stays decided.
    """
    rows = Assignment.objects.filter(pk__in=list(assignment_ids)).select_related("worker", "campaign").order_by("pk")
    held = {each.pk: each for each in rows}
    open_ones = {
        each.assignment_id: each
        for each in Proposal.objects.open().filter(assignment__in=held, kind=ProposalKind.VOID)
    }
    decided = set(
        Proposal.objects.filter(
            assignment__in=held, kind=ProposalKind.VOID, state__in=[ProposalState.FOLLOWED, ProposalState.DISMISSED]
        ).values_list("assignment_id", "basis__counted")
    )
    for pk, found in standings(list(held.values())).items():
        assignment = held[pk]
        proposing = found.proposing if assignment.state in RUNNING | SERVED else None
        there = open_ones.get(pk)
        if proposing is None:
            if there is not None:
                _lapse(there, by)
        elif there is not None:
            _renew(there, found, proposing)
        elif (pk, proposing.counted) not in decided:
            # Dismissed once, it comes again only with a further absence.
            _propose(assignment, found, proposing, by)
        leave_inbox.warned(assignment, found.warning.counted if found.warning else None)


@transaction.atomic
def decide(
    *,
    proposal: Proposal,
    follow: bool,
    reason: str,
    basis: Basis = NO_BASIS,
    on: date | None = None,
    version: int | None = None,
    by: Actor,
) -> Proposal:
    """Decide a proposal: following it, the assignment is not counted; otherwise it stays as it is, with the reason."""
    assignment = moving.take(proposal.assignment, None, by)
    standing_of.may_decide(assignment, by)
    held = Proposal.objects.get(pk=proposal.pk)
    if version is not None and version != held.version:
        raise Conflict(
            _("This proposal was changed meanwhile."),
            "stale_version",
            context={"yours": {"version": version}, "theirs": {"version": held.version, "state": held.state}},
        )
    if held.state != ProposalState.OPEN:
        sentence = _("This proposal is “%(state)s” by now.") % {"state": held.get_state_display()}
        raise RuleViolation(sentence, "proposal_decided")
    text = scrubbed(reason.strip())[:500]
    if not text:
        sentence = _("Say why.")
        raise RuleViolation(sentence, "reason_missing", fields={"reason": sentence})
    if follow:
        # Voiding settles the proposal in the same step: there is one way not to count an assignment.
        stopping.void(assignment=assignment, on=on or clock.today(), reason=text, basis=basis, version=None, by=by)
    else:
        _settle(held, ProposalState.DISMISSED, text, by)
        moving.touched([assignment.pk])
        _record("void_not_followed", held, by, {"reason": text})
    leave_inbox.proposal_settled([held.pk])
    held.refresh_from_db()
    return held


def _ways(ground: Ground, row: Row, missed: Collection[Missed]) -> tuple[Ways, ...]:
    """Return what is said of absence on the day of the latest one, else on the first day."""
    day = max((each.first for each in missed), default=row.starts_on)
    return ground.rules(ABSENCE, row, day)


def _propose(assignment: Assignment, found: AbsenceStanding, by_clause: Consequence, by: Actor) -> None:
    """Open a proposal; one that had lapsed comes back."""
    rule = by_clause.rule
    lapsed = Proposal.objects.filter(assignment=assignment, kind=ProposalKind.VOID, state=ProposalState.LAPSED)
    proposal = lapsed.order_by("-pk").first() or Proposal(assignment=assignment, kind=ProposalKind.VOID)
    if proposal.pk is not None:
        proposal.version += 1
    proposal.state, proposal.proposed_at = ProposalState.OPEN, clock.now()
    proposal.policy, proposal.version_id, proposal.clause_id = rule.policy, rule.version_id or None, rule.clause_id
    proposal.basis = _basis(found, by_clause)
    proposal.save()
    _record("void_proposed", proposal, by, {"clause": rule.clause_id, "counted": by_clause.counted})
    leave_inbox.proposed(proposal, by_clause.counted)


def _renew(proposal: Proposal, found: AbsenceStanding, by_clause: Consequence) -> None:
    basis = _basis(found, by_clause)
    if proposal.basis != basis:
        proposal.basis, proposal.clause_id = basis, by_clause.rule.clause_id
        proposal.version += 1
        proposal.save(update_fields=["basis", "clause_id", "version"])


def _lapse(proposal: Proposal, by: Actor) -> None:
    proposal.state, proposal.version = ProposalState.LAPSED, proposal.version + 1
    proposal.save(update_fields=["state", "version"])
    _record("void_lapsed", proposal, by, {})
    leave_inbox.proposal_settled([proposal.pk])


def _settle(proposal: Proposal, state: ProposalState, reason: str, by: Actor) -> None:
    proposal.state, proposal.reason, proposal.version = state, reason, proposal.version + 1
    proposal.decided_by_id, proposal.decided_by_name, proposal.decided_at = by.user_id, by.name[:150], clock.now()
    columns = ["state", "reason", "version", "decided_by_id", "decided_by_name", "decided_at"]
    proposal.save(update_fields=columns)


def _basis(found: AbsenceStanding, by_clause: Consequence) -> dict[str, Any]:
    """Return on what a proposal rests, as codes and dates: the explanation with its clause, and what is void."""
    clause = by_clause.rule.clause
    return {
        "counted": by_clause.counted,
        "by_episode": found.by_episode,
        "by_day": found.by_day,
        "absences": [[each.first.isoformat(), each.last.isoformat(), each.days] for each in found.episodes],
        "takes_extension": clause.takes_extension,
        "cite": clause.cite.phrase,
        "explained": found.explained.to_json(),
    }


def _record(act: str, proposal: Proposal, by: Actor, detail: dict[str, Any]) -> None:
    label = proposal.assignment.worker.name
    audit.record(
        act=f"assignments.{act}",
        by=by,
        on=proposal,
        label=label,
        detail={"assignment": proposal.assignment_id} | detail,
    )
