"""The board of a plan with 2,000 requests, and the picker behind one of them, against the same rows as a table."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import date

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import include, path

from assignments.kinds import ListKind
from assignments.models import AllocationPlan, Campaign, FiledList, Nomination, PlanGap, PlanLine, StaffingRequest
from deploy_admin.access import Permission, requires
from deploy_admin.registry.models import Institution, InstitutionProfile
from tests.bench import eligibility, world
from tests.bench import people as rosters
from tests.bench.allocation_city import SPECIALITIES
from tests.bench.measure import Item
from tests.bench.pages import PLAIN, asked_for

PEOPLE = REQUESTS = 2_000
UNITS = 1_400
SENDERS = 120
UNIT = 7_000_000
PERSON = 7_000_000
COLUMNS = (
    "seat", "source", "request__speciality", "request__number", "request__minimum_title", "request__priority",
    "request__institution__profiles__name", "nomination__worker__name", "nomination__institution__profiles__name",
)  # fmt: skip


@requires(Permission.ALLOCATION_VIEW)
def plain_plan(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer the first sixty lines of a plan with both sides, and how many requests there are, in the same frame."""
    rows = PlanLine.objects.visible_to(request.actor).filter(plan=pk).order_by("request_id")  # type: ignore[attr-defined]
    context = {"rows": list(rows.values_list(*COLUMNS)[:60]), "count": StaffingRequest.objects.count()}
    return HttpResponse(engines["django"].from_string(PLAIN).render(context, request))


urlpatterns = [path("bench/plan/<int:pk>/", plain_plan), path("", include("deploy_admin.urls"))]


def pages(senders: Sequence[int]) -> Iterator[Item]:
    """The board as its officer has it, searched, and the people for one of its requests."""
    plan = built(list(senders)[:SENDERS])
    page, floor = plan.get_absolute_url(), f"/bench/plan/{plan.pk}/"
    own = {"urls": __name__, "within": 0.3, "queries": 45, "ratio": None}
    yield from asked_for("allocation-board", "allocation-board-2000", page, floor, **own)  # type: ignore[arg-type]
    found = f"{page}?show=unfilled&q=%E5%84%BF%E7%A7%91"
    yield from asked_for("allocation-found", "allocation-board-searched", found, floor, **own)  # type: ignore[arg-type]
    wanted = PlanGap.objects.filter(plan=plan).values_list("request_id", flat=True)[0]
    pick = f"{page}pick/?request={wanted}"
    yield from asked_for("allocation-pick", "allocation-picker", pick, floor, **(own | {"queries": 70}))  # type: ignore[arg-type]


def built(senders: list[int]) -> AllocationPlan:
    """Write the campaign with approved lists of both kinds, and a plan that fills nine places of ten."""
    draw = random.Random(6)  # noqa: S311 -- nothing secret
    rosters.clear()
    divisions = list(
        InstitutionProfile.objects.order_by("division_id").values_list("division_id", flat=True).distinct()
    )
    world.institutions(
        range(UNIT, UNIT + UNITS), "示范卫生院", "township_health_centre", "township", 1, "district", divisions
    )
    eligibility.people(senders, PEOPLE, PERSON, SPECIALITIES)
    authority = Institution.objects.filter(profiles__kind="health_authority").order_by("pk")[0]
    campaign = Campaign.objects.create(
        authority=authority, scheme="bench", kind="municipal_county", year=2027, batch=1, name="示范批次",
        state="open", starts_on=date(2027, 3, 10), term_months=12,
    )  # fmt: skip
    requests = _requests(campaign, draw)
    nominations = _nominations(campaign, senders)
    plan = AllocationPlan.objects.create(campaign=campaign, number=1, state="draft", recorded_by_name="示范")
    _paired(plan, requests, nominations)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return plan


def _lists(campaign: Campaign, kind: ListKind, units: Sequence[int]) -> dict[int, FiledList]:
    said = {"campaign": campaign, "kind": kind, "state": "approved", "submitted_by_name": "示范"}
    said |= {"submitted_at": campaign.recorded_at, "recorded_by_name": "示范"}
    made = FiledList.objects.bulk_create(FiledList(institution_id=unit, **said) for unit in units)
    return {each.institution_id: each for each in made}


def _requests(campaign: Campaign, draw: random.Random) -> list[StaffingRequest]:
    lists = _lists(campaign, ListKind.REQUESTS, range(UNIT, UNIT + UNITS))
    return StaffingRequest.objects.bulk_create(
        StaffingRequest(
            filed_list=lists[UNIT + n % UNITS], campaign=campaign, institution_id=UNIT + n % UNITS,
            rank=n // UNITS + 1, priority=draw.choice((1, 2, 2, 3)), speciality=draw.choice(SPECIALITIES),
            recorded_by_name="示范",
        )
        for n in range(REQUESTS)
    )  # fmt: skip


def _nominations(campaign: Campaign, senders: Sequence[int]) -> list[Nomination]:
    lists = _lists(campaign, ListKind.NOMINATIONS, senders)
    of = [senders[pk % len(senders)] for pk in range(PERSON, PERSON + PEOPLE)]
    return Nomination.objects.bulk_create(
        Nomination(
            filed_list=lists[unit], campaign=campaign, institution_id=unit, worker_id=PERSON + n,
            speciality=SPECIALITIES[(PERSON + n) * 31 % len(SPECIALITIES)], recorded_by_name="示范",
        )
        for n, unit in enumerate(of)
    )  # fmt: skip


def _paired(plan: AllocationPlan, requests: Sequence[StaffingRequest], nominations: Sequence[Nomination]) -> None:
    names = ("speciality", "community", "remote", "wishes")
    marks = [{"criterion": name, "verdict": "yes", "value": 1, "params": {}} for name in names]
    filled = [n for n in range(REQUESTS) if n % 10]
    PlanLine.objects.bulk_create(
        PlanLine(
            plan=plan, request=requests[n], nomination=nominations[n], seat=1,
            reason={"marks": marks, "decided_by": "community", "against": []},
        )
        for n in filled
    )  # fmt: skip
    left = [n for n in range(REQUESTS) if n % 10 == 0]
    reason = {"code": "all_placed_elsewhere"}
    PlanGap.objects.bulk_create(PlanGap(plan=plan, request=requests[n], places=1, reason=reason) for n in left)
    PlanGap.objects.bulk_create(PlanGap(plan=plan, nomination=nominations[n], reason=reason) for n in left)
