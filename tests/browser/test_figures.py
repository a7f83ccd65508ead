"""Journeys of hospital HR: figures typed, signed off, corrected; a workbook with errors, mended, applied once."""

from __future__ import annotations

import io
import re
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Browsers, until

pytestmark = pytest.mark.browser

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HOSPITAL = "示范市肿瘤医院"


def test_figures_are_typed_signed_off_and_decide_the_quota(browsers: Browsers) -> None:
    hr = browsers.desk("zhongliu")
    expect(hr.get_by_role("link", name=re.compile("还缺")).first).to_be_visible()
    hr.goto("/quotas/figures/missing/?period=2026")
    hr.get_by_role("link", name="新晋升副主任医师 2025").click()
    hr.get_by_label("临床").fill("-1")
    for label, number in (("中医", "2"), ("口腔", "0"), ("公卫", "0")):
        hr.get_by_label(label).fill(number)
    hr.get_by_role("button", name="保存").click()
    expect(hr.get_by_label("临床")).to_have_attribute("aria-invalid", "true")
    expect(hr.locator(".field", has_text="临床").locator(".err")).to_be_visible()
    expect(hr.get_by_label("中医")).to_have_value("2")
    hr.get_by_label("临床").fill("10")
    hr.get_by_role("button", name="保存").click()
    expect(hr.get_by_text("已保存 4 个数")).to_be_visible()
    expect(hr.get_by_role("row").filter(has_text="新晋升副主任医师")).to_contain_text("预计")

    commission = browsers.desk("renshi")
    commission.goto("/quotas/figures/?period=2025&q=sfszlyy")
    commission.get_by_role("checkbox", name=re.compile("新晋升副主任医师")).check()
    commission.get_by_role("button", name="核定所选").click()
    commission.get_by_role("dialog").get_by_role("button", name="核定").click()
    expect(commission.get_by_text("已核定 4 个数")).to_be_visible()

    city = browsers.desk("shi")
    board = "/quotas/?period=2026&q=sfszlyy"

    def row() -> object:
        found = city.locator("#board tbody tr").filter(has_text="执业医师派出人数").filter(has_not_text="预计")
        return found.locator("a.num-open", has_text=re.compile("^5$"))  # 40 % of 12, rounded up

    until(city, board, row)

    hr.goto("/quotas/figures/?period=2025")
    hr.get_by_role("row").filter(has_text="新晋升副主任医师").get_by_role("link", name="更正").click()
    hr.get_by_label("临床").fill("11")
    hr.get_by_role("button", name="保存更正").click()
    expect(hr.locator("[name=reason]")).to_be_visible()  # a reason is asked for, nothing is saved without it
    hr.get_by_label("更正原因").fill("漏报一人")
    hr.get_by_role("button", name="保存更正").click()
    expect(hr.get_by_text("已保存 1 个数")).to_be_visible()
    hr.get_by_role("row").filter(has_text="新晋升副主任医师").get_by_role("link", name="11").click()
    expect(hr.locator("#drawer")).to_contain_text("漏报一人")


def workbook(rows: list[tuple[object, ...]]) -> bytes:
    book = openpyxl.Workbook()
    book.active.append(("2026 年度基数表（示范）",))
    book.active.append(("单位名称", "指标", "年度", "人员类别", "人数"))
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def send_in(tab: Page, name: str, content: bytes) -> None:
    tab.goto("/quotas/figures/import/?year=2026")
    tab.locator("input[type=file]").set_input_files([{"name": name, "mimeType": XLSX, "buffer": content}])
    expect(tab.get_by_text(name).first).to_be_visible()
    tab.get_by_role("button", name="读取文件").click()


def test_a_workbook_is_refused_with_reasons_mended_and_applied_once(browsers: Browsers) -> None:
    tab = browsers.desk("yiyuan")
    unit, measure = "示范市第一医院", "招聘专业技术人员"
    good = [
        (unit, measure, 2026, category, number) for category, number in (("执业医师类", 31), ("护理", 50), ("药学", 0))
    ]
    bad = [
        (unit, measure, 2026, "司机", 31),
        ("示范市第二医院", measure, 2026, "护理", 50),
        (unit, measure, 2026, "药学", "若干"),
    ]
    send_in(tab, "基数-有误.xlsx", workbook(bad))
    expect(tab.get_by_text("3 行被拒绝").first).to_be_visible()
    table = tab.get_by_role("table", name="被拒绝")
    for place, value in (("D3", "司机"), ("A4", "示范市第二医院"), ("E5", "若干")):
        expect(table.get_by_role("row").filter(has_text=place)).to_contain_text(value)
    expect(tab.get_by_role("button", name="确认导入")).to_be_disabled()
    with tab.expect_download() as taken:
        tab.get_by_role("link", name="下载标注版工作簿").click()
    marked = openpyxl.load_workbook(io.BytesIO(Path(taken.value.path()).read_bytes())).active
    assert all(marked[place].comment for place in ("D3", "A4", "E5"))

    send_in(tab, "基数.xlsx", workbook(good))
    expect(tab.get_by_text("全部可以导入：新增 3 条").first).to_be_visible()
    tab.get_by_role("button", name="确认导入").click()
    expect(tab.get_by_text("已导入：新增 3 条").first).to_be_visible()
    tab.goto("/quotas/figures/?period=2026")
    row = tab.get_by_role("row").filter(has_text=measure)
    expect(row).to_contain_text("81")
    expect(row).to_contain_text("表格上传")

    send_in(tab, "基数.xlsx", workbook(good))
    expect(tab.get_by_text(re.compile("无需")).first).to_be_visible()
    expect(tab.get_by_role("button", name="确认导入", disabled=False)).to_have_count(0)
