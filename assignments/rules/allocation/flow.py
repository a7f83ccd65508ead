"""HiGHS at work on the network: few columns at first, more where a price says so, and a proof in whole numbers."""

from __future__ import annotations

import highspy
import numpy as np

from assignments.rules.allocation.network import Network
from assignments.rules.allocation.pairs import Flags, Numbers

#: So many pairings of each person, and of each request, are there from the start; and so many join at each price.
AT_FIRST = 6
JOINING = 4


class Flow:
    """A plan that gets better by one set of gains after the other, each without loss for the ones before.

    What is optimal by one set of gains is exactly what lies where its prices say: a column that costs something stays
    empty, one that earns something stays full. So the columns with a price are held where they are, the rest is free
    for the next set of gains, and the matrix stays that of a flow: every vertex is a plan.
    """

    def __init__(self, net: Network, pinned: Numbers, limit: float) -> None:
        self.net = net
        self.limit = limit
        self.low = np.zeros(net.columns, np.int64)
        self.low[pinned] = 1
        self.high = net.upper.copy()
        self.carried = np.zeros(net.columns, np.int64)
        self.proven = True
        self.inside = np.zeros(net.columns, np.bool_)
        self.columns = np.zeros(0, np.int64)
        self.solver = _solver(net.nodes)

    def chosen(self) -> Numbers:
        """Return the positions of the pairings that are in the plan."""
        found: Numbers = np.flatnonzero(self.carried[: self.net.arcs.size])
        return found

    def improve(self, gains: Numbers, lots: Numbers | None = None) -> tuple[float, bool]:
        """Make the plan the best by these gains; return the solver's seconds and whether it is proven to be.

        Many plans are equally good by most criteria, and a simplex method goes round among them for minutes. The lots
        make one of them the best; they weigh so little that what is optimal with them is optimal without.
        """
        if not self.proven or self.net.columns == 0:
            return 0.0, self.proven
        asked = gains
        weight = 1
        if lots is not None:
            weight = weight_of(self.net, int(lots.max(initial=0)) + 1)
            gains = asked * weight + lots
        if not len(self.columns):
            self._begin(gains)
        began = self.solver.getRunTime()
        ends = began + self.limit
        self._join(self._best_of_each(gains, AT_FIRST))
        self._set(gains)
        while True:
            self.solver.setOptionValue("time_limit", ends)
            self.solver.run()
            if self.solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
                self._take_what_is_there(gains)
                self.proven = False
                break
            priced = self._priced(gains)
            wanted = np.flatnonzero((priced < 0) & ~self.inside & (self.high > 0))
            if not len(wanted):
                self.proven = self._take(self._priced(asked, weight))
                break
            self._join(self._cheapest_of_each(wanted, priced))
            self._set(gains)
        return self.solver.getRunTime() - began, self.proven

    def _begin(self, gains: Numbers) -> None:
        """Take a plan at once, pins first and then whatever gains most: what there is if the time is too short."""
        net = self.net
        size = net.arcs.size
        free = net.upper[net.starts[0] : net.starts[1]].copy()
        idle = np.ones(len(net.arcs.people), np.bool_)
        chosen: list[int] = []
        pinned = self.low[:size]
        through = gains[:size] + gains[size + net.arcs.request] + (pinned << 55)
        for n in np.argsort(-through, kind="stable").tolist():
            request, person = net.arcs.request[n], net.arcs.person[n]
            if idle[person] and free[request] > 0:
                idle[person] = False
                free[request] -= 1
                chosen.append(n)
        self.carried = net.carrying(np.array(chosen, np.int64))
        self._join(np.arange(size, net.columns))
        self._join(np.array(chosen, np.int64))

    def _best_of_each(self, gains: Numbers, most: int) -> Numbers:
        """The open pairings that gain most, of each person and of each request."""
        arcs, size = self.net.arcs, self.net.arcs.size
        open_ = np.flatnonzero(self.high[:size] > 0)
        gain = gains[open_]
        found = [_first_of_each(arcs.person[open_], -gain, most), _first_of_each(arcs.request[open_], -gain, most)]
        return np.unique(np.concatenate([open_[each] for each in found]))

    def _cheapest_of_each(self, wanted: Numbers, priced: Numbers) -> Numbers:
        arcs = self.net.arcs
        price = priced[wanted]
        found = [_first_of_each(side[wanted], price, JOINING) for side in (arcs.person, arcs.request)]
        return np.unique(np.concatenate([wanted[each] for each in found]))

    def _join(self, columns: Numbers) -> None:
        """Give the solver more columns; what it has stays, with the place it has come to."""
        new = columns[~self.inside[columns]]
        if not len(new):
            return
        k = len(new)
        index = np.stack([self.net.tail[new], self.net.head[new]], axis=1).reshape(-1).astype(np.int32)
        start = np.arange(0, 2 * k, 2, dtype=np.int32)
        low, high = self.low[new].astype(np.float64), self.high[new].astype(np.float64)
        self.solver.addCols(k, np.zeros(k), low, high, 2 * k, start, index, np.tile([1.0, -1.0], k))
        self.columns = np.concatenate([self.columns, new])
        self.inside[new] = True

    def _set(self, gains: Numbers) -> None:
        every = np.arange(len(self.columns), dtype=np.int32)
        self.solver.changeColsCost(len(every), every, -gains[self.columns].astype(np.float64))

    def _priced(self, gains: Numbers, weight: int = 1) -> Numbers:
        """Return what one more on each column costs, by the solver's prices rounded to the whole numbers they are."""
        worth = np.rint(np.array(self.solver.getSolution().row_dual) / weight).astype(np.int64)
        priced: Numbers = -gains - worth[self.net.tail] + worth[self.net.head]
        return priced

    def _take(self, priced: Numbers) -> bool:
        """Take the solver's plan, if it is whole and the prices prove it; hold what has a price."""
        carried = np.zeros(self.net.columns, np.int64)
        carried[self.columns] = np.rint(np.array(self.solver.getSolution().col_value)).astype(np.int64)
        if not self._feasible(carried):
            return False
        self.carried = carried
        full, empty = carried == self.high, carried == self.low
        proven = bool((empty | (priced <= 0)).all() and (full | (priced >= 0)).all())
        if proven:
            held = priced != 0
            self.low[held] = self.high[held] = carried[held]
            every = np.arange(len(self.columns), dtype=np.int32)
            low, high = (side[self.columns].astype(np.float64) for side in (self.low, self.high))
            self.solver.changeColsBounds(len(every), every, low, high)
            # From here on every start is a plan already: going from plan to better plan is what "primal" does.
            self.solver.setOptionValue("simplex_strategy", 4)
        return proven

    def _take_what_is_there(self, gains: Numbers) -> None:
        """After the time: the solver's plan if it has come to one, and to a better one."""
        carried = np.zeros(self.net.columns, np.int64)
        values = np.array(self.solver.getSolution().col_value)
        if len(values) == len(self.columns):
            carried[self.columns] = np.rint(values).astype(np.int64)
            if self._feasible(carried) and int(gains @ carried) > int(gains @ self.carried):
                self.carried = carried

    def _feasible(self, carried: Numbers) -> bool:
        balance = np.zeros(self.net.nodes, np.int64)
        np.add.at(balance, self.net.tail, carried)
        np.subtract.at(balance, self.net.head, carried)
        within: Flags = (carried >= self.low) & (carried <= self.high)
        return bool(within.all()) and not balance.any()


