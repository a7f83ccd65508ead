"""My service: days to the end and why, what is credited, what is owed, leave, absences to answer."""

from __future__ import annotations

import re
from datetime import date

import pytest

from assignments.models import Assignment
from assignments.services import crediting
from deploy_admin.access import SYSTEM, Role
from tests.assignments.assignments_pages.world import TODAY, World, address
from tests.assignments.factories import seeds
from tests.assignments.postings import a_leave, an_absence
from tests.people.pages.reading import whole_ids
from tests.quotas.pages import html, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return World()


def test_i_read_how_long_i_stay_and_why(world):
    page = words(html(world.oneself(world.there.worker).get(address("my_service"))))
    assert "示范甲医院 → 示范丁医院" in page
    assert "107 days left" in page
    assert "On post since 2026-03-10; 12 months end on 2027-03-09." in page


def test_my_why_is_mine_alone(world):
    me = world.oneself(world.there.worker)
    assert "2027-03-09" in html(me.get(address("my_why", world.there.pk)))
    assert me.get(address("my_why", world.elsewhere.pk)).status_code == 404
    assert me.get(address("assignment", world.there.pk)).status_code == 403


def test_what_is_credited_and_what_i_owe_stand_there_once_reckoned(world):
    seeds()
    crediting.refresh([world.there.worker_id], on=TODAY, by=SYSTEM)
    answer = world.oneself(world.there.worker).get(address("my_service"))
    standing = answer.context["standing"]
    assert [line.row.assignment_id for line in standing.credits] == [world.there.pk]
    assert standing.credits[0].amount in words(html(answer))


def test_leave_and_absences_lead_to_my_own_pages(world):
    a_leave(world.there, date(2026, 11, 25), state="asked")
    missed = an_absence(world.there, date(2026, 11, 18), state="to_be_checked")
    page = html(world.oneself(world.there.worker).get(address("my_service")))
    assert "You were reported missing from 2026-11-18 to 2026-11-18." in page
    assert address("my_absence", missed.pk) in page
    assert address("my_leave") in page
    for others_only in ("/leave/", "/absences/"):
        assert f'href="{others_only}' not in page


def test_every_address_on_the_page_may_be_opened(world):
    seeds()
    a_leave(world.there, date(2026, 5, 11), date(2026, 5, 15))
    an_absence(world.there, date(2026, 11, 18), state="to_be_checked")
    crediting.refresh([world.there.worker_id], on=TODAY, by=SYSTEM)
    me = world.oneself(world.there.worker)
    page = html(me.get(address("my_service")))
    main = page[page.index("<main") : page.index("</main>")]
    found = sorted(set(re.findall(r'href="(/[^"#]*)"', main)))
    assert found
    assert {url: me.get(url).status_code for url in found} == dict.fromkeys(found, 200)


def test_before_the_first_day_the_plan_stands_there_and_no_leave_is_asked_for(world):
    page = words(html(world.oneself(world.planned.worker).get(address("my_service"))))
    assert "Planned from 2026-12-01" in page
    assert "Ask for leave" not in page


def test_earlier_assignments_stand_below_the_one_at_hand(world):
    earlier = world.sent("某人", starts_on=date(2025, 3, 10), state="returned")
    Assignment.objects.filter(pk=earlier.pk).update(worker=world.there.worker)
    page = words(html(world.oneself(world.there.worker).get(address("my_service"))))
    assert "My other assignments" in page
    assert "2025-03-10 – 2026-03-09" in page


def test_whoever_is_assigned_nowhere_is_told_so(world):
    page = html(world.oneself(world.physician("闲某")).get(address("my_service")))
    assert "You are not assigned anywhere" in page


def test_an_account_without_a_record_is_told_so(world):
    assert "not linked to a record yet" in html(world.oneself(None).get(address("my_service")))


def test_no_whole_number_and_nobody_elses_name_is_shown(world):
    answer = world.oneself(world.there.worker).get(address("my_service"))
    assert whole_ids(answer) == []
    assert world.due.worker.name not in html(answer)


def test_others_have_no_such_page(world):
    for browser in (world.hr(), world.clerk(), world.browser(Role.CITY_OFFICER)):
        assert browser.get(address("my_service")).status_code == 403
