"""The journey of a policy: faults named with their line, a draft, adoption with its transition, articles."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Browsers

pytestmark = pytest.mark.browser


def test_a_text_is_mended_drafted_and_adopted(browsers: Browsers) -> None:
    tab = browsers.desk("dianjiang")
    tab.goto("/policies/texts/dianjiang-county-township-2015/1/")
    tab.get_by_role("link", name="以此起草新版").click()
    text = tab.get_by_label("文本")
    good = text.input_value().replace('per_unit: "1"', 'per_unit: "2"')
    faulty = good.replace('per_unit: "2"', "per_unit: 2.5").replace("binding: mandatory", "binding: compulsory", 1)
    text.fill(faulty)
    tab.get_by_role("button", name="存为草案").click()
    faults = tab.get_by_role("alert").get_by_role("row")
    line = faulty[: faulty.index("compulsory")].count("\n") + 1
    expect(faults.filter(has_text="binding")).to_contain_text(str(line))
    expect(faults.filter(has_text="per_unit")).to_be_visible()
    expect(faults.filter(has_text="per_unit").get_by_role("cell").last).not_to_be_empty()
    expect(text).to_have_value(faulty)

    text.fill(good)
    tab.get_by_role("button", name="存为草案").click()
    expect(tab.get_by_role("heading", level=1)).to_contain_text("垫江县")
    tab.get_by_role("link", name="采用", exact=True).click()
    tab.locator("[name=number]").fill("垫江卫〔2026〕3号")
    tab.get_by_label("公文日期").fill("2026-11-02")
    tab.get_by_label("决定机构").fill("垫江县卫生健康委员会（示范）")
    tab.get_by_label("派出任务自哪一年度起适用").select_option("2027-01-01")
    tab.get_by_label("适用于自此日起开始的派驻安排").fill("2027-01-01")
    tab.get_by_role("button", name="查看变化").click()
    expect(tab.locator("#preview").get_by_role("row").filter(has_text="transferred_posts")).to_be_visible()
    tab.get_by_label("新规定").check()
    for question in tab.get_by_role("group").filter(has=tab.get_by_label("否", exact=True)).all():
        question.get_by_label("否", exact=True).check()
    tab.get_by_role("button", name="采用").click()
    expect(tab.get_by_text("已采用")).to_be_visible()
    expect(tab.locator("main")).to_contain_text(re.compile("第四条.*长期派驻"))
    expect(tab.locator("main")).to_contain_text("垫江卫〔2026〕3号")
