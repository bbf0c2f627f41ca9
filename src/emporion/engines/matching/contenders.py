"""Who can come onto each list: the best so many of each row, in the order that lists have.

Prices are found by steps, and every step makes all lists anew.  Out of everybody that would take as
long as making the lists themselves; out of those who are near enough to a place it takes a tenth.
A list takes the best by value times price, and stands in the order of the value alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from emporion.engines.matching.executor import beside

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# A row's best so many times its list's length are near enough to a place.
WIDER = 4
# Values taken at once: what a cache holds.
BLOCK = 512 * 1024
# Bits of keys that sort values and columns together.
LARGEST, LOW = np.uint64(2**31 - 1), np.uint64(2**32 - 1)


@dataclass(frozen=True)
class Values:
    """v float32 of rows (who reads lists) and columns (who is on them), by blocks of rows."""

    rows: int
    columns: int
    block: Callable[[slice], Floats]

    def parts(self) -> Iterator[slice]:
        return _parts(self.rows, self.columns)


@dataclass(frozen=True)
class Contenders:
    """Who may be on the lists: column and value [rows, most], of falling value in each row.

    `more` are further float32 arrays about the same pairs, and `there` says of which it holds:
    whose price or value is 0 is on no list.
    """

    column: npt.NDArray[np.int32]
    value: Floats
    there: Floats
    more: tuple[Floats, ...]

    def sums(self, price: Doubles, length: int, of: Sequence[Floats]) -> list[Doubles]:
        """Return for each array of `of` what it sums up to by column, rank r counting 1 / r.

        Lists hold the `length` best at these prices.
        """
        weight = price.astype(np.float32)
        width = self.value.shape[1]
        looks = 1 / np.arange(1, min(length, width) + 1, dtype=np.float64)

        def listed(rows: slice) -> list[npt.NDArray[Any]]:
            column, seen = self.column[rows], [one[rows].ravel() for one in of]
            count = len(column)
            if width > length:
                # In rising places, and so in the order of the value.
                kept = chosen(self.value[rows] * weight[column], length)
                column, seen = column.ravel()[kept], [one[kept] for one in seen]
            return [column.ravel(), *(one * np.tile(looks, count) for one in seen)]

        # Summed in the end, in one order however rows were cut.
        parts = _parts(len(self.value), width)
        column, *seen = map(np.concatenate, zip(*beside(listed, parts), strict=True))
        return [
            np.bincount(column, weights=one, minlength=len(price)).astype(np.float64)
            for one in seen
        ]


def contenders(
    values: Values,
    price: Doubles,
    length: int,
    also: Sequence[Callable[[slice], Floats]] = (),
) -> Contenders:
    """Return who is near enough to a place on lists of `length`, as priced now.

    `also` are blocks about the same pairs to keep beside their values.  O(rows * columns).
    """
    weight = price.astype(np.float32)
    most = min(WIDER * length, values.columns)

    def of(rows: slice) -> list[npt.NDArray[Any]]:
        block = values.block(rows)
        priced = block * weight
        at = chosen(priced, most)
        value = np.where(priced.ravel()[at] > 0, block.ravel()[at], 0)
        # Bits of floats rise with them: value and column in one number sort several times faster
        # than one by the other.
        bits = np.ascontiguousarray(value, dtype=np.float32).view(np.uint32).astype(np.uint64)
        key = ((LARGEST - bits) << np.uint64(32)) | (at % values.columns).astype(np.uint64)
        key = np.sort(key.reshape(-1, most), axis=1)
        column = (key & LOW).astype(np.int32)
        value = (LARGEST - (key >> np.uint64(32))).astype(np.uint32).view(np.float32)
        there = (value > 0).astype(np.float32)
        flat = (np.arange(len(column))[:, None] * values.columns + column).ravel()
        more = [one(rows).ravel()[flat].reshape(column.shape) * there for one in also]
        return [column, value, there, *more]

    column, value, there, *more = map(np.concatenate, zip(*beside(of, values.parts()), strict=True))
    return Contenders(column, value, there, tuple(more))


def best(values: Floats, most: int) -> Ints:
    """Return the columns [rows, most] of the largest values of each row, in rising order.

    Of equals at the end those of lower number are taken.
    """
    columns = chosen(values, most).reshape(len(values), most)
    columns -= np.arange(len(values))[:, None] * values.shape[1]
    return columns


def chosen(values: Floats, most: int) -> Ints:
    """Return where the `most` largest values of each row lie in all values, row by row, rising.

    Of equals at the end those of lower number are taken.
    """
    place = values.shape[1] - most
    least = np.partition(values, place, axis=1)[:, place]
    mask = values >= least[:, None]
    for row in np.flatnonzero(np.count_nonzero(mask, axis=1) > most).tolist():
        equal = np.flatnonzero(values[row] == least[row])
        above = int(np.count_nonzero(mask[row])) - len(equal)
        mask[row, equal[most - above :]] = False
    return np.flatnonzero(mask)


def _parts(rows: int, columns: int) -> Iterator[slice]:
    step = max(1, BLOCK // max(1, columns))
    for start in range(0, rows, step):
        yield slice(start, min(start + step, rows))
