"""Proposing whom assignments count for: what the rule says now, laid beside what stands and what officers decided."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import connection
from django.db.models.expressions import RawSQL

from assignments.counting import Candidate
from assignments.models import Counted
from assignments.states import CountedState
from deploy_admin import clock
from deploy_admin.db import copy_rows
from deploy_admin.months import Period

STANDING = frozenset({CountedState.PROPOSED, CountedState.CONFIRMED})
DECIDED = frozenset({CountedState.CONFIRMED, CountedState.DECLINED})
_S = CountedState


class Line(NamedTuple):
    """One line of what counts, as its row says it, in the order of COLUMNS."""

    assignment_id: int
    institution_id: int
    scheme: str
    topic: str
    group_key: str
    exclusive_group: str
    period_start: date
    period_end: date
    policy: str
    version_id: int
    clause_id: str
    alternatives: list[str]
    parts: list[str]
    state: str
    fits: bool
    chosen: bool

    @property
    def period(self) -> Period:
        return Period(self.period_start, self.period_end)

    @property
    def slot(self) -> tuple[int, str, str, date, date]:
        """Which line it is among those of its assignment."""
        return self.institution_id, self.topic, self.group_key, self.period_start, self.period_end

    @property
    def duty(self) -> tuple[str, str, date, date]:
        """The same whoever owes it: of a merged unit the heir."""
        return self.topic, self.group_key, self.period_start, self.period_end

    @property
    def quota(self) -> tuple[int, str, str]:
        """Whose duty it is, in whatever period: a stock counts in several."""
        return self.institution_id, self.topic, self.group_key


COLUMNS = Line._fields
_NAMES = ", ".join(COLUMNS)
_SET = ("institution_id", *COLUMNS[2:])
STAGE = (
    f"CREATE TEMPORARY TABLE counted_stage ON COMMIT DROP AS SELECT id, {_NAMES} FROM assignments_counted WITH NO DATA"  # noqa: S608
)
TAKE = f"""
UPDATE assignments_counted SET {", ".join(f"{name} = s.{name}" for name in _SET)}, updated_at = %(now)s
FROM counted_stage s WHERE s.id = assignments_counted.id AND (s.state IN ('proposed', 'confirmed')) = %(standing)s
"""  # noqa: S608 -- the names are ours
NEW = f"INSERT INTO assignments_counted ({_NAMES}, decided_by_name, reason, updated_at) SELECT {_NAMES}, '', '', %(now)s FROM counted_stage WHERE id IS NULL"  # noqa: E501, S608


def line_of(pk: int, candidate: Candidate, state: str = CountedState.PROPOSED) -> Line:
    """Return the line that a candidate would be."""
    owed, rule = candidate.owed, candidate.rule
    return Line(
        pk, owed.institution_id, owed.scheme, owed.topic, owed.group_key, candidate.exclusive_group,
        owed.period.first, owed.period.last, rule.document.id, owed.version_id, owed.clause_id,
        list(candidate.ways) if len(rule.ways) > 1 else [], list(candidate.parts), state, True, False,
    )  # fmt: skip


def held(ids: Collection[int]) -> dict[int, list[tuple[int, Line]]]:
    """Return the lines of these assignments with their ids. One query."""
    found: dict[int, list[tuple[int, Line]]] = defaultdict(list)
    these = RawSQL("SELECT unnest(%s::bigint[])", (list(ids),))  # one parameter instead of five thousand
    rows = Counted.objects.filter(assignment__in=these).order_by("pk").values_list("pk", *COLUMNS)
    for pk, *said in rows:
        line = Line(*said)
        found[line.assignment_id].append((pk, line))
    return found


class Change(NamedTuple):
    """One line that is written: a new one has no id."""

    id: int | None
    line: Line


def changes(candidates: Sequence[Candidate], before: Iterable[tuple[int, Line]], pk: int) -> list[Change]:
    """Return what is to be written about one assignment.

    Of an exclusive group the first that fits is proposed, unless an officer decided: a confirmed line keeps its
    place in the group, a declined one gives it to the next. What the rule proposes no more lapses; what an officer
    decided is kept, and told apart where it fits no longer.
    """
    lines = _moved(list(before), candidates, pk)
    fitting: dict[Any, Line] = {}
    for line in (line_of(pk, each) for each in candidates):
        fitting.setdefault(line.slot, line)
    # In a group an assignment counts for one quota; only a stock counts for the same one in several periods.
    taken = {line.exclusive_group: line.quota for _id, _was, line in lines if line.state == _S.CONFIRMED}
    declined = {line.slot for _id, _was, line in lines if line.state == _S.DECLINED}
    decided = declined | {line.slot for _id, _was, line in lines if line.state == _S.CONFIRMED}
    proposed: dict[Any, Line] = {}
    for slot, line in fitting.items():
        group = line.exclusive_group
        if slot in decided or (group and taken.get(group, line.quota) != line.quota):
            continue
        proposed[slot] = line
        taken[group] = line.quota
    found = []
    for id, was, line in lines:
        now = _now(line, fitting.get(line.slot), proposed.pop(line.slot, None))
        if now != was:
            found.append(Change(id, now))
    return found + [Change(None, line) for line in proposed.values()]


def _now(line: Line, fitting: Line | None, proposed: Line | None) -> Line:
    """Return what a line that is there says from now on."""
    if proposed is not None:
        return proposed
    if line.state in DECIDED:
        if fitting is None:
            return line._replace(fits=False)
        return fitting._replace(state=line.state, chosen=line.chosen)
    return line._replace(state=_S.LAPSED, fits=fitting is not None)


def _moved(before: list[tuple[int, Line]], candidates: Sequence[Candidate], pk: int) -> list[tuple[int, Line, Line]]:
    """Return the lines as they were and as they are meant now: what was decided for a unit goes over to its heir."""
    slots = {line_of(pk, each).slot: each for each in candidates}
    heirs = {line_of(pk, each).duty: each for each in candidates}
    there = {line.slot for _id, line in before}
    found = []
    for id, line in before:
        heir = heirs.get(line.duty)
        moved = line
        if line.state in DECIDED and line.slot not in slots and heir is not None:
            to = line._replace(institution_id=heir.owed.institution_id)
            moved = line if to.slot in there else to
        found.append((id, line, moved))
    return found


def write(changed: Sequence[Change], now: datetime | None = None) -> None:
    """Write these lines: what gives way first, then what takes its place. A fixed number of statements."""
    if not changed:
        return
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS counted_stage")
        cursor.execute(STAGE)
    copy_rows("counted_stage", ("id", *COLUMNS), ((change.id, *change.line) for change in changed))
    told = {"now": now or clock.now()}
    with connection.cursor() as cursor:
        cursor.execute(TAKE, told | {"standing": False})
        cursor.execute(TAKE, told | {"standing": True})
        cursor.execute(NEW, told)


def touched(lines: Iterable[Line]) -> Mapping[Period, set[tuple[int, str, str]]]:
    """Return the keys of the tallies in which these lines are, period by period."""
    found: dict[Period, set[tuple[int, str, str]]] = defaultdict(set)
    for line in lines:
        found[line.period].add((line.institution_id, line.topic, line.group_key))
    return found
