"""What a batch has to balance: its share of deputy directors, and as many who come to learn. Pure: numbers in, out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_UP, ROUND_UP, Decimal
from typing import NamedTuple

from deploy_admin.policies.language.nodes import Rounding
from deploy_admin.policies.language.posting import CohortShare

_WHOLE = {Rounding.UP: ROUND_UP, Rounding.DOWN: ROUND_DOWN, Rounding.HALF_UP: ROUND_HALF_UP}


class About(NamedTuple):
    """“About a tenth of 37”: the exact share, the whole number aimed at, and the whole numbers near enough."""

    people: int
    share: Decimal
    exact: Decimal
    target: int
    low: int
    high: int

    def near_enough(self, count: int) -> bool:
        """Whether so many are about the share."""
        return self.low <= count <= self.high


def about(rule: CohortShare, people: int) -> About | None:
    """Return what `rule` aims at among so many people; None while the share is not set.

    A tenth of 37 with two percentage points either way: 3.7, so 4, and 3 to 4 are near enough (AMB-38). The number
    aimed at is always near enough itself, however few the people are.
    """
    if rule.target is None:
        return None
    exact = rule.target * people
    target = _whole(exact, _WHOLE[rule.rounding])
    low = _whole(max(rule.target - rule.tolerance, Decimal(0)) * people, ROUND_CEILING)
    high = _whole((rule.target + rule.tolerance) * people, ROUND_FLOOR)
    return About(people, rule.target, exact, target, min(low, target), max(high, target))


def _whole(number: Decimal, rounding: str) -> int:
    return int(number.quantize(Decimal(1), rounding=rounding))


class Stay(NamedTuple):
    """One person's days away from, or at, a hospital."""

    hospital: int
    first: date
    last: date


class Exchange(NamedTuple):
    """How many a hospital sent, how many came to learn there meanwhile, and by how many that differs."""

    hospital: int
    sent: int
    came: int
    #: More came than were sent, or (below zero) fewer.
    difference: int
    balanced: bool


def exchanges(sent: Iterable[Stay], came: Iterable[Stay], tolerance: int = 0) -> Iterator[Exchange]:
    """Return, hospital by hospital, whether as many came as were sent, give or take `tolerance` (AMB-46).

    Whoever came counts if their days overlap those of somebody the hospital sent. Nobody is kept from anything by it.
    """
    out: dict[int, list[Stay]] = defaultdict(list)
    for stay in sent:
        out[stay.hospital].append(stay)
    counted: dict[int, int] = defaultdict(int)
    for stay in came:
        gone = out[stay.hospital]
        counted[stay.hospital] += any(stay.first <= other.last and other.first <= stay.last for other in gone)
    for hospital in sorted(out):
        difference = counted[hospital] - len(out[hospital])
        yield Exchange(
            hospital, len(out[hospital]), counted[hospital], difference, balanced=abs(difference) <= tolerance
        )
