"""Reading rows about many people at once: one query and one parameter, however many they are."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.db import connection, models

from deploy_admin.people.models import HealthWorker


def rows_of(
    model: type[models.Model],
    columns: Sequence[str],
    workers: Collection[int],
    *,
    condition: str = "",
    order: str = "id",
    lock: bool = False,
) -> list[tuple[Any, ...]]:
    """Return (id, columns…) of the rows of these people. `columns`, `condition` and `order` come from code alone."""
    key = "id" if model is HealthWorker else "worker_id"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, {', '.join(columns)} FROM {model._meta.db_table} WHERE {key} = ANY(%s)"  # noqa: S608
            f"{' AND ' + condition if condition else ''} ORDER BY {order}{' FOR NO KEY UPDATE' if lock else ''}",
            [list(workers)],
        )
        return cursor.fetchall()
