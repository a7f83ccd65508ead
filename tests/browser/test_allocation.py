"""Who goes where, desk by desk: requests mended, one more nominated, a plan decided, the two lists by drag."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Browsers, until

pytestmark = pytest.mark.browser

BODY, NUMBER = "万州区卫生健康委员会党组（示范）", "示范万卫党组〔2026〕19号"
#: Somebody of whom nothing is known that the rules ask for: may be named, knowingly.
UNDETERMINED = "乔源东"
#: A pairing that the last plan bans, so that both are left over after it is decided.
NEEDLES, WHERE = "蔡嫣欣", "示范柏林镇中心卫生院"
#: Pinned elsewhere by the plan of the demonstration, and moved by hand.
GENERALIST = "冯柏文"


def the_plans(tab: Page) -> str:
    """Go to the plans of the open round; return the address."""
    tab.goto("/allocation/")
    tab.locator("main a[href$='/allocation/']").filter(has_text=re.compile("县聘乡用")).first.click()
    expect(tab.locator("button[name=empty]")).to_be_visible()
    return tab.url


def on_board(tab: Page, selector: str) -> None:
    """Press a button of the board by keyboard and wait for the board that comes back."""
    button = tab.locator(selector).first
    button.focus()
    with tab.expect_response(lambda answer: "/act/" in answer.url):
        tab.keyboard.press("Enter")


def test_a_clerk_mends_the_requests_that_came_back(browsers: Browsers) -> None:
    tab = browsers.desk("qingxi")
    tab.goto("/requests/")
    tab.locator("main tbody th a").first.click()
    expect(tab.locator("main")).to_contain_text("请写明每个岗位的需求理由")
    reasons = tab.locator("#lines input[name$='reason'], #lines textarea[name$='reason']")
    expect(reasons).to_have_count(2)
    for n, why in enumerate(("胸痛门诊需带教，现有医师仅一名", "儿科门诊每日百余人次，无专科医师")):
        reasons.nth(n).fill(why)
    tab.locator("button[name=add]").click()
    expect(reasons).to_have_count(3)
    expect(reasons.nth(1)).to_have_value("儿科门诊每日百余人次，无专科医师")
    tab.locator("#lines button[name=remove]").last.click()
    expect(reasons).to_have_count(2)
    tab.locator("#list-form button[name=submit]").click()
    expect(tab.locator("#list-form")).to_have_count(0)
    expect(tab.locator("main")).to_contain_text("胸痛门诊需带教")
    assert tab.locator("button[name=act][value=take_back]").count() == 1


def test_a_hospital_one_short_names_somebody_more_with_a_warning_accepted(browsers: Browsers) -> None:
    officer = browsers.desk("wanzhou")
    officer.goto("/nominations/?q=人民医院")
    address = str(officer.locator("main tbody th a", has_text="示范万州区人民医院").first.get_attribute("href"))
    officer.goto(address)
    back = officer.locator("form:has(input[name=act][value=send_back])")
    back.locator("[name$=reason]").fill("应派8人，已提名7人，请补报1人")
    back.locator("button[type=submit]").click()
    expect(officer.locator("main")).to_contain_text("请补报1人")

    tab = browsers.desk("renmin")
    tab.goto(f"{address}?q={UNDETERMINED}")
    tab.locator("#people input[name=worker]").first.check()
    tab.locator("#people .panel-f button[type=submit]").click()
    warnings = tab.locator("input[type=checkbox][id*='accept']")
    expect(warnings.first).to_be_visible()
    tab.locator("button[name=save]").click()  # without accepting: asked again
    expect(tab.locator("[role=alert]").first).to_be_visible()
    for n in range(warnings.count()):
        warnings.nth(n).check()
    tab.locator("button[name=save]").click()
    expect(tab.locator("main tbody").first).to_contain_text(UNDETERMINED)
    tab.goto(address)
    tab.locator("button[name=act][value=submit]").click()
    expect(tab.locator("button[name=act][value=take_back]")).to_be_visible()

    officer.goto(address)
    officer.locator("button[name=act][value=approve]").click()
    expect(officer.locator("button[name=act][value=approve]")).to_have_count(0)
    officer.goto(address)
    expect(officer.locator("main tbody").first).to_contain_text(UNDETERMINED)


def test_an_officer_approves_proposes_compares_and_decides(browsers: Browsers) -> None:
    tab = browsers.desk("wanzhou")
    plans = the_plans(tab)
    lists = plans.replace("/allocation/", "/lists/")
    tab.goto(f"{lists}?state=submitted")
    tab.locator("input[data-tick-all=chosen]").check()
    tab.locator("button[form=approve]").click()
    tab.goto(f"{lists}?state=submitted")
    expect(tab.locator("input[name=chosen]")).to_have_count(0)

    tab.goto(plans)
    tab.locator("main tbody th a", has_text="按会前意见调整").first.click()
    tab.locator("form[action$='/propose/'] button").first.click()
    tab.wait_for_load_state()
    board = tab.url
    until(tab, board, lambda: tab.locator("button[name=act][value^='pin:']").first)

    # by keyboard: one is pinned, another pairing banned; somebody is placed where nobody was
    on_board(tab, "button[name=act][value^='pin:']")
    expect(tab.locator("button[name=act][value^='unpin:']").nth(2)).to_be_visible()
    row = tab.locator("tr", has_text=NEEDLES).filter(has_text=WHERE)
    ban = row.locator("button[name=act][value^='ban:']").get_attribute("value") or ""
    on_board(tab, f"button[name=act][value='{ban}']")
    emptied = tab.locator("tr", has_text=WHERE).filter(has_text="针灸推拿").filter(has=tab.locator(".pcard.none"))
    expect(emptied).to_be_visible()
    somebody = tab.locator("tr", has_text="全科医学").filter(has_text="示范竹台乡卫生院").locator("a[href*='/pick/']")
    somebody.press("Enter")
    found = tab.locator("#found li", has_text=GENERALIST).locator("form button")
    expect(found).to_be_visible()
    with tab.expect_response(lambda answer: "/place/" in answer.url):
        found.press("Enter")
    placed = tab.locator("tr.pinned", has_text="全科医学").filter(has_text="示范竹台乡卫生院")
    expect(placed).to_contain_text(GENERALIST)

    tab.goto(f"{board}compare/")
    expect(tab.locator("#board tbody th").first).to_be_visible()
    decide(tab, board)
    tab.goto("/assignments/?q=郑宗浩")
    expect(tab.locator("main tbody")).to_contain_text(WHERE)


def decide(tab: Page, board: str) -> None:
    """Decide the plan with its basis; what is warned of is accepted knowingly."""
    tab.goto(f"{board}decide/")
    for box in tab.locator("input[name=accept]").all():
        box.check()
    tab.locator("[name=deciding_body]").fill(BODY)
    tab.locator("[name=meeting_on]").fill("2026-11-20")
    tab.locator("[name=document_number]").fill(NUMBER)
    tab.locator("form[enctype] button.btn-primary").click()
    tab.wait_for_url(re.compile(r"/allocation/\d+/$"))
    expect(tab.locator("body")).to_contain_text(BODY)
    expect(tab.locator("a[href$='/decide/']")).to_have_count(0)


def test_an_empty_plan_is_filled_by_drag_and_its_decision_fits_a_phone(browsers: Browsers) -> None:
    tab = browsers.desk("wanzhou")
    the_plans(tab)
    tab.locator("button[name=empty]").click()
    tab.wait_for_url(re.compile(r"/allocation/\d+/$"))
    board = tab.url
    tab.goto(f"{board}lists/?pq={NEEDLES}&rq=针灸推拿")
    person = tab.locator("[data-list=nomination] li[data-key]", has_text=NEEDLES)
    place = tab.locator("[data-list=request] li[data-key]", has_text=WHERE)
    with tab.expect_response(lambda answer: "/place/" in answer.url):
        person.drag_to(place)
    tab.goto(board)
    expect(tab.locator("tr", has_text=NEEDLES)).to_contain_text(WHERE)

    phone = browsers.desk("wanzhou", phone=True)
    for page in ("", "left/", "lists/", "decide/"):
        phone.goto(f"{board}{page}")
        expect(phone.locator("h1")).to_be_visible()
        assert phone.evaluate("document.scrollingElement.scrollWidth") <= 360, page
    expect(phone.locator("[name=deciding_body]")).to_be_visible()
    phone.locator("form[enctype] button.btn-primary").click()  # without a basis: it says what is missing
    expect(phone.locator("[name=deciding_body][aria-invalid=true]")).to_be_visible()
