"""Figures, quotas, runs and releases over REST: what each row says, the filters, the explanation as on the page."""

from __future__ import annotations

import pytest

from quotas import services
from quotas.models import Quota, Release, Run
from tests import factories as make
from tests.api.test_lists import address, rows
from tests.quotas.pages import PHYSICIANS, City, html, words
from tests.quotas.pages import address as page
from tests.quotas.test_run_and_release_pages import corrected, release

pytestmark = pytest.mark.django_db


@pytest.fixture
def city():
    made = City()
    made.computed()
    return made


@pytest.fixture
def browser(city):
    return city.browser()


def one(client, name, pk):
    answer = client.get(address(f"{name}-detail", pk))
    assert answer.status_code == 200
    return answer.json()


def test_a_quota_says_what_is_owed_and_what_is_counted(city, browser):
    city.counted(city.hospital, PHYSICIANS, nominated=2, on_post=1)
    row = one(browser, "quotas", make.quota_of(city.hospital, "physicians").pk)
    expected = {
        "institution": city.hospital.pk, "scheme": "municipal_county", "topic": PHYSICIANS, "clause_id": "physicians",
        "scope": "unit", "period_start": "2025-01-01", "period_end": "2025-12-31", "binding": "mandatory",
        "state": "known", "required": 3, "base_shown": "7", "ratio_shown": "40%", "provisional": False, "nominated": 2,
        "on_post": 1, "recognised_year_end": None, "shortfall": 2, "forecast": 3, "verdict": "short", "missing": [],
    }  # fmt: skip
    assert {key: row[key] for key in expected} == expected


def test_what_is_undetermined_is_null_and_says_what_is_missing(city, browser):
    row = one(browser, "quotas", make.quota_of(city.silent, "physicians").pk)
    assert (row["state"], row["required"], row["shortfall"], row["verdict"]) == (
        "undetermined", None, None, "undetermined",
    )  # fmt: skip
    assert row["missing"][0].startswith("promoted_associate_chief/2024")


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({}, 7),
        ({"scheme": "municipal_county"}, 6),
        ({"topic": PHYSICIANS}, 2),
        ({"verdict": "undetermined"}, 1),
        ({"binding": "encouraged"}, 1),
        ({"scope": "district"}, 1),
        ({"affiliation": "military"}, 2),
        ({"period": "2025"}, 7),
        ({"period": "2025-01-01--2025-12-31"}, 7),
        ({"period": "2024"}, 0),
        ({"q": "甲医院"}, 2),
        ({"verdict": "pending", "affiliation": "municipal"}, 3),
    ],
    ids=str,
)
def test_quotas_narrow_as_on_the_board(city, browser, query, count):
    assert len(rows(browser, "quotas-list", **query)) == count


def test_the_explanation_is_that_of_the_page_and_of_a_release(city, browser):
    quota = make.quota_of(city.hospital, "physicians")
    answer = browser.get(address("quotas-explanation", quota.pk))
    assert answer.status_code == 200
    assert answer.json() == services.explain(quota).to_json()
    steps = {step["operation"]: step["result"] for step in answer.json()["steps"]}
    assert (steps["figure"], steps["share"], steps["round"]) == (7, "2.8", 3)
    said = words(html(browser.get(page("detail", quota.pk))))
    assert "7 × 40%" in said
    release(browser)
    frozen = rows(browser, "releases-quotas", Release.objects.get().pk)
    assert answer.json() in [row["explanation"] for row in frozen]


def test_the_explanation_of_a_unit_names_its_own_figures_only(city, browser):
    own = {figure.pk for figure in city.hospital.figures.all()}
    steps = browser.get(address("quotas-explanation", make.quota_of(city.hospital, "physicians").pk)).json()["steps"]
    refs = {each["ref"] for step in steps for each in step["inputs"] if each.get("ref")}
    assert refs == {f"figure:{pk}" for pk in own}


def test_only_current_quotas_and_figures_are_listed(city, browser):
    old = make.quota_of(city.hospital, "physicians")
    corrected(city.hospital, 25)
    city.computed()
    listed = rows(browser, "quotas-list", topic=PHYSICIANS, institution=city.hospital.pk)
    assert [row["required"] for row in listed] == [10]
    assert browser.get(address("quotas-detail", old.pk)).status_code == 404
    figures = rows(browser, "figures-list", institution=city.hospital.pk)
    assert sorted((f["practice_category"], f["value"], f["revision"]) for f in figures) == [
        ("clinical", 25, 2), ("dental", 0, 1), ("public_health", 0, 1), ("tcm", 0, 1),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"period": "2024"}, 8),
        ({"period": "2025"}, 0),
        ({"state": "signed_off"}, 8),
        ({"state": "expected"}, 0),
        ({"measure": "beds"}, 0),
        ({"affiliation": "military"}, 4),
    ],
    ids=str,
)
def test_figures_narrow(city, browser, query, count):
    assert len(rows(browser, "figures-list", **query)) == count


def test_a_figure_carries_its_dimensions_state_and_origin(city, browser):
    figure = city.military.figures.get(practice_category="clinical")
    row = one(browser, "figures", figure.pk)
    assert (row["value"], row["state"], row["source"], row["on_behalf_of"]) == (5, "signed_off", "typed", False)
    assert (row["practice_category"], row["military_status"], row["employment_mode"]) == ("clinical", "civilian", "")
    assert "entered_by_name" not in row


def test_a_run_says_what_it_rests_on_and_what_it_counted(city, browser):
    run = Run.objects.get()
    row = one(browser, "runs", run.pk)
    assert (row["state"], row["trigger"], row["counts"]["quotas"], row["inputs_digest"]) == (
        "published", "hand", 7, run.inputs_digest,
    )  # fmt: skip
    assert {revision["policy"] for revision in row["revisions"]} >= {"model-municipal-county"}
    assert rows(browser, "runs-list", state="failed") == []
    assert rows(browser, "runs-list", period="2025")[0]["id"] == run.pk


def test_a_release_stays_as_it_was_published(city, browser):
    release(browser)
    published = Release.objects.get()
    before = rows(browser, "releases-quotas", published.pk)
    corrected(city.hospital, 25)
    make.sign_all()
    city.computed()
    assert Quota.objects.current().get(institution=city.hospital, clause_id="physicians").required == 10
    assert rows(browser, "releases-quotas", published.pk) == before
    row = one(browser, "releases", published.pk)
    assert (row["number"], row["quota_count"], row["undetermined_count"]) == (published.number, 6, 1)
    assert [r["id"] for r in rows(browser, "releases-list", scheme="municipal_county")] == [published.pk]
    assert rows(browser, "releases-list", scheme="county_township") == []
