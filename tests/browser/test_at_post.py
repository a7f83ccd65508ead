"""At the post: leave is asked on the phone and decided by the unit's head; from the board to who counts and why."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Browsers

pytestmark = pytest.mark.browser


def test_leave_is_asked_on_a_phone_and_decided_by_the_head_of_the_unit(browsers: Browsers) -> None:
    phone = browsers.desk("jiang", phone=True)
    phone.goto("/my/")
    expect(phone.get_by_role("heading", level=1)).to_have_text("我的服务")
    phone.get_by_role("link", name="申请请假").first.click()
    phone.get_by_label("请假类别").select_option("personal")
    phone.get_by_label("起始日期").fill("2027-01-11")
    phone.get_by_label("最后一日").fill("2027-01-15")
    phone.get_by_role("button", name="试算末日").click()
    outlook = phone.get_by_text(re.compile("2027-03-2"))
    expect(outlook.first).to_be_visible()
    phone.get_by_role("button", name="提交申请").click()
    expect(phone.get_by_text("2027-01-11 – 2027-01-15")).to_be_visible()

    head = browsers.desk("yuanzhang")
    head.goto("/leave/")
    row = head.get_by_role("row").filter(has_text="2027-01-11")
    row.get_by_role("link").first.click()
    head.get_by_role("button", name="批准请假", exact=True).first.click()
    expect(head.get_by_text("已同意").first).to_be_visible()

    phone.goto("/my/")
    expect(phone.get_by_text(re.compile("2027-03-2")).first).to_be_visible()
    assert phone.evaluate("document.scrollingElement.scrollWidth") <= 360


def test_an_officer_opens_from_the_board_who_counts_and_why_a_day_is_the_last(browsers: Browsers) -> None:
    tab = browsers.desk("shi")
    tab.goto("/quotas/?period=2026")
    tab.locator('#board a.num-open[href^="/counting/quotas/"]').first.click()
    expect(tab.locator("#drawer").get_by_role("heading", level=2)).to_be_visible()
    tab.goto("/assignments/?state=on_post")
    tab.locator("tbody th a").first.click()
    expect(tab.get_by_role("heading", name="经过")).to_be_visible()
    tab.get_by_role("link", name="看计算").click()
    expect(tab.locator("#drawer")).to_contain_text("末日")
