"""Figures on their pages: entering, correcting, signing off, who is missing; a second person, a stale page."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from deploy_admin.access import SYSTEM, Role
from deploy_admin.jobs.models import Notice
from quotas import services
from quotas.models import Figure
from quotas.services import FigureEntry
from tests import factories as make
from tests.quotas.pages import PART, City, address, filled, html, sheet, table, words

pytestmark = pytest.mark.django_db
MEASURE = "promoted_associate_chief"
CLINICAL, TCM = "n-clinical-all-all-all", "n-tcm-all-all-all"
CELLS = (CLINICAL, TCM, "n-dental-all-all-all", "n-public_health-all-all-all")


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


def form_of(unit, period="2024", measure=MEASURE):
    return address("enter", unit.pk, measure, period)


def current(unit, **where):
    return Figure.objects.current().filter(institution=unit, measure=MEASURE, **where)


def entered(browser, unit, **values):
    """Fill in the form as it stands in the browser and send it."""
    return browser.post(form_of(unit), filled(html(browser.get(form_of(unit))), **values))


# Entering


def test_a_unit_enters_a_number_for_each_cell(city, hr):
    text = html(hr.get(form_of(city.silent)))
    assert [re.search(rf'name="{name}"', text) is not None for name in CELLS] == [True] * 4
    answer = entered(hr, city.silent, **dict(zip(CELLS, (5, 0, 2, 1), strict=True)))
    assert answer.url.startswith(address("figures"))
    assert dict(current(city.silent).values_list("practice_category", "value")) == {
        "clinical": 5, "tcm": 0, "dental": 2, "public_health": 1,
    }  # fmt: skip
    assert set(current(city.silent).values_list("state", "on_behalf_of")) == {("expected", False)}
    assert "4 numbers saved." in html(hr.get(answer.url))


def test_an_empty_field_is_missing_and_nought_is_a_number(city, hr):
    entered(hr, city.silent, **{CLINICAL: "", TCM: "0"})
    assert list(current(city.silent).values_list("practice_category", "value")) == [("tcm", 0)]
    city.computed()
    quota = make.quota_of(city.silent, "physicians")
    assert quota.verdict == "undetermined"
    assert f"{MEASURE}/2024[practice_category=tcm]" not in quota.missing


@pytest.mark.parametrize("wrong", ["-1", "x", "1.5", "12人", "99999999999"])
def test_what_is_no_number_is_refused_beside_its_field_and_the_rest_is_kept(city, hr, wrong):
    answer = entered(hr, city.silent, **{CLINICAL: wrong, TCM: "3"})
    text = html(answer, 422)
    field = text.partition(f'name="{CLINICAL}"')[2].partition(f'name="{TCM}"')[0]
    assert "err" in field
    assert f'name="{TCM}" value="3"' in text
    assert not current(city.silent).exists()


def test_only_a_military_hospital_is_asked_for_military_status(city, browser):
    assert "civilian" in html(browser.get(form_of(city.military)))
    assert "civilian" not in html(browser.get(form_of(city.silent)))


@pytest.mark.parametrize(
    "place",
    [("x", "2024"), (MEASURE, "soon"), (MEASURE, "2024-13"), (MEASURE, "2024-02-30--2024-03-01"), (MEASURE, "99999")],
    ids=str,
)
def test_what_does_not_exist_has_no_form(city, browser, place):
    measure, period = place
    assert browser.get(form_of(city.silent, period, measure)).status_code == 404


def test_nothing_changed_is_said_and_writes_nothing(city, browser):
    before = Figure.objects.count()
    make.promotions(city.silent, 5, signed=False)
    answer = entered(city.browser(Role.SENDER_HR, city.silent), city.silent)
    assert Figure.objects.count() == before + 4
    assert answer.status_code == 302


def test_a_stale_page_is_refused_with_both_values(city, hr):
    stale = filled(html(hr.get(form_of(city.silent))), **{CLINICAL: 5})
    entered(city.browser(Role.SENDER_HR, city.silent), city.silent, **{CLINICAL: 7})
    text = words(html(hr.post(form_of(city.silent), stale), 409))
    assert "Somebody entered this figure since you opened the page." in text
    assert "Your entry 5" in text
    assert "Now stored 7" in text
    assert current(city.silent).get().value == 7


def test_a_stale_page_shows_both_values_when_the_stored_one_is_nought(city, hr):
    stale = filled(html(hr.get(form_of(city.silent))), **{CLINICAL: 5})
    entered(city.browser(Role.SENDER_HR, city.silent), city.silent, **{CLINICAL: 0})
    assert "Now stored 0" in words(html(hr.post(form_of(city.silent), stale), 409))


def test_hr_does_not_reach_another_units_form(city, hr):
    assert hr.get(form_of(city.hospital)).status_code == 404
    assert hr.post(form_of(city.hospital), {CLINICAL: 5}).status_code == 404


# Correcting


def test_a_signed_figure_is_corrected_with_a_reason(city):
    hr = city.browser(Role.SENDER_HR, city.hospital)
    text = html(hr.get(form_of(city.hospital)))
    assert "These figures are signed off." in text
    answer = entered(hr, city.hospital, **{CLINICAL: 8})
    refused = html(answer, 422)
    assert "This field is required." in refused.partition('name="reason"')[2]
    assert current(city.hospital, practice_category="clinical").get().value == 7
    entered(hr, city.hospital, **{CLINICAL: 8, "reason": "漏报一人（示范）"})
    figure = current(city.hospital, practice_category="clinical").get()
    assert (figure.value, figure.state, figure.revision, figure.reason) == (8, "expected", 2, "漏报一人（示范）")
    history = html(hr.get(address("figure_of", figure.pk)))
    assert "漏报一人（示范）" in history
    assert history.index("<b>8</b>") < history.index("<b>7</b>")


# Signing off


def choose(browser, *units):
    """Return the values of the boxes of these units' statements on the figures page."""
    text = html(browser.get(address("figures", period="2024")))
    return [
        re.search(r'name="statement" value="([^"]+)"', row)[1]
        for row in re.findall(r"<tr>(.*?)</tr>", text, re.S)
        if any(unit.profile.name in row for unit in units) and 'name="statement"' in row
    ]


