"""Who is announced to a receiving unit: all have come in one tap, exceptions beside the names."""

from __future__ import annotations

from datetime import date

import pytest

from assignments.models import Assignment
from deploy_admin.access import Role
from tests.assignments.assignments_pages.world import World, address
from tests.assignments.factories import seeds
from tests.assignments.postings import suspended_for
from tests.quotas.pages import html, words

pytestmark = pytest.mark.django_db
URL = "arrivals"


@pytest.fixture
def world():
    seeds()
    return World()


@pytest.fixture
def three(world):
    """Three people for 20 November, stated by their unit."""
    people = [world.due, *(world.sent(name, starts_on=date(2026, 11, 20), state="filed") for name in ("何二", "江三"))]
    for each in people:
        suspended_for(each)
    return people


def sent(answer):
    """Return what the tap on the first group's button sends."""
    form = answer.context["groups"][0]["form"]
    return {"chosen": form["chosen"].value(), "on": form["on"].value().isoformat()}


def states(rows):
    return [Assignment.objects.get(pk=row.pk).state for row in rows]


def test_the_announced_stand_by_day_and_those_not_stated_are_waited_for(world, three):
    answer = world.clerk().get(address(URL))
    groups = answer.context["groups"]
    assert [(group["first_day"], group["due"]) for group in groups] == [
        (date(2026, 11, 20), True),
        (date(2026, 12, 1), False),
    ]
    assert [row["name"] for row in groups[0]["rows"]] == ["白待到", "何二", "江三"]
    assert [row["name"] for row in groups[1]["waiting"]] == ["安计划"]
    assert "Not stated by the sending unit yet" in html(answer)


def test_one_tap_says_that_all_have_come(world, three):
    browser = world.clerk()
    answer = browser.post(address(URL), sent(browser.get(address(URL))), follow=True)
    assert "3 people are on post." in html(answer)
    assert states(three) == ["on_post"] * 3
    assert Assignment.objects.get(pk=world.due.pk).starts_on == date(2026, 11, 20)


def test_exceptions_come_later_or_not_at_all(world, three):
    browser = world.clerk()
    _first, second, third = three
    data = sent(browser.get(address(URL)))
    data |= {f"day-{second.pk}": "2026-11-22", f"why-{third.pk}": "突发疾病"}
    page = html(browser.post(address(URL), data, follow=True))
    assert "2 people are on post." in page
    assert "1 person has not come" in page
    assert states(three) == ["on_post", "on_post", "filed"]
    assert Assignment.objects.get(pk=second.pk).starts_on == date(2026, 11, 22)


@pytest.mark.parametrize(
    ("entered", "sentence"),
    [
        ({"day": "2026-11-21", "why": "x"}, "Say either when somebody came or why not, not both."),
        ({"day": "gestern"}, "“gestern” is no day."),
        ({"day": "2026-13-45"}, "“2026-13-45” is no day."),
    ],
)
def test_an_exception_that_cannot_be_meant_is_refused_and_shown_again(world, three, entered, sentence):
    browser = world.clerk()
    data = sent(browser.get(address(URL))) | {f"{name}-{world.due.pk}": text for name, text in entered.items()}
    answer = browser.post(address(URL), data)
    page = html(answer, status=422)
    assert sentence in page
    assert f'value="{entered["day"]}"' in page
    assert states(three) == ["filed"] * 3


def test_a_day_to_come_is_refused(world, three):
    browser = world.clerk()
    answer = browser.post(address(URL), sent(browser.get(address(URL))) | {"on": "2026-12-01"})
    assert answer.status_code == 422
    assert states(three) == ["filed"] * 3


def test_without_the_senders_statement_nobody_goes_on_post(world):
    browser = world.clerk()
    answer = browser.post(address(URL), sent(browser.get(address(URL))))
    assert "Practice at the sending unit is not suspended on the first day: 白待到" in html(answer, status=422)
    assert states([world.due]) == ["filed"]


def test_a_form_about_people_who_are_no_longer_announced_says_so(world, three):
    browser = world.clerk()
    data = sent(browser.get(address(URL)))
    Assignment.objects.filter(state="filed").update(state="withdrawn")
    answer = browser.post(address(URL), data)
    assert answer.status_code in (409, 422)
    assert states(three) == ["withdrawn"] * 3


def test_a_unit_sees_and_confirms_its_own_only(world, three):
    other = world.browser(Role.RECEIVER_CLERK, world.centre)
    assert "白待到" not in html(other.get(address(URL)))
    data = {"chosen": f"{world.due.pk}:{world.due.version}", "on": "2026-11-20"}
    assert "You see no such assignment." in html(other.post(address(URL), data), status=422)
    assert states([world.due]) == ["filed"]


def test_the_county_confirms_on_behalf_of_its_unit_and_it_is_marked(world, three):
    officer = world.browser(Role.DISTRICT_OFFICER, world.county)
    officer.post(address(URL), sent(officer.get(address(URL))))
    assert states(three) == ["on_post"] * 3
    step = Assignment.objects.get(pk=world.due.pk).transitions.get(act="arrived")
    assert step.detail["on_behalf"] is True


def test_nobody_announced_says_so(world):
    page = words(html(world.browser(Role.RECEIVER_CLERK, world.centre).get(address(URL))))
    assert "Nobody is announced" in page


def test_a_receiver_is_told_no_numbers(world, three):
    page = html(world.clerk().get(address(URL)))
    assert world.due.worker.number not in page
    assert world.due.worker.id_masked not in page


@pytest.mark.parametrize("role", [Role.SENDER_HR, Role.FINANCE_SECTION])
def test_others_have_no_such_page(world, role):
    browser = world.browser(role, world.sender if role is Role.SENDER_HR else None)
    assert browser.get(address(URL)).status_code == 403
