"""The month as its unit enters it: a normal one in three steps, exceptions by key and by tap, two clerks, a paste."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from deploy_admin import embedded
from tests.browser.conftest import Browsers, sign_in
from tests.conftest import ROOT, VAR

pytestmark = pytest.mark.browser

#: Opens the last month of the clerk's unit that is not released, with nothing entered by hand, and tells its address.
OPENED = """
import json
from deploy_admin import clock
from deploy_admin.access import SYSTEM
from deploy_admin.accounts.models import Membership
from deploy_admin.months import Month
from assignments.models import MonthSheet
from assignments.services import months_entry, months_inbox, months_moving, months_opening
unit = Membership.objects.get(user__username="qingxi").institution_id
month = Month.of(clock.today()).previous
months_opening.open_month(month, institution_ids=[unit], by=SYSTEM)
mine = MonthSheet.objects.filter(institution=unit, month__lte=month.first)
sheet = mine.exclude(state="released").order_by("-month")[0]
if sheet.state not in ("draft", "returned"):
    sheet = months_moving.send_back(sheet=sheet, reason="请再核对", by=SYSTEM)
until = clock.today().replace(year=clock.today().year + 1)
months_moving.exempt(sheet=sheet, until=until, reason="示范延期", by=SYSTEM)
changes = [
    months_entry.Cell(row.pk, n + 1, None)
    for row in sheet.rows.all() for n in range(len(row.days)) if row.touched >> n & 1
]
if changes:
    months_entry.save_cells(sheet=sheet, changes=changes, by=SYSTEM)
months_inbox.remind(clock.today())
print("OPENED" + json.dumps({"url": sheet.get_absolute_url(), "people": sheet.rows.count()}))
"""


def shell(script: str) -> str:
    """Run a script in the product's own database."""
    name = f"browser_{os.getpid()}"
    environment = {**os.environ, "DATABASE_URL": embedded.database_url(VAR, name), "DATABASE_POOL": "0", "DEMO": "1"}
    command = [sys.executable, str(ROOT / "manage.py"), "shell", "-v", "0", "-c", script]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@pytest.fixture
def month(product: str) -> str:
    """Return the address of a month that may be entered and submitted, nobody absent but by leave."""
    said = next(line for line in shell(OPENED).splitlines() if line.startswith("OPENED"))
    found = json.loads(said.removeprefix("OPENED"))
    assert found["people"] >= 5
    url: str = found["url"]
    return url


def saved(tab: Page) -> None:
    expect(tab.locator("#save .st-ok")).to_be_visible()


def free_days(tab: Page) -> list[list[int]]:
    """Return by person the days that somebody may change and that the roster asks for, as the page marks them."""
    found: list[list[int]] = tab.evaluate(
        """() => [...document.querySelectorAll("#grid tbody tr")].map((tr) => [...tr.querySelectorAll("td.c")]
            .filter((td) => td.matches(".v-P:not([data-lock], .rest, .hol)")).map((td) => Number(td.dataset.d)))"""
    )
    return found


def cells(tab: Page) -> list[str]:
    """Return by person the whole row as the page shows it: signs, a point where nothing stands."""
    found: list[str] = tab.evaluate(
        """() => [...document.querySelectorAll("#grid tbody tr")].map((tr) => [...tr.querySelectorAll("td.c")]
            .map((td) => td.textContent || ".").join(" "))"""
    )
    return found


def sign(tab: Page, person: int, day: int) -> str:
    return cells(tab)[person].split(" ")[day - 1]


def test_a_normal_month_takes_three_steps_from_home(browsers: Browsers, month: str) -> None:
    tab, steps = browsers.desk("qingxi"), 0
    tab.locator(f'.inbox a[href="{month}"]').first.click()
    steps += 1
    expect(tab.locator("#grid")).to_be_visible()
    tab.locator("#submit").click()
    steps += 1
    tab.locator("#confirm button[type=submit]").click()
    steps += 1
    expect(tab.locator("h1 .st-run")).to_be_visible()
    assert steps <= 3
    expect(tab.locator("#submit")).to_have_count(0)
    # As long as the district has not opened it, the unit takes it back.
    tab.locator('[data-dialog="withdraw"]').click()
    tab.locator("#withdraw .btn-primary").click()
    expect(tab.locator("#submit")).to_be_visible()


class Typist:
    """Presses keys and counts them; knows in which column of the grid it stands."""

    def __init__(self, tab: Page) -> None:
        self.tab, self.keys = tab, 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.tab.keyboard.press(key)
        self.keys += len(keys)

    @property
    def day(self) -> int:
        found: int = self.tab.evaluate("Number(document.activeElement.dataset.d)")
        return found

    def go(self, day: int) -> None:
        weeks, days = divmod(day - self.day, 7)
        if days > 3 and day + 7 - days <= 28:
            weeks, days = weeks + 1, days - 7
        self.press(*["PageDown" if weeks > 0 else "PageUp"] * abs(weeks))
        self.press(*["ArrowRight" if days > 0 else "ArrowLeft"] * abs(days))


