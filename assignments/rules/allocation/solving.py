"""The plan itself: one criterion after the other, each as good as it can be without undoing the ones before."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import fields

import numpy as np

from assignments.rules.allocation.flow import Flow
from assignments.rules.allocation.network import Network, network
from assignments.rules.allocation.pairs import Arcs, Numbers, hindrances, possible
from assignments.rules.allocation.stages import Stage, build
from assignments.rules.allocation.types import BrokenPin, Hindrance, Pair, Problem, Solution, StageResult

#: Seconds of the solver for one stage, before its best so far is taken.
LIMIT = 60.0
#: Among equals a lot decides meanwhile, so that the solver does not go in circles: one of so many numbers.
LOTS = 16
#: The lot that is drawn at the end, between plans that are equal by every criterion.
LAST_LOTS = 1 << 20
Progress = Callable[[int, int], None]


def solve(problem: Problem, *, progress: Progress | None = None, limit: float = LIMIT) -> Solution:
    """Return the best plan by the criteria in their order. The same problem in any order gives the same plan.

    Whatever is pinned and still possible stays. Between plans equal by every criterion a lot decides that is drawn
    from the keys, so it falls the same way every time.
    """
    arcs = possible(problem)
    stages = build(problem, arcs)
    pinned, broken = _pins(problem, arcs)
    net = network(arcs, stages)
    flow = Flow(net, pinned, limit)
    results: list[StageResult] = []
    for stage, gains in zip(stages, net.gains, strict=True):
        seconds, proven = flow.improve(gains, _lots(net, LOTS))
        results.append(_result(stage, arcs, flow, seconds, proven))
        if progress is not None:
            progress(len(results), len(stages))
    flow.improve(_lots(net, LAST_LOTS))
    pairs = frozenset(_keys(arcs, n) for n in flow.chosen().tolist())
    return Solution(pairs, tuple(results), broken, digest(problem))


def _keys(arcs: Arcs, n: int) -> Pair:
    return arcs.requests[arcs.request[n]].key, arcs.people[arcs.person[n]].key


def _pins(problem: Problem, arcs: Arcs) -> tuple[Numbers, tuple[BrokenPin, ...]]:
    """Return the positions of the pins that hold, and those that do not, each with its reason."""
    requests, people = {each.key: each for each in arcs.requests}, {each.key: each for each in arcs.people}
    free = {each.key: each.number for each in arcs.requests}
    held: dict[int, Pair] = {}
    broken: list[BrokenPin] = []
    for request, person in sorted(problem.pins):
        if request not in requests or person not in people:
            broken.append(BrokenPin(request, person, Hindrance("not_in_the_lists")))
        elif against := hindrances(problem, requests[request], people[person]):
            broken.append(BrokenPin(request, person, against[0]))
        elif person in held:
            broken.append(BrokenPin(request, person, Hindrance("pinned_elsewhere", {"request": held[person][0]})))
        elif free[request] < 1:
            broken.append(BrokenPin(request, person, Hindrance("request_full")))
        else:
            free[request] -= 1
            held[person] = (request, person)
    return arcs.find(held.values()), tuple(broken)


def _lots(net: Network, lots: int) -> Numbers:
    """Return a number below `lots` for each pairing, drawn from its keys."""
    requests = np.array([each.key for each in net.arcs.requests], np.uint64)[net.arcs.request]
    people = np.array([each.key for each in net.arcs.people], np.uint64)[net.arcs.person]
    mixed = (requests * np.uint64(0x9E3779B97F4A7C15)) ^ (people * np.uint64(0xC2B2AE3D27D4EB4F))
    mixed = (mixed ^ (mixed >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
    drawn = np.zeros(net.columns, np.int64)
    drawn[: net.arcs.size] = ((mixed >> np.uint64(40)) % np.uint64(lots)).astype(np.int64)
    return drawn


def _result(stage: Stage, arcs: Arcs, flow: Flow, seconds: float, proven: bool) -> StageResult:
    gain = stage.gain(arcs, flow.chosen())
    bound = gain if proven else max(gain, _at_best(stage, arcs))
    told = stage.told(gain), stage.told(bound)
    return StageResult(stage.criterion.id, stage.criterion.by.value, *told, stage.better, proven, round(seconds, 3))


def _at_best(stage: Stage, arcs: Arcs) -> int:
    """Return a gain that no plan exceeds, found without solving: everybody where they gain most."""
    best = np.zeros(len(arcs.people), np.int64)
    if stage.pairs is not None:
        np.maximum.at(best, arcs.person, stage.pairs)
    if stage.places is not None:
        np.maximum.at(best, arcs.person, stage.places[arcs.request])
    return int(best.sum()) + sum(stage.targets.values()) + sum(sum(steps) for steps in stage.steps.values())


def digest(problem: Problem) -> str:
    """Return the fingerprint of everything the plan is computed from, whatever its order."""
    told = hashlib.sha256()
    for each in fields(problem):
        told.update(f"{each.name}={_written(getattr(problem, each.name), each.name == 'criteria')}\n".encode())
    return told.hexdigest()


def _written(value: object, in_order: bool = False) -> str:
    if hasattr(value, "model_dump_json"):
        return str(value.model_dump_json())
    if hasattr(value, "__dataclass_fields__"):
        parts = (f"{name}={_written(getattr(value, name), name == 'wishes')}" for name in value.__dataclass_fields__)
        return "(" + ",".join(parts) + ")"
    if isinstance(value, dict) or hasattr(value, "items"):
        return "{" + ",".join(sorted(f"{key}:{_written(held)}" for key, held in value.items())) + "}"
    if isinstance(value, tuple | list | set | frozenset):
        parts_ = [_written(each) for each in value]
        return "[" + ",".join(parts_ if in_order else sorted(parts_)) + "]"
    return repr(value)
