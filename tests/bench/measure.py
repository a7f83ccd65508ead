"""How a measurement is taken and told: medians, a floor from the same run, a goal, and one line."""

from __future__ import annotations

import json
import os
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from django.db import connection


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


def worked(act: Callable[[], object]) -> float:
    """Return the seconds of one core that `act` took here and in the database's process: others' work is not in it."""
    connection.ensure_connection()
    backend = connection.connection.info.backend_pid
    start = time.process_time() + _of_process(backend)
    act()
    return time.process_time() + _of_process(backend) - start


def _of_process(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


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


def at_least(name: str, figure: float, least: float, unit: str) -> Item:
    """Return a rate judged by its least."""
    return Item(name, figure, unit, None, f">={least:g}{unit}", figure >= least)


def told(name: str, figure: float, unit: str) -> Item:
    """Return a figure that is only told: it has no goal."""
    return Item(name, figure, unit, None, "-", ok=True)


def written(items: list[Item], to: Path) -> bool:
    """Write every item; return whether every goal was met."""
    to.parent.mkdir(parents=True, exist_ok=True)
    to.write_text(json.dumps([asdict(item) for item in items], ensure_ascii=False, indent=2) + "\n")
    return all(item.ok for item in items)
