"""The allocation as a flow: senders, people, requests, receiving units, and what each stage gains on each edge.

Every column leaves one row and enters another, so every vertex is whole: sender → person → request → unit → out.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from assignments.rules.allocation.pairs import Arcs, Numbers
from assignments.rules.allocation.stages import Stage


@dataclass(frozen=True)
class Network:
    """Columns with the node they leave, the node they enter, and how much they carry at most.

    In this order: the pairings; the places of each request; each person; each sender up to its target and beyond;
    each unit's places one by one. Node 0 is the outside: what leaves it enters it again.
    """

    arcs: Arcs
    tail: Numbers
    head: Numbers
    upper: Numbers
    gains: tuple[Numbers, ...]
    nodes: int
    #: Where the columns of requests, people, senders and units begin, and where all end.
    starts: tuple[int, int, int, int, int]

    @property
    def columns(self) -> int:
        return len(self.tail)

    def carrying(self, chosen: Numbers) -> Numbers:
        """Return what each column carries for these pairings: of a sender's or unit's columns the first ones first."""
        carried = np.zeros(self.columns, np.int64)
        carried[chosen] = 1
        request, person, sender, unit, end = self.starts
        carried[request:person] = np.bincount(self.arcs.request[chosen], minlength=person - request)
        carried[person:sender] = np.bincount(self.arcs.person[chosen], minlength=sender - person)
        through = np.zeros(self.nodes, np.int64)
        np.add.at(through, self.tail[person:sender], carried[person:sender])
        np.add.at(through, self.head[request:person], carried[request:person])
        for n in range(sender, end):
            node = self.head[n] if n < unit else self.tail[n]
            carried[n] = min(through[node], self.upper[n])
            through[node] -= carried[n]
        return carried


def network(arcs: Arcs, stages: tuple[Stage, ...]) -> Network:
    """Return the flow of these pairings with the gains of these stages."""
    senders = sorted({each.unit for each in arcs.people})
    units = sorted({each.unit for each in arcs.requests})
    people_at, requests_at = 1 + len(senders), 1 + len(senders) + len(arcs.people)
    units_at = requests_at + len(arcs.requests)
    sender = {unit: 1 + n for n, unit in enumerate(senders)}
    unit_at = {unit: units_at + n for n, unit in enumerate(units)}
    them = np.arange(len(arcs.people), dtype=np.int64) + people_at
    theirs = np.arange(len(arcs.requests), dtype=np.int64) + requests_at
    sending = _sending(arcs, stages, senders)
    receiving = _receiving(arcs, stages, units)
    of_senders = _numbers(sender[unit] for unit, _most, _gain in sending)
    of_units = _numbers(unit_at[unit] for unit, _most, _gain in receiving)
    outside = np.zeros
    tails = [
        people_at + arcs.person,
        theirs,
        _numbers(sender[each.unit] for each in arcs.people),
        outside(len(sending), np.int64),
        of_units,
    ]
    heads = [
        requests_at + arcs.request,
        _numbers(unit_at[each.unit] for each in arcs.requests),
        them,
        of_senders,
        outside(len(receiving), np.int64),
    ]
    uppers = [
        np.ones(arcs.size, np.int64),
        _numbers(each.number for each in arcs.requests),
        np.ones(len(them), np.int64),
        _numbers(most for _unit, most, _gain in sending),
        _numbers(most for _unit, most, _gain in receiving),
    ]
    ends = np.cumsum([len(each) for each in tails]).tolist()
    gains = tuple(_gains(arcs, n, stage, sending, receiving) for n, stage in enumerate(stages))
    last = units_at + len(units)
    starts = (ends[0], ends[1], ends[2], ends[3], ends[4])
    return Network(arcs, np.concatenate(tails), np.concatenate(heads), np.concatenate(uppers), gains, last, starts)


def _numbers(values: object) -> Numbers:
    return np.array(list(values), np.int64)  # type: ignore[call-overload]


#: A sender or a unit, how many go this way at most, and by stage what each of them gains.
_Step = tuple[int, int, dict[int, int]]


def _sending(arcs: Arcs, stages: tuple[Stage, ...], senders: list[int]) -> list[_Step]:
    """Each sender up to its target, then beyond it. Stages of quotas have one target, whatever their number."""
    count: dict[int, int] = defaultdict(int)
    for each in arcs.people:
        count[each.unit] += 1
    asked = [n for n, stage in enumerate(stages) if stage.targets]
    found: list[_Step] = []
    for unit in senders:
        target = stages[asked[0]].targets.get(unit, 0) if asked else 0
        if target:
            found.append((unit, target, dict.fromkeys(asked, 1)))
        if count[unit] > target:
            found.append((unit, count[unit] - target, {}))
    return found


def _receiving(arcs: Arcs, stages: tuple[Stage, ...], units: list[int]) -> list[_Step]:
    """Each unit's places one by one where one is worth more than the next, else all together."""
    asked = [n for n, stage in enumerate(stages) if stage.steps]
    places: dict[int, int] = defaultdict(int)
    for each in arcs.requests:
        places[each.unit] += each.number
    if not asked:
        return [(unit, places[unit], {}) for unit in units]
    steps = stages[asked[0]].steps
    return [(unit, 1, dict.fromkeys(asked, gain)) for unit in units for gain in steps.get(unit, ())]


def _gains(arcs: Arcs, number: int, stage: Stage, sending: list[_Step], receiving: list[_Step]) -> Numbers:
    pairs = np.zeros(arcs.size, np.int64) if stage.pairs is None else stage.pairs
    places = np.zeros(len(arcs.requests), np.int64) if stage.places is None else stage.places
    return np.concatenate(
        [
            pairs,
            places,
            np.zeros(len(arcs.people), np.int64),
            _numbers(gain.get(number, 0) for _unit, _most, gain in sending),
            _numbers(gain.get(number, 0) for _unit, _most, gain in receiving),
        ]
    )
