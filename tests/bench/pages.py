"""The board's page of 100 rows against the same rows as a plain table behind the same middleware."""

from __future__ import annotations

import statistics
from collections.abc import Iterator

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import include, path

from deploy_admin.access import Permission, Role, requires
from quotas.models import Quota
from tests.accounts.factories import a_membership, signed_in
from tests.bench.measure import Item, at_most, seconds, times
from tests.bench.quotas import YEAR

TIMES = 40
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


urlpatterns = [path("bench/plain/", plain), path("", include("deploy_admin.urls"))]


def board() -> Iterator[Item]:
    """Ask for both in turn, so that neither has the machine to itself."""
    with override_settings(ROOT_URLCONF="tests.bench.pages"):
        client = signed_in(Client(), a_membership(Role.CITY_OFFICER))

        def get(address: str) -> None:
            assert client.get(address).status_code == 200, address

        page, floor = f"/quotas/?period={YEAR.iso}", "/bench/plain/"
        get(page), get(floor)
        with CaptureQueriesContext(connection) as caught:
            get(page)
        queries = len(caught)
        taken: dict[str, list[float]] = {page: [], floor: []}
        for _ in range(TIMES):
            for address in taken:
                taken[address] += times(1, lambda address=address: get(address))
    middle = {address: statistics.median(held) for address, held in taken.items()}
    yield seconds("board-100-rows", middle[page], 0.15, floor=middle[floor], ratio=2)
    yield seconds("board-100-rows-p95", statistics.quantiles(taken[page], n=20)[-1], 0.15)
    yield at_most("board-queries", queries, 12, "")
