"""Writing answers: what differs is written, what no longer holds is ended, the rest is not touched."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from datetime import date
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
_MISSING, _UNMET = COLUMNS.index("missing"), COLUMNS.index("unmet")
STAGE = f"""
CREATE TEMPORARY TABLE eligibility_stage ON COMMIT DROP AS SELECT {_NAMES} FROM assignments_eligibility WITH NO DATA
"""  # noqa: S608 -- the names are ours
CLEAR = "TRUNCATE eligibility_stage"
#: The digest of a row that says nothing any more.
ENDED = ""
TAKE = f"""
UPDATE assignments_eligibility SET {", ".join(f"{name} = s.{name}" for name in COLUMNS if name not in _KEY)}
FROM eligibility_stage s
WHERE assignments_eligibility.worker_id = s.worker_id AND assignments_eligibility.policy = s.policy
  AND assignments_eligibility.clause_id = s.clause_id
"""  # noqa: S608 -- the names are ours
HELD = """
SELECT id, worker_id, policy, clause_id, digest FROM assignments_eligibility WHERE worker_id = ANY(%(ids)s)
"""
END = """
UPDATE assignments_eligibility SET state = 'ended', digest = '', since = %(on)s, updated_at = %(now)s
WHERE id = ANY(%(gone)s)
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

    A fixed number of statements, whatever the number of rows; what says the same as before is not written. Inside a
    transaction that holds the guard.
    """
    now = clock.now()
    ids = sorted(record.id for record in people)
    with connection.cursor() as cursor:
        cursor.execute(HELD, {"ids": ids})
        held = {(worker, policy, clause): (pk, said) for pk, worker, policy, clause, said in cursor.fetchall()}
    fresh: list[tuple[Any, ...]] = []
    other: list[tuple[Any, ...]] = []
    for answer in answers:
        said = what_is_said(answer)
        now_said = digest(said)
        before = held.pop(answer.key, None)
        if before is not None and before[1] == now_said:
            continue
        row = (
            *said[:_MISSING], _array(answer.standing.missing), _array(answer.unmet), *said[_UNMET + 1 :],
            now_said, on, now,
        )  # fmt: skip
        (fresh if before is None else other).append(row)
    if fresh:
        copy_rows("assignments_eligibility", COLUMNS, fresh)
    if other:
        _replace(other)
    gone = sorted(pk for pk, said in held.values() if said != ENDED)
    with connection.cursor() as cursor:
        if gone:
            cursor.execute(END, {"gone": gone, "on": on, "now": now})
        records = {record.id: record.updated_at for record in people}
        cursor.execute(NOTE, {"ids": ids, "records": [records[pk] for pk in ids], "on": on, "now": now})
    return len(fresh), len(other), len(gone)


def _replace(rows: Sequence[tuple[Any, ...]]) -> None:
    """Write these rows over those of the same person and clause."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('pg_temp.eligibility_stage') IS NULL")
        cursor.execute(STAGE if cursor.fetchone()[0] else CLEAR)
    copy_rows("eligibility_stage", COLUMNS, rows)
    with connection.cursor() as cursor:
        cursor.execute(TAKE)


def _array(values: Sequence[str]) -> str:
    """Return an array as COPY reads it."""
    if not values:
        return "{}"
    quoted = (value.replace("\\", "\\\\").replace('"', '\\"') for value in values)
    return "{" + ",".join(f'"{value}"' for value in quoted) + "}"


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
