"""A month beside the ones before: which numbers stand out. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

#: A number stands out when it is more than a third away from the mean of the months before, and by two at least.
SHARE = Decimal(1) / 3
LEAST = Decimal(2)


@dataclass(frozen=True, slots=True)
class Compared:
    """One number of a person over some months, the latest last; `mark` is up, down or empty."""

    label: str
    unit: str
    earlier: tuple[Decimal | None, ...]
    now: Decimal | None
    mark: str = ""

    @property
    def shown(self) -> tuple[str, ...]:
        """The numbers as text without needless zeros, the latest last; empty where nothing is known."""
        return tuple("" if value is None else f"{value.normalize():f}" for value in (*self.earlier, self.now))


def mark_of(earlier: Sequence[Decimal | None], now: Decimal | None) -> str:
    """Return up or down where `now` stands out beside the known months before; empty where it does not, or none is."""
    known = [value for value in earlier if value is not None]
    if now is None or not known:
        return ""
    mean = sum(known, Decimal(0)) / len(known)
    off = now - mean
    if abs(off) < LEAST or abs(off) <= mean * SHARE:
        return ""
    return "up" if off > 0 else "down"


def compared(label: str, unit: str, earlier: Sequence[Decimal | None], now: Decimal | None) -> Compared:
    """Return the line with its mark."""
    return Compared(label, unit, tuple(earlier), now, mark_of(earlier, now))
