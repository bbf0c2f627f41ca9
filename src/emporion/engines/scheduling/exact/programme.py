"""The time-indexed linear programme of a small instance of the objective weight.

Variables x[r, t], "request r is held in slot t".  Its optimum is the best bound that prices of
single slots can give, as the sets of one participant with one calendar form an integral polytope
(Geoffrion 1974).  HiGHS solves it by the dual simplex method, which ends in a corner; most of these
corners are schedules.

The prices that come out are only prices: whoever uses them computes the bound from them anew in
whole numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_matrix

from ..instance import Bools, Floats, Ints, Longs

#: Nodes of branch and bound at most, so that a run without a clock ends too.
NODES = 2000
#: An entry of a solution is a whole number when it is as near to one.
WHOLE = 1e-6


@dataclass
class Programme:
    """V variables: ``request``, ``slot`` int32[V] and ``gain`` float64[V].

    ``rows`` int64[4, V] the constraints that a variable is in: its request, its guest's slot, its
    guest's quota, its host's slot; the last two are -1 where they cannot bind.  ``right``
    float64[rows] how many variables of each may be 1.  The hosts' slots are the last of the rows,
    from ``first`` on: ``places`` int64[., 2] names them (host, slot).
    """

    request: Ints
    slot: Ints
    gain: Floats
    rows: Longs
    right: Floats
    first: int
    places: Longs

    @classmethod
    def of(
        cls,
        host: Ints,
        guest: Ints,
        gain: Floats,
        possible: Bools,
        capacity: Ints,
        quota: Longs,
    ) -> Programme:
        """``host``, ``guest`` int32[R], ``gain`` float64[R], ``possible`` bool[R, S], ``capacity``
        int32[P, S], ``quota`` int64[P] meetings of a guest at most.  O(R S)."""
        request, slot = (x.astype(np.int32) for x in np.nonzero(possible))
        slots = np.int64(possible.shape[1])
        asks = possible.any(axis=1)
        own = guest[request] * slots + slot
        at = host[request] * slots + slot
        free = np.minimum(
            np.bincount(guest[asks], minlength=len(quota)), (capacity > 0).sum(axis=1)
        )
        groups: list[tuple[Any, Any]] = [
            (request, np.ones(len(host))),
            (own, np.ones(capacity.size)),
            (np.where(quota < free, np.arange(len(quota)), -1)[guest[request]], quota),
            (at, capacity.reshape(-1)),
        ]
        rows: list[Longs] = []
        right: list[Floats] = []
        names: Longs = np.empty(0, dtype=np.int64)
        for part, (key, limit) in enumerate(groups):
            names, row, count = np.unique(key, return_inverse=True, return_counts=True)
            most = np.where(names < 0, 0, limit[names])
            # A request stays a row of its own: its price is what a variable has left.
            binds = (names >= 0) & ((count > most) | (part == 0))
            names = names[binds]
            number = np.where(binds, np.cumsum(binds) - 1 + sum(map(len, right)), -1)
            rows.append(number[row])
            right.append(most[binds].astype(np.float64))
        return cls(
            request,
            slot,
            gain[request],
            np.array(rows),
            np.concatenate(right),
            sum(map(len, right[:3])),
            np.stack(np.divmod(names, slots), axis=1),
        )

    def price(self, y: Floats) -> Floats:
        """What the rows of every variable cost at ``y`` float64[rows]."""
        padded = np.append(y, 0.0)
        total: Floats = padded[self.rows].sum(axis=0)
        return total

    def reduced(self, y: Floats) -> tuple[Floats, float]:
        """What a variable costs more than it gains, float64[V] >= 0, and the bound of the prices,
        after the prices ``y`` of the requests have been raised to where that is so."""
        y = np.maximum(y, 0.0)
        np.maximum.at(y, self.rows[0], y[self.rows[0]] + np.maximum(self.gain - self.price(y), 0))
        return np.maximum(self.price(y) - self.gain, 0), float(self.right @ y)

    def _matrix(self, kept: Longs) -> tuple[csr_matrix, Longs]:
        """The rows that can bind among the variables ``kept``, and their numbers."""
        rows = self.rows[:, kept]
        inside = rows >= 0
        count = np.bincount(rows[inside], minlength=len(self.right))
        binds = count > self.right
        binds[rows[0]] = True
        numbers: Longs = np.flatnonzero(binds)
        inside &= binds[rows]
        column = np.broadcast_to(np.arange(len(kept)), rows.shape)[inside]
        row = (np.cumsum(binds) - 1)[rows[inside]]
        shape = (len(numbers), len(kept))
        return csr_matrix((np.ones(len(row)), (row, column)), shape), numbers

    def relaxed(self, kept: Longs, seconds: float | None) -> tuple[Floats, Floats] | None:
        """Optimum of the linear programme over the variables ``kept``: they, and prices of all
        rows; None when ``seconds`` were not enough."""
        matrix, numbers = self._matrix(kept)
        options = {} if seconds is None else {"time_limit": max(seconds, 0.0)}
        found = linprog(
            -self.gain[kept],
            A_ub=matrix,
            b_ub=self.right[numbers],
            method="highs-ds",
            options=options,
        )
        if found.status != 0:
            return None
        y = np.zeros(len(self.right))
        y[numbers] = -found.ineqlin.marginals
        return found.x, y

    def best(
        self, kept: Longs, least: float, most: float, seconds: float | None
    ) -> tuple[Longs | None, bool]:
        """The heaviest schedule over ``kept`` that weighs from ``least`` to ``most``, as variables,
        and whether it is certain that there is none heavier; None when none has been found."""
        matrix, numbers = self._matrix(kept)
        gain = self.gain[kept]
        options: dict[str, float] = {"mip_rel_gap": 0.0, "node_limit": NODES}
        if seconds is not None:
            options["time_limit"] = max(seconds, 0.0)
        found = milp(
            -gain,
            constraints=[
                LinearConstraint(matrix, ub=self.right[numbers]),
                LinearConstraint(gain[None, :], least, most),
            ],
            integrality=np.ones(len(kept)),
            bounds=Bounds(0, 1),
            options=options,
        )
        if found.x is None:
            return None, found.status == 2
        return kept[found.x > 0.5], found.status == 0
