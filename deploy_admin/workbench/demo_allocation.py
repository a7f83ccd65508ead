"""The demonstration's open round: what it rests on, its lists, and three plans of who goes where."""

from __future__ import annotations

from datetime import date, timedelta

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction

from assignments.allocation import computing
from assignments.allocation import services as plans
from assignments.filing import inbox
from assignments.kinds import Kind
from assignments.models import AllocationPlan, Campaign, Nomination, StaffingRequest
from assignments.services import campaigns
from assignments.states import PlanState
from deploy_admin import clock
from deploy_admin.errors import RuleViolation
from deploy_admin.jobs import services as jobs
from deploy_admin.registry.models import Institution
from deploy_admin.workbench import demo_allocation_data as data
from deploy_admin.workbench import demo_allocation_policy as policy
from deploy_admin.workbench.demo_allocation_lists import Filing
from deploy_admin.workbench.demo_bringing import actor_of, units_by_name
from deploy_admin.workbench.demo_campaigns import WANZHOU

#: First placed by hand: person, unit, speciality; the last of them stays pinned when a plan is proposed.
BY_HAND = (
    ("秦思", data.WHITE_STONE, "内科"),
    ("姚雅宁", data.WHITE_STONE, "内科"),
    ("郎景哲", data.GRAIN, "内分泌"),
    ("周月兰", data.STONE_PASS, "中医骨伤"),
    ("冯柏文", data.BAMBOO, "全科医学"),
)
#: What is said before the last proposal: two pins, the first of somebody held elsewhere till then, and a ban.
PINNED = (("冯柏文", data.CLOUD_RIDGE, "全科医学"), ("牟承波", data.GOOSE_LAKE, "儿"))
BANNED, WHY_BANNED = ("许涵诗", data.STAR_WOOD, "儿"), "亲属在该院任职，须回避"
#: How the title of the campaign's document ends: by it the round is found again.
NOTICE = "“县聘乡用”需求报送和人员提名工作的通知"
BY_HAND_NAME, PROPOSED_NAME, PINNED_NAME = "人事科初排", "按顺序测算", "按会前意见调整"


def load() -> list[str]:
    """Tell the round where it is not there yet, and whatever plan is missing of it; return what was done.

    What the services refuse does not fit what somebody did in the demonstration meanwhile: it is left out.
    """
    today, units = clock.today(), units_by_name()
    done: list[str] = []
    try:
        campaign = Campaign.objects.filter(authority=units[WANZHOU], document__endswith=NOTICE).first()
        if campaign is None:
            campaign, done = _round(today, units)
        for number, plan in enumerate(PLANS, start=1):
            if not AllocationPlan.objects.filter(campaign=campaign, number__gte=number).exists():
                done.append(plan(campaign, units))
    except (RuleViolation, ObjectDoesNotExist) as refusal:
        done.append(f"left out, the open round: {refusal}")
    return done


@transaction.atomic
def _round(today: date, units: dict[str, int]) -> tuple[Campaign, list[str]]:
    """Open the round with what it rests on, and let the lists come in."""
    first = _first_day(today)
    done = [policy.quotas_of_senders(first.year, today - timedelta(days=30))]
    filing = Filing(_opened(first, today, units), units, today)
    done += [
        filing.requests(late_until=today - timedelta(days=6), window_to=today + timedelta(days=9)),
        filing.nominations(),
    ]
    inbox.remind(today)
    return filing.campaign, done


def _first_day(today: date) -> date:
    """Return the spring in which the round begins: when those of the year before are back."""
    spring = date(today.year, 3, 22)
    return spring if spring > today + timedelta(days=60) else spring.replace(year=today.year + 1)


