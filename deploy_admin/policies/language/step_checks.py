"""Checks of tables by half-open steps: each number lies in exactly one, the first and the last have no end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

from deploy_admin.policies.language.checks import Found, Path

#: The lower end, inside, and the upper one, outside; None: no end.
Ends = tuple[Decimal | None, Decimal | None]


def steps_faults(steps: Sequence[Ends], path: Path) -> Iterator[Found]:
    """Every fault of a table, in whatever order its steps are written."""
    for n, (low, high) in enumerate(steps):
        if low is not None and high is not None and low >= high:
            yield (*path, n), "empty_range", {}
            return
    placed = sorted(range(len(steps)), key=lambda n: (steps[n][0] is not None, steps[n][0] or 0))
    first, last = placed[0], placed[-1]
    if (low := steps[first][0]) is not None:
        yield (*path, first, "at_least"), "step_open_below", {"value": str(low)}
    for before, after in pairwise(placed):
        end, begin = steps[before][1], steps[after][0]
        if end is None or begin is None or begin < end:
            yield (*path, after), "bands_overlap", {"value": _inside_both(steps[before], steps[after])}
        elif end < begin:
            yield (*path, after), "bands_gap", {"value": str(end)}
    if (high := steps[last][1]) is not None:
        yield (*path, last, "less_than"), "step_open_above", {"value": str(high)}


def _inside_both(first: Ends, second: Ends) -> str:
    """A number that both steps hold, of which the second does not begin before the first."""
    if second[0] is not None:
        return str(second[0])
    ends = [high for _, high in (first, second) if high is not None]
    return f"< {min(ends)}" if ends else "0"
