"""The months on the desks: what is to be done and by when, nothing twice; how far the districts are; the numbers."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from deploy_admin import clock
from deploy_admin.access import Role
from deploy_admin.accounts.actors import MembershipActor
from deploy_admin.registry.codes import Tier
from deploy_admin.workbench import changes, desks, month_duties, numbers
from tests.accounts.factories import a_membership, an_actor, signed_in
from tests.appraisals.trends.world import an_indicator, released, worked
from tests.assignments.factories import a_place
from tests.assignments.months.factories import a_row, a_sheet, handed_in
from tests.assignments.postings import on_post
from tests.registry.factories import an_authority, an_institution

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 22)


@pytest.fixture(autouse=True)
def _in_english():
    with override("en"):
        yield


@pytest.fixture
def district():
    place = a_place("500101")
    return SimpleNamespace(place=place, authority=an_authority(place))


def a_unit(district, name):
    return an_institution(name, division=district.place, kind="township_health_centre", tier="township", level=1)


def said(actor, told=()):
    return [(duty.text, duty.due_on) for duty in month_duties.of(actor, TODAY, told).duties]


def test_a_unit_hands_in_its_open_months_each_by_its_day(district):
    unit = a_unit(district, "示范甲卫生院")
    a_sheet(unit, "2026-11"), a_sheet(unit, "2026-10"), handed_in(unit, "2026-09")
    a_sheet(a_unit(district, "示范乙卫生院"), "2026-11")
    clerk = an_actor(Role.RECEIVER_CLERK, unit)
    assert said(clerk) == [
        ("Hand in the month 2026-10", date(2026, 11, 6)),
        ("Hand in the month 2026-11", date(2026, 12, 7)),
    ]


def test_a_month_that_came_back_says_why(district):
    sheet = a_sheet(a_unit(district, "示范甲卫生院"), "2026-10", "returned")
    (duty,) = month_duties.of(an_actor(Role.RECEIVER_HEAD, sheet.institution), TODAY).duties
    assert duty.text == "The month 2026-10 was sent back: 请核对出勤"
    assert duty.url == sheet.get_absolute_url()


def test_what_the_inbox_leads_to_already_is_not_said_twice(district):
    sheet = a_sheet(a_unit(district, "示范甲卫生院"), "2026-10")
    clerk = an_actor(Role.RECEIVER_CLERK, sheet.institution)
    assert len(said(clerk)) == 1
    assert said(clerk, {sheet.get_absolute_url()}) == []


def test_a_district_sees_what_waits_and_who_is_missing(district):
    units = [a_unit(district, f"示范{n}卫生院") for n in "甲乙丙丁戊"]
    for unit, state in zip(units, ("submitted", "in_review", "draft", "accepted", "released"), strict=True):
        a_sheet(unit, "2026-10", state)
    a_sheet(units[0], "2026-11")  # not due yet
    a_sheet(an_institution("示范别处卫生院", kind="township_health_centre"), "2026-10", "submitted")
    officer = an_actor(Role.DISTRICT_OFFICER, district.authority)
    shown = month_duties.of(officer, TODAY).duties
    assert [duty.text for duty in shown] == [
        "2 sheets of 2026-10 to review",
        "1 unit has not handed in 2026-10, the last day is over",
        "1 sheet of 2026-10 is accepted and not released",
    ]
    assert {duty.due_on for duty in shown} == {date(2026, 11, 13)}
    assert shown[1].url == f"{reverse('appraisals:review')}?month=2026-10&group=missing"


def test_a_section_that_does_not_release_is_not_asked_to(district):
    a_sheet(a_unit(district, "示范甲卫生院"), "2026-10", "accepted")
    section = an_actor(Role.PRIMARY_HEALTH_SECTION, district.authority)
    assert said(section) == []


def test_a_person_says_the_work_then_confirms_the_month(district):
    assignment = on_post(receiver=a_unit(district, "示范甲卫生院"))
    entering = a_row(a_sheet(assignment.receiving_unit, "2026-11", people=0), assignment)
    done = a_row(handed_in(assignment.receiving_unit, "2026-10", people=0), assignment)
    member = a_membership(Role.DEPLOYED_PERSON, assignment.sending_unit)
    member.worker = assignment.worker
    member.save()
    me = MembershipActor(member)
    assert [text for text, _day in said(me)] == [
        "Say what you did in 2026-11: your unit confirms it",
        "Confirm your month 2026-10, or say what is not right",
    ]
    value = worked(entering, 12)
    value.said, value.said_at = 12, clock.now()
    value.save()
    done.answer, done.answered_at = "confirmed", clock.now()
    done.save()
    assert said(me) == []


def test_the_city_sees_how_far_each_district_is(district):
    city = an_authority(a_place("500000"), "示范市委", tier=Tier.MUNICIPAL, affiliation="municipal")
    for n, state in enumerate(("draft", "submitted", "released")):
        a_sheet(a_unit(district, f"示范{n}卫生院"), "2026-10", state)
    months = month_duties.of(an_actor(Role.CITY_OFFICER, city), TODAY)
    assert months.duties == []
    (line,) = months.districts
    assert (line.units, line.handed_in, line.accepted, line.released, line.open) == (3, 2, 1, 1, 1)
    assert line.url.endswith(f"?month=2026-10&district={district.place.pk}")


def test_the_headline_counts_the_months(district):
    a_sheet(a_unit(district, "示范甲卫生院"), "2026-10", "submitted")
    months = month_duties.of(an_actor(Role.DISTRICT_OFFICER, district.authority), TODAY)
    assert desks.headline([], 0, TODAY, months) == "1 item waits for you"
    assert desks.headline([], 0, TODAY, month_duties.MonthsDesk(months.month)) == "Nothing waits for you today"


def test_every_desk_shows_its_months(client, district):
    unit = a_unit(district, "示范甲卫生院")
    a_sheet(unit, "2026-10")
    page = signed_in(client, a_membership(Role.RECEIVER_CLERK, unit)).get("/")
    assert page.status_code == 200
    assert page.context["months"].duties
    assert page.context["months"].duties[0].url in page.content.decode()


def test_the_numbers_of_the_months_come_with_their_course(district):
    an_indicator("outpatient_emergency_visits")
    assignment = on_post(receiver=a_unit(district, "示范甲卫生院"))
    for month, visits in (("2026-08", 200), ("2026-09", 230)):
        row = a_row(a_sheet(assignment.receiving_unit, month, "released", people=0), assignment)
        released(row, points="80", outpatient_emergency_visits=visits)
    worked(a_row(handed_in(assignment.receiving_unit, people=0), assignment), 90, "outpatient_emergency_visits")
    desk = numbers.Desk(an_actor(Role.DISTRICT_OFFICER, district.authority), TODAY)
    visits, rate, done = desk.month_visits(), desk.month_attendance(), desk.month_handed_in()
    assert (visits["value"], visits["note"]) == ("230", "2026-09")  # the last that is settled
    assert visits["trend"] == [200, 230, 90]
    assert rate["value"] == "100%"
    assert (done["value"], done["note"]) == ("1/1", "")
    assert desk.month_points()["value"] == "80"
    assert desk.letters_not_received()["value"] == 0


def test_before_the_first_month_there_are_no_numbers_of_months(district):
    desk = numbers.Desk(an_actor(Role.DISTRICT_OFFICER, district.authority), TODAY)
    assert desk.month_visits() is desk.month_attendance() is desk.month_handed_in() is desk.my_points() is None


def test_what_a_home_asks_does_not_grow_with_the_sheets(client, district, django_assert_num_queries):
    browser = signed_in(client, a_membership(Role.DISTRICT_OFFICER, district.authority))
    for n, state in enumerate(("draft", "submitted")):
        a_sheet(a_unit(district, f"示范{n}卫生院"), "2026-10", state)
    browser.get("/")
    with CaptureQueriesContext(connection) as few:
        browser.get("/")
    for n, state in enumerate(("draft", "submitted") * 3):
        a_sheet(a_unit(district, f"示范多{n}卫生院"), "2026-10", state)
    with django_assert_num_queries(len(few)):
        browser.get("/")


def test_what_was_released_and_sent_is_told_once_a_month(district):
    assignment = on_post(receiver=a_unit(district, "示范甲卫生院"))
    score = released(a_row(a_sheet(assignment.receiving_unit, "2026-09", "released", people=0), assignment))
    officer = an_actor(Role.DISTRICT_OFFICER, district.authority)
    since = clock.now() - timedelta(days=1)
    assert [row["text"] for _when, row in changes.months(officer, since)] == ["1 unit's month 2026-09 released"]
    stranger = an_actor(Role.RECEIVER_CLERK, an_institution())
    assert changes.months(stranger, since) == []
    assert changes.months(officer, clock.now() + timedelta(minutes=1)) == []
    assert changes.letters(officer, since) == []
    assert score.month == date(2026, 9, 1)
