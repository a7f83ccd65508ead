"""What follows from a change of assignments: credit, obligations, what counts and the tallies, on commit and again."""

from __future__ import annotations

from collections.abc import Callable, Collection

from celery import current_app
from django.db import transaction

from assignments.models import Assignment
from assignments.services import counting, crediting
from deploy_admin.access import SYSTEM

#: So many assignments go with one message.
AT_ONCE = 2_000


def follow(assignment_ids: Collection[int]) -> None:
    """Have what follows from these assignments brought up to date once the transaction is through.

    Lost with the broker, the schedule finds them within half a minute by what their rows say they were reckoned on.
    """
    ids = sorted(set(assignment_ids))
    for start in range(0, len(ids), AT_ONCE):
        part = ids[start : start + AT_ONCE]
        transaction.on_commit(_sending(part), robust=True)


def _sending(ids: list[int]) -> Callable[[], None]:
    """Return what sends the message: a plain function, which a robust hook can name when the broker is away."""

    def send() -> None:
        current_app.send_task("assignments.follow", [ids], retry=False)

    return send


def follow_now(assignment_ids: Collection[int]) -> int:
    """Bring everything that follows from these assignments up to date; return how many people were met."""
    people = crediting.followed(assignment_ids)
    counting.refresh(assignment_ids, by=SYSTEM)
    return people


def follow_changed() -> int:
    """Do so for whoever's record or assignments changed and was not met since; return how many people were met."""
    people = crediting.refresh_changed()
    ids = Assignment.objects.filter(worker__in=people).order_by("pk").values_list("pk", flat=True)
    if found := list(ids):
        counting.refresh(found, by=SYSTEM)
    return len(people)
