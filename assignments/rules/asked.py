"""How much service a clause asks for, and how far somebody has got. Pure: pieces of service in, amounts out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from assignments.rules.adding import Until, amount, groups
from assignments.rules.continuity import Break, chains
from assignments.rules.crediting import resolve
from assignments.rules.lengths import NOTHING, RESIDUAL, Amount, Length, Limit, at_least, span
from assignments.rules.service import ANYWHERE, NOWHERE, Piece, Service
from assignments.rules.terms import term_end
from deploy_admin.policies.language.conditions import ConditionNode, OnDay
from deploy_admin.policies.language.explained import Truth
from deploy_admin.policies.language.judging import Judge, Sheet, compile_condition, leaves, missing_facts
from deploy_admin.policies.language.nodes import Duration, DurationUnit, TermThreshold
from deploy_admin.policies.language.requirements import ServiceAsked
from deploy_admin.policies.language.types import PolicyDocument

YES, NO, UNKNOWN = Truth.YES, Truth.NO, Truth.UNKNOWN
_DAY = timedelta(days=1)


class Place:
    """A condition on places, compiled once; it remembers what it said of each."""

    __slots__ = ("_asked", "_said", "node")

    def __init__(self, node: ConditionNode | None, document: PolicyDocument) -> None:
        self.node = node
        self._asked: Judge = compile_condition(node, document, resolve)
        self._said: dict[int, tuple[Sheet, Truth]] = {}

    def __call__(self, sheet: Sheet) -> Truth:
        """Return whether service at such a place is meant."""
        if self.node is None or sheet is ANYWHERE:
            return YES
        if sheet is NOWHERE:
            return NO
        held = self._said.get(id(sheet))
        if held is None or held[0] is not sheet:
            held = self._said[id(sheet)] = sheet, self._asked(sheet)
        return held[1]

    def missing(self, sheet: Sheet) -> tuple[str, ...]:
        return missing_facts(self.node, sheet, resolve)


class Part(NamedTuple):
    """One amount that is asked: the whole, or a sub-total at some places."""

    id: str
    place: Place
    limit: Limit | None


class Held(NamedTuple):
    """How far somebody has got: whether it is enough, what they have, and by part what is left."""

    truth: Truth
    amount: Amount
    left: Length
    parts: tuple[tuple[Amount, Length], ...]
    missing: tuple[str, ...] = ()


class Ask:
    """An amount of service that a clause asks for, compiled."""

    def __init__(self, asked: ServiceAsked, document: PolicyDocument) -> None:
        self.asked = asked
        self._place = Place(asked.at, document)
        self.whole = Part("", self._place, _limit(asked.length))
        self.parts = tuple(Part(each.id, Place(each.at, document), _limit(each.length)) for each in asked.subtotals)
        limits = [each.limit for each in (self.whole, *self.parts) if each.limit is not None]
        self._duty = any(each.unit is DurationUnit.DUTY_DAYS for each in limits)
        nodes = [asked.at, *(each.at for each in asked.subtotals)]
        #: The facts of places that are asked.
        self.facts = frozenset(leaf.fact for node in nodes for leaf in leaves(node))
        asked_as_of = {leaf.as_of for node in nodes for leaf in leaves(node)}
        self.asks_ever = "ever" in asked_as_of
        self.asks_first_day = "event" in asked_as_of
        self.days = frozenset(each.day for each in asked_as_of if isinstance(each, OnDay))
        self._simple = not self.parts and asked.reckoned == "cumulative" and asked.minimum_segment is None

        limit = self.whole.limit
        #: The whole in months, where it is asked in months.
        self.months = limit.number if limit is not None and limit.unit is DurationUnit.MONTHS else None
        #: Whether the whole is asked in duty days.
        self.by_duty = limit is not None and limit.unit is DurationUnit.DUTY_DAYS
        self._nothing: Held | None = None

    def held(
        self, pieces: Sequence[Piece], until: Until, breaks: Sequence[Break] = (), unknown: Sequence[Piece] = ()
    ) -> Held:
        """Return how far these pieces (in order) go; `unknown` are days that may turn out to be credited."""
        if not pieces and not unknown:
            if self._nothing is None:
                self._nothing = self._best((), until, (), tolerant=False, missing=[])
            return self._nothing
        missing: list[str] = []
        sure, perhaps = self._meant(self.whole, pieces, missing)
        found = self._best(sure, until, breaks, tolerant=False, missing=missing)
        certain = not (perhaps or unknown or found.truth is UNKNOWN) and self.asked.reckoned == "cumulative"
        if found.truth is YES or certain:
            return found._replace(missing=()) if found.missing else found
        everything = sorted([*sure, *perhaps, *unknown], key=lambda each: (each.first, each.service.id))
        most = self._best(everything, until, breaks, tolerant=True, missing=[])
        if most.truth is NO:
            return found._replace(truth=NO, missing=())
        return found._replace(truth=UNKNOWN, missing=tuple(dict.fromkeys(missing)))

    def _meant(
        self, part: Part, pieces: Sequence[Piece], missing: list[str]
    ) -> tuple[Sequence[Piece], Sequence[Piece]]:
        """Return the pieces at the places that are meant, and those of which that is unknown."""
        if part.place.node is None:
            return pieces, ()
        sure: list[Piece] = []
        perhaps: list[Piece] = []
        for piece in pieces:
            truth = part.place(piece.sheet)
            if truth is YES:
                sure.append(piece)
            elif truth is UNKNOWN:
                perhaps.append(piece)
                missing += part.place.missing(piece.sheet)
        return sure, perhaps

    def _best(
        self, pieces: Sequence[Piece], until: Until, breaks: Sequence[Break], *, tolerant: bool, missing: list[str]
    ) -> Held:
        if self.asked.minimum_segment is not None:
            pieces = _long_enough(pieces, self.asked.minimum_segment)
        if self.asked.reckoned == "cumulative":
            return self._one(pieces, until, missing, tolerant=tolerant)
        found = [
            self._one(chain, until, missing, tolerant=tolerant)
            for chain in chains(pieces, until, breaks, tolerant=tolerant)
        ] or [self._one((), until, missing, tolerant=tolerant)]
        return max(found, key=lambda each: (each.truth.value, each.amount.length, each.amount.days))

    def _one(self, pieces: Sequence[Piece], until: Until, missing: list[str], *, tolerant: bool) -> Held:
        whole = amount(pieces, until, duty=self._duty)
        truth, rest = self._stands(self.whole, whole, missing)
        if not self.parts:
            return Held(truth, whole, rest, (), tuple(missing))
        parts: list[tuple[Amount, Length]] = []
        for part in self.parts:
            sure, perhaps = self._meant(part, pieces, missing)
            meant = sorted([*sure, *perhaps], key=lambda each: each.first) if tolerant else sure
            have = amount(meant, until, duty=self._duty)
            reached, still = self._stands(part, have, missing)
            if reached is NO and perhaps and not tolerant:
                reached = UNKNOWN
            truth = truth & reached
            parts.append((have, still))
            rest = max(rest, still, key=lambda each: each.months * RESIDUAL + each.days)
        return Held(truth, whole, rest, tuple(parts), tuple(missing))

    def _stands(self, part: Part, have: Amount, missing: list[str]) -> tuple[Truth, Length]:
        if part.limit is None:
            missing.append(f"asked:{part.id or 'service'}")
            return UNKNOWN, NOTHING
        reached = part.limit.reached(have)
        if reached is None:
            missing.append("duty_days")
            return UNKNOWN, NOTHING
        rest = NOTHING if reached else at_least(part.limit.left(have), self.asked.minimum_segment)
        return Truth.of(reached), rest

    def reached_on(self, pieces: Sequence[Piece], until: Until) -> date | None:
        """Return the day by which the last of the pieces carries the whole to what is asked; None where more decides.

        Until `until` it is reached. With pieces before it whose left-over days make a month it may be a day earlier.
        """
        limit = self.whole.limit
        if not self._simple or limit is None or self.months is None:
            return None
        sure, _perhaps = self._meant(self.whole, pieces, [])
        runs = list(groups(sure, lambda service: service.credited_until(until(service))))
        if not runs or not runs[-1][0].worth.is_plain:
            return None
        last = runs.pop()
        before = amount([piece for run in runs for piece in run], lambda service: service.ends_on)
        rest = limit.left(before)
        if runs and (not rest or not rest.days):
            return None
        return _on_post(last[-1].service, term_end(last[0].first, rest.months, rest.days))


def _limit(threshold: TermThreshold | None) -> Limit | None:
    return None if threshold is None else Limit(threshold)


def _on_post(service: Service, credited: date) -> date:
    """Return the day on post by whose end the days up to `credited` are credited."""
    day = credited
    while (until := service.credited_until(day)) < credited and day < service.ends_on:
        day += credited - until
    return day


def _long_enough(pieces: Sequence[Piece], minimum: Duration) -> list[Piece]:
    """Return the pieces that are, with what follows without a gap, at least as long as the minimum at their end."""
    kept: list[Piece] = []
    run: list[Piece] = []
    for piece in [*pieces, None]:
        if piece is not None and run and run[-1].last + _DAY == piece.first:
            run.append(piece)
            continue
        if run and _lasts(run, minimum):
            kept += run
        run = [piece] if piece is not None else []
    return kept


def _lasts(run: Sequence[Piece], minimum: Duration) -> bool:
    first, last = run[0].first, run[-1].last
    if minimum.unit is DurationUnit.MONTHS:
        return span(first, last).months >= minimum.number
    if minimum.unit is DurationUnit.DAYS:
        return (last - first).days + 1 >= minimum.number
    have = amount(run, lambda service: service.ends_on, duty=True).duty_days
    return have is None or have >= minimum.number


def first_day(holds: Callable[[date], bool], first: date, last: date) -> date:
    """Return the first day from `first` to `last` on which it holds; it holds on the last."""
    while first < last:
        middle = first + (last - first) // 2
        first, last = (first, middle) if holds(middle) else (middle + _DAY, last)
    return last
