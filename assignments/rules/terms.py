"""When a term ends: its months, leave that lengthens it, days granted, an early end. Pure: facts in, ending out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from itertools import groupby

from assignments.rules.duty import Duty
from deploy_admin.months import add_months
from deploy_admin.policies.language.counts import CountThreshold
from deploy_admin.policies.language.explained import Explained, Input, Step, Truth
from deploy_admin.policies.language.leave import LeaveRule
from deploy_admin.policies.layering import GoverningClause

LeaveClause = GoverningClause[LeaveRule]
#: What is said on one topic: once, or in several ways of which the more favourable to the person holds.
Ways = tuple[tuple[LeaveClause, ...], ...]
#: What is said of leave that begins on a day, topic by topic.
RulesAt = Callable[[date], tuple[Ways, ...]]
_DAY = timedelta(days=1)


def term_end(first: date, months: int, days: int = 0) -> date:
    """Return the last day of a term: the day before the corresponding day; without one, that month's last.

    10 March 2025 and twelve months end on 9 March 2026; 31 January and one month on 28 February.
    """
    if not months:
        return first + timedelta(days=days - 1)
    corresponding = add_months(first, months)
    last = corresponding - _DAY if corresponding.day == first.day else corresponding
    return last + timedelta(days=days)


@dataclass(frozen=True, slots=True)
class Taken:
    """One approved leave. `duty_days` are those of the roster, of somebody who works shifts."""

    kind: str
    first: date
    last: date
    duty_days: int | None = None
    id: int = 0


@dataclass(frozen=True)
class TermFacts:
    """Everything a last day follows from, the rules apart."""

    starts_on: date
    months: int
    duty: Duty
    days: int = 0
    granted_days: int = 0
    ended_on: date | None = None
    leaves: tuple[Taken, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """What one rule makes of leave that it takes together: days counted, days that extend, and by how many."""

    leaves: tuple[Taken, ...]
    counted: int
    filing: Truth
    extending: int
    reached: Truth
    extends_by: int


@dataclass(frozen=True, slots=True)
class Ruling:
    """What one rule makes of an episode; `of_ways` says among how many it was chosen as the more favourable."""

    rule: LeaveClause
    parts: tuple[Part, ...]
    of_ways: int = 1

    @property
    def extends_by(self) -> int:
        return sum(part.extends_by for part in self.parts)


@dataclass(frozen=True, slots=True)
class Episode:
    """Leave without a duty day in between: its days, and what each rule that speaks makes of it."""

    leaves: tuple[Taken, ...]
    rulings: tuple[Ruling, ...]

    @property
    def first(self) -> date:
        return self.leaves[0].first

    @property
    def last(self) -> date:
        return self.leaves[-1].last

    @property
    def extends_by(self) -> int:
        """By how many days the term is longer: where several rules speak, by the most that one of them says."""
        return max((ruling.extends_by for ruling in self.rulings), default=0)


@dataclass(frozen=True, slots=True)
class LeaveCount:
    """What is written beside one leave."""

    days: int
    episode_from: date
    filing_required: bool


@dataclass(frozen=True)
class Ending:
    """When a term ends, and why."""

    ends_on: date
    term_ends_on: date
    extended_days: int
    episodes: tuple[Episode, ...]
    _facts: TermFacts = field(repr=False)
    _rules: RulesAt = field(repr=False, compare=False)

    @cached_property
    def explained(self) -> Explained[str]:
        """The last day with the steps that led to it; its value is the day in ISO."""
        return Explained(self.ends_on.isoformat(), tuple(_steps(self, self._facts, self._rules)))

    @property
    def has_leave(self) -> bool:
        """Whether any approved leave was looked at, within the term or beyond it."""
        return bool(self._facts.leaves)

    def rules(self) -> tuple[LeaveClause, ...]:
        """Return the clauses it rests on, each once; without leave those that would speak of it."""
        spoken = [ruling.rule for episode in self.episodes for ruling in episode.rulings]
        if not self.episodes:
            spoken = [rule for ways in self._rules(self._facts.starts_on) for way in ways for rule in way]
        return tuple({rule.key: rule for rule in spoken}.values())

    def counts(self) -> dict[int, LeaveCount]:
        """Return what is to be written beside each leave by id; of leave beyond the last day nothing is counted."""
        found = {leave.id: LeaveCount(0, leave.first, False) for leave in self._facts.leaves}
        for episode in self.episodes:
            if not episode.rulings:
                for leave in episode.leaves:
                    found[leave.id] = LeaveCount(_days(leave, "duty_days", self._facts.duty), episode.first, False)
            for ruling in reversed(episode.rulings):  # the first one's count stays
                for part in ruling.parts:
                    for leave in part.leaves:
                        days = _days(leave, ruling.rule.clause.unit_of(leave.kind), self._facts.duty)
                        filing = part.filing is Truth.YES or found[leave.id].filing_required
                        found[leave.id] = LeaveCount(days, part.leaves[0].first, filing)
        return found


def reckon(facts: TermFacts, rules: RulesAt) -> Ending:
    """Return when the term ends.

    Leave lengthens it, and leave in what it was lengthened by lengthens it again, until nothing is added: each
    episode counts once and only with days up to the last, so it never runs away, and the order of entry is without
    meaning. An actual last day stands before everything else.
    """
    term = term_end(facts.starts_on, facts.months, facts.days)
    planned = term + timedelta(days=facts.granted_days)
    taken = tuple(sorted(facts.leaves, key=lambda each: (each.first, each.last, each.kind, each.id)))
    last = facts.ended_on or planned
    while True:
        episodes = tuple(_episodes(taken, facts, last, rules))
        extended = sum(episode.extends_by for episode in episodes)
        ends_on = facts.ended_on or max(last, planned + timedelta(days=extended))
        if ends_on == last:
            return Ending(ends_on, term, extended, episodes, facts, rules)
        last = ends_on


def _episodes(taken: Iterable[Taken], facts: TermFacts, last: date, rules: RulesAt) -> Iterator[Episode]:
    """Yield the leave of the term up to `last`, taken together where no duty day lies in between."""
    held: list[Taken] = []
    for leave in taken:
        if leave.last < facts.starts_on or leave.first > last:
            continue
        within = Taken(leave.kind, max(leave.first, facts.starts_on), min(leave.last, last), leave.duty_days, leave.id)
        if held and not facts.duty.none_between(held[-1].last, within.first):
            yield _judged(tuple(held), facts.duty, rules)
            held = []
        held.append(within)
    if held:
        yield _judged(tuple(held), facts.duty, rules)


def _judged(leaves: tuple[Taken, ...], duty: Duty, rules: RulesAt) -> Episode:
    rulings: list[Ruling] = []
    for ways in rules(leaves[0].first):
        readings = [tuple(_ruling(rule, leaves, duty, len(ways)) for rule in way) for way in ways]
        # The more favourable way; of equal ones the newest.
        rulings += min(reversed(readings), key=_weight)
    return Episode(leaves, tuple(rulings))


def _weight(reading: Iterable[Ruling]) -> tuple[int, int]:
    rulings = list(reading)
    filings = sum(part.filing is Truth.YES for ruling in rulings for part in ruling.parts)
    return max((ruling.extends_by for ruling in rulings), default=0), filings


def _ruling(rule: LeaveClause, leaves: tuple[Taken, ...], duty: Duty, of_ways: int) -> Ruling:
    clause = rule.clause
    groups = [leaves] if clause.merge == "non_duty_days" else [(leave,) for leave in leaves]
    return Ruling(rule, tuple(_part(clause, group, duty) for group in groups), of_ways)


def _part(clause: LeaveRule, leaves: tuple[Taken, ...], duty: Duty) -> Part:
    """Return what the rule makes of these leaves: filing asks all their days, extension those of kinds that extend.

    The days that extend must reach the threshold by themselves: lengthening a term weighs on the person.
    """
    counted = sum(_days(leave, clause.unit_of(leave.kind), duty) for leave in leaves)
    lengthening = [leave for leave in leaves if clause.extends_by_kind(leave.kind)]
    extending = sum(_days(leave, clause.unit_of(leave.kind), duty) for leave in lengthening)
    threshold = clause.extension or clause.filing
    # Without any threshold every day of such leave lengthens the term.
    reached = _reached(threshold, extending) if threshold else Truth.of(extending > 0)
    extends_by = 0
    if reached is Truth.YES and extending:
        extends_by = _extension(clause, threshold, lengthening, extending)
    filing = _reached(clause.filing, counted) if clause.filing else Truth.NO
    return Part(leaves, counted, filing, extending, reached, extends_by)


def _extension(clause: LeaveRule, threshold: CountThreshold | None, lengthening: list[Taken], extending: int) -> int:
    if clause.by == "calendar_span":
        return (lengthening[-1].last - lengthening[0].first).days + 1
    if clause.by == "excess":
        return max(extending - (threshold.value or 0 if threshold else 0), 0)
    return extending


def _reached(threshold: CountThreshold, count: int) -> Truth:
    return Truth.of(threshold.reached(count))


def _days(leave: Taken, unit: str, duty: Duty) -> int:
    if unit == "days":
        return (leave.last - leave.first).days + 1
    return duty.count(leave.first, leave.last, leave.duty_days)


# ------------------------------------------------------------ why


def _steps(ending: Ending, facts: TermFacts, rules: RulesAt) -> Iterator[Step]:
    length = [Input("first_day", facts.starts_on.isoformat()), Input("months", facts.months)]
    if facts.days:
        length.append(Input("days", facts.days))
    yield Step("", "term", tuple(length), ending.term_ends_on.isoformat())
    if not ending.episodes and not rules(facts.starts_on):
        yield Step("", "no_leave_rule", result="")
    for episode in ending.episodes:
        if not episode.rulings:
            yield Step("", "no_leave_rule", _days_of(episode.leaves), "")
        for ruling in episode.rulings:
            if ruling.of_ways > 1:
                yield Step(ruling.rule.clause_id, "more_favourable", (Input("ways", ruling.of_ways),), "")
            for part in ruling.parts:
                yield from _part_steps(ruling.rule, part, facts.duty)
        if len(episode.rulings) > 1:
            said = tuple(Input("extended_days", ruling.extends_by) for ruling in episode.rulings)
            yield Step("", "longest", said, episode.extends_by)
    if facts.granted_days:
        yield Step("", "granted_days", (Input("days", facts.granted_days),), facts.granted_days)
    if facts.ended_on is not None:
        yield Step("", "ended_early", (Input("ended_on", facts.ended_on.isoformat()),), facts.ended_on.isoformat())
        return
    if ending.extended_days or facts.granted_days:
        added = (
            Input("term_ends_on", ending.term_ends_on.isoformat()),
            Input("extended_days", ending.extended_days),
            Input("granted_days", facts.granted_days),
        )
        yield Step("", "last_day", added, ending.ends_on.isoformat())


def _part_steps(rule: LeaveClause, part: Part, duty: Duty) -> Iterator[Step]:
    clause = rule.clause
    each = tuple(
        Input(
            f"leave_{clause.unit_of(leave.kind)}:{leave.kind}",
            _days(leave, clause.unit_of(leave.kind), duty),
            ref=f"leave:{leave.id}" if leave.id > 0 else None,
            on=leave.first.isoformat(),
        )
        for leave in part.leaves
    )
    yield Step(clause.id, "leave_episode", (*_days_of(part.leaves), *each), part.counted)
    if clause.filing is not None:
        yield Step(clause.id, "leave_filing", (Input("days", part.counted), _side(clause.filing)), _word(part.filing))
    given = [Input("extending_days", part.extending)]
    if (threshold := clause.extension or clause.filing) is not None:
        given.append(_side(threshold))
    given += [Input("extended_by", clause.by)] if part.extends_by else []
    open_kinds = {kind for kind, _leaves in groupby(leave.kind for leave in part.leaves)}
    unanswered = any(clause.extends_by_kind(kind) is None for kind in open_kinds)
    unknown = part.reached is Truth.UNKNOWN or unanswered
    yield Step(clause.id, "leave_extension_unknown" if unknown else "leave_extension", tuple(given), part.extends_by)


def _days_of(leaves: tuple[Taken, ...]) -> tuple[Input, Input]:
    return Input("first_day", leaves[0].first.isoformat()), Input("last_day", leaves[-1].last.isoformat())


def _side(threshold: CountThreshold) -> Input:
    return Input(str(threshold.op), threshold.value)


def _word(truth: Truth) -> str:
    return truth.name.lower()
