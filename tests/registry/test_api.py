"""Institutions over REST: scope, filters, the day asked about, cursor pages."""

from __future__ import annotations

from datetime import date

import pytest

from deploy_admin.access import Role
from deploy_admin.registry.models import Institution
from tests.accounts.factories import a_membership, signed_in
from tests.registry.factories import a_division, an_authority, an_institution

pytestmark = pytest.mark.django_db
URL = "/api/v1/institutions/"


@pytest.fixture
def units():
    city = a_division("示范市", level="province")
    first = a_division("示范甲区", parent=city, code="509901", area_group="northeast")
    return {
        "commission": an_authority(city, tier="municipal"),
        "authority": an_authority(first),
        "hospital": an_institution("示范甲区医院", division=first, opened_on=date(2020, 1, 1)),
        "elsewhere": an_institution("示范别处医院"),
    }


@pytest.fixture
def city(client, units):
    return signed_in(client, a_membership(Role.CITY_OFFICER, units["commission"]))


def ids(answer):
    assert answer.status_code == 200, answer.content
    return [row["id"] for row in answer.json()["results"]]


def test_a_row_carries_its_facts_and_where_it_stands(city, units):
    row = city.get(f"{URL}{units['hospital'].pk}/").json()
    assert row["name"] == "示范甲区医院"
    assert row["state"] == "open"
    assert row["area_group"] == "northeast"
    assert [place["code"] for place in row["located_in"]] == ["509901", None]
    assert row["competent_authority"] == units["authority"].pk
    assert (row["kind"], row["level"], row["remote"]) == ("general_hospital", 2, None)


def test_scope_is_that_of_the_pages(client, units):
    officer = signed_in(client, a_membership(Role.DISTRICT_OFFICER, units["authority"]))
    assert set(ids(officer.get(URL))) == {units["authority"].pk, units["hospital"].pk}
    assert officer.get(f"{URL}{units['elsewhere'].pk}/").status_code == 404


def test_filters_order_and_the_day_asked_about(city, units):
    assert ids(city.get(URL, {"kind": "general_hospital", "area_group": "northeast"})) == [units["hospital"].pk]
    assert ids(city.get(URL, {"q": "别处"})) == [units["elsewhere"].pk]
    assert ids(city.get(URL, {"state": "upcoming", "as_of": "2019-12-31"})) == [units["hospital"].pk]
    assert ids(city.get(URL, {"ordering": "-id"})) == sorted((u.pk for u in units.values()), reverse=True)
    assert city.get(URL, {"as_of": "yesterday"}).status_code == 400
    assert city.get(URL, {"ordering": "profile__name"}).status_code == 400


def test_what_was_written_since_a_moment(city, units):
    Institution.objects.update(updated_at="2026-01-01T00:00:00+08:00")
    Institution.objects.filter(pk=units["hospital"].pk).update(updated_at="2026-11-01T00:00:00+08:00")
    assert ids(city.get(URL, {"updated_since": "2026-10-01T00:00:00+08:00"})) == [units["hospital"].pk]


def test_pages_follow_each_other_and_cost_the_same(city, units, django_assert_max_num_queries):
    for _ in range(25):
        an_institution(division=units["hospital"].profile.division)
    with django_assert_max_num_queries(14):
        answer = city.get(URL, {"page_size": 20})
    first = ids(answer)
    rest = ids(city.get(answer.json()["next"]))
    assert len(first) == 20
    assert len(rest) == 9
    assert not set(first) & set(rest)


def test_nothing_is_written_over_rest(city, units):
    for method in (city.post, city.put, city.patch, city.delete):
        assert method(f"{URL}{units['hospital'].pk}/").status_code in {403, 405}
