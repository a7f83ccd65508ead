"""The pages of feedback as people meet them: issuing with a look first, receiving, the pay list, reports."""

from __future__ import annotations

import io
import re
from datetime import date

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from appraisals.feedback import batch, services
from appraisals.models import FeedbackLetter, SituationReport
from assignments.models import IssuedPaper
from deploy_admin.access import Role
from deploy_admin.audit.models import Event
from deploy_admin.jobs.models import Job
from tests.appraisals.feedback.world import World
from tests.assignments.months.factories import OCTOBER
from tests.quotas.pages import html, sheet, words

pytestmark = pytest.mark.django_db
SENT = {"month": "2026-10", "dated_on": "2026-11-20", "contact": "", "remark": ""}


@pytest.fixture
def world():
    return World()


def address(name, *args, **query):
    return reverse(f"appraisals:{name}", args=args, query=query or None)


class TestIssuing:
    """What is owed, a look at each letter, one click for all."""

    def test_the_page_says_what_is_owed_to_whom_and_until_when(self, world):
        world.result("安一")
        world.result("白二", state="undetermined", missing=["value:rounds"])
        page = words(html(world.browser().get(address("feedback_issue", month="2026-10"))))
        for word in ("示范甲医院", "安一, 白二", "1 undetermined", "The day for feeding back was", "Issue the letter"):
            assert word in page

    def test_a_look_shows_the_letter_and_writes_nothing(self, world):
        world.result("安一")
        sent = SENT | {"authority": world.office.pk, "look": "0", "contact": "张示范"}
        page = html(world.browser().post(address("feedback_issue"), sent))
        assert "预览稿，未印发" in page
        assert "张示范" in page
        assert not FeedbackLetter.objects.exists()

    def test_one_post_issues_them_all_and_leads_to_the_list(self, world):
        world.result("安一")
        world.result("白二", by=world.other_sender)
        answer = world.browser().post(address("feedback_issue"), SENT | {"authority": world.office.pk}, follow=True)
        assert answer.redirect_chain == [(address("letters", month="2026-10"), 302)]
        assert "2 letters are issued." in html(answer)
        assert FeedbackLetter.objects.count() == 2

    def test_the_only_letter_takes_its_number_and_is_shown(self, world):
        world.result("安一")
        sent = SENT | {"authority": world.office.pk, "number": "万州卫函[2026]3号"}
        answer = world.browser().post(address("feedback_issue"), sent, follow=True)
        assert "万州卫函〔2026〕3号" in html(answer)
        assert FeedbackLetter.objects.get().get_absolute_url() == answer.redirect_chain[-1][0]

    def test_a_refusal_stands_beside_its_field(self, world):
        world.result("安一")
        answer = world.browser().post(
            address("feedback_issue"), SENT | {"authority": world.office.pk, "dated_on": "2026-09-01"}
        )
        assert answer.status_code == 422
        assert "A letter about a month is not dated before it." in html(answer, 422)

    def test_many_go_to_the_background(self, world, monkeypatch):
        monkeypatch.setattr(batch, "AT_ONCE", 0)
        world.result("安一")
        answer = world.browser().post(address("feedback_issue"), SENT | {"authority": world.office.pk}, follow=True)
        assert "1 letter is being issued in the background." in html(answer)
        assert Job.objects.get().kind == batch.JOB

    def test_nothing_owed_says_so(self, world):
        page = html(world.browser().get(address("feedback_issue", month="2026-10")))
        assert "Everything released of this month is fed back." in page

    def test_nonsense_in_the_address_is_not_asked(self, world):
        assert world.browser().get(address("feedback_issue", month="x", authority="-3")).status_code == 200

    def test_another_authority_is_not_issued_for(self, world):
        world.result("安一", authority=world.other_office)
        url = address("feedback_issue", month="2026-10", authority=world.other_office.pk)
        assert world.browser().get(url).status_code == 409

    def test_the_city_chooses_the_authority_that_waits(self, world):
        world.result("安一")
        page = words(html(world.browser(Role.CITY_OFFICER, world.city).get(address("feedback_issue"))))
        assert world.office.profile.name in page
        assert "Issue the letter" in page


