"""Which shared terms of two sparse rows carried their product."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from scipy import sparse

from emporion.engines.matching.text import TextVectors
from emporion.engines.matching.words import Words, is_shown, overlap

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]

# So many of the weightiest shared words are looked at to find two.
TRIES = 4
ROUNDING = 1e-6


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
        self._shown = np.asarray([is_shown(name) for name in text.names], dtype=bool)
        self._words = Words(text)

    def name(self, word: int) -> str:
        """Return a word that `carrying` found, as it is shown."""
        return self._words.strings[word]

    def carrying(
        self,
        left: sparse.csr_array,
        right: sparse.csr_array,
        left_rows: Ints,
        right_rows: Ints,
        products: sparse.csr_array,
    ) -> tuple[Ints, Ints]:
        """Return the two weightiest shared words of each pair of rows, -1 where there is none.

        `products` are those of each pair of rows, term by term.
        Only words are returned whose removal from either text lowers the cosine: with unit rows x
        and y, similarity S and the terms T inside of the word, that is
        S - sum_T x y < S sqrt(1 - sum_T x^2), and the same for y.  Words that may be pieces of one
        are not named beside each other.
        """
        found = np.full((2, len(left_rows)), -1, dtype=np.int64)
        if not len(left_rows):
            return found[0], found[1]
        left.sort_indices()
        right.sort_indices()
        products.sort_indices()
        shared, x, y = _Cells(products), _Cells(left), _Cells(right)
        similarity = np.asarray(products.sum(axis=1), dtype=np.float32).ravel()
        left_over = shared.only(self._shown)
        for _ in range(TRIES):
            pair, term = left_over.largest(found[1] < 0)
            if not len(pair):
                break
            word = self._whole(shared, pair, term)
            at, inside = _listed(self._words.tables()[1], word)
            taken = _sums(at, shared.values_at(pair[at], inside), len(pair))
            carries = self._apart(found[0, pair], word)
            for cells, rows in ((x, left_rows[pair]), (y, right_rows[pair])):
                own = _sums(at, cells.values_at(rows[at], inside) ** 2, len(pair))
                rest = np.sqrt(np.maximum(1 - own, 0))
                # Where nothing shared is left the cosine is 0, whatever rounding says.
                carries &= similarity[pair] - taken < np.maximum(
                    similarity[pair] * rest - ROUNDING, ROUNDING
                )
            is_first = found[0, pair] < 0
            found[0, pair[carries & is_first]] = word[carries & is_first]
            found[1, pair[carries & ~is_first]] = word[carries & ~is_first]
            left_over = left_over.without(pair[at], inside)
        return found[0], found[1]

    def _whole(self, shared: _Cells, pair: Ints, term: Ints) -> Ints:
        """Return the longest word of each term whose terms the pair shares."""
        word = self._words.of(term)
        members, _, shorter = self._words.tables()
        while True:
            at, needed = _listed(members, word)
            lacks = np.zeros(len(word), dtype=bool)
            lacks[at[shared.values_at(pair[at], needed) <= 0]] = True
            lacks &= shorter[word] >= 0
            if not lacks.any():
                return word
            word = np.where(lacks, shorter[word], word)

    def _apart(self, first: Ints, word: Ints) -> Bools:
        """Whether each word may stand beside the first one, if there is one."""
        count = len(self._words.strings)
        unique, inverse = np.unique((first + 1) * count + word, return_inverse=True)
        apart = [
            key < count or not overlap(self.name(key // count - 1), self.name(key % count))
            for key in unique.tolist()
        ]
        return np.asarray(apart, dtype=bool)[inverse]


class _Cells:
    """The cells of a CSR matrix as sorted keys, to look many up at once."""

    def __init__(self, matrix: sparse.csr_array) -> None:
        self.width = matrix.shape[1]
        rows = np.repeat(np.arange(matrix.shape[0], dtype=np.int64), np.diff(matrix.indptr))
        self.keys: Ints = rows * self.width + matrix.indices
        self.values: Floats = matrix.data.astype(np.float32)

    def _chosen(self, keep: Bools) -> _Cells:
        other = object.__new__(_Cells)
        other.width, other.keys, other.values = self.width, self.keys[keep], self.values[keep]
        return other

    def only(self, shown: Bools) -> _Cells:
        """Return the positive cells of the columns that `shown` names."""
        return self._chosen((self.values > 0) & shown[self.keys % self.width])

    def without(self, rows: Ints, columns: Ints) -> _Cells:
        """Return the cells but for those at (row, column)."""
        keep = np.ones(len(self.keys), dtype=bool)
        keep[self._at(rows * self.width + columns)[1]] = False
        return self._chosen(keep)

    def _at(self, wanted: Ints) -> tuple[Bools, Ints]:
        """Return which keys are there, and where those are."""
        at = np.minimum(np.searchsorted(self.keys, wanted), max(len(self.keys) - 1, 0))
        there = self.keys[at] == wanted if len(self.keys) else np.zeros(len(wanted), dtype=bool)
        return there, at[there]

    def values_at(self, rows: Ints, columns: Ints) -> Floats:
        """Return the values at (row, column), 0 where there is no cell."""
        if not len(self.keys):
            return np.zeros(len(rows), dtype=np.float32)
        wanted = rows * self.width + columns
        at = np.minimum(np.searchsorted(self.keys, wanted), len(self.keys) - 1)
        return np.where(self.keys[at] == wanted, self.values[at], np.float32(0))

    def largest(self, wanted: Bools) -> tuple[Ints, Ints]:
        """Return (row, column) of the largest cell of each row; equals go by their column."""
        rows = self.keys // self.width
        if not len(rows):
            return rows, rows
        begin = np.flatnonzero(np.r_[True, rows[1:] != rows[:-1]])
        best = np.maximum.reduceat(self.values, begin)
        at = np.flatnonzero(self.values == np.repeat(best, np.diff(np.r_[begin, len(rows)])))
        at = at[np.r_[True, rows[at][1:] != rows[at][:-1]]]
        at = at[wanted[rows[at]]]
        return rows[at], self.keys[at] % self.width


def _listed(table: Ints, numbers: Ints) -> tuple[Ints, Ints]:
    """Return (place in `numbers`, entry) of all entries of those rows of a table."""
    entries = table[numbers]
    at, column = np.nonzero(entries >= 0)
    return at, entries[at, column]


def _sums(at: Ints, values: Floats, count: int) -> Floats:
    return np.bincount(at, weights=values, minlength=count).astype(np.float32)