def lines(net: Network) -> int:
    """Return how many pairings a plan has at most."""
    return max(1, min(len(net.arcs.people), sum(each.number for each in net.arcs.requests)))


def weight_of(net: Network, lots: int) -> int:
    """Return a weight that no sum of lots along a way through the network comes to half of."""
    return 4 * lots * (lines(net) + 1)


def _first_of_each(of: Numbers, by: Numbers, most: int) -> Numbers:
    """Return positions: of each group the `most` with the lowest numbers."""
    order = np.lexsort((by, of))
    sorted_ = of[order]
    begins = np.flatnonzero(np.r_[True, sorted_[1:] != sorted_[:-1]]) if len(sorted_) else np.zeros(0, np.int64)
    lengths = np.diff(np.r_[begins, len(sorted_)])
    place = np.arange(len(sorted_)) - np.repeat(begins, lengths)
    found: Numbers = order[place < most]
    return found


def _solver(nodes: int) -> highspy.Highs:
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.silent()
    for name, value in (("threads", 1), ("random_seed", 1), ("parallel", "off"), ("solver", "simplex")):
        solver.setOptionValue(name, value)
    nothing = np.zeros(0, np.int32)
    zeros = np.zeros(nodes)
    solver.addRows(nodes, zeros, zeros, 0, np.zeros(nodes, np.int32), nothing, nothing.astype(np.float64))
    return solver
