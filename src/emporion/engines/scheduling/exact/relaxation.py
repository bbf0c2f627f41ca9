"""A linear relaxation of the timetable problem, and what its prices rule out.

Each person's row of slots is a path through a small graph of states (meetings held, busy now,
breaks so far); the paths of all people are joined by the meetings, which take a slot of two people
and a table.  The linear programme over paths is far stronger than people looked at one by one: a
table short in a slot that many want shows in it.

The prices that come back from the solver are rounded to integers and used in a Lagrangian bound
that is computed here again in whole numbers: a bound, or a slot ruled out, rests on this
arithmetic, never on the tolerance of the solver.  Fixing by reduced costs: Dantzig, Fulkerson and
Johnson 1954.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_matrix

from .limits import Limits
from .timetable import Timetable

#: Units of one break in the integer arithmetic.
UNIT = 1_000_000
FAR = 1 << 60
Node = tuple[int, int, int]


@dataclass
class Paths:
    """The graph of one person; arcs are (slot, from, to, breaks that end, busy)."""

    arcs: list[tuple[int, Node, Node, int, int]] = field(default_factory=list)

    @classmethod
    def of(cls, it: Timetable, limits: Limits, p: int) -> Paths:
        """All paths within the limits, dead ends cut off."""
        degree, union = len(it.mine[p]), 0
        for m in it.mine[p]:
            union |= it.domain[m]
        layer: set[Node] = {(0, 0, 0)}
        arcs = []
        for t in range(it.slots):
            low, high = limits.held_least[p][t], limits.held_most[p][t]
            after: set[Node] = set()
            for node in layer:
                held, busy, breaks = node
                if union >> t & 1 and low <= held + 1 <= high:
                    ends = int(held > 0 and not busy)
                    if breaks + ends <= limits.most[p]:
                        after.add((held + 1, 1, breaks + ends))
                        arcs.append((t, node, (held + 1, 1, breaks + ends), ends, 1))
                if not limits.busy[p] >> t & 1 and low <= held <= high:
                    after.add((held, 0, breaks))
                    arcs.append((t, node, (held, 0, breaks), 0, 0))
            layer = after
        good = {n for n in layer if n[0] == degree and n[2] >= limits.least[p]}
        kept = []
        last = it.slots - 1
        before: set[Node] = set()
        for arc in reversed(arcs):
            if arc[0] != last:
                good, before, last = before, set(), arc[0]
            if arc[2] in good:
                before.add(arc[1])
                kept.append(arc)
        return cls(kept[::-1])


class Relaxation:
    """The linear programme of a timetable under limits, and the last prices found."""

    def __init__(self, it: Timetable, limits: Limits) -> None:
        self.it, self.limits = it, limits
        self.paths = [Paths.of(it, limits, p) for p in range(it.people)]
        self.impossible = any(not x.arcs for x in self.paths)
        #: Price of a busy slot of a person, of a table, of a precedence in a slot; in units.
        self.price = [[0] * it.slots for _ in range(it.people)]
        self.table_price = [0] * it.slots
        self.order_price = [[0] * it.slots for _ in it.order]

    def solve(self, deadline: float | None = None) -> bool:
        """Prices from the linear programme; False when it has no solution (as far as one can trust
        floating point: not a proof) or ``deadline`` (`time.monotonic`) comes first."""
        it = self.it
        rows: list[int] = []
        columns: list[int] = []
        values: list[float] = []
        cost: list[float] = []

        def entry(row: int, column: int, value: float) -> None:
            rows.append(row)
            columns.append(column)
            values.append(value)

        x: list[dict[int, int]] = []
        for d in it.domain:
            x.append({})
            for t in range(it.slots):
                if d >> t & 1:
                    x[-1][t] = len(cost)
                    cost.append(0.0)
        right: list[float] = [1.0] * len(x)
        for m, slots in enumerate(x):
            for column in slots.values():
                entry(m, column, 1.0)
        couple = len(right)
        right += [0.0] * (it.people * it.slots)
        for m, slots in enumerate(x):
            for t, column in slots.items():
                for p in it.ends[m]:
                    entry(couple + p * it.slots + t, column, -1.0)
        for p, paths in enumerate(self.paths):
            number: dict[tuple[int, Node], int] = {}
            for t, start, stop, ends, busy in paths.arcs:
                column = len(cost)
                cost.append(float(ends))
                for at, node, sign in ((t, start, 1.0), (t + 1, stop, -1.0)):
                    if at == it.slots:
                        continue
                    if (at, node) not in number:
                        number[at, node] = len(right)
                        right.append(float(at == 0))
                    entry(number[at, node], column, sign)
                if busy:
                    entry(couple + p * it.slots + t, column, 1.0)
        equal = coo_matrix((values, (rows, columns)), (len(right), len(cost))).tocsr()
        rows, columns, values = [], [], []
        limit: list[float] = [float(n) for n in it.tables]
        for slots in x:
            for t, column in slots.items():
                entry(t, column, 1.0)
        for a, b in it.order:
            for t in range(it.slots):
                for s, column in x[b].items():
                    if s <= t:
                        entry(len(limit), column, 1.0)
                for s, column in x[a].items():
                    if s < t:
                        entry(len(limit), column, -1.0)
                limit.append(0.0)
        above = coo_matrix((values, (rows, columns)), (len(limit), len(cost))).tocsr()
        options = {}
        if deadline is not None:
            options["time_limit"] = max(deadline - time.monotonic(), 0.01)
        found = linprog(
            np.array(cost), A_ub=above, b_ub=limit, A_eq=equal, b_eq=right, method="highs-ipm",
            options=options,
        )  # fmt: skip
        if found.status == 1:
            return False
        if found.status != 0:
            return bool(found.status != 2)
        prices = np.rint(found.eqlin.marginals * UNIT).astype(np.int64)
        self.price = prices[couple : couple + it.people * it.slots].reshape(it.people, -1).tolist()
        limits = np.minimum(np.rint(found.ineqlin.marginals * UNIT), 0).astype(np.int64)
        self.table_price = limits[: it.slots].tolist()
        self.order_price = limits[it.slots :].reshape(len(it.order), it.slots).tolist()
        self.fraction = found.x[: sum(map(len, x))]
        return True

    def _meeting_costs(self) -> list[dict[int, int]]:
        it = self.it
        costs: list[dict[int, int]] = []
        for m, d in enumerate(it.domain):
            a, b = it.ends[m]
            costs.append(
                {
                    t: self.price[a][t] + self.price[b][t] - self.table_price[t]
                    for t in range(it.slots)
                    if d >> t & 1
                }
            )
        for (a, b), prices in zip(it.order, self.order_price, strict=True):
            for t, price in enumerate(prices):
                if price:
                    for s in costs[b]:
                        costs[b][s] -= price * (s <= t)
                    for s in costs[a]:
                        costs[a][s] += price * (s < t)
        return costs

    def bound(self) -> int:
        """Breaks of any timetable within the limits, at least; in units, exact.  FAR = none."""
        if self.impossible:
            return FAR
        total = sum(n * price for n, price in zip(self.it.tables, self.table_price, strict=True))
        total += sum(min(c.values()) for c in self._meeting_costs())
        for p in range(self.it.people):
            total += self._best(p)[0]
        return total

    def _best(self, p: int) -> tuple[int, dict[tuple[int, Node], int], dict[tuple[int, Node], int]]:
        """The cheapest path of p; and the cheapest way to and from every node."""
        price = self.price[p]
        to: dict[tuple[int, Node], int] = {(0, (0, 0, 0)): 0}
        for t, start, stop, ends, busy in self.paths[p].arcs:
            value = to[t, start] + ends * UNIT - busy * price[t]
            key = t + 1, stop
            if value < to.get(key, FAR):
                to[key] = value
        away: dict[tuple[int, Node], int] = {}
        last = self.it.slots
        for t, start, stop, ends, busy in reversed(self.paths[p].arcs):
            rest = 0 if t + 1 == last else away[t + 1, stop]
            value = rest + ends * UNIT - busy * price[t]
            key = t, start
            if value < away.get(key, FAR):
                away[key] = value
        return away[0, (0, 0, 0)], to, away

    def tighten(self, most: int) -> bool | None:
        """Rule out what no timetable with at most ``most`` breaks has, in ``it`` and ``limits``.

        True: something changed; False: nothing did; None: there is no such timetable.
        """
        slack = most * UNIT - self.bound()
        if slack < 0:
            return None
        it, changed = self.it, False
        for m, costs in enumerate(self._meeting_costs()):
            best = min(costs.values())
            for t, cost in costs.items():
                if cost - best > slack:
                    it.domain[m] &= ~(1 << t)
                    changed = True
        for p in range(it.people):
            changed |= self._tighten_person(p, slack)
        return changed

    def _tighten_person(self, p: int, slack: int) -> bool:
        it, limits = self.it, self.limits
        best, to, away = self._best(p)
        kept, can_busy, can_idle = [], 0, 0
        low, high = [FAR] * it.slots, [-1] * it.slots
        breaks: set[int] = set()
        for arc in self.paths[p].arcs:
            t, start, stop, ends, busy = arc
            rest = 0 if t + 1 == it.slots else away[t + 1, stop]
            if to[t, start] + ends * UNIT - busy * self.price[p][t] + rest - best > slack:
                continue
            kept.append(arc)
            low[t], high[t] = min(low[t], stop[0]), max(high[t], stop[0])
            if busy:
                can_busy |= 1 << t
            else:
                can_idle |= 1 << t
            if t + 1 == it.slots:
                breaks.add(stop[2])
        changed = len(kept) < len(self.paths[p].arcs)
        everything = (1 << it.slots) - 1
        for m in it.mine[p]:
            it.domain[m] &= can_busy
        limits.busy[p] |= everything & ~can_idle
        limits.held_least[p] = [max(a, b) for a, b in zip(low, limits.held_least[p], strict=True)]
        limits.held_most[p] = [min(a, b) for a, b in zip(high, limits.held_most[p], strict=True)]
        limits.least[p] = max(limits.least[p], min(breaks))
        limits.most[p] = min(limits.most[p], max(breaks))
        return changed
