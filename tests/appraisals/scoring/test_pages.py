"""Scores as people meet them: list, filters, export, why, computing again, a draft's effect, REST."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from appraisals.models import Score
from appraisals.scoring.working import KIND
from deploy_admin import clock
from deploy_admin.access import Role
from deploy_admin.audit.models import Event
from deploy_admin.jobs.models import Job
from deploy_admin.months import Month
from tests.accounts.factories import a_membership, signed_in
from tests.appraisals.scoring.factories import VISITS, a_month_of, compute, score_of, weighed
from tests.appraisals.scoring.test_computing import WEIGHED_HALF
from tests.appraisals.workload.factories import NAMED, a_unit
from tests.assignments.factories import a_place
from tests.assignments.pages import PART
from tests.assignments.postings import on_post
from tests.people.factories import a_worker
from tests.policies.factories import a_draft, a_part, a_text
from tests.quotas.pages import html, sheet, words
from tests.registry.factories import an_authority

pytestmark = pytest.mark.django_db


class World:
    """Two people of one centre in October: one with full points, one of whom the teaching is not entered."""

    def __init__(self) -> None:
        self.city = an_authority(a_place("500000"), tier="municipal", affiliation="municipal")
        self.version = weighed()
        self.unit = a_unit()
        self.other_unit = a_unit()
        self.full = a_month_of(self.unit, on_post(a_worker("安满分"), receiver=self.unit))
        lacking = on_post(a_worker("白待定"), receiver=self.unit)
        self.open = a_month_of(sheet=self.full.sheet, who=lacking, counts={VISITS: 80})
        who = on_post(a_worker("陈上月"), receiver=self.unit)
        self.earlier = a_month_of(self.other_unit, who, month=Month(date(2026, 9, 1)))
        compute(self.full, self.earlier)

    def browser(self, role=Role.CITY_OFFICER, at=None, lang="en") -> Client:
        client = signed_in(Client(), a_membership(role, at or self.city))
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = lang
        return client

    def a_draft(self, indicators=WEIGHED_HALF):
        part = a_part("month", "municipal_county.month", indicators=indicators)
        return a_draft(a_text("month-plan", "500000", part, section="month"))


@pytest.fixture
def world():
    return World()


@pytest.fixture
def browser(world):
    return world.browser()


def words_of(answer) -> str:
    return words(html(answer))


def scores(client, **data):
    return client.get(reverse("appraisals:scores"), data)


class TestList:
    def test_it_shows_the_last_month_with_what_is_missing(self, browser):
        text = words_of(scores(browser))
        assert "安满分" in text
        assert "白待定" in text
        assert "100.00" in text
        assert "陈上月" not in text
        assert "missing: " in text

    @pytest.mark.parametrize(
        ("asked", "found"),
        [
            ({"month": "2026-09"}, ["陈上月"]),
            ({"year": "2026"}, ["安满分", "白待定", "陈上月"]),
            ({"year": "2025"}, []),
            ({"state": "scored"}, ["安满分"]),
            ({"state": "undetermined"}, ["白待定"]),
            ({"scheme": "municipal_county"}, ["安满分", "白待定"]),
            ({"scheme": "other"}, []),
            ({"q": "白待"}, ["白待定"]),
            ({"q": "nobody"}, []),
            ({"month": "not-a-month"}, []),
        ],
    )
    def test_it_is_narrowed_by_what_a_person_thinks_in(self, browser, asked, found):
        text = words_of(scores(browser, **asked))
        assert [name for name in ("安满分", "白待定", "陈上月") if name in text] == found

    def test_a_unit_is_asked_for_by_its_number(self, world, browser):
        assert "安满分" not in words_of(scores(browser, receiving_unit=world.other_unit.pk))
        assert "安满分" in words_of(scores(browser, receiving_unit=world.unit.pk))

    def test_the_part_is_the_list_alone(self, browser):
        answer = browser.get(reverse("appraisals:scores"), headers=PART)
        assert b"<html" not in answer.content
        assert "安满分" in html(answer)

    def test_a_unit_sees_its_own_months_only(self, world):
        other = world.browser(Role.RECEIVER_CLERK, at=world.other_unit)
        assert "安满分" not in words_of(scores(other, year=2026))
        assert "陈上月" in words_of(scores(other, year=2026))

    def test_exactly_what_is_shown_is_exported_and_recorded(self, browser):
        head, *rows = sheet(scores(browser, export="xlsx"))
        assert head[0] == "Name"
        assert [row[0] for row in rows] == ["安满分", "白待定"]
        assert rows[0][5] == 100
        assert rows[1][5] is None
        assert Event.objects.get(act="scores.exported").detail == {"filters": {"export": "xlsx"}, "rows": 2}

    def test_the_number_of_queries_does_not_grow_with_the_rows(self, world, browser):
        def asked():
            scores(browser)
            with CaptureQueriesContext(connection) as queries:
                scores(browser)
            return len(queries)

        before = asked()
        for _ in range(4):
            a_month_of(sheet=world.full.sheet)
        compute(world.full)
        assert asked() <= before

    def test_without_any_score_it_says_so(self, browser):
        Score.objects.all().delete()
        assert "Nothing is scored yet" in words_of(scores(browser))


class TestWhy:
    def page(self, browser, row):
        return browser.get(reverse("appraisals:score", args=[row.pk]))

    def test_it_quotes_the_clause_and_shows_each_step(self, world, browser):
        text = words_of(self.page(browser, world.full))
        assert "引文" in text
        assert "Points of the month" in text
        assert "100.00" in text
        assert "160" in text
        assert "days of attendance" in text

    def test_what_is_missing_is_named_with_the_bounds(self, world, browser):
        text = words_of(self.page(browser, world.open))
        assert "Undetermined; missing:" in text
        assert "at least 60 all the same" in text
        assert "at most 80" in text

    def test_in_chinese(self, world):
        text = words_of(self.page(world.browser(lang="zh-hans"), world.full))
        assert "出勤天数" in text

    def test_its_inputs_lead_to_the_month(self, world, browser):
        assert reverse("appraisals:sheet_row", args=[world.full.pk]) in html(self.page(browser, world.full))

    def test_the_month_of_another_unit_is_not_there(self, world):
        other = world.browser(Role.RECEIVER_CLERK, at=world.other_unit)
        assert self.page(other, world.full).status_code == 404

    def test_a_veto_and_a_month_without_rule_say_so(self, world, browser):
        Score.objects.filter(row=world.open).update(
            state="no_rule", policy_version=None, clause_id="", missing=[], inputs={"values": {}}
        )
        assert "No adopted policy" in words_of(self.page(browser, world.open))


class TestComputing:
    def test_it_starts_a_job_and_leads_to_its_progress(self, browser):
        answer = browser.post(reverse("appraisals:scores_compute"), {"month": "2026-10"})
        job = Job.objects.get(kind=KIND)
        assert answer.headers["Location"] == job.get_absolute_url()
        assert job.params == {"scope": "month", "month": "2026-10-01"}
        assert Event.objects.filter(act="scores.asked").count() == 1

    @pytest.mark.parametrize("month", ["", "soon", "2024-01"])
    def test_a_month_that_cannot_be_scored_is_refused(self, browser, month):
        answer = browser.post(reverse("appraisals:scores_compute"), {"month": month})
        assert answer.status_code == 409
        assert not Job.objects.filter(kind=KIND).exists()


class TestEffectOfADraft:
    def page(self, browser, draft, **data):
        return browser.get(reverse("appraisals:draft_effect", args=[draft.pk]), data)

    def test_points_now_and_with_the_draft_stand_side_by_side(self, world, browser):
        draft = world.a_draft()
        before = list(Score.objects.order_by("pk").values())
        text = words_of(self.page(browser, draft))
        assert "安满分" in text
        assert "100.00" in text
        assert "80.00" in text
        assert "-20.00" in text
        assert "白待定" in text
        assert "missing: " in text
        assert list(Score.objects.order_by("pk").values()) == before

    def test_its_own_page_leads_there_while_it_is_a_draft(self, world, browser):
        draft = world.a_draft()
        address = reverse("appraisals:draft_effect", args=[draft.pk])
        assert address in html(browser.get(draft.get_absolute_url()))
        adopted = reverse("appraisals:draft_effect", args=[world.version.pk])
        assert adopted not in html(browser.get(world.version.get_absolute_url()))
        assert self.page(browser, world.version).status_code == 404

    def test_another_month_can_be_asked_for(self, world, browser):
        assert "陈上月" in words_of(self.page(browser, world.a_draft(), month="2026-09"))

    def test_a_draft_without_weights_shows_that_nothing_is_summed(self, world, browser):
        assert "indicators only" in words_of(self.page(browser, world.a_draft(NAMED)))

    def test_everybody_is_exported(self, world, browser):
        _head, *rows = sheet(self.page(browser, world.a_draft(), export="xlsx"))
        assert [row[0] for row in rows] == ["安满分", "白待定"]
        assert (rows[0][3], rows[0][5], rows[0][6]) == (100, 80, -20)

    def test_without_any_month_it_says_so(self, world, browser):
        Score.objects.all().delete()
        world.full.sheet.__class__.objects.update(state="draft")
        assert "No month is handed in yet" in words_of(self.page(browser, world.a_draft()))


class TestRest:
    def api(self, browser, path="", **data):
        return browser.get(f"/api/v1/scores/{path}", data)

    def test_a_score_tells_what_went_in_and_alone_also_why(self, world, browser):
        rows = self.api(browser).json()["results"]
        assert [row["id"] for row in rows] == sorted(row["id"] for row in rows)
        found = next(row for row in rows if row["id"] == world.full.pk)
        assert (found["points"], found["state"], found["month"]) == ("100.00", "scored", "2026-10-01")
        assert found["values"][VISITS] == "160"
        assert "explanation" not in found
        alone = self.api(browser, f"{world.full.pk}/").json()
        assert alone["explanation"]["value"] == "100.00"
        assert len(alone["explanation"]["steps"]) == 5

    def test_the_delta_gives_what_was_computed_since(self, world, browser):
        Score.objects.filter(row=world.earlier).update(computed_at=clock.now() - timedelta(days=2))
        since = (clock.now() - timedelta(days=1)).isoformat()
        rows = self.api(browser, updated_since=since, ordering="computed_at").json()["results"]
        assert {row["id"] for row in rows} == {world.full.pk, world.open.pk}

    def test_pages_go_on_behind_the_last_row(self, world, browser):
        first = self.api(browser, page_size=2).json()
        assert len(first["results"]) == 2
        second = browser.get(first["next"]).json()
        assert [row["id"] for row in second["results"]] == [world.earlier.pk]

    def test_filters_hold_here_too(self, world, browser):
        assert [row["id"] for row in self.api(browser, state="undetermined").json()["results"]] == [world.open.pk]
        assert score_of(world.open).state == "undetermined"
