"""The nightly check: what is derived must follow from the rows, and what is sealed must agree with what is shown."""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Iterator

from django.db import connection, transaction

from deploy_admin.access import Actor
from deploy_admin.audit import services as audit
from deploy_admin.audit.models import Result
from deploy_admin.national_ids import WrongId
from deploy_admin.people import codes
from deploy_admin.people.models import HealthWorker, Title
from deploy_admin.people.services import identity, inbox
from deploy_admin.sealing import SealBroken

log = logging.getLogger(__name__)
BATCH = 2000
TOLD_AT_MOST = 100

#: The latest row is the current one, and the only one.
CURRENT = """
SELECT worker_id FROM (
    SELECT worker_id, is_current, row_number() OVER (PARTITION BY worker_id ORDER BY valid_from DESC) = 1 AS is_latest
    FROM people_employment
) post
WHERE is_current <> is_latest
"""


def check_all(*, by: Actor) -> dict[str, list[int]]:
    """Recompute what is derived of every person; return the ids of those who differ, by what differs.

    Changes nothing: a value that drifted has a cause, and somebody finds it. Told by notice and on the record.
    """
    found: dict[str, set[int]] = defaultdict(set)
    with connection.cursor() as cursor:
        cursor.execute(CURRENT)
        found["is_current"].update(row[0] for row in cursor.fetchall())
    found["title_level"].update(_wrong_titles())
    checked: Counter[str] = Counter()
    for worker, fault in _wrong_ids(checked):
        found[fault].add(worker)
    drift = {name: sorted(ids) for name, ids in found.items() if ids}
    people = set().union(*drift.values())
    with transaction.atomic():
        audit.record(
            act="people.checked",
            by=by,
            detail={"checked": checked["people"], "drift": {name: ids[:TOLD_AT_MOST] for name, ids in drift.items()}},
            result=Result.REFUSED if drift else Result.DONE,
        )
        inbox.drift_found(len(people))
    if drift:
        log.error("%s health workers' records contradict themselves: %s", len(people), sorted(drift))
    return drift


def _wrong_titles() -> list[int]:
    """Return whose titles have another series or level than their code says."""
    said = Title.objects.order_by().values_list("code", "series", "level").distinct()
    wrong = [
        (code, series, level)
        for code, series, level in said
        if (codes.TITLE_BY_CODE[code].series, codes.TITLE_BY_CODE[code].level) != (series, level)
    ]
    return [
        pk
        for code, series, level in wrong
        for pk in Title.objects.filter(code=code, series=series, level=level).values_list("worker_id", flat=True)
    ]


def _wrong_ids(checked: Counter[str]) -> Iterator[tuple[int, str]]:
    """Open every sealed ID and yield who differs in what: the seal itself, hash, mask, date of birth, sex."""
    after = 0
    columns = ("pk", "id_sealed", "id_digest", "id_masked", "born_on", "sex")
    while rows := list(
        HealthWorker.objects.filter(pk__gt=after, id_sealed__isnull=False).order_by("pk").values_list(*columns)[:BATCH]
    ):
        checked["people"] += len(rows)
        for pk, sealed, digest, masked, born_on, sex in rows:
            try:
                held = identity.open_columns(bytes(sealed), bytes(digest))
            except (SealBroken, WrongId):
                yield pk, "id_sealed"
                continue
            if identity.digest_of(held.number) != bytes(digest):
                yield pk, "id_digest"
            if (held.masked, held.born_on, held.sex) != (masked, born_on, sex):
                yield pk, "id_shown"
        after = rows[-1][0]
