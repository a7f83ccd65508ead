"""A roster from file to people and out again: what is new, what changes, what stays."""

from __future__ import annotations

from datetime import date

import pytest

from deploy_admin import national_ids
from deploy_admin.access import Role
from deploy_admin.people.models import Employment, HealthWorker, HeldDocument, Licence, Title, Unavailability
from deploy_admin.people.services.identity import opened
from tests.accounts.factories import an_actor
from tests.people.factories import a_title, a_worker, an_employment, an_id, hr
from tests.people.rosters.sheets import applied, exported, kinds, plan_of, row, sent_in, sheet, told
from tests.registry.factories import an_institution

pytestmark = pytest.mark.django_db

FULL = {
    "性别": "男",
    "民族": "土家族",
    "出生年月": "1985年3月",
    "年龄": 41,
    "学历": "本科",
    "学位": "学士",
    "所学专业": "临床医学",
    "从事专业": "儿科",
    "科室": "儿科",
    "进入方式": "新招聘",
    "参加临床工作时间": "2008.8",
    "军籍": "否",
    "执业资格": "执业医师",
    "执业证书编号": "110500000012345",
    "执业类别": "临床",
    "取得执业资格日期": "2009-12-01",
    "现任职称": "主治医师",
    "职称范围": "全市通用",
    "取得资格日期": "2015-12-20",
    "聘任日期": "2016-01-10",
    "管理经验": "有",
    "持有证书": "住培合格证、全科转岗证",
    "暂不能派出原因": "进修",
    "暂不能派出起": "2026-09-01",
    "暂不能派出止": "2027-08-31",
    "备注": "无关",
}


@pytest.fixture
def hospital():
    return an_institution("示范一院", affiliation="municipal")


def test_a_new_person_is_registered_with_everything_the_row_says(hospital):
    number = an_id(3)
    upload = applied(sheet(row("张𬱖", number, **FULL)), hr(hospital))
    assert upload.result == {"registered": 1, "changed": 0}
    person = HealthWorker.objects.get()
    assert (person.name, person.sex, person.born_on, person.ethnicity) == ("张𬱖", "1", date(1985, 3, 4), "15")
    assert (person.education, person.degree, person.major, person.speciality) == (
        "bachelor", "bachelor", "临床医学", "儿科",
    )  # fmt: skip
    assert (person.clinical_since, person.management_experience) == (date(2008, 8, 1), True)
    assert person.number.startswith("P")
    assert person.id_masked == national_ids.mask(number)
    assert opened(person).number == number
    post = Employment.objects.get()
    assert (post.institution_id, post.department, post.staff_category, post.employment_mode, post.military) == (
        hospital.pk, "儿科", "physician", "establishment", False,
    )  # fmt: skip
    assert (post.hired_on, post.valid_from, post.began_as) == (date(2021, 7, 1), date(2021, 7, 1), "recruited")
    title = Title.objects.get()
    assert (title.code, title.series, title.level, title.scope) == ("233", "physician", "intermediate", "general")
    assert (title.qualified_on, title.appointed_on) == (date(2015, 12, 20), date(2016, 1, 10))
    licence = Licence.objects.get()
    assert (licence.kind, licence.number, licence.practice_category, licence.issued_on) == (
        "physician", "110500000012345", "clinical", date(2009, 12, 1),
    )  # fmt: skip
    assert set(HeldDocument.objects.values_list("name", flat=True)) == {"住培合格证", "全科转岗证"}
    away = Unavailability.objects.get()
    assert (away.kind, away.valid_from, away.valid_to) == ("further_study", date(2026, 9, 1), date(2027, 8, 31))


def test_the_same_file_again_changes_nothing(hospital):
    content = sheet(row("张三", an_id(3), **FULL), row("李 四", an_id(4), 现任职称="无", 执业资格="无"))
    applied(content, hr(hospital))
    assert kinds(plan_of(content, hr(hospital))) == ["unchanged", "unchanged"]
    assert sent_in(content, hr(hospital)).state == "unchanged"


@pytest.mark.parametrize("format", ["xlsx", "csv"])
def test_the_export_is_an_upload_that_changes_nothing(hospital, format):
    applied(
        sheet(row("张三", an_id(3), **FULL), row("阿依古丽・买买提", an_id(4)), row("䶮𬱖", an_id(5))), hr(hospital)
    )
    content = exported(hr(hospital), format=format)
    assert an_id(3).encode() not in content
    plan = plan_of(content, hr(hospital))
    assert kinds(plan) == ["unchanged"] * 3, [entry.changes for entry in plan.entries]
    assert told(plan) == []


def test_changes_are_shown_field_by_field(hospital):
    applied(sheet(row("张三", an_id(3), **FULL)), hr(hospital))
    plan = plan_of(
        sheet(row("张三丰", an_id(3), 科室="内科", 现任职称="副主任医师", 取得资格日期="2025-12-01")), hr(hospital)
    )
    assert {(c["column"], c["was"], c["now"]) for c in plan.entries[0].changes} == {
        ("name", "张三", "张三丰"),
        ("department", "儿科", "内科"),
        ("title", "233", "232"),
        ("title_qualified_on", "2015-12-20", "2025-12-01"),
    }


