"""What the review of a month reads of all its sheets at once: a fixed number of queries for any number of units."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Avg, Count, Q, Sum

from appraisals.states import ScoreState
from assignments.models import AssignmentMonth, MonthSheet, Segment
from assignments.states import COMING, AssignmentState, MonthAnswer
from deploy_admin.access import Actor, Reach, Role
from deploy_admin.accounts.models import Membership
from deploy_admin.months import Month
from deploy_admin.registry.divisions import DivisionTree
from deploy_admin.registry.models import Institution

#: Who enters the month at a unit.
CLERKS = (Role.RECEIVER_CLERK, Role.RECEIVER_HEAD)


class SheetRow(NamedTuple):
    """One sheet as the board reads it; the names are the columns'."""

    pk: int
    institution_id: int
    state: str
    is_late: bool
    on_behalf: bool
    submitted_at: datetime | None
    submitted_by_id: int | None
    submitted_by_name: str
    findings: list[str]
    revision: int
    scored_revision: int | None
    exempt_until: date | None
    reason: str
    accepted_by_name: str
    released_at: datetime | None
    version: int


class Tally(NamedTuple):
    """What the rows of one sheet add up to."""

    people: int = 0
    attended_halves: int = 0
    disputed: int = 0
    undetermined: int = 0
    scored: int = 0
    points: Decimal | None = None


NOBODY = Tally()


class Unit(NamedTuple):
    """A receiving unit as the board names it."""

    name: str
    pinyin: str
    division_id: int


def sheets(actor: Actor, month: Month, units: Collection[int] | None = None) -> list[SheetRow]:
    """Return the month's sheets that the actor sees. One query."""
    rows = MonthSheet.objects.visible_to(actor).of(month).order_by()
    if units is not None:
        rows = rows.filter(institution__in=units)
    return [SheetRow(*values) for values in rows.values_list(*SheetRow._fields)]


def tallies(actor: Actor, month: Month) -> dict[int, Tally]:
    """Return by sheet how many people stand on it, their days, disputes and scores. One query."""
    rows = AssignmentMonth.objects.of(month).order_by()
    if actor.reach is not Reach.ALL:
        rows = rows.filter(sheet__in=MonthSheet.objects.visible_to(actor).of(month).order_by().values("pk"))
    found = rows.values_list("sheet_id").annotate(
        people=Count("pk"),
        attended=Sum("attended_halves"),
        disputed=Count("pk", filter=Q(answer=MonthAnswer.DISPUTED)),
        undetermined=Count("pk", filter=Q(score__state=ScoreState.UNDETERMINED)),
        scored=Count("score__points"),
        points=Avg("score__points"),
    )
    return {pk: Tally(*values) for pk, *values in found}


def units_named(unit_ids: Collection[int], on: date) -> dict[int, Unit]:
    """Return names, their pinyin and where the units stand. One query."""
    rows = Institution.objects.standing(on).filter(pk__in=unit_ids).order_by()
    found = rows.values_list("pk", "profile__name", "profile__pinyin", "profile__division_id")
    return {pk: Unit(name, pinyin, division) for pk, name, pinyin, division in found}


def within(division_id: int, on: date) -> frozenset[int]:
    """Return the divisions of a district; none where there is no such division."""
    tree = DivisionTree.read(on)
    return frozenset(tree.within([division_id])) if division_id in tree.nodes else frozenset()


def units_without_sheet(actor: Actor, month: Month) -> dict[int, int]:
    """Return the units where somebody serves in the month although no sheet was opened, with how many. One query."""
    pieces = Segment.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=month.first),
        valid_from__lte=month.last,
        assignment__starts_on__lte=month.last,
        assignment__ends_on__gte=month.first,
    ).exclude(assignment__state__in=[*COMING, AssignmentState.WITHDRAWN])
    if actor.reach is not Reach.ALL:
        pieces = pieces.filter(receiving_unit__in=Institution.objects.visible_to(actor).order_by().values("pk"))
    opened = MonthSheet.objects.of(month).order_by().values("institution")
    rows = pieces.exclude(receiving_unit__in=opened).order_by().values_list("receiving_unit")
    return dict(rows.annotate(people=Count("assignment", distinct=True)))


def contacts(unit_ids: Iterable[int], on: date) -> dict[int, list[str]]:
    """Return who enters the month at these units; a unit without an account has nobody. One query."""
    rows = Membership.objects.valid_on(on).filter(institution__in=set(unit_ids), role__in=CLERKS, user__is_active=True)
    found: dict[int, list[str]] = defaultdict(list)
    for unit, name in rows.order_by("-manages_unit", "pk").values_list("institution_id", "user__name"):
        if name not in found[unit]:
            found[unit].append(name)
    return dict(found)


def figures_of(tally: Tally) -> tuple[str, str]:
    """Return attendance a head in days and the mean of the points, as text; “” where there is none."""
    days = "" if not tally.people else f"{Decimal(tally.attended_halves) / 2 / tally.people:.1f}"
    return days, "" if tally.points is None else f"{tally.points:.2f}"
