"""Why a quota is what it is, on page, in the drawer and on one sheet of paper; and the reason for a shortfall."""

from __future__ import annotations

import io
import re

import pytest
from django.conf import settings
from pypdf import PdfReader

from deploy_admin.access import Role
from quotas import services
from quotas.models import Figure, Quota, ShortfallReason
from tests import factories as make
from tests.quotas.pages import OTHERS, PHYSICIANS, City, address, html, words

pytestmark = pytest.mark.django_db
DRAWER = {"HX-Request": "true", "HX-Target": "drawer"}
A4 = (595, 842)


@pytest.fixture
def city():
    made = City()
    made.computed()
    return made


@pytest.fixture
def browser(city):
    return city.browser()


@pytest.fixture
def quota(city):
    return make.quota_of(city.hospital, "physicians")


@pytest.fixture
def total(city):
    """The district's total, in principle: 80 % of 30 or 25 recruits."""
    county = make.an_institution("示范甲区医院", division=city.first, affiliation="district")
    make.enter(county, "recruited_physicians", make.Y2024, 30)
    make.enter(county, "recruited_physicians", make.Y2025, 25)
    city.computed()
    return Quota.objects.current().get(institution=city.authority)


def page(browser, quota, **headers):
    return html(browser.get(address("detail", quota.pk), headers=headers))


def test_the_page_tells_clause_inputs_steps_and_what_to_do(browser, quota):
    text = page(browser, quota)
    assert "每年按照不低于上年度本单位新晋升副主任医师数量的40%" in text
    assert "示范市方案" in text
    said = words(text)
    assert "3 people are to be sent; to count for the period they begin by 2025-12-31 at the latest." in said
    assert "7 × 40%" in said
    assert "⌈2.80⌉ 3" in said or "⌈2.8⌉ 3" in said
    assert quota.digest[:12] in said


def test_every_input_leads_to_its_own_row(city, browser, quota):
    """Four cells of one figure, four links: each goes to the number it shows."""
    text = page(browser, quota)
    links = {int(pk) for pk in re.findall(r'href="/quotas/figures/(\d+)/"', text)}
    figures = Figure.objects.filter(institution=city.hospital)
    assert links == set(figures.values_list("pk", flat=True))
    for row in re.findall(r"<tr>(.*?)</tr>", text.partition('<table class="ins">')[2], re.S):
        if found := re.search(r'/quotas/figures/(\d+)/"', row):
            assert words(row.partition("<td")[2].partition("</td>")[0].partition(">")[2]) == str(
                figures.get(pk=found[1]).value
            )


def test_the_drawer_is_the_same_page_without_its_frame(browser, quota):
    part = page(browser, quota, **DRAWER)
    assert "<html" not in part
    assert "每年按照不低于上年度本单位新晋升副主任医师数量的40%" in part
    assert "Open as a page" in part
    assert "Open as a page" not in page(browser, quota)


def test_what_is_undetermined_names_what_is_missing_and_never_says_zero(city, browser):
    text = words(page(browser, make.quota_of(city.silent, "physicians")))
    assert "The number cannot be told yet: base figure is missing." in text
    assert "Undetermined; missing:" in text
    assert "0 people are to be sent" not in text


def test_an_expected_figure_is_marked_wherever_it_is_used(city, browser):
    make.promotions(city.silent, 5, signed=False)
    city.computed()
    assert "rests on expected figures" in page(browser, make.quota_of(city.silent, "physicians"))


@pytest.mark.parametrize(
    ("counted", "sentence"),
    [
        (3, "The number is reached; nothing is to be done."),
        (1, "2 short; the period ended on 2025-12-31."),
    ],
)
def test_the_sentence_for_the_director_follows_what_is_counted(city, browser, quota, counted, sentence):
    city.counted(city.hospital, PHYSICIANS, on_post=counted)
    assert sentence in page(browser, quota)


