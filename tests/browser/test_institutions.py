"""The journey of an institution: found by initials, established, renamed, merged, and its history afterwards."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Browsers

pytestmark = pytest.mark.browser


def document(tab: Page, title: str) -> None:
    tab.get_by_label("生效日期").fill("2026-06-01")
    tab.get_by_label("文件名称").fill(title)


def test_an_institution_is_established_renamed_and_merged(browsers: Browsers) -> None:
    tab = browsers.desk("shi")
    tab.goto("/registry/institutions/")
    tab.get_by_label("名称、拼音首字母或信用代码").fill("sfbsz")
    tab.keyboard.press("Enter")
    expect(tab.locator("tbody tr")).to_have_count(1)
    expect(tab.get_by_role("link", name="示范白石镇卫生院")).to_be_visible()

    tab.get_by_role("link", name="设立").click()
    tab.get_by_label("名称", exact=True).fill("示范石桥乡卫生院")
    tab.get_by_label("起始日期").fill("2026-01-01")
    for label, choice in (("类别", "乡镇卫生院"), ("层级", "乡级"), ("举办主体", "公立"), ("隶属", "区县")):
        tab.get_by_label(label, exact=True).select_option(label=choice)
    tab.get_by_role("button", name="设立").click()
    expect(tab.get_by_label("所在地")).to_have_attribute("aria-invalid", "true")
    tab.get_by_label("所在地").fill("万州区")
    tab.get_by_role("button", name="设立").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("示范石桥乡卫生院")

    tab.get_by_role("link", name="更名").click()
    tab.locator("[name=name]").fill("示范石桥镇卫生院")
    document(tab, "关于示范石桥乡卫生院更名的批复")
    tab.get_by_role("button", name="更名").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("示范石桥镇卫生院")

    tab.get_by_role("link", name="合并").click()
    tab.locator("[name=heir]").fill("示范白石镇卫生院")
    document(tab, "关于示范石桥镇卫生院并入示范白石镇卫生院的批复")
    tab.get_by_label("生效日期").fill("2026-09-01")
    tab.get_by_role("button", name="合并").click()
    expect(tab.locator("main")).to_contain_text("示范白石镇卫生院")
    expect(tab.locator("main")).to_contain_text("已关闭")
    tab.get_by_role("link", name="沿革").click()
    for words in ("示范石桥乡卫生院", "示范石桥镇卫生院", "2026-06-01", "2026-08-31"):
        expect(tab.locator("main")).to_contain_text(words)
