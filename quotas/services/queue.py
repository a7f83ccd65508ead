"""Asking for a computation: at most one waits per period, and whoever asks meanwhile joins it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from typing import Any

from celery import current_app
from django.db import connection, transaction

from deploy_admin import clock
from deploy_admin.access import Actor
from deploy_admin.months import Period
from deploy_admin.policies.geography import Places
from deploy_admin.policies.models import PolicyVersion
from deploy_admin.registry.models import InstitutionProfile
from quotas.models import Run
from quotas.services.computing import periods_of_year

#: One statement: wait in a row of one's own, or join the row that waits. Null institutions mean every one and win.
JOIN_OR_WAIT = """
INSERT INTO quotas_run (kind, trigger, state, period_start, period_end, institution_ids, asked_for, token, attempts,
                        requested_at, inputs_digest, revisions, counts, failure)
VALUES ('quotas', %(trigger)s, 'queued', %(first)s, %(last)s, %(ids)s::jsonb, %(asked)s::jsonb, 0, 0,
        %(now)s, '', '[]', '{}', '')
ON CONFLICT (period_start, period_end) WHERE state = 'queued' DO UPDATE SET
    institution_ids = CASE
        WHEN quotas_run.institution_ids IS NULL OR excluded.institution_ids IS NULL THEN NULL
        ELSE (SELECT jsonb_agg(DISTINCT unit)
              FROM jsonb_array_elements(quotas_run.institution_ids || excluded.institution_ids) AS units (unit))
    END,
    asked_for = CASE
        WHEN jsonb_array_length(quotas_run.asked_for) < 50 THEN quotas_run.asked_for || excluded.asked_for
        ELSE quotas_run.asked_for
    END
RETURNING id
"""
#: Beyond this many institutions a partial computation costs more to bound than it saves.
PARTIAL_UP_TO = 2000


def ask_for_recompute(
    period: Period, *, institution_ids: Collection[int] | None = None, trigger: str, by: Actor
) -> int:
    """Put down that the period's quotas (of these institutions) are owed a computation; return the waiting run's id.

    The worker is told when the transaction commits; should the broker forget, the schedule finds the row.
    """
    ids = (
        sorted(set(institution_ids)) if institution_ids is not None and len(institution_ids) <= PARTIAL_UP_TO else None
    )
    now = clock.now()
    asked = [{"trigger": str(trigger), "by": by.name, "by_id": by.user_id, "at": now.isoformat()}]
    with connection.cursor() as cursor:
        cursor.execute(
            JOIN_OR_WAIT,
            {
                "trigger": str(trigger),
                "first": period.first,
                "last": period.last,
                "ids": None if ids is None else json.dumps(ids),
                "asked": json.dumps(asked),
                "now": now,
            },
        )
        row: tuple[int] = cursor.fetchone()
    # Robust and without retries: the row is what counts, and the schedule finds it if the broker is away.
    transaction.on_commit(lambda: current_app.send_task("quotas.work_off", [period.iso], retry=False), robust=True)
    return row[0]


def ask_after_figures(changed: Iterable[tuple[int, Period]], *, trigger: str, by: Actor) -> None:
    """Ask for the quotas that may rest on these units' figures: those of the figure's own period and of later ones."""
    changed = list(changed)
    if not changed:
        return
    earliest = min(period.first for _unit, period in changed)
    for period in known_periods():
        # A clause looks back over whole periods of its own shape, so an earlier figure may still be its base.
        if period.last >= earliest:
            touched = {unit for unit, of in changed if of.first <= period.last}
            if touched:
                ask_for_recompute(period, institution_ids=touched, trigger=trigger, by=by)


def ask_after_adoption(version_id: int, *, by: Actor) -> int:
    """Ask for the quotas of the units in the version's jurisdiction, for every period from its first on."""
    version = PolicyVersion.objects.select_related("policy", "adoption").get(pk=version_id)
    divisions = Places.load().covered(version.policy.division_id)
    units = set(
        InstitutionProfile.objects.filter(division_id__in=divisions)
        .values_list("institution_id", flat=True)
        .distinct()
    )
    today = clock.today()
    first = version.adoption.quotas_from
    with transaction.atomic():
        asked = [
            ask_for_recompute(period, institution_ids=units, trigger=Run.Trigger.ADOPTION, by=by)
            for period in sorted({*known_periods(), *periods_of_year(today.year)})
            if period.last >= first
        ]
    return len(asked)


def known_periods() -> list[Period]:
    """Return every period ever computed or asked for, oldest first: always one order, so nobody waits in a ring."""
    rows: Any = Run.objects.order_by("period_start", "period_end").values_list("period_start", "period_end").distinct()
    return [Period(first, last) for first, last in rows]
