"""Runs and releases on their pages: asking, watching, releasing what was seen, the supplement, what stands."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.conf import settings
from django.urls import reverse
from pytest_django.asserts import assertRedirects

from deploy_admin.access import SYSTEM, Role
from deploy_admin.accounts import stages
from deploy_admin.months import Period
from quotas import services
from quotas.models import Quota, Release, Run
from tests import factories as make
from tests.quotas.pages import PART, City, address, filled, html, sheet, table, words

pytestmark = pytest.mark.django_db
NEW = {
    "number": "示范卫发〔2025〕9号",
    "released_on": "2025-03-01",
    "deciding_body": "示范市卫生健康委员会主任办公会",
    "meeting_on": "2025-02-27",
}
SCHEME = {"period": "2025", "scheme": "municipal_county"}


@pytest.fixture
def city():
    made = City()
    made.computed()
    return made


@pytest.fixture
def browser(city):
    return city.browser()


def corrected(unit, value):
    row = services.FigureEntry(unit.pk, "promoted_associate_chief", make.Y2024, value, practice_category="clinical")
    services.correct_figures([row], reason="更正（示范）", by=SYSTEM)


# Runs


def test_a_run_is_asked_for_and_its_page_shows_how_far_it_is(city, browser):
    before = Run.objects.count()
    answer = browser.post(address("run_start"), {"period": "2025"})
    run = Run.objects.latest("pk")
    assert answer.url == address("run", run.pk)
    assert (Run.objects.count(), run.state) == (before + 1, "queued")
    waiting = html(browser.get(answer.url))
    assert 'hx-trigger="every 2s"' in waiting
    services.run_waiting(make.Y2025)
    part = html(browser.get(f"{answer.url}?progress", headers=PART))
    assert part.strip().startswith('<section class="panel" id="progress"')
    assert "hx-trigger" not in part
    assert "published" in part


def test_asking_twice_joins_the_run_that_waits(city, browser):
    first = browser.post(address("run_start"), {"period": "2025"})
    assert browser.post(address("run_start"), {"period": "2025"}).url == first.url


@pytest.mark.parametrize("period", ["", "soon", "2025-13", "\x00"])
def test_a_run_of_no_period_is_refused_with_a_sentence(city, browser, period):
    answer = browser.post(address("run_start"), {"period": period})
    assert "Write a period as 2025" in html(browser.get(answer.url))


def test_the_page_of_a_run_tells_what_it_changed(city, browser):
    corrected(city.hospital, 25)
    run = city.computed()
    ((unit, rule, before, after),) = table(html(browser.get(address("run", run.pk))))
    assert (unit, rule, before, after) == ("示范甲医院", "Physicians", "3", "10")
    hr = city.browser(Role.SENDER_HR, city.hospital)
    assert hr.get(address("run", run.pk)).status_code == 403


def test_the_differences_of_a_run_are_the_readers_own(city):
    corrected(city.hospital, 25)
    make.promotions(city.silent, 5)
    run = city.computed()
    officer = city.browser(Role.DISTRICT_OFFICER, city.other_authority)
    assert {row[0] for row in table(html(officer.get(address("run", run.pk))))} == {"示范乙医院"}


def test_the_runs_are_listed_newest_first_and_narrow(city, browser):
    city.computed()
    found = table(html(browser.get(address("runs"))))
    assert [row[0] for row in found] == [f"#{run.pk}" for run in Run.objects.order_by("-pk")]
    assert table(html(browser.get(address("runs", period="2019")))) == []
    assert html(browser.get(address("runs"), headers=PART)).strip().startswith('<div id="list">')
    for query in ({"period": "x"}, {"state": "x"}, {"trigger": "x"}, {"page": "x"}):
        html(browser.get(address("runs"), query))


# Releasing


def the_form(browser, **query):
    return html(browser.get(address("release_new", **(SCHEME | query))))


def release(browser, **values):
    return browser.post(address("release_new"), filled(the_form(browser), **(NEW | values)))


def test_the_officer_sees_what_is_released_and_releases_it(city, browser):
    said = words(the_form(browser))
    assert "Determined 5 Undetermined 1 Not computed 0 Rest on expected figures 0" in said
    answer = release(browser)
    released = Release.objects.get()
    assert answer.url == address("release", released.pk)
    assert (released.number, str(released.period), released.quota_count) == (NEW["number"], "2025", 6)
    assert "Released: 6 quotas under 示范卫发〔2025〕9号." in html(browser.get(answer.url))
    assert NEW["number"] in html(browser.get(address("releases")))


def test_releasing_asks_once_more_who_is_there(city):
    browser = city.browser()
    session = browser.session
    session[stages.CONFIRMED_AT] = 0
    session.save()
    asked = browser.get(address("release_new", **SCHEME))
    assertRedirects(asked, reverse("accounts:confirm", query={"next": address("release_new", **SCHEME)}))
    assert browser.post(address("release_new"), SCHEME | NEW).url.startswith(reverse("accounts:confirm"))
    assert not Release.objects.exists()


def test_what_lacks_is_refused_beside_its_field(city, browser):
    text = html(release(browser, number="", released_on="tomorrow"), 422)
    assert text.count('aria-invalid="true"') == 2
    assert not Release.objects.exists()


def test_a_newer_run_than_the_one_seen_refuses_the_release(city, browser):
    seen = filled(the_form(browser), **NEW)
    city.computed()
    refused = html(browser.post(address("release_new"), seen), 409)
    assert "The quotas were computed again since you looked at them." in refused
    assert not Release.objects.exists()


def test_inputs_that_changed_since_the_run_refuse_the_release(city, browser):
    seen = filled(the_form(browser), **NEW)
    corrected(city.hospital, 25)
    Run.objects.open().delete()  # a computation that got lost: the inputs alone must tell
    assert "The inputs changed since the run: 1 quotas would differ." in html(
        browser.post(address("release_new"), seen), 409
    )


def test_a_run_under_way_refuses_the_release(city, browser):
    seen = filled(the_form(browser), **NEW)
    browser.post(address("run_start"), {"period": "2025"})
    assert "are being computed" in html(browser.post(address("release_new"), seen), 409)


def test_a_number_that_is_taken_is_refused_with_a_sentence(city, browser):
    release(browser)
    make.promotions(city.silent, 5)
    city.computed()
    assert "This document number is used by another release." in html(release(browser), 422)


def test_a_supplement_takes_what_was_undetermined_and_nothing_else(city, browser):
    release(browser)
    first = Release.objects.get()
    assert "Supplement to 示范卫发〔2025〕9号" in the_form(browser)
    assert "There is nothing to release." in html(release(browser, number="示范卫发〔2025〕10号"), 422)
    make.promotions(city.silent, 5)
    corrected(city.hospital, 25)
    make.sign_all()
    city.computed()
    release(browser, number="示范卫发〔2025〕10号")
    supplement = Release.objects.exclude(pk=first.pk).get()
    assert supplement.supplement_to == first
    _different, frozen = html(browser.get(address("release", supplement.pk))).split("As released", 1)
    assert [row[0] for row in table(frozen)] == ["示范乙医院"]
    assert address("release", supplement.pk) in html(browser.get(address("release", first.pk)))


def test_what_was_released_stands_while_the_live_quota_changes(city, browser):
    release(browser)
    released = Release.objects.get()
    row = released.quotas.get(institution=city.hospital, clause_id="physicians")
    browser.get(address("releases"))  # the message of the release is read
    before = html(browser.get(address("released_quota", row.pk)))
    corrected(city.hospital, 25)
    make.sign_all()
    city.computed()
    assert "25 × 40%" in words(html(browser.get(address("detail", make.quota_of(city.hospital, "physicians").pk))))
    after = html(browser.get(address("released_quota", row.pk)))
    assert "7 × 40%" in words(after)
    assert body(after) == body(before)
    page = html(browser.get(address("release", released.pk)))
    assert "1 quota would be different today. What was released stands." in page
    different, frozen = page.split("As released", 1)
    assert ["示范甲医院", "Physicians", "3", "10"] in table(different)
    assert "3" in {row[5] for row in table(frozen) if row[0] == "示范甲医院"}
    exported = sheet(browser.get(address("release", released.pk, export="xlsx")))
    assert ("示范甲医院", 3) in {(row[0], row[5]) for row in exported if row[1] == "Physicians"}


def body(text):
    return re.search(r"<main.*?</main>", text, re.S)[0]


def test_a_unit_reads_its_own_part_of_a_release(city, browser):
    release(browser)
    released = Release.objects.get()
    hr = city.browser(Role.SENDER_HR, city.hospital)
    assert {row[0] for row in table(html(hr.get(address("release", released.pk))))} == {"示范甲医院"}
    assert {row[0] for row in sheet(hr.get(address("release", released.pk, export="xlsx")))[1:]} == {"示范甲医院"}
    foreign = released.quotas.filter(institution=city.silent).first()
    assert hr.get(address("released_quota", foreign.pk)).status_code == 404
    assert "Release quotas" not in html(hr.get(address("releases")))


def test_only_the_city_releases(city):
    officer = city.browser(Role.DISTRICT_OFFICER, city.authority)
    assert officer.get(address("release_new", **SCHEME)).status_code == 403
    assert officer.post(address("release_new"), SCHEME | NEW).status_code == 403


@pytest.mark.parametrize(
    "query", [{"period": "x"}, {"scheme": "x"}, {"period": "2031"}, {"scheme": "\x00"}, {"period": "2025-09"}], ids=str
)
def test_no_address_breaks_the_form(city, browser, query):
    html(browser.get(address("release_new"), query))


def test_a_period_that_is_no_calendar_year_is_released_too(city, browser):
    """Clauses may run from September to August: the form carries such a period to the release."""
    ours = Period.twelve(2025, 9)
    text = make.CITY_PLAN.replace("model-municipal-county", "school-years").replace("municipal_county", "school_years")
    text = text.partition("  - id: military_physicians")[0]
    text = text.replace(
        "binding: mandatory", "binding: mandatory\n    period: {twelve_from: 9, labelled_by: first_year}"
    )
    make.a_policy(text, quotas_from=date(2022, 9, 1))
    run = services.recompute(ours, by=make.CITY_OFFICER)
    assert Quota.objects.current().filter(run=run).exists()
    form = html(browser.get(address("release_new", period=ours.iso, scheme="school_years")))
    answer = browser.post(address("release_new"), filled(form, **NEW))
    assert answer.status_code == 302, words(answer.content.decode())
    assert Release.objects.get().period == ours


def test_the_pages_read_chinese_too(city):
    browser = city.browser()
    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
    for url in (
        address("board", period="2025"),
        address("figures", period="2024"),
        address("runs"),
        address("releases"),
    ):
        text = words(re.sub(r"<svg.*?</svg>", "", body(html(browser.get(url)))))
        assert re.search(r"[\u4e00-\u9fff]", text)
        assert not re.search(r"\b(Required|Unit|Figures|Filter|Rule|State)\b", text), url
