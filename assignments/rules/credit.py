"""The credit of one person's assignments: what each is worth now and at its end, and whether it counts yet. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from assignments.rules.adding import Purse, amount
from assignments.rules.continuity import Break
from assignments.rules.crediting import Passed, drafted
from assignments.rules.lengths import NOTHING, Amount, Length, span
from assignments.rules.service import ANYWHERE, NOWHERE, ONE, Piece, Rule, Service, Worth
from deploy_admin.policies.language.judging import Sheet
from deploy_admin.policies.language.nodes import DurationUnit
from deploy_admin.policies.language.service import Equivalent

_DAY = timedelta(days=1)
QUALIFIED, NOT_QUALIFIED = "qualified", "not_qualified"
#: What short pieces lack until an authority has filed them.
FILING = "short_service_filing"
#: What was recognised as earlier service counts as what it is, whether or not a clause names it.
EARLIER = "grassroots_service"


class State(StrEnum):
    """What the credit of an assignment is worth at the moment; the rows use the same codes."""

    RUNNING = "running"
    PROVISIONAL = "provisional"
    RECOGNISED = "recognised"
    NONE = "none"
    UNDETERMINED = "undetermined"
    UNCONFIRMED = "unconfirmed"


class Credit(NamedTuple):
    """What one assignment is credited with: so far, at its end, by which clause, and why not more.

    `firm` says that what is credited so far counts for good, unless the assignment is declared void.
    """

    service: Service
    state: State
    firm: bool
    now: Amount
    term: Length
    rule: Rule | None
    pieces: tuple[Piece, ...]
    passed: tuple[Passed, ...]
    missing: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    why: str = ""

    @property
    def counts(self) -> bool:
        """Whether its pieces count for what is asked of the person, now or once a result is there."""
        return bool(self.pieces) and self.state is not State.UNCONFIRMED


class Life(NamedTuple):
    """All service of one person: the credit of each assignment, and what a requirement adds up."""

    credits: tuple[Credit, ...]
    #: In the order of their days, with what else was recognised.
    pieces: tuple[Piece, ...]
    #: The ids of the assignments whose pieces count for good.
    firm: frozenset[int]
    breaks: tuple[Break, ...] = ()
    #: Days of which it is unknown whether they are credited.
    unknown: tuple[Piece, ...] = ()


def reckoned(services: Sequence[Service], on: date) -> tuple[Credit, ...]:
    """Return the credit of one person's assignments as of `on`, in the order of their days.

    What caps leave over is spent in that order; a piece is short only if it is so with what follows without a gap.
    """
    found = [_first(service) for service in sorted(services, key=lambda each: (each.starts_on, each.id))]
    short = _short(found)
    now, end = Purse(), Purse()
    return tuple([_final(credit, short, on, now, end) for credit in found])


def _first(service: Service) -> Credit:
    """Return the assignment's credit but for its amounts and for how long its pieces are."""
    if service.void:
        return _nothing(service, "void")
    pieces, passed = drafted(service)
    rule = pieces[0].worth.rule if pieces else None
    missing = tuple(dict.fromkeys([name for each in passed for name in each.missing])) if passed else ()
    by_result = False
    for piece in pieces:
        by_result = by_result or piece.worth.by_result
    if by_result and service.result == NOT_QUALIFIED:
        return _nothing(service, "not_qualified", rule)._replace(passed=passed)
    if not pieces and not missing:
        why = next((each.why for each in passed), "no_days")
        return _nothing(service, why)._replace(passed=passed)
    state = _state(service, by_result=by_result, missing=bool(missing))
    firm = state is State.RECOGNISED or (state in (State.RUNNING, State.UNDETERMINED) and not by_result)
    return Credit(service, state, firm, Amount(), NOTHING, rule, pieces, passed, missing)


def _nothing(service: Service, why: str, rule: Rule | None = None) -> Credit:
    return Credit(service, State.NONE, False, Amount(), NOTHING, rule, (), (), why=why)


def _state(service: Service, *, by_result: bool, missing: bool) -> State:
    if service.unconfirmed:
        return State.UNCONFIRMED
    if missing:
        return State.UNDETERMINED
    if not service.is_over:
        return State.RUNNING
    return State.PROVISIONAL if by_result and service.result != QUALIFIED else State.RECOGNISED


def _short(credits_: Iterable[Credit]) -> frozenset[tuple[int, date]]:
    """Return the pieces that are shorter than their clause asks, by assignment and first day."""
    pieces = [piece for credit in credits_ if credit.counts for piece in credit.pieces]
    if all(piece.worth.minimum is None for piece in pieces):
        return frozenset()
    found: set[tuple[int, date]] = set()
    run: list[Piece] = []
    for piece in [*pieces, None]:
        if piece is not None and run and run[-1].last + _DAY == piece.first:
            run.append(piece)
            continue
        found |= {(each.service.id, each.first) for each in run if _is_short(each, run)}
        run = [piece] if piece is not None else []
    return frozenset(found)


def _is_short(piece: Piece, run: Sequence[Piece]) -> bool:
    """Whether the run of days in which a piece lies is shorter than the piece's clause asks."""
    if piece.worth.minimum is None:
        return False
    limit, _otherwise = piece.worth.minimum
    first, last = run[0].first, run[-1].last
    duty = piece.service.duty if limit.unit is DurationUnit.DUTY_DAYS else None
    duty_days = duty.count(first, last) if duty is not None else None
    return limit.reached(Amount(span(first, last), (last - first).days + 1, duty_days)) is False


