"""Journeys of promotion and recruitment lists: the count against the typed figure; the commission's list confirmed."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Browsers
from tests.browser.tables import confirm_upload, send_in, table

pytestmark = pytest.mark.browser


def test_a_promotion_list_differs_from_the_typed_figure_and_its_count_is_signed_off(browsers: Browsers) -> None:
    hr = browsers.desk("yiyuan")
    hr.goto("/quotas/figures/9/promoted_associate_chief/2026/")
    hr.get_by_label("临床").fill("3")
    for label in ("中医", "口腔", "公卫"):
        hr.get_by_label(label).fill("0")
    hr.get_by_role("button", name="保存").click()
    expect(hr.get_by_text(re.compile("已保存 ?4 ?个数"))).to_be_visible()

    heads = ("姓名", "晋升职称", "取得资格日期", "批准文号", "执业类别")
    rows = [(name, "副主任医师", "2026-10-15", "示范职改〔2026〕9号", "临床") for name in ("常晨", "崔欣芷")]
    send_in(
        hr,
        "/quotas/figures/lists/promotions/import/?year=2026",
        "晋升名单.xlsx",
        table(heads, rows, "2026 年晋升名单"),
    )
    expect(hr.get_by_text(re.compile("全部可以导入")).first).to_be_visible()
    confirm_upload(hr)
    hr.goto("/quotas/figures/lists/promotions/9/2026/")
    expect(hr.get_by_text(re.compile("填报 ?3，名单统计 ?2"))).to_be_visible()
    hr.goto("/people/?q=常晨")
    expect(hr.get_by_role("row").filter(has_text="常晨")).to_contain_text("副主任医师")

    commission = browsers.desk("renshi")
    commission.goto("/quotas/figures/?period=2026&q=sfsdyyy&measure=promoted_associate_chief")
    commission.get_by_role("checkbox", name=re.compile("新晋升副主任医师")).check()
    commission.get_by_role("button", name="核定所选").click()
    commission.get_by_role("dialog").get_by_role("button", name="核定").click()
    expect(commission.get_by_role("heading", name="核定之前")).to_be_visible()
    expect(commission.get_by_text(re.compile("填报 ?3，名单统计 ?2"))).to_be_visible()

    officer = browsers.desk("shi")  # what one officer takes over for the unit, another one signs off
    officer.goto("/quotas/figures/lists/promotions/9/2026/")
    officer.get_by_role("button", name="采用名单统计数").click()
    expect(officer.get_by_text("一致").first).to_be_visible()
    expect(officer.get_by_role("button", name="采用名单统计数")).to_have_count(0)

    commission.goto("/quotas/figures/?period=2026&q=sfsdyyy&measure=promoted_associate_chief")
    commission.get_by_role("checkbox", name=re.compile("新晋升副主任医师")).check()
    commission.get_by_role("button", name="核定所选").click()
    commission.get_by_role("dialog").get_by_role("button", name="核定").click()
    expect(commission.get_by_text(re.compile("已核定 ?4 ?个数"))).to_be_visible()
    expect(commission.get_by_role("row").filter(has_text="新晋升副主任医师")).to_contain_text("2")


def test_a_hospital_confirms_the_commissions_list_but_for_one_person(browsers: Browsers) -> None:
    hr = browsers.desk("renmin")
    page = "/quotas/figures/lists/recruits/24/2025/"
    hr.goto(page)
    expect(hr.get_by_text(re.compile("16 ?人待确认"))).to_be_visible()
    hr.get_by_role("link", name="邱川磊").click()
    hr.get_by_label("原因").fill("此人未报到")
    hr.get_by_role("button", name="提出异议").click()
    hr.goto(page)
    expect(hr.get_by_role("row").filter(has_text="邱川磊")).to_contain_text("异议")
    hr.get_by_role("button", name="全部确认").click()
    expect(hr.get_by_text("待确认")).to_have_count(0)

    officer = browsers.desk("wanzhou")
    expect(officer.get_by_text(re.compile("异议")).first).to_be_visible()
    officer.goto(page)
    officer.get_by_role("link", name="邱川磊").click()
    expect(officer.get_by_text("此人未报到")).to_be_visible()
    officer.get_by_role("radio", name="移出名单").check()
    officer.get_by_role("button", name="作出决定").click()
    officer.goto(page)
    expect(officer.get_by_text(re.compile("已移出 ?1 ?人"))).to_be_visible()