def near(day: int, days: list[int], count: int = 1) -> int:
    """Return the free day nearest to where somebody stands from which `count` days on end are free."""
    held = [each for each in days if all(each + n in days for n in range(count))]
    return min(held, key=lambda each: abs(each - day))


def test_exceptions_of_five_people_take_fewer_than_thirty_keys(browsers: Browsers, month: str) -> None:
    tab = browsers.desk("qingxi")
    tab.goto(month)
    expect(tab.locator("#grid td.c:focus")).to_have_count(1)
    free, wanted = free_days(tab), []
    typist = Typist(tab)
    for person, (code, mark, count) in enumerate(
        [("b", "病", 2), ("s", "事", 1), ("t", "学", 2), ("r", "巡", 1), ("g", "公", 1)]
    ):
        if person:
            typist.press("Enter")
        day = near(typist.day, free[person], count)
        typist.go(day)
        if count == 2:
            typist.press("Shift+ArrowRight")
        typist.press(code)
        wanted += [(person, day + n, mark) for n in range(count)]
    typist.press("Control+Enter")
    confirm = tab.locator("#confirm button[type=submit]")
    expect(confirm).to_be_focused()
    typist.press("Enter")
    expect(tab.locator("h1 .st-run")).to_be_visible()
    assert [sign(tab, person, day) for person, day, _mark in wanted] == [mark for *_place, mark in wanted]
    assert typist.keys < 30, typist.keys


def test_the_same_by_tap_on_a_phone(browsers: Browsers, month: str) -> None:
    tab, taps = browsers.desk("qingxi", phone=True), 0
    tab.goto(month)
    expect(tab.locator("#cal .day").first).to_be_visible()
    free, wanted = free_days(tab), []
    people = len(free)
    for person, code in enumerate("SBARX"):
        day = free[person][person]
        tab.locator(f'.ph-pal [data-brush="{code}"]').tap()
        tab.locator("#cal .day").nth(day - 1).tap()
        taps += 2
        wanted.append((person, day, code))
        if person < 4:
            tab.locator("#next2").tap()
            taps += 1
            expect(tab.locator("#ph-n")).to_have_text(f"{person + 2} / {people}")
    assert tab.evaluate("document.scrollingElement.scrollWidth") <= 360
    small = tab.evaluate(
        """() => [...document.querySelectorAll(".ph-bar button, .ph-bar summary, #cal .day, .ph-head button")]
            .filter((each) => each.offsetParent && (each.offsetHeight < 44 || each.offsetWidth < 40)).length"""
    )
    assert small == 0
    saved(tab)
    tab.locator("#submit").tap()
    tab.locator("#confirm button[type=submit]").tap()
    taps += 2
    expect(tab.locator("h1 .st-run")).to_be_visible()
    held = tab.evaluate(
        "(wanted) => wanted.map(([person, day]) => document.querySelectorAll('#grid tbody tr')[person]"
        ".querySelectorAll('td.c')[day - 1].className.match(/v-([A-Z])/)[1])",
        [[person, day] for person, day, _code in wanted],
    )
    assert held == list("SBARX")
    assert taps < 30


def test_two_clerks_at_one_sheet_see_both_values(browsers: Browsers, month: str) -> None:
    clerk, head = browsers.desk("qingxi"), browsers.desk("yuanzhang")
    for tab in (clerk, head):
        tab.goto(month)
        expect(tab.locator("#grid td.c:focus")).to_have_count(1)
    days = free_days(clerk)[1]
    first, second, other = days[0], days[1], days[2]

    def enter(tab: Page, day: int, key: str) -> None:
        tab.locator(f'#grid tbody tr:nth-child(2) td[data-d="{day}"]').click()
        tab.keyboard.press(key)

    enter(clerk, first, "g")
    enter(clerk, second, "g")
    enter(clerk, other, "r")
    saved(clerk)
    enter(head, first, "t")
    enter(head, second, "t")
    conflicts = head.locator("#conflicts li")
    expect(conflicts).to_have_count(2)
    expect(conflicts.first).to_contain_text("公差")
    expect(conflicts.first).to_contain_text("培训学习")
    # What did not clash has come along, and nothing was overwritten.
    assert sign(head, 1, other) == "巡"
    clerk.reload()
    assert [sign(clerk, 1, day) for day in (first, second)] == ["公", "公"]
    conflicts.first.get_by_role("button").first.click()  # take theirs
    expect(conflicts).to_have_count(1)
    conflicts.first.get_by_role("button").last.click()  # keep mine
    expect(head.locator("#conflict")).to_be_hidden()
    saved(head)
    assert [sign(head, 1, day) for day in (first, second)] == ["公", "学"]
    clerk.reload()
    assert [sign(clerk, 1, day) for day in (first, second)] == ["公", "学"]


