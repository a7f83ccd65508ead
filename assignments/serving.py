"""Assignments read for reckoning credit: a constant number of queries for any number of people, plain tuples out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any, NamedTuple

from assignments.kinds import Origin
from assignments.models import Absence, Assignment, Segment, Transition
from assignments.rules.credit import Recognised
from assignments.services import ending
from assignments.states import AssignmentState
from deploy_admin.db import listed
from deploy_admin.people.models import Recognition

_S = AssignmentState
#: Nobody has come yet, or ever did.
NOT_BEGUN = frozenset({_S.PLANNED, _S.FILED})
#: The step by which an authority files that a short piece counts.
FILED_SHORT = "short_service_filed"


class Served(NamedTuple):
    """One assignment as its credit is reckoned from it; the names are the columns'."""

    pk: int
    worker_id: int
    scheme: str
    sending_unit_id: int
    state: str
    full_time: bool
    speciality: str
    roster_pattern: str
    starts_on: date
    ends_on: date
    extended_days: int
    ended_on: date | None
    result: str
    origin: str
    confirmed_at: datetime | None
    updated_at: datetime

    @property
    def is_unconfirmed(self) -> bool:
        return self.origin == Origin.IMPORTED and self.confirmed_at is None

    def through(self, on: date) -> date | None:
        """Return the last day on post so far; None before the first."""
        if self.state in NOT_BEGUN or self.starts_on > on:
            return None
        return min(on, self.ends_on)


class Lived(NamedTuple):
    """A piece of an assignment as it is kept: where, full-time or not, from when to when."""

    unit: int
    first: date
    last: date | None
    full_time: bool


class Rows:
    """Everything that is read of the assignments of some people."""

    def __init__(self, worker_ids: Collection[int], on: date, *, duty: bool, filing: bool) -> None:
        ids = listed(worker_ids)
        held = Assignment.objects.exclude(state=_S.WITHDRAWN).filter(worker__in=ids).order_by("worker", "starts_on")
        self.served: dict[int, list[Served]] = defaultdict(list)
        #: The latest change of anything of a person's, assignments withdrawn included.
        self.changed: dict[int, datetime] = {}
        for values in held.values_list(*Served._fields):
            row = Served(*values)
            self.served[row.worker_id].append(row)
            self._note(row.worker_id, row.updated_at)
        gone = Assignment.objects.filter(state=_S.WITHDRAWN, worker__in=ids).order_by()
        for worker, moment in gone.values_list("worker_id", "updated_at"):
            self._note(worker, moment)
        rows = [row for mine in self.served.values() for row in mine]
        self.lived = _lived([row.pk for row in rows])
        self.extensions = _extensions(rows, on)
        self.absences = _absences([row.pk for row in rows]) if duty else {}
        self.filed = _filed([row.pk for row in rows]) if filing else frozenset()
        self.recognised = _recognised(ids)

    def _note(self, worker: int, moment: datetime) -> None:
        self.changed[worker] = max(moment, self.changed.get(worker, moment))


def _lived(ids: list[int]) -> dict[int, list[Lived]]:
    rows = Segment.objects.filter(assignment__in=listed(ids)).order_by("assignment_id", "valid_from")
    found: dict[int, list[Lived]] = defaultdict(list)
    for owner, *values in rows.values_list(
        "assignment_id", "receiving_unit_id", "valid_from", "valid_to", "full_time"
    ):
        found[owner].append(Lived(*values))
    return found


def _extensions(rows: Iterable[Served], on: date) -> dict[int, tuple[tuple[date, int], ...]]:
    """Return from which day on leave lengthened each term, and by how much.

    Of what is over only the sum matters, and the row has it; the rest is reckoned from the leave.
    """
    longer = [row for row in rows if row.extended_days]
    found: dict[int, tuple[tuple[date, int], ...]] = {
        row.pk: ((row.starts_on, row.extended_days),) for row in longer if row.ends_on <= on
    }
    running = [row.pk for row in longer if row.pk not in found]
    if running:
        for pk, end in ending.endings(running).items():
            found[pk] = tuple((each.first, each.extends_by) for each in end.episodes if each.extends_by)
    return found


def _absences(ids: list[int]) -> dict[int, tuple[tuple[date, date, int], ...]]:
    rows = Absence.objects.unapproved().filter(assignment__in=listed(ids)).order_by("assignment_id", "first_day")
    found: dict[int, list[tuple[date, date, int]]] = defaultdict(list)
    for owner, *values in rows.values_list("assignment_id", "first_day", "last_day", "duty_days"):
        found[owner].append((values[0], values[1], values[2]))
    return {owner: tuple(held) for owner, held in found.items()}


def _filed(ids: list[int]) -> frozenset[int]:
    rows = Transition.objects.filter(assignment__in=listed(ids), act=FILED_SHORT).order_by()
    return frozenset(rows.values_list("assignment_id", flat=True))


def _recognised(ids: Any) -> dict[int, list[Recognised]]:
    rows = Recognition.objects.recognised().filter(worker__in=ids).order_by("worker", "served_from", "pk")
    found: dict[int, list[Recognised]] = defaultdict(list)
    for worker, *values in rows.values_list("worker_id", "pk", "kind", "served_from", "served_to"):
        found[worker].append(Recognised(*values))
    return found
