"""The history of some people as small lines beside something else: released points, attendance where none are made."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _

from appraisals.models import ReleasedScore
from appraisals.trends.reading import in_values
from deploy_admin.access import Actor, Permission
from deploy_admin.months import add_months
from deploy_admin.ui.charts import written

MONTHS_BACK = 12


@dataclass(frozen=True, slots=True)
class History:
    """One person's last months as a line, and the way to all of them."""

    name: str
    what: str
    values: tuple[Decimal, ...]
    label: str
    url: str


def histories(scores: Iterable[Any], actor: Actor) -> list[History]:
    """Return the history of each person of these released scores, up to the latest month among them. One query."""
    people = {score.assignment_id: score.assignment.worker.name for score in scores}
    last = max((score.month for score in scores), default=None)
    if last is None:
        return []
    held = _released(list(people), last, actor)
    may_open = actor.can(Permission.MONTHS_VIEW)
    return [
        _history(name, held[pk], reverse("appraisals:person_trend", args=[pk]) if may_open else "")
        for pk, name in people.items()
        if len(held[pk]) > 1
    ]


Months = list[tuple[date, Decimal | None, Decimal | None]]


def _released(assignments: list[int], last: date, actor: Actor) -> dict[int, Months]:
    """Return by assignment its months with points and attendance in percent, the earliest first."""
    rows: Any = ReleasedScore.objects.visible_to(actor).standing().filter(assignment__in=assignments)
    rows = rows.filter(month__gt=add_months(last, -MONTHS_BACK), month__lte=last).order_by("month", "pk")
    told = rows.values_list(
        "assignment_id", "month", F("points"), in_values("totals", "attended"), in_values("duty_days")
    )
    found: dict[int, Months] = defaultdict(list)
    for assignment, month, points, attended, duty in told:
        found[assignment].append((month, points, attended * 100 / duty if attended is not None and duty else None))
    return found


def _history(name: str, months: Months, url: str) -> History:
    scored = [(month, points) for month, points, _rate in months if points is not None]
    attended = [(month, rate) for month, _points, rate in months if rate is not None]
    known, what = (scored, _("Points")) if len(scored) > 1 else (attended, _("Attendance rate"))
    if not known:
        return History(name, what, (), "", url)
    (first, value), (last, now) = known[0], known[-1]
    label = _("%(first)s in %(from)s, %(last)s in %(to)s") % {
        "first": written(value, 1),
        "from": f"{first:%Y-%m}",
        "last": written(now, 1),
        "to": f"{last:%Y-%m}",
    }
    return History(name, what, tuple(value for _month, value in known), label, url)