class TestTheList:
    """The unreceived first; whom to remind; what is not fed back."""

    def test_the_authority_sees_who_has_not_received_and_the_text_to_copy(self, world):
        world.result("安一")
        world.result("白二", by=world.other_sender)
        world.issued()
        services.receive_all(by=world.hr)
        page = words(html(world.browser().get(address("letters"))))
        assert "Feedback letters not received yet: 示范乙医院 (2026-10, no number yet)." in page
        assert "not received" in page

    def test_what_is_released_and_not_fed_back_stands_above(self, world):
        world.result("安一")
        page = words(html(world.browser().get(address("letters"))))
        assert "Released and not fed back" in page
        assert "overdue" in page

    def test_the_sender_receives_all_in_one_click(self, world):
        world.result("安一")
        world.issued()
        client = world.browser(Role.SENDER_HR, world.sender)
        page = words(html(client.get(address("letters"))))
        assert "1 letter waits to be received." in page
        assert "Released and not fed back" not in page
        answer = client.post(address("letters_receive"), follow=True)
        assert "1 letter is received." in html(answer)
        assert FeedbackLetter.objects.get().received_at is not None
        assert "No letter was waiting." in html(client.post(address("letters_receive"), follow=True))

    def test_filters_and_exports(self, world):
        world.result("安一")
        world.result("白二", by=world.other_sender)
        world.issued()
        services.receive_all(by=world.hr)
        client = world.browser()
        rows = sheet(client.get(address("letters", received="no", export="xlsx")))
        assert [row[4] for row in rows[1:]] == ["示范乙医院"]
        assert Event.objects.filter(act="feedback.exported").exists()
        assert "No letter that you see fits these filters." in html(client.get(address("letters", month="2025-01")))

    def test_the_queries_do_not_grow(self, world):
        def asked():
            with CaptureQueriesContext(connection) as queries:
                client.get(address("letters"))
            return len(queries)

        world.result("安一")
        world.issued()
        client = world.browser()
        client.get(address("letters"))
        few = asked()
        for number in range(4):
            world.result(f"白{number}", by=world.other_sender)
            world.issued()
        assert asked() == few


class TestOneLetter:
    """The same content as on paper, and every number opens."""

    def test_the_page_says_what_the_paper_says(self, world):
        score = world.result("安一", points=80, factor="1.1")
        letter = world.letter()
        page = html(world.browser(Role.SENDER_HR, world.sender).get(letter.get_absolute_url()))
        for word in (
            "予以反馈（共1人，见附件）。",
            "2026年10月绩效考核结果汇总表",
            letter.paper.check_code,
            "专此函达。",
        ):
            assert word in page
        assert f'href="{score.get_absolute_url()}">80.00</a>' in page
        assert letter.paper.pdf.get_absolute_url() in page
        assert letter.paper.docx.get_absolute_url() in page

    def test_pdf_docx_and_summary_are_handed_to_the_sender(self, world):
        world.result("安一")
        letter = world.letter()
        client = world.browser(Role.SENDER_HR, world.sender)
        assert client.get(letter.paper.pdf.get_absolute_url()).status_code == 200
        assert client.get(letter.paper.docx.get_absolute_url()).status_code == 200
        book = openpyxl.load_workbook(io.BytesIO(client.get(address("letter_summary", letter.pk)).content))
        assert book.sheetnames == ["2026-10"]

    def test_received_on_its_page_and_again(self, world):
        world.result("安一")
        letter = world.letter()
        client = world.browser(Role.SENDER_HR, world.sender)
        assert address("letter_receive", letter.pk) in html(client.get(letter.get_absolute_url()))
        assert "The letter is received." in html(client.post(address("letter_receive", letter.pk), follow=True))
        again = html(client.post(address("letter_receive", letter.pk), follow=True))
        assert "The letter had been received already." in again
        assert address("letter_receive", letter.pk) not in again

    def test_the_other_letters_on_the_month_are_linked(self, world):
        score = world.result("安一")
        first = world.letter()
        world.corrected(score)
        second = world.letter()
        page = html(world.browser().get(second.get_absolute_url()))
        assert first.get_absolute_url() in page
        assert "correction" in page

    def test_a_letter_to_others_is_not_there(self, world):
        world.result("安一")
        letter = world.letter()
        client = world.browser(Role.SENDER_HR, world.other_sender)
        assert client.get(letter.get_absolute_url()).status_code == 404
        assert client.post(address("letter_receive", letter.pk)).status_code == 404
        assert client.get(letter.paper.get_absolute_url()).status_code == 404

    def test_the_page_of_its_paper_offers_number_and_stamped_copy_and_no_withdrawal(self, world):
        world.result("安一")
        paper = world.letter().paper
        page = html(world.browser().get(paper.get_absolute_url()))
        assert reverse("assignments:paper_number", args=[paper.pk]) in page
        assert reverse("assignments:paper_stamped", args=[paper.pk]) in page
        assert reverse("assignments:paper_withdraw", args=[paper.pk]) not in page

    def test_the_list_of_papers_and_the_check_know_it(self, world):
        score = world.result("安一")
        paper = world.letter().paper
        client = world.browser()
        rows = words(html(client.get(reverse("assignments:papers", query={"kind": "feedback_letter"}))))
        assert "绩效考核结果的函" in rows
        check = reverse("assignments:paper_check", query={"code": paper.check_code})
        assert "The paper and the data match." in html(client.get(check))
        world.corrected(score, points=85)
        assert "得分80→85" in html(client.get(check))


