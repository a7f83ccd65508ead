"""What a plan would gain or lose by one exchange: somebody else on a place, somebody moved to a place, nobody else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from assignments.rules.allocation.pairs import Arcs, Flags, Numbers
from assignments.rules.allocation.stages import Stage
from assignments.rules.allocation.types import Pair


class Exchange(NamedTuple):
    """Somebody who would come, from where (None: left over), and what each stage would gain by it."""

    person: int
    placed_at: int | None
    gains: tuple[int, ...]


class Plan:
    """Who sits where, by position, and what one more or one fewer on each side gains in each stage."""

    def __init__(self, arcs: Arcs, stages: tuple[Stage, ...], pairs: Iterable[Pair], pins: Iterable[Pair]) -> None:
        self.arcs = arcs
        self.stages = stages
        self.codes = arcs.request * len(arcs.people) + arcs.person
        known = [pair for pair in sorted(pairs) if pair[0] in arcs.request_at and pair[1] in arcs.person_at]
        self.at = np.full(len(arcs.people), -1, np.int64)
        self.filled = np.zeros(len(arcs.requests), np.int64)
        for request, person in known:
            self.at[arcs.person_at[person]] = arcs.request_at[request]
            self.filled[arcs.request_at[request]] += 1
        self.open = np.array([each.number for each in arcs.requests], np.int64) - self.filled
        self.fixed: Flags = np.zeros(len(arcs.people), np.bool_)
        for request, person in sorted(pins):
            if person in arcs.person_at and self.at[arcs.person_at[person]] == arcs.request_at.get(request, -2):
                self.fixed[arcs.person_at[person]] = True
        self._gains = np.stack([_or_zeros(stage.pairs, arcs.size) for stage in stages])
        self._places = np.stack([_or_zeros(stage.places, len(arcs.requests)) for stage in stages])
        self._senders = np.array([each.unit for each in arcs.people], np.int64)
        self._units = np.array([each.unit for each in arcs.requests], np.int64)
        self._count()
        self.begins = np.searchsorted(arcs.request, np.arange(len(arcs.requests) + 1))

    def _count(self) -> None:
        arcs = self.arcs
        sent = Counter(each.unit for each, at in zip(arcs.people, self.at, strict=True) if at >= 0)
        filled = Counter(arcs.requests[at].unit for at in self.at.tolist() if at >= 0)
        shape = (len(self.stages), len(arcs.people))
        self._in, self._out = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
        more, fewer = self._places.copy(), -self._places
        for n, stage in enumerate(self.stages):
            for p, person in enumerate(arcs.people):
                target = stage.targets.get(person.unit, 0)
                self._in[n, p] = sent[person.unit] < target
                self._out[n, p] = -(sent[person.unit] <= target and target > 0)
            for r, request in enumerate(arcs.requests):
                steps, k = stage.steps.get(request.unit, ()), filled[request.unit]
                more[n, r] += steps[k] if k < len(steps) else 0
                fewer[n, r] -= steps[k - 1] if 0 < k <= len(steps) else 0
        self._more, self._fewer = more, fewer

    def all_candidates(self, request: int) -> Numbers:
        """Return the positions of those who could go to a request."""
        return self.arcs.person[self.begins[request] : self.begins[request + 1]]

    def candidates(self, request: int) -> Numbers:
        """Return the positions of those who could go to a request and may be moved."""
        who = self.all_candidates(request)
        found: Numbers = who[~self.fixed[who]]
        return found

    def pairing(self, requests: Numbers, people: Numbers) -> tuple[Numbers, Flags]:
        """Return what pairings gain by themselves in each stage, and which of them are possible."""
        codes = requests * len(self.arcs.people) + people
        places = np.minimum(np.searchsorted(self.codes, codes), max(self.arcs.size - 1, 0))
        if not self.arcs.size:
            return np.zeros((len(self.stages), len(codes)), np.int64), np.zeros(len(codes), np.bool_)
        there: Flags = (self.codes[places] == codes) & (requests >= 0)
        return np.where(there, self._gains[:, places], 0), there

    def instead(self, request: int, person: int) -> list[Exchange]:
        """Return who could sit on the place of `person`, the least loss first.

        Who is placed elsewhere changes places with `person`, where that is possible; else that place stays empty.
        """
        others = self.candidates(request)
        others = others[(others != person) & (self.at[others] != request)]
        came = self.at[others]
        placed = came >= 0
        here = np.full(len(others), request, np.int64)
        gains = self.pairing(here, others)[0] - self.pairing(here[:1], np.full(len(others[:1]), person))[0]
        back, can = self.pairing(came, np.full(len(others), person, np.int64))
        swapped = placed & can
        gains = gains - np.where(placed, self.pairing(came, others)[0], 0) + np.where(swapped, back, 0)
        gains = gains + np.where(placed & ~can, self._fewer[:, came], 0)
        same = self._senders[others] == self._senders[person]
        leaves = self._out[:, [person]]
        gains = (
            gains + np.where(swapped | (~placed & same), 0, leaves) + np.where(placed | same, 0, self._in[:, others])
        )
        return self._in_order(others, gains)

    def replaced(self, request: int, person: int, by: int) -> tuple[int, ...]:
        """Return what each stage gains where somebody left over sits on the place of `person`, who is left over."""
        here = np.array([request], np.int64)
        gains = self.pairing(here, np.array([by]))[0][:, 0] - self.pairing(here, np.array([person]))[0][:, 0]
        if self.arcs.people[by].unit != self.arcs.people[person].unit:
            gains = gains + self._in[:, by] + self._out[:, person]
        return tuple(gains.tolist())

    def moved(self, request: int) -> list[Exchange]:
        """Return who could be moved to a free place of a request, the least loss first."""
        others = self.candidates(request)
        others = others[self.at[others] != request]
        came = self.at[others]
        placed = came >= 0
        gains = self.pairing(np.full(len(others), request, np.int64), others)[0]
        gains = gains - np.where(placed, self.pairing(came, others)[0], 0) + np.where(placed, 0, self._in[:, others])
        within = placed & (self._units[came] == self._units[request])
        places = self._places[:, [request]] - np.where(placed, self._places[:, came], 0)
        outside = self._more[:, [request]] + np.where(placed, self._fewer[:, came], 0)
        return self._in_order(others, gains + np.where(within, places, outside))

    def _in_order(self, people: Numbers, gains: Numbers) -> list[Exchange]:
        order = np.lexsort((people, *(-gains[::-1]))) if len(people) else people
        return [
            Exchange(n, int(self.at[n]) if self.at[n] >= 0 else None, tuple(gains[:, k].tolist()))
            for k, n in zip(order.tolist(), people[order].tolist(), strict=True)
        ]


def decisive(gains: Iterable[int]) -> tuple[int, int] | None:
    """Return the first stage that differs and by how much; None: all are the same."""
    return next(((n, gain) for n, gain in enumerate(gains) if gain), None)


def _or_zeros(gains: Numbers | None, size: int) -> Numbers:
    return np.zeros(size, np.int64) if gains is None else gains
