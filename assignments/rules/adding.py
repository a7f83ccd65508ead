"""Adding service up: pieces that follow each other are reckoned as one, conversions and caps applied. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from assignments.rules.duty import SHIFT
from assignments.rules.lengths import NOTHING, RESIDUAL, Amount, Length, converted, of, shorter, span, total
from assignments.rules.service import Piece, Service, Worth
from deploy_admin.policies.language.nodes import Duration

_DAY = timedelta(days=1)
#: Until which day an assignment is looked at.
Until = Callable[[Service], date]


class Purse:
    """What caps have left over a life: looked at and taken from in the order of the days."""

    def __init__(self) -> None:
        self._used: dict[Any, Length] = {}

    def take(self, key: Any, wanted: Length, cap: Duration, residual: int) -> Length:
        """Return as much of `wanted` as the cap still leaves under the key."""
        used = self._used.get(key, NOTHING)
        most = of(cap).months * residual + of(cap).days
        rest = max(most - used.months * residual - used.days, 0)
        given = shorter(wanted, Length(*divmod(rest, residual)), residual)
        self._used[key] = Length(used.months + given.months, used.days + given.days)
        return given


def groups(pieces: Iterable[Piece], until: Until) -> Iterator[list[Piece]]:
    """Yield, of pieces in order, those that follow each other and are credited alike, cut at what is served."""
    held: list[Piece] = []
    for piece in pieces:
        last = until(piece.service)
        if last < piece.first:
            continue
        cut = piece if piece.last <= last else piece._replace(last=last)
        if held and not (held[-1].last + _DAY == cut.first and _alike(held[-1].worth, cut.worth)):
            yield held
            held = []
        held.append(cut)
    if held:
        yield held


def _alike(one: Worth, other: Worth) -> bool:
    return one is other or bool(one.alike == other.alike)


def amount(pieces: Sequence[Piece], until: Until, purse: Purse | None = None, *, duty: bool = False) -> Amount:
    """Return what these pieces (in order) add up to, of each assignment up to the day that `until` says.

    `duty` asks for duty days too where no clause reckons by them.
    """
    if len(pieces) == 1 and pieces[0].worth.is_plain and not duty:
        return _plain(pieces[0], until)
    purse = purse or Purse()
    lengths: list[Length] = []
    days, duty_days, residual = 0, 0, 0
    known = True
    for group in groups(pieces, lambda service: service.credited_until(until(service))):
        worth = group[0].worth
        residual = max(residual, worth.residual)
        served: int | None = 0
        if duty or worth.by != "corresponding_day":
            served = _duty_days(group)
            known = known and served is not None
        lengths.append(_length(group, worth, served, purse))
        duty_days += served or 0
        calendar = (group[-1].last - group[0].first).days + 1
        days += calendar if worth.ratio == 1 else int(calendar * worth.ratio)
    return Amount(total(lengths, residual or RESIDUAL), days, duty_days if known else None)


def _plain(piece: Piece, until: Until) -> Amount:
    """Return what one piece is worth of which a day is a day."""
    service = piece.service
    last = min(service.credited_until(until(service)), piece.last)
    days = (last - piece.first).days + 1
    return Amount(span(piece.first, last), days) if days > 0 else Amount()


def _length(group: Sequence[Piece], worth: Worth, duty_days: int | None, purse: Purse) -> Length:
    length = span(group[0].first, group[-1].last)
    if worth.is_plain:
        return length
    if worth.by != "corresponding_day":
        by_duty = _months_of_duty(duty_days, worth)
        length = max(length, by_duty) if worth.by == "both" else by_duty
    length = converted(length, worth.ratio, worth.residual)
    if worth.cap is not None:
        key = worth.cap_key or (group[0].first, worth.alike)
        length = purse.take(key, length, worth.cap, worth.residual)
    if worth.whole is not None:
        length = purse.take(worth.whole_key, length, worth.whole, worth.residual)
    return length


def _months_of_duty(duty_days: int | None, worth: Worth) -> Length:
    if duty_days is None or not worth.per:
        return NOTHING
    months = int(duty_days / worth.per)
    return Length(months, int((duty_days - months * worth.per) * worth.residual / worth.per))


def _duty_days(group: Sequence[Piece]) -> int | None:
    """Return the duty days on post, those missed without leave taken off; None of shifts, of which nobody keeps them.

    Leave that lengthened the term is off already, with the days it added; other leave counts as it does in months.
    """
    found = 0
    for piece in group:
        duty = piece.service.duty
        if duty is None or duty.pattern == SHIFT:
            return None
        found += duty.count(piece.first, piece.last)
        for first, last, days in piece.service.absences:
            if first >= piece.first and last <= piece.last:
                found -= days
            elif first <= piece.last and last >= piece.first:
                found -= duty.count(max(first, piece.first), min(last, piece.last))
    return max(found, 0)