def _final(credit: Credit, short: frozenset[tuple[int, date]], on: date, now: Purse, end: Purse) -> Credit:
    if not credit.pieces:
        return credit
    if short or len(credit.pieces) > 1:
        credit = _long_enough(credit, short)
        if not credit.pieces and not credit.missing:
            return credit._replace(state=State.NONE, why="short", firm=False)
    if credit.state is State.UNCONFIRMED:
        now, end = Purse(), Purse()  # what counts nothing takes nothing from a cap
    service, pieces = credit.service, credit.pieces
    until = min(on, service.through) if service.through is not None else service.starts_on - _DAY
    so_far = amount(pieces, lambda _each: until, now)
    if service.is_over and all(piece.worth.is_plain for piece in pieces):
        return credit._replace(now=so_far, term=so_far.length)
    return credit._replace(now=so_far, term=amount(pieces, lambda each: each.ends_on, end).length)


def _long_enough(credit: Credit, short: frozenset[tuple[int, date]]) -> Credit:
    """Return the credit without short pieces that do not count, and with what is pointed out."""
    service, pieces, passed = credit.service, [], list(credit.passed)
    missing, warnings = dict.fromkeys(credit.missing), dict.fromkeys(credit.warnings)
    for piece in credit.pieces:
        if piece.worth.minimum is not None and (service.id, piece.first) in short:
            _limit, otherwise = piece.worth.minimum
            if otherwise == "drop" or (otherwise == "file" and not service.filed):
                lacks = (FILING,) if otherwise == "file" else ()
                passed.append(Passed(piece.first, piece.last, piece.unit, "short", lacks, _clause_id(piece)))
                missing |= dict.fromkeys(lacks)
                continue
            warnings["short_piece"] = None
        pieces.append(piece)
    if len({piece.unit for piece in pieces}) > 1 and any(piece.worth.minimum for piece in pieces):
        warnings["several_units"] = None
    unsure = bool(missing) and credit.state is not State.UNCONFIRMED
    return credit._replace(
        state=State.UNDETERMINED if unsure else credit.state,
        pieces=tuple(pieces),
        passed=tuple(passed),
        missing=tuple(missing),
        warnings=tuple(warnings),
    )


def _clause_id(piece: Piece) -> str:
    return piece.worth.rule.clause_id if piece.worth.rule is not None else ""


# ------------------------------------------------------------ with what else was recognised


class Recognised(NamedTuple):
    """Service elsewhere that an officer recognised: of which kind, from when to when."""

    id: int
    kind: str
    first: date
    last: date


#: Equivalents with the clause they stand in.
Equivalents = Sequence[tuple[Rule, Equivalent]]


def life(credits_: Sequence[Credit], recognised: Iterable[Recognised] = (), equivalents: Equivalents = ()) -> Life:
    """Return all service of a person, with what was recognised; of days that are credited already nothing twice."""
    pieces = [piece for credit in credits_ if credit.counts for piece in credit.pieces]
    firm = {credit.service.id for credit in credits_ if credit.firm and credit.counts}
    unknown = [piece for credit in credits_ if credit.missing for piece in _open(credit)]
    taken = [(credit.service.starts_on, credit.service.ends_on) for credit in credits_ if credit.counts]
    elsewhere = sorted(recognised, key=lambda each: (each.first, each.id))
    for n, each in enumerate(elsewhere, start=1):
        found = _worth(each, equivalents)
        if found is None:
            continue
        worth, sheet, known = found
        for first, last in _free(each.first, each.last, taken):
            service = Service(-n, first, last, last, (), (), recognised=True)
            (pieces if known else unknown).append(Piece(service, first, last, sheet, 0, worth))
        taken.append((each.first, each.last))
        firm.add(-n)
    if elsewhere:
        pieces.sort(key=lambda piece: (piece.first, piece.service.id))
    return Life(tuple(credits_), tuple(pieces), frozenset(firm), tuple(_breaks(credits_)), tuple(unknown))


def _worth(each: Recognised, equivalents: Equivalents) -> tuple[Worth, Sheet, bool] | None:
    """Return what recognised service is worth, where it counts as served, and whether that is known."""
    for rule, equivalent in equivalents:
        if each.kind in equivalent.recognised:
            key = (rule.policy, rule.clause_id, f"equivalent:{equivalent.id}")
            worth = Worth(rule, ratio=equivalent.ratio or ONE, cap=equivalent.cap, cap_key=key)
            sheet = ANYWHERE if equivalent.place == "any" else NOWHERE
            return worth, sheet, equivalent.ratio is not None
    return (Worth(None), ANYWHERE, True) if each.kind == EARLIER else None


def _open(credit: Credit) -> Iterator[Piece]:
    """Yield the days of which it is unknown whether they are credited, as they would be."""
    for each in credit.passed:
        if each.missing:
            yield Piece(credit.service, each.first, each.last, ANYWHERE, each.unit, Worth(None))


def _free(first: date, last: date, taken: Iterable[tuple[date, date]]) -> Iterator[tuple[date, date]]:
    """Yield the days from `first` to `last` that none of `taken` covers."""
    for begin, end in sorted(taken):
        if end < first or begin > last:
            continue
        if begin > first:
            yield first, begin - _DAY
        first = max(first, end + _DAY)
    if first <= last:
        yield first, last


def _breaks(credits_: Iterable[Credit]) -> Iterator[Break]:
    for credit in credits_:
        service = credit.service
        if service.void:
            yield Break(service.id, service.starts_on, service.ends_on, "void")
        if service.result == NOT_QUALIFIED:
            yield Break(service.id, service.starts_on, service.ends_on, NOT_QUALIFIED)
        if service.ended_early:
            yield Break(service.id, service.starts_on, service.ends_on, "ended_early")