def of_a_spreadsheet(path: Any, rows: list[list[str | None]]) -> str:
    """Write the rows into a real workbook and return what a spreadsheet program puts on the clipboard of its range."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    held = openpyxl.load_workbook(path).active
    return "".join("\t".join("" if v is None else str(v) for v in row) + "\r\n" for row in held.values)


def test_a_block_of_a_spreadsheet_is_pasted_and_undone(browsers: Browsers, month: str, tmp_path: Any) -> None:
    tab = browsers.desk("qingxi")
    tab.context.grant_permissions(["clipboard-read", "clipboard-write"])
    tab.goto(month)
    expect(tab.locator("#grid td.c:focus")).to_have_count(1)
    free = free_days(tab)
    day = next(day for day in free[0] if {day, day + 1} <= set(free[0]) and {day, day + 1} <= set(free[1]))
    before = cells(tab)

    def paste(text: str) -> None:
        tab.evaluate("(text) => navigator.clipboard.writeText(text)", text)
        tab.locator(f'#grid tbody tr:nth-child(1) td[data-d="{day}"]').click()
        tab.keyboard.press("Control+V")

    paste(of_a_spreadsheet(tmp_path / "month.xlsx", [["病", "½事"], ["0.5 事假", "巡"]]))
    expect(tab.locator(f'#grid tbody tr:nth-child(1) td[data-d="{day}"]')).to_have_text("病")
    assert [sign(tab, 0, day + 1), sign(tab, 1, day), sign(tab, 1, day + 1)] == ["½事", "½事", "巡"]
    saved(tab)
    # One word that nobody can read: nothing of the block is entered, and the word is named.
    paste(of_a_spreadsheet(tmp_path / "wrong.xlsx", [["年", "年"], ["年", "嗯"]]))
    expect(tab.locator(".toast-line")).to_contain_text("嗯")
    assert sign(tab, 0, day) == "病"
    tab.keyboard.press("Control+Z")
    assert cells(tab) == before
    tab.keyboard.press("Control+Y")
    assert sign(tab, 0, day) == "病"
    # What is copied here is what is pasted there.
    tab.keyboard.press("Shift+ArrowRight")
    tab.keyboard.press("Control+C")
    assert tab.evaluate("() => navigator.clipboard.readText()") == "病\t½事"


def test_what_is_entered_offline_waits_in_the_browser(browsers: Browsers, month: str) -> None:
    tab = browsers.desk("qingxi")
    tab.goto(month)
    expect(tab.locator("#grid td.c:focus")).to_have_count(1)
    day = free_days(tab)[0][0]
    tab.locator(f'#grid tbody tr:nth-child(1) td[data-d="{day}"]').click()
    tab.context.set_offline(True)
    tab.keyboard.press("s")
    expect(tab.locator("#save .st-warn")).to_contain_text("1")
    assert tab.evaluate("() => Object.keys(localStorage).filter((key) => key.startsWith('month-')).length") == 1
    tab.context.set_offline(False)
    saved(tab)
    assert tab.evaluate("() => Object.keys(localStorage).filter((key) => key.startsWith('month-')).length") == 0
    # Even a browser that was closed meanwhile brings it back.
    tab.route("**/cells/", lambda route: route.abort())
    tab.keyboard.press("b")
    expect(tab.locator("#save .st-warn")).to_be_visible()
    tab.unroute("**/cells/")
    tab.reload()
    saved(tab)
    tab.reload()
    assert sign(tab, 0, day) == "事"
    assert "病" in cells(tab)[0]
    browsers.wrong[:] = [each for each in browsers.wrong if "ERR_" not in each]


def test_a_session_that_ended_keeps_what_was_entered(browsers: Browsers, month: str) -> None:
    tab = browsers.desk("qingxi")
    tab.goto(month)
    expect(tab.locator("#grid td.c:focus")).to_have_count(1)
    days = free_days(tab)[2]
    tab.context.clear_cookies()
    tab.locator(f'#grid tbody tr:nth-child(3) td[data-d="{days[0]}"]').click()
    tab.keyboard.press("g")
    expect(tab.locator("#signed-out")).to_be_visible()
    again = tab.context.new_page()
    sign_in(again, "qingxi")
    expect(again.get_by_role("heading", level=1)).to_be_visible()
    tab.bring_to_front()
    tab.locator(f'#grid tbody tr:nth-child(3) td[data-d="{days[1]}"]').click()
    tab.keyboard.press("r")
    saved(tab)
    expect(tab.locator("#signed-out")).to_be_hidden()
    tab.reload()
    assert [sign(tab, 2, day) for day in days[:2]] == ["公", "巡"]


def test_counts_of_work_are_saved_and_mildly_pointed_out(browsers: Browsers, month: str) -> None:
    tab = browsers.desk("qingxi")
    tab.goto(month)
    field = tab.locator('.work [data-code="outpatient_emergency_visits"]').first
    field.fill("５９９９")
    expect(field).to_have_class("form-control num is-warn")
    saved(tab)
    field.fill("-3")
    expect(field).to_have_attribute("aria-invalid", "true")
    field.fill("212")
    tab.keyboard.press("Enter")
    expect(tab.locator('.work [data-code="outpatient_emergency_visits"]').nth(1)).to_be_focused()
    saved(tab)
    tab.reload()
    expect(tab.locator('.work [data-code="outpatient_emergency_visits"]').first).to_have_value("212")
