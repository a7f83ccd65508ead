"""To which authority a unit answers, which is not always the one competent where it stands."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine

from deploy_admin.registry import services
from deploy_admin.registry.authority import authority_over
from deploy_admin.registry.services import Document
from tests.registry.factories import CITY, a_division, an_authority, an_institution

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 22)


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2026-11-22 10:00+08:00", tick=False):
        yield


@pytest.fixture
def city():
    return a_division("示范市", level="province")


@pytest.fixture
def district(city):
    return a_division("示范甲区", parent=city)


@pytest.fixture
def commission(city):
    return an_authority(city, tier="municipal", affiliation="municipal")


@pytest.fixture
def authority(district):
    return an_authority(district)


def over(*units, on=TODAY):
    found = authority_over({unit.pk for unit in units}, on)
    return [found[unit.pk] for unit in units]


def test_a_unit_answers_to_the_authority_competent_where_it_stands(commission, authority, district):
    assert over(an_institution(division=district)) == [authority.pk]


def test_a_municipal_unit_answers_to_the_city_wherever_it_stands(commission, authority, district):
    assert over(an_institution(division=district, tier="municipal")) == [commission.pk]


def test_whoever_administers_a_unit_comes_first(commission, authority, city, district):
    second = an_authority(a_division("示范乙区", parent=city))
    assert over(
        an_institution(division=district, administered_by=second),
        an_institution(division=district, tier="municipal", administered_by=authority),
    ) == [second.pk, authority.pk]


def test_a_hospital_that_administers_its_branch_is_no_authority(commission, authority, district):
    hospital = an_institution(division=district)
    assert over(an_institution(division=district, administered_by=hospital)) == [authority.pk]


def test_no_authority_answers_to_itself_and_nobody_to_nobody(commission, authority):
    assert over(commission, authority, an_institution()) == [None, commission.pk, None]


def test_where_two_authorities_are_municipal_the_place_decides(commission, authority, city, district):
    an_authority(a_division("示范开发区", parent=city), tier="municipal")
    assert over(an_institution(division=district, tier="municipal")) == [authority.pk]


def test_a_unit_that_closed_answers_to_whoever_is_competent_at_its_last_place(commission, authority, district):
    unit = an_institution(division=district)
    paper = Document(title="关于撤销的批复（示范）", number="示范发〔2026〕2号")
    services.close(institution=unit, last_day=date(2026, 4, 30), document=paper, version=1, by=CITY)
    assert over(unit) == [authority.pk]


def test_any_number_of_units_costs_the_same(commission, authority, district, django_assert_num_queries):
    few = {an_institution(division=district).pk}
    many = few | {an_institution(division=district, tier="municipal").pk for _ in range(12)}
    for units in (few, many):
        with django_assert_num_queries(5):
            authority_over(units, TODAY)
