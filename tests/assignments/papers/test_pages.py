"""The pages of papers as people meet them: issuing with a look first, the list, one paper, the check, REST."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assignments.models import IssuedPaper
from deploy_admin.access import Role
from deploy_admin.audit.models import Event
from deploy_admin.jobs.models import Job
from tests.accounts.factories import a_membership, signed_in
from tests.assignments.papers.world import World, dispatched, extended, issued, received, suspended
from tests.quotas.pages import html, sheet, words

pytestmark = pytest.mark.django_db
TODAY = "2026-11-22"


@pytest.fixture
def world():
    return World()


def browser(world, role=Role.CITY_OFFICER, at=None, lang="en", worker=None):
    member = a_membership(role, at or world.commission)
    if worker is not None:
        member.worker = worker
        member.save()
    client = signed_in(Client(), member)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = lang
    return client


def address(name, *args, **query):
    return reverse(f"assignments:{name}", args=args, query=query or None)


def hidden(page, name):
    return re.search(rf'name="{name}" value="([^"]*)"', page)[1]


class TestIssuing:
    """From a choice in a list to the issued paper."""

    def test_the_page_says_what_is_issued_and_who_is_left_out(self, world):
        rows = world.going("安计划"), world.going("护计划", worker=world.nurse("护计划"))
        page = html(browser(world).get(address("paper_issue_suspension_notice", ids=[row.pk for row in rows])))
        assert "示范甲医院" in page
        assert "安计划" in page
        assert "1 of those chosen stands on no paper" in words(page)
        assert "entered on behalf" in page

    def test_a_look_shows_the_paper_and_writes_nothing(self, world):
        row = world.going("安计划")
        client = browser(world)
        sent = {
            "ids": str(row.pk),
            "dated_on": TODAY,
            "number": "示〔2026〕1号",
            "look": "0",
            "contact": "",
            "remark": "",
        }
        page = html(client.post(address("paper_issue_dispatch_notice"), sent))
        assert "预览稿，未印发" in page
        assert "示〔2026〕1号" in page
        assert not IssuedPaper.objects.exists()

    def test_issuing_leads_to_the_paper(self, world):
        row = world.going("安计划")
        client = browser(world)
        page = html(client.get(address("paper_issue_dispatch_notice", ids=row.pk)))
        sent = {"ids": hidden(page, "ids"), "dated_on": hidden(page, "dated_on"), "number": "示[2026]1号"}
        answer = client.post(address("paper_issue_dispatch_notice"), sent, follow=True)
        paper = IssuedPaper.objects.get()
        assert answer.redirect_chain == [(paper.get_absolute_url(), 302)]
        assert paper.number == "示〔2026〕1号"
        assert "1 paper is issued." in html(answer)

    def test_the_next_number_is_offered_after_the_last(self, world):
        issued(dispatched(world.going("安计划")), number="示〔2026〕9号")
        page = html(browser(world).get(address("paper_issue_dispatch_notice", ids=world.going("白计划").pk)))
        assert "示〔2026〕10号" in page

    def test_a_refusal_stands_beside_the_number(self, world):
        issued(dispatched(world.going("安计划")), number="示〔2026〕1号")
        sent = {"ids": str(world.going("白计划").pk), "dated_on": TODAY, "number": "示〔2026〕1号"}
        answer = browser(world).post(address("paper_issue_dispatch_notice"), sent)
        assert answer.status_code == 422
        assert "This unit issued a paper under this number already." in html(answer, 422)

    @pytest.mark.parametrize("query", [{}, {"ids": "x"}, {"ids": 999999}])
    def test_nothing_to_issue_goes_back_with_the_reason(self, world, query):
        answer = browser(world).get(address("paper_issue_dispatch_notice", **query), follow=True)
        assert answer.redirect_chain[-1][0] == address("assignments")
        assert "note-warn" in html(answer)

    def test_the_whole_campaign_from_its_page(self, world):
        world.going("安计划")
        client = browser(world)
        link = address("paper_issue_dispatch_notice", campaign=world.campaign.pk)
        assert link in html(client.get(world.campaign.get_absolute_url()))
        page = html(client.get(link))
        sent = {"campaign": hidden(page, "campaign"), "ids": "", "dated_on": TODAY}
        client.post(address("paper_issue_dispatch_notice"), sent)
        assert IssuedPaper.objects.get().content["whole"] is True

    def test_everything_the_list_shows(self, world):
        world.going("安计划")
        world.there("白在岗")
        page = html(browser(world).get(address("paper_issue_dispatch_notice", all=1, state="planned")))
        assert "安计划" in page
        assert "白在岗" not in page

    def test_a_long_batch_goes_to_the_background(self, world):
        rows = [world.there(f"示范{number}") for number in range(4)]
        for row in rows:
            world.filed(row, date(2026, 5, 11), date(2026, 5, 15))
        client = browser(world)
        page = html(client.get(address("paper_issue_extension_notice", ids=[row.pk for row in rows])))
        assert "in the background" in page
        assert 'name="number"' not in page
        client.post(address("paper_issue_extension_notice"), {"ids": hidden(page, "ids"), "dated_on": TODAY})
        assert Job.objects.get().kind == "assignments.issue_papers"

    def test_what_the_leave_lists_form_sends_is_asked_about_first(self, world):
        leave = world.filed(world.there("安在岗"), date(2026, 5, 11), date(2026, 5, 15))
        client = browser(world)
        assert address("paper_issue_leave_receipt") in html(client.get(address("leaves")))
        answer = client.post(
            address("paper_issue_leave_receipt"), {"ids": [f"{leave.pk}:{leave.version}"], "number": "", "on": TODAY}
        )
        assert answer.url == address("paper_issue_leave_receipt", ids=leave.pk)
        assert "安在岗" in html(client.get(answer.url))

    def test_it_is_offered_where_the_work_is_done(self, world):
        row = world.there("安在岗")
        leave = world.filed(row, date(2026, 5, 11), date(2026, 5, 15))
        client = browser(world)
        assert address("paper_issue_leave_receipt", ids=leave.pk) in html(client.get(leave_url(leave)))
        page = html(client.get(row.get_absolute_url()))
        assert address("paper_issue_extension_notice", ids=row.pk) in page
        batch = html(client.get(address("assignments")))
        for kind in ("suspension_notice", "dispatch_notice", "extension_notice"):
            assert address(f"paper_issue_{kind}") in batch

    def test_the_notice_is_the_next_step_after_stating(self, world):
        row = world.going("安计划", starts_on=date(2026, 12, 1))
        client = browser(world, Role.SENDER_HR, world.sender)
        page = html(client.get(address("assignments_suspend", ids=row.pk)))
        answer = client.post(
            address("assignments_suspend"), {"chosen": hidden(page, "chosen"), "on": TODAY}, follow=True
        )
        assert address("paper_issue_suspension_notice", ids=row.pk) in html(answer)

    def test_a_notice_issued_first_is_named_by_the_statement(self, world):
        row = world.going("安计划", starts_on=date(2026, 12, 1))
        client = browser(world, Role.SENDER_HR, world.sender)
        paper = issued(suspended(row), number="示人〔2026〕3号")
        link = address("assignments_suspend", ids=row.pk, paper=paper.pk)
        assert link in html(client.get(paper.get_absolute_url()))
        page = html(client.get(link))
        assert "示人〔2026〕3号" in page
        assert paper.content["title"] in page

    def test_whoever_may_not_issue_is_refused_and_offered_nothing(self, world):
        row = world.going("安计划")
        client = browser(world, Role.RECEIVER_CLERK, world.receiver)
        for kind in ("suspension_notice", "dispatch_notice", "leave_receipt", "extension_notice"):
            assert client.get(address(f"paper_issue_{kind}", ids=row.pk)).status_code == 403
        assert "papers/issue" not in html(client.get(address("assignments")))
        assert "papers/issue" not in html(client.get(row.get_absolute_url()))


def leave_url(leave):
    return address("leave", leave.pk)


class TestOnePaper:
    """Its page: what it says, its files, number, stamped copy, withdrawal."""

    @pytest.fixture
    def paper(self, world):
        return issued(dispatched(world.going("安计划"), world.going("乙计划", at=world.other_sender)))

    def test_it_shows_the_content_and_hands_out_the_files(self, world, paper):
        client = browser(world)
        page = html(client.get(paper.get_absolute_url()))
        assert "安计划" in page
        assert "乙计划" in page
        assert paper.check_code in page
        for file in (paper.pdf, paper.docx):
            assert file.get_absolute_url() in page
            assert client.get(file.get_absolute_url()).content == file.read()

    def test_number_then_stamped_copy_then_withdrawn(self, world, paper):
        client = browser(world)
        sent = {"version": 1, "number": "示[2026]5号", "dated_on": TODAY}
        assert "written down" in html(client.post(address("paper_number", paper.pk), sent, follow=True))
        scan = SimpleUploadedFile("示范.pdf", b"%PDF-1.7 scan")
        sent = {"version": 2, "number": "示〔2026〕5号", "dated_on": TODAY, "scan": scan}
        page = html(client.post(address("paper_stamped", paper.pk), sent, follow=True))
        assert "valid version" in page
        paper.refresh_from_db()
        assert paper.stamped.get_absolute_url() in page
        page = html(
            client.post(address("paper_withdraw", paper.pk), {"version": 3, "reason": "名单有误"}, follow=True)
        )
        assert "名单有误" in page
        assert "Withdraw the paper" not in page

    def test_a_refusal_stands_on_the_page(self, world, paper):
        answer = browser(world).post(
            address("paper_stamped", paper.pk), {"version": 1, "number": "1", "dated_on": TODAY}
        )
        assert answer.status_code == 422
        answer = browser(world).post(address("paper_withdraw", paper.pk), {"version": 1, "reason": ""})
        assert answer.status_code == 422

    def test_a_version_not_read_is_a_conflict(self, world, paper):
        client = browser(world)
        client.post(address("paper_number", paper.pk), {"version": 1, "number": "示〔2026〕5号", "dated_on": TODAY})
        answer = client.post(address("paper_withdraw", paper.pk), {"version": 1, "reason": "名单有误"})
        assert answer.status_code == 409

    def test_a_unit_reads_its_rows_and_takes_them_as_an_extract(self, world, paper):
        client = browser(world, Role.SENDER_HR, world.sender)
        page = html(client.get(paper.get_absolute_url()))
        assert "安计划" in page
        assert "乙计划" not in page
        assert paper.pdf.get_absolute_url() not in page
        assert "Withdraw the paper" not in page
        assert client.get(paper.pdf.get_absolute_url()).status_code == 404
        answer = client.get(address("paper_extract", paper.pk))
        assert answer.content.startswith(b"%PDF-")
        assert Event.objects.filter(act="papers.extract_read").count() == 1
        assert (
            browser(world).get(address("paper_extract", paper.pk)).status_code == 404
        )  # the whole is there for the city

    def test_the_person_reads_the_own_notice_on_its_page(self, world):
        row = world.there("安在岗")
        world.filed(row, date(2026, 5, 11), date(2026, 5, 15))
        notice, lists = issued(extended(row)), issued(dispatched(world.going("白计划")))
        client = browser(world, Role.DEPLOYED_PERSON, world.sender, worker=row.worker)
        assert "2027年3月14日" in html(client.get(notice.get_absolute_url()))
        assert client.get(notice.pdf.get_absolute_url()).status_code == 200
        assert client.get(lists.get_absolute_url()).status_code == 404
        assert client.get(address("papers")).status_code == 403

    def test_kinds_of_leave_are_not_told_to_everybody(self, world):
        leave = world.filed(world.there("安在岗"), date(2026, 5, 11), date(2026, 5, 15), kind="sick")
        receipt = issued(received(leave))
        page = html(browser(world, Role.AUDITOR).get(receipt.get_absolute_url()))
        assert "病假" not in page
        assert "This paper names kinds of leave" in page


class TestTheList:
    """What was issued, the latest first."""

    def test_it_narrows_by_kind_state_and_number(self, world):
        row = world.going("安计划")
        one, two = issued(dispatched(row), number="示〔2026〕1号"), issued(suspended(row))
        client = browser(world)
        page = html(client.get(address("papers")))
        assert page.index(two.get_absolute_url()) < page.index(one.get_absolute_url())
        for query in ({"kind": "dispatch_notice"}, {"q": "示[2026]1"}, {"q": "派遣2026"}, {"numbered": "true"}):
            page = html(client.get(address("papers", **query)))
            assert one.get_absolute_url() in page
            assert two.get_absolute_url() not in page
        page = html(client.get(address("papers", state="withdrawn")))
        assert one.get_absolute_url() not in page

    def test_a_filter_that_finds_nothing_says_so_and_an_empty_list_too(self, world):
        client = browser(world)
        assert "No paper yet" in html(client.get(address("papers")))
        assert "No paper that you see fits these filters." in html(client.get(address("papers", q="无此文")))

    def test_the_export_is_what_is_shown_and_is_recorded(self, world):
        paper = issued(dispatched(world.going("安计划")), number="示〔2026〕1号")
        found = sheet(browser(world).get(address("papers", export="xlsx")))
        assert [found[1][0], found[1][-1]] == ["示〔2026〕1号", paper.check_code]
        assert Event.objects.get(act="papers.exported").detail["rows"] == 1

    def test_its_queries_do_not_grow_with_the_papers(self, world):
        client = browser(world)
        issued(dispatched(world.going("安计划")))
        client.get(address("papers"))
        with CaptureQueriesContext(connection) as few:
            client.get(address("papers"))
        for number in range(4):
            issued(dispatched(world.going(f"示范{number}")))
        with CaptureQueriesContext(connection) as many:
            client.get(address("papers"))
        assert len(many) == len(few)
