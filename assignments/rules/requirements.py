"""How somebody stands to a service requirement: met, being served, owed by when, what is left. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, NamedTuple, cast

from assignments.rules.adding import Until, amount
from assignments.rules.asked import Ask, Held, first_day
from assignments.rules.credit import Life
from assignments.rules.eligibility import Judge, Parts
from assignments.rules.lengths import NOTHING, RESIDUAL, Length, corresponding, latest_start, latest_start_on_duty
from assignments.rules.service import Piece
from deploy_admin.policies.language.eligibility import Eligibility
from deploy_admin.policies.language.explained import Truth
from deploy_admin.policies.language.requirements import Requirement
from deploy_admin.policies.language.types import PolicyDocument
from deploy_admin.workdays import WorkCalendar

YES, NO, UNKNOWN = Truth.YES, Truth.NO, Truth.UNKNOWN
_DAY = timedelta(days=1)


class State(StrEnum):
    """How somebody stands to a requirement; the rows use the same codes."""

    OVERDUE = "overdue"
    RED = "red"
    AMBER = "amber"
    OWED = "owed"
    BEFORE = "before"
    SERVING = "serving"
    UNDETERMINED = "undetermined"
    EXEMPT = "exempt"
    MET = "met"


class Outcome(NamedTuple):
    """How one person stands to one requirement, with the dates and the amounts it follows from.

    `latest_start_on` is the last day on which what is left can safely begin; `met_on` the day on which running or
    planned service will have met it, or did so while its result is awaited.
    """

    state: State
    since: date | None = None
    due_on: date | None = None
    latest_start_on: date | None = None
    required_months: int | None = None
    credited: Length = NOTHING
    left: Length | None = None
    met_on: date | None = None
    alternative: str = ""
    exemption: str = ""
    missing: tuple[str, ...] = ()


#: When a clock began: a day, unknown (None), or never (the empty tuple: no post on the establishment).
Since = date | tuple[()] | None


@dataclass(frozen=True)
class _Conditions:
    """A requirement as the conditions on people are asked of it."""

    id: str
    applies_to: Any
    requires: Any
    documents: tuple[Any, ...]
    alternatives: tuple[Any, ...]
    exemptions: tuple[Any, ...]
    mixing: bool = False
    bars: tuple[Any, ...] = ()


def conditions_of(clause: Requirement) -> Eligibility:
    """Return the conditions on people that a requirement holds, in the shape in which eligibility asks them."""
    said = _Conditions(
        clause.id, clause.applies_to, clause.requires, clause.documents, clause.alternatives, clause.exemptions
    )
    return cast(Eligibility, said)


class Requiring:
    """One requirement made ready for one day: its conditions on people, and the amounts of service it asks."""

    def __init__(self, clause: Requirement, document: PolicyDocument, day: date) -> None:
        self.clause = clause
        self.document = document
        self.day = day
        self.judge = Judge(conditions_of(clause), document, day)
        self.main = Ask(clause.service, document) if clause.service is not None else None
        self.options = tuple(
            Ask(option.service, document) if option.service is not None else None for option in clause.alternatives
        )
        self._unserved: dict[tuple[Parts, Since], Outcome] = {}

    @property
    def asks(self) -> tuple[Ask, ...]:
        """Every amount of service that is asked."""
        return tuple(ask for ask in (self.main, *self.options) if ask is not None)

    def stand(self, parts: Parts, life: Life, since: Since, calendar: WorkCalendar) -> Outcome | None:
        """Return how the person stands; None where the requirement does not speak of them."""
        if parts.applies is NO:
            return None
        if parts.applies is UNKNOWN:
            return Outcome(State.UNDETERMINED, missing=parts.missing_applies)
        if parts.exempt is YES:
            return Outcome(State.EXEMPT, exemption=parts.exemption)
        if life.pieces or life.unknown:
            return _Standing(self, parts, life, since, calendar).outcome()
        # Whoever never served stands as everybody does whose clock began on the same day.
        key = parts, since
        found = self._unserved.get(key)
        if found is None:
            found = self._unserved[key] = _Standing(self, parts, life, since, calendar).outcome()
        return found


class _Served(NamedTuple):
    """What is satisfied at a moment: altogether, by which way, and how far each amount has got."""

    truth: Truth
    option: int | None
    main: Held | None
    options: tuple[Held | None, ...]


class _Standing:
    """One person before one requirement."""

    def __init__(self, asked: Requiring, parts: Parts, life: Life, since: Since, calendar: WorkCalendar) -> None:
        self.asked = asked
        self.clause = asked.clause
        self.on = asked.day
        self.parts = parts
        self.life = life
        self.since = since if isinstance(since, date) else None
        due = self.clause.due
        #: What keeps it unknown by when it is due.
        self.clock_lacks = "" if due is None else f"fact:{due.since}" if since is None else ""
        if due is not None and due.within is None:
            self.clock_lacks = self.clock_lacks or "due"
        self.calendar = calendar
        self.due_on: date | None = None
        if due is not None and due.within is not None and self.since is not None:
            self.due_on = corresponding(self.since, due.within)
        refused = not self.clause.earlier_service
        if refused and self.since is not None:
            self.pieces: Sequence[Piece] = list(_from(life.pieces, self.since))
        else:
            self.pieces = () if refused and since is None else life.pieces

    def outcome(self) -> Outcome:
        so_far = self.served(self.on)
        if all(each.service.id in self.life.firm for each in self.pieces):
            now = so_far
        else:
            now = self.served(self.on, firm=True)
        if now.truth is YES:
            return self._told(State.MET, so_far, now)
        met_on = self._met_on(so_far)
        due_on = self.due_on
        if met_on is not None and (due_on is None or met_on <= due_on):
            return self._told(State.SERVING, so_far, so_far, met_on=met_on)
        if now.truth is UNKNOWN or self.clock_lacks:
            missing = self._missing(so_far)
            return self._told(State.UNDETERMINED, so_far, so_far, missing=missing, met_on=met_on)
        return self._by_the_clock(so_far, met_on)

    def served(self, day: date, *, firm: bool = False) -> _Served:
        """Return what is satisfied on a day: by what counts for good, or by all that was served by then."""
        pieces = [each for each in self.pieces if each.service.id in self.life.firm] if firm else self.pieces
        until = self._until(day)
        main = self._held(self.asked.main, pieces, until)
        truth = self.parts.needs if main is None else self.parts.needs & main.truth
        options = tuple(self._held(ask, pieces, until) for ask in self.asked.options)
        if not options:
            return _Served(truth, None, main, ())
        either, chosen = NO, None
        for n, (held, condition) in enumerate(zip(options, self.parts.options, strict=True)):
            way = condition if held is None else condition & held.truth
            if way is YES and chosen is None:
                chosen = n
            either = either | way
        return _Served(truth & either, chosen, main, options)

    def _until(self, day: date) -> Until:
        if day > self.on:
            return lambda service: min(day, service.ends_on)
        return lambda service: min(day, service.through) if service.through is not None else service.starts_on - _DAY

    def _held(self, ask: Ask | None, pieces: Sequence[Piece], until: Until) -> Held | None:
        return None if ask is None else ask.held(pieces, until, self.life.breaks, self.life.unknown)

    # ------------------------------------------------------------ by when

    def _met_on(self, so_far: _Served) -> date | None:
        """Return the day by whose end the service so far, or what is running and planned, satisfies everything."""
        if not self.pieces:
            return None
        end = max(piece.service.ends_on for piece in self.pieces)
        if so_far.truth is YES:
            first, last = self.pieces[0].first, self.on
        elif end > self.on and self.served(end).truth is YES:
            first, last = self.on + _DAY, end
        else:
            return None

        def holds(day: date) -> bool:
            return self.served(day).truth is YES

        ask = self.asked.main
        if ask is not None and not self.asked.options:
            found = ask.reached_on(self.pieces, self._until(last))
            if found is not None and first <= found <= last:
                return found
        return first_day(holds, first, last)

    def _by_the_clock(self, so_far: _Served, met_on: date | None) -> Outcome:
        due_on = self.due_on
        told = self._told(State.OWED, so_far, so_far, met_on=met_on)
        if due_on is None:
            return told._replace(state=State.BEFORE) if self.clause.target is not None else told
        latest = self._latest_start(due_on, so_far, told.left or NOTHING)
        warned = self.clause.warn_after
        state = State.OWED
        if self.on > due_on:
            state = State.OVERDUE
        elif self.on > latest:
            state = State.RED
        elif warned is not None and self.since is not None and self.on >= corresponding(self.since, warned):
            state = State.AMBER
        elif self.clause.target is not None:
            state = State.BEFORE
        return told._replace(state=state, latest_start_on=latest)

    def _latest_start(self, due_on: date, so_far: _Served, left: Length) -> date:
        ask = self._nearest(so_far)[0]
        if ask is not None and ask.by_duty:
            return latest_start_on_duty(due_on, left.days, self.calendar)
        return latest_start(due_on, left)

    # ------------------------------------------------------------ what is told

    def _told(
        self,
        state: State,
        so_far: _Served,
        chosen: _Served,
        *,
        met_on: date | None = None,
        missing: tuple[str, ...] = (),
    ) -> Outcome:
        ask, held = self._nearest(so_far)
        left = None if held is None or held.truth is UNKNOWN else self._left(so_far)
        option = self.clause.alternatives[chosen.option].id if chosen.option is not None else ""
        credited = held.amount.length if held is not None else self._everything()
        return Outcome(
            state,
            since=self.since,
            due_on=self.due_on,
            required_months=ask.months if ask is not None else None,
            credited=credited,
            left=NOTHING if state is State.MET else left,
            met_on=met_on,
            alternative=option if state in (State.MET, State.SERVING) else "",
            missing=missing,
        )

    def _everything(self) -> Length:
        return amount(self.pieces, self._until(self.on)).length

    def _nearest(self, served: _Served) -> tuple[Ask | None, Held | None]:
        """Return the amount that is spoken of: the clause's own, else that of the way with the least left."""
        if self.asked.main is not None:
            return self.asked.main, served.main
        ways = [(ask, held) for ask, held in zip(self.asked.options, served.options, strict=True) if ask and held]
        return min(ways, key=lambda way: _days(way[1].left), default=(None, None))

    def _left(self, served: _Served) -> Length:
        """Return the least that has still to be served: one service may serve the whole and a way."""
        main = served.main.left if served.main is not None else NOTHING
        ways = [held.left for held in served.options if held is not None]
        if not ways or len(ways) < len(served.options) or served.option is not None:
            return main
        return max(main, min(ways, key=_days), key=_days)

    def _missing(self, served: _Served) -> tuple[str, ...]:
        found: dict[str, None] = {}
        if self.clock_lacks:
            found[self.clock_lacks] = None
        if self.parts.needs is UNKNOWN or UNKNOWN in self.parts.options:
            found |= dict.fromkeys(self.parts.missing)
        for held in (served.main, *served.options):
            if held is not None and held.truth is UNKNOWN:
                found |= dict.fromkeys(held.missing or ("credit",))
        return tuple(found)


