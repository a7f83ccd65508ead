"""Tables as people really send them: every one is read as it was meant, or refused by cell with a reason."""

from __future__ import annotations

import contextlib
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deploy_admin.jobs.importing.records import FileRefused
from tests.jobs.plans import notices, plan_of, refused, written
from tests.registry.factories import CITY, a_division, an_institution, unit_hr
from tests.spreadsheets.makers import book, xlsx
from tests.spreadsheets.old_xls import old_xls

pytestmark = pytest.mark.django_db
FIRST, SECOND = "示范市第一医院", "示范市第二医院"
CODE = "12500000450400000C"  # made up; its check character fits
P = "promoted_associate_chief"
HEAD = ["单位", "指标", "执业类别", "人数"]
ROW = [FIRST, "新晋升副主任医师", "临床", 3]
READ = [(FIRST, P, "clinical", 2025, 3)]


@pytest.fixture
def units():
    division = a_division()
    return (
        an_institution(FIRST, division=division, credit_code=_valid(CODE)),
        an_institution(SECOND, division=division),
    )


def _valid(code: str) -> str:
    from stdnum.cn import uscc

    return code[:17] + uscc.calc_check_digit(code[:17])


def merged(*spans):
    def merge(page):
        for span in spans:
            page.merge_cells(span)

    return merge


def hidden(row):
    def hide(page):
        page.row_dimensions[row].hidden = True

    return hide


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(xlsx([HEAD, ROW]), id="plain"),
        pytest.param(
            xlsx([["2025年度指标"], ["填报说明：按实填写"], [], HEAD, ROW]), id="title rows above the header"
        ),
        pytest.param(xlsx([["标题", None, None, None], HEAD, ROW], then=merged("A1:D1")), id="merged title"),
        pytest.param(
            xlsx([["人数", "执业类别", "指标", "单位"], [3, "临床", "新晋升副主任医师", FIRST]]), id="other order"
        ),
        pytest.param(
            xlsx([[" 单 位 ", "指 标＊", "执业类别：", "人数（人）"], ROW]), id="spaces, stars and units in headers"
        ),
        pytest.param(xlsx([["机构名称", "指标名称", "类别", "数量"], ROW]), id="other names for the columns"),
        pytest.param(
            xlsx([["Unit", "Measure", "Practice category", "Number"], [FIRST, P, "clinical", 3]]), id="English"
        ),
        pytest.param(xlsx([HEAD, [], ROW, [None] * 4, []]), id="blank rows"),
        pytest.param(xlsx([[None, *HEAD], [None, *ROW]]), id="a blank column first"),
        pytest.param(
            xlsx([HEAD, [f"　{FIRST} ", "新晋升副主任医师 ", " 临床", "３"]]), id="full-width digits and spaces"
        ),
        pytest.param(xlsx([HEAD, [*ROW[:3], "3人"]]), id="a number with its unit"),
        pytest.param(xlsx([HEAD, [*ROW[:3], 3.0]]), id="a whole number kept as a fraction"),
        pytest.param(xlsx([HEAD, [*ROW[:3], "3.0"]]), id="a whole number written as a fraction"),
        pytest.param(xlsx([[*HEAD, "年度"], [*ROW, "2025年"]]), id="the year in Chinese"),
        pytest.param(xlsx([[*HEAD, "年度"], [*ROW, "２０２５"]]), id="the year full-width"),
        pytest.param(xlsx([HEAD, ROW, ["合计", None, None, 3]]), id="a row of totals"),
        pytest.param(xlsx([HEAD, ROW, ["填表人：某某", None, "审核人：某某"]]), id="remarks below"),
        pytest.param(xlsx([HEAD, ROW, HEAD]), id="the header again on the next page"),
        pytest.param(
            xlsx([HEAD, ["示例：某医院", "新晋升副主任医师", "临床", 9], ROW]), id="the template's example row"
        ),
        pytest.param(xlsx([HEAD, [FIRST, None, None, None], ROW]), id="a row without a number"),
        pytest.param(xlsx([HEAD, [*ROW[:3], "—"], ROW]), id="a dash for nothing"),
        pytest.param(xlsx([HEAD, ROW], then=hidden(2)), id="a hidden row"),
        pytest.param(book({"封面": [["卫生人才"]], "数据": [HEAD, ROW]}), id="a cover sheet"),
        pytest.param(old_xls([HEAD, ROW]), id="old XLS"),
        pytest.param(
            "单位,指标,执业类别,人数\n示范市第一医院,新晋升副主任医师,临床,3\n".encode("gb18030"), id="CSV in GB 18030"
        ),
        pytest.param(
            "\ufeff单位\t指标\t执业类别\t人数\n示范市第一医院\t新晋升副主任医师\t临床\t3\n".encode(),
            id="tabs in UTF-8",
        ),
        pytest.param(xlsx([["单位", "新晋升副主任医师（临床）"], [FIRST, 3]]), id="wide form"),
        pytest.param(xlsx([["单位", "临床新晋升副主任医师"], [FIRST, 3]]), id="wide form, turned round"),
        pytest.param(
            xlsx(
                [["单位", "新晋升副主任医师", None], [None, "临床", "中医"], [FIRST, 3, None]],
                then=merged("A1:A2", "B1:C1"),
            ),
            id="two-level merged header",
        ),
        pytest.param(
            xlsx([["单位", "新晋升副主任医师", None], [None, "临床", "中医"], [FIRST, 3, None]]),
            id="two levels, not merged",
        ),
        pytest.param(
            xlsx(
                [["表一"], ["单位", "新晋升副主任医师", None], [None, "临床", "中医"], [FIRST, 3, "/"]],
                then=merged("A2:A3", "B2:C2"),
            ),
            id="two levels below a title",
        ),
    ],
)
def test_read_as_it_was_meant(units, content):
    plan = plan_of(content, CITY)
    assert refused(plan) == []
    assert written(plan) == READ


