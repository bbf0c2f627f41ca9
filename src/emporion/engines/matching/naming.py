"""Which shared terms of two sparse rows carried their product."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from scipy import sparse

from emporion.engines.matching.text import TextVectors

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]


def shared_terms(products: sparse.csr_array, most: int) -> Iterator[tuple[Ints, Ints, Floats]]:
    """Yield (row, term, value) of the largest positive value of each row, then the second, ...

    Equal values go by the number of the term. `products` is CSR and is not changed.
    """
    products.sort_indices()
    terms = products.indices.astype(np.int64)
    values = products.data.astype(np.float32)
    rows = np.repeat(np.arange(products.shape[0]), np.diff(products.indptr))
    for _ in range(most):
        if not len(values):
            return
        begin = np.flatnonzero(np.r_[True, rows[1:] != rows[:-1]])
        best = np.maximum.reduceat(values, begin)
        lengths = np.diff(np.r_[begin, len(rows)])
        is_best = values == np.repeat(best, lengths)
        at = np.flatnonzero(is_best)
        at = at[np.r_[True, rows[at][1:] != rows[at][:-1]]]
        positive = at[values[at] > 0]
        yield rows[positive], terms[positive], values[positive]
        left = np.ones(len(values), dtype=bool)
        left[at] = False
        rows, terms, values = rows[left], terms[left], values[left]


def lookup(matrix: sparse.csr_array, rows: Ints, columns: Ints) -> Ints:
    """Return where in `matrix.data` each (row, column) lies; all must be there.

    O(n log n) with the indices of each row sorted.
    """
    width = matrix.shape[1]
    keys = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr)) * width
    found: Ints = np.searchsorted(keys + matrix.indices, rows * width + columns)
    return found


class TopTerms:
    """Finds the words that two texts share and that carried their similarity."""

    def __init__(self, text: TextVectors) -> None:
        text.vectors.sort_indices()
        self._shown = np.asarray([bool(name) for name in text.names], dtype=np.float32)

    def carrying(
        self, left: sparse.csr_array, right: sparse.csr_array, left_rows: Ints, right_rows: Ints
    ) -> tuple[Ints, Ints]:
        """Return the two weightiest shared words of each pair of rows, -1 where there is none.

        Only words are returned whose removal from either text lowers the cosine: with unit rows x
        and y, similarity S and word t, that is S - x y < S sqrt(1 - x^2), and the same for y.
        """
        found = np.full((2, len(left_rows)), -1, dtype=np.int64)
        if not len(left_rows):
            return found[0], found[1]
        left.sort_indices()
        right.sort_indices()
        products = sparse.csr_array(left[left_rows].multiply(right[right_rows]))
        similarity = np.asarray(products.sum(axis=1), dtype=np.float32).ravel()
        products.data *= self._shown[products.indices]
        for place, (pair, term, value) in enumerate(shared_terms(products, 2)):
            x = left.data[lookup(left, left_rows[pair], term)]
            y = right.data[lookup(right, right_rows[pair], term)]
            whole = similarity[pair]
            carries = np.ones(len(pair), dtype=bool)
            for weight in (x, y):
                left_over = np.sqrt(np.maximum(1 - weight * weight, 0))
                carries &= whole - value < whole * left_over - 1e-6
            found[place, pair[carries]] = term[carries]
        first = np.where(found[0] >= 0, found[0], found[1])
        second = np.where(found[0] >= 0, found[1], -1)
        return first, second