def test_an_empty_cell_keeps_what_is_recorded(hospital):
    applied(sheet(row("张三", an_id(3), **FULL)), hr(hospital))
    plan = plan_of(sheet(row("张三", an_id(3), **dict.fromkeys(FULL))), hr(hospital))
    assert kinds(plan) == ["unchanged"]


def test_a_title_is_added_and_the_older_one_stays(hospital):
    applied(sheet(row("张三", an_id(3), **FULL)), hr(hospital))
    applied(sheet(row("张三", an_id(3), 现任职称="副主任医师", 取得资格日期="2025-12-01")), hr(hospital))
    assert list(Title.objects.order_by("qualified_on").values_list("code", flat=True)) == ["233", "232"]
    corrected = row("张三", an_id(3), 现任职称="主治医师", 取得资格日期="2015-12-25", 聘任日期="2016-02-01")
    applied(sheet(corrected), hr(hospital))
    assert Title.objects.get(code="233").qualified_on == date(2015, 12, 25)
    assert Title.objects.count() == 2


def test_documents_are_added_and_never_dropped(hospital):
    applied(sheet(row("张三", an_id(3), 持有证书="甲证、乙证")), hr(hospital))
    plan = plan_of(sheet(row("张三", an_id(3), 持有证书="乙证")), hr(hospital))
    assert kinds(plan) == ["unchanged"]
    applied(sheet(row("张三", an_id(3), 持有证书="乙证;丙证")), hr(hospital))
    assert set(HeldDocument.objects.values_list("name", flat=True)) == {"甲证", "乙证", "丙证"}


def test_a_change_from_a_day_closes_the_employment_and_opens_the_next(hospital):
    applied(sheet(row("张三", an_id(3), 编制类型="编外", 科室="内科")), hr(hospital))
    changed = row("张三", an_id(3), 编制类型="在编", 科室="内科", 变动日期="2024-01-01")
    applied(sheet(changed), hr(hospital))
    first, second = Employment.objects.order_by("valid_from")
    assert (first.employment_mode, first.valid_to, first.ended_as, first.is_current) == (
        "off_establishment", date(2023, 12, 31), "changed", False,
    )  # fmt: skip
    assert (second.employment_mode, second.valid_from, second.began_as, second.hired_on, second.is_current) == (
        "establishment", date(2024, 1, 1), "changed", date(2021, 7, 1), True,
    )  # fmt: skip
    assert kinds(plan_of(sheet(changed), hr(hospital))) == ["unchanged"]


def test_a_later_day_of_hire_onto_the_establishment_is_a_change_from_that_day(hospital):
    applied(sheet(row("张三", an_id(3), 编制类型="编外")), hr(hospital))
    changed = row("张三", an_id(3), 编制类型="在编", 入职日期="2024-03-01")
    plan = plan_of(sheet(changed), hr(hospital))
    assert told(plan) == []
    applied(sheet(changed), hr(hospital))
    assert list(Employment.objects.order_by("valid_from").values_list("hired_on", "valid_to")) == [
        (date(2021, 7, 1), date(2024, 2, 29)),
        (date(2024, 3, 1), None),
    ]


def test_without_a_day_the_entry_is_corrected_and_that_is_said(hospital):
    applied(sheet(row("张三", an_id(3), 编制类型="编外")), hr(hospital))
    changed = sheet(row("张三", an_id(3), 编制类型="在编"))
    assert told(plan_of(changed, hr(hospital))) == [("编制类型", "taken_as_correction", "remark")]
    applied(changed, hr(hospital))
    post = Employment.objects.get()
    assert (post.employment_mode, post.valid_from) == ("establishment", date(2021, 7, 1))


def test_a_corrected_day_of_hire_moves_the_employments_beginning(hospital):
    applied(sheet(row("张三", an_id(3), 编制类型="编外")), hr(hospital))
    applied(sheet(row("张三", an_id(3), 编制类型="编外", 科室="外科", 变动日期="2023-01-01")), hr(hospital))
    applied(sheet(row("张三", an_id(3), 编制类型="编外", 入职日期="2020-09-01")), hr(hospital))
    assert list(Employment.objects.order_by("valid_from").values_list("valid_from", "hired_on")) == [
        (date(2020, 9, 1), date(2020, 9, 1)),
        (date(2023, 1, 1), date(2020, 9, 1)),
    ]


