"""What goes out cannot run, opens in a spreadsheet program, and carries its help."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal

import pytest
from openpyxl import load_workbook
from openpyxl.styles import Font

from deploy_admin import spreadsheets
from deploy_admin.spreadsheets import Mark
from deploy_admin.spreadsheets.writing import TemplateColumn
from tests.spreadsheets.makers import xlsx


def opened(content: bytes):
    return load_workbook(io.BytesIO(content))


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "=HYPERLINK(1)"])
def test_text_that_could_run_is_neutralised_in_both_formats(text):
    sheet = opened(spreadsheets.export(["a"], [[text]], "xlsx")).active
    assert sheet["A2"].data_type == "s"
    assert sheet["A2"].value.startswith("'")
    assert b"'" + text.encode() in spreadsheets.export(["a"], [[text]], "csv")


def test_numbers_stay_numbers_and_long_ones_keep_their_digits():
    row = [-5, Decimal("0.40"), date(2024, 3, 5), 500101198902031234, None, True]
    sheet = opened(spreadsheets.export(list("abcdef"), [row], "xlsx")).active
    assert [cell.value for cell in sheet[2]][:2] == [-5, 0.4]
    assert sheet["D2"].value == "500101198902031234"
    assert (
        spreadsheets.export(list("abcdef"), [row], "csv").splitlines()[1]
        == b"-5,0.40,2024-03-05,500101198902031234,,True"
    )


def test_csv_carries_the_mark_without_which_excel_shows_gibberish():
    assert spreadsheets.export(["单位"], [["示范"]], "csv").startswith(b"\xef\xbb\xbf")


def test_control_characters_do_not_spoil_the_file():
    assert opened(spreadsheets.export(["a"], [["x\x00\x07y"]], "xlsx")).active["A2"].value == "xy"


def test_a_template_has_drop_downs_codes_help_and_an_example():
    content = spreadsheets.template(
        [
            TemplateColumn("单位*", help="全称", example="示范医院"),
            TemplateColumn("类别", choices=["临床", "中医"]),
            TemplateColumn("人数", whole_number=True),
        ],
        [["示范一院", None, None]],
        title="指标 2025", lead="说明", sheet_name="指标", codes_name="代码表", example_mark="示例：",
    )  # fmt: skip
    book = opened(content)
    sheet = book["指标"]
    assert [cell.value for cell in sheet[3]] == ["单位*", "类别", "人数"]
    assert sheet["A3"].comment.text == "全称"
    assert sheet["A4"].value == "示例：示范医院"
    assert sheet["A5"].value == "示范一院"
    assert {rule.formula1 for rule in sheet.data_validations.dataValidation} == {"'代码表'!$B$2:$B$3", "0"}
    assert [row[1].value for row in book["代码表"].iter_rows()] == ["类别 ▼", "临床", "中医"]


def test_the_senders_workbook_comes_back_with_the_wrong_cells_marked():
    def bold(page):
        page["A1"].font = Font(bold=True)
        page.merge_cells("A3:A4")

    content = xlsx([["单位", "人数"], ["甲", "十二"], ["乙", 3], [None, 4]], then=bold)
    marks = [Mark("Sheet1", 2, 2, "不是数字"), Mark("Sheet1", 2, 2, "再看"), Mark("Sheet1", 4, 1, "合并")]
    sheet = opened(
        spreadsheets.mark(
            content,
            marks,
            heading="原因",
        )
    ).active
    assert sheet["B2"].comment.text == "不是数字\n再看"
    assert sheet["B2"].fill.fgColor.rgb.endswith("F8CBCB")
    assert sheet["A3"].comment.text == "合并"
    assert sheet["A1"].font.bold
    assert sheet["B3"].comment is None


def test_a_text_table_comes_back_as_a_workbook_with_the_same_marks():
    content = "单位,人数\n=甲,x\n".encode("gb18030")
    sheet = opened(spreadsheets.mark(content, [Mark("CSV", 2, 2, "不是数字")], heading="原因")).active
    assert sheet["B2"].comment.text == "不是数字"
    assert sheet["A2"].value == "'=甲"
