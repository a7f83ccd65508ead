"""Writing credit and obligations as they were reckoned, and on which state of the rows they rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db import connection

from assignments.models import Obligation, ServiceCredit
from assignments.reckoning import Owed, Reckoned
from assignments.rules.credit import Credit
from assignments.services.delta import Delta
from deploy_admin import clock

CREDITS = Delta(
    "assignments_servicecredit",
    owner="worker_id",
    key=("assignment_id",),
    said=(
        "assignment_id", "worker_id", "state", "policy", "policy_version_id", "clause_id", "through", "months", "days",
        "duty_days", "term_months", "term_days", "missing", "warnings",
    ),
    stamped=("updated_at",),
    ended=(
        "state = 'none', through = NULL, months = 0, days = 0, duty_days = 0, term_months = 0, term_days = 0, "
        "missing = '{}', warnings = '{}'"
    ),
    lists=("missing", "warnings"),
)  # fmt: skip
OBLIGATIONS = Delta(
    "assignments_obligation",
    owner="worker_id",
    key=("worker_id", "policy", "clause_id"),
    said=(
        "worker_id", "institution_id", "topic", "target", "scheme", "policy", "policy_version_id", "clause_id",
        "binding", "state", "since", "due_on", "latest_start_on", "required_months", "credited_months",
        "credited_days", "remaining_months", "remaining_days", "met_on", "alternative", "exemption", "missing",
        "sort_key",
    ),
    stamped=("updated_at",),
    ended="state = 'ended', latest_start_on = NULL, met_on = NULL",
    lists=("missing",),
)  # fmt: skip
NOTE = """
INSERT INTO assignments_reckoned (worker_id, reckoned_on, record_at, reckoned_at)
SELECT ids, %(on)s, records, %(now)s
FROM unnest(%(ids)s::bigint[], %(records)s::timestamptz[]) AS told (ids, records)
ORDER BY ids
ON CONFLICT (worker_id) DO UPDATE SET
    reckoned_on = excluded.reckoned_on, record_at = excluded.record_at, reckoned_at = excluded.reckoned_at
"""


def write(on: date, found: Iterable[Reckoned], others: Mapping[int, datetime]) -> tuple[int, int, int]:
    """Bring credit and obligations of these people up to date; return how many rows were added, changed and ended.

    A fixed number of statements. `others` are records that were read and have nothing of their own: merged ones. Each
    person is let go as soon as the rows are made, so that memory holds rows only.
    """
    now = clock.now()
    changed = dict(others)
    credited: list[tuple[Any, ...]] = []
    owing: list[tuple[Any, ...]] = []
    for each in found:
        changed[each.record.id] = each.changed_at
        credited += [credit_row(credit, each.record.id) for credit in each.credits]
        owing += [owed_row(owed) for owed in each.owed]
    credits_ = CREDITS.write(changed, credited, (now,))
    owed = OBLIGATIONS.write(changed, owing, (now,))
    ids = sorted(changed)
    with connection.cursor() as cursor:
        cursor.execute(NOTE, {"ids": ids, "records": [changed[pk] for pk in ids], "on": on, "now": now})
    added, replaced, ended = (one + other for one, other in zip(credits_, owed, strict=True))
    return added, replaced, ended


def credit_row(credit: Credit, worker_id: int) -> tuple[Any, ...]:
    """Return the credit as its row says it."""
    rule, now, term = credit.rule, credit.now, credit.term
    by_duty = rule is not None and rule.clause.reckoned_by != "corresponding_day"
    return (
        credit.service.id, worker_id, credit.state.value, rule.policy if rule else "",
        rule.version_id if rule else None, rule.clause_id if rule else "", credit.service.through,
        now.length.months, now.length.days,
        (now.duty_days or 0) if by_duty else 0, term.months, term.days, list(credit.missing), list(credit.warnings),
    )  # fmt: skip


def owed_row(owed: Owed) -> tuple[Any, ...]:
    """Return the obligation as its row says it."""
    each, outcome = owed.clause, owed.outcome
    clause, left = each.clause, outcome.left
    return (
        owed.worker_id, owed.institution_id, each.topic, clause.target or "", each.scheme, each.policy,
        each.version_id, each.clause_id, clause.binding.value, outcome.state.value, outcome.since, outcome.due_on,
        outcome.latest_start_on, outcome.required_months, outcome.credited.months, outcome.credited.days,
        left.months if left is not None else None, left.days if left is not None else None, outcome.met_on,
        outcome.alternative, outcome.exemption, list(outcome.missing), owed.sort_key,
    )  # fmt: skip


def as_credit(credit: Credit, worker_id: int) -> ServiceCredit:
    """Return the row that the credit would be, unsaved."""
    return ServiceCredit(**dict(zip(CREDITS.said, credit_row(credit, worker_id), strict=True)))


def as_obligation(owed: Owed) -> Obligation:
    """Return the row that the obligation would be, unsaved."""
    return Obligation(**dict(zip(OBLIGATIONS.said, owed_row(owed), strict=True)))
