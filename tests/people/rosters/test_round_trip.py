"""Whatever people there are: applied, taken out and sent in again, nothing changes; and no ID stands in the clear."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from deploy_admin.people import codes
from deploy_admin.people.models import HealthWorker
from deploy_admin.spreadsheets import export
from tests.people.factories import an_id, hr
from tests.people.rosters.columns_zh import HEADERS
from tests.people.rosters.sheets import applied, exported, kinds, plan_of, row, sent_in, sheet, told
from tests.registry.factories import an_institution

pytestmark = pytest.mark.django_db

NAMES = st.one_of(
    st.text("王李张刘𬱖䶮㛃喆玥龑〇", min_size=2, max_size=4),
    st.builds(
        "{}·{}".format, st.text("买提艾力古丽", min_size=2, max_size=4), st.text("阿依努尔", min_size=1, max_size=4)
    ),
    st.sampled_from(["张　三", "李 四", "欧阳·A", "John Smith", "=王五", "+赵六"]),
)
TEXTS = st.one_of(st.none(), st.text("内外儿妇科学（一）·-、/ab１2 ", min_size=1, max_size=12).filter(str.strip))
DAYS = st.dates(date(2004, 1, 1), date(2026, 11, 1))
MAYBE_DAY = st.one_of(st.none(), DAYS)


def one_of(list_, *without):
    return st.one_of(st.none(), st.sampled_from([code.zh for code in list_ if code.zh not in without]))


@st.composite
def people(draw):
    """Return a row of a person who may be so."""
    qualified = draw(DAYS)
    away = draw(st.booleans())
    licence = draw(one_of(codes.LICENCES))
    titled = draw(st.booleans())
    return {
        "姓名": draw(NAMES),
        "民族": draw(one_of(codes.ETHNICITIES)),
        "学历": draw(one_of(codes.EDUCATIONS)),
        "学位": draw(one_of(codes.DEGREES)),
        "所学专业": draw(TEXTS),
        "从事专业": draw(TEXTS),
        "科室": draw(TEXTS),
        "人员类别": draw(st.sampled_from([code.zh for code in codes.STAFF_CATEGORIES])),
        "编制类型": draw(st.sampled_from([code.zh for code in codes.EMPLOYMENT_MODES])),
        "入职日期": draw(MAYBE_DAY),
        "进入方式": draw(st.sampled_from([None, "新招聘", "调入"])),
        "参加临床工作时间": draw(st.one_of(st.none(), DAYS.map("{:%Y-%m}".format))),
        "军籍": draw(st.sampled_from([None, "是", "否"])),
        "执业资格": licence,
        "执业证书编号": draw(st.sampled_from([None, "110500000012345", "川护０12"])) if licence else None,
        "执业类别": draw(one_of(codes.PRACTICE_CATEGORIES)) if licence else None,
        "取得执业资格日期": draw(MAYBE_DAY) if licence else None,
        "现任职称": draw(st.sampled_from([title.zh for title in codes.TITLES])) if titled else None,
        "职称范围": draw(one_of(codes.TITLE_SCOPES)) if titled else None,
        "取得资格日期": qualified if titled else None,
        "聘任日期": qualified + timedelta(days=draw(st.integers(0, 20))) if titled else None,
        "管理经验": draw(st.sampled_from([None, "是", "否"])),
        "持有证书": draw(st.sampled_from([None, "甲证", "乙证、甲证", "丙证；丁证，甲证"])),
        "暂不能派出原因": draw(st.sampled_from([code.zh for code in codes.UNAVAILABILITIES])) if away else None,
        "暂不能派出起": date(2026, 5, 1) if away else None,
        "暂不能派出止": draw(st.sampled_from([None, date(2027, 5, 1)])) if away else None,
    }


@settings(max_examples=25)
@given(rows=st.lists(people(), min_size=1, max_size=6), format=st.sampled_from(["xlsx", "csv", "gb18030"]))
def test_applied_taken_out_and_sent_in_again_nothing_changes(rows, format):
    with transaction.atomic():
        _round_trip(rows, format)
        transaction.set_rollback(True)


def _round_trip(rows, format):
    hospital = an_institution("示范一院")
    actor = hr(hospital)
    for n, each in enumerate(rows):
        each["身份证件号码"] = an_id(n, sex="2" if n % 2 else "1")
        each["性别"] = "女" if n % 2 else "男"
    kind = "xlsx" if format == "xlsx" else "csv"
    content = export(HEADERS, [[each.get(header) for header in HEADERS] for each in rows], kind)
    if format == "gb18030":
        content = content.decode("utf-8-sig").encode("gb18030")
    upload = applied(content, actor)
    assert upload.result["registered"] == len(rows)
    assert kinds(plan_of(content, actor)) == ["unchanged"] * len(rows)
    out = exported(actor, format=kind)
    if format == "gb18030":
        out = out.decode("utf-8-sig").encode("gb18030")
    plan = plan_of(out, actor)
    assert kinds(plan) == ["unchanged"] * len(rows), [entry.changes for entry in plan.entries]
    assert not [finding for finding in told(plan) if finding[2] == "refused"]


def test_no_id_number_stands_in_the_clear_anywhere():
    hospital = an_institution("示范一院")
    actor = hr(hospital)
    numbers = [an_id(n) for n in range(1, 8)]
    applied(sheet(row("示范甲", numbers[0]), row("示范乙", numbers[1])), actor)
    applied(sheet(row("示范甲", numbers[0], 科室="外科")), actor)
    wrong = sheet(
        row("示范丙", numbers[2], 性别="女"),
        row(f"示范丁{numbers[3]}", numbers[3]),
        row("示范戊", numbers[4], 执业资格="执业医师", 执业证书编号=f"201850110{numbers[4]}"),
        row("示范己", numbers[5], 科室=numbers[5], 备注=numbers[5]),
        row("示范庚", numbers[6], 单位=numbers[6]),
        row("示范辛", numbers[0][:17] + ("1" if numbers[0][17] != "1" else "2")),
    )
    assert sent_in(wrong, actor, name=f"{numbers[2]}.xlsx").state == "refused"
    assert HealthWorker.objects.count() == 2
    held = everything()
    for number in numbers:
        assert number not in held
        assert number[6:17] not in held  # nor the birth date with the order number


def everything() -> str:
    """Return every row of every table as text."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT row::text FROM {table} row")  # noqa: S608 -- names from the catalogue
            found += [text for (text,) in cursor.fetchall()]
            cursor.execute(
                "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND data_type = 'bytea'",
                [table],
            )
            for (column,) in cursor.fetchall():
                cursor.execute(f"SELECT encode({column}, 'escape') FROM {table} WHERE {column} IS NOT NULL")  # noqa: S608
                found += [text for (text,) in cursor.fetchall()]
    return "\n".join(found)
