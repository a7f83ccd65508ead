"""Two officers at the same moment: of two adoptions that meet on a topic one is refused."""

from __future__ import annotations

import contextlib
import threading

import pytest
from django.db import connection

from deploy_admin.errors import RuleViolation
from deploy_admin.policies.models import PolicyVersion, State
from deploy_admin.policies.services import governing
from tests.policies.factories import a_city, a_clause, a_draft, a_text, adopt

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


def both(*acts):
    """Run each act in a thread of its own; return what was refused."""
    refused: list[str] = []

    def run(act):
        try:
            act()
        except RuleViolation as refusal:
            refused.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return refused


@pytest.fixture
def meeting(monkeypatch):
    """Let both threads read before either writes, unless a lock keeps one of them out."""
    barrier = threading.Barrier(2)
    read = governing.adopted_versions

    def reading(*args, **more):
        found = read(*args, **more)
        with contextlib.suppress(threading.BrokenBarrierError):
            barrier.wait(timeout=1)
        return found

    monkeypatch.setattr(governing, "adopted_versions", reading)


def test_of_two_policies_on_one_topic_adopted_at_once_one_is_refused(meeting):
    a_city()
    first, second = a_draft(), a_draft(a_text("other-plan"))
    assert both(lambda: adopt(first), lambda: adopt(second)) == ["topic_held_twice"]
    assert PolicyVersion.objects.filter(state=State.ADOPTED).count() == 1


def test_of_two_versions_of_one_policy_adopted_at_once_both_stand_and_one_superseded_the_other(meeting):
    a_city()
    first, second = a_draft(), a_draft(a_text("city-plan", "500000", a_clause(n=3)))
    assert both(lambda: adopt(first), lambda: adopt(second)) == []
    assert sorted(PolicyVersion.objects.values_list("state", flat=True)) == [State.ADOPTED, State.SUPERSEDED]


def test_a_draft_adopted_twice_at_once_is_adopted_once(meeting):
    a_city()
    draft = a_draft()
    assert both(lambda: adopt(draft), lambda: adopt(draft)) == ["changed_meanwhile"]
