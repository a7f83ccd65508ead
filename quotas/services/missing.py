"""Who has still to report which figures, and telling them: read off what the current quotas miss."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction

from deploy_admin.access import SYSTEM, Actor
from deploy_admin.audit import services as audit
from deploy_admin.months import Period
from quotas.models import Contribution, Quota
from quotas.models.quotas import QuotaState
from quotas.services import inbox

#: How long after the first day of a quota's period its figures are due.
DUE_AFTER = timedelta(days=59)


@dataclass(frozen=True, slots=True)
class MissingFigure:
    """One figure that a governing clause rests on and nobody has entered. `cells` are the parts still missing."""

    institution_id: int
    measure: str
    period: Period
    cells: tuple[str, ...]
    due_on: date


def missing_units(period: Period, *, actor: Actor) -> list[MissingFigure]:
    """Return what the period's current quotas miss, unit by unit, as far as the actor sees. Two queries."""
    visible = Quota.objects.current().of_period(period).visible_to(actor)
    found: dict[tuple[int, str, Period], set[str]] = defaultdict(set)
    owing = visible.exclude(missing=[]).exclude(state=QuotaState.NOT_COMPUTED)
    for unit, scope, missing in owing.values_list("institution_id", "scope", "missing"):
        if scope == "unit":
            _note(found, unit, missing)
    parts = Contribution.objects.filter(quota__in=owing.exclude(scope="unit"))
    for unit, bases in parts.values_list("institution_id", "bases"):
        for base in bases:
            _note(found, unit, base["missing"])
    due_on = period.first + DUE_AFTER
    return [
        MissingFigure(unit, measure, of, tuple(sorted(cells)), due_on)
        for (unit, measure, of), cells in sorted(found.items())
    ]


def reporting_units(period: Period, *, actor: Actor) -> set[int]:
    """Return the units on whose figures the current quotas of this period and the next rest, as far as the actor sees.

    A base is most often the year before. None while nothing is computed. Two queries.
    """
    starts = (period.first, period.next.first)
    quotas = Quota.objects.current().filter(period_start__in=starts).visible_to(actor)
    quotas = quotas.exclude(state=QuotaState.NOT_COMPUTED)
    found = set(quotas.filter(scope="unit").values_list("institution_id", flat=True))
    parts = Contribution.objects.filter(quota__in=quotas.exclude(scope="unit").order_by().values("pk"))
    return found | set(parts.values_list("institution_id", flat=True))


def _note(found: dict[tuple[int, str, Period], set[str]], unit: int, missing: Any) -> None:
    """Take the figures out of a list of missing parts: `promoted_associate_chief/2024[practice_category=clinical]`."""
    for code in missing:
        name, slash, rest = code.partition("/")
        if not slash:
            continue
        text, _bracket, cells = rest.partition("[")
        try:
            of = Period.parse(text)
        except ValueError:
            continue
        found[unit, name, of].add(cells.rstrip("]"))


@transaction.atomic
def remind_missing(period: Period, *, by: Actor) -> int:
    """Note in each unit's inbox how many figures it owes, and close the note where it owes none; return how many owe.

    A fixed number of queries, whatever the number of units.
    """
    owed = _owed(period, by)
    inbox.figures_owed(period, owed, due_on=period.first + DUE_AFTER, opening=True)
    inbox.settle_old_news()
    audit.record(act="figures.reminded", by=by, label=str(period), detail={"units": len(owed)})
    return len(owed)


def bring_notices_up_to_date(period: Period) -> None:
    """After a computation: close the notes of units that owe nothing any more, correct the count of the others."""
    inbox.figures_owed(period, _owed(period, SYSTEM), due_on=period.first + DUE_AFTER, opening=False)


def _owed(period: Period, actor: Actor) -> dict[int, int]:
    owed: dict[int, int] = defaultdict(int)
    for figure in missing_units(period, actor=actor):
        owed[figure.institution_id] += max(1, len(figure.cells))
    return owed
