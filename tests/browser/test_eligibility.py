"""Journeys of who may go: filtered and asked why by keyboard alone, printed; a list checked."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Browsers

pytestmark = pytest.mark.browser


def test_hr_asks_by_keyboard_why_somebody_may_not_go_and_prints_the_answer(browsers: Browsers) -> None:
    tab = browsers.desk("yiyuan")
    tab.goto("/eligibility/")
    find = tab.get_by_role("searchbox", name=re.compile("姓名"))
    find.focus()
    tab.keyboard.type("cjy")
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("link", name="崔娟月").first).to_be_visible()
    expect(tab.get_by_role("link", name="曹磊辉")).to_have_count(0)
    assert "q=cjy" in tab.url
    why = tab.get_by_role("row").filter(has_text="派出的执业医师").get_by_role("link", name="不符合条件")
    why.focus()
    tab.keyboard.press("Enter")
    drawer = tab.locator("#drawer")
    expect(drawer.get_by_text("不符合：职称")).to_be_visible()
    expect(drawer.get_by_text("派出中级及以上职称的执业医师")).to_be_visible()
    tab.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    expect(why).to_be_focused()
    tab.keyboard.press("Enter")
    paper = drawer.get_by_role("link", name="PDF")
    with tab.expect_download() as taken:
        paper.focus()
        tab.keyboard.press("Enter")
    assert Path(taken.value.path()).read_bytes().startswith(b"%PDF")
    drawer.get_by_role("link", name="一页说明").focus()
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("heading", name="崔娟月能否派出及依据")).to_be_visible()
    expect(tab.get_by_text(re.compile("校验码")).first).to_be_visible()


def test_a_list_is_checked_on_a_phone(browsers: Browsers) -> None:
    tab = browsers.desk("yiyuan", phone=True)
    tab.goto("/eligibility/")
    tab.get_by_role("link", name="核对名单").click()
    tab.get_by_label("姓名或人员编号").fill("崔娟月\n常晨\n查无此人")
    tab.get_by_role("button", name="核对").click()
    answers = (
        tab.get_by_role("region").filter(has_text="常晨").or_(tab.locator("section").filter(has_text="常晨")).last
    )
    expect(answers).to_contain_text("不符合条件")
    expect(answers).to_contain_text("符合条件")
    expect(answers).to_contain_text("查无此人")
    assert tab.evaluate("document.scrollingElement.scrollWidth") <= 360
