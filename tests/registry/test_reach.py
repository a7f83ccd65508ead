"""Who is competent, and who sees which institution."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine

from deploy_admin.access import Reach
from deploy_admin.registry import reach, services
from deploy_admin.registry.authority import competences, competent_authority
from deploy_admin.registry.models import Division, Institution, Jurisdiction
from deploy_admin.registry.reference import load_divisions
from deploy_admin.registry.services import Document
from tests.registry.factories import (
    CITY,
    FakeActor,
    a_division,
    an_authority,
    an_institution,
    district_officer,
    unit_hr,
)

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 22)
PAPER = Document(title="关于机构调整的批复（示范）", number="示范发〔2026〕1号")


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2026-11-22 10:00+08:00", tick=False):
        yield


@pytest.fixture
def two_districts():
    """Two districts with an authority and a hospital each, and a municipal hospital standing in the first."""
    city = a_division("示范市", level="province")
    first, second = a_division("示范甲区", parent=city), a_division("示范乙区", parent=city)
    commission = an_authority(city, tier="municipal", affiliation="municipal")
    return {
        "commission": commission,
        "first": an_authority(first),
        "second": an_authority(second),
        "hospital": an_institution("示范甲区医院", division=first),
        "other": an_institution("示范乙区医院", division=second),
        "municipal": an_institution(
            "示范市医院", division=first, tier="municipal", affiliation="municipal", administered_by=commission
        ),
    }


def seen(actor):
    return set(Institution.objects.visible_to(actor).values_list("pk", flat=True))


def test_the_city_sees_all(two_districts):
    assert seen(CITY) == {unit.pk for unit in two_districts.values()}


def test_a_district_sees_what_stands_in_it_even_a_municipal_hospital_and_nothing_of_its_neighbour(two_districts):
    u = two_districts
    assert seen(district_officer(u["first"], TODAY)) == {u["first"].pk, u["hospital"].pk, u["municipal"].pk}
    assert seen(district_officer(u["second"], TODAY)) == {u["second"].pk, u["other"].pk}


def test_a_unit_sees_itself_its_branches_and_what_it_succeeded(two_districts):
    u = two_districts
    branch = an_institution("示范甲区医院分院", division=u["hospital"].profile.division, parent=u["hospital"])
    former = an_institution("示范旧院", division=u["hospital"].profile.division)
    services.merge(
        predecessors={former.pk: 1}, heir=branch, heir_version=1, on=date(2026, 3, 1), document=PAPER, by=CITY
    )
    assert seen(unit_hr(u["hospital"], TODAY)) == {u["hospital"].pk, branch.pk, former.pk}
    assert reach.unit_and_relatives(u["hospital"].pk, date(2026, 2, 1)) == {u["hospital"].pk, branch.pk}
    assert seen(unit_hr(u["other"], TODAY)) == {u["other"].pk}


@pytest.mark.parametrize("how", [Reach.SELF, Reach.NONE])
def test_a_person_and_an_administrator_see_no_institution(two_districts, how):
    assert seen(FakeActor(reach=how, institution_ids=frozenset({two_districts["hospital"].pk}))) == set()


def test_the_nearer_authority_is_competent_and_says_why(two_districts):
    u = two_districts
    town = a_division("示范镇", level="township", parent=u["first"].profile.division)
    clinic = an_institution("示范镇卫生院", division=town)
    found = competences({clinic.pk, u["municipal"].pk, u["first"].pk}, TODAY)
    assert found[clinic.pk].authority_id == u["first"].pk
    assert found[clinic.pk].steps == 1
    assert found[u["municipal"].pk].authority_id == u["first"].pk  # located-in decides, not administered-by
    assert found[u["first"].pk].authority_id == u["commission"].pk  # nobody is its own authority

    office = an_authority(town, "示范镇卫生办公室")
    assert competent_authority({clinic.pk}, TODAY) == {clinic.pk: office.pk}
    assert clinic.pk not in seen(district_officer(u["first"], TODAY))
    assert clinic.pk in seen(district_officer(office, TODAY))


def test_a_development_zone_without_a_code_has_its_own_authority(two_districts):
    u = two_districts
    zone = a_division("示范开发区", level="zone", parent=u["first"].profile.division)
    station = an_institution("示范开发区社区卫生服务中心", division=zone, kind="chsc")
    assert competent_authority({station.pk}, TODAY) == {station.pk: u["first"].pk}
    bureau = an_authority(zone, competent_from=date(2026, 6, 1))
    assert competent_authority({station.pk}, TODAY) == {station.pk: bureau.pk}
    assert competent_authority({station.pk}, date(2026, 5, 31)) == {station.pk: u["first"].pk}


def test_where_nobody_is_competent_nobody_is_named():
    lonely = an_institution()
    assert competent_authority({lonely.pk}, TODAY) == {lonely.pk: None}


def test_a_closed_unit_is_seen_by_whoever_covers_its_last_place(two_districts):
    u = two_districts
    services.close(institution=u["hospital"], last_day=date(2026, 4, 30), document=PAPER, version=1, by=CITY)
    assert u["hospital"].pk in seen(district_officer(u["first"], TODAY))


def test_liangjiang_sees_from_its_first_day_what_jiangbei_and_yubei_saw():
    load_divisions(by=CITY)
    by_name = {d.name: d for d in Division.objects.filter(name__in=["江北区", "渝北区", "两江新区"])}
    old = {name: an_authority(by_name[name]) for name in ("江北区", "渝北区")}
    new = an_institution(
        "两江新区卫生健康委员会（示范）", kind="health_authority", level=None, division=by_name["两江新区"]
    )
    hospitals = [an_institution(division=by_name[name]) for name in ("江北区", "渝北区")]
    closed = an_institution(division=by_name["江北区"], closed_on=date(2024, 1, 1))

    services.merge(
        predecessors={unit.pk: 1 for unit in old.values()},
        heir=new,
        heir_version=1,
        on=date(2026, 1, 25),
        document=PAPER,
        by=CITY,
    )
    # The jurisdictions over the ended divisions passed over with the authorities; the new division gets its own row.
    services.grant_jurisdiction(authority=new, division=by_name["两江新区"], on=date(2026, 1, 25), by=CITY)

    before, after = date(2026, 1, 24), date(2026, 1, 25)
    assert competent_authority({hospitals[0].pk}, before) == {hospitals[0].pk: old["江北区"].pk}
    assert competent_authority({hospitals[1].pk}, before) == {hospitals[1].pk: old["渝北区"].pk}
    for hospital in hospitals:
        assert competent_authority({hospital.pk}, after) == {hospital.pk: new.pk}
    assert seen(district_officer(new, TODAY)) == {
        new.pk,
        closed.pk,
        *(unit.pk for unit in hospitals),
        *(unit.pk for unit in old.values()),
    }
    assert reach.covered_division_ids({new.pk}, before) == frozenset()
    assert by_name["江北区"].pk in reach.covered_division_ids({new.pk}, after)
    assert reach.covered_division_ids({old["江北区"].pk}, after) == frozenset()


def test_covered_divisions_take_nearer_authorities_out(two_districts):
    u = two_districts
    covered = reach.covered_division_ids({u["commission"].pk}, TODAY)
    assert covered == {u["commission"].profile.division_id}
    assert reach.covered_division_ids(set(), TODAY) == frozenset()


def test_reach_costs_the_same_for_any_number_of_divisions(two_districts, django_assert_num_queries):
    u = two_districts
    for number in range(30):
        a_division(f"示范{number}镇", level="township", parent=u["first"].profile.division)
    with django_assert_num_queries(2):
        assert len(reach.covered_division_ids({u["first"].pk}, TODAY)) == 31
    with django_assert_num_queries(1):
        reach.unit_and_relatives(u["hospital"].pk, TODAY)
    assert Jurisdiction.objects.on(TODAY).count() == 3
