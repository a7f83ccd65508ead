"""Who may go over REST: rows, scope, filters, the delta that moves only on change, the explanation in one row."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assignments import services
from assignments.models import Eligibility
from deploy_admin.access import Role
from deploy_admin.people.models import Employment, HealthWorker, Title
from tests.api.test_lists import address, problem, rows
from tests.assignments.factories import TODAY, a_nurse, judged, standing
from tests.assignments.pages import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return World()


@pytest.fixture
def browser(world):
    return world.browser()


def test_a_row_says_how_a_person_stands_under_a_clause(world, browser):
    answer = browser.get(address("eligibility-detail", standing(world.junior).pk))
    row = answer.json()
    expected = {
        "worker": world.junior.pk, "person_number": world.junior.number, "institution": world.first.pk,
        "target": "dispatch", "topic": "municipal_county.physicians_sent", "scheme": "municipal_county",
        "policy": "chongqing-municipal-county-2025", "clause_id": "physicians_sent", "code": "may_not",
        "state": "may_not", "unmet": ["fact:title_level"], "missing": [], "staff_category": "physician",
        "title_level": "junior", "since": "2026-11-22", "explained_on": "2026-11-22",
    }  # fmt: skip
    assert {key: row[key] for key in expected} == expected
    assert row["explanation"]["value"] == "may_not"
    assert any(step["operation"] == "fact" for step in row["explanation"]["steps"])


def test_no_id_number_and_no_birthday_stands_in_any_row(world, browser):
    for url in (address("eligibility-list"), address("eligibility-detail", standing(world.ready).pk)):
        text = browser.get(url).content.decode()
        assert world.ready.id_masked not in text
        assert "1985" not in text
        assert "national_id" not in text


def test_a_personal_reason_is_told_as_personal(world, browser):
    [row] = rows(browser, "eligibility-list", worker=world.absent.pk, topic="municipal_county.physicians_sent")
    assert (row["code"], row["state"]) == ("may", "unavailable")
    assert (row["unavailable"], row["unavailable_until"]) == ("personal", "2027-03-31")


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"state": "may", "topic": "municipal_county.physicians_sent"}, 2),
        ({"staff_category": "nursing"}, 2),
        ({"title_level": "junior"}, 2),
        ({"scheme": "county_township"}, 1),
        ({"target": "deputy_director"}, 0),
        ({"q": "示范丁"}, 1),
    ],
)
def test_the_filters_are_those_of_the_page(world, browser, query, count):
    assert len(rows(browser, "eligibility-list", **query)) == count


def test_a_unit_and_a_county_find_their_own_people_and_no_other(world):
    hr = world.browser(Role.SENDER_HR, world.first)
    assert {row["institution"] for row in rows(hr, "eligibility-list")} == {world.first.pk}
    assert rows(hr, "eligibility-list", institution=world.second.pk) == []
    problem(hr.get(address("eligibility-detail", standing(world.elsewhere).pk)), 404, "not_found")
    officer = world.browser(Role.DISTRICT_OFFICER, world.county)
    assert {row["institution"] for row in rows(officer, "eligibility-list")} == {world.third.pk}


@pytest.mark.parametrize("role", [Role.RECEIVER_CLERK, Role.DEPLOYED_PERSON])
def test_others_are_refused(world, role):
    problem(world.browser(role, world.first).get(address("eligibility-list")), 403, "permission_denied")


def test_the_delta_holds_what_says_something_else_and_nothing_that_was_only_judged_again(world, browser):
    moment = timezone.now()
    judged(on=TODAY + timedelta(days=1))
    since = moment.isoformat()
    assert rows(browser, "eligibility-list", updated_since=since) == []
    Title.objects.filter(worker=world.ready).update(level="junior", code="234")
    HealthWorker.objects.filter(pk=world.ready.pk).update(updated_at=timezone.now())
    services.refresh_changed()
    found = rows(browser, "eligibility-list", updated_since=since)
    assert {row["worker"] for row in found} == {world.ready.pk}


def test_who_left_stays_in_the_delta_as_ended(world, browser):
    pk, moment = standing(world.ready).pk, timezone.now()
    Employment.objects.filter(worker=world.ready).update(valid_to=TODAY - timedelta(days=1), ended_as="resigned")
    HealthWorker.objects.filter(pk=world.ready.pk).update(updated_at=timezone.now())
    services.refresh_changed()
    found = {row["id"]: row for row in rows(browser, "eligibility-list", updated_since=moment.isoformat())}
    assert found[pk]["state"] == "ended"
    assert browser.get(address("eligibility-detail", pk)).json()["explanation"] is None


def test_where_no_rule_speaks_there_is_nothing_to_explain(world, browser):
    Eligibility.objects.filter(worker=world.ready).delete()
    row = Eligibility.objects.create(
        worker=world.ready, institution=world.first, target="dispatch", code="not_applicable",
        state="not_applicable", digest="x", since=TODAY,
    )  # fmt: skip
    assert browser.get(address("eligibility-detail", row.pk)).json()["explanation"] is None


def test_pages_of_a_list_follow_one_another_and_ask_a_constant_number_of_queries(world, browser):
    for _ in range(10):
        a_nurse(world.first)
    judged()
    met, url = [], f"{address('eligibility-list')}?page_size=7"
    counts = []
    while url:
        with CaptureQueriesContext(connection) as queries:
            page = browser.get(url).json()
        counts.append(len(queries))
        met += [row["id"] for row in page["results"]]
        url = page["next"]
    assert met == sorted(Eligibility.objects.values_list("pk", flat=True))
    assert max(counts) <= 12
