"""Everything that may be wrong with a row of a roster, each once, at its cell."""

from __future__ import annotations

from datetime import date

import pytest

from deploy_admin.access import Role
from deploy_admin.people.models import HealthWorker
from tests.accounts.factories import an_actor
from tests.people.factories import a_licence, a_title, a_worker, an_employment, an_id, hr
from tests.people.rosters.sheets import applied, kinds, plan_of, row, sheet, told
from tests.registry.factories import a_division, an_authority, an_institution, district_officer

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 22)


@pytest.fixture
def hospital():
    return an_institution("示范一院", affiliation="municipal")


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        ({"性别": "女"}, ("性别", "id_says_male", "refused")),
        ({"出生年月": "1986-03"}, ("出生年月", "birth_month_differs", "refused")),
        ({"年龄": 39}, ("年龄", "age_differs", "remark")),
        ({"入职日期": "2000-07-01"}, ("入职日期", "hired_too_young", "refused")),
        ({"入职日期": "2027-01-01"}, ("入职日期", "day_in_future", "refused")),
        ({"参加临床工作时间": "2027-01"}, ("参加临床工作时间", "day_in_future", "refused")),
        ({"人员类别": ""}, ("人员类别", "required", "refused")),
        ({"编制类型": ""}, ("编制类型", "required", "refused")),
        ({"现任职称": "主治医生", "取得资格日期": "2019-01-01"}, ("现任职称", "not_in_list_close", "refused")),
        ({"现任职称": "主治医师"}, ("title_qualified_on", "title_day_missing", "refused")),
        ({"取得资格日期": "2019-01-01"}, ("title", "title_missing", "refused")),
        ({"现任职称": "主管护师", "取得资格日期": "2019-01-01"}, ("现任职称", "title_of_other_category", "remark")),
        (
            {"现任职称": "副主任医师", "职称范围": "基层定向", "取得资格日期": "2019-01-01"},
            ("职称范围", "title_targeted_at_hospital", "remark"),
        ),
        (
            {"现任职称": "主治医师", "取得资格日期": "2019-01-01", "聘任日期": "2018-01-01"},
            ("聘任日期", "days_reversed", "refused"),
        ),
        (
            {
                "执业资格": "执业医师",
                "取得执业资格日期": "2020-01-01",
                "现任职称": "主治医师",
                "取得资格日期": "2019-01-01",
            },
            ("取得资格日期", "qualified_before_licence", "remark"),
        ),
        ({"执业证书编号": "110500000012345"}, ("执业证书编号", "licence_missing", "refused")),
        (
            {"执业资格": "执业医师", "执业证书编号": f"201850110{an_id(3)}"},
            ("执业证书编号", "licence_number_holds_id", "refused"),
        ),
        ({"科室": f"内科 {an_id(4)} 主任"}, ("科室", "id_in_text", "refused")),
        ({"暂不能派出起": "2026-01-01"}, ("away_kind", "away_kind_missing", "refused")),
        ({"暂不能派出原因": "进修"}, ("away_from", "away_from_missing", "refused")),
        (
            {"暂不能派出原因": "进修", "暂不能派出起": "2026-05-01", "暂不能派出止": "2026-04-01"},
            ("暂不能派出止", "days_reversed", "refused"),
        ),
        ({"离职日期": "2025-01-01"}, ("ended_as", "leaving_kind_missing", "refused")),
        ({"离职日期": "2020-01-01", "离职方式": "辞职"}, ("离职日期", "days_reversed", "refused")),
        ({"人员编号": "000123"}, ("人员编号", "person_number_foreign", "remark")),
        ({"人员编号": "P99999999"}, ("人员编号", "person_number_unknown", "refused")),
        ({"单位": "火星医院"}, ("单位", "roster_unit_unknown", "refused")),
        ({"身份证件号码": "500101********1234"}, ("身份证件号码", "id_masked_unknown", "refused")),
        ({"身份证件号码": ""}, ("身份证件号码", "required", "refused")),
    ],
)
def test_a_row_by_itself(hospital, cells, found):
    assert told(plan_of(sheet(row("示范甲", an_id(3), **cells)), hr(hospital))) == [found]


def test_the_same_person_in_two_rows(hospital):
    plan = plan_of(sheet(row("示范甲", an_id(3)), row("示范乙", an_id(3))), hr(hospital))
    assert told(plan) == [("姓名", "same_row", "refused")]
    person = a_worker("示范丙", at=hospital, number_of_id=an_id(4))
    twice = sheet(row("示范丙", an_id(4)), row("示范丙", person.id_masked, 人员编号=person.number))
    assert told(plan_of(twice, hr(hospital))) == [("姓名", "same_row", "refused")]


