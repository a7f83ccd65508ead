"""The journey of a review day: all without anomaly at once, an odd one sent back, the rest released and looked at."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Browsers

pytestmark = pytest.mark.browser

NUMBER = "示范卫考〔2026〕12号"
#: The heaps on which something lies that was handed in, in the order of the page.
ODD = ("late", "contradictory", "disputed", "unchanged", "out_of_range", "incomplete", "undetermined")


def an_odd_one(tab: Page) -> str:
    """Return the address of the first sheet on the first heap that has one."""
    for heap in ODD:
        links = tab.locator(f"section[aria-labelledby='heap-{heap}'] tbody th a")
        if links.count():
            return str(links.first.get_attribute("href"))
    raise AssertionError(tab.locator("main").inner_text())


def accept_all(tab: Page) -> None:
    """Accept what is without anomaly: one press, answered with what was done."""
    tab.goto("/months/review/")
    everything = tab.locator("form[action$='/accept-all/'] button")
    expect(everything).to_be_visible()
    everything.click()
    tab.wait_for_load_state()
    expect(tab.locator("main")).to_contain_text(re.compile(r"\d+ 张月度表|\d+ months? accepted"))
    expect(everything).to_have_count(0)


def send_one_back(tab: Page) -> str:
    """Open an odd one, look at the months before, send it back with a reason; return its address."""
    address = an_odd_one(tab)
    tab.goto(address)
    expect(tab.locator(".rv-cmp").first).to_be_visible()
    back = tab.locator("form[action$='/send-back/']")
    back.locator("textarea").fill("请核对当月考勤后再报")
    back.locator("button[type=submit]").click()
    tab.wait_for_load_state()
    assert tab.url.rstrip("/") != address.rstrip("/")  # onwards to the next one, or back to the list
    tab.goto(address)
    expect(tab.locator("main")).to_contain_text("请核对当月考勤后再报")
    expect(tab.locator("form[action$='/send-back/']")).to_have_count(0)
    return address


def release(tab: Page) -> None:
    """Release everything accepted, with the number of the decision."""
    tab.goto("/months/review/")
    tab.locator("a[href*='/months/review/release/']").first.click()
    tab.wait_for_load_state()
    tab.locator("input[name=document_number]").fill(NUMBER)
    knowingly = tab.locator("input[name=undetermined]")
    if knowingly.count():
        knowingly.check()
    tab.locator(".panel-f button[type=submit]").click()
    tab.wait_for_url(re.compile("group=released"))
    expect(tab.locator("tbody th a").first).to_be_visible()


def test_a_review_day_from_accepting_all_to_the_release(browsers: Browsers) -> None:
    tab = browsers.desk("wanzhou")
    accept_all(tab)
    sent_back = send_one_back(tab)
    release(tab)
    released = str(tab.locator("tbody th a").first.get_attribute("href"))
    assert released != sent_back
    tab.goto(released)
    expect(tab.locator("form[action$='/accept/']")).to_have_count(0)
    expect(tab.locator("form[action$='/send-back/']")).to_have_count(0)
    tab.goto("/months/review/?group=returned")
    expect(tab.locator(f"a[href='{sent_back}']")).to_be_visible()
