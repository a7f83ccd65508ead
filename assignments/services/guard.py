"""One transaction at a time writes standings, so that nobody overwrites newer answers with older ones."""

from __future__ import annotations

from django.db import connection

#: "elig" as a number: the namespace of this app's advisory locks.
NAMESPACE = 0x656C6967
STANDINGS = 1
SERVICE = 2
COUNTING = 7


def alone(what: int = STANDINGS) -> None:
    """Wait for whoever is writing standings (or service), and hold the others off until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '120s'")
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [NAMESPACE, what])


def alone_or_not_at_all(what: int = STANDINGS) -> bool:
    """Hold the others off until this transaction ends, unless somebody else does so now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [NAMESPACE, what])
        row: tuple[bool] = cursor.fetchone()
    return row[0]


def counting_alone() -> None:
    """Wait for whoever is writing what counts, and hold the others off until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '120s'")
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [NAMESPACE, COUNTING])