def sign(browser, *statements):
    return browser.post(address("sign_off"), {"period": "2024", "statement": list(statements)})


@pytest.fixture
def reported(city, hr):
    """示范乙医院 has reported 5 and waits for the commission."""
    entered(hr, city.silent, **dict(zip(CELLS, (5, 0, 0, 0), strict=True)))
    return city.silent


def test_a_statement_is_signed_off_as_it_was_shown(city, browser, reported):
    answer = sign(browser, *choose(browser, reported))
    assert answer.url == address("figures", period="2024")
    assert "4 numbers signed off" in html(browser.get(answer.url))
    assert set(current(reported).values_list("state", flat=True)) == {"signed_off"}
    assert choose(browser, reported) == []


def test_signing_off_twice_says_that_it_is_done(city, browser, reported):
    chosen = choose(browser, reported)
    sign(browser, *chosen)
    again = html(sign(browser, *chosen), 409)
    assert "4 of these figures were changed or signed off meanwhile. Look at them again." in again
    assert address("figures", period="2024") in again


def test_what_was_changed_since_it_was_shown_is_not_signed_off(city, browser, hr, reported):
    chosen = choose(browser, reported)
    entered(hr, reported, **{CLINICAL: 6})
    refused = html(sign(browser, *chosen), 409)
    assert "changed or signed off meanwhile" in refused
    assert "[" not in words(refused.partition("<main")[2])
    assert set(current(reported).values_list("state", flat=True)) == {"expected"}


def test_choosing_nothing_is_answered_with_a_sentence(city, browser):
    for chosen in ([], ["x:y"], ["1"], ["," * 50], ["²:1"], ["9" * 30 + ":1"]):
        answer = sign(browser, *chosen)
        assert answer.status_code == 302
        assert "Choose at least one statement to sign off." in html(browser.get(answer.url))


def test_whoever_entered_for_a_unit_is_not_the_one_who_signs_off(city, browser):
    assert "a second person signs it off" in html(browser.get(form_of(city.silent)))
    entered(browser, city.silent, **dict(zip(CELLS, (5, 0, 0, 0), strict=True)))
    assert "on behalf" in html(browser.get(address("figures", period="2024")))
    chosen = choose(browser, city.silent)
    assert "A figure entered on a unit's behalf is signed off by a second person." in html(sign(browser, *chosen), 409)
    assert sign(city.browser(), *chosen).status_code == 302
    assert set(current(city.silent).values_list("state", flat=True)) == {"signed_off"}


def test_a_district_signs_off_its_own_units_and_knows_no_others(city, browser, reported):
    stranger = city.browser(Role.DISTRICT_OFFICER, city.authority)
    assert sign(stranger, *choose(browser, reported)).status_code == 409
    assert set(current(reported).values_list("state", flat=True)) == {"expected"}
    own = city.browser(Role.DISTRICT_OFFICER, city.other_authority)
    assert sign(own, *choose(own, reported)).status_code == 302
    assert set(current(reported).values_list("state", flat=True)) == {"signed_off"}


# The list


def test_the_list_shows_each_statement_with_its_cells_and_state(city, browser, reported):
    found = {row[1]: row for row in table(html(browser.get(address("figures", period="2024"))))}
    assert found["示范乙医院"][4:6] == ["5", "Expected"]
    assert found["示范甲医院"][4:6] == ["7", "Signed off"]
    assert "clinical 7" in found["示范甲医院"][3].lower() or "Clinical 7" in found["示范甲医院"][3]


@pytest.mark.parametrize(
    ("query", "units"),
    [
        ({"state": "expected"}, {"示范乙医院"}),
        ({"state": "signed_off"}, {"示范甲医院", "示范丙医院（部队）"}),
        ({"q": "甲医院"}, {"示范甲医院"}),
        ({"measure": "beds"}, set()),
        ({"period": "2020"}, set()),
    ],
    ids=str,
)
def test_the_list_narrows(city, browser, reported, query, units):
    text = html(browser.get(address("figures", **({"period": "2024"} | query))))
    assert {row[1] for row in table(text)} == units
    assert units or 'class="empty"' in text


