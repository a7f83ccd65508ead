"""REST: a reporting system of the hospital pulls its pay list, by delta, and confirms receipt; reports to read."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from appraisals.feedback import services
from appraisals.models import FeedbackLetter
from deploy_admin import clock
from deploy_admin.access import Role
from deploy_admin.accounts.models import Token
from deploy_admin.accounts.tokens import digest_of
from tests.accounts.factories import a_membership
from tests.appraisals.feedback.world import World
from tests.assignments.months.factories import OCTOBER

pytestmark = pytest.mark.django_db
URL = "/api/v1/feedback-letters/"


@pytest.fixture
def world():
    return World()


def system(unit, *scopes, role=Role.SENDER_HR, secret="t" * 40):
    """Return the client of a reporting system of the unit."""
    Token.objects.create(
        name="示范系统",
        prefix="da_test",
        digest=digest_of(secret),
        institution=unit,
        created_by=a_membership(role, unit),
        scopes=list(scopes),
        created_at=clock.now(),
        expires_at=clock.now() + timedelta(days=30),
    )
    return Client(HTTP_AUTHORIZATION=f"Token {secret}")


def rows(answer):
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


class TestLetters:
    """Letters with their results."""

    def test_a_hospital_pulls_its_pay_list(self, world):
        score = world.result("安一", points="87.5", factor="1.05", workload={"rounds": 3}, days={12: "Sh"})
        world.result("白二", by=world.other_sender)
        world.issued()
        client = system(world.sender, "feedback.view", "people.view")
        [letter] = rows(client.get(URL))
        assert (letter["month"], letter["sequence"], letter["kind"], letter["received_at"]) == (
            "2026-10-01", 1, "first", None
        )  # fmt: skip
        [line] = letter["lines"]
        assert line["released"] == score.pk
        assert line["person_number"] == score.assignment.worker.number
        assert (line["points"], line["factor"], line["state"]) == ("87.50", "1.0500", "scored")
        assert line["days"] == {"duty": "17", "attended": "16.5", "leave": "0.5", "absent": "0", "unchecked": "0"}
        assert line["workload"] == {"rounds": "3"}
        assert "name" not in line

    def test_the_number_of_a_person_needs_its_scope(self, world):
        world.result("安一")
        world.issued()
        [letter] = rows(system(world.sender, "feedback.view").get(URL))
        assert letter["lines"][0]["person_number"] is None

    def test_the_delta_gives_what_was_sent_or_received_since(self, world):
        world.result("安一")
        letter = world.letter()
        client = system(world.sender, "feedback.view")
        later = (clock.now() + timedelta(seconds=1)).isoformat()
        assert len(rows(client.get(URL, {"updated_since": letter.sent_at.isoformat()}))) == 1
        assert rows(client.get(URL, {"updated_since": later})) == []
        assert rows(client.get(URL, {"received": "true"})) == []
        assert len(rows(client.get(URL, {"month": "2026-10-01", "received": "false"}))) == 1

    def test_a_correction_names_what_it_replaces(self, world):
        score = world.result("安一")
        world.issued()
        world.corrected(score, points=85)
        world.issued()
        _first, second = rows(system(world.sender, "feedback.view").get(URL, {"ordering": "id"}))
        assert second["kind"] == "correction"
        assert second["lines"][0]["corrects"] == score.pk

    def test_received_once_however_often_it_is_said(self, world):
        world.result("安一")
        letter = world.letter()
        client = system(world.sender, "feedback.view", "feedback.receive")
        first = client.post(f"{URL}{letter.pk}/receive/")
        assert first.status_code == 200
        assert first.json()["received_at"]
        assert client.post(f"{URL}{letter.pk}/receive/").json()["received_at"] == first.json()["received_at"]
        assert FeedbackLetter.objects.get().received_by_name

    def test_receiving_needs_its_scope_and_the_own_unit(self, world):
        world.result("安一")
        letter = world.letter()
        assert system(world.sender, "feedback.view").post(f"{URL}{letter.pk}/receive/").status_code == 403
        other = system(world.other_sender, "feedback.view", "feedback.receive", secret="u" * 40)
        assert other.post(f"{URL}{letter.pk}/receive/").status_code == 404

    def test_the_queries_do_not_grow(self, world):
        world.result("安一")
        world.issued()
        client = system(world.sender, "feedback.view")

        def asked():
            with CaptureQueriesContext(connection) as queries:
                rows(client.get(URL))
            return len(queries)

        asked()
        few = asked()
        for number in range(4):
            world.result(f"白{number}")
            world.issued()
        assert asked() == few


class TestReports:
    """Situation reports are read, not written."""

    def test_an_authority_reads_what_was_submitted(self, world):
        world.result("安一")
        begun = services.begin_report(
            institution_id=world.receiver.pk, first=OCTOBER, last=OCTOBER, texts={"work": "门诊。"}, by=world.clerk
        )
        client = world.browser()
        assert rows(client.get("/api/v1/situation-reports/")) == []
        services.submit_report(report=begun, by=world.clerk)
        [report] = rows(client.get("/api/v1/situation-reports/", {"state": "submitted"}))
        assert (report["institution"], report["work"]) == (world.receiver.pk, "门诊。")
        assert {"code": "people", "value": "1"}.items() <= report["numbers"]["lines"][0].items()
        assert client.post("/api/v1/situation-reports/").status_code == 403
