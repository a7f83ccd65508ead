"""The board as people meet it: rows, sums, chips, filters, order, pages, export, parts; and what each role sees."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from deploy_admin.access import Role
from quotas.models import Quota
from tests import factories as make
from tests.quotas.pages import OTHERS, PART, PHYSICIANS, City, address, html, sheet, table, words

pytestmark = pytest.mark.django_db
#: The columns of a row that the tests read.
UNIT, RULE, BINDING, BASE, RATIO, REQUIRED, NOMINATED, ON_POST, YEAR_END, FINAL, GAP, FORECAST = range(12)
VERDICT = 13


@pytest.fixture
def city():
    made = City()
    made.computed()
    return made


@pytest.fixture
def browser(city):
    return city.browser()


def board(browser, **query):
    return html(browser.get(address("board", **({"period": "2025"} | query))))


def rows(browser, **query):
    return table(board(browser, **query))


def units(found):
    """Return the units' names, each row's first cell without the words below it."""
    return [row[UNIT].split()[0] for row in found]


def test_a_row_tells_base_ratio_number_and_verdict(city, browser):
    (row,) = rows(browser, topic=PHYSICIANS, q="甲医院")
    assert row[UNIT].startswith("示范甲医院")
    assert row[RULE].startswith("Physicians")
    assert (row[BASE], row[RATIO], row[REQUIRED]) == ("7", "40%", "3")
    assert row[NOMINATED : FORECAST + 1] == ["—"] * 6
    assert row[VERDICT] == "pending"


def test_what_is_counted_stands_beside_what_is_owed(city, browser):
    city.counted(city.hospital, PHYSICIANS, nominated=2, on_post=1)
    (row,) = rows(browser, topic=PHYSICIANS, q="甲医院")
    assert row[REQUIRED : FORECAST + 1] == ["3", "2", "1", "—", "—", "2", "3"]
    assert row[VERDICT] == "short"


def test_the_sum_is_what_is_known_with_the_undetermined_beside_it(city, browser):
    """甲医院 owes 3 + 2, the military hospital's 2 are co-ordinated, 乙医院's 2; its physicians are not known yet."""
    text = board(browser)
    foot = words(text.partition("<tfoot>")[2].partition("</tfoot>")[0])
    assert "without encouraged and undetermined ones 9 —" in foot
    assert "+ 1 undetermined" in foot
    assert units(table(text)).count("示范乙医院") == 1


def test_the_undetermined_are_folded_into_one_line_that_opens(city, browser):
    text = board(browser)
    folded = words(text.partition('class="folded"')[2].partition("</p>")[0])
    assert "1 quota undetermined" in folded
    assert "missing base figure: 1" in folded
    (row,) = rows(browser, verdict="undetermined")
    assert (row[UNIT].split()[0], row[REQUIRED]) == ("示范乙医院", "Undetermined")
    assert 'class="folded"' not in board(browser, verdict="undetermined")


def test_encouraged_is_grey_and_never_a_violation(city, browser):
    """The military 20 % is a target: missing it is a gap in grey, outside the sum, and not among the violations."""
    city.counted(city.military, "municipal_county.military_physicians", on_post=0)
    text = board(browser, topic="municipal_county.military_physicians")
    (row,) = table(text)
    assert (row[REQUIRED], row[GAP], row[VERDICT]) == ("1", "1", "target gap")
    assert '<tr class="go enc"' in text
    assert 'class="num short"' not in text
    assert "encouraged ones —" in words(text.partition("<tfoot>")[2]) or "ones — —" in words(
        text.partition("<tfoot>")[2]
    )
    assert rows(browser, verdict="short") == []


def test_what_is_to_be_co_ordinated_says_so_and_is_no_violation(city, browser):
    city.counted(city.military, OTHERS, on_post=1)
    text = board(browser, topic=OTHERS, q="丙医院")
    (row,) = table(text)
    assert "to be co-ordinated" in row[BINDING]
    assert row[GAP] == "1"
    assert 'class="num short"' not in text


def test_chips_count_every_verdict_and_narrow_to_one(city, browser):
    city.counted(city.hospital, PHYSICIANS, on_post=3)
    city.counted(city.hospital, OTHERS, on_post=1)
    text = board(browser)
    chips = [words(chip) for chip in text.partition('<div class="filters">')[2].partition("</div>")[0].split("</a>")]
    assert {"short 1", "met 1", "undetermined 1"} <= {chip.split(">")[-1].strip() for chip in chips}
    assert [row[VERDICT] for row in rows(browser, verdict="met")] == ["met"]
    assert units(rows(browser, verdict="short")) == ["示范甲医院"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"q": "丙医院"}, {"示范丙医院（部队）"}),
        ({"q": "sfbyy"}, {"示范丙医院（部队）"}),
        ({"affiliation": "military"}, {"示范丙医院（部队）"}),
        ({"binding": "encouraged"}, {"示范丙医院（部队）"}),
        ({"topic": PHYSICIANS}, {"示范甲医院"}),
        ({"scheme": "municipal_county"}, {"示范甲医院", "示范乙医院", "示范丙医院（部队）"}),
        ({"scheme": "county_township"}, set()),
        ({"verdict": "pending", "affiliation": "municipal"}, {"示范甲医院", "示范乙医院"}),
        ({"period": "2031"}, set()),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "",
)
def test_filters_narrow_one_by_one(city, browser, query, expected):
    assert set(units(rows(browser, **query))) == expected


def test_the_district_filter_asks_where_a_unit_stands(city, browser):
    assert set(units(rows(browser, district=city.second.pk))) == {"示范乙医院"}
    assert set(units(rows(browser, district=city.first.pk))) == {"示范甲医院", "示范丙医院（部队）"}


@pytest.mark.parametrize(
    "query",
    [
        {"period": "soon"},
        {"period": "2025-13"},
        {"period": "2025-09-01--2025-01-01"},
        {"period": "9999-12"},
        {"period": "０"},
        {"district": "x"},
        {"district": "9" * 25},
        {"district": "-1"},
        {"affiliation": "none"},
        {"verdict": "none"},
        {"binding": "none"},
        {"q": "\x00"},
        {"scheme": "\x00"},
        {"topic": "\x00"},
        {"sort": "unknown"},
        {"sort": "-"},
        {"page": "99999"},
        {"page": "x"},
        {"institution": "9" * 25},
        {"export": "pdf"},
    ],
    ids=str,
)
def test_no_address_breaks_the_board(city, browser, query):
    html(browser.get(address("board"), query))
    html(browser.get(address("districts"), query))


def test_a_period_that_cannot_be_read_is_this_year(city, browser):
    assert '<option value="2026" selected>' in board(browser, period="soon")


def test_the_largest_gap_comes_first_and_the_head_sorts(city, browser):
    city.counted(city.hospital, PHYSICIANS, on_post=1)
    city.counted(city.silent, OTHERS, on_post=1)
    assert [row[GAP] for row in rows(browser)][:2] == ["2", "1"]
    assert [row[REQUIRED] for row in rows(browser, sort="required")] == ["1", "2", "2", "2", "3"]
    assert [row[REQUIRED] for row in rows(browser, sort="-required")] == ["3", "2", "2", "2", "1"]
    # bǐng, jiǎ, yǐ: by pinyin
    order = ["示范丙医院（部队）", "示范丙医院（部队）", "示范甲医院", "示范甲医院", "示范乙医院"]
    assert units(rows(browser, sort="unit")) == order
    assert units(rows(browser, sort="-unit")) == [order[4], order[2], order[2], order[0], order[0]]
    assert 'aria-sort="descending"' in board(browser, sort="-required")


def test_a_page_has_a_hundred_rows_and_the_export_has_all_of_them(city, browser):
    for number in range(60):
        make.promotions(make.a_hospital(f"示范{number:02}医院", division=city.second), 5)
    city.computed()
    assert len(rows(browser)) == 100
    text = board(browser, page=2)
    assert len(table(text)) == 25
    found = sheet(browser.get(address("board", period="2025", export="xlsx")))
    assert len(found) == 1 + 125


def test_the_export_is_what_is_shown(city, browser):
    city.counted(city.hospital, PHYSICIANS, nominated=2, on_post=1)
    shown = rows(browser, affiliation="municipal", sort="-required")
    head, *found = sheet(
        browser.get(address("board", period="2025", affiliation="municipal", sort="-required", export="xlsx"))
    )
    assert head[0] == "Unit"
    assert [row[0] for row in found] == units(shown)
    assert [str(row[6]) for row in found] == [row[REQUIRED] for row in shown]
    assert [row[-1] for row in found] == [row[VERDICT] for row in shown]
    csv = browser.get(address("board", period="2025", q="甲医院", topic=PHYSICIANS, export="csv"))
    assert csv.content.decode("utf-8-sig").splitlines()[1].startswith("示范甲医院,")


def test_htmx_gets_the_part_only_and_caches_keep_both_apart(city, browser):
    whole = browser.get(address("board", period="2025"))
    part = browser.get(address("board", period="2025"), headers=PART)
    assert "<html" in html(whole)
    assert html(part).strip().startswith('<div id="list">')
    assert "HX-Request" in whole["Vary"]
    assert "HX-Request" in part["Vary"]
    restored = browser.get(address("board", period="2025"), headers=PART | {"HX-History-Restore-Request": "true"})
    assert "<html" in html(restored)


def test_hr_sees_the_own_unit_and_nothing_else(city):
    hr = city.browser(Role.SENDER_HR, city.hospital)
    text = board(hr)
    assert set(units(table(text))) == {"示范甲医院"}
    assert "示范乙医院" not in text
    assert "示范丙医院" not in text
    assert {row[0] for row in sheet(hr.get(address("board", period="2025", export="xlsx")))[1:]} == {"示范甲医院"}
    assert set(units(rows(hr, institution=city.silent.pk))) == set()
    assert "示范甲区卫生健康委员会" not in html(hr.get(address("districts", period="2025")))


def test_a_district_officer_sees_the_units_that_stand_there_and_the_own_total(city):
    make.an_institution("示范甲区医院", division=city.first, affiliation="district")
    city.computed()
    officer = city.browser(Role.DISTRICT_OFFICER, city.authority)
    assert set(units(rows(officer))) == {"示范甲医院", "示范丙医院（部队）"}
    districts = html(officer.get(address("districts", period="2025", verdict="undetermined")))
    assert [row[0] for row in table(districts)] == ["示范甲区卫生健康委员会"]
    neighbour = city.browser(Role.DISTRICT_OFFICER, city.other_authority)
    assert table(html(neighbour.get(address("districts", period="2025", verdict="undetermined")))) == []


def test_a_districts_total_shows_both_bases(city, browser):
    """30 recruits in 2024 and 25 in 2025: 80 % is 24 or 20; 21 on post pass on 2025."""
    county = make.an_institution("示范甲区医院", division=city.first, affiliation="district")
    make.enter(county, "recruited_physicians", make.Y2024, 30)
    make.enter(county, "recruited_physicians", make.Y2025, 25)
    city.computed()
    total = Quota.objects.current().get(institution=city.authority)
    city.counted(city.authority, total.topic, on_post=21)
    (row,) = table(html(browser.get(address("districts", period="2025"))))
    assert "30 × 80% = 24" in row[3]
    assert "25 × 80% = 20 passed on this base" in row[3]
    assert row[-1] == "met"
    explained = html(browser.get(address("detail", total.pk)))
    assert "示范甲区医院" in explained
    assert "What a unit brings carries no verdict of its own." in explained


def test_an_empty_board_says_why_and_shows_a_way_out(city, browser):
    nothing = board(browser, period="2031")
    assert 'class="empty"' in nothing
    assert "Not computed yet" in nothing
    filtered = board(browser, q="没有这家医院")
    assert "Nothing matches" in filtered


def test_who_may_compute_and_release_is_offered_it(city, browser):
    assert address("run_start") in board(browser)
    assert address("release_new") in board(browser)
    hr = board(city.browser(Role.SENDER_HR, city.hospital))
    assert address("run_start") not in hr
    assert address("release_new") not in hr


@pytest.mark.parametrize("page", ["board", "districts"])
def test_the_number_of_queries_does_not_grow_with_the_rows(city, browser, page):
    def queries():
        with CaptureQueriesContext(
            connection,
        ) as counted:
            html(browser.get(address(page, period="2025")))
        return len(counted)

    board(browser)  # the first page of a process reads the documents into memory
    few = queries()
    for number in range(50):
        make.promotions(make.a_hospital(f"示范{number:02}医院", division=city.second), 5)
    city.computed()
    board(browser)
    assert queries() == few <= 12
