"""What keeps service continuous: gaps that are tolerated, and what breaks it. Pure: pieces in, unbroken runs out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from assignments.rules.adding import Until
from assignments.rules.lengths import of, span
from assignments.rules.service import Piece, Service

_DAY = timedelta(days=1)


class Break(NamedTuple):
    """An assignment that may break continuous service, and as what."""

    service_id: int
    first: date
    last: date
    kind: str


def chains(
    pieces: Sequence[Piece], until: Until, breaks: Sequence[Break] = (), *, tolerant: bool = False
) -> Iterator[list[Piece]]:
    """Yield the pieces (in order) that make up continuous service, one unbroken run after the other.

    `tolerant` lets no gap break it of which nobody knows whether it does.
    """
    held: list[Piece] = []
    for piece in pieces:
        if until(piece.service) < piece.first:
            continue
        if held and _broken(held[-1], piece, breaks, tolerant=tolerant):
            yield held
            held = []
        held.append(piece)
    if held:
        yield held


def _broken(before: Piece, after: Piece, breaks: Sequence[Break], *, tolerant: bool) -> bool:
    if before.service.id == after.service.id and before.service is after.service:
        last = before.last
    else:
        # Days that leave added are not credited, but the person was there: they are no gap.
        last = before.service.ends_on if before.last >= _credited_end(before.service) else before.last
    gap = (after.first - last).days - 1
    rule = after.worth.continuous
    if rule is None:
        return gap > 0
    if any(each.kind in rule.broken_by and _lies_between(each, before, after) for each in breaks):
        return True
    if rule.gap is None:
        return gap > 0 and not tolerant
    if rule.gap.unit == "months":
        return span(last + _DAY, after.first - _DAY) > of(rule.gap)
    return gap > rule.gap.number


def _credited_end(service: Service) -> date:
    return service.credited_until(service.ends_on)


def _lies_between(each: Break, before: Piece, after: Piece) -> bool:
    """Whether the break comes at `before` or after it, and not after `after`; an early end breaks what follows it."""
    if before.service.id == after.service.id:
        return False
    if each.kind == "ended_early" and each.service_id == after.service.id:
        return False
    return each.first <= after.first and each.last >= before.first
