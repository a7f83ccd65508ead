"""Every list and form on a phone without sideways scrolling, and the ways of those who use no mouse."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Browsers

pytestmark = pytest.mark.browser

PAGES = {
    "shi": (
        "/", "/quotas/?period=2026", "/quotas/districts/?period=2026", "/quotas/figures/?period=2025",
        "/quotas/figures/missing/?period=2026", "/quotas/figures/import/", "/quotas/releases/",
        "/quotas/releases/new/?period=2026", "/quotas/runs/", "/policies/", "/policies/import/",
        "/policies/governing/", "/policies/texts/wanzhou-county-township-2022/1/",
        "/registry/institutions/", "/registry/institutions/new/",
        "/registry/institutions/import/", "/registry/divisions/", "/accounts/members/", "/accounts/members/add/",
        "/accounts/me/", "/accounts/second-factor/", "/accounts/tokens/", "/accounts/tokens/issue/", "/jobs/",
        "/people/", "/people/new/", "/people/duplicates/", "/people/transfers/", "/people/recognitions/",
        "/people/rosters/", "/people/rosters/upload/", "/people/rosters/upload/collections/", "/eligibility/",
        "/eligibility/check/", "/eligibility/corrections/", "/quotas/figures/lists/?period=2025",
        "/quotas/figures/lists/promotions/9/2025/", "/policies/texts/wanzhou-county-township-2022/1/",
        "/campaigns/", "/campaigns/1/", "/assignments/", "/assignments/1/", "/leave/", "/absences/", "/inspections/",
        "/service/obligations/", "/service/credits/", "/counting/", "/papers/", "/past/", "/registry/calendar/",
        "/trends/", "/trends/?measure=operations&months=24&per=person",
        "/trends/rows/?measure=operations", "/months/", "/months/review/", "/feedback/", "/reports/",
        "/trends/?measure=attendance&all=1",
    ),
    "zhongliu": (
        "/", "/quotas/?period=2026", "/quotas/figures/missing/?period=2026", "/quotas/figures/import/",
        "/people/rosters/", "/quotas/figures/lists/promotions/import/?year=2026",
    ),
    "yiyuan": (
        "/", "/people/3/", "/people/3/id/", "/people/3/correct/", "/people/3/titles/", "/people/3/leave/",
        "/people/transfers/1/", "/eligibility/people/3/",
        "/eligibility/people/35/chongqing-municipal-county-2025/physicians_sent/",
    ),
    "yisheng": ("/", "/eligibility/mine/", "/my/", "/my/leave/", "/my/months/"),
    "qingxi": (
        "/", "/assignments/arrivals/", "/assignments/", "/leave/", "/absences/", "/inspections/", "/campaigns/",
        "/months/", "/months/now/",
        "/trends/", "/trends/rows/", "/months/",
    ),
    "wanzhou": ("/", "/trends/", "/months/review/", "/feedback/"),
    "audit": ("/", "/audit/"),
}  # fmt: skip


@pytest.mark.parametrize("username", PAGES)
def test_no_page_scrolls_sideways_on_a_phone(browsers: Browsers, username: str) -> None:
    tab = browsers.desk(username, phone=True)
    wide = []
    for address in PAGES[username]:
        answer = tab.goto(address)
        assert answer
        assert answer.status == 200, address
        if (width := tab.evaluate("document.scrollingElement.scrollWidth")) > 360:
            wide.append((address, width))
    assert wide == []


def test_a_hospital_enters_figures_on_a_phone(browsers: Browsers) -> None:
    tab = browsers.desk("renmin", phone=True)
    tab.get_by_role("button", name="打开菜单").click()
    tab.get_by_role("link", name="基数", exact=True).click()
    tab.goto("/quotas/figures/?period=2026")
    tab.get_by_role("row").filter(has_text="招聘执业医师类人员").get_by_role("link", name="修改").click()
    tab.get_by_label("在编").fill("7")
    tab.get_by_role("button", name="保存").click()
    expect(tab.get_by_text("没有改动")).to_be_visible()
    tab.goto("/quotas/?period=2026")
    assert tab.evaluate("document.scrollingElement.scrollWidth") <= 360


def test_the_keyboard_is_enough(browsers: Browsers) -> None:
    tab = browsers.desk("shi")
    tab.goto("/quotas/?period=2026")
    tab.keyboard.press("Tab")
    skip = tab.get_by_role("link", name="跳到正文")
    expect(skip).to_be_focused()
    tab.keyboard.press("Enter")
    expect(tab.locator("#main")).to_be_focused()
    tab.keyboard.press("/")
    find = tab.get_by_role("search").get_by_role("searchbox")
    expect(find).to_be_focused()
    find.fill("sfszyy")
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("link", name="示范市中医院").first).to_be_visible()
    tab.goto("/quotas/?period=2026")
    menu = tab.get_by_label("身份与账号")
    menu.focus()
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("link", name="我的账号")).to_be_visible()
    tab.keyboard.press("Escape")
    expect(tab.get_by_role("link", name="我的账号")).to_be_hidden()
    expect(menu).to_be_focused()