def test_leaving_and_coming_back(hospital):
    applied(sheet(row("张三", an_id(3), **FULL)), hr(hospital))
    left = row("张三", an_id(3), 离职日期="2025-06-30", 离职方式="辞职")
    applied(sheet(left), hr(hospital))
    post = Employment.objects.get()
    assert (post.valid_to, post.ended_as, post.is_current) == (date(2025, 6, 30), "resigned", True)
    assert kinds(plan_of(sheet(left), hr(hospital))) == ["unchanged"]
    assert told(plan_of(sheet(row("张三", an_id(3))), hr(hospital))) == [("入职日期", "left_already", "refused")]
    again = row("张三", an_id(3), 入职日期="2026-01-05")
    applied(sheet(again), hr(hospital))
    assert list(Employment.objects.order_by("valid_from").values_list("valid_from", "is_current")) == [
        (date(2021, 7, 1), False),
        (date(2026, 1, 5), True),
    ]
    assert kinds(plan_of(sheet(again), hr(hospital))) == ["unchanged"]


def test_somebody_who_left_another_unit_is_taken_on(hospital):
    elsewhere = an_institution("示范他院")
    person = a_worker("张三", number_of_id=an_id(3), employed=False, education="master", major="秘密专业")
    an_employment(person, elsewhere, valid_to=date(2025, 6, 30))
    plan = plan_of(sheet(row("张三", an_id(3), 入职日期="")), hr(hospital))
    assert told(plan) == [("入职日期", "hire_day_missing", "refused")]
    plan = plan_of(sheet(row("张三", an_id(3), 入职日期="2025-06-01")), hr(hospital))
    assert told(plan) == [("入职日期", "employed_elsewhere", "refused")]
    plan = plan_of(sheet(row("王五", an_id(3), 入职日期="2025-09-01")), hr(hospital))
    assert told(plan) == [("姓名", "name_of_another", "refused")]
    content = sheet(row("张三", an_id(3), 入职日期="2025-09-01", 所学专业="临床医学"))
    plan = plan_of(content, hr(hospital))
    assert not any(change["was"] for change in plan.entries[0].changes)  # nothing of the other unit's record is told
    applied(content, hr(hospital))
    person.refresh_from_db()
    assert (person.education, person.major) == ("master", "临床医学")
    assert person.employments.get(is_current=True).institution_id == hospital.pk
    assert kinds(plan_of(content, hr(hospital))) == ["unchanged"]


def test_the_masked_export_is_matched_by_the_person_number(hospital):
    applied(sheet(row("张三", an_id(3))), hr(hospital))
    person = HealthWorker.objects.get()
    masked = row("张三", person.id_masked, 人员编号=person.number, 科室="外科")
    plan = plan_of(sheet(masked), hr(hospital))
    assert [change["column"] for change in plan.entries[0].changes] == ["department"]
    by_name = row("张三", person.id_masked, 科室="外科")
    assert kinds(plan_of(sheet(by_name), hr(hospital))) == ["changed"]
    by_number = row("张三", "", 人员编号=person.number)
    assert kinds(plan_of(sheet(by_number), hr(hospital))) == ["unchanged"]


def test_an_id_is_added_to_somebody_recorded_without_one(hospital):
    person = a_worker("张三", at=hospital, number_of_id="", sex="0", born_on=None)
    applied(sheet(row("张三", an_id(3), 人员编号=person.number, 入职日期="")), hr(hospital))
    person.refresh_from_db()
    assert (opened(person).number, person.sex, person.born_on) == (an_id(3), "1", date(1985, 3, 4))


def test_the_city_sends_in_for_a_unit_and_for_many(hospital):
    city = an_actor(Role.CITY_OFFICER)
    other = an_institution("示范二院")
    applied(sheet(row("张三", an_id(3))), city, unit=hospital.pk)
    assert Employment.objects.get().institution_id == hospital.pk
    content = sheet(row("李四", an_id(4), 单位="示范一院"), row("王五", an_id(5), 单位="示范二院"))
    applied(content, city)
    assert set(Employment.objects.values_list("institution_id", flat=True)) == {hospital.pk, other.pk}
    assert kinds(plan_of(exported(city), city)) == ["unchanged"] * 3
    assert told(plan_of(sheet(row("赵六", an_id(6))), city)) == [("unit", "roster_unit_missing", "refused")]
    plan = plan_of(sheet(row("赵六", an_id(6), 单位="示范二院")), city, unit=hospital.pk)
    assert told(plan) == [("单位", "roster_unit_other", "refused")]


def test_a_title_of_a_person_who_holds_two_is_told_by_its_code(hospital):
    person = a_worker("张三", at=hospital, number_of_id=an_id(3))
    a_title(person, "233", qualified_on=date(2015, 1, 1))
    a_title(person, "232", qualified_on=date(2022, 1, 1), scope="grassroots_targeted")
    plan = plan_of(sheet(row("张三", an_id(3), 入职日期="", 现任职称="主治医师")), hr(hospital))
    assert kinds(plan) == ["unchanged"]
    plan = plan_of(sheet(row("张三", an_id(3), 入职日期="", 现任职称="副主任医师", 职称范围="通用")), hr(hospital))
    assert told(plan) == [("职称范围", "title_scope_differs", "refused")]
