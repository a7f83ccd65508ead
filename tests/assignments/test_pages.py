"""Who may go as people meet it: the list, its filters, another day, the export, the explanation, a list checked."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assignments import listing
from assignments.models import Eligibility
from deploy_admin import spreadsheets
from deploy_admin.access import Role
from deploy_admin.audit.models import Event
from tests.assignments.factories import TODAY, a_nurse, a_physician, judged
from tests.assignments.pages import PART, World, address
from tests.people.factories import an_id
from tests.quotas.pages import html, sheet, table, words

pytestmark = pytest.mark.django_db
POLICY, CLAUSE = "chongqing-municipal-county-2025", "physicians_sent"
#: The columns of a row.
NAME, UNIT, WHAT, RULE, STATE, REASON = range(6)


@pytest.fixture
def world():
    return World()


@pytest.fixture
def browser(world):
    return world.browser()


def rows(browser, **query):
    return table(html(browser.get(address("eligibility", **query))))


def named(found):
    return [row[NAME].split()[0] for row in found]


# ------------------------------------------------------------------------------------------ the list


def test_the_city_sees_everybody_by_pinyin_with_the_reason_in_words(browser):
    found = rows(browser, topic="municipal_county.physicians_sent")
    assert named(found) == ["安可往", "白初级", "陈在外", "丁未知", "葛别处"]
    assert [row[STATE] for row in found] == ["eligible", "not eligible", "unavailable", "undetermined", "eligible"]
    assert found[1][REASON] == "not met: title"
    assert found[2][REASON] == "pregnancy, maternity leave or nursing, until 2027-03-31"
    assert found[3][REASON] == "missing: title"
    assert found[0][UNIT] == "示范甲医院"


def test_the_chips_count_each_state_and_narrow_the_list(browser):
    page = words(html(browser.get(address("eligibility", topic="municipal_county.physicians_sent"))))
    assert "eligible 2" in page
    assert "unavailable 1" in page
    assert "not eligible 1" in page
    found = rows(browser, topic="municipal_county.physicians_sent", state="may")
    assert named(found) == ["安可往", "葛别处"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"q": "akw"}, {"安可往"}),
        ({"q": "示范丁"}, {"何老将"}),
        ({"speciality": "心血管"}, {"安可往"}),
        ({"staff_category": "nursing"}, {"冯护理"}),
        ({"title_level": "junior"}, {"白初级"}),
        ({"scheme": "county_township"}, {"何老将"}),
        ({"state": "unavailable"}, {"陈在外"}),
        ({"target": "title_application.senior"}, set()),
        (
            {"state": "nonsense", "institution": "x"},
            {"安可往", "白初级", "陈在外", "丁未知", "冯护理", "葛别处", "何老将"},
        ),
    ],
)
def test_the_list_narrows_by_what_people_think_in(browser, query, expected):
    assert set(named(rows(browser, **query))) == expected


def test_a_unit_and_a_district_narrow_too(world, browser):
    assert set(named(rows(browser, institution=world.second.pk))) == {"葛别处"}
    assert set(named(rows(browser, district=world.third.profile.division_id))) == {"何老将"}
    assert rows(browser, district=999999) == []


def test_nobody_found_offers_a_way_out(browser):
    page = html(browser.get(address("eligibility", q="无此人")))
    assert "Nobody matches these filters." in page
    assert "Show all" in page


def test_before_anybody_was_judged_the_page_says_so(world):
    Eligibility.objects.all().delete()
    from assignments.models import Judged

    Judged.objects.all().delete()
    assert "Nobody is judged yet" in html(world.browser().get(address("eligibility")))


def test_htmx_takes_the_list_alone(browser):
    part = browser.get(address("eligibility"), headers=PART)
    assert part.status_code == 200
    assert part.content.decode().lstrip().startswith('<div id="list">')


# ------------------------------------------------------------------------------------------ who sees whom


def test_a_unit_sees_its_own_people_only(world):
    browser = world.browser(Role.SENDER_HR, world.first)
    assert "葛别处" not in named(rows(browser))
    assert "安可往" in named(rows(browser))
    for name in ("eligibility_of",):
        assert browser.get(address(name, world.elsewhere.pk)).status_code == 404
    for name in ("explained", "explained_paper", "explained_pdf"):
        assert browser.get(address(name, world.elsewhere.pk, POLICY, CLAUSE)).status_code == 404


def test_a_county_sees_the_people_of_its_units_only(world):
    browser = world.browser(Role.DISTRICT_OFFICER, world.county)
    assert set(named(rows(browser))) == {"何老将"}
    assert browser.get(address("eligibility_of", world.ready.pk)).status_code == 404


def test_a_person_that_moved_is_seen_by_the_new_unit_at_once(world):
    from deploy_admin.people.models import Employment
    from tests.people.factories import an_employment

    Employment.objects.filter(worker=world.ready).update(valid_to=TODAY - timedelta(days=1), ended_as="transferred")
    an_employment(world.ready, world.second, valid_from=TODAY, began_as="transferred")
    assert "安可往" not in named(rows(world.browser(Role.SENDER_HR, world.first)))
    assert "安可往" in named(rows(world.browser(Role.SENDER_HR, world.second)))


@pytest.mark.parametrize("role", [Role.RECEIVER_CLERK, Role.DEPLOYED_PERSON, Role.FINANCE_SECTION])
def test_others_may_not_look(world, role):
    browser = world.browser(role, world.first if role is not Role.FINANCE_SECTION else None)
    assert browser.get(address("eligibility")).status_code == 403
    assert browser.get(address("check")).status_code == 403


def test_whoever_only_reads_is_not_told_personal_reasons(world):
    browser = world.browser(Role.AUDITOR)
    [row] = rows(browser, state="unavailable", topic="municipal_county.physicians_sent")
    assert row[REASON] == "personal reason, until 2027-03-31"


def test_an_officer_has_everybody_judged_again_and_a_unit_may_not(world, browser):
    from deploy_admin.jobs.models import Job

    answer = browser.post(address("refresh"))
    job = Job.objects.get(kind="assignments.refresh")
    assert answer.status_code == 302
    assert answer["Location"] == job.get_absolute_url()
    assert Event.objects.get(act="eligibility.judging_asked").detail == {"trigger": "hand"}
    assert world.browser(Role.SENDER_HR, world.first).post(address("refresh")).status_code == 403


# ------------------------------------------------------------------------------------------ another day


def test_for_a_planned_day_the_answers_are_those_of_that_day(world, browser):
    found = rows(browser, day="2027-04-01", topic="municipal_county.physicians_sent", institution=world.first.pk)
    assert dict(zip(named(found), (row[STATE] for row in found), strict=True))["陈在外"] == "eligible"
    earlier = rows(browser, day="2026-11-21", scheme="county_township")
    assert [row[STATE] for row in earlier] == ["not eligible"]  # one day short of five years
    assert Eligibility.objects.get(worker=world.veteran, clause_id="who_may_be_sent").state == "may"  # as it was kept


def test_too_many_people_for_another_day_are_refused_with_a_way_out(world, browser, monkeypatch):
    monkeypatch.setattr(listing, "AT_ONCE", 3)
    page = html(browser.get(address("eligibility", day="2027-04-01")))
    assert "Too many people at once" in page
    assert rows(browser, day="2027-04-01", institution=world.second.pk)


@pytest.mark.parametrize("day", ["nonsense", "0001-01-01", "9999-12-31", ""])
def test_a_day_that_cannot_be_meant_is_today(browser, day):
    assert len(rows(browser, day=day)) == len(rows(browser))


# ------------------------------------------------------------------------------------------ the export


def test_the_export_is_what_is_shown_with_masked_ids_only(world, browser):
    found = sheet(browser.get(address("eligibility", topic="municipal_county.physicians_sent", export="xlsx")))
    assert found[0][:4] == ("Person number", "Name", "ID number", "Unit")
    assert [row[1] for row in found[1:]] == ["安可往", "白初级", "陈在外", "丁未知", "葛别处"]
    assert found[1][2] == world.ready.id_masked
    assert "********" in found[1][2]
    text = browser.get(address("eligibility", state="may", export="csv")).content.decode("utf-8-sig")
    assert "白初级" not in text
    assert Event.objects.filter(act="eligibility.exported").count() == 2


def test_the_export_of_another_day_is_of_that_day(world, browser):
    query = {"day": "2027-04-01", "institution": world.first.pk, "export": "xlsx", "state": "unavailable"}
    assert len(sheet(browser.get(address("eligibility", **query)))) == 1


# ------------------------------------------------------------------------------------------ queries


def test_the_number_of_queries_does_not_grow_with_the_rows(world, browser):
    browser.get(address("eligibility"))

    def counted() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            browser.get(address("eligibility"))
        return len(queries)

    before = counted()
    for _ in range(15):
        a_nurse(world.first)
    judged()
    assert counted() <= before <= 26


# ------------------------------------------------------------------------------------------ one person


def test_the_panel_says_what_every_rule_says_and_is_a_page_without_a_script(world, browser):
    url = address("eligibility_of", world.ready.pk)
    part = browser.get(url, headers=PART).content.decode()
    assert part.lstrip().startswith("<section")
    page = html(browser.get(url))
    assert [row[2] for row in table(page)] == ["eligible", "eligible"]
    later = table(html(browser.get(address("eligibility_of", world.absent.pk, day="2027-04-01"))))
    assert [row[2] for row in later] == ["eligible", "eligible"]


def test_the_explanation_quotes_the_clause_names_the_facts_and_links_to_the_person(world, browser):
    page = html(browser.get(address("explained", world.junior.pk, POLICY, CLAUSE)))
    assert "派出中级及以上职称的执业医师到区县工作" in page
    assert "not eligible" in page
    assert "not met: title" in page
    assert world.junior.get_absolute_url() in page
    assert "physician 2020-12-20" in page  # the title it rests on, as the code list calls it
    drawer = browser.get(
        address("explained", world.junior.pk, POLICY, CLAUSE), headers={**PART, "HX-Target": "drawer"}
    ).content.decode()
    assert "<html" not in drawer


def test_the_paper_and_the_pdf_say_the_same_with_a_check_code(world, browser):
    page = html(browser.get(address("explained", world.junior.pk, POLICY, CLAUSE)))
    paper = html(browser.get(address("explained_paper", world.junior.pk, POLICY, CLAUSE)))
    assert "check code" in paper
    code = words(paper).rsplit("check code ", 1)[1].split()[0]
    assert code in words(page)
    assert world.junior.id_masked in paper
    answer = browser.get(address("explained_pdf", world.junior.pk, POLICY, CLAUSE))
    assert answer.content.startswith(b"%PDF")


def test_a_clause_that_does_not_govern_for_the_person_is_not_found(world, browser):
    assert browser.get(address("explained", world.ready.pk, "wanzhou-county-township-2022", CLAUSE)).status_code == 404
    assert browser.get(address("explained", world.ready.pk, "nothing", "nothing")).status_code == 404


@pytest.mark.parametrize("lang", ["en", "zh-hans"])
def test_every_page_reads_in_both_languages(world, lang):
    browser = world.browser(lang=lang)
    html(browser.get(address("eligibility")))
    html(browser.get(address("check")))
    html(browser.get(address("corrections")))
    html(browser.get(address("explained", world.absent.pk, POLICY, CLAUSE)))


# ------------------------------------------------------------------------------------------ a list that is checked


def asked(browser, text="", **more):
    return browser.post(address("check"), {"text": text, "target": "dispatch", "day": "2026-11-22"} | more)


def test_a_pasted_list_is_answered_line_by_line(world, browser):
    page = html(asked(browser, f"安可往\n{world.junior.number}\n无此人\n\n葛别处\t示范乙医院"))
    found = table(page)
    assert [row[0] for row in found if row[0]] == ["安可往", world.junior.number, "无此人", "葛别处"]
    assert "nobody of yours is known under this" in page
    assert Event.objects.get(act="eligibility.list_checked").detail["people"] == 3


def test_two_of_one_name_are_both_answered_and_named(world, browser):
    a_physician(world.second, name="安可往")
    assert "2 people of this name" in html(asked(browser, "安可往"))


def test_a_unit_learns_nothing_of_others_from_a_list(world):
    browser = world.browser(Role.SENDER_HR, world.first)
    page = html(asked(browser, f"葛别处\n{world.elsewhere.number}"))
    assert page.count("nobody of yours is known under this") == 2
    assert "示范乙医院" not in page


def test_an_id_number_finds_its_person_and_is_shown_masked(world, browser):
    number = an_id(77)
    worker = a_physician(world.first, name="有证件", number_of_id=number)
    page = html(asked(browser, number))
    assert worker.number in page
    assert number not in page.split("</textarea>", 1)[1]


def test_a_table_is_read_with_its_head_wherever_it_stands(world, browser):
    content = spreadsheets.export(["序号", "姓名", "科室"], [[1, "安可往", "内科"], [2, "白初级", ""]], "xlsx")
    page = html(asked(browser, file=SimpleUploadedFile("名单.xlsx", content)))
    assert [row[0] for row in table(page) if row[0]] == ["安可往", "白初级"]


def test_the_answers_go_out_as_a_table_in_the_lists_own_order(world, browser):
    found = sheet(asked(browser, "白初级\n无此人\n安可往", export="xlsx"))
    assert found[0][0] == "As in the list"
    assert [row[0] for row in found[1:]] == ["白初级", "白初级", "无此人", "安可往", "安可往"]


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"text": ""}, "Paste the names, or choose a file."),
        ({"text": " \n\t\n"}, "Paste the names, or choose a file."),
        ({"text": "12345"}, "The list names nobody."),
        ({"text": "安可往", "day": "tomorrow"}, "Enter a valid date."),
        ({"file": SimpleUploadedFile("a.xlsx", b"<html></html>")}, "web page"),
    ],
)
def test_a_list_that_cannot_be_read_is_refused_with_a_sentence(world, browser, said, sentence):
    assert sentence in html(asked(browser, **({"text": ""} | said)), status=422)


def test_checking_asks_a_constant_number_of_queries(world, browser, django_assert_max_num_queries):
    people = [a_physician(world.first, name=f"名单{n}") for n in range(20)]
    asked(browser, people[0].name)
    with django_assert_max_num_queries(60) as few:
        asked(browser, people[0].name)
    with django_assert_max_num_queries(len(few)):
        asked(browser, "\n".join(worker.name for worker in people))


def test_the_day_of_a_list_counts(world, browser):
    since = date(2021, 11, 23)
    type(world.veteran).objects.filter(pk=world.veteran.pk).update(clinical_since=since)
    assert "not eligible" in html(asked(browser, "何老将"))
    assert "not eligible" not in html(asked(browser, "何老将", day="2026-11-23"))
