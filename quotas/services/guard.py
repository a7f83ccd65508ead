"""The order between those who change inputs or results and those who release them, kept by one advisory lock."""

from __future__ import annotations

from django.db import connection

#: "quot" as a number: the namespace of this app's advisory locks.
NAMESPACE = 0x71756F74
INPUTS = 1
RESULTS = 2
LISTS = 3


def inputs_change() -> None:
    """Hold a release off until this transaction ends. Any number may hold this together."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s, %s)", [NAMESPACE, INPUTS])


def inputs_stand() -> None:
    """Wait for everyone who is changing inputs or publishing, and hold them off until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [NAMESPACE, INPUTS])


def results_change() -> None:
    """Let one transaction at a time publish results or set verdicts."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [NAMESPACE, RESULTS])


def lists_change() -> None:
    """Hold sign-offs off until this transaction ends, after `inputs_change`. Any number may hold this together."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s, %s)", [NAMESPACE, LISTS])


def lists_stand() -> None:
    """Wait for everyone who is changing a list, and hold them off until this transaction ends: figures are signed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [NAMESPACE, LISTS])
