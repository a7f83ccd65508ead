"""Divisions: the reference data, the change of 2026-01-25, codes that stay valid."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.management import call_command

from deploy_admin.registry.codes import AreaGroup
from deploy_admin.registry.divisions import DivisionTree, descendants, division_of_issue
from deploy_admin.registry.models import Division
from deploy_admin.registry.reference import load_divisions
from tests.registry.factories import CITY

pytestmark = pytest.mark.django_db

BEFORE, AFTER = date(2026, 1, 24), date(2026, 1, 25)


@pytest.fixture
def chongqing():
    load_divisions(by=CITY)


def the(name, **more):
    return Division.objects.get(name=name, **more)


def test_loading_twice_changes_nothing(chongqing, django_assert_num_queries, capsys):
    before = list(Division.objects.order_by("pk").values())
    call_command("load_reference")
    assert "0 added, 0 changed" in capsys.readouterr().out
    assert list(Division.objects.order_by("pk").values()) == before


def test_a_code_entered_by_hand_survives_loading(chongqing):
    Division.objects.filter(name="两江新区").update(code="500199")
    assert load_divisions(by=CITY).changed == 0
    assert the("两江新区").code == "500199"


def test_chongqing_has_38_districts_before_the_change_and_37_after(chongqing):
    city = the("重庆市")
    counties = Division.objects.filter(level="county", parent=city)
    assert counties.on(BEFORE).count() == 38
    assert counties.on(AFTER).count() == 37
    assert set(counties.on(BEFORE).values_list("area_group", flat=True)) == set(AreaGroup.values)
    assert counties.on(BEFORE).filter(area_group="central_urban").count() == 9
    assert counties.on(BEFORE).filter(area_group="northeast").count() == 11
    assert counties.on(BEFORE).filter(area_group="southeast").count() == 6


@pytest.mark.parametrize("name", ["江北区", "渝北区"])
def test_jiangbei_and_yubei_go_over_to_liangjiang(chongqing, name):
    old, new = the(name), the("两江新区")
    assert DivisionTree.read(BEFORE).standing(old.pk) == old.pk
    tree = DivisionTree.read(AFTER)
    assert tree.standing(old.pk) == new.pk
    assert tree.district(old.pk) == new.pk
    assert tree.area_group(old.pk) == "central_urban"
    assert new.code is None


def test_streets_of_beibei_go_over_and_towns_of_yubei_come(chongqing):
    beibei, liangjiang, yubei = the("北碚区"), the("两江新区"), the("渝北区")
    caijia = the("蔡家岗街道", parent=beibei)
    dawan = the("大湾镇", parent=yubei)
    assert DivisionTree.read(BEFORE).district(caijia.pk) == beibei.pk
    assert DivisionTree.read(AFTER).district(caijia.pk) == liangjiang.pk
    assert DivisionTree.read(BEFORE).district(dawan.pk) == yubei.pk
    assert DivisionTree.read(AFTER).district(dawan.pk) == beibei.pk


def test_a_street_of_an_ended_district_follows_it_without_a_row_of_its_own(chongqing):
    street = Division.objects.create(
        name="示范街道", level="township", parent=the("江北区"), valid_from=date(2000, 1, 1)
    )
    assert DivisionTree.read(AFTER).path(street.pk) == (street.pk, the("两江新区").pk, the("重庆市").pk)
    assert street.pk in descendants({the("两江新区").pk}, AFTER)
    assert street.pk not in descendants({the("两江新区").pk}, BEFORE)


def test_codes_of_issue_stay_valid_for_ever(chongqing):
    assert division_of_issue("500105").name == "江北区"
    assert division_of_issue("500112").name == "渝北区"
    assert division_of_issue("410308").name == "孟津区"
    assert division_of_issue("999999") is None


def test_a_development_zone_counts_as_a_district_and_lies_in_one(chongqing):
    wansheng = the("万盛经济技术开发区")
    tree = DivisionTree.read(AFTER)
    assert wansheng.code is None
    assert tree.district(wansheng.pk) == wansheng.pk
    assert the("綦江区").pk in tree.path(wansheng.pk)


def test_search_by_part_of_the_name_initials_or_code(chongqing):
    assert the("万州区") in Division.objects.search("wz")
    assert the("万州区") in Division.objects.search("万州")
    assert the("万州区") in Division.objects.search("500101")
