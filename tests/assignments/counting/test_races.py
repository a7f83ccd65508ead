"""Two at once at what counts: each test fails without the guard that lets one count at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections

from assignments.models import Assignment, Counted
from assignments.services import counting, deciding
from deploy_admin.access import SYSTEM
from deploy_admin.errors import RuleViolation
from tests.assignments.counting.world import PHYSICIANS, City, counted, figures, lines, tally
from tests.assignments.postings import CITY_OFFICER, SECOND_OFFICER

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def together(*acts: Callable[[], Any]) -> list[Any]:
    """Run the acts at the same moment in threads of their own; return what each gave or was refused with."""
    start = threading.Barrier(len(acts))
    answers: list[Any] = [None] * len(acts)

    def run(at: int, act: Callable[[], Any]) -> None:
        try:
            start.wait(5)
            answers[at] = act()
        except RuleViolation as refusal:
            answers[at] = refusal.code
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(at, act)) for at, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return answers


@pytest.fixture
def city():
    made = City()
    made.compute()
    return made


def test_two_countings_of_one_assignment_write_one_line(city):
    sent = city.sent()
    answers = together(*[lambda: counting.refresh([sent.pk], by=SYSTEM).lines for _ in range(3)])
    assert sorted(answers) == [0, 0, 1]
    assert lines(sent) == {("physicians", "2026"): "proposed"}
    assert figures(city.hospital)[1] == 1


def test_two_officers_choose_differently_and_one_line_of_the_group_stands(city):
    sent = city.sent()
    counted(sent)
    offered = {each.owed.topic: each.owed for each in deciding.choices(sent)}
    together(
        lambda: deciding.choose(sent, offered[PHYSICIANS], by=CITY_OFFICER),
        lambda: deciding.choose(sent, offered["municipal_county.anybody"], by=SECOND_OFFICER),
    )
    standing = Counted.objects.standing().get(assignment=sent)
    assert (standing.state, standing.chosen) == ("confirmed", True)
    assert figures(city.hospital)[1] == int(standing.topic == PHYSICIANS)


def test_confirming_while_the_assignment_becomes_void_leaves_a_tally_that_is_right(city):
    sent = city.sent()
    counted(sent)
    pk = Counted.objects.get(assignment=sent).pk

    def void() -> None:
        Assignment.objects.filter(pk=sent.pk).update(state="void")
        counting.refresh([sent.pk], by=SYSTEM)

    together(lambda: deciding.confirm([pk], by=CITY_OFFICER), void)
    assert figures(city.hospital)[:2] == (0, 0)
    assert counting.check() == 0
    assert counting.refresh(by=SYSTEM).changed == 0


def test_many_people_of_one_unit_counted_at_once_are_all_counted(city):
    sent = [city.sent() for _ in range(6)]
    together(*[lambda each=each: counting.refresh([each.pk], by=SYSTEM) for each in sent])
    assert (tally(city.hospital).on_post, tally(city.hospital).unconfirmed) == (6, 6)
