"""One transaction at a time issues the letters of an authority, so that each result is told once, in one order."""

from __future__ import annotations

from django.db import connection

#: "feed" as a number: the namespace of this room's advisory locks.
NAMESPACE = 0x66656564


def alone(authority_id: int) -> None:
    """Wait for whoever is issuing letters of this authority, and hold the others off until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '120s'")
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [NAMESPACE, authority_id])
