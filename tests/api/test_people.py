"""Health workers over REST: scope, delta, and ID numbers for a token whose scope says so only."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client

from deploy_admin import clock
from deploy_admin.access import Role
from deploy_admin.accounts.models import Token
from deploy_admin.accounts.tokens import digest_of
from deploy_admin.audit.models import Event
from deploy_admin.people import services
from deploy_admin.people.models import HealthWorker
from tests.accounts.factories import a_membership, signed_in
from tests.people.factories import a_licence, a_title, a_worker, an_id, away
from tests.people.pages.reading import whole_ids
from tests.registry.factories import CITY, a_division, an_authority, an_institution

pytestmark = pytest.mark.django_db
URL = "/api/v1/people/"


@pytest.fixture
def hospital():
    return an_institution("示范甲区医院")


@pytest.fixture
def doctor(hospital):
    worker = a_worker("示范安", at=hospital, number_of_id=an_id(11), speciality="儿科")
    a_title(worker, "232", qualified_on=date(2024, 11, 1))
    a_licence(worker, number="示范110000000001")
    away(worker, "long_illness", valid_from=date(2026, 11, 1))
    return worker


@pytest.fixture
def city(doctor):
    authority = an_authority(a_division(level="prefecture"), tier="municipal", affiliation="municipal")
    return signed_in(Client(), a_membership(Role.CITY_OFFICER, authority))


def a_token(hospital, *scopes, secret="t" * 40):
    """The client of a reporting system of the hospital."""
    Token.objects.create(
        name="示范系统",
        prefix="da_test",
        digest=digest_of(secret),
        institution=hospital,
        created_by=a_membership(Role.SENDER_HR, hospital),
        scopes=list(scopes),
        created_at=clock.now(),
        expires_at=clock.now() + timedelta(days=30),
    )
    return Client(HTTP_AUTHORIZATION=f"Token {secret}")


def rows(answer):
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


def test_a_row_holds_facts_birth_month_and_no_number(city, doctor, hospital):
    answer = city.get(f"{URL}{doctor.pk}/")
    row = answer.json()
    assert (row["number"], row["name"], row["birth_month"], row["state"]) == (
        doctor.number,
        "示范安",
        "1985-03",
        "employed",
    )
    assert row["employment"]["institution"] == hospital.pk
    assert (row["title"]["code"], row["title"]["level"]) == ("232", "associate_senior")
    assert row["licences"] == [{"kind": "physician", "practice_category": "clinical", "issued_on": None}]
    assert row["unavailable"] == [{"reason": "personal", "valid_from": "2026-11-01", "valid_to": None}]
    assert "national_id" not in row
    assert "1985-03-04" not in answer.content.decode()
    assert whole_ids(answer) == []


def test_filters(city, doctor, hospital):
    nurse = a_worker("示范白", at=an_institution(), post={"staff_category": "nursing"})
    assert {row["id"] for row in rows(city.get(URL))} == {doctor.pk, nurse.pk}
    assert [row["id"] for row in rows(city.get(URL, {"institution": hospital.pk}))] == [doctor.pk]
    assert [row["id"] for row in rows(city.get(URL, {"staff_category": "nursing"}))] == [nurse.pk]
    assert [row["id"] for row in rows(city.get(URL, {"title_level": "associate_senior"}))] == [doctor.pk]
    assert city.get(URL, {"staff_category": "nonsense"}).status_code == 400
    assert city.get(URL, {"ordering": "born_on"}).status_code == 400


def test_a_token_without_the_scope_gets_no_number(doctor, hospital):
    client = a_token(hospital, "people.view")
    answer = client.get(URL)
    assert "national_id" not in rows(answer)[0]
    assert whole_ids(answer) == []
    assert not Event.objects.filter(act="people.ids_read").exists()
    assert Event.objects.get(act="people.read_over_rest").detail["count"] == 1


def test_a_token_with_the_scope_gets_it_and_each_reading_is_recorded_once(doctor, hospital):
    a_worker("示范白", at=hospital, number_of_id=an_id(12))
    without = a_worker("示范曹", at=hospital, number_of_id="")
    client = a_token(hospital, "people.view", "people.ids")
    found = {row["id"]: row["national_id"] for row in rows(client.get(URL))}
    assert found[doctor.pk] == an_id(11)
    assert found[without.pk] is None
    assert Event.objects.get(act="people.ids_read").detail["count"] == 2
    assert client.get(f"{URL}{doctor.pk}/").json()["national_id"] == an_id(11)
    events = Event.objects.filter(act="people.ids_read")
    assert events.count() == 2
    assert all(an_id(11) not in str(event.detail) + event.object_label for event in events)


def test_a_session_gets_no_number_whatever_it_may(city, hospital, doctor):
    assert "national_id" not in rows(city.get(URL))[0]
    hr = signed_in(Client(), a_membership(Role.SENDER_HR, hospital))
    assert "national_id" not in rows(hr.get(URL))[0]


def test_scope_is_that_of_the_pages(doctor):
    other = an_institution()
    client = a_token(other, "people.view")
    assert rows(client.get(URL)) == []
    assert client.get(f"{URL}{doctor.pk}/").status_code == 404
    assert a_token(other, "quotas.view", secret="u" * 40).get(URL).status_code == 403


def test_who_left_and_what_was_merged_stay_in_the_delta(doctor, hospital):
    since = clock.now().isoformat()
    HealthWorker.objects.update(updated_at=clock.now() - timedelta(days=9))
    client = a_token(hospital, "people.view")
    assert rows(client.get(URL, {"updated_since": since})) == []
    twin = a_worker("示范安", at=hospital, number_of_id=an_id(13))
    gone = a_worker("示范曹", at=hospital, post={"valid_to": date(2026, 3, 31), "ended_as": "resigned"})
    keep, drop = HealthWorker.objects.get(pk=doctor.pk), HealthWorker.objects.get(pk=twin.pk)
    services.merge(
        keep=keep, drop=drop, reason="同一人重复登记", keep_version=keep.version, drop_version=drop.version, by=CITY
    )
    found = {row["id"]: row for row in rows(client.get(URL, {"updated_since": since}))}
    assert found[gone.pk]["state"] == "left"
    assert found[gone.pk]["employment"]["ended_as"] == "resigned"
    assert (found[twin.pk]["state"], found[twin.pk]["merged_into"]) == ("merged", doctor.pk)
    assert found[doctor.pk]["state"] == "employed"


def test_pages_follow_each_other_and_cost_the_same(city, hospital, doctor, django_assert_max_num_queries):
    for _ in range(25):
        a_worker(at=hospital)
    with django_assert_max_num_queries(16):
        answer = city.get(URL, {"page_size": 20})
    first, rest = rows(answer), rows(city.get(answer.json()["next"]))
    assert (len(first), len(rest)) == (20, 6)
    assert not {row["id"] for row in first} & {row["id"] for row in rest}


def test_nothing_is_written_over_rest(city, doctor):
    for method in (city.post, city.put, city.patch, city.delete):
        assert method(f"{URL}{doctor.pk}/").status_code in {403, 405}