def test_a_target_is_never_called_a_shortfall(city, browser):
    city.counted(city.military, "municipal_county.military_physicians", on_post=0)
    text = page(browser, make.quota_of(city.military, "military_physicians"))
    assert "1 short of the target; encouraged, not counted as a violation." in text


def test_an_older_result_stays_readable_after_a_new_run(city, browser, quota):
    corrected = [
        services.FigureEntry(
            city.hospital.pk, "promoted_associate_chief", make.Y2024, 25, practice_category="clinical"
        )
    ]
    services.correct_figures(corrected, reason="更正", by=make.CITY_OFFICER)
    city.computed()
    assert "7 × 40%" in words(page(browser, quota))
    assert "25 × 40%" in words(page(browser, make.quota_of(city.hospital, "physicians")))


def test_the_number_of_queries_does_not_grow_with_the_units_of_a_total(
    city, browser, total, django_assert_max_num_queries
):
    for number in range(20):
        county = make.an_institution(f"示范{number}区医院", division=city.first, affiliation="district")
        make.enter(county, "recruited_physicians", make.Y2024, number)
        make.enter(county, "recruited_physicians", make.Y2025, number)
    city.computed()
    with django_assert_max_num_queries(21):
        page(browser, Quota.objects.current().get(institution=city.authority))


# On paper


def printed(browser, quota):
    response = browser.get(address("why_pdf", quota.pk))
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"].startswith("attachment")
    return PdfReader(io.BytesIO(response.content))


def text_of(paper):
    """Return the words of a printed page; what is broken over two lines is put together."""
    return re.sub(r"\s+", "", paper.pages[0].extract_text())


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_why_page_prints_on_exactly_one_sheet_of_a4(browser, quota, language):
    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    paper = printed(browser, quota)
    assert len(paper.pages) == 1
    assert (round(paper.pages[0].mediabox.width), round(paper.pages[0].mediabox.height)) == A4
    text = text_of(paper)
    for part in (
        "示范甲医院",
        "每年按照不低于上年度本单位新晋升副主任医师数量的40%",
        "示范市方案",
        "7×40%",
        quota.digest[:12],
    ):
        assert part in text, part
    own = "whatisowedfor2025,andwhy" if language == "en" else "2025"
    assert own in text


@pytest.mark.parametrize("clause", ["physicians", "non_clinical"])
def test_every_verdict_prints_on_one_sheet(city, browser, clause):
    for hospital in (city.hospital, city.silent):
        assert len(printed(browser, make.quota_of(hospital, clause)).pages) == 1


def test_the_total_of_a_large_district_still_prints_on_one_sheet(city, browser, total):
    for number in range(30):
        county = make.an_institution(f"示范{number}区中医院（示范）", division=city.first, affiliation="district")
        make.enter(county, "recruited_physicians", make.Y2024, number)
        make.enter(county, "recruited_physicians", make.Y2025, number)
    city.computed()
    quota = Quota.objects.current().get(institution=city.authority)
    for language in ("en", "zh-hans"):
        browser.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        paper = printed(browser, quota)
        assert len(paper.pages) == 1
        # 示范甲区医院 brings most and is named; 0 + 1 + … + 26 is what the 27 others of each year bring
        assert "示范甲区医院25/30" in text_of(paper)
        assert "351/351" in text_of(paper)


def test_the_sheet_on_the_screen_is_the_same(browser, quota):
    text = html(browser.get(address("why", quota.pk)))
    assert "每年按照不低于上年度本单位新晋升副主任医师数量的40%" in text
    assert "7 × 40%" in words(text)
    assert 'href="/quotas/figures/' not in text


# The reason for a shortfall


def given(browser, quota, text="示范原因：新区开诊，人手不足"):
    return browser.post(address("give_reason", quota.pk), {"text": text})


def decided(browser, reason, decision="accept", remark=""):
    return browser.post(address("decide_reason", reason.pk), {"decision": decision, "remark": remark})


