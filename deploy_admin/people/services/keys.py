"""Rotating the keys of sealed values, in every app that has any, and hashing the ID numbers anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction
from django.db.models import Func

from deploy_admin import sealing
from deploy_admin.access import Actor
from deploy_admin.audit import services as audit
from deploy_admin.people.models import HealthWorker
from deploy_admin.people.services import identity

BATCH = 1000
#: Sealed files are large: a batch ends earlier where its contents exceed this.
BATCH_BYTES = 32 * 1024 * 1024


def reseal_all(*, by: Actor) -> dict[str, int]:
    """Seal anew whatever lies under an older key; return how many per column. Stopped at any point, it goes on there.

    Each batch is a transaction of its own, so that nobody waits long for a row.
    """
    done: Counter[str] = Counter()
    for column in sealing.columns():
        for keys in _batches(column):
            done[_name(column)] += _reseal(column, keys)
        done[_name(column)] += 0
    audit.record(act="keys.rotated", by=by, detail={"version": sealing.vault().current, "resealed": dict(done)})
    return dict(done)


def opening() -> dict[str, tuple[int, int]]:
    """Open every sealed value under the keys held and return, per column, how many open and how many do not."""
    found: dict[str, tuple[int, int]] = {}
    for column in sealing.columns():
        good = bad = 0
        for keys in _batches(column):
            for _pk, sealed, *bound_by in _values(column, keys):
                try:
                    sealing.vault().open_bytes(sealed, column.purpose, column.bound_to(*bound_by))
                    good += 1
                except sealing.SealBroken:
                    bad += 1
        found[_name(column)] = (good, bad)
    return found


def _name(column: sealing.SealedColumn) -> str:
    return f"{column.model}.{column.column}"


def _rows(column: sealing.SealedColumn) -> models.QuerySet[Any]:
    """Return the rows of the column that hold something sealed, in the order of their keys."""
    model: Any = apps.get_model(column.model)
    sealed = {f"{column.column}__isnull": False} | dict(column.only)
    found: models.QuerySet[Any] = model._default_manager.filter(**sealed).order_by("pk")
    return found


def _batches(column: sealing.SealedColumn) -> Iterator[list[int]]:
    """Yield the keys of the column's rows, so many at a time as fit into memory with their contents."""
    size = Func(column.column, function="octet_length", output_field=models.IntegerField())
    after = 0
    while found := list(_rows(column).filter(pk__gt=after).values_list("pk", size)[:BATCH]):
        keys: list[int] = []
        held = 0
        for pk, octets in found:
            if keys and held + octets > BATCH_BYTES:
                break
            keys.append(pk)
            held += octets
        yield keys
        after = keys[-1]


def _values(column: sealing.SealedColumn, keys: Collection[int], *, lock: bool = False) -> models.QuerySet[Any, Any]:
    """Return (key, sealed, what it is bound by …) of these rows."""
    rows = _rows(column).filter(pk__in=keys)
    if lock:
        rows = rows.select_for_update(of=("self",), no_key=True)
    return rows.values_list("pk", column.column, *column.bound_by)


@transaction.atomic
def _reseal(column: sealing.SealedColumn, keys: Collection[int]) -> int:
    """Seal anew what is stale among these rows; return how many."""
    vault = sealing.vault()
    stale = [
        (pk, column.resealed(vault, bytes(sealed), *bound_by))
        for pk, sealed, *bound_by in _values(column, keys, lock=True)
        if vault.version_of(sealed) != vault.current
    ]
    if stale:
        model: Any = apps.get_model(column.model)
        _write(model._meta.db_table, column.column, model._meta.pk.column, stale)
    return len(stale)


def _write(table: str, column: str, key: str, values: list[tuple[int, bytes]]) -> None:
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {quote(table)} row SET {quote(column)} = new.value"  # noqa: S608 -- names of our own models
            f" FROM unnest(%s::bigint[], %s::bytea[]) AS new (id, value) WHERE row.{quote(key)} = new.id",
            [[pk for pk, _value in values], [value for _pk, value in values]],
        )


def rehash_all(*, by: Actor) -> int:
    """Hash and seal every ID number anew after MATCH_KEY has changed; return how many. Stopped, it goes on there.

    The old key is not needed: each number opens by the hash that lies beside it.
    """
    done = after = 0
    while True:
        after, count = _rehash_batch(after)
        done += count
        if not after:
            break
    audit.record(act="keys.rehashed", by=by, detail={"count": done})
    return done


@transaction.atomic
def _rehash_batch(after: int) -> tuple[int, int]:
    rows = list(
        HealthWorker.objects.filter(pk__gt=after, id_sealed__isnull=False)
        .order_by("pk")
        .select_for_update(of=("self",), no_key=True)
        .values_list("pk", "id_sealed", "id_digest")[:BATCH]
    )
    new = []
    for pk, sealed, digest in rows:
        columns = identity.sealed_columns(identity.open_columns(bytes(sealed), bytes(digest)))
        if columns["id_digest"] != bytes(digest):
            new.append((pk, columns["id_sealed"], columns["id_digest"]))
    if new:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE people_healthworker person SET id_sealed = new.sealed, id_digest = new.digest"
                " FROM unnest(%s::bigint[], %s::bytea[], %s::bytea[]) AS new (id, sealed, digest)"
                " WHERE person.id = new.id",
                [list(column) for column in zip(*new, strict=True)],
            )
    return (rows[-1][0] if len(rows) == BATCH else 0), len(new)
