"""Writing a computation's results: only what differs, set-based, inside the transaction that flips the run."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.db import connection

from deploy_admin import clock
from deploy_admin.db import copy_rows
from deploy_admin.months import Period
from quotas.models import Quota
from quotas.models.quotas import QuotaState
from quotas.rules import State
from quotas.services import guard, summaries, verdicts
from quotas.services.computing import Computed, Result
from quotas.services.verdicts import Live

COLUMNS = (
    "id", "run_id", "version_id", "clause_id", "topic", "scheme", "scope", "institution_id", "group_key",
    "period_start", "period_end", "binding", "to_coordinate", "state", "required", "maximum", "at_least", "at_most",
    "missing", "provisional", "base_shown", "ratio_shown", "basis", "digest", "updated_at", *verdicts.COLUMNS,
)  # fmt: skip


def publish(run_id: int, period: Period, institution_ids: frozenset[int] | None, computed: Computed) -> dict[str, int]:
    """Set aside the results that no longer hold, write the new ones, refresh the verdicts; return the counts.

    A fixed number of statements, whatever the number of rows.
    """
    guard.inputs_change()
    guard.results_change()
    held = _held(period, computed)
    tallies = verdicts.tallies_of(period)
    explained = verdicts.explained_of(period)
    ended = period.last < clock.today()
    new: list[tuple[Result, Live]] = []
    gone: list[int] = []
    beside: list[tuple[int, Live]] = []
    changed = 0
    uncounted: dict[State, str] = {}
    for result in computed.results:
        key = (result.institution_id, result.topic, result.group_key)
        tally = tallies.get(key)
        count = verdicts.counted(tally)
        verdict = uncounted.get(result.outcome.state) if count is None else None
        if verdict is None:
            verdict = verdicts.code_of(
                result.outcome,
                binding=result.binding,
                to_coordinate=result.to_coordinate,
                tally=count,
                ended=ended,
                explained=key in explained,
            )
            if count is None:  # with nothing counted the state alone decides
                uncounted[result.outcome.state] = verdict
        now = verdicts.live(verdict, result.required, tally, computed.sort_keys.get(result.institution_id, ""))
        before = held.pop(result.key, None)
        if before is None:
            new.append((result, now))
        elif before[1] != result.digest:
            gone.append(before[0])
            new.append((result, now))
            changed += 1
        elif not now.says(before[2]):
            beside.append((before[0], now))
    removed = [pk for pk, _digest, _live in held.values()]
    _set_aside([*gone, *removed], run_id)
    _write(new, run_id, period)
    verdicts.write(beside)
    if new or gone or removed or beside:
        summaries.count(period)
    return {
        "quotas": len(computed.results),
        "added": len(new) - changed,
        "changed": changed,
        "removed": len(removed),
        "unchanged": len(computed.results) - len(new),
        "verdicts": len(beside),
        "undetermined": sum(result.state == QuotaState.UNDETERMINED for result in computed.results),
    }


def _held(period: Period, computed: Computed) -> dict[tuple[int, str, int, str], tuple[int, str, tuple[Any, ...]]]:
    """Return the current results that this computation answers for, by key. One query."""
    rows = Quota.objects.current().of_period(period).order_by()
    found: Iterable[tuple[Any, ...]] = rows.values_list(
        "version_id", "clause_id", "institution_id", "group_key", "pk", "digest", "scope", *verdicts.COLUMNS
    ).iterator(chunk_size=10_000)
    return {
        (version, clause, unit, group): (pk, digest, tuple(live))
        for version, clause, unit, group, pk, digest, scope, *live in found
        if computed.answers_for(unit, group, scope)
    }


def _set_aside(ids: list[int], run_id: int) -> None:
    if ids:
        Quota.objects.filter(pk__in=ids).update(superseded_by_id=run_id, updated_at=clock.now())


def _write(new: list[tuple[Result, Live]], run_id: int, period: Period) -> None:
    """COPY the rows under ids taken beforehand, so that their contributions can name them."""
    if not new:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('quotas_quota', 'id')) FROM generate_series(1, %s)", [len(new)]
        )
        ids = [row[0] for row in cursor.fetchall()]
    now = clock.now()
    copy_rows(
        "quotas_quota",
        COLUMNS,
        (
            (
                pk, run_id, result.version_id, result.clause_id, result.topic, result.scheme, result.scope,
                result.institution_id, result.group_key, period.first, period.last, result.binding,
                result.to_coordinate, result.state, result.required, result.outcome.maximum,
                result.outcome.at_least, result.outcome.at_most, list(result.outcome.missing),
                result.outcome.provisional, result.base_shown, result.ratio_shown, result.basis, result.digest, now,
                *live._replace(batches=list(live.batches)),
            )
            for pk, (result, live) in zip(ids, new, strict=True)
        ),
    )  # fmt: skip
    contributions = [
        (pk, unit, json.dumps(bases, ensure_ascii=False))
        for pk, (result, _live) in zip(ids, new, strict=True)
        for unit, bases in result.contributions
    ]
    if contributions:
        copy_rows("quotas_contribution", ("quota_id", "institution_id", "bases"), contributions)
