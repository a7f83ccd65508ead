"""One act stops between reading and writing while the other comes: it has to wait, and finds what the first left."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connections

from assignments.models import Leave, Segment
from assignments.services import leave_rows, leaves, stopping, successions
from deploy_admin.access import SYSTEM
from tests.assignments.assignments.world import a_receiver, a_sender
from tests.assignments.postings import CITY_OFFICER, TODAY, a_leave, on_post, receiver_head
from tests.quotas.test_races import together
from tests.races.test_assignments import copies, fresh, merged

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
#: How long the first act stops: time enough for the other to be through, if nothing holds it.
PAUSE = 1.0


def meeting(monkeypatch: Any, at: tuple[Any, str], first: Callable[[], Any], second: Callable[[], Any]) -> list[Any]:
    """Run `first` up to a function of a module, then `second`; whoever is not held is through before `first` goes on.

    Return what each gave or refused with.
    """
    module, name = at
    real, reached, through = getattr(module, name), threading.Event(), threading.Event()

    def stopping_here(*args: Any, **more: Any) -> Any:
        reached.set()
        through.wait(PAUSE)
        return real(*args, **more)

    def then() -> Any:
        assert reached.wait(10)
        try:
            return second()
        finally:
            connections.close_all()  # what it holds is let go before the first goes on
            through.set()

    monkeypatch.setattr(module, name, stopping_here)
    return together(first, then)


def test_leave_about_to_be_approved_when_the_assignment_ends_early(monkeypatch):
    """The end waits for the approval and withdraws the leave; nobody is on leave after having left."""
    row = on_post(sender=a_sender(), receiver=a_receiver())
    asked = a_leave(row, date(2026, 12, 7), date(2026, 12, 11), state="asked")
    head, ending = receiver_head(row.receiving_unit), copies(row)[0]
    answers = meeting(
        monkeypatch,
        (leave_rows, "write"),
        lambda: leaves.approve_leave(leave_ids=[asked.pk], by=head),
        lambda: stopping.end_early(
            assignment=ending, last_day=TODAY, reason="resigned", remark="", version=None, by=CITY_OFFICER
        ),
    )
    assert [answer for answer in answers if isinstance(answer, str)] == []
    assert (fresh(row).state, fresh(row).ends_on) == ("ended_early", TODAY)
    assert Leave.objects.get(pk=asked.pk).state == "withdrawn"


def test_the_end_about_to_be_written_when_leave_is_approved(monkeypatch):
    """The approval waits for the end, and is refused: the leave was withdrawn with it."""
    row = on_post(sender=a_sender(), receiver=a_receiver())
    asked = a_leave(row, date(2026, 12, 7), date(2026, 12, 11), state="asked")
    head, ending = receiver_head(row.receiving_unit), copies(row)[0]
    answers = meeting(
        monkeypatch,
        (stopping, "_withdraw_leave_after"),
        lambda: stopping.end_early(
            assignment=ending, last_day=TODAY, reason="resigned", remark="", version=None, by=CITY_OFFICER
        ),
        lambda: leaves.approve_leave(leave_ids=[asked.pk], by=head),
    )
    assert (answers[0].state, answers[1]) == ("ended_early", "leave_decided")
    assert Leave.objects.get(pk=asked.pk).state == "withdrawn"


def test_a_succession_about_to_be_followed_when_the_assignment_ends_early(monkeypatch):
    """The end waits: whoever left the heir was at the heir, and the pieces end where the assignment does."""
    old, heir = a_receiver(), a_receiver()
    row = on_post(sender=a_sender(), receiver=old)
    merged(old, heir, date(2026, 10, 1))
    ending = copies(row)[0]
    answers = meeting(
        monkeypatch,
        (successions, "_go_on"),
        lambda: successions.follow_successions(on=TODAY, by=SYSTEM),
        lambda: stopping.end_early(
            assignment=ending, last_day=date(2026, 11, 20), reason="other", remark="", version=None, by=CITY_OFFICER
        ),
    )
    assert (answers[0], answers[1].state) == (1, "ended_early")
    row = fresh(row)
    assert (row.state, row.receiving_unit_id) == ("ended_early", heir.pk)
    pieces = Segment.objects.filter(assignment=row).order_by("valid_from").values_list("receiving_unit_id", flat=True)
    assert list(pieces) == [old.pk, heir.pk]