@pytest.fixture
def short(city, total):
    """The district's total with 10 on post: short of 20."""
    city.counted(city.authority, total.topic, on_post=10)
    return Quota.objects.current().get(institution=city.authority)


def test_a_reason_is_given_accepted_and_then_the_shortfall_is_explained(city, browser, short):
    district = city.browser(Role.DISTRICT_OFFICER, city.authority)
    assert address("give_reason", short.pk) in page(district, short)
    assert given(district, short).url == address("detail", short.pk)
    reason = ShortfallReason.objects.get()
    shown = page(browser, short)
    assert "示范原因：新区开诊，人手不足" in shown
    assert address("decide_reason", reason.pk) in shown
    assert decided(browser, reason).status_code == 302
    assert Quota.objects.get(pk=short.pk).verdict == "explained"
    assert address("decide_reason", reason.pk) not in page(browser, short)
    assert address("give_reason", short.pk) not in page(district, short)


def test_a_declined_reason_says_why_and_leaves_room_for_another(city, browser, short):
    district = city.browser(Role.DISTRICT_OFFICER, city.authority)
    given(district, short)
    reason = ShortfallReason.objects.get()
    without = decided(browser, reason, "decline")
    assert without.status_code in {409, 422}
    assert "Say why the reason is declined." in html(without, without.status_code)
    assert decided(browser, reason, "decline", "理由不具体（示范）").status_code == 302
    assert Quota.objects.get(pk=short.pk).verdict == "short"
    shown = page(district, short)
    assert "理由不具体（示范）" in shown
    assert address("give_reason", short.pk) in shown


def test_an_empty_reason_is_refused_beside_the_field(city, short):
    district = city.browser(Role.DISTRICT_OFFICER, city.authority)
    text = html(given(district, short, "  "), 422)
    assert 'aria-invalid="true"' in text
    assert not ShortfallReason.objects.exists()


def test_a_second_reason_while_one_stands_is_refused_with_a_sentence(city, short):
    district = city.browser(Role.DISTRICT_OFFICER, city.authority)
    given(district, short)
    again = given(district, short, "另一个原因（示范）")
    assert "A reason for this shortfall is there already." in html(again, 422)
    assert ShortfallReason.objects.count() == 1


def test_what_is_mandatory_cannot_be_explained_away(city, browser, quota):
    assert address("give_reason", quota.pk) not in page(browser, quota)
    assert "Only a quota that binds in principle" in html(given(browser, quota), 422)


def test_nobody_decides_on_the_own_reason(city, short):
    district = city.browser(Role.DISTRICT_OFFICER, city.authority)
    given(district, short)
    refused = decided(district, ShortfallReason.objects.get())
    assert refused.status_code == 409
    assert ShortfallReason.objects.get().state == "given"


def test_a_decision_that_comes_second_is_told_so(city, browser, short):
    given(city.browser(Role.DISTRICT_OFFICER, city.authority), short)
    reason = ShortfallReason.objects.get()
    decided(browser, reason)
    late = decided(city.browser(), reason, "decline", "晚到（示范）")
    assert "This reason was decided on meanwhile." in html(late, 409)
    assert ShortfallReason.objects.get().state == "accepted"


def test_hr_does_not_decide(city, short):
    given(city.browser(Role.DISTRICT_OFFICER, city.authority), short)
    hr = city.browser(Role.SENDER_HR, city.hospital)
    assert decided(hr, ShortfallReason.objects.get()).status_code == 403


def test_the_rules_that_are_not_the_reader_s_are_not_there(city, total):
    hr = city.browser(Role.SENDER_HR, city.hospital)
    for name in ("detail", "why", "why_pdf"):
        assert hr.get(address(name, total.pk)).status_code == 404
        assert hr.get(address(name, make.quota_of(city.silent, "non_clinical").pk)).status_code == 404
    assert OTHERS in {q.topic for q in Quota.objects.current()}
