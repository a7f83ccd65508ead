"""Taking down how many are nominated, on post and recognised, and setting the verdicts that follow."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db import connection, transaction

from deploy_admin import clock
from deploy_admin.access import Actor
from deploy_admin.audit import services as audit
from deploy_admin.db import copy_rows, refusals
from deploy_admin.months import Period
from quotas.services import guard, verdicts


@dataclass(frozen=True, slots=True)
class TallyRow:
    """The numbers of one unit on one topic; None is: not known yet."""

    institution_id: int
    scheme: str
    topic: str
    period: Period
    nominated: int | None = None
    on_post: int | None = None
    recognised_year_end: int | None = None
    recognised_final: int | None = None
    forecast: int | None = None
    unconfirmed: int = 0
    highest: int | None = None
    batches: tuple[int, ...] = ()
    group_key: str = ""
    by_alternative: Mapping[str, int] = field(default_factory=dict)
    composition: Mapping[str, int] = field(default_factory=dict)


#: What a tally says, as it is compared with what it said before.
SAID = (
    "nominated", "on_post", "recognised_year_end", "recognised_final", "forecast", "unconfirmed", "highest", "batches",
    "by_alternative", "composition",
)  # fmt: skip
COLUMNS = ("institution_id", "group_key", "scheme", "topic", "period_start", "period_end", *SAID, "updated_at")
STAGE = "CREATE TEMPORARY TABLE tally_stage (LIKE quotas_tally) ON COMMIT DROP"
TAKE = f"""
INSERT INTO quotas_tally ({", ".join(COLUMNS)})
SELECT {", ".join(COLUMNS)}
FROM tally_stage
ON CONFLICT (institution_id, period_start, period_end, topic, group_key) DO UPDATE SET
    {", ".join(f"{name} = excluded.{name}" for name in SAID)}, scheme = excluded.scheme,
    updated_at = excluded.updated_at
WHERE ({", ".join(f"quotas_tally.{name}" for name in SAID)})
      IS DISTINCT FROM ({", ".join(f"excluded.{name}" for name in SAID)})
RETURNING institution_id, period_start, period_end
"""  # noqa: S608 -- the names are ours


@transaction.atomic
def record_tallies(rows: Iterable[TallyRow], *, by: Actor) -> int:
    """Set the tallies of these units and topics; return how many changed. A constant number of queries."""
    rows = list(rows)
    if not rows:
        return 0
    guard.results_change()
    now = clock.now()
    with refusals(), connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS tally_stage")
        cursor.execute(STAGE)
        cursor.execute("ALTER TABLE tally_stage ALTER id DROP NOT NULL")
        copy_rows(
            "tally_stage",
            COLUMNS,
            (
                (
                    row.institution_id, row.group_key, row.scheme, row.topic, row.period.first, row.period.last,
                    row.nominated, row.on_post, row.recognised_year_end, row.recognised_final, row.forecast,
                    row.unconfirmed, row.highest, sorted(row.batches),
                    json.dumps(dict(row.by_alternative)), json.dumps(dict(row.composition)), now,
                )
                for row in rows
            ),
        )  # fmt: skip
        cursor.execute(TAKE)
        changed = cursor.fetchall()
    if changed:
        units: dict[Period, set[int]] = defaultdict(set)
        for unit, first, last in changed:
            units[Period(first, last)].add(unit)
        for period in sorted(units):
            verdicts.refresh(period, institution_ids=units[period])
        audit.record(
            act="quotas.tallied", by=by, label=str(min(units)), detail={"rows": len(rows), "changed": len(changed)}
        )
    return len(changed)
