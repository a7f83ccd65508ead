"""Counting a period's current quotas anew, whenever results or what stands beside them changed."""

from __future__ import annotations

from django.db import connection

from deploy_admin.months import Period

COUNT = """
INSERT INTO quotas_summary (period_start, period_end, level, scheme, topic, version_id, clause_id, scope, binding,
    to_coordinate, verdict, quotas, units, required, nominated, on_post, recognised_year_end, recognised_final,
    shortfall, forecast, unconfirmed, batches)
SELECT %(first)s, %(last)s,
    CASE WHEN grouping(clause_id) = 0 THEN 'clause' WHEN grouping(topic) = 0 THEN 'topic'
         WHEN grouping(scheme) = 0 THEN 'scheme' ELSE 'all' END,
    coalesce(scheme, ''), coalesce(topic, ''), version_id, coalesce(clause_id, ''),
    scope, binding, to_coordinate, verdict,
    count(*), count(DISTINCT institution_id), sum(required), sum(nominated), sum(on_post), sum(recognised_year_end),
    sum(recognised_final), sum(shortfall), sum(forecast), sum(unconfirmed),
    coalesce((SELECT array_agg(DISTINCT batch ORDER BY batch) FROM quotas_quota counted, unnest(counted.batches) batch
              WHERE counted.superseded_by_id IS NULL AND counted.batches <> '{}'
                AND counted.period_start = %(first)s AND counted.period_end = %(last)s), '{}')
FROM quotas_quota
WHERE superseded_by_id IS NULL AND period_start = %(first)s AND period_end = %(last)s
GROUP BY GROUPING SETS (
    (scope, binding, to_coordinate, verdict),
    (scheme, scope, binding, to_coordinate, verdict),
    (scheme, topic, scope, binding, to_coordinate, verdict),
    (scheme, topic, version_id, clause_id, scope, binding, to_coordinate, verdict))
"""


def count(period: Period) -> None:
    """Replace the period's summary. Called inside the transaction that changed it, under guard.results_change()."""
    days = {"first": period.first, "last": period.last}
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM quotas_summary WHERE period_start = %(first)s AND period_end = %(last)s", days)
        cursor.execute(COUNT, days)
