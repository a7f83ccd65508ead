"""The work calendar's pages and REST: a year at a glance, publishing, correcting, refusals beside their field."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from deploy_admin.access import SYSTEM, Role
from deploy_admin.audit.models import Event
from deploy_admin.registry.models import CalendarYear, SpecialDay
from deploy_admin.registry.services import calendar
from tests.accounts.factories import a_membership, signed_in

pytestmark = pytest.mark.django_db
URL = "/api/v1/calendar/"


@pytest.fixture(autouse=True)
def loaded(db):
    calendar.load(by=SYSTEM)


@pytest.fixture
def city(client):
    return signed_in(client, a_membership(Role.CITY_OFFICER))


@pytest.fixture
def clerk(client):
    return signed_in(client, a_membership(Role.RECEIVER_CLERK))


def page(name="calendar", *args, **query):
    return reverse(f"registry:{name}", args=args, query=query or None)


def days_shown(answer):
    return {
        shown.day: shown.css
        for month in answer.context["months"]
        for week in month.rows
        for shown in week
        if shown is not None
    }


def test_a_year_is_shown_whole_with_its_days_shaded(clerk):
    answer = clerk.get(page(year=2025))
    shown = days_shown(answer)
    assert len(shown) == 365
    assert shown[date(2025, 10, 1)] == "hol"
    assert shown[date(2025, 10, 11)] == "mk"
    assert shown[date(2025, 10, 12)] == "rest"
    assert shown[date(2025, 10, 13)] == ""
    assert [month.workdays for month in answer.context["months"]][9] == 18
    assert answer.context["total"] == 248
    assert "已公布" in answer.content.decode()


def test_without_a_year_it_is_this_one_and_nonsense_too(clerk):
    for asked in ({}, {"year": "x"}, {"year": "1999"}, {"year": "99999"}, {"year": "²025"}):
        assert clerk.get(page(**asked)).context["year"] == 2026


def test_a_provisional_year_says_so_and_an_unknown_one_too(clerk):
    assert clerk.get(page(year=2027)).context["is_provisional"]
    answer = clerk.get(page(year=2031))
    assert answer.context["row"] is None
    assert answer.context["is_provisional"]


def test_who_may_not_edit_sees_no_way_and_has_none(clerk):
    assert page("calendar_edit", 2027) not in clerk.get(page(year=2027)).content.decode()
    assert clerk.get(page("calendar_edit", 2027)).status_code == 403
    assert clerk.post(page("calendar_propose", 2031)).status_code == 403


def test_a_year_takes_few_queries(city, django_assert_max_num_queries):
    with django_assert_max_num_queries(14):
        city.get(page(year=2025))


def test_the_list_is_exported_and_that_is_recorded(city):
    answer = city.get(page(year=2025, export="csv"))
    assert "2025-10-11" in answer.content.decode("utf-8-sig")
    assert Event.objects.filter(act="calendar.exported", object_label="2025").exists()


def test_a_year_is_proposed_and_then_published(city):
    assert city.post(page("calendar_propose", 2031)).status_code == 302
    edit = page("calendar_edit", 2031)
    form = city.get(edit).context["form"]
    assert "2031-10-01 放假 中秋、国庆节" in form["text"].value()
    sent = {
        "text": "国庆节：10月1日至3日放假。9月27日上班。\n元旦：1月1日放假1天。",
        "version": 1,
        "document_number": "示范〔2030〕1号",
    }
    answer = city.post(edit, sent)
    assert answer.status_code == 302, answer.context["form"].errors
    assert CalendarYear.objects.get(year=2031).state == "published"
    assert SpecialDay.objects.filter(day__year=2031).count() == 5


def test_what_cannot_be_read_stands_beside_the_field(city):
    answer = city.post(page("calendar_edit", 2027), {"text": "nonsense", "version": 1, "document_number": "1"})
    assert answer.status_code == 422
    assert "text" in answer.context["form"].errors
    answer = city.post(page("calendar_edit", 2027), {"text": "2026-01-01 放假", "version": 1, "document_number": "1"})
    assert answer.status_code == 422
    assert "2026-01-01" in str(answer.context["form"].errors["text"])
    assert CalendarYear.objects.get(year=2027).state == "provisional"


def test_a_published_year_is_corrected_with_a_reason(city):
    edit = page("calendar_edit", 2026)
    text = city.get(edit).context["form"]["text"].value().replace("2026-10-07 放假 国庆节\n", "")
    answer = city.post(edit, {"text": text, "version": 1, "reason": ""})
    assert answer.status_code == 422
    assert "reason" in answer.context["form"].errors
    assert city.post(edit, {"text": text, "version": 1, "reason": "录入有误"}).status_code == 302
    assert not SpecialDay.objects.filter(day=date(2026, 10, 7)).exists()


def test_an_older_version_is_answered_409_with_both_values(city):
    edit = page("calendar_edit", 2026)
    sent = {"text": "2026-01-01 放假 元旦", "reason": "示范"}
    assert city.post(edit, sent | {"version": 1}).status_code == 302
    answer = city.post(edit, {"text": "2026-01-02 放假 元旦", "reason": "示范", "version": 1})
    assert answer.status_code == 409
    assert "2026-01-01" in answer.content.decode()
    assert "2026-01-02" in answer.content.decode()


def test_a_click_turns_a_day_and_writes_nothing(city):
    edit = page("calendar_edit", 2027)
    text = city.get(edit).context["form"]["text"].value()
    sent = {"text": text, "version": 1, "document_number": "示范", "turn": "2027-10-07"}
    answer = city.post(edit, sent)
    assert answer.status_code == 200
    assert days_shown(answer)[date(2027, 10, 7)] == "hol"
    assert "2027-10-07 放假" in answer.context["form"]["text"].value()
    assert answer.context["form"]["document_number"].value() == "示范"
    assert not SpecialDay.objects.filter(day=date(2027, 10, 7)).exists()
    part = city.post(edit, sent, headers={"HX-Request": "true"})
    assert part.content.decode().lstrip().startswith('<div id="sheet"')


def test_a_click_beside_a_text_that_cannot_be_read_says_why(city):
    sent = {"text": "nonsense", "version": 1, "document_number": "", "turn": "2027-10-07"}
    answer = city.post(page("calendar_edit", 2027), sent)
    assert answer.status_code == 200
    assert answer.context["form"].refusal
    assert answer.context["form"]["text"].value() == "nonsense"


def test_a_year_over_rest(clerk):
    (row,) = clerk.get(URL, {"year": 2025}).json()["results"]
    assert clerk.get(f"{URL}{row['id']}/").json() == row
    assert (row["year"], row["state"]) == (2025, "published")
    assert {"day": "2025-10-11", "kind": "make_up", "name": "国庆节", "name_en": "National Day"} in row["days"]
    assert clerk.get(f"{URL}{row['id'] + 1000}/").status_code == 404


def test_years_over_rest_with_filters_and_delta(clerk, django_assert_max_num_queries):
    with django_assert_max_num_queries(10):
        answer = clerk.get(URL).json()
    assert len(answer["results"]) == 24
    assert [row["year"] for row in clerk.get(URL, {"state": "provisional"}).json()["results"]] == [2027]
    assert clerk.get(URL, {"updated_since": "2099-01-01T00:00:00Z"}).json()["results"] == []