class TestThePayList:
    """Own people, points and factor, the explanation behind each number."""

    def test_the_sender_sees_its_people_and_exports_exactly_them(self, world):
        score = world.result("安一", points="87.5", factor="1.05")
        world.result("白二", by=world.other_sender)
        world.issued()
        client = world.browser(Role.SENDER_HR, world.sender)
        page = html(client.get(address("pay_list", month="2026-10")))
        assert f'href="{score.get_absolute_url()}">87.50</a>' in page
        assert "白二" not in page
        rows = sheet(client.get(address("pay_list", month="2026-10", export="xlsx")))
        assert [row[1] for row in rows[1:]] == ["安一"]
        assert Event.objects.filter(act="feedback.pay_list_exported").exists()

    def test_the_summary_of_a_period(self, world):
        world.result("安一")
        world.issued()
        answer = world.browser().get(address("feedback_summary", first="2026-09", last="2026-10"))
        assert openpyxl.load_workbook(io.BytesIO(answer.content)).sheetnames == ["2026-10"]

    def test_an_empty_month_offers_a_way_out(self, world):
        page = html(world.browser(Role.SENDER_HR, world.sender).get(address("pay_list", month="2026-01")))
        assert "Nothing was told of these months" in page


class TestReports:
    """Written beside the numbers, submitted, answered."""

    WORDS = {"work": "开展门诊。", "results": "", "difficulties": "", "proposals": ""}

    def test_the_months_are_chosen_beside_their_numbers_and_the_report_begun(self, world):
        world.result("安一", workload={"rounds": 3})
        client = world.browser(Role.RECEIVER_CLERK, world.receiver)
        page = words(html(client.get(address("report_new", first="2026-10", last="2026-10"))))
        assert "outreach rounds" in page
        answer = client.post(address("report_new"), {"first": "2026-10", "last": "2026-10"})
        report = SituationReport.objects.get()
        assert answer["Location"] == report.get_absolute_url()
        # Asked for the same months again, the one there is comes up.
        again = client.get(address("report_new", first="2026-10", last="2026-10"))
        assert again["Location"] == report.get_absolute_url()

    def test_words_are_saved_and_submitted_in_one_form(self, world):
        world.result("安一")
        client = world.browser(Role.RECEIVER_CLERK, world.receiver)
        client.post(address("report_new"), {"first": "2026-10", "last": "2026-10"})
        report = SituationReport.objects.get()
        saved = client.post(address("report_save", report.pk), self.WORDS | {"version": report.version}, follow=True)
        assert "The report is saved." in html(saved)
        report.refresh_from_db()
        done = client.post(
            address("report_save", report.pk), self.WORDS | {"version": report.version, "submit": "1"}, follow=True
        )
        assert "The report is submitted; its numbers are frozen." in html(done)
        assert "特此报告。" in html(done)
        assert IssuedPaper.objects.count() == 1

    def test_words_are_kept_when_submitting_is_refused(self, world):
        client = world.browser(Role.RECEIVER_CLERK, world.receiver)
        client.post(address("report_new"), {"first": "2026-11", "last": "2026-11"})
        report = SituationReport.objects.get()
        answer = client.post(
            address("report_save", report.pk), self.WORDS | {"version": report.version, "submit": "1"}
        )
        page = html(answer, 422)
        assert "The last month is not over" in page
        report.refresh_from_db()
        assert report.work == "开展门诊。"
        assert re.search(rf'name="version" value="{report.version}"', page)

    def test_a_month_that_is_none_is_refused_beside_its_field(self, world):
        client = world.browser(Role.RECEIVER_CLERK, world.receiver)
        page = html(client.post(address("report_new"), {"first": "2026-13", "last": "2026-10"}), 422)
        assert "Write a month as 2026-10." in page

    def submitted(self, world):
        world.result("安一")
        begun = services.begin_report(
            institution_id=world.receiver.pk, first=OCTOBER, last=OCTOBER, texts=self.WORDS, by=world.clerk
        )
        return services.submit_report(report=begun, by=world.clerk)

    def test_the_authority_sends_it_back_and_the_unit_sees_why(self, world):
        report = self.submitted(world)
        client = world.browser()
        client.post(address("report_send_back", report.pk), {"version": report.version, "reason": "请补充困难"})
        page = html(world.browser(Role.RECEIVER_CLERK, world.receiver).get(report.get_absolute_url()))
        assert "请补充困难" in page
        assert address("report_save", report.pk) in page

    def test_the_authority_takes_note_with_an_answer(self, world):
        report = self.submitted(world)
        client = world.browser()
        assert address("report_note", report.pk) in html(client.get(report.get_absolute_url()))
        answer = client.post(
            address("report_note", report.pk), {"version": report.version, "answer": "已阅。"}, follow=True
        )
        assert "已阅。" in html(answer)
        assert address("report_note", report.pk) not in html(answer)

    def test_the_unit_takes_it_back(self, world):
        report = self.submitted(world)
        client = world.browser(Role.RECEIVER_CLERK, world.receiver)
        client.post(address("report_take_back", report.pk), {"version": report.version})
        report.refresh_from_db()
        assert report.state == "draft"

    def test_an_answer_to_an_old_version_is_a_conflict(self, world):
        report = self.submitted(world)
        answer = world.browser().post(address("report_note", report.pk), {"version": report.version - 1, "answer": ""})
        assert answer.status_code == 409

    def test_the_list_names_who_owes_one_with_the_text_to_copy(self, world):
        world.result("白二", at=world.other)
        self.submitted(world)
        page = words(html(world.browser().get(address("reports", first="2026-10", last="2026-10"))))
        assert "1 unit has not reported on 2026-10" in page
        assert "is still missing from: 示范戊卫生院" in page
        own = words(html(world.browser(Role.RECEIVER_CLERK, world.receiver).get(address("reports"))))
        assert "is still missing from" not in own
        assert "Write a report" in own

    def test_another_units_report_is_not_there(self, world):
        report = self.submitted(world)
        client = world.browser(Role.RECEIVER_CLERK, world.other)
        assert client.get(report.get_absolute_url()).status_code == 404

    def test_the_district_writes_none_itself(self, world):
        answer = world.browser().get(address("report_new"), follow=True)
        assert answer.redirect_chain[-1][0] == address("reports")


@pytest.mark.parametrize("lang", ["en", "zh-hans"])
@pytest.mark.parametrize("name", ["letters", "pay_list", "reports", "feedback_issue"])
def test_every_page_opens_in_both_languages(world, lang, name):
    world.result("安一", state="undetermined", missing=["value:rounds"])
    world.issued()
    world.result("白二")
    assert world.browser(lang=lang).get(address(name)).status_code == 200


def test_the_day_of_a_letter_is_not_in_the_future(world):
    world.result("安一")
    sent = SENT | {"authority": world.office.pk, "dated_on": date(2026, 11, 23).isoformat()}
    assert world.browser().post(address("feedback_issue"), sent).status_code == 422
