"""Heirs, predecessors, and who answers for whose figures; facts; two officers at once."""

from __future__ import annotations

import threading
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection

from deploy_admin.errors import Conflict
from deploy_admin.registry import services, succession
from deploy_admin.registry.facts import institution_facts
from deploy_admin.registry.models import Institution, Succession
from deploy_admin.registry.services import Document, Part
from deploy_admin.registry.succession import Attribution
from tests.registry.factories import CITY, a_division, an_authority, an_institution

pytestmark = pytest.mark.django_db

PAPER = Document(title="关于机构调整的批复（示范）")
YEAR, END = date(2024, 1, 1), date(2026, 11, 22)


def version(unit):
    return Institution.objects.get(pk=unit.pk).version


def merged(*units, into, on):
    return services.merge(
        predecessors={u.pk: version(u) for u in units},
        heir=into,
        heir_version=version(into),
        on=on,
        document=PAPER,
        by=CITY,
    )


def parted(unit, *parts, on, continues):
    return services.split(
        predecessor=unit,
        version=version(unit),
        parts=[Part(heir_id=h.pk, version=version(h), share=s and Decimal(s)) for h, s in parts],
        on=on,
        document=PAPER,
        continues=continues,
        by=CITY,
    )


def attributed(start=YEAR, on=END):
    return {(a.predecessor_id, a.heir_id): a.share for a in succession.attributions(start, on)}


@pytest.fixture
def units():
    division = a_division()
    return [an_institution(division=division) for _ in range(5)]


def test_a_chain_of_mergers_ends_at_the_unit_that_stands(units, django_assert_num_queries):
    a, b, c, d, _ = units
    merged(a, b, into=c, on=date(2024, 6, 1))
    merged(c, into=d, on=date(2025, 6, 1))
    with django_assert_num_queries(1):
        found = succession.attributions(YEAR, END)
    assert found == [Attribution(x.pk, d.pk, Decimal(1)) for x in (a, b, c)]
    assert attributed(on=date(2025, 1, 1)) == {(a.pk, c.pk): 1, (b.pk, c.pk): 1}
    assert attributed(start=date(2025, 1, 1)) == {(c.pk, d.pk): 1}
    assert attributed(start=date(2026, 1, 1)) == {}
    assert succession.heirs([a.pk], END) == {a.pk: {c.pk, d.pk}}
    assert succession.predecessors([d.pk, a.pk], END) == {d.pk: {a.pk, b.pk, c.pk}, a.pk: frozenset()}
    assert succession.standing_for([a.pk, d.pk], END) == {a.pk: d.pk, d.pk: d.pk}
    assert succession.standing_for([a.pk], date(2024, 5, 31)) == {a.pk: a.pk}


def test_a_split_unit_that_lives_on_keeps_the_rest(units):
    a, b, c, d, _ = units
    parted(a, (b, "0.4"), on=date(2024, 3, 1), continues=True)
    assert attributed() == {(a.pk, b.pk): Decimal("0.4"), (a.pk, a.pk): Decimal("0.6")}
    parted(a, (c, "0.5"), on=date(2024, 9, 1), continues=True)
    merged(b, into=d, on=date(2025, 1, 1))
    assert attributed() == {
        (a.pk, d.pk): Decimal("0.4"),
        (a.pk, c.pk): Decimal("0.3"),
        (a.pk, a.pk): Decimal("0.3"),
        (b.pk, d.pk): 1,
    }


def test_parts_that_come_together_again_are_added(units):
    a, b, c, d, _ = units
    parted(a, (b, "0.25"), (c, "0.75"), on=date(2024, 3, 1), continues=False)
    merged(b, c, into=d, on=date(2025, 1, 1))
    assert attributed() == {(a.pk, d.pk): 1, (b.pk, d.pk): 1, (c.pk, d.pk): 1}


def test_a_split_without_shares_leaves_them_unknown(units):
    a, b, c, *_ = units
    parted(a, (b, None), on=date(2024, 3, 1), continues=True)
    merged(b, into=c, on=date(2025, 1, 1))
    assert attributed() == {(a.pk, c.pk): None, (a.pk, a.pk): None, (b.pk, c.pk): 1}
    assert attributed(start=date(2024, 4, 1)) == {(b.pk, c.pk): 1}


def test_renaming_and_moving_attribute_nothing(units):
    a = units[0]
    services.rename(institution=a, name="示范新名", on=date(2024, 3, 1), document=PAPER, version=1, by=CITY)
    services.move(institution=a, division_id=a_division().pk, on=date(2024, 6, 1), document=PAPER, version=2, by=CITY)
    assert attributed() == {}
    assert succession.heirs([a.pk], END) == {a.pk: frozenset()}


def test_facts_are_those_of_the_day():
    city = a_division("示范市", level="province")
    district = a_division("示范区", parent=city, area_group="northeast")
    town = a_division("示范镇", level="township", parent=district)
    commission, authority = an_authority(city), an_authority(district)
    centre = an_institution(
        division=town,
        kind="township_health_centre",
        tier="township",
        level=None,
        remote=True,
        settlement="township",
        population=12000,
        administered_by=authority,
        opened_on=date(2020, 1, 1),
    )
    services.change_profile(institution=centre, on=date(2026, 1, 1), facts={"remote": False}, version=1, by=CITY)
    assert institution_facts(date(2025, 6, 1), [centre.pk])[centre.pk] == {
        "kind": "township_health_centre",
        "tier": "township",
        "level": None,
        "ownership": "public",
        "affiliation": "district",
        "remote": True,
        "key_township": None,
        "settlement": "township",
        "population": 12000,
        "medical_community": None,
        "area_group": "northeast",
        "located_in": [town.pk, district.pk, city.pk],
        "district": district.pk,
        "administered_by": authority.pk,
        "branch_of": None,
        "competent_authority": authority.pk,
    }
    assert institution_facts(END, [centre.pk])[centre.pk]["remote"] is False
    assert institution_facts(date(2019, 1, 1), [centre.pk]) == {}
    merged(authority, into=commission, on=date(2026, 2, 1))
    after = institution_facts(END, [centre.pk])[centre.pk]
    assert after["administered_by"] == after["competent_authority"] == commission.pk


def test_facts_cost_the_same_for_any_number(django_assert_max_num_queries):
    division = a_division()
    authority = an_authority(division)
    for _ in range(40):
        an_institution(division=division, administered_by=authority)
    with django_assert_max_num_queries(6):
        assert len(institution_facts(END)) == 41


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_officers_merge_the_same_unit_and_one_is_told():
    division = a_division()
    unit, one, two = (an_institution(division=division) for _ in range(3))
    barrier, outcomes = threading.Barrier(2), []

    def officer(heir):
        try:
            barrier.wait(10)
            services.merge(
                predecessors={unit.pk: 1}, heir=heir, heir_version=1, on=date(2026, 3, 1), document=PAPER, by=CITY
            )
            outcomes.append("merged")
        except Conflict as conflict:
            outcomes.append(conflict.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=officer, args=(heir,)) for heir in (one, two)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == ["merged", "stale_version"]
    assert Succession.objects.count() == 1
