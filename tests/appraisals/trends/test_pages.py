"""Trends as people meet them: charts whose points open lists, one unit, one person, the own months, exports, REST."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from appraisals.trends.measures import FIRST_SHOWN
from deploy_admin import spreadsheets
from deploy_admin.access import Role
from deploy_admin.audit.models import Event
from tests.accounts.factories import a_membership, signed_in
from tests.api.test_at_post import Reader
from tests.appraisals.trends.world import an_indicator, released, scored, worked
from tests.assignments.factories import a_place
from tests.assignments.months.factories import a_row, a_sheet, handed_in
from tests.assignments.postings import on_post
from tests.registry.factories import an_authority, an_institution

pytestmark = pytest.mark.django_db
PART = {"HX-Request": "true"}


class World:
    """One unit with one person over four months, the last of them not released; another unit beside it."""

    def __init__(self) -> None:
        self.city = an_authority(a_place("500000"), "示范市委", tier="municipal", affiliation="municipal")
        for code in ("outpatient_emergency_visits", "operations"):
            an_indicator(code)
        self.unit = an_institution("示范甲卫生院", kind="township_health_centre", tier="township", level=1)
        self.assignment = on_post(receiver=self.unit)
        for month, value in (("2026-07", 10), ("2026-08", 12), ("2026-09", 11)):
            row = a_row(a_sheet(self.unit, month, "released", people=0), self.assignment)
            released(row, points="80", operations=value)
        self.row = a_row(handed_in(self.unit, people=0), self.assignment)
        worked(self.row, 20), scored(self.row, "91.5")
        self.other = handed_in(an_institution("示范乙卫生院"), people=1)

    def browser(self, role=Role.CITY_OFFICER, at=None, lang="en", worker=None) -> Client:
        member = a_membership(role, at or self.city)
        if worker is not None:
            member.worker = worker
            member.save()
        client = signed_in(Client(), member)
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = lang
        return client


@pytest.fixture
def world():
    return World()


def trend(name="trends", *args, **query):
    return reverse(f"appraisals:{name}", args=args, query=query or None)


def page(client, url, **more):
    answer = client.get(url, **more)
    assert answer.status_code == 200, url
    return answer.content.decode()


def test_the_overview_draws_what_is_known_and_every_point_opens_its_list(world):
    shown = page(world.browser(), trend())
    assert shown.count('<figure class="chart"') == 4  # people, attendance, operations, points; visits nobody entered
    assert "Operations: 11 operations in 2026-09" in shown
    behind = f"{reverse('appraisals:trend_rows')}?month=2026-10&amp;measure=operations"
    assert behind in shown
    assert "2026-10: 20 operations · handed in, not released" in shown
    assert "style=" not in shown


def test_one_measure_by_person(world):
    shown = page(world.browser(), trend(measure="operations", per="person", months=24))
    assert shown.count('<figure class="chart"') == 1
    assert "Operations, per person" in shown
    assert "示范甲卫生院" in shown
    part = page(world.browser(), trend(measure="operations"), headers=PART)
    assert part.lstrip().startswith('<div id="charts"')


@pytest.mark.parametrize("code", FIRST_SHOWN)
def test_every_measure_of_the_overview_can_stand_alone(world, code):
    if code == "new_techniques":
        an_indicator(code)
    assert page(world.browser(), trend(measure=code)).count('<figure class="chart"') == 1


def test_a_choice_that_holds_nothing_says_so_and_offers_a_way_out(world):
    shown = page(world.browser(), trend(until="2020-01"))
    assert "No month was handed in" in shown
    assert "ch-plot" not in shown


def test_an_address_may_say_anything(world):
    for query in ({"measure": "x", "months": "900"}, {"district": "9" * 30}, {"until": "?", "institution": "a"}):
        assert "ch-plot" in page(world.browser(), trend(**query))


def test_a_unit_has_its_own_page_split_by_its_people(world):
    shown = page(world.browser(), trend("trend_of_institution", world.unit.pk))
    assert world.assignment.worker.name in shown
    assert trend("person_trend", world.assignment.pk) in shown
    clerk = world.browser(Role.RECEIVER_CLERK, world.unit)
    assert "ch-plot" in page(clerk, trend("trend_of_institution", world.unit.pk))
    assert clerk.get(trend("trend_of_institution", world.other.institution_id)).status_code == 404


def test_a_sender_sees_a_unit_as_far_as_its_people_go(world):
    office = world.browser(Role.SENDER_HR, world.assignment.sending_unit)
    assert "ch-plot" in page(office, trend("trend_of_institution", world.unit.pk))
    assert office.get(trend("trend_of_institution", world.other.institution_id)).status_code == 404


def test_the_list_behind_a_point_has_every_value_and_is_exported_as_shown(world):
    a_row(world.row.sheet)  # nobody entered anything of this one
    client = world.browser()
    url = trend("trend_rows", month="2026-10", measure="operations", institution=world.unit.pk)
    shown = page(client, url)
    assert "2 months of people are behind this point" in shown
    assert world.assignment.worker.name in shown
    answer = client.get(url + "&export=csv")
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 3
    assert any(line.endswith(",20,submitted") or ",20.00,submitted" in line for line in lines)
    assert Event.objects.get(act="trends.exported").detail["rows"] == 2
    assert client.get(url + "&export=xlsx")["Content-Type"] == spreadsheets.CONTENT_TYPES["xlsx"]


@pytest.mark.parametrize(("measure", "value"), [("attendance", "100"), ("points", "80"), ("operations", "11")])
def test_the_list_behind_a_released_month_shows_what_was_released(world, measure, value):
    shown = page(world.browser(), trend("trend_rows", month="2026-09", measure=measure))
    assert f">{value}</a>" in shown or f">{value}</td>" in shown
    assert "released" in shown


def test_a_persons_months_are_drawn_and_reading_them_is_an_act(world):
    shown = page(world.browser(), trend("person_trend", world.assignment.pk))
    assert "Points, average: 80 points in 2026-09" in shown
    assert shown.count('class="tbl cards"') == 1
    assert "2026-07" in shown
    assert "91.5" in shown
    event = Event.objects.get(act="trends.read")
    assert int(event.object_id) == world.assignment.pk


def test_the_assignments_page_takes_the_first_charts_as_a_part(world):
    part = page(world.browser(), trend("person_trend", world.assignment.pk), headers=PART)
    assert 0 < part.count('<figure class="chart"') <= 3
    assert "<html" not in part


def test_nobody_reads_the_months_of_a_stranger(world):
    stranger = world.browser(Role.SENDER_HR, an_institution())
    assert stranger.get(trend("person_trend", world.assignment.pk)).status_code == 404
    assert "No month was handed in" in page(stranger, trend())
    assert page(stranger, trend("trend_rows", month="2026-10")).count("<tr") == 0


def test_a_deployed_person_sees_the_own_months_and_no_others(world):
    me = world.browser(Role.DEPLOYED_PERSON, world.assignment.sending_unit, worker=world.assignment.worker)
    shown = page(me, trend("my_trend", world.assignment.pk))
    assert "ch-plot" in shown
    assert reverse("appraisals:trend_rows") not in shown
    assert me.get(trend("my_trend", on_post().pk)).status_code == 404
    assert me.get(trend("person_trend", world.assignment.pk)).status_code == 403
    assert "ch-plot" in page(me, trend("my_trend", world.assignment.pk), headers=PART)


def test_before_the_first_month_there_is_a_word_and_no_drawing(world):
    fresh = on_post()
    shown = page(world.browser(), trend("person_trend", fresh.pk))
    assert "No month was handed in yet" in shown
    assert "No month was handed in yet" in page(world.browser(), trend("person_trend", fresh.pk), headers=PART)


@pytest.mark.parametrize("name", ["trends", "trend_rows"])
def test_the_number_of_queries_does_not_grow_with_the_units(world, name):
    client = world.browser()
    page(client, trend(name))
    with CaptureQueriesContext(
        connection,
    ) as few:
        page(client, trend(name))
    for _n in range(5):
        row = a_row(handed_in(people=0))
        worked(row, 3), scored(row, "50")
    with CaptureQueriesContext(connection) as many:
        page(client, trend(name))
    assert len(many) == len(few)


def test_rest_gives_each_units_month_in_sums(world):
    row = a_row(world.row.sheet)
    worked(row, "7")
    reader = Reader("months.view", at=world.city)
    answer = reader.client.get("/api/v1/month-trends/", {"institution": world.unit.pk, "ordering": "-month"})
    assert answer.status_code == 200, answer.content
    newest, *earlier = answer.json()["results"]
    assert (newest["month"], newest["released"], newest["people"]) == ("2026-10-01", False, 2)
    assert newest["indicators"] == [{"indicator": "operations", "total": "27.00", "people": 2}]
    assert newest["points_average"] == "91.50"
    assert [each["released"] for each in earlier] == [True] * 3
    assert earlier[0]["indicators"] == [{"indicator": "operations", "total": "11.00", "people": 1}]
    one = reader.client.get(f"/api/v1/month-trends/{newest['id']}/").json()
    assert one == newest
    found = reader.client.get("/api/v1/month-trends/", {"released": "true", "month_from": "2026-08-01"}).json()
    assert len(found["results"]) == 2


def test_rest_leaves_out_what_is_still_with_the_unit(world):
    a_sheet(world.unit, "2026-11")
    reader = Reader("months.view", at=world.city)
    months = {row["month"] for row in reader.client.get("/api/v1/month-trends/").json()["results"]}
    assert "2026-11-01" not in months


def test_rest_refuses_a_token_without_the_scope(world):
    reader = Reader("people.view", at=world.city)
    assert reader.client.get("/api/v1/month-trends/").status_code == 403


def test_the_table_shows_the_largest_first_and_the_rest_when_asked(world, monkeypatch):
    monkeypatch.setattr("appraisals.trends.pages.MOST", 1)
    client = world.browser()
    shown = page(client, trend(measure="operations"))
    assert "示范甲卫生院" in shown
    assert "示范乙卫生院" not in shown
    assert "1 more with smaller numbers" in shown
    assert "示范乙卫生院" in page(client, trend(measure="operations", all=1))
