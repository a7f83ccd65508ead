"""How a measurement is taken and told: medians, a floor from the same run, a goal, and one line."""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Item:
    """One line: the figure with its unit, the ratio to its floor (none: -), both against the goal."""

    name: str
    figure: float
    unit: str
    ratio: float | None
    goal: str
    ok: bool
    floor: float | None = None

    def line(self) -> str:
        """Return `name figure ratio goal ok|over`."""
        figure = f"{self.figure:.3f}s" if self.unit == "s" else f"{self.figure:g}{self.unit}"
        ratio = "-" if self.ratio is None else f"{self.ratio:.2f}x"
        return f"{self.name} {figure} {ratio} {self.goal} {'ok' if self.ok else 'over'}"


def times(count: int, act: Callable[[], object], before: Callable[[], object] = lambda: None) -> list[float]:
    """Return the seconds each of `count` runs of `act` took, with `before` run untimed each time."""
    taken = []
    for _ in range(count):
        before()
        start = time.perf_counter()
        act()
        taken.append(time.perf_counter() - start)
    return taken


def median(count: int, act: Callable[[], object], before: Callable[[], object] = lambda: None) -> float:
    """Return the median of `times`."""
    return statistics.median(times(count, act, before))


def peak() -> float:
    """Return the most memory this process has held so far, in MB. ru_maxrss would tell its parent's peak, too."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def seconds(name: str, figure: float, below: float, *, floor: float | None = None, ratio: float | None = None) -> Item:
    """Return a time judged by its absolute figure and, where `ratio` is given, by its ratio to the floor."""
    measured = figure / floor if floor else None
    goal = f"<{below:g}s" if ratio is None else f"<={ratio:g}x,<{below:g}s"
    fits = ratio is None or (measured is not None and measured <= ratio)
    return Item(name, figure, "s", measured, goal, fits and figure < below, floor)


def at_most(name: str, figure: float, most: float, unit: str) -> Item:
    """Return a count judged by its most."""
    return Item(name, figure, unit, None, f"<={most:g}{unit}", figure <= most)


def tell(items: list[Item], to: Path) -> bool:
    """Print one line per item and write them all; return whether every goal was met."""
    for item in items:
        sys.stdout.write(item.line() + "\n")
    to.parent.mkdir(parents=True, exist_ok=True)
    to.write_text(json.dumps([asdict(item) for item in items], ensure_ascii=False, indent=2) + "\n")
    return all(item.ok for item in items)
