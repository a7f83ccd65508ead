"""Small helpers between services and PostgreSQL: refusals from constraints, COPY, advisory locks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from django.db.models.expressions import RawSQL

from deploy_admin.errors import RuleViolation


@cache
def _constraints() -> dict[str, models.BaseConstraint]:
    return {c.name: c for model in apps.get_models() for c in model._meta.constraints}


@contextmanager
def refusals() -> Iterator[None]:
    """Run the block in a savepoint and turn a violated named constraint into the RuleViolation it stands for."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
        constraint = _constraints().get(name or "")
        if constraint is None:
            raise
        raise RuleViolation(
            str(constraint.get_violation_error_message()),
            code=constraint.violation_error_code or constraint.name,
        ) from error


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """COPY `rows` into `table` inside the current transaction: one round trip for any number of rows."""
    from psycopg import sql

    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    # What COPY raises comes past Django's cursor, so it is turned into Django's errors here.
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def update_rows(model: type[models.Model], columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Set `columns` of many rows at once: each row is its id and then the values, in one UPDATE … FROM."""
    if not rows:
        return
    from psycopg import sql

    names = ["id", *columns]
    types = {field.column: (field.db_type(connection) or "").partition("(")[0] for field in model._meta.local_fields}
    statement = sql.SQL(
        "UPDATE {table} SET {sets} FROM unnest({arrays}) AS new ({names}) WHERE {table}.id = new.id"
    ).format(
        table=sql.Identifier(model._meta.db_table),
        sets=sql.SQL(", ").join(sql.SQL("{0} = new.{0}").format(sql.Identifier(name)) for name in columns),
        arrays=sql.SQL(", ").join(sql.SQL("%s::{}[]").format(sql.SQL(types[name])) for name in names),
        names=sql.SQL(", ").join(map(sql.Identifier, names)),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(values) for values in zip(*rows, strict=True)])


def analyze(*kinds: type[models.Model]) -> None:
    """Tell the planner how large these tables are by now: after many rows at once autovacuum comes a minute too late.

    On a server whose running role does not own the tables it is left to autovacuum.
    """
    with connection.cursor() as cursor:
        for kind in kinds:
            cursor.execute(f"ANALYZE {connection.ops.quote_name(kind._meta.db_table)}")


def listed(ids: Collection[int]) -> Any:
    """Return ids as one parameter instead of five thousand."""
    return RawSQL("SELECT unnest(%s::bigint[])", (list(ids),))
