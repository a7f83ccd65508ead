"""Indicators: loaded, added, changed, taken out of use; the city's for everybody, a district's its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.utils.translation import override

from deploy_admin.access import SYSTEM, Permission
from deploy_admin.audit.models import Event
from deploy_admin.db import refusals
from deploy_admin.errors import Conflict, RuleViolation
from deploy_admin.people import codes
from deploy_admin.policies.language.month import SheetMeasure
from deploy_admin.registry.forms_indicators import STAFF
from deploy_admin.registry.models import Indicator
from deploy_admin.registry.reference import load_indicators
from deploy_admin.registry.services.indicators import (
    OF_THE_SHEET,
    IndicatorFacts,
    add_indicator,
    change_indicator,
    code_from,
    may_keep,
    restore_indicator,
    retire_indicator,
)
from tests.registry.factories import CITY, a_division, an_authority, district_officer

pytestmark = pytest.mark.django_db
D = Decimal


def facts(**more):
    fields = {
        "label_zh": "下乡义诊",
        "label_en": "Free clinics",
        "unit_zh": "场",
        "unit_en": "clinics",
        "highest": D(31),
    }
    return IndicatorFacts(**(fields | more))


def refused(act, **more):
    with pytest.raises(RuleViolation) as found:
        act(**more)
    return found.value


@pytest.fixture
def district():
    city = a_division("示范市", level="province", code="500000")
    division = a_division("示范一区", parent=city, code="500101")
    return division, district_officer(an_authority(division), date(2026, 11, 22))


# ------------------------------------------------------------ loading


def test_the_shipped_indicators_are_those_the_sources_name():
    assert load_indicators(by=SYSTEM).added == 15
    core = list(Indicator.objects.filter(is_core=True).order_by("position").values_list("code", flat=True))
    assert core == [
        "outpatient_emergency_visits", "rounds", "teaching_sessions", "operations", "case_discussions", "mentees",
        "lectures", "new_techniques",
    ]  # fmt: skip


def test_loading_again_changes_nothing_and_what_a_person_changed_stays():
    load_indicators(by=SYSTEM)
    rounds = Indicator.objects.get(code="rounds")
    change_indicator(indicator=rounds, facts=facts(label_zh="巡诊服务", highest=D(60)), version=1, by=CITY)
    Indicator.objects.filter(code="lectures").update(label_zh="旧名")
    again = load_indicators(by=SYSTEM)
    assert (again.added, again.changed, again.same) == (0, 1, 14)
    assert Indicator.objects.get(code="rounds").label_zh == "巡诊服务"
    assert Indicator.objects.get(code="lectures").label_zh == "专题讲座"


def test_the_command_loads_them_too(capsys):
    call_command("load_reference")
    assert "indicators: 15 added" in capsys.readouterr().out


def test_the_kinds_of_staff_and_the_sheets_own_measures_are_those_of_their_owners():
    assert [(code.value, code.zh, code.en) for code in STAFF] == [
        (code.value, code.zh, code.en) for code in codes.STAFF_CATEGORIES
    ]
    assert frozenset(map(str, SheetMeasure)) == OF_THE_SHEET


# ------------------------------------------------------------ writing


def test_the_city_adds_one_for_everybody_named_after_its_english_name():
    row = add_indicator(facts=facts(), by=CITY)
    assert (row.code, row.division_id, row.version, row.updated_by_name) == ("free_clinics", None, 1, "测试经办")
    assert Event.objects.get().act == "indicator.added"


@pytest.mark.parametrize(
    ("label", "code"), [("New techniques (2026)", "new_techniques_2026"), ("  Rounds  ", "rounds"), ("巡诊", "")]
)
def test_a_code_follows_from_the_english_name(label, code):
    assert code_from(label) == code


@pytest.mark.parametrize(
    ("code", "why"),
    [("Rounds", "code_shape"), ("1st", "code_shape"), ("a__b", "code_shape"), ("a-b", "code_shape"),
     ("attendance_days", "code_of_the_sheet")],
)  # fmt: skip
def test_codes_that_policies_could_not_name_are_refused(code, why):
    found = refused(add_indicator, code=code, facts=facts(), by=CITY)
    assert found.code == why
    assert "code" in found.fields


def test_a_code_is_taken_once_also_by_another_district(district):
    division, officer = district
    add_indicator(facts=facts(), by=CITY)
    assert refused(add_indicator, facts=facts(), division_id=division.pk, by=officer).code == "code_taken"


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"lowest": D(40)}, "bounds_reversed"),
        ({"lowest": D(-1)}, "bounds_reversed"),
        ({"usual_low": D(1)}, "band_reversed"),
        ({"usual_low": D(9), "usual_high": D(3)}, "band_reversed"),
        ({"usual_low": D(1), "usual_high": D(99)}, "band_reversed"),
        ({"highest": D("30.5")}, "too_many_decimals"),
        ({"decimals": 3}, "decimals"),
    ],
)
def test_bounds_out_of_order_are_refused(more, code):
    assert refused(add_indicator, facts=facts(**more), by=CITY).code == code


def test_a_district_keeps_its_own_and_nobody_elses(district):
    division, officer = district
    own = add_indicator(facts=facts(), division_id=division.pk, by=officer)
    assert own.division == division
    city = add_indicator(code="of_all", facts=facts(), by=CITY)
    assert refused(add_indicator, code="more", facts=facts(), by=officer).code == "not_permitted"
    assert refused(change_indicator, indicator=city, facts=facts(highest=D(9)), version=1, by=officer).code == (
        "not_permitted"
    )
    elsewhere = a_division("示范二区", code="500102")
    assert not may_keep(elsewhere.pk, officer)
    assert may_keep(division.pk, CITY)


def test_without_the_permission_nothing_is_kept(district):
    division, officer = district
    officer = replace(officer, permissions=frozenset({Permission.HOME_VIEW}))
    assert refused(add_indicator, facts=facts(), division_id=division.pk, by=officer).code == "not_permitted"


def test_a_change_says_what_was_and_what_is():
    row = add_indicator(facts=facts(), by=CITY)
    change_indicator(indicator=row, facts=facts(highest=D(20), is_core=True), version=1, by=CITY)
    row.refresh_from_db()
    assert (row.highest, row.is_core, row.version) == (20, True, 2)
    detail = Event.objects.get(act="indicator.changed").detail
    assert detail == {"highest": {"was": "31.00", "now": "20"}, "is_core": {"was": False, "now": True}}


def test_nothing_changed_is_said():
    row = add_indicator(facts=facts(), by=CITY)
    assert refused(change_indicator, indicator=row, facts=facts(), version=1, by=CITY).code == "nothing_to_change"


def test_another_version_than_the_one_read_is_refused_with_both_values():
    row = add_indicator(facts=facts(), by=CITY)
    change_indicator(indicator=row, facts=facts(highest=D(20)), version=1, by=CITY)
    with pytest.raises(Conflict) as found:
        change_indicator(indicator=row, facts=facts(highest=D(25)), version=1, by=CITY)
    assert (found.value.context["yours"]["highest"], found.value.context["theirs"]["highest"]) == ("25", "20.00")


def test_out_of_use_and_back():
    row = add_indicator(facts=facts(), by=CITY)
    row = retire_indicator(indicator=row, version=1, by=CITY)
    assert not Indicator.objects.in_use().exists()
    assert refused(retire_indicator, indicator=row, version=2, by=CITY).code == "nothing_to_change"
    restore_indicator(indicator=row, version=2, by=CITY)
    assert Indicator.objects.in_use().get().version == 3


def test_the_database_refuses_more_than_two_places():
    with override("en"), pytest.raises(RuleViolation, match="two places"), refusals():
        Indicator.objects.create(code="x", highest=D(1), decimals=3)
