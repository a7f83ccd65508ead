"""Counting people against quotas: what stands for each quota is added up and handed down to the app of the quotas."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Min

from assignments.models import Assignment, Counted, Segment
from assignments.rules.counting import countings
from assignments.rules.duty import Duty
from assignments.rules.heads import Life, numbers
from assignments.states import AssignmentState, CountedState
from deploy_admin.access import Actor
from deploy_admin.months import Period
from deploy_admin.policies.language.quota import Quota as Clause
from deploy_admin.registry.calendar import work_calendar
from quotas import reading
from quotas.models import Quota, Tally
from quotas.services import TallyRow, record_tallies
from quotas.services.owing import Key

_NEVER = (AssignmentState.WITHDRAWN, AssignmentState.VOID)


class Target(NamedTuple):
    """What is owed under a key now: the scheme and the clause by which people are counted."""

    scheme: str
    clause: Clause


@dataclass
class Count:
    """How many tallies were counted, and how many say something else than before."""

    counted: int = 0
    changed: int = 0
    _kept_since: dict[str, date] | None = field(default=None, repr=False)

    def kept_since(self) -> Mapping[str, date]:
        """Return, by scheme, since when its assignments are kept here: before that nobody knows who counted."""
        if self._kept_since is None:
            known = Assignment.objects.confirmed().order_by().values_list("scheme")
            self._kept_since = dict(known.annotate(first=Min("starts_on")))
        return self._kept_since


def record(period: Period, keys: Collection[Key] | None, count: Count, *, today: date, by: Actor) -> None:
    """Bring the tallies of these quotas of a period, or of all, up to date. A constant number of queries."""
    rows = list(computed(period, keys, count, today=today))
    count.counted += len(rows)
    count.changed += record_tallies(rows, by=by)


def computed(period: Period, keys: Collection[Key] | None, count: Count, *, today: date) -> Iterator[TallyRow]:
    """Yield the tallies of these quotas, or of all of the period, as they are to be now."""
    units = None if keys is None else {unit for unit, _topic, _group in keys}
    targets = _targets(period, units)
    lives = _lives(period, units)
    gone = _standing_tallies(period, units)
    for key in sorted(targets.keys() | gone.keys() if keys is None else keys):
        target = targets.get(key)
        if target is not None:
            yield _row(key, period, target, lives.get(key, ()), count, today)
        elif key in gone:
            yield TallyRow(key[0], gone[key], key[1], period, group_key=key[2])


def _row(key: Key, period: Period, target: Target, lives: Collection[Life], count: Count, today: date) -> TallyRow:
    unit, topic, group = key
    if not lives:
        since = count.kept_since().get(target.scheme)
        if since is None or period.last < since:
            return TallyRow(unit, target.scheme, topic, period, group_key=group)
    ways, parts = countings(target.clause), [part.id for part in target.clause.composition]
    found = numbers(lives, ways, parts, period, today)
    return TallyRow(
        unit, target.scheme, topic, period, found.nominated, found.on_post, found.year_end, found.final,
        found.forecast, found.unconfirmed, found.highest, found.batches, group, found.by_alternative,
        found.composition,
    )  # fmt: skip


def _targets(period: Period, units: Collection[int] | None) -> dict[Key, Target]:
    """Return what is owed in the period by key; where two clauses speak on one topic, the first counts. One query."""
    rows = Quota.objects.current().of_period(period).order_by("pk")
    if units is not None:
        rows = rows.filter(institution__in=units)
    held = list(rows.values_list("institution_id", "topic", "group_key", "scheme", "version_id", "clause_id"))
    documents = reading.documents({version for *_, version, _clause in held})
    clauses: dict[tuple[int, str], Target] = {}
    found: dict[Key, Target] = {}
    for unit, topic, group, scheme, version, clause in held:
        if (version, clause) not in clauses:
            clauses[version, clause] = Target(scheme, documents[version].clause(clause))
        found.setdefault((unit, topic, group), clauses[version, clause])
    return found


_COLUMNS = (
    "institution_id", "topic", "group_key", "state", "alternatives", "parts", "assignment_id",
    "assignment__worker_id", "assignment__slot_id", "assignment__state", "assignment__starts_on",
    "assignment__ends_on", "assignment__term_months", "assignment__term_days", "assignment__term_ends_on",
    "assignment__roster_pattern", "assignment__extended_days", "assignment__end_reason",
    "assignment__campaign__batch",
)  # fmt: skip


def _lives(period: Period, units: Collection[int] | None) -> dict[Key, list[Life]]:
    """Return what stands for each quota of the period. Two queries."""
    rows = Counted.objects.standing().filter(period_start=period.first, period_end=period.last).order_by("pk")
    rows = rows.exclude(assignment__state__in=_NEVER).filter(assignment__in=Assignment.objects.confirmed())
    if units is not None:
        rows = rows.filter(institution__in=units)
    part_time = _part_time(rows)
    duties: dict[str, Duty] = {}
    calendar = work_calendar()
    found: dict[Key, list[Life]] = defaultdict(list)
    for (
        unit, topic, group, state, ways, parts, pk, worker, slot, where, first, last, months, days, term_end, pattern,
        extended, reason, batch,
    ) in rows.values_list(*_COLUMNS).iterator(chunk_size=10_000):  # fmt: skip
        if pattern not in duties:
            duties[pattern] = Duty(pattern, calendar)
        life = Life(
            pk, worker, slot, where, first, last, months, days, term_end, duties[pattern], extended,
            part_time.get(pk, 0), reason, state == CountedState.CONFIRMED, batch, tuple(ways), tuple(parts),
        )  # fmt: skip
        found[unit, topic, group].append(life)
    return found


def _part_time(rows: Any) -> dict[int, int]:
    """Return how many days of each of these assignments were not full-time. One query."""
    found: dict[int, int] = defaultdict(int)
    held = Segment.objects.filter(full_time=False, assignment__in=rows.order_by().values("assignment"))
    for pk, first, last, ends_on in held.values_list("assignment_id", "valid_from", "valid_to", "assignment__ends_on"):
        found[pk] += max((min(last or ends_on, ends_on) - first).days + 1, 0)
    return found


def _standing_tallies(period: Period, units: Collection[int] | None) -> dict[Key, str]:
    """Return the scheme of every tally that says something, by key. One query."""
    rows = Tally.objects.of_period(period).filter(on_post__isnull=False)
    if units is not None:
        rows = rows.filter(institution__in=units)
    return {
        (unit, topic, group): scheme
        for unit, topic, group, scheme in rows.values_list("institution_id", "topic", "group_key", "scheme")
    }


def drifted(period: Period, *, today: date, yesterday: date) -> list[Key]:
    """Return the quotas of the period whose stored tally is neither what it is to be today nor was yesterday."""
    count = Count()
    stored = {(row.institution_id, row.topic, row.group_key): _said(row) for row in Tally.objects.of_period(period)}
    right: dict[Key, list[Any]] = defaultdict(list)
    for day in (today, yesterday):
        for row in computed(period, None, count, today=day):
            right[row.institution_id, row.topic, row.group_key].append(_said(row))
    nothing = _said(TallyRow(0, "", "", period))
    return sorted(key for key, said in right.items() if stored.get(key, nothing) not in said)


def _said(row: TallyRow | Tally) -> tuple[Any, ...]:
    return (
        row.nominated, row.on_post, row.recognised_year_end, row.recognised_final, row.forecast, row.unconfirmed,
        row.highest, tuple(row.batches), dict(row.by_alternative), dict(row.composition),
    )  # fmt: skip


def opened(touched: Mapping[Period, Iterable[Key]], schemes: Mapping[Key, str]) -> Iterator[tuple[Period, str]]:
    """Yield period and scheme of these keys where nothing was counted before: there nought is now known of all."""
    for period, keys in touched.items():
        of_keys = {schemes[key] for key in keys if key in schemes}
        known = Tally.objects.of_period(period).filter(on_post__isnull=False, scheme__in=of_keys)
        counted = set(known.order_by().values_list("scheme", flat=True).distinct()) if of_keys else set()
        for scheme in sorted(of_keys - counted):
            yield period, scheme


def keys_of(period: Period, scheme: str) -> set[Key]:
    """Return every quota of the scheme in the period. One query."""
    rows = Quota.objects.current().of_period(period).filter(scheme=scheme).order_by()
    return set(rows.values_list("institution_id", "topic", "group_key"))
