"""Journeys of machine and auditor: a token works until it is revoked; the record shows it, and its chain holds."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Browsers, until

pytestmark = pytest.mark.browser


def test_a_token_reads_until_it_is_revoked_and_the_record_tells(browsers: Browsers, product: str) -> None:
    tab = browsers.desk("shi")
    tab.goto("/accounts/tokens/")
    tab.get_by_role("link", name="生成令牌").first.click()
    tab.get_by_label("名称").fill("统计直报前置机")
    tab.get_by_label("读取派出任务").check()
    tab.get_by_role("button", name="生成").click()
    secret = tab.locator("#token").inner_text().strip()
    machine = browsers.chromium.new_context()  # no cookies, as a machine has none

    def asked(path: str) -> int:
        return machine.request.get(f"{product}{path}", headers={"Authorization": f"Token {secret}"}).status

    assert asked("/api/v1/quotas/?period=2026") == 200
    assert asked("/api/v1/figures/") == 403
    tab.get_by_role("link", name="完成").click()
    expect(tab.locator("main")).not_to_contain_text(secret)
    row = tab.get_by_role("row").filter(has_text="统计直报前置机")
    expect(row).to_contain_text("有效")
    row.get_by_role("button", name="撤销").click()
    expect(row).to_contain_text("已撤销")
    assert asked("/api/v1/quotas/?period=2026") == 401
    machine.close()

    record = browsers.desk("audit")
    record.goto("/audit/")
    for words in ("生成令牌", "撤销令牌"):
        expect(record.locator("tbody tr").filter(has_text=words).filter(has_text="周维").first).to_be_visible()
    record.goto("/audit/?who=何静")
    expect(record.locator("tbody tr").filter(has_text="核定").first).to_be_visible()
    record.get_by_role("button", name="立即校验").click()
    until(record, "/audit/", lambda: record.get_by_text("审计链成立", exact=True))
    visitor = browsers.desk("shenji")
    visitor.goto("/audit/")
    expect(visitor.locator("tbody tr").first).to_be_visible()
    visitor.goto("/quotas/?period=2026")
    expect(visitor.get_by_role("button", name="重新测算")).to_have_count(0)
