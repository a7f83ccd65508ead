"""The cheapest chain of moves for each gap: what the best plan with one place filled more, or one person, would lose.

In a best plan no circle of moves gains. So the best plan that fills one place more differs from it by one chain of
moves, and that is a shortest way through what the plan could still change. The ways are compared stage by stage, as
plans are: the first stage in which the shortest one costs something is the criterion that binds.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from functools import cached_property

import numpy as np

from assignments.rules.allocation.network import Network
from assignments.rules.allocation.pairs import Flags, Numbers

_FAR = 1 << 60
#: Ways with more moves than this are not looked for: in a plan that is not a best one they go round for ever.
LONGEST = 400
Cost = tuple[int, ...]


class NotBest(Exception):
    """The plan is not a best one by its criteria."""


class Chains:
    """The shortest ways from the outside to every node and back, over the moves that a plan leaves open.

    Raises NotBest for a plan that could be better: circles gain in it, and there is no shortest way.
    """

    def __init__(self, net: Network, carried: Numbers, low: Numbers) -> None:
        # What is held by a pin does not move: not back, and not forth as it is full already.
        forward, backward = np.flatnonzero(carried < net.upper), np.flatnonzero(carried > low)
        self.net = net
        self.carried = carried
        self.nothing: Cost = (0,) * len(net.gains)
        self.column = np.concatenate([forward, backward])
        self.tail = np.concatenate([net.tail[forward], net.head[backward]])
        self.head = np.concatenate([net.head[forward], net.tail[backward]])
        self.costs = [np.concatenate([-gains[forward], gains[backward]]) for gains in net.gains]
        self.to, self.leading = _ways(net.nodes, self.tail, self.head, self.costs)
        self.back, _returning = _ways(net.nodes, self.head, self.tail, self.costs)

    def way(self, start: int, end: int, but: int) -> Cost | None:
        """Return the cheapest way from one node to another that does not take back column `but`.

        It passes the outside, or it does not: both are looked for from the end, along what costs least.
        """
        if self.to[0, end] >= _FAR or self.back[0, start] >= _FAR:
            return None
        away, come = self._at(self.back, start), self._at(self.to, end)
        if self.carried[but]:
            # The cheapest ways may take it back: these are looked for anew.
            more = self._search(start, 0, but, self._leaving), self._search(end, 0, but, self._coming)
            if more[0] is None or more[1] is None:
                return None
            away, come = _sum(away, more[0]), _sum(come, more[1])
        outside = _sum(away, come)
        if self.to[0, start] >= _FAR:
            return outside
        least = _sum(self._at(self.to, end), tuple(-each for each in self._at(self.to, start)))
        below = _sum(outside, tuple(-each for each in least))
        inside = self._search(start, end, but, self._going, below) if below > self.nothing else None
        return outside if inside is None else _sum(least, inside)

    def _at(self, distances: Numbers, node: int) -> Cost:
        return tuple(distances[:, node].tolist())

    def arrives(self, node: int) -> int | None:
        """Return the column by which the cheapest way from outside comes to a node."""
        columns = self.column[self.leading & (self.head == node)]
        return int(columns.min()) if len(columns) else None

    @cached_property
    def _coming(self) -> _Moves:
        """Moves from their end, with what each costs more than the shortest way from outside does."""
        more = np.stack(self.costs) + self.to[:, self.tail] - self.to[:, self.head]
        return _Moves(self.net.nodes, self.head, self.tail, self.column, more, self.to[0, self.tail] < _FAR)

    @cached_property
    def _leaving(self) -> _Moves:
        """Moves from their beginning, with what each costs more than the shortest way outside does."""
        more = np.stack(self.costs) + self.back[:, self.head] - self.back[:, self.tail]
        return _Moves(self.net.nodes, self.tail, self.head, self.column, more, self.back[0, self.head] < _FAR)

    @cached_property
    def _going(self) -> _Moves:
        """The moves of `_coming`, from their beginning."""
        reaches = (self.to[0, self.tail] < _FAR) & (self.to[0, self.head] < _FAR)
        return _Moves(self.net.nodes, self.tail, self.head, self.column, self._coming.more, reaches)

    def _search(self, start: int, end: int, but: int, moves: _Moves, below: Cost | None = None) -> Cost | None:
        """Return for how much more than the shortest way one node is reached from another, if that is below a bound.

        Nothing passes the outside and comes back.
        """
        seen: set[int] = {0} - {end}
        heap: list[tuple[Cost, int, int]] = [(self.nothing, 0, start)]
        count = 0
        while heap:
            cost, _turn, node = heapq.heappop(heap)
            if node == end:
                return cost
            if node in seen:
                continue
            seen.add(node)
            for head, more in moves.of(node, but):
                then = _sum(cost, more)
                if head not in seen and (below is None or then < below):
                    count -= 1  # the latest first: straight on among equals
                    heapq.heappush(heap, (then, count, head))
        return None


def _sum(one: Iterable[int], other: Iterable[int]) -> Cost:
    return tuple(map(int.__add__, one, other))


class _Moves:
    """The moves at each node, where they go, and what they cost more than the shortest way."""

    def __init__(self, nodes: int, at: Numbers, to: Numbers, column: Numbers, more: Numbers, reaches: Flags) -> None:
        order = np.argsort(at, kind="stable")
        self.order = order[reaches[order]]
        self.begins = np.searchsorted(at[self.order], np.arange(nodes + 1))
        self.to, self.column, self.more = to, column, more

    def of(self, node: int, but: int) -> list[tuple[int, list[int]]]:
        """Return where one can go from a node, and the cost, without column `but`."""
        moves = self.order[self.begins[node] : self.begins[node + 1]]
        moves = moves[self.column[moves] != but]
        return list(zip(self.to[moves].tolist(), self.more[:, moves].T.tolist(), strict=True))


def _ways(nodes: int, tail: Numbers, head: Numbers, costs: list[Numbers]) -> tuple[Numbers, Flags]:
    """Return the shortest ways from node 0, stage by stage, and the moves on them."""
    order = np.argsort(head, kind="stable")
    found = np.full((len(costs), nodes), _FAR, np.int64)
    live = order
    for n, cost in enumerate(costs):
        distance = _distances(nodes, tail[live], head[live], cost[live])
        found[n] = distance
        reached = distance[tail[live]] < _FAR
        live = live[reached & (distance[tail[live]] + cost[live] == distance[head[live]])]
    on_them = np.zeros(len(tail), np.bool_)
    on_them[live] = True
    return found, on_them


def _distances(nodes: int, tail: Numbers, head: Numbers, cost: Numbers) -> Numbers:
    distance = np.full(nodes, _FAR, np.int64)
    distance[0] = 0
    if not len(tail):
        return distance
    begins = np.flatnonzero(np.r_[True, head[1:] != head[:-1]])
    ends = head[begins]
    for _n in range(min(nodes + 1, LONGEST)):
        through = distance[tail]
        best = np.minimum.reduceat(np.where(through < _FAR, through + cost, _FAR), begins)
        nearer = best < distance[ends]
        if not nearer.any():
            return distance
        distance[ends[nearer]] = best[nearer]
        if distance[0] < 0:
            break
    raise NotBest