def test_a_person_of_another_unit_is_refused_and_named_only_to_whoever_sees_it(hospital):
    elsewhere = an_institution("示范他院")
    a_worker("示范甲", at=elsewhere, number_of_id=an_id(3))
    content = sheet(row("示范甲", an_id(3)))
    plan = plan_of(content, hr(hospital))
    assert told(plan) == [("身份证件号码", "on_another_roster", "refused")]
    assert "示范他院" not in str([finding.params for entry in plan.entries for finding in entry.record.findings])
    city = an_actor(Role.CITY_OFFICER)
    plan = plan_of(content, city, unit=hospital.pk)
    assert told(plan) == [("身份证件号码", "on_the_roster_of", "refused")]
    assert plan.entries[0].record.findings[-1].params == {"unit": "示范他院"}


def test_a_person_number_with_another_persons_id(hospital):
    first = a_worker("示范甲", at=hospital, number_of_id=an_id(3))
    a_worker("示范乙", at=hospital, number_of_id=an_id(4))
    for number in (an_id(4), an_id(5), "500101********1234"):
        plan = plan_of(sheet(row("示范甲", number, 人员编号=first.number)), hr(hospital))
        assert told(plan) == [("身份证件号码", "id_of_another", "refused")]


def test_the_number_of_a_merged_record_leads_to_the_one_kept(hospital):
    kept = a_worker("示范甲", at=hospital, number_of_id=an_id(3))
    dropped = a_worker("示范甲", number_of_id=an_id(4), employed=False)
    HealthWorker.objects.filter(pk=dropped.pk).update(merged_into=kept)
    plan = plan_of(sheet(row("示范甲", "", 人员编号=dropped.number, 入职日期="")), hr(hospital))
    assert told(plan) == [("人员编号", "person_number_merged", "remark")]
    assert plan.entries[0].record.refs["worker"] == kept.pk
    plan = plan_of(sheet(row("示范甲", an_id(4), 入职日期="")), hr(hospital))
    assert plan.entries[0].record.refs["worker"] == kept.pk
    assert kinds(plan) == ["unchanged"]


def test_what_is_recorded_is_not_taken_away(hospital):
    person = a_worker("示范甲", at=hospital, number_of_id=an_id(3))
    a_title(person)
    a_licence(person)
    plan = plan_of(sheet(row("示范甲", an_id(3), 入职日期="", 现任职称="无", 执业资格="无")), hr(hospital))
    assert told(plan) == [("现任职称", "title_taken_away", "refused"), ("执业资格", "licence_taken_away", "refused")]


def test_leaving_before_the_first_day(hospital):
    person = a_worker("示范甲", employed=False, number_of_id=an_id(3))
    an_employment(person, hospital, valid_from=date(2024, 1, 1))
    content = sheet(row("示范甲", an_id(3), 入职日期="", 离职日期="2023-12-31", 离职方式="辞职"))
    assert told(plan_of(content, hr(hospital))) == [("离职日期", "days_reversed", "refused")]
    content = sheet(row("示范甲", an_id(3), 入职日期="", 离职方式="辞职"))
    assert told(plan_of(content, hr(hospital))) == [("left_on", "leaving_day_missing", "refused")]


def test_a_hire_corrected_into_the_time_at_another_unit(hospital):
    person = a_worker("示范甲", employed=False, number_of_id=an_id(3))
    an_employment(person, an_institution(), valid_from=date(2015, 1, 1), valid_to=date(2021, 6, 30))
    an_employment(person, hospital, valid_from=date(2021, 7, 1))
    plan = plan_of(sheet(row("示范甲", an_id(3), 入职日期="2020-01-01")), hr(hospital))
    assert told(plan) == [("入职日期", "employed_elsewhere", "refused")]


def test_a_closed_unit_keeps_no_roster(hospital):
    closed = an_institution("示范旧院", closed_on=date(2025, 1, 1))
    plan = plan_of(sheet(row("示范甲", an_id(3), 单位="示范旧院")), an_actor(Role.CITY_OFFICER))
    assert told(plan) == [("单位", "roster_unit_closed", "refused")]
    assert closed.pk


def test_a_district_sees_its_own_units_only(hospital):
    district = a_division("示范甲区")
    officer = district_officer(an_authority(district), TODAY)
    inside = an_institution("示范区医院", division=district)
    content = sheet(row("示范甲", an_id(3), 单位="示范区医院"), row("示范乙", an_id(4), 单位="示范一院"))
    assert told(plan_of(content, officer)) == [("单位", "roster_unit_unknown", "refused")]
    applied(sheet(row("示范甲", an_id(3))), officer, unit=inside.pk)
    assert HealthWorker.objects.get().name == "示范甲"
    from django.http import Http404

    with pytest.raises(Http404):
        plan_of(sheet(row("示范乙", an_id(4))), officer, unit=hospital.pk)
