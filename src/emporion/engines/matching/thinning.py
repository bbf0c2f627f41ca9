"""The pairs of a market that come near a list, where all of them would not fit into memory.

p and q are worked out of all pairs, block by block, and of each block are kept: of every buyer the
exhibitors who stand `NEAR` times a list's length or higher by p * q, and of every exhibitor as many
buyers.  From both sides, so that who is nobody's favourite is still on somebody's list.  Prices
move people on lists by some places and not by `NEAR` lists, so that what is left out would hardly
have been shown.  That holds of most matches; where exposure is made more equal, many lists differ
from those of all pairs (docs/integrators/matching-engine.md, "Size").
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from scipy import sparse

from emporion.engines.matching.contenders import best

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

# How many times the length of its list is kept of each side.
NEAR = 10
# So many pairs are three matrices of 400 MB each.
MOST_PAIRS = 100_000_000


def thinned(
    blocks: Iterator[tuple[slice, Floats, Floats]],
    shape: tuple[int, int],
    lengths: tuple[int, int],
    excluded: tuple[Ints, Ints] | None = None,
) -> tuple[sparse.csr_array, sparse.csr_array]:
    """Return p and q as CSR float32 of `shape` [buyers, exhibitors], laid out alike.

    `blocks` are consecutive (rows, p, q), `lengths` those of buyers' and exhibitors' lists;
    `excluded` pairs (buyers, exhibitors) are not kept.  O(pairs) time.
    """
    width = shape[1]
    apart = _marked(excluded, shape)
    of_rows: list[tuple[Ints, Floats, Floats]] = []
    of_columns = _Best(width, NEAR * lengths[1])
    for rows, p, q in blocks:
        value = p * q
        if apart is not None:
            value[apart[rows].nonzero()] = 0
        of_columns.take(rows, value, p, q)
        column = best(value, min(width, NEAR * lengths[0]))
        near = np.take_along_axis(value, column, axis=1) > 0
        keys = np.arange(rows.start, rows.stop)[:, None] * width + column
        of_p, of_q = (np.take_along_axis(one, column, axis=1)[near] for one in (p, q))
        of_rows.append((keys[near], of_p, of_q))
    keys, *known = (np.concatenate(one) for one in zip(*of_rows, strict=True))
    more, *others = of_columns.beside(keys)
    place = np.searchsorted(keys, more)
    keys = np.insert(keys, place, more)
    row, column = np.divmod(keys, width)
    start = np.searchsorted(row, np.arange(shape[0] + 1))
    p, q = (
        sparse.csr_array(
            (np.insert(one, place, other), column.astype(np.int32), start), shape=shape
        )
        for one, other in zip(known, others, strict=True)
    )
    return p, q


def _marked(pairs: tuple[Ints, Ints] | None, shape: tuple[int, int]) -> sparse.csr_array | None:
    if pairs is None:
        return None
    return sparse.csr_array((np.ones(len(pairs[0]), dtype=np.int8), pairs), shape=shape)


class _Best:
    """The best rows of every column by value, from blocks of rows as they come."""

    def __init__(self, columns: int, most: int) -> None:
        self._most = most
        self._row = np.zeros((columns, 0), dtype=np.int64)
        self._numbers = [np.zeros((columns, 0), dtype=np.float32) for _ in range(3)]

    def take(self, rows: slice, value: Floats, p: Floats, q: Floats) -> None:
        """Let a block of rows take part."""
        row = np.broadcast_to(np.arange(rows.start, rows.stop), value.T.shape)
        self._row = np.concatenate([self._row, row], axis=1)
        self._numbers = [
            np.concatenate([kept, new.T], axis=1)
            for kept, new in zip(self._numbers, (value, p, q), strict=True)
        ]
        if self._row.shape[1] > self._most:
            place = best(self._numbers[0], self._most)
            self._row = np.take_along_axis(self._row, place, axis=1)
            self._numbers = [np.take_along_axis(one, place, axis=1) for one in self._numbers]

    def beside(self, keys: Ints) -> tuple[Ints, Floats, Floats]:
        """Return key (row * columns + column), p and q of those not among `keys`, by rising key."""
        columns = len(self._row)
        value, p, q = self._numbers
        mine = self._row * columns + np.arange(columns)[:, None]
        new = (value > 0) & ~np.isin(mine, keys)
        order = np.argsort(mine[new], kind="stable")
        return mine[new][order], p[new][order], q[new][order]
