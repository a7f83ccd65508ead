"""What unapproved absence leads to: warnings, alerts, a proposal. Pure: absences and clauses in, standing out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from assignments.rules.duty import Duty
from deploy_admin.policies.language.counts import CountThreshold
from deploy_admin.policies.language.explained import Explained, Input, Step, Truth
from deploy_admin.policies.language.leave import AbsenceRule
from deploy_admin.policies.layering import GoverningClause

AbsenceClause = GoverningClause[AbsenceRule]
#: What is said on one topic: once, or in several ways of which the more favourable to the person holds.
Ways = tuple[tuple[AbsenceClause, ...], ...]
EPISODE, DAY = "episode", "day"


@dataclass(frozen=True, slots=True)
class Missed:
    """One confirmed absence. `duty_days` are those of the roster, of somebody who works shifts."""

    first: date
    last: date
    duty_days: int | None = None
    id: int = 0


@dataclass(frozen=True, slots=True)
class MissedEpisode:
    """Absence without a duty day in between, however it was reported: it is one occurrence."""

    parts: tuple[Missed, ...]
    days: int

    @property
    def first(self) -> date:
        return self.parts[0].first

    @property
    def last(self) -> date:
        return self.parts[-1].last


@dataclass(frozen=True, slots=True)
class Alert:
    """One number that a clause points out: `long_episode`, `in_a_row` or `within_a_year`."""

    code: str
    days: int
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Consequence:
    """What one clause makes of the absences: how often it counts, what is reached, what is pointed out."""

    rule: AbsenceClause
    counted: int
    warned: Truth
    void: Truth
    alerts: tuple[Alert, ...]
    of_ways: int = 1

    @property
    def weight(self) -> tuple[int, int, int]:
        """How heavily it weighs on the person."""
        return self.void.value, self.warned.value, len(self.alerts)


@dataclass(frozen=True)
class AbsenceStanding:
    """Where somebody stands with absence: both counts, and what each clause that speaks makes of them."""

    episodes: tuple[MissedEpisode, ...]
    consequences: tuple[Consequence, ...]

    @property
    def by_episode(self) -> int:
        return len(self.episodes)

    @property
    def by_day(self) -> int:
        return sum(episode.days for episode in self.episodes)

    @property
    def proposing(self) -> Consequence | None:
        """The clause by which the assignment is proposed not to be counted, if any."""
        return next((each for each in self.consequences if each.void is Truth.YES), None)

    @property
    def warning(self) -> Consequence | None:
        """The clause that warns, where none proposes yet."""
        if self.proposing is not None:
            return None
        return next((each for each in self.consequences if each.warned is Truth.YES), None)

    @property
    def alerts(self) -> tuple[Alert, ...]:
        """What is pointed out, each thing once."""
        return tuple(dict.fromkeys(alert for each in self.consequences for alert in each.alerts))

    @cached_property
    def explained(self) -> Explained[int]:
        """How often it counts, with the steps; without a clause the episodes are counted and nothing follows."""
        counted = self.consequences[0].counted if self.consequences else self.by_episode
        return Explained(counted, tuple(_steps(self)))


def weigh(missed: Iterable[Missed], ways: Iterable[Ways], duty: Duty) -> AbsenceStanding:
    """Return what the clauses make of the confirmed absences of one assignment.

    Reported day by day or at once, days without a duty day in between are one occurrence. Of several ways the one
    that weighs least on the person holds, of equal ones the newest.
    """
    episodes = tuple(_merged(missed, duty))
    consequences: list[Consequence] = []
    for topic in ways:
        readings = [tuple(_consequence(rule, episodes, duty, len(topic)) for rule in way) for way in topic]
        consequences += min(reversed(readings), key=_weight)
    return AbsenceStanding(episodes, tuple(consequences))


def _weight(reading: Iterable[Consequence]) -> tuple[int, int, int]:
    return max((each.weight for each in reading), default=(0, 0, 0))


def _merged(missed: Iterable[Missed], duty: Duty) -> Iterator[MissedEpisode]:
    held: list[Missed] = []
    for each in sorted(missed, key=lambda one: (one.first, one.last, one.id)):
        if held and not duty.none_between(held[-1].last, each.first):
            yield _episode(held, duty)
            held = []
        held.append(each)
    if held:
        yield _episode(held, duty)


def _episode(parts: list[Missed], duty: Duty) -> MissedEpisode:
    return MissedEpisode(tuple(parts), sum(_days(part, duty) for part in parts))


def _days(part: Missed, duty: Duty) -> int:
    return duty.count(part.first, part.last, part.duty_days)


def _consequence(rule: AbsenceClause, episodes: tuple[MissedEpisode, ...], duty: Duty, of_ways: int) -> Consequence:
    clause = rule.clause
    # An occurrence is an episode unless the clause, or its adoption, says that each day is one: it weighs less.
    counted = sum(each.days for each in episodes) if clause.counted_by == DAY else len(episodes)
    return Consequence(
        rule,
        counted,
        _reached(clause.warn, counted),
        _reached(clause.proposes_void, counted),
        tuple(_alerts(clause, episodes, duty)),
        of_ways,
    )


def _reached(threshold: CountThreshold | None, count: int) -> Truth:
    # With nothing missed nothing is reached, whatever side the number is on.
    return Truth.of(threshold.reached(count)) if threshold is not None and count else Truth.NO


def _alerts(clause: AbsenceRule, episodes: tuple[MissedEpisode, ...], duty: Duty) -> Iterator[Alert]:
    for code, threshold in (("long_episode", clause.long_episode), ("in_a_row", clause.in_a_row)):
        for each in episodes:
            if _reached(threshold, each.days) is Truth.YES:
                yield Alert(code, each.days, each.first, each.last)
    for year, days in sorted(_by_year(episodes, duty).items()):
        if _reached(clause.within_a_year, days) is Truth.YES:
            yield Alert("within_a_year", days, date(year, 1, 1), date(year, 12, 31))


def _by_year(episodes: tuple[MissedEpisode, ...], duty: Duty) -> dict[int, int]:
    """Return the duty days missed in each calendar year; an absence over New Year lies in both."""
    found: dict[int, int] = defaultdict(int)
    for part in (part for each in episodes for part in each.parts):
        left = _days(part, duty)
        for year in range(part.first.year, part.last.year + 1):
            first, last = max(part.first, date(year, 1, 1)), min(part.last, date(year, 12, 31))
            # What the roster states is not told apart by days: it lies in the first year as far as that has days.
            days = left if year == part.last.year else min(left, duty.count(first, last, part.duty_days))
            found[year] += days
            left -= days
    return found


def hearing_ends(ways: Iterable[Ways]) -> int | None:
    """Return how many working days somebody has to answer: the longest that a clause gives, None where none does."""
    given = [
        rule.clause.heard_within
        for topic in ways
        for way in topic
        for rule in way
        if rule.clause.heard_within is not None
    ]
    return max(given, default=None)


# ------------------------------------------------------------ why


def _steps(standing: AbsenceStanding) -> Iterator[Step]:
    for episode in standing.episodes:
        days_missed = tuple(
            Input("duty_days", episode.days, ref=f"absence:{part.id}" if part.id else None, on=part.first.isoformat())
            for part in episode.parts[:1]
        )
        days = (Input("first_day", episode.first.isoformat()), Input("last_day", episode.last.isoformat()))
        yield Step("", "missed", (*days, *days_missed), episode.days)
    if not standing.consequences:
        yield Step("", "no_absence_rule", result="")
    both = (Input("episodes", standing.by_episode), Input("duty_days", standing.by_day))
    for each in standing.consequences:
        clause = each.rule.clause
        if each.of_ways > 1:
            yield Step(clause.id, "more_favourable", (Input("ways", each.of_ways),), "")
        by = "counted_by_day" if clause.counted_by == DAY else "counted_by_episode"
        yield Step(clause.id, by, both, each.counted)
        for name, threshold, truth in (
            ("absence_warning", clause.warn, each.warned),
            ("void_proposed", clause.proposes_void, each.void),
        ):
            if threshold is not None:
                side = Input(str(threshold.op), threshold.value)
                yield Step(clause.id, name, (Input("times", each.counted), side), truth.name.lower())
        for alert in each.alerts:
            span = (Input("first_day", alert.first.isoformat()), Input("last_day", alert.last.isoformat()))
            yield Step(clause.id, alert.code, span, alert.days)
