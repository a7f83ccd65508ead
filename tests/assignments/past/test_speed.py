"""Ten thousand rows of the past, with their leave, are taken on in the time it takes to fetch a coffee."""

from __future__ import annotations

import time
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assignments.models import Assignment, Leave
from assignments.services import leaves, past
from deploy_admin.people.models import Employment, HealthWorker
from tests.assignments.past.world import World, plan_of, sheet

pytestmark = pytest.mark.django_db
MANY = 10_000


def people(world, n):
    workers = HealthWorker.objects.bulk_create(
        HealthWorker(number=f"P9{i:07d}", name=f"示范{i}", pinyin=f"shi fan {i}", born_on=date(1980, 1, 1), sex="1")
        for i in range(n)
    )
    Employment.objects.bulk_create(
        Employment(
            worker=worker, institution=world.hospital, valid_from=date(2018, 7, 1), hired_on=date(2018, 7, 1),
            staff_category="physician", employment_mode="establishment", began_as="recruited", is_current=True,
        )
        for worker in workers
    )  # fmt: skip
    return workers


def test_ten_thousand_rows_in_less_than_twenty_seconds():
    world = World()
    workers = people(world, MANY)
    content = sheet(*({"姓名": None, "人员编号": worker.number, "补助合计": 900} for worker in workers))
    began = time.perf_counter()
    plan = plan_of(content, world.office)
    assert plan.counts["new"] == MANY
    planned = time.perf_counter() - began
    entries = [world.entry(worker) for worker in workers]
    began = time.perf_counter()
    with CaptureQueriesContext(connection) as queries:
        past.take_on(entries, by=world.hr)
    taken = time.perf_counter() - began
    ids = list(Assignment.objects.order_by("pk").values_list("pk", flat=True))
    began = time.perf_counter()
    rows = [
        leaves.PastLeave(assignment_id=pk, kind="personal", first_day=date(2023, 5, 8), last_day=date(2023, 5, 12))
        for pk in ids
    ]
    leaves.record_past_leave(rows, by=world.hr)
    left = time.perf_counter() - began
    assert Leave.objects.count() == MANY
    assert planned + taken < 20, (planned, taken, left)
    assert left < 20, (planned, taken, left)
    assert len(queries) < 40