@pytest.mark.parametrize(
    "query", [{"period": "x"}, {"district": "9" * 25}, {"state": "x"}, {"page": "x"}, {"q": "\x00"}]
)
def test_no_address_breaks_the_list(city, browser, query):
    for name in ("figures", "missing"):
        html(browser.get(address(name), query))


def test_the_export_has_one_row_per_number(city, browser, reported):
    head, *rows = sheet(browser.get(address("figures", period="2024", state="expected", export="xlsx")))
    assert head[0] == "Unit"
    assert [(row[0], row[5]) for row in rows] == [
        ("示范乙医院", 5),
        ("示范乙医院", 0),
        ("示范乙医院", 0),
        ("示范乙医院", 0),
    ]


def test_the_part_is_the_list_alone(city, browser):
    part = browser.get(address("figures", period="2024"), headers=PART)
    assert html(part).strip().startswith('<div id="list">')
    assert "HX-Request" in part["Vary"]


def test_hr_sees_only_the_own_figures_and_signs_nothing_off(city, hr, reported):
    text = html(hr.get(address("figures", period="2024")))
    assert {row[0] for row in table(text)} == {"示范乙医院"}
    assert 'name="statement"' not in text
    foreign = current(city.hospital).first()
    assert hr.get(address("figure_of", foreign.pk)).status_code == 404
    assert sign(hr, "1:1").status_code == 403


def test_the_number_of_queries_does_not_grow_with_the_statements(city, browser):
    def queries():
        with CaptureQueriesContext(connection) as counted:
            html(browser.get(address("figures", period="2024")))
        return len(counted)

    queries()
    few = queries()
    for _number in range(30):
        make.promotions(make.a_hospital(division=city.second), 3)
    assert queries() == few


# Who is missing


def test_who_is_missing_is_listed_with_a_text_for_the_chat(city, browser):
    text = html(browser.get(address("missing", period="2025")))
    ((unit, lacking, _due),) = table(text)
    assert unit == "示范乙医院"
    assert "2024" in lacking
    assert f'href="{form_of(city.silent)}"' in text
    chat = text.partition('id="chat"')[2]
    assert "Figures still missing for the quotas of 2025 (1 units):" in chat
    assert "示范乙医院：" in chat


def test_the_list_of_figures_counts_who_is_missing_for_them(city, browser):
    text = html(browser.get(address("figures", period="2024")))
    assert "1 statement missing" in text
    assert address("missing", period="2025") in text


def test_the_commission_reminds_and_the_unit_finds_it_in_its_inbox(city, browser, hr):
    answer = browser.post(address("remind"), {"period": "2025"})
    assert answer.url == address("missing", period="2025")
    assert "1 units are reminded." in html(browser.get(answer.url))
    notice = Notice.objects.get(code="figures.owed", settled_at=None)
    assert notice.institution_id == city.silent.pk
    browser.post(address("remind"), {"period": "2025"})
    assert Notice.objects.filter(code="figures.owed", settled_at=None).count() == 1
    assert notice.text in html(hr.get("/"))


def test_nobody_missing_says_so(city, browser):
    make.promotions(city.silent, 1)
    city.computed()
    assert "Nobody is missing" in html(browser.get(address("missing", period="2025")))


def test_hr_sees_only_what_the_own_unit_lacks(city, hr):
    assert [row[0] for row in table(html(hr.get(address("missing", period="2025"))))] == ["示范乙医院"]
    assert table(html(city.browser(Role.SENDER_HR, city.hospital).get(address("missing", period="2025")))) == []


def test_a_withdrawn_figure_is_missing_again(city, browser, reported):
    services.withdraw_figures(list(current(reported).values_list("pk", flat=True)), reason="误报（示范）", by=SYSTEM)
    services.enter_figures([FigureEntry(reported.pk, "beds", make.Y2024, 3)], by=SYSTEM)
    city.computed()
    assert [row[0] for row in table(html(browser.get(address("missing", period="2025"))))] == ["示范乙医院"]


def test_a_number_entered_by_mistake_is_taken_back_with_a_reason(city, browser, reported):
    figure = current(reported).first()
    assert "Take the number back" in html(browser.get(address("figure_of", figure.pk)))
    browser.post(address("withdraw", figure.pk), {"reason": ""})
    figure.refresh_from_db()
    assert figure.is_current
    answer = browser.post(address("withdraw", figure.pk), {"reason": "填错单位（示范）"})
    assert "it counts as not reported" in html(browser.get(answer.url))
    figure.refresh_from_db()
    assert not figure.is_current


def test_a_signed_number_is_not_taken_back(city, browser, reported):
    make.sign_all()
    figure = current(reported).first()
    assert "Take the number back" not in html(browser.get(address("figure_of", figure.pk)))
    assert browser.post(address("withdraw", figure.pk), {"reason": "示范"}).status_code == 409
    figure.refresh_from_db()
    assert figure.is_current
