"""Who may not issue or keep a paper, what cannot be put on one, and long batches."""

from __future__ import annotations

from datetime import date

import pytest

from assignments.models import IssuedPaper
from assignments.services import paper_batch, papers
from assignments.services.paper_drafts import drafted
from deploy_admin.jobs import services as jobs
from deploy_admin.jobs.models import JobState
from tests.assignments.papers.world import (
    TODAY,
    World,
    dispatched,
    extended,
    issued,
    received,
    suspended,
)
from tests.assignments.postings import CITY_OFFICER, a_leave, district_officer, oneself, receiver_clerk, sender_hr
from tests.people.factories import refused

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 scan"


@pytest.fixture
def world():
    return World()


@pytest.fixture
def paper(world):
    return issued(dispatched(world.going("安计划"), world.going("白计划")))


class TestRefusals:
    """Who may not, and what cannot be."""

    def test_each_kind_asks_for_its_permission(self, world):
        row, leave = world.there("安在岗"), None
        leave = world.filed(row, date(2026, 5, 11), date(2026, 5, 15))
        planned = world.going("白计划")
        clerk, hr = receiver_clerk(world.receiver), sender_hr(world.sender)
        for chosen in (suspended(planned), dispatched(planned), received(leave), extended(row)):
            with refused("not_permitted"):
                papers.issue(chosen=chosen, dated_on=TODAY, by=clerk)
        for chosen in (dispatched(planned), received(leave), extended(row)):
            with refused("not_permitted"):
                papers.issue(chosen=chosen, dated_on=TODAY, by=hr)
        with refused("not_permitted"):
            papers.issue(chosen=extended(row), dated_on=TODAY, by=oneself(row))

    def test_a_district_issues_for_what_it_runs_only(self, world):
        officer = district_officer(world.office)
        row = world.there("安在岗", campaign=None)
        leave = world.filed(row, date(2026, 5, 11), date(2026, 5, 15))
        assert issued(received(leave), by=officer).issuer_id == world.office.pk
        with refused("not_permitted"):  # the city's campaign
            papers.issue(chosen=dispatched(world.going("白计划")), dated_on=TODAY, by=officer)
        with refused("not_permitted"):  # a municipal hospital answers to the city
            papers.issue(chosen=suspended(world.going("陈计划")), dated_on=TODAY, by=officer)

    def test_another_units_people_are_not_there(self, world):
        with refused("assignment_unknown"):
            papers.issue(chosen=suspended(world.going("安计划")), dated_on=TODAY, by=sender_hr(world.other_sender))

    def test_nobody_chosen(self):
        with refused("nobody_chosen"):
            papers.issue(chosen=dispatched(), dated_on=TODAY, by=CITY_OFFICER)
        with refused("leave_unknown"):
            papers.issue(chosen=received(), dated_on=TODAY, by=CITY_OFFICER)

    def test_nobody_whose_practice_is_to_be_suspended(self, world):
        nurse = world.going("护计划", worker=world.nurse("护计划"))
        with refused("suspension_not_needed"):
            papers.issue(chosen=suspended(nurse), dated_on=TODAY, by=CITY_OFFICER)

    def test_a_campaign_where_nobody_goes(self, world):
        with refused("nobody_to_dispatch"):
            papers.issue(chosen=dispatched(campaign=world.campaign), dated_on=TODAY, by=CITY_OFFICER)

    def test_leave_that_is_not_filed(self, world):
        row = world.there("安在岗")
        leave = a_leave(row, date(2026, 5, 11), date(2026, 5, 15))
        with refused("leave_not_filed") as caught:
            papers.issue(chosen=received(leave), dated_on=TODAY, by=CITY_OFFICER)
        assert "安在岗" in caught.value.message

    def test_a_term_that_is_as_it_was_planned(self, world):
        with refused("nothing_extended"):
            papers.issue(chosen=extended(world.there("安在岗")), dated_on=TODAY, by=CITY_OFFICER)

    def test_who_came_back_is_not_sent(self, world):
        with refused("not_from_here") as caught:
            papers.issue(chosen=dispatched(world.going("冯归来", state="returned")), dated_on=TODAY, by=CITY_OFFICER)
        assert "冯归来" in caught.value.message

    def test_the_past_that_nobody_confirmed_gets_no_paper(self, world):
        row = world.going("旧安排", state="on_post", origin="imported", evidence="archive")
        with refused("not_confirmed"):
            papers.issue(chosen=dispatched(row), dated_on=TODAY, by=CITY_OFFICER)

    def test_a_date_in_the_future(self, world):
        with refused("day_in_future"):
            papers.issue(chosen=dispatched(world.going("安计划")), dated_on=date(2026, 11, 23), by=CITY_OFFICER)

    def test_one_number_for_several_papers(self, world):
        rows = world.going("安计划"), world.going("乙计划", at=world.other_sender)
        with refused("number_for_one"):
            papers.issue(chosen=suspended(*rows), dated_on=TODAY, number="人〔2026〕1号", by=CITY_OFFICER)

    def test_whoever_is_named_only_may_not_number_or_withdraw(self, world, paper):
        for by in (sender_hr(world.sender), receiver_clerk(world.receiver), district_officer(world.office)):
            with refused("not_permitted"):
                papers.withdraw_paper(paper=paper, reason="试", by=by)
        with refused("paper_unknown"):
            papers.withdraw_paper(paper=paper, reason="试", by=sender_hr(world.other_sender))


class TestManyAtOnce:
    """A long batch is made in the background."""

    def test_the_job_issues_all_of_them_as_whoever_asked(self, world):
        rows = [world.there(f"示范{number}") for number in range(5)]
        for row in rows:
            world.filed(row, date(2026, 5, 11), date(2026, 5, 15))
        chosen = extended(*rows)
        assert paper_batch.is_long(drafted(chosen, CITY_OFFICER).drafts)
        job = paper_batch.start(chosen=chosen, dated_on=TODAY, contact="某科", by=CITY_OFFICER)
        assert jobs.run(job.pk) == JobState.DONE
        job.refresh_from_db()
        assert job.result == {"papers": 5}
        assert job.progress_done == job.progress_total == 5
        assert {paper.content["contact"] for paper in IssuedPaper.objects.all()} == {"某科"}

    def test_what_is_refused_is_refused_before_anything_is_started(self, world):
        with refused("nothing_extended"):
            paper_batch.start(chosen=extended(world.there("安在岗")), dated_on=TODAY, by=CITY_OFFICER)

    def test_a_short_batch_is_made_at_once(self, world):
        assert not paper_batch.is_long(drafted(dispatched(world.going("安计划")), CITY_OFFICER).drafts)
