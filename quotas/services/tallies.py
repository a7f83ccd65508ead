"""Taking down how many are nominated, on post and recognised, and setting the verdicts that follow."""

from __future__ import annotations

import json
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
    group_key: str = ""
    by_alternative: Mapping[str, int] = field(default_factory=dict)
    composition: Mapping[str, int] = field(default_factory=dict)


COLUMNS = (
    "institution_id", "group_key", "scheme", "topic", "period_start", "period_end",
    "nominated", "on_post", "recognised_year_end", "recognised_final", "by_alternative", "composition", "updated_at",
)  # fmt: skip
STAGE = "CREATE TEMPORARY TABLE tally_stage (LIKE quotas_tally) ON COMMIT DROP"
TAKE = """
INSERT INTO quotas_tally (institution_id, group_key, scheme, topic, period_start, period_end,
                          nominated, on_post, recognised_year_end, recognised_final,
                          by_alternative, composition, updated_at)
SELECT institution_id, group_key, scheme, topic, period_start, period_end,
       nominated, on_post, recognised_year_end, recognised_final, by_alternative, composition, updated_at
FROM tally_stage
ON CONFLICT (institution_id, period_start, period_end, topic, group_key) DO UPDATE SET
    nominated = excluded.nominated, on_post = excluded.on_post,
    recognised_year_end = excluded.recognised_year_end, recognised_final = excluded.recognised_final,
    by_alternative = excluded.by_alternative, composition = excluded.composition,
    scheme = excluded.scheme, updated_at = excluded.updated_at
WHERE (quotas_tally.nominated, quotas_tally.on_post, quotas_tally.recognised_year_end, quotas_tally.recognised_final,
       quotas_tally.by_alternative, quotas_tally.composition)
      IS DISTINCT FROM
      (excluded.nominated, excluded.on_post, excluded.recognised_year_end, excluded.recognised_final,
       excluded.by_alternative, excluded.composition)
"""


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
                    row.nominated, row.on_post, row.recognised_year_end, row.recognised_final,
                    json.dumps(dict(row.by_alternative)), json.dumps(dict(row.composition)), now,
                )
                for row in rows
            ),
        )  # fmt: skip
        cursor.execute(TAKE)
        changed: int = cursor.rowcount
    if changed:
        for period in sorted({row.period for row in rows}):
            units = {row.institution_id for row in rows if row.period == period}
            verdicts.refresh(period, institution_ids=units)
        audit.record(
            act="quotas.tallied", by=by, label=str(rows[0].period), detail={"rows": len(rows), "changed": changed}
        )
    return changed
