"""Institutions from a workbook: what is new, changed, corrected, refused; all or nothing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest

from deploy_admin.access import Role
from deploy_admin.jobs.importing import plans, services
from deploy_admin.jobs.importing.columns import Context, column_set_of
from deploy_admin.jobs.importing.records import parse
from deploy_admin.registry.authority import competent_authority
from deploy_admin.registry.models import Institution, InstitutionProfile, Jurisdiction, ProfileRevision
from deploy_admin.spreadsheets.reading import read_here
from tests.accounts.factories import an_actor
from tests.jobs.plans import confirmed, refused, run_jobs
from tests.registry.factories import a_division, an_authority, an_institution

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 22)
HEAD = (
    "机构名称",
    "统一社会信用代码",
    "机构类别",
    "层级",
    "等级",
    "举办主体",
    "隶属关系",
    "所在区县",
    "主管单位",
    "上级机构",
    "服务人口",
    "生效日期",
)
HOSPITAL = ("示范甲区医院", "", "综合医院", "区县级", "二级", "公立", "区县属", "示范甲区", "", "", "", "")


def sheet(*rows, head=HEAD):
    book = openpyxl.Workbook()
    for row in (head, *rows):
        book.active.append(row)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def row(name, *, head=HEAD, **cells):
    """Return a row like HOSPITAL with other cells, named by their heads."""
    given = dict(zip(HEAD, HOSPITAL, strict=True)) | {"机构名称": name} | cells
    return tuple(given.get(column, "") for column in head)


@pytest.fixture
def districts():
    city = a_division("示范市", level="province")
    return {
        "city": city,
        "first": a_division("示范甲区", parent=city, code="509901"),
        "second": a_division("示范乙区", parent=city, code="509902"),
    }


@pytest.fixture
def city(districts):
    commission = an_authority(districts["city"], "示范市卫生健康委员会", tier="municipal")
    return an_actor(Role.CITY_OFFICER, commission)


def plan_of(content, actor, on="2026-01-01"):
    context = Context(actor, {"on": on}, TODAY)
    institutions = column_set_of("institutions")
    return plans.make(parse(read_here(content), institutions, context), institutions, context)


def applied(content, actor, on="2026-01-01"):
    upload = services.send_in(
        column_set=column_set_of("institutions"), name="机构.xlsx", content=content, params={"on": on}, by=actor
    )
    run_jobs()
    upload.refresh_from_db()
    assert upload.state == "planned", (upload.state, list(upload.rows.values_list("findings", flat=True)))
    return confirmed(upload, actor)


def test_new_institutions_may_refer_to_each_other(city, districts):
    a_division("示范镇", level="township", parent=districts["first"])
    applied(
        sheet(
            row(
                "示范镇卫生院",
                机构类别="乡镇卫生院",
                层级="乡级",
                等级="",
                所在区县="示范甲区示范镇",
                上级机构="示范甲区医院",
                服务人口="1,200人",
            ),
            row("示范甲区医院", 主管单位="示范市卫生健康委员会", 统一社会信用代码="125001014500000169"),
        ),
        city,
    )
    centre = InstitutionProfile.objects.get(name="示范镇卫生院")
    hospital = InstitutionProfile.objects.get(name="示范甲区医院")
    assert centre.parent_id == hospital.institution_id
    assert (centre.kind, centre.level, centre.population) == ("township_health_centre", None, 1200)
    assert centre.division.name == "示范镇"
    assert centre.valid_from == date(2026, 1, 1)
    assert hospital.administered_by_id == city.institution_id
    assert hospital.institution.credit_code == "125001014500000169"


def test_a_row_as_it_stands_changes_nothing(city, districts):
    applied(sheet(row("示范甲区医院"), row("示范乙区医院", 所在区县="509902")), city)
    plan = plan_of(sheet(row("示范甲区医院"), row("示范乙区医院", 所在区县="示范乙区")), city, on="2026-06-01")
    assert [entry.kind for entry in plan.entries] == ["unchanged", "unchanged"]


def test_a_later_day_is_a_change_and_the_same_day_a_correction(city, districts):
    applied(sheet(row("示范甲区医院"), row("示范乙区医院", 所在区县="示范乙区")), city)
    applied(
        sheet(
            row("示范甲区医院", 等级="三级", 生效日期="2026-06-01"),
            row("示范乙区医院", 所在区县="示范乙区", 等级="三级", 统一社会信用代码="125001014500000169"),
        ),
        city,
    )
    first = Institution.objects.get(profiles__name="示范甲区医院", profiles__level=3)
    assert list(first.profiles.values_list("level", "valid_to")) == [(2, date(2026, 5, 31)), (3, None)]
    second = Institution.objects.get(credit_code="125001014500000169")
    assert second.profiles.get().level == 3
    assert ProfileRevision.objects.get().facts["level"] == 2


def test_everything_wrong_is_said_at_once(city, districts):
    twin = a_division("示范丙区", parent=districts["city"])
    a_division("示范镇", level="township", parent=districts["first"])
    a_division("示范镇", level="township", parent=twin)
    an_institution("示范旧院", division=districts["first"], opened_on=date(2026, 3, 1))
    an_institution("示范远院", division=districts["first"], credit_code="911101066976941872")
    an_institution("示范有码院", division=districts["first"], credit_code="125001014500000169")
    found = refused(
        plan_of(
            sheet(
                row("甲", 所在区县="火星区"),
                row("乙", 所在区县="示范镇"),
                row("丙", 主管单位="不存在的委员会"),
                row("示范旧院", 等级="三级"),
                row("另一个名字", 统一社会信用代码="125001014500000169"),
                row("示范有码院", 统一社会信用代码="125001014500000169", 所在区县="示范乙区"),
                row("示范远院", 统一社会信用代码="911101066976941872", 所在区县="示范乙区"),
                row("丁", 机构类别="宫殿"),
                row("戊", 统一社会信用代码="125001014500000160"),
                row("己"),
                row("己"),
            ),
            city,
        )
    )
    assert [code for _cell, code in found] == [
        "division_unknown",
        "division_ambiguous",
        "institution_unknown",
        "before_profile_begins",
        "rename_by_document",
        "same_row",
        "move_by_document",
        "not_in_list",
        "credit_code_wrong",
        "same_row",
    ]
    assert not Institution.objects.filter(profiles__name="丙").exists()


def test_authorities_come_with_their_jurisdictions(city, districts):
    head = (*HEAD, "管辖区域")
    authority = row("示范甲区卫生健康委员会", 机构类别="卫健委", 等级="", 管辖区域="示范甲区", head=head)
    applied(sheet(authority, row("示范甲区医院", head=head), head=head), city)
    hospital = Institution.objects.get(profiles__name="示范甲区医院")
    unit = Institution.objects.get(profiles__name="示范甲区卫生健康委员会")
    assert competent_authority([hospital.pk], TODAY) == {hospital.pk: unit.pk}

    wider = row("示范甲区卫生健康委员会", 机构类别="卫健委", 等级="", 管辖区域="示范乙区、示范甲区", head=head)
    applied(sheet(wider, head=head), city, on="2026-05-01")
    assert set(Jurisdiction.objects.filter(authority=unit).values_list("division__name", flat=True)) == {
        "示范甲区",
        "示范乙区",
    }
    assert [code for _c, code in refused(plan_of(sheet(authority, head=head), city))] == [
        "jurisdiction_ends_elsewhere"
    ]
    other = row("示范新办", 机构类别="卫健委", 等级="", 管辖区域="示范甲区", head=head)
    assert [code for _c, code in refused(plan_of(sheet(other, head=head), city))] == ["jurisdiction_taken"]
    plain = row("示范院", 管辖区域="示范甲区", head=head)
    assert "not_an_authority" in [code for _c, code in refused(plan_of(sheet(plain, head=head), city))]


def test_a_district_imports_only_its_own(districts, city):
    officer = an_actor(Role.DISTRICT_OFFICER, an_authority(districts["first"], "示范甲区卫生健康委员会"))
    an_institution("示范乙区医院", division=districts["second"], credit_code="125001014500000169")
    plan = plan_of(
        sheet(
            row("示范甲区中医院"),
            row("示范院", 所在区县="示范乙区"),
            row("示范办", 机构类别="卫健委"),
            row("示范分院", 上级机构="示范乙区医院"),
        ),
        officer,
    )
    assert [code for _cell, code in refused(plan)] == ["division_unknown", "authority_by_city", "institution_unknown"]


def test_the_export_is_itself_an_upload_that_changes_nothing(city, districts):
    an_institution(
        "示范甲区医院",
        division=districts["first"],
        remote=True,
        settlement="street",
        medical_community="示范医共体",
        population=5,
        short_name="甲医",
        key_township=False,
        administered_by_id=city.institution_id,
        latitude=Decimal("30.80780"),
        longitude=Decimal("108.4"),
    )
    institutions = column_set_of("institutions")
    context = Context(city, {"on": "2026-01-01"}, TODAY)
    columns = institutions.columns(context)
    rows = [
        tuple(column.shown(each.get(column.key)) for column in columns)
        for each in institutions.rows_for_export(context)
    ]
    plan = plan_of(sheet(*rows, head=tuple(column.zh for column in columns)), city)
    assert {entry.kind for entry in plan.entries} == {"unchanged"}, [e.changes for e in plan.entries]
    assert len(plan.entries) == 2


PLACED = (*HEAD, "纬度", "经度")


def test_degrees_are_rounded_to_what_is_kept_and_the_same_change_nothing(city, districts):
    placed = row("示范甲区医院", head=PLACED, 纬度="30.8078049", 经度=108.4087)
    applied(sheet(placed, head=PLACED), city)
    profile = InstitutionProfile.objects.get(name="示范甲区医院")
    assert (profile.latitude, profile.longitude) == (Decimal("30.80780"), Decimal("108.40870"))
    plan = plan_of(sheet(placed, head=PLACED), city)
    assert [entry.kind for entry in plan.entries] == ["unchanged"]
    moved = row("示范甲区医院", head=PLACED, 纬度="30.9", 经度=108.4087)
    (entry,) = plan_of(sheet(moved, head=PLACED), city).entries
    assert [change["column"] for change in entry.changes] == ["latitude"]


def test_one_of_two_degrees_or_one_abroad_is_refused(city, districts):
    rows = [
        row("示范甲区医院", head=PLACED, 纬度="30.8"),
        row("示范乙院", head=PLACED, 经度="108.4"),
        row("示范丙院", head=PLACED, 纬度="60", 经度="108.4"),
    ]
    assert [code for _cell, code in refused(plan_of(sheet(*rows, head=PLACED), city))] == [
        "degrees_alone",
        "degrees_alone",
        "too_large",
    ]


def test_a_large_file_costs_as_many_queries_as_a_small_one(city, districts, django_assert_max_num_queries):
    def cost(*names):
        with django_assert_max_num_queries(200) as queries:
            applied(sheet(*(row(name) for name in names)), city)
        return len(queries)

    few = cost("示范一院", "示范二院")
    assert cost(*(f"示范第{n}院" for n in range(60))) <= few + 1
    assert Institution.objects.count() == 63
