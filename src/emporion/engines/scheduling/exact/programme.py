"""The time-indexed linear programme of a small instance of the objective weight.

Variables x[r, t], "request r is held in slot t"; calendars, limits, tables and walks as rows.
Without walks and tables its optimum is the best bound that prices of single slots can give, as the
sets of one participant with one calendar form an integral polytope (Geoffrion 1974).  HiGHS solves
it by the dual simplex method, which ends in a corner; many of these corners are schedules.

The prices that come out are only prices: whoever uses them computes the bound from them anew in
whole numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_matrix, vstack

from ..instance import NO_LIMIT, Bools, Floats, Instance, Ints, Longs
from .walks import walking_rows

#: Nodes of branch and bound at most, so that a run without a clock ends too.
NODES = 2000
#: An entry of a solution is a whole number when it is as near to one.
WHOLE = 1e-6
#: One group of rows: the row of every variable by one or two keys, and the limit of each key.
Group = tuple[Sequence[Any], Any]


@dataclass
class Programme:
    """V variables: ``request``, ``slot`` int32[V] and ``gain`` float64[V].

    ``rows`` int64[., V] the rows that a variable is in: its request, limits of its two people and
    of tables, the slots of its two people; -1 where one cannot bind.  ``more`` float64[., V] rows
    with other entries than 1: walks, and meetings that are locked; they are the last.  ``right``
    float64[rows] what each row adds up to at most.  ``places`` int64[., 3]: participant, slot and
    row of the rows of people's slots.
    """

    request: Ints
    slot: Ints
    gain: Floats
    rows: Longs
    more: csr_matrix
    right: Floats
    places: Longs

    @classmethod
    def of(cls, it: Instance, gain: Floats, possible: Bools, most: Longs) -> Programme:
        """``gain`` float64[R], ``possible`` bool[R, S], ``most`` int64[P] meetings of each at most.

        Limits, tables, pools, locked meetings and walks of ``it`` are kept; those who walk must do
        one thing at a time.  O(R S), and with walks what `walking_rows` takes.
        """
        request, slot = (x.astype(np.int32) for x in np.nonzero(possible))
        slots, days = possible.shape[1], int(it.slot_day.max()) + 1
        ends = [np.asarray(x, dtype=np.int64)[request] for x in (it.first, it.second)]
        asks = possible.any(axis=1)
        asked = np.bincount(np.append(it.first[asks], it.second[asks]), minlength=len(most))
        free = np.minimum(asked, it.capacity.sum(axis=1))
        groups: list[Group] = [
            ([request], np.ones(len(possible))),
            (ends, np.where(most < free, most, NO_LIMIT)),
        ]
        if (it.max_per_day < NO_LIMIT).any():
            on_day = [p * days + it.slot_day[slot] for p in ends]
            groups.append((on_day, np.repeat(it.max_per_day, days)))
        if (it.tables < NO_LIMIT).any():
            groups.append(([slot], it.tables))
        if (it.pool_tables < NO_LIMIT).any():
            pool = np.maximum(it.pool[ends[0]], it.pool[ends[1]]).astype(np.int64)
            key = np.where(pool >= 0, pool * slots + slot, -1)
            groups.append(([key], it.pool_tables.reshape(-1)))
        groups.append(([p * slots + slot for p in ends], it.capacity.reshape(-1)))
        rows: list[Longs] = []
        right: list[Floats] = []
        places: Longs = np.empty((0, 3), dtype=np.int64)
        for part, (keys, limit) in enumerate(groups):
            above = sum(map(len, right))
            names, row, most_of = _binding(keys, limit, part == 0, above)
            rows += [x for x in row if (x >= 0).any()]
            right.append(most_of)
            if part == len(groups) - 1:
                who, when = np.divmod(names, slots)
                places = np.stack([who, when, above + np.arange(len(names))], axis=1)
        more, most_of = walking_rows(it, request, slot)
        held = np.isin(request, it.locked[:, 0])
        if held.any():
            must = csr_matrix(
                (-np.ones(held.sum()), (np.arange(held.sum()), np.flatnonzero(held))),
                (held.sum(), len(request)),
            )
            more = vstack([more, must]).tocsr()
            most_of = np.append(most_of, -np.ones(held.sum()))
        right.append(most_of)
        return cls(
            request, slot, gain[request], np.array(rows), more, np.concatenate(right), places
        )

    @property
    def plain(self) -> int:
        """The number of rows before those of ``more``."""
        return len(self.right) - int(self.more.shape[0])

    def price(self, y: Floats) -> Floats:
        """What the rows of every variable cost at ``y`` float64[rows]."""
        padded = np.append(y[: self.plain], 0.0)
        total: Floats = padded[self.rows].sum(axis=0) + self.more.T @ y[self.plain :]
        return total

    def reduced(self, y: Floats) -> tuple[Floats, float]:
        """What a variable costs more than it gains, float64[V] >= 0, and the bound of the prices,
        after the prices ``y`` of the requests have been raised to where that is so."""
        y = np.maximum(y, 0.0)
        np.maximum.at(y, self.rows[0], y[self.rows[0]] + np.maximum(self.gain - self.price(y), 0))
        return np.maximum(self.price(y) - self.gain, 0), float(self.right @ y)

    def whole_bound(self, y: Longs, units: Longs) -> int:
        """The bound of the prices ``y`` int64[rows] >= 0, in the integer ``units`` int64[R] of the
        weights, without rounding anything: limits and entries of rows are whole numbers."""
        entries = self.more.astype(np.int64)
        price = np.append(y[: self.plain], 0)[self.rows].sum(axis=0) + entries.T @ y[self.plain :]
        y = y.copy()
        np.maximum.at(y, self.rows[0], y[self.rows[0]] + np.maximum(units[self.request] - price, 0))
        return int(self.right.astype(np.int64) @ y)

    def _matrix(self, kept: Longs) -> tuple[csr_matrix, Longs]:
        """The rows that can bind among the variables ``kept``, and their numbers."""
        rows = self.rows[:, kept]
        inside = rows >= 0
        count = np.bincount(rows[inside], minlength=self.plain)
        binds = count > self.right[: self.plain]
        binds[rows[0]] = True
        numbers: Longs = np.flatnonzero(binds)
        inside &= binds[rows]
        column = np.broadcast_to(np.arange(len(kept)), rows.shape)[inside]
        row = (np.cumsum(binds) - 1)[rows[inside]]
        shape = (len(numbers), len(kept))
        matrix = csr_matrix((np.ones(len(row)), (row, column)), shape)
        if not self.more.shape[0]:
            return matrix, numbers
        more = self.more[:, kept]
        ones = np.asarray((more > 0).sum(axis=1)).ravel()
        binds = ones > self.right[self.plain :]
        numbers = np.append(numbers, self.plain + np.flatnonzero(binds))
        return vstack([matrix, more[np.flatnonzero(binds)]]).tocsr(), numbers

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


def _binding(
    keys: Sequence[Any], limit: Any, all_: bool, above: int
) -> tuple[Longs, list[Longs], Floats]:
    """Of one group: the keys whose rows can bind (or ``all_``), for each of ``keys`` the row of
    every variable (-1 = none), and the limits.  Rows are numbered from ``above``.

    A request stays a row of its own: its price is what a variable has left.
    """
    names, row, count = np.unique(np.concatenate(keys), return_inverse=True, return_counts=True)
    most = np.where(names < 0, 0, np.asarray(limit)[names])
    binds = (names >= 0) & ((count > most) | all_)
    number = np.where(binds, np.cumsum(binds) - 1 + above, -1)
    return names[binds], np.split(number[row], len(keys)), most[binds].astype(np.float64)