def test_the_wide_form_of_one_measure_names_the_categories_only(units):
    plan = plan_of(
        xlsx([["单位", "临床", "中医", "口腔", "公卫", "合计"], [FIRST, 3, 0, None, 1, 4]]), CITY, measure=P
    )
    assert [row[2:] for row in written(plan)] == [("clinical", 2025, 3), ("tcm", 2025, 0), ("public_health", 2025, 1)]
    assert {"wide_form", "columns_ignored"} <= notices(plan)


def test_a_unit_merged_over_its_rows_stands_in_each(units):
    rows = [HEAD, ROW, [None, "新晋升副主任医师", "中医", 1]]
    plan = plan_of(xlsx(rows, then=merged("A2:A3")), CITY)
    assert written(plan) == [*READ, (FIRST, P, "tcm", 2025, 1)]
    assert "filled_down" in notices(plan)


@pytest.mark.parametrize(
    ("content", "notice"),
    [
        (xlsx([[*HEAD, "联系人"], [*ROW, "某某"]]), "columns_ignored"),
        (xlsx([HEAD, ROW], then=hidden(2)), "hidden_rows"),
        (xlsx([HEAD, ROW, ["合计", None, None, 3]]), "totals_skipped"),
        (xlsx([HEAD, ["示例：某医院", None, None, 9], ROW]), "example_skipped"),
        (xlsx([HEAD, ROW, HEAD]), "headers_skipped"),
        (xlsx([HEAD, [*ROW[:3], "—"], ROW]), "dashes_empty"),
        (xlsx([HEAD, [*ROW[:3], None], ROW]), "rows_without_value"),
        (xlsx([HEAD, ROW, ["注：按年末数填写"]]), "footers_skipped"),
        (book({"封面": [["卫生人才"]], "数据": [HEAD, ROW]}), "sheets_ignored"),
    ],
)
def test_what_is_passed_over_is_said(units, content, notice):
    assert notice in notices(plan_of(content, CITY))


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ([*ROW[:3], "三"], [("D2", "not_a_number")]),
        ([*ROW[:3], "无"], [("D2", "not_a_number")]),
        ([*ROW[:3], 2.5], [("D2", "not_whole")]),
        ([*ROW[:3], -1], [("D2", "too_small")]),
        ([*ROW[:3], "1e3"], [("D2", "not_a_number")]),
        ([*ROW[:3], date(2024, 3, 5)], [("D2", "not_a_number")]),
        ([*ROW[:3], True], [("D2", "not_a_number")]),
        ([FIRST, "新晋升副主任", "临床", 3], [("B2", "not_in_list_close")]),
        ([FIRST, "xyz", "临床", 3], [("B2", "not_in_list")]),
        ([FIRST, None, "临床", 3], [("B2", "required")]),
        ([FIRST, "新晋升副主任医师", "牙科学", 3], [("C2", "not_in_list")]),
        ([FIRST, "编制床位", "临床", 3], [("C2", "dimension_not_of_measure")]),
        ([None, "新晋升副主任医师", "临床", 3], [("A2", "required")]),
        (["没有的医院", "新晋升副主任医师", "临床", 3], [("A2", "unit_unknown")]),
        (["第一医院", "新晋升副主任医师", "临床", 3], [("A2", "unit_unknown_close")]),
        (
            ["不知", "错", "错", "错"],
            [("B2", "not_in_list"), ("C2", "not_in_list"), ("D2", "not_a_number"), ("A2", "unit_unknown")],
        ),
    ],
)
def test_a_wrong_cell_is_refused_by_its_address_all_at_once(units, row, expected):
    assert sorted(refused(plan_of(xlsx([HEAD, row]), CITY))) == sorted(expected)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (_valid(CODE), []),
        (_valid(CODE).lower(), []),
        (f" {_valid(CODE)[:8]} {_valid(CODE)[8:]}", []),
        ("12500000450400000X", [("B2", "credit_code_wrong")]),
        ("5.00101E+17", [("B2", "digits_lost")]),
        (125000004504000001, [("B2", "digits_lost")]),
        (_valid("1250000045040099A0"), [("B2", "unit_unknown")]),
    ],
)
def test_credit_codes_are_checked_and_never_guessed(units, code, expected):
    content = xlsx([["单位名称", "统一社会信用代码", "指标", "人数"], [None, code, "编制床位", 500]])
    assert refused(plan_of(content, CITY)) == expected


