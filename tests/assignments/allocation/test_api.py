"""REST of allocation plans: read, lines and gaps with their reasons in words; proposed, never decided."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assignments.models import AllocationPlan
from deploy_admin import clock
from deploy_admin.access import Role
from tests.accounts.factories import a_membership, signed_in
from tests.assignments.allocation.factories import World, a_gap, a_line, a_mark, a_plan, run_last_job

pytestmark = pytest.mark.django_db
API = "/api/v1/allocation-plans/"


@pytest.fixture
def world():
    return World()


@pytest.fixture
def officer(world):
    return signed_in(
        Client(headers={"Accept-Language": "en"}), a_membership(Role.CITY_OFFICER, world.campaign.authority)
    )


def got(client, path="", **query):
    answer = client.get(API + path, query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_a_plan_is_told_with_its_stages_and_narrowed(world, officer):
    stage = {"criterion_id": "requests", "value": 2, "bound": 2, "optimal": True, "seconds": 0.1}
    plan = a_plan(world.campaign, name="第一稿", stages=[stage], inputs_digest="a" * 64)
    discarded = a_plan(world.campaign, state="discarded", based_on=plan)
    row = got(officer, f"{plan.pk}/")
    assert (row["campaign"], row["number"], row["name"], row["state"]) == (world.campaign.pk, 1, "第一稿", "draft")
    assert (row["stages"], row["inputs_digest"]) == ([stage], "a" * 64)
    assert [each["id"] for each in got(officer)["results"]] == [plan.pk, discarded.pk]
    assert [each["id"] for each in got(officer, state="discarded")["results"]] == [discarded.pk]
    assert got(officer, campaign=world.campaign.pk + 1)["results"] == []


def test_a_delta_holds_what_was_written_since(world, officer):
    old, new = a_plan(world.campaign), a_plan(world.campaign)
    AllocationPlan.objects.filter(pk=old.pk).update(updated_at=clock.now() - timedelta(days=2))
    AllocationPlan.objects.filter(pk=new.pk).update(updated_at=clock.now())
    since = (clock.now() - timedelta(days=1)).isoformat()
    assert [row["id"] for row in got(officer, updated_since=since)["results"]] == [new.pk]


def test_lines_say_who_goes_where_and_why_in_words(world, officer):
    plan = a_plan(world.campaign)
    request, nomination = world.asks(speciality="内科"), world.named("示范去往")
    reason = {"marks": [{"criterion": "speciality", "verdict": "yes"}], "decided_by": "only_candidate", "against": []}
    line = a_line(plan, request, nomination, reason=reason)
    a_mark(plan, request, nomination)
    [row] = got(officer, f"{plan.pk}/lines/")["results"]
    assert (row["id"], row["request"], row["nomination"], row["seat"]) == (line.pk, request.pk, nomination.pk, 1)
    assert (row["institution"], row["worker"], row["sending_unit"], row["speciality"]) == (
        world.receiver.pk, nomination.worker_id, world.hospital.pk, "内科",
    )  # fmt: skip
    assert (row["pinned"], row["source"], row["assignment"], row["reason"]) == (True, "solver", None, reason)
    assert row["told"]["decided_by"]
    [mark] = row["told"]["criteria"]
    assert (mark["criterion"], mark["verdict"]) == ("speciality", "yes")


def test_gaps_say_of_either_side_what_would_change_it(world, officer):
    plan = a_plan(world.campaign)
    request, nomination = world.asks(number=2), world.named("示范留下")
    ways = [{"code": "nominate_one_more", "number": 2, "senders": [world.hospital.pk]}]
    a_gap(plan, request=request, places=2, reason={"code": "nobody_of_speciality", "would_change": ways})
    a_gap(plan, nomination=nomination, reason={"code": "no_request_of_speciality"})
    asked, left = got(officer, f"{plan.pk}/gaps/")["results"]
    assert (asked["request"], asked["nomination"], asked["places"]) == (request.pk, None, 2)
    assert (left["request"], left["nomination"], left["places"]) == (None, nomination.pk, 0)
    assert len(asked["told"]["ways"]) == 1
    assert asked["told"]["result"] != left["told"]["result"]


@pytest.mark.parametrize("what", ["lines", "gaps"])
def test_many_rows_cost_as_many_queries_as_few_and_come_by_the_page(world, officer, what):
    plan = a_plan(world.campaign)

    def more(count) -> None:
        for _ in range(count):
            if what == "lines":
                a_line(plan, world.asks(), world.named())
            else:
                a_gap(plan, request=world.asks())

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            got(officer, f"{plan.pk}/{what}/")
        return len(queries)

    more(1)
    asked()
    few = asked()
    more(5)
    assert asked() == few
    page = got(officer, f"{plan.pk}/{what}/", page_size=4)
    assert len(page["results"]) == 4
    assert page["next"]


def test_proposing_gives_a_new_plan_that_is_being_computed(world, officer):
    world.asks()
    world.named()
    plan = world.plan()
    answer = officer.post(f"{API}{plan.pk}/propose/", json.dumps({"name": "方案二"}), "application/json")
    assert answer.status_code == 200, answer.content
    said = answer.json()
    assert (said["state"], said["based_on"], said["number"], said["name"]) == ("solving", plan.pk, 2, "方案二")
    run_last_job()
    assert got(officer, f"{said['id']}/")["state"] == "draft"
    assert len(got(officer, f"{said['id']}/lines/")["results"]) == 1


def test_nothing_decides_or_places_by_rest(world, officer):
    plan = a_plan(world.campaign)
    assert officer.post(f"{API}{plan.pk}/decide/").status_code == 404
    assert officer.post(f"{API}{plan.pk}/lines/").status_code in {403, 405}
    assert officer.put(f"{API}{plan.pk}/").status_code in {403, 405}


def test_units_read_no_plan(world):
    plan = a_plan(world.campaign)
    hr = signed_in(Client(), a_membership(Role.SENDER_HR, world.hospital))
    assert hr.get(f"{API}{plan.pk}/").status_code == 403
    district = signed_in(Client(), a_membership(Role.DISTRICT_OFFICER, world.county))
    assert district.get(f"{API}{plan.pk}/").status_code == 404
    assert got(district)["results"] == []
