"""Journeys through the door: a new colleague, the first password, the second factor, confirming who one is."""

from __future__ import annotations

import base64
import re

import pytest
from django_otp.oath import hotp
from playwright.sync_api import Page, expect

from deploy_admin.workbench.demo import CITY, PASSWORD
from tests.browser.conftest import Browsers, sign_in

pytestmark = pytest.mark.browser

OWN_PASSWORD = "Luoshan-Chunfeng-26"


def admitted(manager: Page, *, name: str, username: str, role: str, institution: str) -> str:
    """Add a person on the members page and return the one-time password, which is shown once."""
    manager.goto("/accounts/members/")
    manager.get_by_role("link", name="添加人员").click()
    manager.get_by_label("姓名").fill(name)
    manager.get_by_label("用户名").fill(username)
    manager.locator("[name=institution]").select_option(label=institution)
    manager.get_by_label("身份", exact=True).select_option(label=role)
    manager.get_by_role("button", name="添加").click()
    expect(manager.get_by_role("heading", level=1)).to_have_text("一次性密码")
    shown = re.search(r"一次性密码：(\S+)", manager.locator("#hand-on").inner_text())
    assert shown
    manager.get_by_role("link", name="完成").click()
    expect(manager.get_by_role("heading", level=1)).to_have_text(name)
    expect(manager.locator("main")).not_to_contain_text(shown[1])
    return shown[1]


def choose_password(tab: Page, present: str) -> None:
    """Replace the one-time password, which opens no other page."""
    expect(tab.get_by_role("heading", level=1)).to_have_text("修改密码")
    tab.goto("/quotas/")
    expect(tab.get_by_role("heading", level=1)).to_have_text("修改密码")
    tab.get_by_label("当前密码").fill(present)
    tab.get_by_label("新密码", exact=True).fill(OWN_PASSWORD)
    tab.get_by_label("再次输入新密码").fill(OWN_PASSWORD)
    tab.get_by_role("button", name="修改密码").click()


def code(tab: Page, secret: str, *, steps: int = 0) -> str:
    """Return the code of the authenticator `steps` half minutes from now, by the browser's clock."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    return f"{hotp(key, tab.evaluate('Date.now()') // 30_000 + steps):06d}"


def test_a_new_approver_cannot_do_without_a_second_factor(browsers: Browsers) -> None:
    password = admitted(
        browsers.desk("shi"), name="示范·林舟", username="linzhou", role="市级方案经办", institution=CITY
    )
    tab = browsers.tab()
    sign_in(tab, "linzhou", password)
    choose_password(tab, password)
    expect(tab.get_by_role("heading", level=1)).to_have_text("设置两步验证")
    tab.goto("/quotas/")
    expect(tab.get_by_role("heading", level=1)).to_have_text("设置两步验证")
    expect(tab.get_by_role("img", name="二维码")).to_be_visible()
    tab.get_by_text("改为手工输入密钥").click()
    secret = tab.locator("details .mono").inner_text().replace(" ", "")
    tab.get_by_label("验证码").fill(code(tab, secret))
    tab.get_by_role("button", name="启用").click()
    expect(tab.locator("main li")).to_have_count(8)  # recovery codes
    tab.get_by_role("link", name="已保存").click()
    expect(tab).to_have_title(re.compile("派出任务看板"))

    tab.get_by_label("身份与账号").click()
    tab.get_by_role("button", name="退出").click()
    sign_in(tab, "linzhou", OWN_PASSWORD)
    expect(tab.get_by_role("heading", level=1)).to_have_text("两步验证")
    tab.get_by_label("验证码").fill(code(tab, secret, steps=1))  # the one before is spent
    tab.get_by_role("button", name="继续").click()
    expect(tab.get_by_role("heading", level=2, name="待办")).to_be_visible()

    tab.get_by_label("身份与账号").click()
    tab.get_by_role("button", name="退出").click()
    sign_in(tab, "linzhou", OWN_PASSWORD)
    tab.get_by_label("验证码").fill("000000")
    tab.get_by_role("button", name="继续").click()
    expect(tab.get_by_text("验证码不正确或已使用")).to_be_visible()
    tab.goto("/quotas/")
    expect(tab.get_by_role("heading", level=1)).to_have_text("两步验证")


def test_a_unit_takes_its_own_people_on(browsers: Browsers) -> None:
    hospital = "示范市第一医院"
    password = admitted(
        browsers.desk("yiyuan"), name="示范·苏荷", username="suhe", role="派出单位人事", institution=hospital
    )
    tab = browsers.tab()
    sign_in(tab, "suhe", "not-the-password")
    expect(tab.get_by_text("用户名与密码不符")).to_be_visible()
    sign_in(tab, "suhe", password)
    choose_password(tab, password)
    tab.goto("/")
    expect(tab.get_by_label("身份与账号")).to_contain_text(hospital)
    tab.goto("/accounts/members/")
    expect(tab.get_by_role("row", name="示范·苏荷")).to_contain_text("在用")
    expect(tab.get_by_role("link", name="添加人员")).to_have_count(0)  # works there, does not manage it


def test_confirming_asks_the_password_and_goes_on(browsers: Browsers) -> None:
    tab = browsers.desk("shi")
    tab.goto("/accounts/confirm/?next=/quotas/releases/new/")
    tab.get_by_label("密码").fill("wrong")
    tab.get_by_role("button", name="确认").click()
    expect(tab.get_by_label("密码")).to_have_attribute("aria-invalid", "true")
    tab.get_by_label("密码").fill(PASSWORD)
    tab.get_by_role("button", name="确认").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("下达派出任务")
