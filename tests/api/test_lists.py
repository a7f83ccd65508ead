"""What all lists of the interface have in common: scope, order, cursor pages, what was written since, refusals."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from assignments import services as assignments
from deploy_admin import clock
from deploy_admin.access import SYSTEM, Role
from deploy_admin.accounts.models import Token
from deploy_admin.accounts.tokens import digest_of
from quotas import services
from quotas.models import Figure, Quota, Release, ReleasedQuota, Run
from tests import factories as make
from tests.people.factories import a_worker
from tests.quotas.listing import list_promotions
from tests.quotas.pages import City
from tests.quotas.test_run_and_release_pages import release

pytestmark = pytest.mark.django_db
PEOPLE = ("people", "eligibility", "listed-people")
LISTS = ("institutions", "policies", "figures", "quotas", "runs", "releases", *PEOPLE)
PROBLEM = "application/problem+json"


@pytest.fixture
def city():
    made = City()
    made.computed()
    release(made.browser())
    for unit in (made.hospital, made.hospital, made.military):
        list_promotions(unit, "clinical", military=False)
    assignments.refresh(on=clock.today(), by=SYSTEM)
    return made


@pytest.fixture
def browser(city):
    return city.browser()


@pytest.fixture
def hr(city):
    return city.browser(Role.SENDER_HR, city.hospital)


def address(name, *args):
    return reverse(f"api:{name}", args=args)


def rows(client, name, *args, **query):
    answer = client.get(address(name, *args), query)
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"] == "application/json"
    return answer.json()["results"]


def problem(answer, status, code):
    """Check a refusal: its one shape, its status twice, its code."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == PROBLEM
    said = answer.json()
    assert {"type", "title", "status", "code", "detail"} <= set(said)
    assert (said["type"], said["status"], said["code"]) == ("about:blank", status, code)
    return said


def a_machine(city, unit, scopes, **more):
    """Return a client that comes with a token of the unit's personnel office."""
    Token.objects.create(
        **{
            "name": "示范系统",
            "prefix": "da000000",
            "digest": digest_of("secret"),
            "institution": unit,
            "created_by": city.member(Role.SENDER_HR, unit),
            "scopes": scopes,
            "created_at": clock.now() - timedelta(days=2),
            "expires_at": clock.now() + timedelta(days=1),
        }
        | more
    )
    return Client(headers={"Authorization": "Bearer secret"})


# Scope


def test_a_unit_finds_its_own_rows_in_every_list_and_no_other_name(city, hr):
    assert {r["institution"] for r in rows(hr, "figures-list")} == {city.hospital.pk}
    assert {r["institution"] for r in rows(hr, "quotas-list")} == {city.hospital.pk}
    assert [r["id"] for r in rows(hr, "institutions-list")] == [city.hospital.pk]
    (published,) = rows(hr, "releases-list")
    assert {r["institution"] for r in rows(hr, "releases-quotas", published["id"])} == {city.hospital.pk}
    assert (
        len(rows(hr, "people-list")) == len(rows(hr, "listed-people-list")) == len(rows(hr, "eligibility-list")) == 2
    )
    for name in ("figures", "quotas", "institutions", "releases", *PEOPLE):
        name = f"{name}-list"
        text = hr.get(address(name)).content.decode()
        assert "示范乙医院" not in text
        assert "示范丙医院" not in text


def test_a_district_finds_the_units_that_stand_there(city):
    officer = city.browser(Role.DISTRICT_OFFICER, city.authority)
    seen = {city.hospital.pk, city.military.pk, city.authority.pk}
    assert {r["institution"] for r in rows(officer, "quotas-list")} == seen
    assert {r["id"] for r in rows(officer, "institutions-list")} == seen


@pytest.mark.parametrize("name", ["figures", "quotas", "institutions"])
def test_a_foreign_row_does_not_exist(city, hr, name):
    foreign = {
        "figures": Figure.objects.filter(institution=city.military).first(),
        "quotas": Quota.objects.filter(institution=city.silent).first(),
        "institutions": city.silent,
    }[name]
    problem(hr.get(address(f"{name}-detail", foreign.pk)), 404, "not_found")
    assert rows(hr, f"{name}-list", institution=city.silent.pk) == [] or name == "institutions"


def test_a_filter_that_names_a_foreign_row_finds_nothing(city, hr):
    for query in ({"institution": city.silent.pk}, {"district": city.second.pk}, {"q": "乙医院"}):
        assert rows(hr, "quotas-list", **query) == []
        assert rows(hr, "figures-list", **query) == []


def test_a_frozen_row_of_another_unit_is_not_under_the_own_release(city, hr):
    published = Release.objects.get()
    ids = {r["id"] for r in rows(hr, "releases-quotas", published.pk)}
    assert ids == set(ReleasedQuota.objects.filter(institution=city.hospital).values_list("pk", flat=True))


# Tokens


