"""Computing a plan in the background: read, solved, explained, and written at once; killed anywhere it begins anew."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from assignments.allocation import holding
from assignments.allocation.ground import Ground
from assignments.allocation.seen import Versions
from assignments.kinds import LineSource
from assignments.models import AllocationPlan, PlanGap, PlanLine
from assignments.rules.allocation.reasons import explain
from assignments.rules.allocation.solving import solve
from assignments.rules.allocation.types import Pair, Reasons, Solution
from assignments.states import PlanState
from deploy_admin import clock
from deploy_admin.access import Actor
from deploy_admin.audit import services as audit
from deploy_admin.jobs import services as jobs
from deploy_admin.jobs.handlers import Claim, handles
from deploy_admin.jobs.models import Job

KIND = "assignments.allocate"
#: What the progress counts beside the stages: reading, explaining, writing.
BESIDE = 3


def start(plan: AllocationPlan, by: Actor) -> Job:
    """Have the plan computed in the background."""
    title = _("Proposing plan %(n)s of “%(campaign)s”") % {"n": plan.number, "campaign": plan.campaign.name}
    return jobs.start(kind=KIND, params={"plan": plan.pk}, by=by, title=title, url=plan.get_absolute_url())


def job_of(plan: AllocationPlan) -> Job | None:
    """Return the latest work on a plan that has no result yet; None where there is nothing to wait for."""
    if plan.state != PlanState.SOLVING:
        return None
    return Job.objects.filter(kind=KIND, params__plan=plan.pk).order_by("-pk").first()


@handles(KIND, atomic=False)
def work(claim: Claim) -> dict[str, Any]:
    """Compute the plan that the job names. Nothing is written before everything is known."""
    found = AllocationPlan.objects.select_related("campaign").filter(pk=claim.params["plan"]).first()
    if found is None or found.state != PlanState.SOLVING:  # written by the turn before, or discarded meanwhile
        return {}
    plan: AllocationPlan = found
    after = holding.decisions(plan.campaign_id)
    versions = Versions(plan.campaign_id)
    ground = Ground(plan)
    stages = len(ground.problem.criteria) + BESIDE
    claim.progress(1, stages)
    solution = solve(ground.problem, progress=lambda done, _of: claim.progress(min(1 + done, stages - 2), stages))
    claim.progress(stages - 2, stages)
    reasons = explain(ground.problem, solution.pairs)
    claim.progress(stages - 1, stages)
    with transaction.atomic():
        told = _write(plan, after, versions, ground, solution, reasons, claim.actor)
        claim.check()
    claim.progress(stages, stages)
    return told


def _write(
    plan: AllocationPlan,
    after: int,
    versions: Versions,
    ground: Ground,
    solution: Solution,
    reasons: Reasons,
    by: Actor,
) -> dict[str, Any]:
    """Write the result into the plan, unless somebody discarded it while it was computed."""
    held = AllocationPlan.objects.select_for_update(of=("self",), no_key=True).get(pk=plan.pk)
    if held.state != PlanState.SOLVING:
        return {}
    lines = list(_lines(plan, versions, ground, solution, reasons))
    PlanLine.objects.bulk_create(lines, batch_size=2000)
    gaps = list(_gaps(plan, ground, solution.pairs, reasons))
    PlanGap.objects.bulk_create(gaps, batch_size=2000)
    values = {
        "state": PlanState.DRAFT,
        "after": after,
        "rule": ground.governed.stored(),
        "stages": _stages(solution),
        "inputs_digest": solution.digest,
        "solved_at": clock.now(),
    }
    holding.write(held, values)
    told = {"lines": len(lines), "gaps": len(gaps), "optimal": all(each.optimal for each in solution.stages)}
    audit.record(act="allocation.computed", by=by, on=held, detail={**told, "digest": solution.digest})
    return told


def _stages(solution: Solution) -> list[dict[str, Any]]:
    return [
        {
            "criterion_id": each.criterion_id,
            "kind": each.kind,
            "value": each.value,
            "bound": each.bound,
            "better": each.better,
            "optimal": each.optimal,
            "seconds": round(each.seconds, 3),
        }
        for each in solution.stages
    ]


def _lines(
    plan: AllocationPlan, versions: Versions, ground: Ground, solution: Solution, reasons: Reasons
) -> Iterable[PlanLine]:
    """Yield a line for each pairing; who keeps the request of the plan before keeps the seat there."""
    seats = _seats(plan, ground, solution.pairs)
    for pair in sorted(solution.pairs):
        reason = dict(reasons.lines.get(pair, {}))
        yield PlanLine(
            plan=plan,
            request_id=pair[0],
            nomination_id=pair[1],
            seat=seats[pair],
            source=LineSource.SOLVER,
            reason={**reason, "seen": versions.of(pair)},
        )


def _seats(plan: AllocationPlan, ground: Ground, pairs: Iterable[Pair]) -> dict[Pair, int]:
    before: dict[Pair, int] = {}
    if plan.based_on_id is not None:
        rows = PlanLine.objects.filter(plan=plan.based_on_id).order_by()
        before = {
            (request, who): seat for request, who, seat in rows.values_list("request_id", "nomination_id", "seat")
        }
    per_request: dict[int, list[Pair]] = defaultdict(list)
    for pair in sorted(pairs):
        per_request[pair[0]].append(pair)
    seats: dict[Pair, int] = {}
    for request, held in per_request.items():
        free = list(ground.asked.seats[request])
        for pair in held:
            if before.get(pair) in free:
                seats[pair] = before[pair]
                free.remove(before[pair])
        for pair in held:
            if pair not in seats:
                seats[pair] = free.pop(0)
    return seats


def _gaps(plan: AllocationPlan, ground: Ground, pairs: Iterable[Pair], reasons: Reasons) -> Iterable[PlanGap]:
    """Yield what is left over: requests with empty places, people without one, each with its reason."""
    filled: dict[int, int] = defaultdict(int)
    placed = set()
    for request, who in pairs:
        filled[request] += 1
        placed.add(who)
    for each in ground.problem.requests:
        if (empty := each.number - filled[each.key]) > 0:
            reason: Mapping[str, Any] = reasons.requests.get(each.key, {})
            yield PlanGap(plan=plan, request_id=each.key, places=empty, reason=reason)
    for person in ground.problem.people:
        if person.key not in placed:
            yield PlanGap(plan=plan, nomination_id=person.key, reason=reasons.people.get(person.key, {}))
