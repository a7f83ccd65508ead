"""Where assignments stand on the home pages, in the navigation and in the search."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse
from django.utils.translation import override

from assignments.models import Assignment
from deploy_admin import clock
from deploy_admin.access import Role
from deploy_admin.workbench import desks, finding, numbers
from tests.accounts.factories import an_actor
from tests.assignments.assignments_pages.world import World, address
from tests.assignments.postings import a_leave, an_absence, oneself
from tests.quotas.pages import html, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return World()


@pytest.fixture(autouse=True)
def in_english():
    with override("en"):
        yield


@pytest.mark.parametrize("role", [Role.RECEIVER_CLERK, Role.RECEIVER_HEAD])
def test_a_receivers_desk_says_who_comes_who_ends_and_what_is_to_be_decided(world, role):
    Assignment.objects.filter(pk=world.there.pk).update(ends_on=date(2026, 12, 10))
    a_leave(world.there, date(2026, 11, 25), state="asked")
    an_absence(world.there, date(2026, 11, 18), state="to_be_checked")
    desk = numbers.Desk(an_actor(role, world.receiver), clock.today())
    come = desk.to_arrive()
    assert (come["value"], come["note"], come["url"]) == (2, "1 arrival to confirm", address("arrivals"))
    assert desk.on_post()["value"] == 1
    assert (desk.leaving()["value"], desk.leaving()["note"]) == (1, "nearest last day 2026-12-10")
    assert desk.leave_to_decide()["value"] == 1
    assert desk.absences_open()["value"] == 1
    assert len(desks.DESKS[role].numbers) == 8


def test_another_receivers_desk_counts_its_own_only(world):
    desk = numbers.Desk(an_actor(Role.RECEIVER_CLERK, world.centre), clock.today())
    assert (desk.to_arrive()["value"], desk.on_post()["value"]) == (0, 1)


def test_a_sender_is_told_whose_going_it_has_to_state(world):
    desk = numbers.Desk(an_actor(Role.SENDER_HR, world.sender), clock.today())
    state = desk.to_state()
    assert (state["value"], state["url"]) == (1, address("assignments", owes="suspension"))
    assert (desk.on_post()["value"], desk.on_post()["note"]) == (1, "and 2 to come")


def test_what_is_not_confirmed_of_the_past_is_not_counted(world):
    Assignment.objects.filter(pk=world.there.pk).update(origin="imported", evidence="archive")
    assert numbers.Desk(an_actor(Role.SENDER_HR, world.sender), clock.today()).on_post()["value"] == 0


def test_a_deployed_person_reads_how_many_days_are_left(world):
    desk = numbers.Desk(oneself(world.there), clock.today())
    left = desk.my_days_left()
    assert (left["value"], left["note"], left["url"]) == (107, "last day 2027-03-09", address("my_service"))
    assert numbers.Desk(oneself(world.planned), clock.today()).my_days_left() is None


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        (Role.RECEIVER_HEAD, {"campaigns", "assignments", "arrivals", "leaves", "absences", "inspections"}),
        (Role.SENDER_HR, {"campaigns", "assignments", "leaves", "absences", "inspections"}),
        (Role.DEPLOYED_PERSON, {"my_service", "my_leave", "my_record"}),
    ],
)
def test_the_navigation_offers_each_desk_its_rooms(world, role, expected):
    at = world.receiver if role is Role.RECEIVER_HEAD else world.sender
    groups = world.browser(role, at).get("/").context["shell"].navigation
    offered = {item.url for group in groups for item in group.items}
    known = {"campaigns", "assignments", "arrivals", "leaves", "absences", "inspections", "my_service", "my_leave"}
    assert {name for name in known | {"my_record"} if reverse(f"assignments:{name}") in offered} == expected


def test_the_search_finds_people_on_assignments_for_whoever_may_not_look_at_people(world):
    found = finding.find(an_actor(Role.RECEIVER_CLERK, world.receiver), "czg", clock.today())
    assert [row["name"] for row in found["postings"]] == ["陈在岗"]
    assert found["people"] == []
    other = finding.find(an_actor(Role.RECEIVER_CLERK, world.centre), "czg", clock.today())
    assert other["postings"] == []
    page = html(world.clerk().get(reverse("workbench:search"), {"q": "czg"}))
    assert address("assignment", world.there.pk) in page
    assert world.there.worker.number not in words(page)


def test_what_never_took_place_is_not_found(world):
    assert finding.find(an_actor(Role.SENDER_HR, world.sender), "葛撤回", clock.today())["postings"] == []
