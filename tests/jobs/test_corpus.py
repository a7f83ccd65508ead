"""Every awkward workbook of the corpus comes out as it must; nothing anybody may type makes the importer crash."""

from __future__ import annotations

import contextlib
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deploy_admin import national_ids
from deploy_admin.jobs.importing import findings, outgoing, services, values
from deploy_admin.jobs.importing.columns import Column, Context, Type
from deploy_admin.jobs.importing.records import FileRefused
from deploy_admin.jobs.models import UploadState
from deploy_admin.spreadsheets import Unreadable
from tests.jobs.corpus import CASES, READ, Case, reopened
from tests.jobs.plans import TODAY, notices, refused
from tests.jobs.scratch import HEAD, confirmed, line, plan_of, sent_in, table
from tests.jobs.staff import STAFF, an_id, rows
from tests.registry.factories import CITY
from tests.spreadsheets.makers import xlsx

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("scratch")]


def test_the_corpus_is_large_enough():
    assert len(CASES) >= 60
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_corpus(case: Case):
    content = case.make()
    if case.whole:
        with pytest.raises((FileRefused, Unreadable)) as refusal:
            plan_of(content)
        assert refusal.value.code == case.whole
        return
    plan = plan_of(content)
    assert sorted(refused(plan)) == sorted(case.refused)
    warned = [(f.cell, f.code) for e in plan.entries for f in e.record.findings if not f.refuses]
    assert warned == list(case.warned)
    assert case.notices <= notices(plan)
    if case.read:
        read = [{key: entry.record.values.get(key) for key in READ} for entry in plan.entries if entry.kind == "new"]
        assert read == case.read


@pytest.mark.parametrize("case", [case for case in CASES if case.refused], ids=lambda case: case.name)
def test_the_marked_workbook_marks_exactly_the_refused_cells(case: Case):
    upload = sent_in(case.make(), name="人员.xlsx")
    page = reopened(services.marked_workbook(upload))
    marked = {cell.coordinate for row in page.iter_rows() for cell in row if cell.comment is not None}
    first = {"": "A2", "H3": "H2"}  # a row as a whole is marked in its first cell, a merged range in its own
    assert marked == {first.get(cell, cell) for cell, _code in case.refused}


def test_comments_of_the_sender_survive_in_the_marked_workbook():
    from openpyxl.comments import Comment

    def remark(page):
        page["A2"].comment = Comment("请核对", "审核")

    upload = sent_in(xlsx([HEAD, line(1, 入职日期="去年")], then=remark))
    page = reopened(services.marked_workbook(upload))
    assert page["A2"].comment.text == "请核对"
    assert page["E2"].comment is not None


def test_applying_exporting_and_sending_in_again_changes_nothing():
    people = [line(n, f"示范{chr(0x4E00 + n)}", 入职日期=f"20{n:02d}-01-31") for n in range(1, 30)]
    confirmed(sent_in(table(people)))
    for form in ("xlsx", "csv"):
        exported = outgoing.current(STAFF, Context(CITY, {}, TODAY), form)
        upload = sent_in(exported, name=f"x.{form}")
        assert (upload.state, upload.summary["counts"]["unchanged"]) == (UploadState.UNCHANGED, 29)
    assert len(rows()) == 29


# ── Whatever anybody may type ───────────────────────────────────────────────────────────────────────────────────────

ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False, allow_infinity=False),
    st.dates(date(1900, 3, 1), date(2100, 1, 1)),
    st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=20),
    st.sampled_from([*HEAD, "合计", "—", "示例", an_id(1), an_id(2), "男", "医师", "1985年3月", "5.00101E+17", 31110]),
)
IDS = st.builds(
    lambda place, born, order: an_id(order, prefix=f"{place:06d}", born=born.strftime("%Y%m%d")),
    st.integers(110000, 659999),
    st.dates(date(1900, 1, 1), date(2026, 1, 1)),
    st.integers(0, 999),
)
ID_COLUMN = Column("national_id", "身份证号", "ID number", Type.NATIONAL_ID, sensitive=True)
DAY, MONTH = Column("day", "日期", "Day", Type.DATE), Column("month", "月份", "Month", Type.MONTH)


@pytest.mark.filterwarnings("ignore::UserWarning")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(st.lists(ANYTHING, max_size=8), max_size=7), st.booleans())
def test_no_grid_makes_the_importer_crash_and_every_refusal_names_its_cell(grid, headed):
    with contextlib.suppress(FileRefused):
        plan = plan_of(xlsx([HEAD, *grid] if headed else grid))
        for cell, code in refused(plan):
            assert cell or code in {"required", "staff_unknown", "same_row"}


@given(IDS)
def test_every_valid_id_is_read_and_says_birth_and_sex(number):
    assert values.read(ID_COLUMN, number).value == number
    found = national_ids.parse(number)
    assert found.born_on.strftime("%Y%m%d") == number[6:14]
    assert values.read(ID_COLUMN, found.masked).value == found.masked


@given(IDS, st.integers(0, 17), st.sampled_from("0123456789X"))
def test_one_wrong_character_is_always_found(number, at, letter):
    spoilt = number[:at] + letter + number[at + 1 :]
    read = values.read(ID_COLUMN, spoilt)
    if spoilt == number:
        assert read.value == number
    else:
        assert read.value is None
        assert findings.sentence(read.wrong, read.params) != read.wrong
        assert findings.remedy(read.wrong, read.params)


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_a_day_is_the_same_day_however_it_is_written(day):
    y, m, d = day.year, day.month, day.day
    for written in (
        day, day.isoformat(), f"{y}年{m}月{d}日", f"{y}.{m}.{d}", f"{y}/{m:02d}/{d:02d}", f"{y}{m:02d}{d:02d}",
        f"{y} 年 {m} 月 {d} 日", spoken(day),
    ):  # fmt: skip
        assert values.read(DAY, written).value == day, written
        assert values.read(MONTH, written).value == day.replace(day=1)
    serial = (day - date(1899, 12, 30)).days
    if 10_000 <= serial < 100_000:
        assert values.read(DAY, serial).value == values.read(DAY, str(serial)).value == day
    for written in (f"{y}年{m}月", f"{y}.{m:02d}", f"{y}-{m}", f"{y}{m:02d}"):
        assert values.read(MONTH, written).value == day.replace(day=1), written
        assert values.read(DAY, written).wrong == "day_missing"


def spoken(day: date) -> str:
    """Return a day as it is spoken: 二〇二四年十二月二十一日."""
    ones = "〇一二三四五六七八九"

    def number(n: int) -> str:
        tens, rest = divmod(n, 10)
        return ("" if tens < 1 else ("" if tens == 1 else ones[tens]) + "十") + (ones[rest] if rest else "")

    return f"{''.join(ones[int(c)] for c in str(day.year))}年{number(day.month)}月{number(day.day)}日"


@given(
    st.one_of(st.text(max_size=25), st.integers(), st.decimals(allow_nan=False, allow_infinity=False)),
    st.sampled_from(list(Type)),
)
def test_no_cell_makes_a_reader_crash(cell, kind):
    column = Column("x", "某列", "Some", kind)
    if cell == "":
        cell = None
    read = values.read(column, cell)
    assert not (read.wrong and read.value is not None)
    if read.wrong:
        assert findings.sentence(read.wrong, read.params) != read.wrong
    remembered = values.reader(column)
    assert remembered(cell) == remembered(cell) == read
