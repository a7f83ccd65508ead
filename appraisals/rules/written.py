"""Numbers as people write them."""

from __future__ import annotations

from decimal import Decimal


def plain(number: Decimal | int) -> str:
    """Return a count without needless zeros: 212, 1.5, 0."""
    text = f"{Decimal(number).normalize():f}"
    return "0" if text == "-0" else text


def in_points(number: Decimal) -> str:
    """Return points with their two places: 96.40."""
    return f"{number:.2f}"
