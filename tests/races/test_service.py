"""Credit and obligations are written by one at a time: each row once, and never older over newer."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connections, transaction

from assignments.models import Assignment, Obligation, ServiceCredit
from assignments.services import crediting, guard
from tests.assignments.standing.world import Wanzhou, credit, owed, reckoned

pytestmark = pytest.mark.django_db(transaction=True)


def beside(act: Callable[[], object]) -> tuple[threading.Thread, list[object]]:
    """Start `act` in a thread of its own; what it returned, or what went wrong, is in the list afterwards."""
    told: list[object] = []

    def work() -> None:
        try:
            told.append(act())
        except Exception as error:
            told.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=work)
    thread.start()
    return thread, told


def test_two_at_once_write_each_row_once():
    here = Wanzhou()
    for _ in range(10):
        here.serving(here.recruit())
    barrier = threading.Barrier(2)

    def act() -> object:
        barrier.wait(10)
        return reckoned().touched

    threads = [beside(act) for _ in range(2)]
    for thread, _told in threads:
        thread.join(60)
    assert sorted(told[0] for _thread, told in threads) == [0, 30]  # the second found nothing to change
    assert (ServiceCredit.objects.count(), Obligation.objects.count()) == (10, 20)


def test_what_was_read_earlier_never_overwrites_what_was_read_later():
    """Whoever waits for the other reads the rows only afterwards."""
    here = Wanzhou()
    worker = here.recruit()
    assignment = here.served(worker, result="", result_on=None)
    reckoned()
    with transaction.atomic():
        guard.alone(guard.SERVICE)
        thread, told = beside(lambda: reckoned())
        thread.join(0.5)
        assert told == []
        Assignment.objects.filter(pk=assignment.pk).update(result="qualified", result_on=assignment.ends_on)
    thread.join(60)
    assert (credit(assignment).state, owed(worker).state) == ("recognised", "met")


def test_the_schedule_leaves_it_to_whoever_is_at_it():
    here = Wanzhou()
    assignment = here.serving(here.recruit())
    with transaction.atomic():
        guard.alone(guard.SERVICE)
        thread, told = beside(crediting.refresh_changed)
        thread.join(20)
    assert told == [[]]
    assert crediting.refresh_changed() == [assignment.worker_id]
