"""The last day of assignments, recomputed from rows: term, leave, days granted, an early end; and why it is so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q

from assignments.models import Absence, Assignment, Leave
from assignments.rules.terms import Ending, Taken, TermFacts, reckon
from assignments.services import clashes, months_following, moving, renewing
from assignments.services.ground import Ground, Row
from assignments.states import AbsenceState, LeaveState
from deploy_admin import clock
from deploy_admin.access import Actor
from deploy_admin.db import update_rows
from deploy_admin.policies.language.explained import Explained
from deploy_admin.policies.layering import LEAVE

#: A leave supposed: kind, first day, last day, duty days by the roster or None.
Supposed = tuple[str, date, date, int | None]


@dataclass(frozen=True)
class Drift:
    """The rows that say something else than what follows from them, as they should be: id first, then the columns."""

    assignments: list[tuple[int, date, int, date]]
    leaves: list[tuple[int, int, date | None, bool]]
    absences: list[tuple[int, int]]
    #: The assignments concerned, and by leave and absence whose they are.
    ids: set[int]

    @property
    def ends(self) -> dict[int, date]:
        """The right last days by assignment."""
        return {pk: ends_on for pk, _term, _extended, ends_on in self.assignments}

    def __bool__(self) -> bool:
        return bool(self.ids)


@transaction.atomic
def recompute(assignment_ids: Collection[int], *, by: Actor) -> set[int]:
    """Bring last days, and what is counted of leave and absence, up to date; return whose rows changed.

    The same number of statements for one assignment and for thousands. Refuses (`in_two_places`) a last day beyond
    which the person is somewhere else already.
    """
    ids = sorted(set(assignment_ids))
    rows = rows_of(Assignment.objects.filter(pk__in=ids).select_for_update(of=("self",), no_key=True))
    found = drift_of(rows)
    if not found:
        # Pieces, leave and absence may be others all the same: months are prefilled from them.
        months_following.follow(ids)
        return set()
    now = clock.now()
    ends = found.ends
    last_days = {row.pk: row.ends_on for row in rows}
    renewing.make_room({pk: ends_on for pk, ends_on in ends.items() if ends_on > last_days[pk]})
    stays = {row.pk: clashes.Stay(row.worker_id, row.starts_on, ends[row.pk]) for row in rows if row.pk in ends}
    with clashes.naming_the_other_place(stays, by):
        update_rows(Assignment, ("term_ends_on", "extended_days", "ends_on"), found.assignments)
    leave = [(*each, now) for each in found.leaves]
    update_rows(Leave, ("counted_days", "episode_from", "filing_required", "updated_at"), leave)
    update_rows(Absence, ("duty_days", "updated_at"), [(*each, now) for each in found.absences])
    moving.touched(found.ids)
    months_following.follow(ids)
    return found.ids


def explain(assignment: Assignment) -> Explained[str]:
    """Return the last day, in ISO, with the steps that led to it from the rows as they are."""
    return reckoned_on(assignment)[0].explained


def reckoned_on(assignment: Assignment) -> tuple[Ending, Ground]:
    """Return the end as the rows say it now, and the ground that it was reckoned on."""
    row = _row(assignment)
    ground = Ground([row])
    return _reckoned(row, tuple(taken for _owner, taken in _approved([row.pk])), ground), ground


def preview(
    assignment: Assignment,
    *,
    with_leave: Sequence[Supposed] = (),
    without: Collection[int] = (),
    granted_days: int | None = None,
    ended_on: date | None = None,
    starts_on: date | None = None,
    months: int | None = None,
    days: int | None = None,
) -> Ending:
    """Return what the end would be with these leaves besides those approved, or with other days. Writes nothing.

    `without` are approved leaves supposed away; None leaves what the assignment says. A supposed leave has the ids
    -1, -2, … in what is counted.
    """
    row = _row(assignment)
    said: dict[str, Any] = {
        "granted_days": granted_days,
        "ended_on": ended_on,
        "starts_on": starts_on,
        "term_months": months,
        "term_days": days,
    }
    row = row._replace(**{name: value for name, value in said.items() if value is not None})
    held = [taken for _owner, taken in _approved([row.pk]) if taken.id not in without]
    held += [Taken(kind, first, last, duty, -n) for n, (kind, first, last, duty) in enumerate(with_leave, start=1)]
    return _reckoned(row, tuple(held), Ground([row]))


def endings(assignment_ids: Collection[int]) -> dict[int, Ending]:
    """Return how the terms of these assignments end, as their rows are; a constant number of queries."""
    rows = rows_of(Assignment.objects.filter(pk__in=list(assignment_ids)))
    return _endings(rows, Ground(rows))


def supposing(with_leave: Mapping[int, Sequence[Supposed]]) -> dict[int, Ending]:
    """Return how these terms would end with these leaves besides those approved, by assignment. Constant queries."""
    rows = rows_of(Assignment.objects.filter(pk__in=list(with_leave)))
    ground = Ground(rows)
    taken: dict[int, list[Taken]] = defaultdict(list)
    for owner, leave in _approved([row.pk for row in rows]):
        taken[owner].append(leave)
    for row in rows:
        for n, (kind, first, last, duty) in enumerate(with_leave[row.pk], start=1):
            taken[row.pk].append(Taken(kind, first, last, duty, -n))
    return {row.pk: _reckoned(row, tuple(taken[row.pk]), ground) for row in rows}


def drift_of(rows: Sequence[Row], ground: Ground | None = None) -> Drift:
    """Return what the derived columns should say where they say something else."""
    ids = [row.pk for row in rows]
    ground = ground or Ground(rows)
    ends = _endings(rows, ground)
    patterns = {row.pk: row.roster_pattern for row in rows}
    assignments = [
        (row.pk, ending.term_ends_on, ending.extended_days, ending.ends_on)
        for row in rows
        if (row.term_ends_on, row.extended_days, row.ends_on)
        != ((ending := ends[row.pk]).term_ends_on, ending.extended_days, ending.ends_on)
    ]
    drift = Drift(assignments, [], [], {row[0] for row in assignments})
    for owner, each in _wrong_leaves(ids, ends):
        drift.leaves.append(each)
        drift.ids.add(owner)
    for owner, absence in _wrong_absences(ids, patterns, ground):
        drift.absences.append(absence)
        drift.ids.add(owner)
    return drift


def _endings(rows: Sequence[Row], ground: Ground) -> dict[int, Ending]:
    taken: dict[int, list[Taken]] = defaultdict(list)
    for owner, leave in _approved([row.pk for row in rows]):
        taken[owner].append(leave)
    return {row.pk: _reckoned(row, tuple(taken[row.pk]), ground) for row in rows}


def rows_of(assignments: Any) -> list[Row]:
    """Return the assignments of a queryset as they are reckoned from, by key."""
    return [Row(*values) for values in assignments.order_by("pk").values_list(*Row._fields)]


def _row(assignment: Assignment) -> Row:
    return Row(*(getattr(assignment, name) for name in Row._fields))


def _reckoned(row: Row, leaves: tuple[Taken, ...], ground: Ground) -> Ending:
    facts = TermFacts(
        starts_on=row.starts_on,
        months=row.term_months,
        days=row.term_days,
        duty=ground.duty(row.roster_pattern),
        granted_days=row.granted_days,
        ended_on=row.ended_on,
        leaves=leaves,
    )
    return reckon(facts, lambda day: ground.rules(LEAVE, row, day))


def _approved(ids: Sequence[int]) -> Iterator[tuple[int, Taken]]:
    rows = Leave.objects.approved().filter(assignment__in=ids).order_by("assignment_id", "first_day")
    columns = ("assignment_id", "kind", "first_day", "last_day", "stated_duty_days", "pk")
    for owner, *values in rows.values_list(*columns):
        yield owner, Taken(*values)


def _wrong_leaves(
    ids: Sequence[int], endings: dict[int, Ending]
) -> Iterator[tuple[int, tuple[int, int, date | None, bool]]]:
    """Yield leave beside which something else stands; beside what is not approved nothing does."""
    counted = Q(state=LeaveState.APPROVED) | Q(counted_days__gt=0) | Q(episode_from__isnull=False)
    rows = Leave.objects.filter(counted | Q(filing_required=True), assignment__in=ids).order_by("pk")
    columns = ("assignment_id", "state", "pk", "counted_days", "episode_from", "filing_required")
    counts = {owner: ending.counts() for owner, ending in endings.items() if ending.has_leave}
    for owner, state, pk, *now in rows.values_list(*columns):
        right: tuple[int, date | None, bool] = (0, None, False)
        if state == LeaveState.APPROVED:
            count = counts[owner][pk]
            right = count.days, count.episode_from, count.filing_required
        if tuple(now) != right:
            yield owner, (pk, *right)


def _wrong_absences(
    ids: Sequence[int], patterns: dict[int, str], ground: Ground
) -> Iterator[tuple[int, tuple[int, int]]]:
    rows = Absence.objects.exclude(state=AbsenceState.WITHDRAWN).filter(assignment__in=ids).order_by("pk")
    columns = ("assignment_id", "pk", "first_day", "last_day", "stated_duty_days", "duty_days")
    for owner, pk, first, last, stated, now in rows.values_list(*columns):
        right = ground.duty(patterns[owner]).count(first, last, stated)
        if now != right:
            yield owner, (pk, right)
