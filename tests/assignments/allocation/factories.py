"""Plans, lines and marks as valid rows written directly, and a small world in which two units ask and two send."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import timezone

from assignments.allocation import services
from assignments.kinds import LineSource, MarkKind
from assignments.models import (
    AllocationPlan,
    Assignment,
    Campaign,
    Nomination,
    PlanGap,
    PlanLine,
    PlanMark,
    StaffingRequest,
)
from deploy_admin.jobs.models import Job
from deploy_admin.jobs.services import running
from deploy_admin.people.models import HealthWorker
from deploy_admin.registry.models import Institution
from tests.assignments.campaigns import world as campaigns
from tests.assignments.filing.factories import a_nomination, a_request, a_round
from tests.assignments.postings import CITY_OFFICER

BASIS = {
    "deciding_body": "示范市卫生健康委员会主任办公会",
    "meeting_on": date(2026, 11, 20),
    "document": "关于2027年第1批人员安排的决定（示范）",
    "document_number": "示范卫人〔2026〕9号",
}


def a_plan(campaign: Campaign | None = None, **more: Any) -> AllocationPlan:
    """Return a draft made by hand; `state="decided"` comes with its basis."""
    campaign = campaign or a_round()
    number = more.pop("number", AllocationPlan.objects.filter(campaign=campaign).count() + 1)
    if more.get("state") == "decided":
        more = (
            {
                "decision": AllocationPlan.objects.filter(campaign=campaign, decision__isnull=False).count() + 1,
                "decided_at": timezone.now(),
                "decided_by_name": "示范经办",
            }
            | BASIS
            | more
        )
    return AllocationPlan.objects.create(campaign=campaign, number=number, **({"recorded_by_name": "示范经办"} | more))


def a_line(
    plan: AllocationPlan,
    request: StaffingRequest | None = None,
    nomination: Nomination | None = None,
    **more: Any,
) -> PlanLine:
    """Return one person on one place of the plan, on the request's first free seat; both are made where not given."""
    request = request or a_request(campaign=plan.campaign)
    nomination = nomination or a_nomination(campaign=plan.campaign)
    seat = more.pop("seat", PlanLine.objects.filter(plan=plan, request=request).count() + 1)
    fields = {"source": LineSource.SOLVER} | more
    return PlanLine.objects.create(plan=plan, request=request, nomination=nomination, seat=seat, **fields)


def a_mark(
    plan: AllocationPlan, request: StaffingRequest, nomination: Nomination, kind: str = MarkKind.PIN
) -> PlanMark:
    return PlanMark.objects.create(plan=plan, request=request, nomination=nomination, kind=kind, by_name="示范经办")


def a_gap(plan: AllocationPlan, *, request: Any = None, nomination: Any = None, **more: Any) -> PlanGap:
    """Return what the plan leaves over, of a request or of a person."""
    fields = {"places": 1 if request is not None else 0, "reason": {"code": "nobody_of_speciality"}} | more
    return PlanGap.objects.create(plan=plan, request=request, nomination=nomination, **fields)


def run_last_job() -> Job:
    """Run the job that was started last to its end."""
    job = Job.objects.order_by("-pk")[0]
    running.run(job.pk)
    job.refresh_from_db()
    return job


class World(campaigns.World):
    """The world of the campaigns with requests and nominations approved: the county's hospital and township ask."""

    def __init__(self, **facts: Any) -> None:
        super().__init__(**facts)
        self.officer = CITY_OFFICER

    def asks(self, unit: Institution | None = None, speciality: str = "内科", **more: Any) -> StaffingRequest:
        """Return what the county's hospital, or another unit, asks for."""
        return a_request(unit or self.receiver, campaign=self.campaign, speciality=speciality, **more)

    def named(self, worker: HealthWorker | str | None = None, speciality: str = "内科", **more: Any) -> Nomination:
        """Return somebody nominated by the unit they work at: a new physician of the first hospital by name."""
        if not isinstance(worker, HealthWorker):
            worker = self.physician(worker, at=more.pop("at", None))
        return a_nomination(worker, campaign=self.campaign, speciality=speciality, **more)

    def plan(self, **more: Any) -> AllocationPlan:
        """Return an empty draft of the campaign."""
        return services.create_plan(campaign=self.campaign, by=self.officer, **more)

    def proposed(self, plan: AllocationPlan | None = None) -> AllocationPlan:
        """Return what the solver makes of the campaign as it stands."""
        new = services.propose(plan=plan or self.plan(), by=self.officer)
        run_last_job()
        new.refresh_from_db()
        return new

    def place(
        self, plan: AllocationPlan, request: StaffingRequest, nomination: Nomination, **more: Any
    ) -> AllocationPlan:
        return services.place(plan=plan, request_id=request.pk, nomination_id=nomination.pk, by=self.officer, **more)

    def decide(self, plan: AllocationPlan, **more: Any) -> AllocationPlan:
        """Decide the plan on a complete basis; the warnings of the model plan's rules are accepted."""
        return services.decide(**({"plan": plan, "by": self.officer, "accept": ACCEPTED} | BASIS | more))

    def assignments(self) -> list[Assignment]:
        return list(Assignment.objects.filter(campaign=self.campaign).order_by("pk"))


#: What placing warns of in this world whatever is placed.
ACCEPTED: frozenset[str] = frozenset()


def pairs(plan: AllocationPlan) -> set[tuple[int, int]]:
    """Return who goes where in a plan."""
    return set(PlanLine.objects.filter(plan=plan).values_list("request_id", "nomination_id"))
