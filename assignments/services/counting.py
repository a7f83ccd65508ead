"""What counts for which quota: proposed by rule for some assignments or for all, and handed down as tallies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction

from assignments.counting import CHUNK, Weighing
from assignments.counting_rows import read, with_mates
from assignments.models import Assignment, Counted, Segment
from assignments.services import counting_inbox, guard, proposing, tallying
from assignments.services.proposing import Line
from deploy_admin import clock
from deploy_admin.access import SYSTEM, Actor
from deploy_admin.audit import services as audit
from deploy_admin.db import analyze
from deploy_admin.months import Period
from deploy_admin.registry import succession
from quotas.models import Quota, Tally
from quotas.services import tallied
from quotas.services.computing import without_collector
from quotas.services.owing import Key

Touched = dict[Period, set[Key]]


@dataclass
class Counts:
    """What a counting came to: assignments met, lines written, tallies counted and changed."""

    assignments: int = 0
    lines: int = 0
    tallies: int = 0
    changed: int = 0

    def to_json(self) -> dict[str, int]:
        return {
            "assignments": self.assignments,
            "lines": self.lines,
            "tallies": self.tallies,
            "changed": self.changed,
        }


def refresh(assignment_ids: Collection[int] | None = None, *, by: Actor) -> Counts:
    """Propose anew what these assignments, or all, count for, and bring the tallies that depend on it up to date."""
    counts = Counts()
    if assignment_ids is None:
        with without_collector():
            weighing = _for_everybody()
            for ids in _everything():
                with transaction.atomic():
                    guard.counting_alone()
                    _propose(ids, counts, weighing)
                    if counts.lines and counts.assignments <= CHUNK:
                        analyze(Counted)  # the following chunks read what this one wrote
            if counts.lines:
                analyze(Counted)
        recount(counts=counts, by=by)
        return counts
    with transaction.atomic():
        guard.counting_alone()
        touched, schemes = _propose(with_mates(assignment_ids), counts)
        _record(touched, schemes, counts, by)
    return counts


def recount(*, counts: Counts | None = None, by: Actor) -> Counts:
    """Add up every tally of every period anew, one period after the other."""
    counts = counts or Counts()
    for period in periods():
        with transaction.atomic(), without_collector():
            guard.counting_alone()
            _add_up(period, None, counts, by)
            counting_inbox.bring_up_to_date([period])
    if counts.lines or counts.changed:
        audit.record(act="counted.refreshed", by=by, detail=counts.to_json())
    return counts


def periods() -> list[Period]:
    """Return every period in which anything is owed or counted."""
    found: set[Period] = set()
    for rows in (Quota.objects.current(), Tally.objects.all()):
        found |= {Period(*each) for each in rows.order_by().values_list("period_start", "period_end").distinct()}
    return sorted(found)


def refresh_of_units(period: Period, unit_ids: Collection[int] | None, keys: Collection[Key], *, by: Actor) -> Counts:
    """Propose anew for whom these units, or all, have sent in the period, because what is owed is another.

    `keys` are the quotas that came or went: their tallies are counted whether or not anybody counts for them.
    """
    counts = Counts()
    rows = Assignment.objects.living().order_by("pk")
    rows = rows.within(period.first, period.last) | rows.filter(
        campaign__year__gte=period.first.year, campaign__year__lte=period.last.year
    )
    if unit_ids is not None:
        rows = rows.filter(sending_unit__in=unit_ids)
    ids = list(rows.values_list("pk", flat=True).distinct())
    for start in range(0, len(ids), CHUNK):
        with transaction.atomic():
            guard.counting_alone()
            touched, schemes = _propose(with_mates(ids[start : start + CHUNK]), counts)
            _record(touched, schemes, counts, by)
    with transaction.atomic():
        guard.counting_alone()
        _add_up(period, keys, counts, by)
    return counts


def count_new_quotas(*, by: Actor = SYSTEM) -> int:
    """Count for the quotas that came or went with the latest computations; return for how many."""
    met = 0
    for came in tallied.awaiting():
        if came.keys:
            standing = came.units
            units = None if standing is None else standing | _given_over_to(standing, came.period)
            refresh_of_units(came.period, units, came.keys, by=by)
        tallied.counted_for(came.run_ids)
        met += len(came.keys)
    return met


def _given_over_to(unit_ids: Collection[int], period: Period) -> frozenset[int]:
    """Return the units whose people count for these by now: those that went over to them."""
    return frozenset().union(*succession.predecessors(unit_ids, period.last).values()) if unit_ids else frozenset()


def check(*, by: Actor = SYSTEM) -> int:
    """Compare what is stored with what it would be, and report what differs; nothing is mended silently."""
    today = clock.today()
    found = {
        period: keys
        for period in periods()
        if (keys := tallying.drifted(period, today=today, yesterday=today - timedelta(days=1)))
    }
    if found:
        detail = {period.iso: [list(key) for key in keys[:100]] for period, keys in found.items()}
        audit.record(act="counted.drift", by=by, detail={"tallies": detail})
    return sum(len(keys) for keys in found.values())


def _everything() -> Iterator[list[int]]:
    """Yield the ids of all assignments in order, chunk by chunk."""
    last = 0
    while ids := list(Assignment.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:CHUNK]):
        yield ids
        last = ids[-1]


def _for_everybody() -> Weighing:
    """Return the quotas of everybody who sends, compiled once for all chunks."""
    units = set(Assignment.objects.order_by().values_list("sending_unit_id", flat=True).distinct())
    schemes = set(Assignment.objects.order_by().values_list("scheme", flat=True).distinct())
    places = set(Segment.objects.order_by().values_list("receiving_unit_id", flat=True).distinct())
    return Weighing(units, schemes, places=places)


def _propose(ids: Collection[int], counts: Counts, weighing: Weighing | None = None) -> tuple[Touched, dict[Key, str]]:
    """Bring the lines of these assignments up to date; return which tallies depend on them, and of which schemes."""
    rows = read(with_mates(ids))
    counts.assignments += len(ids)
    if weighing is None:
        living = [row for row in rows.values() if row.may_count]
        weighing = Weighing({row.sending_unit_id for row in living}, {row.scheme for row in living})
    candidates = weighing.candidates(rows)
    before = proposing.held(rows.keys())
    changed = [change for pk in rows for change in proposing.changes(candidates.get(pk, []), before.get(pk, []), pk)]
    proposing.write(changed)
    counts.lines += len(changed)
    lines: list[Line] = [line for held in before.values() for _id, line in held]
    lines += [change.line for change in changed]
    schemes = {(line.institution_id, line.topic, line.group_key): line.scheme for line in lines}
    return {period: set(keys) for period, keys in proposing.touched(lines).items()}, schemes


def _record(touched: Touched, schemes: dict[Key, str], counts: Counts, by: Actor) -> None:
    """Count the tallies that were touched, and where a scheme is counted for the first time, all of its period's."""
    wanted: Touched = defaultdict(set, {period: set(keys) for period, keys in touched.items()})
    for period, scheme in tallying.opened(touched, schemes):
        wanted[period] |= tallying.keys_of(period, scheme)
    for period in sorted(wanted):
        _add_up(period, wanted[period], counts, by)
    counting_inbox.bring_up_to_date(wanted)


def _add_up(period: Period, keys: Collection[Key] | None, counts: Counts, by: Actor) -> None:
    count = tallying.Count()
    tallying.record(period, keys, count, today=clock.today(), by=by)
    counts.tallies += count.counted
    counts.changed += count.changed
