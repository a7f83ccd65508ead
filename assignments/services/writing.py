"""Writing answers: what differs is written, what no longer holds is ended, the rest is not touched."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection

from assignments.judging import Answer
from assignments.models import Eligibility
from assignments.records import Record
from deploy_admin import clock
from deploy_admin.db import copy_rows

COLUMNS = (
    "worker_id", "institution_id", "target", "topic", "scheme", "policy", "version_id", "clause_id", "code", "state",
    "alternative", "exemption", "bar", "event", "event_on", "until", "missing", "unmet", "unavailable",
    "unavailable_until", "staff_category", "title_level", "sort_key", "digest", "since", "updated_at",
)  # fmt: skip
_KEY = ("worker_id", "policy", "clause_id")
_NAMES = ", ".join(COLUMNS)
STAGE = f"""
CREATE TEMPORARY TABLE eligibility_stage ON COMMIT DROP AS SELECT {_NAMES} FROM assignments_eligibility WITH NO DATA
"""  # noqa: S608 -- the names are ours
CLEAR = "TRUNCATE eligibility_stage"
#: In one order always, so that two who write never wait for each other in a ring.
TAKE = f"""
INSERT INTO assignments_eligibility ({_NAMES})
SELECT {", ".join(f"s.{name}" for name in COLUMNS)}
FROM eligibility_stage s
LEFT JOIN assignments_eligibility held
  ON held.worker_id = s.worker_id AND held.policy = s.policy AND held.clause_id = s.clause_id
WHERE held.digest IS DISTINCT FROM s.digest
ORDER BY s.worker_id, s.policy, s.clause_id
ON CONFLICT (worker_id, policy, clause_id) DO UPDATE SET
    {", ".join(f"{name} = excluded.{name}" for name in COLUMNS if name not in _KEY)}
WHERE assignments_eligibility.digest <> excluded.digest
RETURNING xmax = 0
"""  # noqa: S608 -- the names are ours
END = """
UPDATE assignments_eligibility held SET state = 'ended', digest = '', since = %(on)s, updated_at = %(now)s
WHERE held.worker_id = ANY(%(ids)s) AND held.state <> 'ended'
  AND NOT EXISTS (SELECT 1 FROM eligibility_stage s
                  WHERE s.worker_id = held.worker_id AND s.policy = held.policy AND s.clause_id = held.clause_id)
"""
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

    A fixed number of statements, whatever the number of rows. Inside a transaction that holds the guard.
    """
    now = clock.now()
    ids = sorted(record.id for record in people)
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('pg_temp.eligibility_stage') IS NULL")
        if cursor.fetchone()[0]:
            cursor.execute(STAGE)
        else:
            cursor.execute(CLEAR)
    copy_rows("eligibility_stage", COLUMNS, _rows(answers, on, now))
    with connection.cursor() as cursor:
        cursor.execute(TAKE)
        fresh = [row[0] for row in cursor.fetchall()]
        cursor.execute(END, {"ids": ids, "on": on, "now": now})
        ended = cursor.rowcount
        records = {record.id: record.updated_at for record in people}
        cursor.execute(NOTE, {"ids": ids, "records": [records[pk] for pk in ids], "on": on, "now": now})
    added = sum(fresh)
    return added, len(fresh) - added, ended


def _rows(answers: Iterable[Answer], on: date, now: datetime) -> Iterable[tuple[Any, ...]]:
    for answer in answers:
        said = what_is_said(answer)
        yield *said, digest(said), on, now


def what_is_said(answer: Answer) -> tuple[Any, ...]:
    """Return the answer as a row says it: the columns up to the digest."""
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
    return Eligibility(**dict(zip(COLUMNS, what_is_said(answer), strict=False)), since=on)


def digest(said: tuple[Any, ...]) -> str:
    """Return the digest of all that a row says: equal digests, equal rows."""
    return hashlib.blake2b(repr(said).encode(), digest_size=16).hexdigest()
