"""Assignments read for counting, as plain tuples with campaign year and pieces, and what counts together with them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from typing import NamedTuple

from django.db import connection
from django.db.models.expressions import RawSQL

from assignments.kinds import Origin
from assignments.models import Assignment, Segment
from assignments.states import AssignmentState

NEVER = frozenset({AssignmentState.WITHDRAWN, AssignmentState.VOID})


class Piece(NamedTuple):
    """One piece of an assignment: where, from when to when, full-time or not."""

    unit_id: int
    valid_from: date
    valid_to: date | None
    full_time: bool


class Row(NamedTuple):
    """One assignment as read, with its campaign's year and batch and its pieces."""

    id: int
    campaign_id: int | None
    year: int | None
    batch: int | None
    slot_id: int
    scheme: str
    worker_id: int
    sending_unit_id: int
    receiving_unit_id: int
    state: str
    roster_pattern: str
    full_time: bool
    starts_on: date
    ends_on: date
    term_months: int
    term_days: int
    term_ends_on: date
    extended_days: int
    end_reason: str
    renews_id: int | None
    is_confirmed: bool
    pieces: tuple[Piece, ...] = ()
    speciality: str = ""

    @property
    def may_count(self) -> bool:
        """Whether it can count at all: it takes or took place, is not void, and if from the past, is confirmed."""
        return self.state not in NEVER and self.is_confirmed

    @property
    def first_piece(self) -> Piece:
        return self.pieces[0] if self.pieces else Piece(self.receiving_unit_id, self.starts_on, None, self.full_time)

    @property
    def part_time_days(self) -> int:
        """How many days of it were not full-time."""
        spans = ((each.valid_from, min(each.valid_to or self.ends_on, self.ends_on)) for each in self.pieces
                 if not each.full_time)  # fmt: skip
        return sum(max((last - first).days + 1, 0) for first, last in spans)


COLUMNS = (
    "pk", "campaign_id", "campaign__year", "campaign__batch", "slot_id", "scheme", "worker_id", "sending_unit_id",
    "receiving_unit_id", "state", "roster_pattern", "full_time", "starts_on", "ends_on", "term_months", "term_days",
    "term_ends_on", "extended_days", "end_reason", "renews_id",
)  # fmt: skip
#: What stands or falls together: the same slot in relay, the same person in pieces, a term and its renewal.
MATES = """
WITH asked AS (SELECT id, slot_id, worker_id FROM assignments_assignment WHERE id = ANY(%(ids)s))
SELECT id FROM asked
UNION SELECT mate.id FROM asked JOIN assignments_assignment mate ON mate.slot_id = asked.slot_id
UNION SELECT mate.id FROM asked JOIN assignments_assignment mate ON mate.worker_id = asked.worker_id
"""


def with_mates(ids: Collection[int]) -> list[int]:
    """Return these assignments and all whose counting may depend on theirs. One query."""
    with connection.cursor() as cursor:
        cursor.execute(MATES, {"ids": list(ids)})
        return sorted(pk for (pk,) in cursor.fetchall())


def read(ids: Collection[int]) -> dict[int, Row]:
    """Return these assignments with their pieces. Two queries."""
    pieces: dict[int, list[Piece]] = defaultdict(list)
    these = RawSQL("SELECT unnest(%s::bigint[])", (list(ids),))  # one parameter instead of five thousand
    held = Segment.objects.filter(assignment__in=these).order_by("assignment_id", "valid_from")
    for pk, *piece in held.values_list("assignment_id", "receiving_unit_id", "valid_from", "valid_to", "full_time"):
        pieces[pk].append(Piece(*piece))
    rows = (
        Assignment.objects.filter(pk__in=these)
        .order_by("pk")
        .values_list(*COLUMNS, "origin", "confirmed_at", "speciality")
    )
    found: dict[int, Row] = {}
    for *row, origin, confirmed, speciality in rows:
        said = (*row, origin != Origin.IMPORTED or confirmed is not None, tuple(pieces.get(row[0], ())), speciality)
        found[row[0]] = Row._make(said)
    return found