def test_a_token_reads_what_it_names_and_nothing_else(city):
    machine = a_machine(city, city.hospital, ["quotas.view"])
    assert {r["institution"] for r in rows(machine, "quotas-list")} == {city.hospital.pk}
    problem(machine.get(address("figures-list")), 403, "permission_denied")
    problem(machine.get(address("runs-list")), 403, "permission_denied")


@pytest.mark.parametrize(
    "more",
    [
        {"revoked_at": clock.now() - timedelta(hours=1)},
        {"expires_at": clock.now() - timedelta(hours=1)},
        {"digest": digest_of("another")},
    ],
    ids=["revoked", "expired", "unknown"],
)
def test_a_token_that_no_longer_holds_is_unknown(city, more):
    answer = a_machine(city, city.hospital, ["quotas.view"], **more).get(address("quotas-list"))
    problem(answer, 401, "authentication_failed")
    assert answer["WWW-Authenticate"] == "Token"


def test_whoever_brings_nothing_is_asked_for_a_token(client):
    for name in LISTS:
        problem(client.get(address(f"{name}-list")), 401, "not_authenticated")


def test_a_token_opens_no_page(city):
    machine = a_machine(city, city.hospital, ["quotas.view"])
    assert machine.get(reverse("quotas:board")).status_code == 302


# Orders and refusals


@pytest.mark.parametrize("name", LISTS)
def test_an_unknown_order_is_refused_and_names_the_known_ones(browser, name):
    for asked in ("secret", "institution__credit_code", "--id", "-", "?"):
        said = problem(browser.get(address(f"{name}-list"), {"ordering": asked}), 400, "invalid")
        assert "id" in said["errors"]["ordering"][0]


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("quotas", {"period": "soon"}),
        ("quotas", {"verdict": "none"}),
        ("quotas", {"institution": "x"}),
        ("quotas", {"updated_since": "yesterday"}),
        ("figures", {"state": "none"}),
        ("runs", {"state": "none"}),
        ("runs", {"updated_since": "x"}),
        ("releases", {"period": "2025-13"}),
        ("institutions", {"as_of": "x"}),
        ("people", {"staff_category": "x"}),
        ("people", {"updated_since": "x"}),
        ("eligibility", {"state": "x"}),
        ("eligibility", {"updated_since": "yesterday"}),
        ("listed-people", {"updated_since": "x"}),
        ("figures", {"measure": "\x00"}),
    ],
    ids=str,
)
def test_an_impossible_value_is_refused_by_its_name(browser, name, query):
    said = problem(browser.get(address(f"{name}-list"), query), 400, "invalid")
    assert set(said["errors"]) == set(query)


@pytest.mark.parametrize("query", [{"district": "9" * 25}, {"district": "0"}, {"institution": "9" * 25}], ids=str)
def test_what_does_not_exist_filters_everything_away(browser, query):
    assert rows(browser, "quotas-list", **query) == []


@pytest.mark.parametrize("name", LISTS)
def test_nothing_but_reading_is_answered(browser, name):
    for method in ("post", "put", "patch", "delete"):
        refused = getattr(browser, method)(address(f"{name}-list"))
        problem(refused, 403 if refused.status_code == 403 else 405, refused.json()["code"])


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("pk", ["0", "x", "9" * 25])
def test_what_is_not_there_is_not_found(browser, name, pk):
    problem(browser.get(f"{address(f'{name}-list')}{pk}/"), 404, "not_found")
    if name == "releases":
        problem(browser.get(f"{address('releases-list')}{pk}/quotas/"), 404, "not_found")
    if name == "quotas":
        problem(browser.get(f"{address('quotas-list')}{pk}/explanation/"), 404, "not_found")


def test_an_unknown_action_does_not_exist(browser):
    quota = Quota.objects.first()
    for action in ("release", "edit", "delete", "explain"):
        assert browser.get(f"{address('quotas-detail', quota.pk)}{action}/").status_code == 404


# Pages


def walk(client, name, **query):
    """Return the ids of all pages, following `next` to its end."""
    found, url = [], f"{address(name)}?{'&'.join(f'{k}={v}' for k, v in query.items())}"
    for _page in range(50):
        answer = client.get(url)
        assert answer.status_code == 200, answer.content
        found += [row["id"] for row in answer.json()["results"]]
        if (url := answer.json()["next"]) is None:
            return found
    raise AssertionError("The pages do not end.")


@pytest.mark.parametrize("order", ["id", "-id", "required", "-required", "updated_at", "-updated_at"])
def test_pages_give_every_row_once_whatever_the_order(city, browser, order):
    """Rows without a number come last both ways; rows of one moment are passed in steps."""
    found = walk(browser, "quotas-list", ordering=order, page_size=2)
    assert sorted(found) == sorted(Quota.objects.current().values_list("pk", flat=True))
    if order.endswith("required"):
        numbers = [Quota.objects.get(pk=pk).required for pk in found]
        known = [n for n in numbers if n is not None]
        assert known == sorted(known, reverse=order.startswith("-"))
        assert numbers[len(known) :] == [None] * (len(numbers) - len(known))