def test_a_name_that_several_units_bear_is_refused_naming_them(units):
    an_institution(SECOND, credit_code=_valid("1250000045040011A0"))
    plan = plan_of(xlsx([HEAD, [SECOND, *ROW[1:]]]), CITY)
    assert refused(plan) == [("A2", "unit_ambiguous")]
    assert _valid("1250000045040011A0") in plan.entries[0].record.findings[0].params["candidates"]


def test_of_two_units_of_one_name_the_one_that_existed_in_the_year_is_meant(units):
    an_institution(SECOND, opened_on=date(2026, 3, 1))
    assert refused(plan_of(xlsx([HEAD, [SECOND, *ROW[1:]]]), CITY)) == []


def test_name_and_code_of_different_units_are_refused(units):
    content = xlsx([["单位", "信用代码", "指标", "人数"], [SECOND, _valid(CODE), "编制床位", 500]])
    assert refused(plan_of(content, CITY)) == [("A2", "unit_name_other")]


def test_the_same_figure_twice_in_one_file_is_refused_naming_the_first_row(units):
    plan = plan_of(xlsx([HEAD, ROW, [*ROW[:3], 4]]), CITY)
    assert refused(plan) == [("D3", "same_row")]
    assert plan.entries[1].record.findings[0].params["row"] == 2


def test_a_merged_number_belongs_to_nobody_in_particular(units):
    rows = [HEAD, ROW, [SECOND, "新晋升副主任医师", "临床", None]]
    assert refused(plan_of(xlsx(rows, then=merged("D2:D3")), CITY)) == [("D3", "merged_value")]


def test_a_known_header_twice_is_refused(units):
    plan = plan_of(xlsx([[*HEAD, "人数"], [*ROW, 4]]), CITY)
    assert refused(plan) == [("E1", "header_twice")]


def test_error_cells_and_formulas_nobody_calculated_are_named(units):
    def spoil(page):
        page["D2"] = "=1+2"
        page["D3"] = "#REF!"
        page["D3"].data_type = "e"

    plan = plan_of(xlsx([HEAD, ROW, [SECOND, *ROW[1:]]], then=spoil), CITY)
    assert refused(plan) == [("D2", "not_calculated"), ("D3", "cell_error")]


def test_a_wide_row_with_an_unknown_unit_is_refused_once_and_none_of_it_is_written(units):
    plan = plan_of(xlsx([["单位", "临床", "中医"], ["不知何处", 1, 2]]), CITY, measure=P)
    assert refused(plan) == [("A2", "unit_unknown")]
    assert (plan.counts["refused"], written(plan)) == (1, [])


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (xlsx([]), "sheet_missing"),
        (xlsx([["你好"], ["世界"]]), "header_not_found"),
        (xlsx([["单位", "备注"], [FIRST, "x"]]), "columns_missing"),
        (xlsx([HEAD]), "no_rows"),
        (xlsx([HEAD, ["合计", None, None, 3]]), "no_rows"),
    ],
)
def test_a_file_that_is_not_this_table_is_refused_as_a_whole(units, content, code):
    with pytest.raises(FileRefused) as refusal:
        plan_of(content, CITY)
    assert refusal.value.code == code


def test_a_unit_needs_no_unit_column_for_its_own_figures(units):
    hr = unit_hr(units[0], date(2026, 11, 22))
    assert written(plan_of(xlsx([HEAD[1:], ROW[1:]]), hr)) == READ


def test_rows_of_another_unit_are_refused_as_if_it_were_not_there(units):
    hr = unit_hr(units[0], date(2026, 11, 22))
    assert refused(plan_of(xlsx([HEAD, ROW, [SECOND, *ROW[1:]]]), hr)) == [("A3", "unit_unknown")]


CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False, allow_infinity=False),
    st.dates(date(1900, 3, 1), date(2100, 1, 1)),
    st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12),
    st.sampled_from([*HEAD, *ROW[:3], "合计", "—", "示例", SECOND, "年度", "说明", "新晋升副主任医师中医"]),
)


@pytest.mark.filterwarnings("ignore::UserWarning")
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.lists(st.lists(CELLS, max_size=6), max_size=7), st.booleans())
def test_no_grid_of_cells_makes_the_importer_crash(units, rows, headed):
    grid = [HEAD, *rows] if headed else rows
    with contextlib.suppress(FileRefused):
        plan = plan_of(xlsx(grid), CITY)
        assert all(cell or code for cell, code in refused(plan))
        assert Decimal(sum(plan.counts.values())) >= 0