def _opened(first: date, today: date, units: dict[str, int]) -> Campaign:
    """Prepare and open the campaign three weeks ago; its first window was shorter than it came to be."""
    officer = actor_of("wanzhou")
    with clock.supposed(clock.now() - timedelta(days=20)):
        campaign = campaigns.create_campaign(
            authority=Institution.objects.get(pk=units[WANZHOU]),
            facts={
                "scheme": "county_township", "kind": Kind.COUNTY_TOWNSHIP, "year": first.year, "batch": 1,
                "name": f"{first.year}年万州区“县聘乡用”", "planned_number": 24, "planned_is_approximate": True,
                "requests_from": today - timedelta(days=18), "requests_to": today - timedelta(days=7),
                "nominations_from": today - timedelta(days=12), "nominations_to": today + timedelta(days=16),
                "starts_on": first, "reporting_on": first, "term_months": 12,
                "destinations": {"condition": {"tier": "township"}, "units": []},
                "destinations_note": "全区乡镇卫生院、社区卫生服务中心",
                "document": f"关于做好{first.year}年{NOTICE}",
                "document_number": f"示范万卫发〔{today.year}〕31号",
            },
            by=officer,
        )  # fmt: skip
        return campaigns.open_campaign(campaign=campaign, by=officer)


# ------------------------------------------------------------ the plans


def _by_hand(campaign: Campaign, units: dict[str, int]) -> str:
    """Place a few by hand, as a first list is made; only the last is held for what is proposed from it."""
    officer = actor_of("wanzhou")
    with transaction.atomic(), clock.supposed(clock.now() - timedelta(days=2)):
        plan = plans.create_plan(campaign=campaign, name=BY_HAND_NAME, by=officer)
        pairs = [_pair(campaign, units, *each) for each in BY_HAND]
        for request, nomination in pairs:
            plans.place(plan=plan, request_id=request, nomination_id=nomination, by=officer)
        for request, nomination in pairs[:-1]:
            plans.unpin(plan=plan, request_id=request, nomination_id=nomination, by=officer)
    return f"plan {plan.number}: {len(pairs)} by hand"


def _proposed(campaign: Campaign, units: dict[str, int]) -> str:
    """Propose from the plan by hand."""
    with clock.supposed(clock.now() - timedelta(days=1)):
        return _computed(AllocationPlan.objects.get(campaign=campaign, number=1), PROPOSED_NAME)


def _with_marks(campaign: Campaign, units: dict[str, int]) -> str:
    """Pin and ban otherwise than was proposed, and propose again: the two plans are to be compared."""
    officer, plan = actor_of("wanzhou"), AllocationPlan.objects.get(campaign=campaign, number=2)
    with transaction.atomic():
        request, nomination = _pair(campaign, units, *BY_HAND[-1])
        plans.unpin(plan=plan, request_id=request, nomination_id=nomination, by=officer)
        for pinned in PINNED:
            request, nomination = _pair(campaign, units, *pinned)
            plans.pin(plan=plan, request_id=request, nomination_id=nomination, by=officer)
        request, nomination = _pair(campaign, units, *BANNED)
        plans.ban(plan=plan, request_id=request, nomination_id=nomination, reason=WHY_BANNED, by=officer)
    return _computed(plan, PINNED_NAME)


def _computed(source: AllocationPlan, name: str) -> str:
    """Have a plan proposed, and do at once what the worker would."""
    plan = plans.propose(plan=source, name=name, by=actor_of("wanzhou"))
    job = computing.job_of(plan)
    if job is not None:
        jobs.run(job.pk)
    plan.refresh_from_db()
    if plan.state != PlanState.DRAFT:
        raise RuleViolation(f"plan {plan.number} was not computed", code="demo_plan")
    return f"plan {plan.number}: {plan.lines.count()} proposed, {plan.gaps.count()} gaps"


def _pair(campaign: Campaign, units: dict[str, int], name: str, unit: str, speciality: str) -> tuple[int, int]:
    """Return the request and the nomination that are meant."""
    request = StaffingRequest.objects.standing().get(campaign=campaign, institution=units[unit], speciality=speciality)
    nomination = Nomination.objects.standing().get(campaign=campaign, worker__name=name)
    return request.pk, nomination.pk


PLANS = (_by_hand, _proposed, _with_marks)
