"""The hash chain: an event's canonical form, sealing in batches, verification. Rows come from the database only."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, transaction

from deploy_admin import clock
from deploy_admin.audit.models import Event

log = logging.getLogger(__name__)

GENESIS = "0" * 64
BATCH = 5000
#: Beat seals every minute; an event still open after this long means that sealing has stopped.
OVERDUE = timedelta(minutes=10)
#: One writer of the chain at a time, whichever host it runs on.
LOCK = 0x61756469740001

FIELDS = (
    "id",
    "recorded_at",
    "user_id",
    "membership_id",
    "actor_name",
    "role",
    "on_behalf_of",
    "institution_id",
    "institution_label",
    "act",
    "result",
    "object_type",
    "object_id",
    "object_label",
    "object_institution_id",
    "detail",
    "ip",
    "request_id",
    "user_agent",
)


@dataclass(frozen=True, slots=True)
class Break:
    """The first row at which the chain does not hold, and why (a code)."""

    sequence: int
    event_id: int | None
    reason: str  # "missing" | "changed" | "unlinked"


@dataclass(frozen=True, slots=True)
class Verification:
    """What a walk along the chain found."""

    checked: int
    head: str
    broken: Break | None
    unsealed: int
    overdue: int

    @property
    def sound(self) -> bool:
        """Whether every link holds and sealing has not stopped."""
        return self.broken is None and not self.overdue


def _plain(value: Any) -> Any:
    return value.astimezone(UTC).isoformat(timespec="microseconds") if isinstance(value, datetime) else value


def digest_of(row: dict[str, Any], sequence: int, previous: str) -> str:
    """Return the SHA-256 of the event's canonical JSON (sorted keys, no spaces, UTF-8) at its place in the chain."""
    body = {name: _plain(row[name]) for name in FIELDS} | {"sequence": sequence, "previous_hash": previous}
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def seal() -> int:
    """Tie every unsealed event to the chain, oldest id first; return how many. Safe to run twice at once."""
    sealed = 0
    while count := _seal_batch():
        sealed += count
    return sealed


@transaction.atomic
def _seal_batch() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    last = Event.objects.sealed().values_list("sequence", "digest").last()
    sequence, previous = (last[0] or 0, last[1]) if last else (0, GENESIS)
    rows = list(Event.objects.unsealed().order_by("id").values(*FIELDS)[:BATCH])
    if not rows:
        return 0
    links: list[tuple[int, int, str, str]] = []
    for row in rows:
        sequence += 1
        digest = digest_of(row, sequence, previous)
        links.append((row["id"], sequence, previous, digest))
        previous = digest
    ids, sequences, befores, digests = (list(column) for column in zip(*links, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE audit_event AS event
               SET sequence = link.sequence, previous_hash = link.previous_hash, digest = link.digest
              FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[])
                   AS link (id, sequence, previous_hash, digest)
             WHERE event.id = link.id
            """,
            [ids, sequences, befores, digests],
        )
    # The head leaves the machine with the logs, so that cutting off the chain's end can be seen elsewhere.
    log.info("audit chain sealed to %s: %s", sequence, previous)
    return len(rows)


def verify() -> Verification:
    """Walk the whole chain and name the first row that is missing, changed or not tied to the one before."""
    expected, previous = 1, GENESIS
    broken: Break | None = None
    for row in _links():
        sequence = row["sequence"]
        if sequence != expected:
            broken = Break(expected, None, "missing")
        elif row["previous_hash"] != previous:
            broken = Break(sequence, row["id"], "unlinked")
        elif row["digest"] != digest_of(row, sequence, previous):
            broken = Break(sequence, row["id"], "changed")
        if broken:
            break
        expected, previous = expected + 1, row["digest"]
    open_events = Event.objects.unsealed()
    return Verification(
        checked=expected - 1,
        head=previous,
        broken=broken,
        unsealed=open_events.count(),
        overdue=open_events.filter(recorded_at__lt=clock.now() - OVERDUE).count(),
    )


def _links() -> Iterator[dict[str, Any]]:
    rows = Event.objects.sealed().values(*FIELDS, "sequence", "previous_hash", "digest")
    yield from rows.iterator(chunk_size=2000)
