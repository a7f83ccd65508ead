"""Pairing supports and speciality programmes from workbooks: what is new, gets other days, or is refused."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import openpyxl
import pytest

from deploy_admin.access import Role
from deploy_admin.jobs.importing import plans, services
from deploy_admin.jobs.importing.columns import Context, column_set_of
from deploy_admin.jobs.importing.records import parse
from deploy_admin.registry.models import PairingSupport, SpecialityProgramme
from deploy_admin.spreadsheets.reading import read_here
from tests.accounts.factories import an_actor
from tests.jobs.plans import confirmed, refused, run_jobs
from tests.registry.factories import a_division, a_pairing, a_programme, an_authority, an_institution

pytestmark = pytest.mark.django_db

TODAY, FIRST = date(2026, 11, 22), date(2026, 1, 1)
PAIRS = ("支援单位", "受援单位", "起始日期", "最后一日", "文件")
BUILT = ("机构名称", "专科专病", "起始日期", "最后一日", "文件")


def sheet(head, *rows):
    book = openpyxl.Workbook()
    for row in (head, *rows):
        book.active.append(row)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.fixture
def units():
    city = a_division("示范市", level="province")
    first, second = a_division("示范甲区", parent=city), a_division("示范乙区", parent=city)
    centre = {"kind": "township_health_centre", "tier": "township", "level": 1}
    return {
        "commission": an_authority(city, "示范市卫生健康委员会", tier="municipal"),
        "authority": an_authority(first),
        "hospital": an_institution("示范市人民医院", division=second, credit_code="125001014500000169"),
        "centre": an_institution("示范甲镇卫生院", division=first, short_name="甲镇", **centre),
        "elsewhere": an_institution("示范乙镇卫生院", division=second, **centre),
    }


@pytest.fixture
def city(units):
    return an_actor(Role.CITY_OFFICER, units["commission"])


@pytest.fixture
def officer(units):
    return an_actor(Role.DISTRICT_OFFICER, units["authority"])


def plan_of(key, content, actor):
    context = Context(actor, {}, TODAY)
    return plans.make(parse(read_here(content), column_set_of(key), context), column_set_of(key), context)


def applied(key, content, actor):
    upload = services.send_in(column_set=column_set_of(key), name="表.xlsx", content=content, params={}, by=actor)
    run_jobs()
    upload.refresh_from_db()
    assert upload.state == "planned", (upload.state, list(upload.rows.values_list("findings", flat=True)))
    return confirmed(upload, actor)


def test_pairs_are_named_by_name_short_name_or_code(city, units):
    applied(
        "pairings",
        sheet(
            PAIRS,
            ("125001014500000169", "甲镇", "2026-01-01", "2026-12-31", "示范文件"),
            ("示范市人民医院", "示范乙镇卫生院", "2026年3月1日", "", ""),
        ),
        city,
    )
    rows = PairingSupport.objects.order_by("valid_from").values_list("supported_unit", "valid_to", "document")
    assert list(rows) == [
        (units["centre"].pk, date(2026, 12, 31), "示范文件"),
        (units["elsewhere"].pk, None, ""),
    ]


def test_the_same_pair_and_first_day_gets_its_last_day_and_the_rest_stays(city, units):
    row = a_pairing(units["hospital"], units["centre"], FIRST, document="示范文件")
    a_pairing(units["hospital"], units["elsewhere"], FIRST)
    head = PAIRS[:4]
    content = sheet(head, ("示范市人民医院", "示范甲镇卫生院", "2026-01-01", "2026-06-30"))
    assert [entry.kind for entry in plan_of("pairings", content, city).entries] == ["changed"]
    applied("pairings", content, city)
    row.refresh_from_db()
    assert (row.valid_to, row.document, row.version) == (date(2026, 6, 30), "示范文件", 2)
    assert PairingSupport.objects.count() == 2


def test_programmes_are_recorded_and_a_second_time_change_nothing(city, units):
    content = sheet(
        BUILT, ("示范甲镇卫生院", "儿科", "2026-01-01", "", ""), ("甲镇", "骨科", "2026-01-01", "", "示范")
    )
    applied("programmes", content, city)
    assert set(SpecialityProgramme.objects.values_list("speciality", "document")) == {("儿科", ""), ("骨科", "示范")}
    assert {entry.kind for entry in plan_of("programmes", content, city).entries} == {"unchanged"}


def test_every_wrong_row_says_what_is_wrong(city, units):
    plan = plan_of(
        "pairings",
        sheet(
            PAIRS,
            ("示范市人民医院", "没有的卫生院", "2026-01-01", "", ""),
            ("示范市人民医院", "示范市人民医院", "2026-01-01", "", ""),
            ("示范市人民医院", "甲镇", "2026-01-01", "2025-01-01", ""),
            ("示范市人民医院", "示范甲镇卫生院", "2026-01-01", "", ""),
            ("示范市人民医院", "示范乙镇卫生院", "", "", ""),
        ),
        city,
    )
    assert [code for _cell, code in refused(plan)] == [
        "institution_unknown",
        "supports_itself",
        "support_days_reversed",
        "same_row",
        "required",
    ]


def test_a_district_names_hospitals_of_others_as_supporters_but_no_other_unit(officer, units):
    rows = [("示范市人民医院", "甲镇", "2026-01-01", "", ""), ("示范乙镇卫生院", "甲镇", "2026-01-01", "", "")]
    assert [code for _cell, code in refused(plan_of("pairings", sheet(PAIRS, *rows), officer))] == [
        "institution_unknown"
    ]
    applied("pairings", sheet(PAIRS, rows[0]), officer)
    assert PairingSupport.objects.get().supporting_unit == units["hospital"]
    other = sheet(BUILT, ("示范乙镇卫生院", "儿科", "2026-01-01", "", ""))
    assert [code for _cell, code in refused(plan_of("programmes", other, officer))] == ["institution_unknown"]


def test_what_overlaps_is_refused_as_a_whole(city, units):
    a_pairing(units["hospital"], units["centre"], FIRST)
    content = sheet(
        PAIRS,
        ("示范市人民医院", "示范乙镇卫生院", "2026-01-01", "", ""),
        ("示范市人民医院", "甲镇", "2026-03-01", "", ""),
    )
    upload = services.send_in(
        column_set=column_set_of("pairings"), name="表.xlsx", content=content, params={}, by=city
    )
    run_jobs()
    services.confirm(upload=upload, digest=type(upload).objects.get(pk=upload.pk).digest, by=city)
    run_jobs()
    upload.refresh_from_db()
    assert upload.state != "applied"
    assert PairingSupport.objects.count() == 1


@pytest.mark.parametrize("key", ["pairings", "programmes"])
def test_the_export_is_itself_an_upload_that_changes_nothing(city, units, key):
    a_pairing(units["hospital"], units["centre"], FIRST, valid_to=date(2026, 12, 31), document="示范")
    a_pairing(units["hospital"], units["elsewhere"], FIRST)
    a_programme(units["centre"], "儿科", FIRST, document="示范")
    a_programme(units["centre"], "骨科", FIRST)
    context = Context(city, {}, TODAY)
    columns = column_set_of(key).columns(context)
    rows = [
        tuple(column.shown(each.get(column.key)) for column in columns)
        for each in column_set_of(key).rows_for_export(context)
    ]
    plan = plan_of(key, sheet(tuple(column.zh for column in columns), *rows), city)
    assert [entry.kind for entry in plan.entries] == ["unchanged", "unchanged"]
