"""Assignments over REST: the pages' scope and filters, the delta with what was withdrawn, the explanation; audited."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.http import urlencode

from assignments.models import Assignment
from deploy_admin import clock
from deploy_admin.access import Role
from deploy_admin.audit.models import Event
from tests.assignments.assignments_pages.world import World
from tests.assignments.postings import an_assignment

pytestmark = pytest.mark.django_db
URL = "/api/v1/assignments/"


@pytest.fixture
def world():
    return World()


def listed(browser, **query):
    answer = browser.get(f"{URL}?{urlencode(query)}")
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


def ids(rows):
    return {row["id"] for row in rows}


def test_the_list_holds_every_state_what_was_withdrawn_too(world):
    found = {row["id"]: row["state"] for row in listed(world.browser())}
    assert found == {row.pk: row.state for row in Assignment.objects.all()}
    assert found[world.withdrawn.pk] == "withdrawn"


def test_a_row_says_who_is_where_until_when_and_no_id_number(world):
    [row] = listed(world.browser(), worker=world.there.worker_id)
    worker = world.there.worker
    assert (row["name"], row["person_number"]) == (worker.name, worker.number)
    assert (row["sending_unit"], row["receiving_unit"]) == (world.sender.pk, world.receiver.pk)
    assert (row["starts_on"], row["ends_on"], row["year"]) == ("2026-03-10", "2027-03-09", 2026)
    assert (row["state"], row["confirmed"], row["campaign"]) == ("on_post", True, world.campaign.pk)
    assert worker.id_masked not in str(row)


def test_a_receiver_is_told_no_person_numbers(world):
    rows = listed(world.clerk())
    assert ids(rows) == {world.planned.pk, world.due.pk, world.there.pk, world.returned.pk, world.withdrawn.pk}
    assert {row["person_number"] for row in rows} == {None}


def test_an_illness_is_told_as_personal(world):
    Assignment.objects.filter(pk=world.there.pk).update(
        state="ended_early", ended_on="2026-11-01", ends_on="2026-11-01", end_reason="grave_illness"
    )
    [row] = listed(world.browser(), worker=world.there.worker_id)
    assert row["end_reason"] == "personal"


def test_the_delta_gives_what_changed_since_a_moment_tombstones_included(world):
    now = clock.now()
    Assignment.objects.update(updated_at=now - timedelta(days=2))
    Assignment.objects.filter(pk__in=[world.there.pk, world.withdrawn.pk]).update(updated_at=now)
    rows = listed(world.browser(), updated_since=(now - timedelta(hours=1)).isoformat(), ordering="updated_at")
    assert ids(rows) == {world.there.pk, world.withdrawn.pk}


@pytest.mark.parametrize(
    ("query", "expected"),
    [({"state": "planned"}, {"planned"}), ({"owes": "arrival"}, {"due"}), ({"year": 2025}, {"returned"})],
)
def test_the_filters_are_those_of_the_page(world, query, expected):
    assert ids(listed(world.browser(), **query)) == {getattr(world, name).pk for name in expected}


def test_a_filter_that_cannot_be_meant_is_refused(world):
    answer = world.browser().get(f"{URL}?state=nonsense")
    assert answer.status_code == 400
    assert "state" in answer.json()["errors"]


def test_one_comes_with_its_pieces_steps_and_the_sum_behind_its_last_day(world):
    row = world.browser().get(f"{URL}{world.there.pk}/").json()
    [piece] = row["segments"]
    assert (piece["receiving_unit"], piece["valid_from"], piece["valid_to"]) == (world.receiver.pk, "2026-03-10", None)
    assert [step["act"] for step in row["transitions"]] == ["placed"]
    assert row["explanation"]["value"] == "2027-03-09"
    assert row["explanation"]["steps"]


def test_what_is_out_of_reach_is_not_there(world):
    assert world.hr().get(f"{URL}{world.elsewhere.pk}/").status_code == 404
    assert world.elsewhere.pk not in ids(listed(world.hr()))
    assert world.oneself(world.there.worker).get(URL).status_code == 403


def test_reading_over_rest_is_recorded_with_how_many(world):
    listed(world.browser(), state="on_post")
    event = Event.objects.get(act="assignments.read_over_rest")
    assert event.detail == {"count": 2, "filters": {"state": "on_post"}}
    world.browser().get(f"{URL}{world.there.pk}/")
    assert Event.objects.filter(act="assignments.read_over_rest").count() == 2


def test_the_number_of_queries_does_not_grow_with_the_rows(world):
    browser = world.browser()
    listed(browser)
    with CaptureQueriesContext(connection) as few:
        listed(browser)
    for n in range(20):
        an_assignment(world.physician(f"示范多{n}"), receiver=world.receiver, campaign=world.campaign)
    with CaptureQueriesContext(connection) as many:
        listed(browser)
    assert len(many) == len(few)


def test_whoever_may_only_look_reads_it_too(world):
    assert listed(world.browser(Role.AUDITOR))
