"""The code at the foot of a paper, and papers over REST."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assignments.models import Assignment, IssuedPaper
from deploy_admin.access import Role
from tests.assignments.papers.test_pages import address, browser
from tests.assignments.papers.world import World, dispatched, issued, suspended
from tests.quotas.pages import html, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return World()


class TestTheCheck:
    """The code at the foot of a paper."""

    def test_it_finds_the_paper_and_says_that_all_is_as_it_was(self, world):
        paper = issued(dispatched(world.going("安计划")))
        page = html(browser(world).get(address("paper_check", code=paper.check_code.lower())))
        assert "The paper and the data match." in page
        assert paper.get_absolute_url() in page

    def test_it_names_what_changed(self, world):
        row = world.going("安计划")
        paper = issued(dispatched(row))
        Assignment.objects.filter(pk=row.pk).update(ends_on=date(2027, 3, 14))
        page = words(html(browser(world).get(address("paper_check", code=paper.check_code))))
        assert "The data say something else in" in page
        assert "2027年3月14日" in page

    def test_a_unit_is_told_of_its_own_rows_only(self, world):
        mine, other = world.going("安计划"), world.going("乙计划", at=world.other_sender)
        paper = issued(dispatched(mine, other))
        Assignment.objects.filter(pk__in=[mine.pk, other.pk]).update(ends_on=date(2027, 3, 14))
        client = browser(world, Role.SENDER_HR, world.sender)
        page = html(client.get(address("paper_check", code=paper.check_code)))
        assert "安计划" in page
        assert "乙计划" not in page

    def test_a_withdrawn_paper_says_so(self, world):
        paper = issued(dispatched(world.going("安计划")))
        IssuedPaper.objects.filter(pk=paper.pk).update(
            state="withdrawn", reason="名单有误", withdrawn_at=paper.recorded_at, withdrawn_by_name="市级经办"
        )
        assert "名单有误" in html(browser(world).get(address("paper_check", code=paper.check_code)))

    def test_a_code_of_nobody_or_of_others_finds_nothing(self, world):
        paper = issued(suspended(world.going("安计划")))
        stranger = browser(world, Role.SENDER_HR, world.other_sender)
        for client, code in (
            (stranger, paper.check_code),
            (browser(world), "0000-0000-0000"),
            (browser(world), "abc"),
        ):
            page = html(client.get(address("paper_check", code=code)))
            assert "No such paper" in page
            assert paper.get_absolute_url() not in page


class TestRest:
    """Papers over REST: metadata and the check code."""

    URL = "/api/v1/papers/"

    def test_it_tells_number_state_and_code_and_no_name(self, world):
        row = world.going("安计划")
        paper = issued(dispatched(row), number="示〔2026〕1号")
        client = browser(world)
        [found] = client.get(self.URL).json()["results"]
        assert found["number"] == "示〔2026〕1号"
        assert found["check_code"] == paper.check_code
        assert found["assignments"] == [row.pk]
        assert {"content", "pdf", "docx"}.isdisjoint(found)
        assert "安计划" not in str(found)
        assert client.get(f"{self.URL}{paper.pk}/").json()["sha256"] == paper.sha256

    def test_a_unit_gets_its_own_assignments_only(self, world):
        mine, other = world.going("安计划"), world.going("乙计划", at=world.other_sender)
        issued(dispatched(mine, other))
        [found] = browser(world, Role.SENDER_HR, world.sender).get(self.URL).json()["results"]
        assert found["assignments"] == [mine.pk]

    def test_unseen_papers_and_writing_are_refused(self, world):
        paper = issued(suspended(world.going("安计划")))
        stranger = browser(world, Role.SENDER_HR, world.other_sender)
        assert stranger.get(f"{self.URL}{paper.pk}/").status_code == 404
        assert browser(world).delete(f"{self.URL}{paper.pk}/").status_code in (403, 405)

    def test_the_queries_do_not_grow(self, world):
        client = browser(world)
        issued(dispatched(world.going("安计划")))
        client.get(self.URL)
        with CaptureQueriesContext(connection) as few:
            client.get(self.URL)
        for number in range(3):
            issued(dispatched(world.going(f"示范{number}")))
        with CaptureQueriesContext(connection) as many:
            client.get(self.URL)
        assert len(many) == len(few)
