"""Filed lists under two hands at the same moment: nothing lost, nothing done twice, nothing passed by unseen."""

from __future__ import annotations

from typing import Any

import pytest

from assignments.filing import services_moving as moving
from assignments.filing import services_requests
from assignments.filing.services_requests import RequestRow, of_line, save_requests
from assignments.models import FiledList, ListStep
from tests.assignments.filing.world import REQUESTS, Place, fresh
from tests.quotas.test_races import together
from tests.races.test_interleaved import meeting

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
ROUNDS = 2


def saving(filed: FiledList, word: str, by: Any) -> Any:
    """One save as its page makes it, of the version that both have read; gives the state or the refusal."""
    copy = fresh(filed)
    rows = [RequestRow(word), *(of_line(line) for line in copy.requests.order_by("rank"))]

    def act() -> str:
        return save_requests(filed=copy, rows=rows, version=copy.version, by=by).state

    return act


def words(filed: FiledList) -> list[str]:
    return list(filed.requests.order_by("rank").values_list("speciality", flat=True))


class TestTwoClerks:
    """Guard: the list is locked before its version is compared (`steps.take`)."""

    @pytest.mark.parametrize("n", range(ROUNDS))
    def test_one_saves_and_the_other_is_shown_both(self, n):
        place = Place()
        filed = place.begun()
        answers = together(saving(filed, "外科", place.clerk), saving(filed, "儿科", place.head))
        assert sorted(answers) == ["draft", "stale_version"]
        assert words(filed) == (["外科", "内科"] if answers[0] == "draft" else ["儿科", "内科"])

    def test_one_stopped_before_writing_holds_the_other_off(self, monkeypatch):
        place = Place()
        filed = place.begun()
        answers = meeting(
            monkeypatch,
            (services_requests, "wrong"),
            saving(filed, "外科", place.clerk),
            saving(filed, "儿科", place.head),
        )
        assert answers == ["draft", "stale_version"]
        assert words(filed) == ["外科", "内科"]

    @pytest.mark.parametrize("n", range(ROUNDS))
    def test_begun_by_two_it_is_one_list(self, n):
        place = Place()
        acts = [
            lambda by=by: moving.open_list(campaign=place.round, institution=place.unit, kind=REQUESTS, by=by).pk
            for by in (place.clerk, place.head)
        ]
        answers = together(*acts)
        assert answers[0] == answers[1]
        assert ListStep.objects.filter(act="begun").count() == 1


class TestMoving:
    """Guard: every step takes the list first and asks for its state then."""

    @pytest.mark.parametrize("n", range(ROUNDS))
    def test_submitted_by_two_it_is_submitted_once(self, n):
        place = Place()
        filed = place.begun()
        answers = together(
            *(lambda by=by: moving.submit(filed=fresh(filed), by=by).state for by in (place.clerk, place.head))
        )
        assert sorted(answers) == ["list_moved", "submitted"]
        assert ListStep.objects.filter(act="submitted").count() == 1

    def test_stopped_in_sending_it_back_the_unit_waits_and_is_told(self, monkeypatch):
        place = Place()
        filed = place.submitted()
        answers = meeting(
            monkeypatch,
            (moving, "reason_of"),
            lambda: moving.send_back(filed=fresh(filed), reason="示范", by=place.officer).state,
            lambda: moving.take_back(filed=fresh(filed), by=place.clerk).state,
        )
        assert answers == ["returned", "list_moved"]

    @pytest.mark.parametrize("n", range(ROUNDS))
    def test_submitted_again_while_the_authority_sends_it_back(self, n):
        place = Place()
        filed = moving.send_back(filed=place.submitted(), reason="示范", by=place.officer)
        answers = together(
            lambda: moving.submit(filed=fresh(filed), by=place.clerk).state,
            lambda: moving.send_back(filed=fresh(filed), reason="再次", by=place.officer).state,
        )
        # Sent back before it came again there is nothing to send back; after it, it is with the unit once more.
        assert answers[0] == "submitted"
        assert (answers[1], fresh(filed).state) in (("list_moved", "submitted"), ("returned", "returned"))

    @pytest.mark.parametrize("n", range(ROUNDS))
    def test_approved_by_two_it_is_approved_once(self, n):
        place = Place()
        filed = place.submitted()
        answers = together(
            *(
                lambda by=by: moving.approve(lists=[fresh(filed)], by=by)[0].state
                for by in (place.officer, place.second)
            )
        )
        assert sorted(answers) == ["approved", "list_moved"]
        assert ListStep.objects.filter(act="approved").count() == 1

    @pytest.mark.parametrize("n", range(ROUNDS))
    def test_a_list_taken_back_while_it_is_approved_is_one_or_the_other(self, n):
        place = Place()
        filed = place.submitted()
        seen = fresh(filed)
        answers = together(
            lambda: moving.approve(lists=[fresh(filed)], versions={seen.pk: seen.version}, by=place.officer)[0].state,
            lambda: moving.take_back(filed=fresh(filed), version=seen.version, by=place.clerk).state,
        )
        assert sorted(answers) in (["approved", "stale_version"], ["draft", "stale_version"])
        assert fresh(filed).state in answers
