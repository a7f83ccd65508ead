"""Pages of the month, a sheet, the review of 1,400 units and the list of sheets, against the same rows as a table."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Avg, Count, Sum
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import include, path

from appraisals.models import Workload
from assignments.models import AssignmentMonth, MonthSheet
from deploy_admin.access import Permission, Role, requires
from deploy_admin.months import Month
from deploy_admin.registry.models import Institution
from tests.accounts.factories import a_membership
from tests.bench.measure import Item
from tests.bench.months_world import UNIT, WAITING, City
from tests.bench.pages import PLAIN, asked_for

TOTALS = (
    "attended_halves", "leave_halves", "absent_halves", "unchecked_halves", "night_halves", "extra_halves",
)  # fmt: skip
SHEET = (
    "sheet__institution__profiles__name", "month", "state", "submitted_at", "submitted_by_name", "is_late",
    "exempt_until",
)  # fmt: skip


@requires(Permission.MONTHS_VIEW)
def plain_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer one sheet's rows: who, every day, the totals, every count; in the same frame, and nothing else."""
    held = AssignmentMonth.objects.visible_to(request.actor).filter(sheet=pk).for_list()  # type: ignore[attr-defined]
    names = ("pk", "assignment__worker__name", "assignment__sending_unit__profiles__name", "days", *TOTALS)
    counts: dict[int, list[object]] = {}
    values = Workload.objects.filter(row__sheet=pk).order_by("row_id", "indicator__position")
    for row, value in values.values_list("row_id", "value"):
        counts.setdefault(row, []).append(value)
    rows = [
        (name, sender, *days, *totals, *counts.get(row, ()))
        for row, name, sender, days, *totals in held.values_list(*names)
    ]
    return HttpResponse(engines["django"].from_string(PLAIN).render({"rows": rows}, request))


@requires(Permission.MONTHS_REVIEW)
def plain_review(request: HttpRequest) -> HttpResponse:
    """Answer every unit's sheet of the month with its people, days and mean points, a hundred of them shown."""
    month = Month.parse(request.GET["month"])
    held = MonthSheet.objects.visible_to(request.actor).of(month).order_by("institution_id")  # type: ignore[attr-defined]
    rows = held.values_list("pk", "institution__profiles__name", "state", "findings", "submitted_at").annotate(
        people=Count("rows"), days=Sum("rows__attended_halves"), points=Avg("rows__score__points")
    )
    every = list(rows)
    context = {"rows": every[:100], "count": len(every)}
    return HttpResponse(engines["django"].from_string(PLAIN).render(context, request))


@requires(Permission.MONTHS_VIEW)
def plain_months(request: HttpRequest) -> HttpResponse:
    """Answer the first hundred sheets with how many people stand on each, and how many sheets there are."""
    held = MonthSheet.objects.visible_to(request.actor).for_list()  # type: ignore[attr-defined]
    names = ("institution__profiles__name", "month", "state", "submitted_at", "submitted_by_name", "exempt_until")
    first = MonthSheet.objects.filter(pk__in=list(held.values_list("pk", flat=True)[:100])).for_list()
    page = first.annotate(people=Count("rows")).values_list(*names, "people")
    context = {"rows": list(page), "count": held.count()}
    return HttpResponse(engines["django"].from_string(PLAIN).render(context, request))


urlpatterns = [
    path("bench/sheet/<int:pk>/", plain_sheet),
    path("bench/review/", plain_review),
    path("bench/months/", plain_months),
    path("", include("deploy_admin.urls")),
]


def pages(city: City) -> Iterator[Item]:
    """The sheet of an ordinary unit as its clerk has it; the review; the list."""
    unit = UNIT + WAITING[0]
    clerk = a_membership(Role.RECEIVER_CLERK, Institution.objects.get(pk=unit))
    sheet = MonthSheet.objects.get(pk=city.sheet(WAITING[0]))
    page, floor = f"/months/sheets/{sheet.pk}/", f"/bench/sheet/{sheet.pk}/"
    label = f"sheet-page-{sheet.rows.count()}"
    yield from asked_for("sheet", label, page, floor, member=clerk, urls=__name__, queries=40, ratio=None)
    month = f"?month={city.months[city.last]}"
    yield from asked_for(
        "review",
        "review-page",
        f"/months/review/{month}",
        f"/bench/review/{month}",
        urls=__name__,
        within=0.3,
        queries=20,
    )
    yield from asked_for("months", "months-page-100", "/months/", "/bench/months/", urls=__name__, queries=20)
