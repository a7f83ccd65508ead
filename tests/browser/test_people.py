"""Journeys about people: two records merged, a whole ID number seen with a reason, a wrong record spoken up about."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Browsers

pytestmark = pytest.mark.browser


def confirm_who_i_am(tab: Page) -> None:
    """Type the password again where the next step asks for it."""
    from deploy_admin.workbench.demo import PASSWORD  # not before the applications are loaded

    if tab.get_by_role("heading", name="确认本人操作").is_visible():
        tab.get_by_label("密码").fill(PASSWORD)
        tab.get_by_role("button", name="确认").click()


def test_an_officer_merges_two_records_of_one_person(browsers: Browsers) -> None:
    tab = browsers.desk("shi")
    tab.goto("/people/")
    tab.get_by_role("link", name="疑似重复").click()
    pair = tab.get_by_role("row").filter(has_text="文然")
    expect(pair).to_contain_text("姓名和出生年月相同")
    pair.get_by_role("link", name=re.compile("比较")).click()
    confirm_who_i_am(tab)
    expect(tab.get_by_role("row").filter(has_text="所学专业")).to_contain_text("中医学")
    tab.get_by_role("button", name="合并").click()
    expect(tab.locator("[name=reason][aria-invalid=true]")).to_be_visible()  # nothing is merged without a reason
    tab.get_by_label("原因").fill("同一人，身份证号码录错")
    tab.get_by_role("button", name="合并").click()
    expect(tab.get_by_role("heading", name="文然", level=1)).to_be_visible()
    expect(tab.get_by_role("heading", name="合并的记录")).to_be_visible()
    tab.goto("/people/duplicates/")
    expect(tab.get_by_text("文然")).to_have_count(0)
    tab.goto("/people/?q=文然")
    expect(tab.get_by_role("link", name="文然")).to_have_count(1)


def test_a_whole_id_number_is_seen_once_with_a_reason_and_stands_in_the_audit_record(browsers: Browsers) -> None:
    hr = browsers.desk("renmin")
    hr.goto("/people/?q=刘兰玉")
    hr.get_by_role("link", name="刘兰玉").click()
    whole = re.compile(r"\b\d{17}[\dX]\b")
    assert not whole.search(hr.content())
    address = hr.url
    hr.get_by_role("link", name="查看完整号码").click()
    confirm_who_i_am(hr)
    hr.get_by_role("button", name="查看号码").click()
    expect(hr.locator("[name=reason][aria-invalid=true]")).to_be_visible()
    hr.get_by_label("原因").fill("核对纸质档案")
    hr.get_by_role("button", name="查看号码").click()
    expect(hr.locator("dd.raw")).to_have_text(whole)
    number = hr.locator("dd.raw").inner_text()
    hr.goto(address)
    assert number not in hr.content()

    auditor = browsers.desk("audit")
    auditor.goto("/audit/?act=people.id_revealed")
    auditor.get_by_role("row").filter(has_text="刘兰玉").get_by_role("link").first.click()
    expect(auditor.get_by_text("核对纸质档案")).to_be_visible()
    assert number not in auditor.content()


def test_a_deployed_person_says_on_the_phone_what_is_wrong_and_is_answered(browsers: Browsers) -> None:
    mine = browsers.desk("yisheng", phone=True)
    mine.get_by_role("button", name="打开菜单").click()
    mine.get_by_role("link", name="我的档案").first.click()
    expect(mine.get_by_role("heading", name="我的档案")).to_be_visible()
    expect(mine.get_by_text("主治医师").first).to_be_visible()
    mine.get_by_label("哪里有误，正确的是什么").fill("我的最高学历是硕士研究生。")
    mine.get_by_role("button", name="告知人事部门").click()
    expect(mine.get_by_text("等待答复")).to_be_visible()
    assert mine.evaluate("document.scrollingElement.scrollWidth") <= 360

    hr = browsers.desk("yiyuan")
    hr.get_by_role("listitem").filter(has_text="许清和").get_by_role("link").first.click()
    expect(hr.get_by_text("我的最高学历是硕士研究生。")).to_be_visible()
    answering = hr.url
    hr.get_by_role("link", name="查看档案").click()
    hr.get_by_role("link", name="更正", exact=True).first.click()
    hr.get_by_label("学历").select_option(label="硕士研究生")
    hr.get_by_role("button", name="更正").click()
    expect(hr.get_by_role("heading", name="许清和", level=1)).to_be_visible()
    hr.goto(answering)
    hr.get_by_label("答复").fill("已更正，谢谢。")
    hr.get_by_role("button", name="提交答复").click()

    mine.goto("/eligibility/mine/")
    expect(mine.get_by_text("已更正，谢谢。")).to_be_visible()
    expect(mine.get_by_text("硕士研究生", exact=True).first).to_be_visible()