def _days(length: Length) -> int:
    return length.months * RESIDUAL + length.days


def _from(pieces: Iterable[Piece], since: date) -> Iterable[Piece]:
    """Yield the pieces from a day on."""
    for piece in pieces:
        if piece.last >= since:
            yield piece if piece.first >= since else piece._replace(first=since)


# ------------------------------------------------------------ several requirements of one person


def together(outcomes: Mapping[str, Outcome], clauses: Mapping[str, Requirement]) -> dict[str, Outcome]:
    """Return the outcomes of one document, by clause, with those satisfied by others satisfied too (AMB-30)."""
    found = dict(outcomes)
    moved = True
    while moved:
        moved = False
        for name, outcome in found.items():
            better = _by_others(outcome, [found[each] for each in clauses[name].satisfied_with if each in found])
            if better is not None:
                found[name], moved = better, True
    return found


def _by_others(outcome: Outcome, others: Sequence[Outcome]) -> Outcome | None:
    if outcome.state in (State.MET, State.EXEMPT):
        return None
    if any(other.state is State.MET for other in others):
        return outcome._replace(state=State.MET, latest_start_on=None, left=NOTHING, met_on=None, missing=())
    if outcome.state is State.SERVING:
        return None
    days = [other.met_on for other in others if other.state is State.SERVING and other.met_on is not None]
    in_time = [day for day in days if outcome.due_on is None or day <= outcome.due_on]
    if not in_time:
        return None
    return outcome._replace(state=State.SERVING, latest_start_on=None, met_on=min(in_time), missing=())
