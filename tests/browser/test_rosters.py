"""Journeys of the roster: one with errors, mended from the marked workbook; prefilled ones for every unit as a ZIP."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Browsers
from tests.browser.tables import ZIP, confirm_upload, filled, heads_of, id_number, send_in, sheet_bytes, table

pytestmark = pytest.mark.browser

HEADS = ("姓名", "身份证号码", "性别", "人员类别", "编制类型", "入职日期", "科室", "现任职称", "取得资格日期")


def test_a_roster_is_refused_mended_from_the_marked_workbook_and_applied_once(browsers: Browsers) -> None:
    tab = browsers.desk("zhongliu")
    rows = [
        ("欧阳示佳", id_number(2), "女", "执业医师类", "在编", "2022年7月1日", "肿瘤内科", "主治医师", "2021.12.5"),
        ("示䶮", 5.09905e17, "男", "护理", "编外", "2023-03-01", "护理部", "护师", "2020-10-20"),
        ("示范乙", id_number(5), "男", "药学", "在编", "2031-07-01", "药学部", "药师", "2019-06-01"),
        ("示范丙", id_number(6), "女", "医技", "在编", "2020-07-01", "检验科", "检验大师", "2019-06-01"),
    ]
    page = "/people/rosters/upload/"
    send_in(tab, page, "花名册-有误.xlsx", table(HEADS, rows, "示范市肿瘤医院花名册（示范）"))
    expect(tab.get_by_text("3 行被拒绝").first).to_be_visible()
    refused = tab.get_by_role("table", name="被拒绝")
    for place, reason in (("B4", "无法还原"), ("F5", "日期在将来"), ("H6", "不在代码表内")):
        expect(refused.get_by_role("row").filter(has_text=place)).to_contain_text(reason)
    expect(refused).not_to_contain_text("B3")  # worth a look, not refused
    expect(tab.get_by_role("button", name="确认导入")).to_be_disabled()
    expect(tab.get_by_text("确认导入不可用")).to_be_visible()
    with tab.expect_download() as taken:
        tab.get_by_role("link", name="下载标注版工作簿").click()
    book = openpyxl.load_workbook(io.BytesIO(Path(taken.value.path()).read_bytes()))
    sheet = book.active
    assert all(sheet[place].comment for place in ("B4", "F5", "H6"))

    sheet["B4"], sheet["F5"], sheet["H6"] = id_number(3), "2021-07-01", "主管技师"
    send_in(tab, page, "花名册-已改.xlsx", sheet_bytes(book))
    expect(tab.get_by_text("全部可以导入：新增 4 条").first).to_be_visible()
    confirm_upload(tab)
    expect(tab.get_by_text("已导入：新增 4 条").first).to_be_visible()
    tab.get_by_role("link", name="查看人员").click()
    tab.get_by_role("searchbox", name=re.compile("姓名")).fill("oysj")
    tab.keyboard.press("Enter")
    row = tab.get_by_role("row").filter(has_text="欧阳示佳")
    expect(row).to_contain_text("主治医师")
    expect(row).to_contain_text("509905********")
    assert id_number(2) not in tab.content()
    tab.goto("/people/?q=示䶮")
    expect(tab.get_by_role("link", name="示䶮")).to_be_visible()

    send_in(tab, page, "花名册-已改.xlsx", sheet_bytes(book))
    expect(tab.get_by_text(re.compile("无需")).first).to_be_visible()
    expect(tab.get_by_role("button", name="确认导入", disabled=False)).to_have_count(0)


def person(nth: int, **more: object) -> dict[str, object]:
    """Return somebody new for a prefilled workbook."""
    return {
        "姓名": f"示新{'甲乙丙丁戊己庚辛'[nth % 8]}{'一二三四五六七'[nth % 7]}",
        "身份证件号码": id_number(100 + nth, born="19950215"),
        "人员类别": "护理",
        "编制类型": "编外",
        "入职日期": "2024-07-01",
        "科室": "护理部",
        **more,
    }


def without_mark(content: bytes) -> bytes:
    """Return the first sheet copied into a new workbook, as somebody does who writes a table of his own."""
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    head, columns = heads_of(sheet)
    kept = [name for name in columns if name != "单位"]
    rows = sheet.iter_rows(min_row=head + 2, values_only=True)
    return table(kept, ([row[columns[name] - 1] for name in kept] for row in rows if any(row)))


def test_the_prefilled_workbooks_of_every_unit_go_out_and_come_back_as_one_zip(browsers: Browsers) -> None:
    tab = browsers.desk("shi")
    tab.goto("/people/rosters/")
    tab.get_by_role("link", name="多单位收表").click()
    tab.get_by_role("button", name="发起收表").click()
    tab.get_by_role("button", name="生成预填表格").click()
    with tab.expect_download() as taken:
        tab.get_by_role("link", name="下载预填表格").click()
    package = zipfile.ZipFile(taken.value.path())
    sent = {name: package.read(name) for name in package.namelist()}
    assert len(sent) > 20

    late, wrong, strange = "示范市急救医疗中心", "示范市胸科医院", "示范渝中区人民医院"
    back = io.BytesIO()
    with zipfile.ZipFile(back, "w") as archive:
        for nth, (name, content) in enumerate(sent.items()):
            if late in name:
                continue
            if wrong in name:
                archive.writestr(name, filled(content, person(nth, 入职日期="2031-01-01")))
            elif strange in name:
                archive.writestr("人员表 最终版.xlsx", without_mark(filled(content, person(nth))))
            else:
                archive.writestr(f"收回/{name}", filled(content, person(nth)))
        for nth in range(40 - len(archive.namelist())):  # what else lies in such a folder
            archive.writestr(f"收回/盖章扫描件 {nth + 1}.pdf", b"%PDF-1.4")
    tab.locator("input[type=file]").set_input_files([{"name": "收回.zip", "mimeType": ZIP, "buffer": back.getvalue()}])
    tab.get_by_role("button", name="收取文件").click()
    expect(tab.get_by_text("人员表 最终版.xlsx").first).to_be_visible()
    ready = tab.get_by_role("button", name=re.compile("确认"))
    expect(ready).to_contain_text(str(len(sent) - 3), timeout=60_000)
    mine = tab.get_by_role("row").filter(has_text="人员表 最终版.xlsx")
    mine.get_by_role("combobox").select_option(label=strange)
    mine.get_by_role("button", name="归入该单位").click()
    expect(ready).to_contain_text(str(len(sent) - 2), timeout=30_000)
    expect(tab.get_by_role("row").filter(has_text=wrong).first).to_contain_text("有行被拒绝")
    expect(tab.locator("#missing-text")).to_contain_text(late)
    expect(tab.locator("#missing-text")).not_to_contain_text(strange)
    expect(tab.locator("#mend-text")).to_contain_text(wrong)

    ready.click()
    figure = tab.locator(".fig").filter(has_text="已导入")
    expect(figure).to_contain_text(str(len(sent) - 2), timeout=60_000)
    tab.goto(f"/people/?unit={strange}")
    expect(tab.get_by_role("row").filter(has_text="示新")).to_contain_text("护理")
