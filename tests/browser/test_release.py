"""The journey of a release: numbers frozen under a document, what would differ later, who sees it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Browsers, until

pytestmark = pytest.mark.browser

NUMBER = "示范卫〔2026〕9号"


def release(tab: Page) -> None:
    """Release; if a computation came in between, look again and press again, as the page says."""
    for _attempt in range(10):
        tab.goto("/quotas/releases/new/?period=2026&scheme=municipal_county")
        tab.get_by_label("文号").fill(NUMBER)
        tab.get_by_label("决定机构").fill("示范市卫生健康委党委")
        tab.get_by_role("button", name="下达", exact=True).click()
        tab.wait_for_load_state()
        if tab.get_by_role("heading", level=1, name=NUMBER).count():
            return
    raise AssertionError(tab.locator("main").inner_text())


def test_a_release_stands_and_shows_what_would_differ(browsers: Browsers) -> None:
    city = browsers.desk("shi")
    release(city)
    expect(city.get_by_text(f"已以 {NUMBER} 下达")).to_be_visible()
    address = city.url
    city.get_by_role("row").filter(has_text="示范市妇幼保健院").filter(has_text="执业医师").locator("a").last.click()
    expect(city.locator("#drawer")).to_contain_text(NUMBER)

    city.goto("/quotas/figures/?period=2025&q=sfsfybjy")
    city.get_by_role("row").filter(has_text="新晋升副主任医师").get_by_role("link", name="更正").click()
    city.get_by_label("临床").fill("40")
    city.get_by_label("更正原因").fill("核对晋升名单后更正")
    city.get_by_role("button", name="保存更正").click()
    expect(city.get_by_text("已保存 1 个数")).to_be_visible()
    until(city, address, lambda: city.get_by_role("heading", name="现在会不同的"))
    expect(city.get_by_role("region", name="现在会不同的").get_by_role("row")).to_contain_text(
        ["单位", "示范市妇幼保健院"]
    )

    hr = browsers.desk("yiyuan")
    news = hr.get_by_role("listitem").filter(has_text=NUMBER).filter(has=hr.get_by_role("button", name="知道了"))
    news.get_by_role("button", name="知道了").click()
    expect(news).to_have_count(0)
    hr.goto("/quotas/releases/")
    hr.get_by_role("link", name=NUMBER).click()
    rows = hr.locator("main tbody tr")
    expect(rows.filter(has_text="示范市第一医院").first).to_be_visible()
    expect(rows.filter(has_not_text="示范市第一医院")).to_have_count(0)
    expect(hr.get_by_role("link", name=re.compile("补充下达"))).to_have_count(0)