@pytest.mark.parametrize("name", LISTS)
def test_every_order_of_every_list_pages(city, browser, name):
    view = browser.get(address(f"{name}-list")).renderer_context["view"]
    every = walk(browser, f"{name}-list")
    assert every
    for field in view.ordering_fields:
        for order in (field, f"-{field}"):
            assert sorted(walk(browser, f"{name}-list", ordering=order, page_size=1)) == sorted(every)


def test_more_rows_of_one_moment_than_pages_hold_are_passed(city, browser):
    """A nightly client asks by time, and one run writes all its rows at one moment."""
    unit, moment = city.hospital, clock.now()
    Figure.objects.bulk_create(
        Figure(
            institution=unit,
            measure="beds",
            period_start=make.Y2024.first - timedelta(days=366 * n),
            period_end=make.Y2024.first - timedelta(days=366 * n),
            value=n,
            entered_by_name="示范",
            entered_at=moment,
        )
        for n in range(1100)
    )
    found = walk(browser, "figures-list", measure="beds", ordering="updated_at", page_size=100)
    assert len(found) == len(set(found)) == 1100
    assert len(rows(browser, "figures-list", measure="beds")) == 100
    assert len(rows(browser, "figures-list", measure="beds", page_size=5000)) == 1000
    assert len(rows(browser, "figures-list", measure="beds", page_size="x")) == 100


def test_a_row_that_comes_between_two_pages_moves_nothing(city, browser):
    first = browser.get(address("quotas-list"), {"page_size": 2, "ordering": "-id"}).json()
    make.promotions(city.silent, 5)
    city.computed()
    second = browser.get(first["next"]).json()
    assert max(r["id"] for r in second["results"]) < min(r["id"] for r in first["results"])


@pytest.mark.parametrize("cursor", ["x", "", "cD1Ob25l", "9" * 500, "\x00"])
def test_a_cursor_that_is_not_ours_is_refused(browser, cursor):
    said = problem(browser.get(address("quotas-list"), {"cursor": cursor}), 400, "invalid")
    assert "cursor" in said["errors"]


def test_a_cursor_belongs_to_its_order(city, browser):
    following = browser.get(address("quotas-list"), {"page_size": 2}).json()["next"]
    said = problem(browser.get(f"{following}&ordering=-id"), 400, "invalid")
    assert said["errors"]["cursor"] == ["This cursor belongs to another order."]


def test_a_foreign_cursor_opens_no_foreign_rows(city, browser, hr):
    following = browser.get(address("quotas-list"), {"page_size": 1}).json()["next"]
    assert {r["institution"] for r in hr.get(following).json()["results"]} <= {city.hospital.pk}


# What was written since


def since(client, name, moment):
    return [r["id"] for r in rows(client, f"{name}-list", updated_since=moment.isoformat())]


@pytest.mark.parametrize("name", LISTS)
def test_what_was_written_since_a_moment(city, browser, name):
    assert since(browser, name, clock.now() + timedelta(hours=1)) == []
    assert since(browser, name, clock.now() - timedelta(hours=1)) != []


def test_a_sign_off_and_a_new_result_are_news(city, browser):
    make.promotions(city.silent, 5, signed=False)
    before = clock.now()
    assert since(browser, "figures", before) == []
    waiting = Figure.objects.current().expected().filter(institution=city.silent)
    services.sign_off(list(waiting.values_list("pk", flat=True)), by=make.CITY_OFFICER)
    assert len(since(browser, "figures", before)) == 4
    run = city.computed()
    assert since(browser, "runs", before) == [run.pk]
    news = Quota.objects.filter(pk__in=since(browser, "quotas", before))
    assert set(news.values_list("institution", flat=True)) == {city.silent.pk}


def test_a_new_count_is_news_of_its_quota(city, browser):
    before = clock.now()
    city.counted(city.hospital, "municipal_county.physicians", on_post=1)
    assert since(browser, "quotas", before) == [make.quota_of(city.hospital, "physicians").pk]


@pytest.mark.parametrize("name", LISTS)
def test_the_number_of_queries_does_not_grow_with_the_rows(city, browser, name, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def queries():
        with CaptureQueriesContext(connection) as counted:
            browser.get(address(f"{name}-list"), {"page_size": 1000})
        return len(counted)

    queries()
    few = queries()
    for number in range(15):
        unit = make.a_hospital(f"示范{number}医院", division=city.second)
        make.promotions(unit, 5)
        list_promotions(unit, "clinical")
        a_worker(at=unit)
    city.computed()
    assignments.refresh(on=clock.today(), by=SYSTEM)
    assert queries() == few
    assert Run.objects.count() == 2
