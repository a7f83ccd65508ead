"""Allocation: a city of 2,000 people, 1,400 units and 2,000 requests is solved and explained."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TypeVar

from assignments.rules.allocation.pairs import possible
from assignments.rules.allocation.reasons import explain
from assignments.rules.allocation.solving import digest, solve
from assignments.rules.allocation.stages import build
from tests.bench.allocation_city import city
from tests.bench.measure import Item, seconds, told

T = TypeVar("T")
#: Seconds of one core for everything but the solver.
BUILDING_AND_EXPLAINING = 10


def propose() -> Iterator[Item]:
    """Building, each stage of the solver, explaining; all stages proven, and the same plan a second time."""
    problem = city()
    building, _built = _worked(lambda: build(problem, possible(problem)))
    first, solution = _worked(lambda: solve(problem))
    again = solve(problem)
    explaining, reasons = _worked(lambda: explain(problem, solution.pairs))
    assert again.pairs == solution.pairs
    assert again.digest == digest(problem)
    assert all(stage.optimal for stage in solution.stages)
    assert len(reasons.lines) == len(solution.pairs)
    for stage in solution.stages:
        yield told(f"allocation-stage-{stage.criterion_id}", stage.seconds, "s")
    yield told("allocation-solving", first, "s")
    yield told("allocation-building", building, "s")
    yield told("allocation-explaining", explaining, "s")
    yield seconds("allocation-building-and-explaining", building + explaining, BUILDING_AND_EXPLAINING)


def _worked(act: Callable[[], T]) -> tuple[float, T]:
    start = time.process_time()
    found = act()
    return time.process_time() - start, found
