"""Pages of 100 rows, the board's and the lists of people and assignments, against the same rows as a plain table."""

from __future__ import annotations

import statistics
from collections.abc import Iterator

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import include, path

from assignments.models import Assignment
from deploy_admin.access import Permission, Role, requires
from deploy_admin.accounts.models import Membership
from deploy_admin.people.models import HealthWorker
from quotas.models import Quota
from tests.accounts.factories import a_membership, signed_in
from tests.bench import eligibility
from tests.bench import people as rosters
from tests.bench.measure import Item, at_most, seconds, times
from tests.bench.quotas import YEAR

TIMES = 40
PEOPLE = 50_000
PLAIN = (
    '{% extends "base.html" %}{% block content %}<table>{% for row in rows %}<tr>{% for cell in row %}'
    "<td>{{ cell }}</td>{% endfor %}</tr>{% endfor %}</table>{% endblock %}"
)
COLUMNS = (
    "id", "institution_id", "institution__profiles__name", "topic", "clause_id", "base_shown", "ratio_shown",
    "required", "nominated", "on_post", "recognised_year_end", "recognised_final", "shortfall", "forecast",
    "binding", "verdict", "provisional",
)  # fmt: skip


@requires(Permission.QUOTAS_VIEW)
def plain(request: HttpRequest) -> HttpResponse:
    """Answer the board's first hundred rows with its columns, in the same frame, and nothing else."""
    rows = Quota.objects.visible_to(request.actor).current().of_period(YEAR).filter(scope="unit").with_tallies()
    page = rows.for_list().values_list(*COLUMNS)[:100]
    return HttpResponse(engines["django"].from_string(PLAIN).render({"rows": list(page)}, request))


PERSON = (
    "id", "number", "name", "sex", "born_on", "speciality", "id_masked", "employment__institution_id",
    "employment__institution__profiles__name", "employment__department", "employment__staff_category",
    "employment__employment_mode", "employment__valid_to",
)  # fmt: skip


@requires(Permission.PEOPLE_VIEW)
def plain_people(request: HttpRequest) -> HttpResponse:
    """Answer the first hundred people with their employment, and how many there are, in the same frame."""
    people = HealthWorker.objects.visible_to(request.actor).living().with_employment()  # type: ignore[attr-defined]
    employed = people.filter(employment__isnull=False, employment__valid_to__isnull=True)
    page = employed.order_by("pinyin", "pk").values_list(*PERSON)[:100]
    context = {"rows": list(page), "count": employed.count()}
    return HttpResponse(engines["django"].from_string(PLAIN).render(context, request))


POSTING = (
    "id", "worker__name", "worker__number", "worker__sex", "sending_unit__profiles__name",
    "receiving_unit__profiles__name", "department", "speciality", "campaign__name", "kind", "state", "starts_on",
    "ends_on", "extended_days", "credit__months", "credit__days",
)  # fmt: skip


@requires(Permission.ASSIGNMENTS_VIEW)
def plain_assignments(request: HttpRequest) -> HttpResponse:
    """Answer the first hundred assignments by pinyin, and how many there are, in the same frame."""
    rows = Assignment.objects.visible_to(request.actor).living()  # type: ignore[attr-defined]
    page = rows.order_by("sort_key", "starts_on", "pk").values_list(*POSTING)[:100]
    context = {"rows": list(page), "count": rows.count()}
    return HttpResponse(engines["django"].from_string(PLAIN).render(context, request))


urlpatterns = [
    path("bench/plain/", plain),
    path("bench/people/", plain_people),
    path("bench/assignments/", plain_assignments),
    path("", include("deploy_admin.urls")),
]


def board() -> Iterator[Item]:
    """The board of a year."""
    yield from asked_for("board", "board-100-rows", f"/quotas/?period={YEAR.iso}", "/bench/plain/")


def people(units: list[int]) -> Iterator[Item]:
    """The list of people, the first page of fifty thousand."""
    rosters.clear()
    eligibility.people(units, PEOPLE)
    yield from asked_for("roster", "roster-page-100", "/people/", "/bench/people/")
    rosters.clear()


def assignments() -> Iterator[Item]:
    """The list of assignments, the first page of as many as there are."""
    yield from asked_for("assignments", "assignments-page-100", "/assignments/", "/bench/assignments/")


def asked_for(
    name: str,
    label: str,
    page: str,
    floor: str,
    *,
    member: Membership | None = None,
    urls: str = __name__,
    within: float = 0.15,
    queries: int = 12,
    ratio: float | None = 2,
) -> Iterator[Item]:
    """Ask for both in turn, so that neither has the machine to itself; as the city's officer unless it is said who."""
    with override_settings(ROOT_URLCONF=urls):
        client = signed_in(Client(), member or a_membership(Role.CITY_OFFICER))

        def get(address: str) -> None:
            assert client.get(address).status_code == 200, address

        get(page), get(floor)
        with CaptureQueriesContext(connection) as caught:
            get(page)
        asked = len(caught)
        taken: dict[str, list[float]] = {page: [], floor: []}
        for _ in range(TIMES):
            for address in taken:
                taken[address] += times(1, lambda address=address: get(address))
    middle = {address: statistics.median(held) for address, held in taken.items()}
    yield seconds(label, middle[page], within, floor=middle[floor], ratio=ratio)
    yield seconds(f"{label}-p95", statistics.quantiles(taken[page], n=20)[-1], within)
    yield at_most(f"{name}-queries", asked, queries, "")
