"""Whom an assignment may count for: a quota clause's `counts` compiled for one period and asked of many. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple, assert_never

from deploy_admin.months import Period
from deploy_admin.policies.language import PolicyDocument, Truth, periods
from deploy_admin.policies.language.amounts import Amount, Bands, Between, Fixed, PerUnit, Share
from deploy_admin.policies.language.conditions import AsOf, ConditionNode, OnDay
from deploy_admin.policies.language.judging import (
    EVER,
    SEGMENT_DAYS,
    Judge,
    Sheet,
    compile_condition,
    leaves,
    missing_facts,
)
from deploy_admin.policies.language.periods import ApplicationYear, Rolling
from deploy_admin.policies.language.quota import Counting
from deploy_admin.policies.language.quota import Quota as Clause

#: Stands in a sheet for the day of the event: of people and places, the first day of service.
EVENT = date.min + timedelta(days=1)
#: The clause's own way of counting, beside those of its alternatives.
MAIN = "main"


class Case(NamedTuple):
    """What is asked of one assignment beside the facts: its days, its year, and how it stands to an earlier one."""

    starts_on: date
    ends_on: date
    year: int | None = None  # the campaign's
    full_time: bool = True
    renewal: bool = False


class Way:
    """One way of counting under a clause, its own or an alternative's, compiled."""

    def __init__(self, id: str, counting: Counting, clause: Clause, document: PolicyDocument, period: Period) -> None:
        self.id = id
        self.counting = counting
        self._shape = clause.period
        self.period = period
        self.who = compile_condition(counting.who, document, self._resolve)
        self.where = compile_condition(counting.where, document, self._resolve)

    def in_period(self, case: Case) -> bool:
        """Whether the assignment counts in the period if it counts at all.

        A stock is on post on days of the period. A flow counts once, in the year of its campaign, else of its first
        day; a rolling period has no year, so there the first day always decides.
        """
        shape = self._shape
        if isinstance(shape, ApplicationYear):
            return False
        if self.counting.measured == "stock":
            return case.starts_on <= self.period.last and self.period.first <= case.ends_on
        if isinstance(shape, Rolling):
            return case.starts_on in self.period
        if self.counting.year_by == "campaign" and case.year is not None:
            return periods.labelled(shape, case.year) == self.period
        return periods.containing(shape, case.starts_on) == self.period

    def refused(self, case: Case) -> str | None:
        """Return which of the plain demands the assignment fails: its year, full detachment, renewal; else None."""
        if not self.in_period(case):
            return "year"
        if self.counting.full_time and not case.full_time:
            return "full_time"
        if case.renewal and not self.counting.renewals:
            return "renewal"
        return None

    def _resolve(self, as_of: AsOf | None) -> date:
        return resolved(as_of, self.period)


def resolved(as_of: AsOf | None, period: Period) -> date:
    """Return the key in a sheet that an as-of means; people and places are asked on the first day of service."""
    match as_of:
        case None | "event":
            return EVENT
        case "period_start":
            return period.first
        case "period_end":
            return period.last
        case "segment_days":
            return SEGMENT_DAYS
        case "ever":
            return EVER
        case OnDay(day=day):
            return day


class Answer(NamedTuple):
    """How the facts stand to one way: the truth, what refuses (who, where), and which facts are missing."""

    way: str
    truth: Truth
    refuses: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


class Rule:
    """One quota clause's counting for one period. `facts`, `days` and `asks_ever` say what to bring of people."""

    def __init__(self, clause: Clause, document: PolicyDocument, period: Period) -> None:
        self.clause = clause
        self.document = document
        self.period = period
        self.ways = tuple(Way(id, counting, clause, document, period) for id, counting in countings(clause).items())
        self._parts: tuple[tuple[str, Judge], ...] = tuple(
            (part.id, compile_condition(part.of, document, lambda as_of: resolved(as_of, period)))
            for part in clause.composition
        )
        asked = [(leaf.fact, resolved(leaf.as_of, period)) for node in self._of_people() for leaf in leaves(node)]
        self.facts: frozenset[str] = frozenset(fact for fact, _day in asked)
        self.days: frozenset[date] = frozenset(day for _fact, day in asked) - {EVER, SEGMENT_DAYS}
        self.asks_ever = any(day == EVER for _fact, day in asked)
        placed = [(leaf.fact, resolved(leaf.as_of, period)) for node in self._of_places() for leaf in leaves(node)]
        self.place_facts: frozenset[str] = frozenset(fact for fact, _day in placed)
        self.place_days: frozenset[date] = frozenset(day for _fact, day in placed) - {EVER, SEGMENT_DAYS}
        #: Whether it matters on which day the assignment ends: a stock is counted on every day of it.
        self.asks_last_day = any(way.counting.measured == "stock" for way in self.ways)
        #: Whether it matters where each piece was, and not only the first.
        self.asks_segments = any(day == SEGMENT_DAYS for _fact, day in placed)
        #: The nearest jurisdiction first; what owes a number before what the law leaves open; of documents the newer;
        #: then in the order of the articles.
        newer = -(document.in_force.from_ or date.min).toordinal()
        open_amount = _is_open(clause.amount)
        self.rank = (-document.level.nearness, open_amount, newer, document.id, document.quotas.index(clause))

    def _of_people(self) -> Iterator[ConditionNode | None]:
        yield from (way.counting.who for way in self.ways)
        yield from (part.of for part in self.clause.composition)

    def _of_places(self) -> Iterator[ConditionNode | None]:
        yield from (way.counting.where for way in self.ways)

    def answers(self, person: Sheet, place: Sheet) -> tuple[Answer, ...]:
        """Return how person and place stand to each way."""
        return tuple(self._answer(way, person, place) for way in self.ways)

    def _answer(self, way: Way, person: Sheet, place: Sheet) -> Answer:
        truths = {"who": way.who(person), "where": way.where(place)}
        truth = truths["who"] & truths["where"]
        if truth is Truth.YES:
            return Answer(way.id, truth)
        refuses = tuple(name for name, held in truths.items() if held is Truth.NO)
        missing: dict[str, None] = {}
        if truth is Truth.UNKNOWN:
            for node, sheet in ((way.counting.who, person), (way.counting.where, place)):
                missing |= dict.fromkeys(missing_facts(node, sheet, lambda as_of: resolved(as_of, self.period)))
        return Answer(way.id, truth, refuses, tuple(missing))

    def parts(self, person: Sheet) -> tuple[str, ...]:
        """Return the lines of the composition that the person fills."""
        return tuple(id for id, judge in self._parts if judge(person) is Truth.YES)


def _is_open(amount: Amount) -> bool:
    """Whether the amount itself is not set: nobody can be short of it yet."""
    match amount:
        case Share():
            return amount.share is None
        case PerUnit():
            return amount.per_unit is None
        case Fixed():
            return amount.fixed is None
        case Between() | Bands():
            return False
        case _:
            assert_never(amount)


def countings(clause: Clause) -> dict[str, Counting]:
    """Return the ways of counting by name: the clause's own, then its alternatives', whose silence means the same."""
    return {MAIN: clause.counts} | {each.id: each.counts or clause.counts for each in clause.alternatives}
