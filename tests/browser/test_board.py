"""Journeys over the quota board: narrowing it, opening a number, the page for the director, one's own district."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Browsers

pytestmark = pytest.mark.browser


def test_filters_stay_in_the_address(browsers: Browsers) -> None:
    tab = browsers.desk("shi")
    tab.goto("/quotas/?period=2026")
    tab.get_by_label("方案", exact=True).select_option(label="市聘县用")
    expect(tab).to_have_url(re.compile("scheme=municipal_county"))
    tab.get_by_label("区县", exact=True).select_option(label="渝中区")
    expect(tab).to_have_url(re.compile(r"district=\d+"))
    tab.get_by_role("link", name="待核算").click()
    expect(tab).to_have_url(re.compile("verdict=pending"))
    rows = tab.locator("#board tbody tr")
    expect(rows.filter(has_text="示范市第一医院").first).to_be_visible()
    expect(rows.filter(has_text="万州")).to_have_count(0)
    shown = rows.count()
    tab.reload()
    expect(rows).to_have_count(shown)
    expect(tab.get_by_label("方案", exact=True)).to_have_value("municipal_county")
    expect(tab.get_by_role("link", name="待核算")).to_have_attribute("aria-current", "true")
    with tab.expect_download() as taken:
        tab.get_by_text("导出", exact=True).click()
        tab.get_by_role("link", name="CSV").click()
    assert len(Path(taken.value.path()).read_text("utf-8-sig").splitlines()) == shown + 1
    tab.get_by_label("单位名称或拼音首字母").fill("不存在的单位")
    tab.keyboard.press("Enter")
    expect(tab.get_by_text("没有符合条件的派出任务")).to_be_visible()
    tab.get_by_role("link", name="看全部").click()
    expect(rows.first).to_be_visible()


def test_a_number_opens_by_keyboard_and_goes_to_paper(browsers: Browsers) -> None:
    tab = browsers.desk("shi")
    tab.goto("/quotas/?period=2026&q=sfsdsyy")  # by pinyin initials
    row = tab.locator("#board tbody tr").filter(has_text="执业医师派出人数")
    opener = row.locator('a.num-open[href^="/quotas/"]')
    opener.focus()
    tab.keyboard.press("Enter")
    drawer = tab.locator("#drawer")
    expect(drawer.get_by_role("heading", level=2)).to_be_focused()
    expect(drawer.locator("blockquote.clause")).to_contain_text("40%")
    expect(drawer.get_by_role("heading", name="数据来源")).to_be_visible()
    expect(drawer.get_by_role("row", name="新晋升副主任医师 · 临床")).to_be_visible()
    expect(drawer.get_by_role("heading", name="计算步骤")).to_be_visible()
    tab.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    expect(opener).to_be_focused()

    tab.keyboard.press("Enter")
    drawer.get_by_role("link", name="单独打开").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("示范市第三医院")
    with tab.expect_download() as taken:
        tab.get_by_role("link", name="PDF").click()
    assert Path(taken.value.path()).read_bytes().startswith(b"%PDF")
    tab.get_by_role("link", name="一页说明").click()
    expect(tab.get_by_role("heading", level=1)).to_contain_text("示范市第三医院2026年度派出任务")
    tab.go_back()
    tab.get_by_role("link", name="派出任务看板").first.click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("派出任务看板")


def test_every_page_speaks_the_language_asked_for(browsers: Browsers) -> None:
    browsers.languages.add("en")
    tab = browsers.desk("shenji")
    tab.goto("/quotas/?period=2026")
    tab.get_by_role("button", name="Switch to English").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Quota board")
    expect(tab.locator("html")).to_have_attribute("lang", "en")
    expect(tab.locator("#board thead")).to_contain_text("Required")
    tab.get_by_role("button", name="切换到简体中文").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("派出任务看板")


def test_a_district_sees_its_own_totals_and_nobody_elses(browsers: Browsers) -> None:
    other = browsers.desk("dianjiang")
    other.goto("/quotas/?period=2026")
    other.goto("/quotas/districts/?period=2026")
    foreign = other.locator('main a.num-open[href^="/quotas/"]').first.get_attribute("href")
    assert foreign

    tab = browsers.desk("wanzhou")
    tab.goto("/quotas/districts/?period=2026")
    row = tab.get_by_role("row").filter(has_text="万州区“县聘乡用”人员总数")
    expect(row).to_contain_text("2026: 19 × 80% = 16")
    expect(row).to_contain_text("2025: 23 × 80% = 19")
    expect(tab.locator("tbody tr").filter(has_text="垫江县")).to_have_count(0)
    row.locator('a.num-open[href^="/quotas/"]').click()
    expect(tab.locator("#drawer")).to_contain_text("示范万州区人民医院")
    answer = tab.goto(foreign)
    assert answer
    assert answer.status == 404
    expect(tab.get_by_role("heading", level=1)).to_be_visible()

    tab.goto("/policies/import/?from=wanzhou-county-township-2022/1")
    text = tab.get_by_label("文本")
    own = text.input_value()
    text.fill(own.replace('jurisdiction: "500101"', 'jurisdiction: "500231"'))
    tab.get_by_role("button", name="存为草案").click()
    expect(tab.get_by_text("区县只能起草和采用本区县的政策")).to_be_visible()
    expect(text).to_have_value(re.compile("500231"))
    text.fill(own.replace("80%", "85%", 1) + "\n")
    tab.get_by_role("button", name="存为草案").click()
    expect(tab.get_by_role("link", name="采用", exact=True)).to_be_visible()
