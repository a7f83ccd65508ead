"""Writing derived rows: what differs is written, what is no longer said is ended, the rest is not touched."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from deploy_admin.db import copy_rows

#: The digest of a row that says nothing any more.
ENDED = ""


@dataclass(frozen=True)
class Delta:
    """A table of derived rows: `said` are the columns whose content is compared, `stamped` those that say since when.

    `owner` tells whose rows are compared, `key` which of them are one and the same. `ended` is what is set, in SQL, in
    a row that is no longer said, besides the digest and the stamps.
    """

    table: str
    owner: str
    key: tuple[str, ...]
    said: tuple[str, ...]
    stamped: tuple[str, ...]
    ended: str
    #: Those of `said` that are lists.
    lists: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that is written."""
        return (*self.said, "digest", *self.stamped)

    def write(
        self, owner_ids: Collection[int], said: Iterable[tuple[Any, ...]], stamp: tuple[Any, ...]
    ) -> tuple[int, int, int]:
        """Bring the rows of these owners up to date; return how many were added, changed and ended.

        A fixed number of statements, whatever the number of rows; what says the same
        as before is not written. Inside a transaction that holds the guard.
        """
        held = self._held(owner_ids)
        places = [self.said.index(name) for name in self.key]
        listed = [self.said.index(name) for name in self.lists]
        fresh: list[tuple[Any, ...]] = []
        other: list[tuple[Any, ...]] = []
        for row in said:
            key = tuple([row[place] for place in places])
            now_said = digest(row)
            before = held.pop(key, None)
            if before is not None and before[1] == now_said:
                continue
            written = list(row)
            for place in listed:
                written[place] = _array(row[place])
            (fresh if before is None else other).append((*written, now_said, *stamp))
        if fresh:
            copy_rows(self.table, self.columns, fresh)
        if other:
            self._replace(other)
        gone = sorted(pk for pk, was_said in held.values() if was_said != ENDED)
        if gone:
            with connection.cursor() as cursor:
                cursor.execute(self._end, [*stamp, gone])
        return len(fresh), len(other), len(gone)

    def _held(self, owner_ids: Collection[int]) -> dict[tuple[Any, ...], tuple[int, str]]:
        names = ", ".join(self.key)
        statement = f"SELECT id, digest, {names} FROM {self.table} WHERE {self.owner} = ANY(%(ids)s)"  # noqa: S608
        with connection.cursor() as cursor:
            cursor.execute(statement, {"ids": sorted(owner_ids)})
            return {tuple(key): (pk, was_said) for pk, was_said, *key in cursor.fetchall()}

    def _replace(self, rows: Sequence[tuple[Any, ...]]) -> None:
        """Write these rows over those of the same key."""
        stage = f"{self.table}_stage"
        names = ", ".join(self.columns)
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass(%s) IS NULL", [f"pg_temp.{stage}"])
            if cursor.fetchone()[0]:
                cursor.execute(
                    f"CREATE TEMPORARY TABLE {stage} ON COMMIT DROP AS "  # noqa: S608 -- the names are ours
                    f"SELECT {names} FROM {self.table} WITH NO DATA"
                )
            else:
                cursor.execute(f"TRUNCATE {stage}")
        copy_rows(stage, self.columns, rows)
        with connection.cursor() as cursor:
            cursor.execute(self._take)

    @property
    def _take(self) -> str:
        sets = ", ".join(f"{name} = s.{name}" for name in self.columns if name not in self.key)
        same = " AND ".join(f"{self.table}.{name} = s.{name}" for name in self.key)
        return f"UPDATE {self.table} SET {sets} FROM {self.table}_stage s WHERE {same}"  # noqa: S608

    @property
    def _end(self) -> str:
        stamps = "".join(f", {name} = %s" for name in self.stamped)
        return f"UPDATE {self.table} SET {self.ended}, digest = '{ENDED}'{stamps} WHERE id = ANY(%s)"  # noqa: S608


def digest(said: tuple[Any, ...]) -> str:
    """Return the digest of all that a row says: equal digests, equal rows."""
    return hashlib.blake2b(repr(said).encode(), digest_size=16).hexdigest()


def _array(values: Sequence[str]) -> str:
    """Return an array as COPY reads it."""
    if not values:
        return "{}"
    quoted = (value.replace("\\", "\\\\").replace('"', '\\"') for value in values)
    return "{" + ",".join(f'"{value}"' for value in quoted) + "}"
