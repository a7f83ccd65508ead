"""A hundred thousand people at the post, written by COPY: some running, some over, some to come."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from django.db import connection
from django.utils import timezone

from assignments.rules.terms import term_end
from deploy_admin import clock
from deploy_admin.db import copy_rows

FIRST = 30_000_000


def assignments(workers: Sequence[int], units: Sequence[int], receivers: Sequence[int], scheme: str) -> list[int]:
    """Write one assignment for each of the workers, from their units to the receivers; return their ids.

    Of ten, five are running, one of them lengthened by leave, four are over and qualified, one is planned.
    """
    today = clock.today()
    rows = []
    for n, worker in enumerate(workers):
        kind = n % 10
        first = today - timedelta(days=(n * 37) % 300 + 1) if kind < 5 else date(2024, 1, 1) + timedelta(n * 13 % 300)
        first = today + timedelta(days=30 + n % 60) if kind == 9 else first
        state = "on_post" if kind < 5 else "planned" if kind == 9 else "returned"
        rows.append((FIRST + n, worker, units[n % len(units)], receivers[n % len(receivers)], state, first, kind))
    write(rows, scheme)
    return [row[0] for row in rows]


def write(rows: Sequence[tuple[int, int, int, int, str, date, int]], scheme: str, months: int = 12) -> None:
    """Write assignments of so many months: number, person, sender, receiver, state, first day, and 0 with leave."""
    now = timezone.now()
    copy_rows(
        "assignments_slot",
        _slot_columns(),
        (_slot(pk, sender, receiver, now) for pk, _w, sender, receiver, *_ in rows),
    )
    copy_rows(
        "assignments_assignment",
        (
            "id", "slot_id", "kind", "scheme", "worker_id", "sending_unit_id", "receiving_unit_id", "state",
            "speciality", "department", "supervisor", "full_time", "roster_pattern", "starts_on", "term_months",
            "term_days", "term_ends_on", "ends_on", "extended_days", "granted_days", "end_reason", "arrived_at",
            "arrived_by_name", "filing_basis", "filing_number", "deputy_order", "result", "result_on", "origin",
            "evidence", "confirmed_by_name", "on_behalf", "sort_key", "version", "recorded_by_name", "recorded_at",
            "updated_at",
        ),
        (
            (
                pk, pk, "county_township", scheme, worker, sender, receiver, state, "", "", "", True, "five_day",
                first, months, 0, (end := term_end(first, months)), end + timedelta(days=5 if kind == 0 else 0),
                5 if kind == 0 else 0, 0, "", None if state == "planned" else now,
                "" if state == "planned" else "示范接收", "", "", "",
                "qualified" if state == "returned" else "", end if state == "returned" else None, "entered", "", "",
                False, f"shi fan ren yuan {worker}", 1, "", now, now,
            )
            for pk, worker, sender, receiver, state, first, kind in rows
        ),
    )  # fmt: skip
    copy_rows(
        "assignments_segment",
        ("assignment_id", "receiving_unit_id", "valid_from", "full_time", "reason"),
        ((pk, receiver, first, True, "start") for pk, _w, _s, receiver, _state, first, _k in rows),
    )
    _leave([(pk, first) for pk, _w, _s, _r, _state, first, kind in rows if kind == 0])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _slot_columns() -> tuple[str, ...]:
    from assignments.models import Slot

    return tuple(field.column for field in Slot._meta.concrete_fields if not field.null)


def _slot(pk: int, sender: int, receiver: int, now: object) -> tuple[object, ...]:
    said = {"id": pk, "sending_unit_id": sender, "receiving_unit_id": receiver}
    from assignments.models import Slot

    found: list[object] = []
    for field in Slot._meta.concrete_fields:
        if field.null:
            continue
        default = now if field.get_internal_type() == "DateTimeField" else field.get_default()
        found.append(said.get(field.column, default))
    return tuple(found)


def _leave(begun: Sequence[tuple[int, date]]) -> None:
    """Write an approved leave of a week for each: five duty days that lengthen the term."""
    now = timezone.now()
    copy_rows(
        "assignments_leave",
        (
            "assignment_id", "kind", "first_day", "last_day", "remark", "state", "on_behalf", "imported",
            "decided_by_name", "decided_at", "decision_remark", "counted_days", "filing_required", "filing_number",
            "filed_by_name", "version", "updated_at", "document", "document_number", "recorded_by_name", "recorded_at",
        ),
        (
            (
                pk, "personal", monday, monday + timedelta(days=4), "", "approved", False, False, "示范院长", now, "",
                5, True, "", "", 1, now, "", "", "", now,
            )
            for pk, first in begun
            for monday in (first + timedelta(days=-first.weekday() % 7),)
        ),
    )  # fmt: skip
