"""What is usual for a count of work, from earlier values. Pure: values in, a range out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Literal

Of = Literal["person", "speciality", "indicator"]
#: A person's own months, and person-months of a speciality, from which on they tell what is usual.
PERSON_LEAST = 3
SPECIALITY_LEAST = 8
_LOW, _HIGH = Decimal("0.1"), Decimal("0.9")
_NARROW, _WIDE = Decimal("0.75"), Decimal("1.25")


@dataclass(frozen=True, slots=True)
class Range:
    """From where to where a value is usual, whose values say so, and how many there were."""

    low: Decimal
    high: Decimal
    of: Of
    months: int = 0

    def holds(self, value: Decimal) -> bool:
        """Whether the value lies inside; both ends do."""
        return self.low <= value <= self.high


def percentile(values: Iterable[Decimal], share: Decimal) -> Decimal:
    """Return the smallest value that at least this share of the values does not exceed (nearest rank)."""
    ordered = sorted(values)
    rank = int((share * len(ordered)).to_integral_value(ROUND_CEILING))
    return ordered[max(rank, 1) - 1]


def widened(values: Iterable[Decimal], *, of: Of, decimals: int, lowest: Decimal, highest: Decimal) -> Range:
    """Return the 10th to the 90th percentile, a quarter wider at each end and at least by one, inside the bounds.

    Without the least of one, somebody with two mentees each month would be asked about the third.
    """
    held = list(values)
    step = Decimal(1).scaleb(-decimals)
    low, high = percentile(held, _LOW), percentile(held, _HIGH)
    low = min(low * _NARROW, low - 1).quantize(step, ROUND_FLOOR)
    high = max(high * _WIDE, high + 1).quantize(step, ROUND_CEILING)
    return Range(max(low, lowest), min(high, highest), of, len(held))
