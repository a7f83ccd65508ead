"""Writing answers: what differs is written, what no longer holds is ended, the rest is not touched."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from django.db import connection

from assignments.judging import Answer
from assignments.models import Eligibility
from assignments.records import Record
from assignments.services.delta import Delta
from deploy_admin import clock

SAID = (
    "worker_id", "institution_id", "target", "topic", "scheme", "policy", "version_id", "clause_id", "code", "state",
    "alternative", "exemption", "bar", "event", "event_on", "until", "missing", "unmet", "unavailable",
    "unavailable_until", "staff_category", "title_level", "sort_key",
)  # fmt: skip
STANDINGS = Delta(
    "assignments_eligibility",
    owner="worker_id",
    key=("worker_id", "policy", "clause_id"),
    said=SAID,
    stamped=("since", "updated_at"),
    ended="state = 'ended'",
    lists=("missing", "unmet"),
)
NOTE = """
INSERT INTO assignments_judged (worker_id, judged_on, record_at, judged_at)
SELECT ids, %(on)s, records, %(now)s
FROM unnest(%(ids)s::bigint[], %(records)s::timestamptz[]) AS told (ids, records)
ORDER BY ids
ON CONFLICT (worker_id) DO UPDATE SET
    judged_on = excluded.judged_on, record_at = excluded.record_at, judged_at = excluded.judged_at
"""


def write(on: date, people: Collection[Record], answers: Sequence[Answer]) -> tuple[int, int, int]:
    """Bring the standings of these people up to date; return how many were added, changed and ended.

    A fixed number of statements, whatever the number of rows; what says the same as before is not written. Inside a
    transaction that holds the guard.
    """
    now = clock.now()
    ids = sorted(record.id for record in people)
    written = STANDINGS.write(ids, map(what_is_said, answers), (on, now))
    records = {record.id: record.updated_at for record in people}
    with connection.cursor() as cursor:
        cursor.execute(NOTE, {"ids": ids, "records": [records[pk] for pk in ids], "on": on, "now": now})
    return written


def what_is_said(answer: Answer) -> tuple[Any, ...]:
    """Return the answer as a row says it."""
    clause, standing = answer.clause, answer.standing
    return (
        answer.worker_id, answer.institution_id, answer.target,
        clause.topic if clause else "", clause.scheme if clause else "", clause.policy if clause else "",
        clause.version_id if clause else None, clause.clause_id if clause else "",
        standing.code.value, answer.state.value, standing.alternative or "", standing.exemption or "",
        standing.bar or "", standing.event if standing.bar else "", standing.event_on if standing.bar else None,
        answer.until, list(standing.missing), list(answer.unmet), answer.unavailable, answer.unavailable_until,
        answer.staff_category, answer.title_level, answer.sort_key,
    )  # fmt: skip


def as_row(answer: Answer, on: date) -> Eligibility:
    """Return the row that the answer would be, unsaved: what pages show for a day that is not kept."""
    return Eligibility(**dict(zip(SAID, what_is_said(answer), strict=True)), since=on)
