"""Every act on an assignment through its page: what its form begins with, what it does, where its refusal stands."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from assignments.models import Assignment, Transition
from deploy_admin.access import Role
from deploy_admin.jobs.models import StoredFile
from tests.assignments.assignments_pages.world import World, address
from tests.assignments.postings import suspended_for
from tests.people.pages.reading import filled
from tests.quotas.pages import html

pytestmark = pytest.mark.django_db
DECISION = {"deciding_body": "示范领导小组", "document_number": "示范〔2026〕12号"}


@pytest.fixture
def world():
    return World()


def done(browser, name, row, *args, **given):
    """Open the act's page, send its form with what is given, expect it done; return the assignment as it is then."""
    url = address(f"assignment_{name}", row.pk, *args)
    answer = browser.get(url)
    assert answer.status_code == 200, answer.content.decode()[:500]
    data = filled(answer)
    data.pop("scan", None)
    answer = browser.post(url, data | given)
    assert answer.status_code == 302, answer.context["form"].errors
    return Assignment.objects.get(pk=row.pk)


def at(row, state, **columns):
    Assignment.objects.filter(pk=row.pk).update(state=state, **columns)
    return Assignment.objects.get(pk=row.pk)


def test_a_move_goes_to_a_unit_named_by_hand_and_the_term_goes_on(world):
    row = done(
        world.browser(), "move", world.there, receiving_unit="示范戊卫生院", first_day="2026-11-22", reason="统筹"
    )  # fmt: skip
    assert row.receiving_unit_id == world.centre.pk
    assert row.ends_on == date(2027, 3, 9)
    assert "Pieces" in html(world.browser().get(address("assignment", row.pk)))


def test_a_unit_nobody_knows_is_refused_beside_the_field(world):
    browser = world.browser()
    url = address("assignment_move", world.there.pk)
    data = filled(browser.get(url)) | {"receiving_unit": "无此单位", "reason": "x"}
    data.pop("scan")
    answer = browser.post(url, data)
    assert answer.status_code == 422
    assert "receiving_unit" in answer.context["form"].errors


def test_part_time_from_a_day_on_is_another_piece(world):
    row = done(world.browser(), "full_time", world.there, full_time="no", first_day="2026-11-20", reason="照顾家庭")
    assert (row.full_time, row.segments.count()) == (False, 2)


def test_a_deputy_director_is_posted_by_order_and_the_posting_ends(world):
    browser = world.browser()
    row = done(browser, "deputy", world.there, order="示范任〔2026〕1号", first_day="2026-04-01")
    assert row.deputy_from == date(2026, 4, 1)
    row = done(browser, "deputy_end", row, last_day="2026-10-31")
    assert row.deputy_to == date(2026, 10, 31)
    assert "2026-04-01 – 2026-10-31 · 示范任〔2026〕1号" in html(browser.get(address("assignment", row.pk)))


def test_a_recall_rests_on_a_decision_and_is_taken_back(world):
    browser = world.browser()
    row = done(browser, "recall", world.there, last_day="2026-11-20", remark="工作需要", **DECISION)
    assert (row.state, row.end_reason) == ("ended_early", "called_away")
    row = done(browser, "undo_end", row, reason="有误")
    assert (row.state, row.ends_on) == ("on_post", date(2027, 3, 9))


def test_an_arrival_is_taken_back_by_the_officer(world):
    row = done(world.browser(), "undo_arrival", world.there, reason="点错了")
    assert (row.state, row.arrived_at) == ("filed", None)


def test_a_reached_term_is_evaluated_closed_and_opened_again(world):
    browser = world.browser()
    row = at(world.there, "term_reached", ends_on=date(2026, 11, 20), term_ends_on=date(2026, 11, 20))
    row = done(browser, "evaluate", row)
    assert row.state == "under_evaluation"
    row = done(browser, "close", row, outcome="returned", result="qualified")
    assert (row.state, row.result) == ("returned", "qualified")
    row = done(browser, "reopen", row, reason="补充材料")
    assert row.state == "under_evaluation"


def test_a_further_term_is_planned_from_the_next_day(world):
    done(world.browser(), "renew", world.there, months="6")
    further = Assignment.objects.get(renews=world.there.pk)
    assert (further.starts_on, further.term_months) == (date(2027, 3, 10), 6)
    page = html(world.browser().get(address("assignment", world.there.pk)))
    assert "the further term" in page


def test_practice_is_filed_with_its_number_and_its_scan(world):
    scan = SimpleUploadedFile("备案表.pdf", b"%PDF-1.4 sample", "application/pdf")
    row = done(
        world.browser(Role.MEDICAL_ADMINISTRATION_SECTION), "file", world.there,
        filing="multi_site_filing", number="示范备〔2026〕7号", scan=scan,
    )  # fmt: skip
    assert (row.filing_number, row.filed_on) == ("示范备〔2026〕7号", date(2026, 11, 22))
    step = Transition.objects.get(assignment=row, act="practice_filed")
    assert step.scan == StoredFile.objects.get(kind="assignments.scan")


def test_a_scan_of_another_kind_is_refused_and_nothing_is_kept(world):
    browser = world.browser()
    url = address("assignment_file", world.there.pk)
    data = filled(browser.get(url)) | {"filing": "multi_site_filing"}
    answer = browser.post(url, data | {"scan": SimpleUploadedFile("x.pdf", b"MZ no pdf")})
    assert "scan" in answer.context["form"].errors
    assert not StoredFile.objects.filter(kind="assignments.scan").exists()


def test_a_statement_is_withdrawn_before_anybody_went(world):
    hr = world.hr()
    row = done(hr, "suspend", world.planned)
    assert row.state == "filed"
    held = suspended_for(row)  # no rule is adopted here that would have asked for it
    row = done(hr, "suspension_withdraw", row, held.pk, reason="改派")
    assert row.state == "planned"


def test_a_refused_act_keeps_what_was_entered_and_stores_no_scan(world):
    browser = world.browser()
    url = address("assignment_end_early", world.there.pk)
    scan = SimpleUploadedFile("决定.pdf", b"%PDF-1.4 sample", "application/pdf")
    data = filled(browser.get(url)) | {"last_day": "2030-01-01", "reason": "other", "remark": "示范说明", "scan": scan}
    answer = browser.post(url, data)
    assert "示范说明" in html(answer, status=422)
    assert answer.context["form"].errors
    assert not StoredFile.objects.filter(kind="assignments.scan").exists()
    assert Assignment.objects.get(pk=world.there.pk).state == "on_post"


def test_the_scan_is_read_by_whoever_sees_the_assignment_and_by_nobody_else(world):
    scan = SimpleUploadedFile("备案表.pdf", b"%PDF-1.4 sample", "application/pdf")
    done(world.browser(), "file", world.there, filing="multi_site_filing", number="7", scan=scan)
    kept = StoredFile.objects.get(kind="assignments.scan")
    url = reverse("jobs:download", args=[kept.pk])
    assert world.clerk().get(url).status_code == 200
    assert world.browser(Role.RECEIVER_CLERK, world.centre).get(url).status_code == 404
