"""Prices of full calendars: where more is promised to somebody than fits, their score falls.

Lists sorted by v_ij = p_ij q_ij alone send everybody to the same few.  With looks 1 / rank the
meetings promised to j are load_j = sum over lists of v_ij / rank, and of them only its capacity can
be held.  The most meetings under those capacities come from lists sorted by v_ij w_j with a price
w_j <= 1 that is 1 wherever the load stays below the capacity (the Lagrangian of the capacities), so
where no calendar is contested the order is that of p q.  Prices are found by steps against the
excess, on the lists that they themselves make.

A calendar is not the only thing that fills up.  Somebody whom many want and who wants few holds all
the meetings that come of it, and still gets more requests than can be answered.  So what is asked
of j, the sum over lists of p_ij / rank, is held to `requests.most` for each meeting wanted in the
same way: the price answers to whichever is fuller.

The prices of one side depend on the lists of the other side alone: each side is priced by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from emporion.engines.matching.executor import beside

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# A row's best so many times its list's length take part in a stage; then they are chosen anew.
WIDER = 4
STAGES = (5, 10, 15)
# Where the last stage still brought so much more, as it does where many are wanted alike, more
# stages follow, up to so many steps of one.
STILL_RISING, MORE_STAGES = 0.02, (20, 20, 20)
STRIDE = 0.4
# Where many are wanted alike a small step empties a calendar that was too full: whoever went past
# the mark takes smaller steps from then on (Rprop; Riedmiller and Braun, 1993).
TURNED, ONWARD = 0.4, 1.2
# A price falls no faster than for a load of a twentieth rises.
LEAST_LOAD = 0.05
# Values taken at once: what a cache holds.
BLOCK = 512 * 1024


@dataclass(frozen=True)
class Values:
    """v float32 of rows (who reads lists) and columns (who is on them), by blocks of rows."""

    rows: int
    columns: int
    block: Callable[[slice], Floats]

    def parts(self) -> Iterator[slice]:
        step = max(1, BLOCK // max(1, self.columns))
        for start in range(0, self.rows, step):
            yield slice(start, min(start + step, self.rows))


@dataclass(frozen=True)
class Requests:
    """What rows ask of columns: `chance` float32 of each pair, and how many a column can answer.

    `most` are requests for each meeting that the column wants.
    """

    chance: Callable[[slice], Floats]
    most: float


def prices(
    values: Values, capacity: npt.ArrayLike, length: int, requests: Requests | None = None
) -> Doubles:
    """Return w float64[columns] in (0, 1]; all 1 where nobody is promised more than fits.

    With `requests` also where nobody is asked more than can be answered.
    O(rows * columns) for each stage, O(rows * length) for each step.
    """
    slots = np.maximum(np.asarray(capacity, dtype=np.float64), 1e-9)
    log_price = np.zeros(values.columns)
    if not values.rows or not values.columns:
        return np.exp(log_price)
    best, most, step = log_price, -np.inf, 0
    stride, before = np.full(values.columns, STRIDE), np.zeros(values.columns)
    for stage, steps in enumerate(STAGES + MORE_STAGES):
        earlier = most
        found = _candidates(values, np.exp(log_price), WIDER * length, requests)
        for _ in range(steps):
            meetings, asked = found.loads(np.exp(log_price), length)
            load = meetings / slots
            kept = float(np.minimum(load, 1) @ slots)
            if requests is not None:
                fullness = asked / (requests.most * slots)
                # What nobody can answer is lost to those who asked.
                kept -= float(np.maximum(fullness - 1, 0) @ slots)
                load = np.maximum(load, fullness)
            if kept - most > 1e-6 * abs(kept):
                best, most = log_price, kept
            if step == 0 and load.max() <= 1:
                return np.exp(log_price)
            excess = np.log(np.maximum(load, LEAST_LOAD))
            turned = excess * before < 0
            stride = np.where(turned, stride * TURNED, np.minimum(stride * ONWARD, STRIDE))
            log_price = np.minimum(0, log_price - stride / (1 + step / 10) * excess)
            before = excess
            step += 1
        if stage >= len(STAGES) - 1 and most - earlier <= STILL_RISING * abs(most):
            break
    return np.exp(best)


@dataclass(frozen=True)
class _Candidates:
    """Who may be on the lists: column, unpriced value and chance of a request [rows, most]."""

    column: Ints
    value: Floats
    chance: Floats | None
    parts: list[slice]

    def loads(self, price: Doubles, length: int) -> tuple[Doubles, Doubles]:
        """Return the meetings promised to each column, and the requests, by lists of `length`."""
        weight = price.astype(np.float32)
        width = self.value.shape[1]
        looks = 1 / np.arange(1, min(length, width) + 1, dtype=np.float64)

        def listed(rows: slice) -> list[npt.NDArray[Any]]:
            priced = self.value[rows] * weight[self.column[rows]]
            if width > length:
                kept = _best(priced, length)
            else:
                kept = np.broadcast_to(np.arange(width), priced.shape)
            order = np.argsort(-np.take_along_axis(priced, kept, axis=1), axis=1)
            kept = np.take_along_axis(kept, order, axis=1)
            column = np.take_along_axis(self.column[rows], kept, axis=1).ravel()
            found: list[npt.NDArray[Any]] = [column]
            for of in (self.value, self.chance):
                if of is not None:
                    found.append((np.take_along_axis(of[rows], kept, axis=1) * looks).ravel())
            return found

        # Summed in the end, in one order however rows were cut.
        column, *seen = map(np.concatenate, zip(*beside(listed, self.parts), strict=True))
        loads = [np.bincount(column, weights=one, minlength=len(price)) for one in seen]
        meetings, *asked = (one.astype(np.float64) for one in loads)
        return meetings, asked[0] if asked else np.zeros(len(price))


def _candidates(
    values: Values, price: Doubles, most: int, requests: Requests | None
) -> _Candidates:
    """Return the best of each row as priced now."""
    weight = price.astype(np.float32)

    def best(rows: slice) -> tuple[npt.NDArray[np.int32], Floats, Floats | None]:
        block = values.block(rows)
        if values.columns <= most:
            column = np.broadcast_to(np.arange(values.columns), block.shape)
        else:
            column = _best(block * weight, most)
        chance = None
        if requests is not None:
            chance = np.take_along_axis(requests.chance(rows), column, axis=1)
        return column.astype(np.int32), np.take_along_axis(block, column, axis=1), chance

    columns, found, chances = zip(*beside(best, values.parts()), strict=True)
    column = np.concatenate(columns)
    chance = np.concatenate(chances) if requests is not None else None
    narrow = Values(column.shape[0], column.shape[1], values.block)
    return _Candidates(column, np.concatenate(found), chance, list(narrow.parts()))


def _best(values: Floats, most: int) -> Ints:
    """Return the columns [rows, most] of the largest values of each row, in rising order.

    Of equals at the end those of lower number are taken.
    """
    place = values.shape[1] - most
    least = np.partition(values, place, axis=1)[:, place]
    chosen = values >= least[:, None]
    for row in np.flatnonzero(np.count_nonzero(chosen, axis=1) > most).tolist():
        equal = np.flatnonzero(values[row] == least[row])
        above = int(np.count_nonzero(chosen[row])) - len(equal)
        chosen[row, equal[most - above :]] = False
    columns: Ints = np.flatnonzero(chosen).reshape(len(values), most)
    columns -= np.arange(len(values))[:, None] * values.shape[1]
    return columns
