"""The one convention for periods of validity: the first and the last day are inside; no last day means still valid."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib.postgres.fields import BigIntegerRangeField, DateRangeField
from django.db.models import F, Func, Q, Value

ONE_DAY = timedelta(days=1)


def holds_on(day: date, prefix: str = "") -> Q:
    """Select the rows whose period contains `day`; `prefix` leads to them ("profiles__")."""
    return Q(**{f"{prefix}valid_from__lte": day}) & (
        Q(**{f"{prefix}valid_to__isnull": True}) | Q(**{f"{prefix}valid_to__gte": day})
    )


def day_before(day: date) -> date:
    """Return the last day of what ends when something new begins on `day`."""
    return day - ONE_DAY


def in_order() -> Q:
    """Hold where the first day does not come after the last."""
    return Q(valid_to__isnull=True) | Q(valid_from__lte=F("valid_to"))


class Days(Func):
    """The period of a row as a daterange, both ends inside."""

    function = "daterange"
    output_field = DateRangeField()

    def __init__(self, first: str = "valid_from", last: str = "valid_to", **extra: Any) -> None:
        super().__init__(F(first), F(last), Value("[]"), **extra)


class Same(Func):
    """A key as a range of one number: the built-in GiST compares these, so btree_gist is not needed.

    Takes the name of the relation, not of its column: with "x_id" Django's own validation compares against every row.
    """

    function = "int8range"
    output_field = BigIntegerRangeField()

    def __init__(self, relation: str, **extra: Any) -> None:
        super().__init__(F(relation), F(relation), Value("[]"), **extra)
