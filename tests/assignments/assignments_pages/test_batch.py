"""Acts on many: by ticks or by all that the filter shows, shown once more, then done whole or refused whole."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from assignments.forms import assignments_batch as forms
from assignments.models import Assignment, PracticeSuspension, Transition
from deploy_admin.access import Role
from deploy_admin.jobs.models import StoredFile
from tests.assignments.assignments_pages.world import World, address, rows_of
from tests.assignments.factories import seeds
from tests.assignments.postings import suspended_for
from tests.people.pages.reading import filled
from tests.quotas.pages import html, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    seeds()
    return World()


def asked(browser, name, **query):
    """Return the answer to the first step, and what a browser would send on."""
    answer = browser.get(address(f"assignments_{name}", **query))
    assert answer.status_code == 200, answer.get("Location")
    data = filled(answer)
    data.pop("scan", None)
    return answer, data | {"back": answer.context["back"]}


def states(*rows):
    return [Assignment.objects.get(pk=row.pk).state for row in rows]


def test_a_sender_states_the_suspension_of_a_whole_list_under_one_notice_with_its_scan(world):
    second = world.sent("何二", starts_on=date(2026, 12, 1))
    browser = world.hr()
    _answer, data = asked(browser, "suspend", all=1, state="planned")
    scan = SimpleUploadedFile("通知.pdf", b"%PDF-1.4 sample", "application/pdf")
    data |= {"document_number": "示范人〔2026〕3号", "scan": scan}
    answer = browser.post(address("assignments_suspend"), data, follow=True)
    assert "done for 2 people" in html(answer)
    assert states(world.planned, second) == ["filed", "filed"]
    held = PracticeSuspension.objects.filter(document_number="示范人〔2026〕3号")
    assert held.count() == 2
    assert StoredFile.objects.get(kind="assignments.scan").pk in {row.scan_id for row in held}


def test_the_first_step_names_whom_it_concerns_and_who_is_left_out(world):
    answer, _data = asked(world.browser(), "arrive", all=1)
    page = html(answer)
    assert [row[0] for row in rows_of(page)] == ["白待到"]
    assert "4 of those chosen are left out" in words(page)


def test_ticked_rows_alone_are_concerned(world):
    second = world.sent("何二", starts_on=date(2026, 11, 20), state="filed")
    suspended_for(second)
    browser = world.clerk()
    _answer, data = asked(browser, "arrive", ids=[second.pk])
    assert data["on"] == "2026-11-20"
    assert browser.post(address("assignments_arrive"), data).status_code == 302
    assert states(world.due, second) == ["filed", "on_post"]


def test_a_refusal_of_the_rules_is_shown_above_the_form_and_changes_nothing(world):
    browser = world.clerk()
    _answer, data = asked(browser, "arrive", ids=[world.due.pk])
    answer = browser.post(address("assignments_arrive"), data)
    assert "Practice at the sending unit is not suspended on the first day: 白待到" in html(answer, status=422)
    assert states(world.due) == ["filed"]


def test_nobody_chosen_leads_back_with_a_sentence(world):
    browser = world.hr()
    answer = browser.get(address("assignments_suspend", state="planned"), follow=True)
    assert answer.redirect_chain[0][0] == address("assignments", state="planned")
    assert "Nobody is chosen" in html(answer)


def test_what_fits_none_of_those_chosen_leads_back_with_a_sentence(world):
    answer = world.hr().get(address("assignments_suspend", ids=[world.there.pk]), follow=True)
    assert "fits none of those chosen" in html(answer)


def test_too_many_are_refused_with_a_way_out(world, monkeypatch):
    monkeypatch.setattr(forms, "MOST", 1)
    answer = world.browser().get(address("assignments_file", all=1), follow=True)
    assert "at most 1 are dealt with at once" in html(answer)


def test_a_list_that_changed_meanwhile_is_refused_whole(world):
    second = world.sent("何二", starts_on=date(2026, 12, 1))
    browser = world.hr()
    _answer, data = asked(browser, "suspend", all=1, state="planned")
    Assignment.objects.filter(pk=second.pk).update(version=5)
    answer = browser.post(address("assignments_suspend"), data)
    assert answer.status_code == 409
    assert states(world.planned, second) == ["planned", "planned"]


def test_plans_are_taken_back_by_the_officer_with_a_reason(world):
    browser = world.browser()
    _answer, data = asked(browser, "take_back", ids=[world.planned.pk])
    refused = browser.post(address("assignments_take_back"), data)
    assert refused.status_code == 422
    assert "reason" in refused.context["form"].errors
    assert [row[0] for row in rows_of(html(refused, status=422))] == ["安计划"]
    assert browser.post(address("assignments_take_back"), data | {"reason": "名额调整"}).status_code == 302
    assert states(world.planned) == ["withdrawn"]


def test_filings_are_recorded_for_many_at_once(world):
    browser = world.browser(Role.MEDICAL_ADMINISTRATION_SECTION)
    _answer, data = asked(browser, "file", ids=[world.there.pk, world.elsewhere.pk])
    given = {"filing": "multi_site_filing", "number": "示范备〔2026〕1号"}
    assert browser.post(address("assignments_file"), data | given).status_code == 302
    world.there.refresh_from_db()
    assert (world.there.filing_basis, world.there.filing_number) == ("multi_site_filing", "示范备〔2026〕1号")


def test_reached_terms_are_evaluated_and_closed_as_returned(world):
    Assignment.objects.filter(pk=world.there.pk).update(
        state="term_reached", ends_on=date(2026, 11, 20), term_ends_on=date(2026, 11, 20)
    )
    browser = world.browser()
    _answer, data = asked(browser, "evaluate", ids=[world.there.pk])
    assert browser.post(address("assignments_evaluate"), data).status_code == 302
    assert states(world.there) == ["under_evaluation"]
    _answer, data = asked(browser, "return", ids=[world.there.pk])
    assert browser.post(address("assignments_return"), data | {"result": "qualified"}).status_code == 302
    world.there.refresh_from_db()
    assert (world.there.state, world.there.result) == ("returned", "qualified")


def test_a_further_term_is_planned_for_many(world):
    browser = world.browser()
    _answer, data = asked(browser, "renew", ids=[world.there.pk, world.elsewhere.pk])
    assert data["months"] == 12
    assert browser.post(address("assignments_renew"), data).status_code == 302
    assert Assignment.objects.filter(renews__in=[world.there.pk, world.elsewhere.pk]).count() == 2


def test_rows_that_are_not_the_actors_are_left_out(world):
    officer = world.browser(Role.DISTRICT_OFFICER, world.county)
    answer = officer.get(address("assignments_evaluate", ids=[world.there.pk]), follow=True)
    assert "fits none of those chosen" in html(answer)
    answer = officer.get(address("assignments_arrive", ids=[world.due.pk]))
    assert [row[0] for row in rows_of(html(answer))] == ["白待到"]


@pytest.mark.parametrize("chosen", ["", "x", "1:", "1:2,x:3", "9" * 30 + ":1"])
def test_a_choice_that_cannot_be_read_is_refused(world, chosen):
    answer = world.hr().post(address("assignments_suspend"), {"chosen": chosen, "on": "2026-11-22"})
    assert answer.status_code == 422
    assert "chosen" in answer.context["form"].errors
    assert not Transition.objects.filter(act="stated").exists()


def test_somebody_elses_rows_are_refused_even_where_their_ids_are_sent(world):
    stranger = world.elsewhere
    Assignment.objects.filter(pk=stranger.pk).update(state="planned", arrived_at=None, arrived_by_name="")
    data = {"chosen": f"{stranger.pk}:{stranger.version}", "on": "2026-11-22"}
    answer = world.hr().post(address("assignments_suspend"), data)
    assert "You see no such assignment." in html(answer, status=422)
    assert states(stranger) == ["planned"]


def test_nobody_is_sent_to_another_place_afterwards(world):
    browser = world.browser()
    _answer, data = asked(browser, "take_back", ids=[world.planned.pk])
    answer = browser.post(
        address("assignments_take_back"), data | {"reason": "x", "back": "https://elsewhere.invalid/?"}
    )
    assert answer["Location"] == address("assignments")


@pytest.mark.parametrize(
    ("who", "name"), [("clerk", "suspend"), ("hr", "arrive"), ("hr", "take_back"), ("clerk", "renew")]
)
def test_whoever_may_not_is_refused(world, who, name):
    assert getattr(world, who)().get(address(f"assignments_{name}", all=1)).status_code == 403
