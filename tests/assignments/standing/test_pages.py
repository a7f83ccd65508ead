"""Obligations and credit as people meet them: lists, filters, exports, explanations, papers, one's own pages."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from deploy_admin import spreadsheets
from deploy_admin.access import Role
from deploy_admin.audit.models import Event
from tests.accounts.factories import a_membership, signed_in
from tests.assignments.factories import a_place
from tests.assignments.pages import PART, address
from tests.assignments.postings import a_campaign
from tests.assignments.standing.world import RECRUITS, Wanzhou, a_recognition, credit, owed, reckoned
from tests.quotas.pages import html, sheet, table, words
from tests.registry.factories import an_authority

pytestmark = pytest.mark.django_db
POLICY = "wanzhou-county-township-2022"


class World(Wanzhou):
    """Four people of one hospital: one out of time, one serving, one done, one new."""

    def __init__(self) -> None:
        super().__init__()
        self.city = an_authority(a_place("500000"), tier="municipal", affiliation="municipal")
        self.county = an_authority(a_place("500101"))
        self.late = self.recruit(name="安迟到")
        self.at_post = self.recruit(name="白在岗")
        self.running = self.serving(self.at_post)
        self.done = self.recruit(name="陈完成")
        self.closed = self.served(self.done)
        self.new = self.recruit(date(2026, 2, 1), name="丁新人")
        reckoned()

    def browser(self, role=Role.CITY_OFFICER, at=None, lang="en", worker=None) -> Client:
        member = a_membership(role, at or self.city)
        if worker is not None:
            member.worker = worker
            member.save()
        client = signed_in(Client(), member)
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = lang
        return client


@pytest.fixture
def world():
    return World()


@pytest.fixture
def browser(world):
    return world.browser()


def rows(browser, **query):
    return table(html(browser.get(address("obligations", **query))))


def named(found):
    return [row[0].split()[0] for row in found]


class TestTheListOfObligations:
    topic = {"topic": "county_township.new_recruits"}

    def test_the_most_pressing_come_first_with_the_dates_and_the_reason(self, browser):
        found = rows(browser, **self.topic)
        assert named(found) == ["安迟到", "丁新人", "白在岗", "陈完成"]
        assert [row[3] for row in found] == ["out of time", "owed", "being served", "met"]
        assert found[0][4:8] == ["2026-07-01", "2027-07-01", "0 days", "12 months to be served, due on 2027-07-01"]
        assert found[2][7] == "met on 2027-03-09"

    def test_it_speaks_chinese(self, world):
        page = html(world.browser(lang="zh-hans").get(address("obligations")))
        assert "新招聘在编执业医师的基层服务" in page

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ({"q": "acd"}, {"安迟到"}),
            ({"q": "示范万州医院"}, {"安迟到", "白在岗", "陈完成", "丁新人"}),
            ({"state": "red"}, {"安迟到"}),
            ({"due_before": "2027-12-31"}, {"安迟到", "白在岗", "陈完成"}),
            ({"start_before": "2026-12-31"}, {"安迟到"}),
            ({"scheme": "county_township"}, {"安迟到", "白在岗", "陈完成", "丁新人"}),
            ({"scheme": "nowhere"}, set()),
            ({"state": "nonsense", "due_before": "x"}, {"安迟到", "白在岗", "陈完成", "丁新人"}),
        ],
    )
    def test_it_narrows_by_what_people_think_in(self, browser, query, expected):
        assert set(named(rows(browser, **self.topic, **query))) == expected

    def test_a_unit_a_district_and_a_target_narrow_too(self, world, browser):
        assert len(rows(browser, institution=world.hospital.pk, **self.topic)) == 4
        assert rows(browser, institution=world.centre.pk) == []
        assert len(rows(browser, district=world.hospital.profile.division_id, **self.topic)) == 4
        assert rows(browser, district=999999) == []
        assert {row[2].split(" County")[0] for row in rows(browser, target="title_application.associate_senior")}

    def test_the_chips_count_each_state(self, browser):
        page = words(html(browser.get(address("obligations", **self.topic))))
        assert "out of time 1" in page
        assert "being served 1" in page

    def test_who_owes_nothing_any_more_is_not_listed(self, world, browser):
        from assignments.models import Obligation

        Obligation.objects.filter(worker=world.late).update(state="ended", latest_start_on=None)
        assert "安迟到" not in named(rows(browser))

    def test_nobody_found_offers_a_way_out(self, browser):
        assert "Nobody matches these filters." in html(browser.get(address("obligations", q="无此人")))

    def test_htmx_takes_the_list_alone(self, browser):
        part = browser.get(address("obligations"), headers=PART)
        assert part.content.decode().lstrip().startswith('<div id="list">')

    def test_the_export_is_what_is_shown_and_stands_in_the_record(self, browser):
        answer = browser.get(address("obligations", state="red", export="xlsx", **self.topic))
        found = sheet(answer)
        assert [row[1] for row in found[1:]] == ["安迟到"]
        assert found[0][7] == "Latest safe first day"
        event = Event.objects.get(act="service.exported")
        assert event.detail["rows"] == 1

    def test_the_number_of_queries_does_not_grow_with_the_rows(self, world, browser):
        browser.get(address("obligations"))
        with CaptureQueriesContext(connection) as few:
            browser.get(address("obligations"))
        for n in range(8):
            world.recruit(name=f"新增{n}")
        reckoned()
        with CaptureQueriesContext(connection) as many:
            browser.get(address("obligations"))
        assert len(many) == len(few) <= 20

    def test_a_unit_and_a_county_see_their_own_people_only(self, world):
        from tests.assignments.factories import a_county_hospital

        elsewhere = a_county_hospital("示范涪陵医院", code="500102")
        assert named(rows(world.browser(Role.SENDER_HR, world.hospital))) != []
        hr = world.browser(Role.SENDER_HR, elsewhere)
        assert rows(hr) == []
        assert hr.get(address("obligation", world.late.pk, POLICY, RECRUITS)).status_code == 404
        assert hr.get(address("service_of", world.late.pk)).status_code == 404
        assert "安迟到" in named(rows(world.browser(Role.DISTRICT_OFFICER, world.county)))

    @pytest.mark.parametrize("role", [Role.RECEIVER_CLERK, Role.DEPLOYED_PERSON, Role.FINANCE_SECTION])
    def test_others_may_not_look(self, world, role):
        at = world.centre if role is Role.RECEIVER_CLERK else None
        assert world.browser(role, at).get(address("obligations")).status_code == 403


class TestWhyOneStandsSo:
    def test_the_page_quotes_the_clause_and_shows_every_step(self, world, browser):
        page = words(html(browser.get(address("obligation", world.at_post.pk, POLICY, RECRUITS))))
        assert "五年内必须到乡镇卫生院、社区卫生服务中心" in page
        assert "being served" in page
        assert "Service asked at least 12 months 8 months 13 days" in page
        assert "Still to be served 3 months 17 days" in page
        assert "Due on clock began 2022-07-01, within 60 months 2027-07-01" in page
        assert "Met on 2027-03-09" in page
        assert "at 示范镇卫生院" in page

    def test_it_leads_to_placing_the_person(self, world, browser):
        campaign = a_campaign(authority=world.city, name="示范批次")
        page = html(browser.get(address("obligation", world.late.pk, POLICY, RECRUITS)))
        assert f"{address('place', campaign.pk)}?worker={world.late.pk}" in page
        serving = html(browser.get(address("obligation", world.at_post.pk, POLICY, RECRUITS)))
        assert address("place", campaign.pk) not in serving
        hr = world.browser(Role.SENDER_HR, world.hospital)
        assert address("place", campaign.pk) not in html(
            hr.get(address("obligation", world.late.pk, POLICY, RECRUITS))
        )

    def test_the_paper_and_the_pdf_say_the_same(self, world, browser):
        paper = html(browser.get(address("obligation_paper", world.late.pk, POLICY, RECRUITS)))
        assert "安迟到" in paper
        assert "2026-07-01" in paper
        pdf = browser.get(address("obligation_pdf", world.late.pk, POLICY, RECRUITS))
        assert pdf["Content-Type"] == "application/pdf"
        assert pdf.content.startswith(b"%PDF")

    def test_a_requirement_that_does_not_speak_of_the_person_is_not_there(self, world, browser):
        assert browser.get(address("obligation", world.late.pk, POLICY, "nothing")).status_code == 404
        assert (
            browser.get(address("obligation", world.late.pk, POLICY, "others_before_associate_senior")).status_code
            == 404
        )

    def test_recognised_service_stands_among_the_steps(self, world, browser):
        a_recognition(world.late, date(2021, 1, 1), date(2021, 5, 31))
        page = words(html(browser.get(address("obligation", world.late.pk, POLICY, RECRUITS))))
        assert "from 2021-01-01, to 2021-05-31, counts 5 months" in page


class TestCredit:
    def test_the_list_shows_what_is_credited_so_far_and_at_the_end(self, browser):
        found = table(html(browser.get(address("credits"))))
        assert [(row[0], row[4], row[5], row[6]) for row in found] == [
            ("白在岗", "8 months 13 days", "12 months", "growing"),
            ("陈完成", "12 months", "12 months", "recognised"),
        ]

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ({"q": "bzg"}, ["白在岗"]),
            ({"state": "recognised"}, ["陈完成"]),
            ({"scheme": "county_township"}, ["白在岗", "陈完成"]),
            ({"state": "x"}, ["白在岗", "陈完成"]),
        ],
    )
    def test_it_narrows(self, browser, query, expected):
        assert named(table(html(browser.get(address("credits", **query))))) == expected

    def test_it_is_exported_as_shown(self, browser):
        found = sheet(browser.get(address("credits", export="xlsx")))
        assert [row[8:10] for row in found[1:]] == [(8, 13), (12, 0)]
        csv = browser.get(address("credits", export="csv"))
        assert csv["Content-Type"].startswith(spreadsheets.CONTENT_TYPES["csv"].split(";")[0])

    def test_the_page_shows_the_pieces_and_the_clause(self, world, browser):
        page = words(html(browser.get(address("credit", world.running.pk))))
        assert "考核合格的“县聘乡用”人员在基层医疗卫生机构工作时间视为基层工作经历" in page
        assert "Days reckoned as one piece from 2026-03-10, to 2026-11-22, at 示范镇卫生院 8 months 13 days" in page
        assert "At the end of the term to 2027-03-09 12 months" in page

    def test_days_that_leave_took_off_are_named(self, world, browser):
        from assignments.models import Assignment
        from tests.assignments.postings import a_leave

        a_leave(world.running, date(2026, 5, 11), date(2026, 5, 15))
        Assignment.objects.filter(pk=world.running.pk).update(
            extended_days=5, ends_on=world.running.ends_on + timedelta(days=5)
        )
        page = words(html(browser.get(address("credit", world.running.pk))))
        assert "Days by which leave lengthened the term from 2026-05-11 5 days" in page

    def test_the_receiving_unit_sees_the_credit_of_those_it_receives(self, world):
        clerk = world.browser(Role.RECEIVER_CLERK, world.centre)
        assert clerk.get(address("credit", world.running.pk)).status_code == 200
        from tests.assignments.standing.world import a_centre

        other = world.browser(Role.RECEIVER_CLERK, a_centre("示范别处卫生院"))
        assert other.get(address("credit", world.running.pk)).status_code == 404


class TestFilingAShortPiece:
    def short(self, world):
        from assignments.models import ServiceCredit

        ServiceCredit.objects.filter(assignment=world.closed).update(
            state="undetermined", missing=["short_service_filing"]
        )

    def test_the_authority_files_it_with_a_basis(self, world, browser):
        self.short(world)
        assert address("credit_file", world.closed.pk) in html(browser.get(address("credit", world.closed.pk)))
        form = {"version": world.closed.version, "on": "2026-11-20", "document_number": "示卫〔2026〕9号"}
        answer = browser.post(address("credit_file", world.closed.pk), form)
        assert answer.status_code == 302
        step = world.closed.transitions.get(act="short_service_filed")
        assert (step.on, step.document_number, step.from_state) == (
            date(2026, 11, 20),
            "示卫〔2026〕9号",
            step.to_state,
        )
        assert Event.objects.filter(act="assignments.short_service_filed").count() == 1

    @pytest.mark.parametrize(
        ("change", "sentence"),
        [
            ({"document_number": ""}, "Name the document on which it rests"),
            ({"on": "2026-11-23"}, "the day must not lie in the future"),
        ],
    )
    def test_without_a_basis_or_with_a_day_to_come_it_is_refused_beside_the_field(
        self, world, browser, change, sentence
    ):
        self.short(world)
        form = {"version": world.closed.version, "on": "2026-11-20", "document_number": "示卫〔2026〕9号"} | change
        answer = browser.post(address("credit_file", world.closed.pk), form)
        assert answer.status_code == 422
        assert sentence in html(answer, 422)

    def test_where_nothing_waits_nothing_is_filed(self, world, browser):
        form = {"version": world.closed.version, "on": "2026-11-20", "document_number": "示卫〔2026〕9号"}
        assert browser.post(address("credit_file", world.closed.pk), form).status_code in (409, 422)
        assert not world.closed.transitions.filter(act="short_service_filed").exists()

    def test_a_sending_unit_may_not(self, world):
        self.short(world)
        hr = world.browser(Role.SENDER_HR, world.hospital)
        assert hr.get(address("credit_file", world.closed.pk)).status_code == 403


class TestOnesOwn:
    def test_my_service_shows_credit_and_obligations_with_the_way_to_the_reasons(self, world):
        me = world.browser(Role.DEPLOYED_PERSON, world.hospital, worker=world.at_post)
        page = html(me.get(address("my_service")))
        assert address("my_credit", world.running.pk) in page
        assert address("my_obligation", POLICY, RECRUITS) in page
        assert "8 months 13 days in all" in words(page)

    def test_the_reasons_are_ones_own_and_nobody_elses(self, world):
        me = world.browser(Role.DEPLOYED_PERSON, world.hospital, worker=world.at_post)
        assert "8 months 13 days" in html(me.get(address("my_credit", world.running.pk)))
        assert "being served" in html(me.get(address("my_obligation", POLICY, RECRUITS)))
        assert me.get(address("my_credit", world.closed.pk)).status_code == 404
        assert me.get(address("obligation", world.at_post.pk, POLICY, RECRUITS)).status_code == 403

    def test_an_account_without_a_record_has_none(self, world):
        nobody = world.browser(Role.DEPLOYED_PERSON, world.hospital)
        assert nobody.get(address("my_obligation", POLICY, RECRUITS)).status_code == 404


def test_the_persons_page_takes_the_part(world, browser):
    from django.urls import reverse

    page = html(browser.get(reverse("people:person", args=[world.done.pk])))
    assert address("service_of", world.done.pk) in page
    part = browser.get(address("service_of", world.done.pk), headers=PART)
    assert part.content.decode().lstrip().startswith('<section class="panel mt4" id="standing"')
    assert "12 months in all" in words(part.content.decode())


def test_everybody_is_reckoned_again_in_the_background(world, browser):
    from deploy_admin.jobs.models import Job

    assert browser.post(address("reckon")).status_code == 302
    assert Job.objects.get(kind="assignments.reckon").params["trigger"] == "hand"
    assert credit(world.closed).state == "recognised"
    assert owed(world.done).state == "met"


class TestRest:
    def client(self, world, **more):
        return world.browser(**more)

    def test_credit_and_obligations_are_listed_with_their_delta(self, world, browser):
        answer = browser.get("/api/v1/credits/")
        assert answer.status_code == 200
        assert {row["state"] for row in answer.json()["results"]} == {"running", "recognised"}
        since = (credit(world.running).updated_at + timedelta(seconds=1)).isoformat()
        assert browser.get("/api/v1/credits/", {"updated_since": since}).json()["results"] == []
        found = browser.get("/api/v1/obligations/", {"worker": world.late.pk}).json()["results"]
        assert {row["state"] for row in found} == {"red", "before"}

    def test_ended_obligations_stay_in_the_delta(self, world, browser):
        from assignments.models import Obligation

        Obligation.objects.filter(worker=world.late).update(state="ended", latest_start_on=None)
        found = browser.get("/api/v1/obligations/", {"worker": world.late.pk}).json()["results"]
        assert {row["state"] for row in found} == {"ended"}
        detail = browser.get(f"/api/v1/obligations/{found[0]['id']}/").json()
        assert detail["explanation"] is None

    def test_one_row_explains_itself(self, world, browser):
        detail = browser.get(f"/api/v1/credits/{credit(world.running).pk}/").json()
        assert detail["explanation"]["value"] == "length:8+13"
        detail = browser.get(f"/api/v1/obligations/{owed(world.late).pk}/").json()
        assert detail["explanation"]["value"] == "red"

    def test_a_receiving_unit_reads_the_credit_of_its_own_and_no_obligations(self, world):
        clerk = world.browser(Role.RECEIVER_CLERK, world.centre)
        assert len(clerk.get("/api/v1/credits/").json()["results"]) == 2
        assert clerk.get("/api/v1/obligations/").status_code == 403
