"""Lists on their pages: adding by hand, answering the commission, deciding, the difference before sign-off, REST."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from deploy_admin.access import SYSTEM, Role
from deploy_admin.jobs.models import Notice
from deploy_admin.people.models import HealthWorker
from quotas import services
from quotas.models import Figure, ListedPerson, UnitList
from tests import factories as make
from tests.people.factories import a_licence, a_worker, an_id
from tests.quotas.listing import PROMOTED, Y2024, list_promotions, numbers, promoted, recruited, rows_of
from tests.quotas.pages import PART, City, address, filled, html, sheet, table, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def city():
    made = City()
    made.computed()
    return made


@pytest.fixture
def browser(city):
    return city.browser()


@pytest.fixture
def hr(city):
    """The personnel office of 示范乙医院, which has not reported."""
    return city.browser(Role.SENDER_HR, city.silent)


def page(name, unit, *more, kind="promotions", period="2024"):
    return address(name, kind, unit.pk, period, *more)


def the_actor(city):
    return make.FakeActor(
        role=Role.CITY_OFFICER, name="市级经办（示范）", user_id=9001, institution_id=city.commission.pk
    )


# Adding


def test_a_person_is_put_on_the_list_by_hand(city, hr):
    form = page("list_add", city.silent)
    asked = filled(html(hr.get(form)), name="示范新晋", national_id=an_id(11), title="232", scope="general",
                   qualified_on="2024-12-20", practice_category="clinical")  # fmt: skip
    answer = hr.post(form, asked)
    assert answer.url == page("list", city.silent)
    text = html(hr.get(answer.url))
    assert "示范新晋" in text
    assert an_id(11) not in text
    assert numbers(city.silent)["clinical"] == 1
    hr.post(form, asked)
    assert ListedPerson.objects.count() == HealthWorker.objects.count() == 1


def test_a_recruit_is_put_on_the_list_by_hand(city, hr):
    form = page("list_add", city.silent, kind="recruits")
    asked = filled(html(hr.get(form)), name="示范新招", national_id=an_id(12), staff_category="physician",
                   employment_mode="establishment", hired_on="2024-07-01")  # fmt: skip
    assert hr.post(form, asked).status_code == 302
    assert numbers(city.silent, "recruited_physicians")["establishment"] == 1


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"national_id": ""}, "nobody of this name is on the unit's roster"),
        ({"national_id": an_id(13)[:17]}, "has 17 characters"),
        ({"qualified_on": "2025-01-06"}, "Put the person on the list of 2025"),
        ({"practice_category": ""}, "is needed for this title"),
        ({"number": "P99999999"}, "no person known to you has this number"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(city, hr, values, said):
    form = page("list_add", city.silent)
    asked = {"name": "示范新晋", "national_id": an_id(13), "title": "232", "scope": "general",
             "qualified_on": "2024-12-20", "practice_category": "clinical"}  # fmt: skip
    text = html(hr.post(form, asked | values), 422)
    assert said in text
    assert 'class="err"' in text
    assert not HealthWorker.objects.exists()


def test_a_known_person_is_meant_by_number_or_by_name(city, hr):
    known = a_worker("示范在册", at=city.silent)
    a_licence(known, practice_category="tcm")
    asked = {"name": "示范在册", "title": "232", "scope": "general", "qualified_on": "2024-12-20"}
    assert hr.post(page("list_add", city.silent), asked).status_code == 302
    assert ListedPerson.objects.get().worker == known
    assert numbers(city.silent)["tcm"] == 1


# The commission's list


def test_the_commissions_list_is_confirmed_in_one_step(city, hr):
    list_promotions(city.silent, "clinical", "clinical", "tcm", by=the_actor(city))
    notice = Notice.objects.open().get(code="lists.promotions_to_confirm")
    assert (notice.params["count"], notice.institution_id) == (3, city.silent.pk)
    text = html(hr.get(notice.url))
    assert "The commission's list names 3 of your people." in text
    seen = ",".join(str(row.pk) for row in rows_of(city.silent))
    assert hr.post(page("list_confirm", city.silent), {"rows": seen}).status_code == 302
    assert {row.state for row in rows_of(city.silent)} == {"confirmed"}
    assert not Notice.objects.open().filter(code="lists.promotions_to_confirm").exists()
    assert "Confirm all" not in html(hr.get(notice.url))


def test_a_row_that_was_added_meanwhile_is_not_confirmed_unseen(city, hr):
    (first,) = list_promotions(city.silent, "clinical", by=the_actor(city))
    list_promotions(city.silent, "tcm", by=the_actor(city))
    hr.post(page("list_confirm", city.silent), {"rows": str(first.pk)})
    assert [row.state for row in rows_of(city.silent)] == ["confirmed", "listed"]


def test_an_objection_travels_to_the_commission_and_back(city, hr, browser):
    first, second = list_promotions(city.silent, "clinical", "tcm", by=the_actor(city))
    assert "Object to this row" in html(hr.get(address("list_row", first.pk)))
    assert hr.post(address("list_object", first.pk), {"reason": " "}).status_code == 422
    assert hr.post(address("list_object", first.pk), {"reason": "非本院人员"}).status_code == 302
    assert numbers(city.silent)["clinical"] == 0
    notice = Notice.objects.open().get(code="lists.objected")
    assert notice.institution_id == city.other_authority.pk  # who answers for the unit
    assert "1 objection" in html(browser.get(notice.url))
    assert hr.post(address("list_decide", first.pk), {"keep": "no"}).status_code == 403
    assert "非本院人员" in html(browser.get(address("list_row", first.pk)))
    assert browser.post(address("list_decide", first.pk), {"keep": "no"}).status_code == 302
    assert not Notice.objects.open().filter(code="lists.objected").exists()
    assert Notice.objects.open().get(code="lists.objection_accepted").institution_id == city.silent.pk
    assert [row.pk for row in rows_of(city.silent)] == [second.pk]
    assert "1 person was taken off." in html(hr.get(page("list", city.silent)))


def test_keeping_a_row_needs_a_remark_beside_the_field(city, hr, browser):
    (row,) = list_promotions(city.silent, "clinical", by=the_actor(city))
    hr.post(address("list_object", row.pk), {"reason": "非本院人员"})
    assert "Say why the row stays." in html(browser.post(address("list_decide", row.pk), {"keep": "yes"}), 422)
    browser.post(address("list_decide", row.pk), {"keep": "yes", "remark": "批文在册"})
    assert numbers(city.silent)["clinical"] == 1


def test_the_commission_sees_who_has_not_answered_as_text_to_copy(city, browser, hr):
    for unit in (city.hospital, city.silent):
        list_promotions(unit, "clinical", by=the_actor(city))
    text = html(browser.get(address("lists", kind="promotions", period="2024")))
    chat = text.partition("still to be confirmed by (2 units):")[2].partition("</")[0]
    assert chat.split() == ["示范甲医院", "示范乙医院"]
    seen = ",".join(str(row.pk) for row in rows_of(city.silent))
    hr.post(page("list_confirm", city.silent), {"rows": seen})
    text = html(browser.get(address("lists", kind="promotions", period="2024", state="unanswered")))
    assert [row[0] for row in table(text)] == ["示范甲医院"]


# The count beside the figure


def test_the_difference_is_told_on_the_figures_on_the_form_and_on_the_list(city, browser):
    make.promotions(city.silent, 7, signed=False)
    list_promotions(city.silent, "clinical", "clinical")
    row = next(row for row in table(html(browser.get(address("figures", period="2024")))) if row[1] == "示范乙医院")
    assert "7 list: 2" in row[4]
    form = html(browser.get(address("enter", city.silent.pk, PROMOTED, "2024")))
    assert "reported 7, counted 2" in form
    names = [each.worker.name for each in rows_of(city.silent)]
    assert all(name in form for name in names)
    text = html(browser.get(page("list", city.silent)))
    assert "reported 7, counted 2" in text
    assert browser.post(page("list_take", city.silent, PROMOTED)).status_code == 302
    assert numbers(city.silent)["clinical"] == 2
    assert "agrees" in html(browser.get(page("list", city.silent)))


def chosen(unit):
    figures = Figure.objects.current().filter(institution=unit, measure=PROMOTED)
    return {"statement": ",".join(f"{f.pk}:{f.revision}" for f in figures), "period": "2024"}


def test_signing_off_a_difference_shows_it_first_with_the_names_and_asks(city, browser):
    make.promotions(city.silent, 7, signed=False)
    list_promotions(city.silent, "clinical")
    text = html(browser.post(address("sign_off"), chosen(city.silent)), 409)
    assert "reported 7, counted 1" in text
    assert rows_of(city.silent)[0].worker.name in text
    assert not Figure.objects.current().signed_off().filter(institution=city.silent).exists()
    asked = filled(
        text.partition('<form method="post" action="/quotas/figures/sign-off/"')[2], accept_differences="on"
    )
    assert browser.post(address("sign_off"), asked).status_code == 302
    assert Figure.objects.current().signed_off().filter(institution=city.silent).count() == 4


def test_what_waits_for_results_cannot_be_insisted_on(city, hr, browser):
    list_promotions(city.silent, "clinical")
    hr.post(page("list_awaited", city.silent), {"remark": "2024年评审结果未公布"})
    text = html(browser.post(address("sign_off"), chosen(city.silent) | {"accept_differences": "on"}), 409)
    assert "2024年评审结果未公布" in text
    assert "Sign off all the same" not in text
    city.computed()
    quota = make.quota_of(city.silent, "physicians")
    assert "results still awaited" in html(browser.get(address("detail", quota.pk)))
    assert "results awaited" in html(browser.get(address("figures", period="2024")))
    hr.post(page("list_results_in", city.silent))
    assert browser.post(address("sign_off"), chosen(city.silent)).status_code == 302


def test_a_correction_of_a_signed_figure_asks_for_the_reason_in_one_step(city, browser):
    list_promotions(city.hospital, "clinical")
    text = html(browser.get(page("list", city.hospital)))
    assert "Correct to the counted number" in text
    assert browser.post(page("list_take", city.hospital, PROMOTED)).status_code == 409
    browser.post(page("list_take", city.hospital, PROMOTED), {"reason": "按名单更正"})
    assert numbers(city.hospital)["clinical"] == 1


def test_nobody_is_said_with_one_button(city, hr):
    hr.post(page("list_nobody", city.silent))
    assert set(numbers(city.silent).values()) == {0}
    text = html(hr.get(page("list", city.silent)))
    assert "It was declared that there was nobody" in text
    city.computed()
    assert make.quota_of(city.silent, "physicians").required == 0


def test_the_base_of_a_quota_leads_to_the_list_behind_it(city, browser):
    list_promotions(city.silent, "clinical")
    city.computed()
    quota = make.quota_of(city.silent, "physicians")
    assert page("list", city.silent) in html(browser.get(address("detail", quota.pk)))
    finance = city.browser(Role.FINANCE_SECTION)  # knows of figures, not of people
    assert page("list", city.silent) not in html(finance.get(address("detail", quota.pk)))


def test_a_person_is_taken_off_with_a_reason(city, hr):
    (row,) = list_promotions(city.silent, "clinical", by=make.unit_hr(city.silent, date(2026, 11, 22)))
    assert hr.post(address("list_withdraw", row.pk), {"reason": ""}).status_code == 422
    assert hr.post(address("list_withdraw", row.pk), {"reason": "误列"}).status_code == 302
    assert numbers(city.silent) == {}


# Who sees what


def test_a_hospital_sees_its_own_lists_only(city, hr):
    (row,) = list_promotions(city.hospital, "clinical")
    assert hr.get(page("list", city.hospital)).status_code == 404
    assert hr.get(address("list_row", row.pk)).status_code == 404
    for name in ("list_withdraw", "list_object"):
        assert hr.post(address(name, row.pk), {"reason": "x"}).status_code == 404
    for name in ("list_confirm", "list_nobody", "list_awaited", "list_results_in", "list_add"):
        assert hr.post(page(name, city.hospital)).status_code == 404
    assert table(html(hr.get(address("lists", kind="promotions", period="2024")))) == []
    assert rows_of(city.hospital)


def test_a_district_sees_the_lists_of_its_own_district(city):
    list_promotions(city.hospital, "clinical")
    list_promotions(city.silent, "clinical")
    browser = city.browser(Role.DISTRICT_OFFICER, city.authority)
    assert [row[0] for row in table(html(browser.get(address("lists", period="2024"))))] == ["示范甲医院"]


@pytest.mark.parametrize("role", [Role.FINANCE_SECTION, Role.RECEIVER_CLERK, Role.DEPLOYED_PERSON])
def test_who_may_not_know_people_sees_no_list(city, role):
    assert city.browser(role, city.silent).get(page("list", city.silent)).status_code == 403


@pytest.mark.parametrize("place", [("nothing", "2024"), ("promotions", "soon"), ("promotions", "2024-05")])
def test_what_cannot_be_a_list_is_not_found(city, browser, place):
    kind, period = place
    assert browser.get(page("list", city.silent, kind=kind, period=period)).status_code == 404


# Pages as such


def test_the_page_of_lists_is_narrowed_as_a_part_and_exported_as_shown(city, browser):
    services.list_people("recruits", Y2024, recruited(city.silent, ("physician", "establishment")), by=SYSTEM)
    here = address("lists", kind="recruits", period="2024")
    part = html(browser.get(here, headers=PART))
    assert part.lstrip().startswith('<div id="list">')
    rows = sheet(browser.get(f"{here}&export=xlsx"))
    assert [row[0] for row in rows[-2:]] == ["示范乙医院"] * 2
    assert "示范乙医院" in words(html(browser.get(f"{here}&q=sfyyy")))
    assert "No lists here" in html(browser.get(f"{here}&q=nobody"))


def test_both_languages_have_the_page(city):
    list_promotions(city.silent, "clinical")
    browser = city.browser()
    browser.cookies["django_language"] = "zh-hans"
    assert browser.get(page("list", city.silent)).status_code == 200


def test_the_number_of_queries_does_not_grow_with_the_lists(city, browser):
    counts = []
    for number in (1, 12):
        for _n in range(number):
            unit = make.a_hospital()
            services.list_people("promotions", Y2024, promoted(unit, "clinical", "tcm"), by=SYSTEM)
        for here in (address("lists", period="2024"), address("figures", period="2024"), page("list", unit)):
            browser.get(here)
            with CaptureQueriesContext(connection) as queries:
                html(browser.get(here))
            counts.append(len(queries))
    assert counts[:3] == counts[3:]
    assert max(counts) <= 20, counts
    assert UnitList.objects.count() == 13


# REST


def rows(browser, **query):
    answer = browser.get(reverse("api:listed-people-list"), query)
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


def test_the_interface_gives_rows_without_id_numbers_and_what_changed_since(city, hr, browser):
    first, second = list_promotions(city.silent, "clinical", "tcm", by=make.unit_hr(city.silent, date(2026, 11, 22)))
    found = rows(browser, period="2024", kind="promotions")
    assert {row["id"] for row in found} == {first.pk, second.pk}
    assert first.worker.id_masked not in str(found)
    assert not {"national_id", "name", "born_on"} & set(found[0])
    assert found[0]["worker_number"].startswith("P")
    since = ListedPerson.objects.latest("updated_at").updated_at.isoformat()
    services.withdraw_person(row=first, reason="误列", by=make.unit_hr(city.silent, date(2026, 11, 22)))
    (changed,) = [row for row in rows(browser, updated_since=since) if row["state"] == "withdrawn"]
    assert (changed["id"], changed["counts"]) == (first.pk, False)
    list_promotions(city.hospital, "clinical")
    assert {row["institution"] for row in rows(hr)} == {city.silent.pk}
