"""A number of each pair of buyer (row) and exhibitor (column): of all, or of those near a list.

Of all it is a matrix; where that would not fit into memory it is CSR, and a pair without an entry
counts as 0.  Both are read by blocks of rows, which are dense either way.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import sparse

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
Pairs: TypeAlias = Floats | sparse.csr_array


def rows_of(pairs: Pairs, rows: slice | Ints) -> Floats:
    """Return the numbers float32[rows, columns] of these rows."""
    if isinstance(pairs, np.ndarray):
        return np.ascontiguousarray(pairs[rows])
    return np.asarray(pairs[rows].toarray(), dtype=np.float32)


def turned(pairs: Pairs) -> Pairs:
    """Return the same numbers with exhibitors as rows; a view of a matrix, a copy of CSR."""
    other: Pairs = pairs.T if isinstance(pairs, np.ndarray) else pairs.T.tocsr()
    return other


def entries(pairs: Pairs, buyers: Ints, exhibitors: Ints) -> Floats:
    """Return the numbers of single pairs; of CSR only those that it holds."""
    if isinstance(pairs, np.ndarray):
        return np.asarray(pairs[buyers, exhibitors])
    width = pairs.shape[1]
    keys = np.repeat(np.arange(pairs.shape[0]), np.diff(pairs.indptr)) * width + pairs.indices
    return np.asarray(pairs.data[np.searchsorted(keys, buyers * width + exhibitors)])


def combined(combine: Callable[[Floats, Floats], Floats], one: Pairs, other: Pairs) -> Pairs:
    """Return what `combine` makes of two numbers of each pair that are laid out alike."""
    if isinstance(one, np.ndarray):
        assert isinstance(other, np.ndarray)
        return combine(one, other)
    assert isinstance(other, sparse.csr_array)
    found = combine(one.data, other.data)
    return sparse.csr_array((found, one.indices, one.indptr), shape=one.shape)
