"""N-grams of scripts that are written without spaces, found over all texts at once.

Of a long text nearly every n-gram of 3 or 4 signs stands in no other text.  Such a one can never be
shared, and where it counted among the heaviest terms of its text it stood in the place of one that
can: only n-grams of two texts or more are terms.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]

LONGEST = 4


@dataclass(frozen=True)
class SharedGrams:
    """The n-grams of two texts or more: `names`, and (text, gram, times) of each that is in one.

    Grams are numbered by length, then by their signs.
    """

    names: list[str]
    text: Ints
    gram: Ints
    times: Ints


def shared_grams(runs: Sequence[str], owner: Sequence[int]) -> SharedGrams:
    """Return the shared n-grams of 2 to 4 signs of runs; a run of one sign is a gram by itself.

    `owner[i]` is the text that run i stands in.  A longer gram is only looked for where both of its
    ends are shared.  O(signs log signs) for each length.
    """
    signs = "".join(runs)
    lengths = np.fromiter(map(len, runs), dtype=np.int64, count=len(runs))
    end = np.repeat(np.cumsum(lengths), lengths)
    text = np.repeat(np.asarray(owner, dtype=np.int64), lengths)
    alone = np.repeat(lengths == 1, lengths)
    found = _Found(signs, text)
    kinds, one = np.unique(np.frombuffer(signs.encode("utf-32-le"), "<u4"), return_inverse=True)
    found.add(np.flatnonzero(alone), one[alone], 1)
    # `gram` numbers the gram of the last length that starts at each sign, -1 where there is none.
    gram = one.astype(np.int64)
    for length in range(2, LONGEST + 1):
        at = np.flatnonzero(np.arange(len(signs)) + length <= end)
        at = at[(gram[at] >= 0) & (gram[at + 1] >= 0)]
        # The last sign after the gram before it: grams are numbered in the order of their signs.
        _, number = np.unique(gram[at] * len(kinds) + one[at + length - 1], return_inverse=True)
        shared = found.add(at, number, length)
        gram = np.full(len(signs), -1, dtype=np.int64)
        gram[at[shared]] = number[shared]
    return found.whole()


class _Found:
    def __init__(self, signs: str, text: Ints) -> None:
        self._signs, self._text = signs, text
        self._names: list[str] = []
        self._cells: list[tuple[Ints, Ints, Ints]] = []

    def add(self, at: Ints, number: Ints, length: int) -> npt.NDArray[np.bool_]:
        """Take in the grams `number` that start at the signs `at`; say which of them are shared."""
        if not len(at):
            return np.zeros(0, dtype=bool)
        width = int(number.max()) + 1
        cells, times = np.unique(self._text[at] * width + number, return_counts=True)
        texts_with = np.bincount(cells % width, minlength=width)
        chosen = np.flatnonzero(texts_with > 1)
        first = np.zeros(width, dtype=np.int64)
        first[number[::-1]] = at[::-1]
        place = np.full(width, -1, dtype=np.int64)
        place[chosen] = len(self._names) + np.arange(len(chosen))
        self._names += [self._signs[n : n + length] for n in first[chosen].tolist()]
        mine = place[cells % width] >= 0
        self._cells.append((cells[mine] // width, place[cells[mine] % width], times[mine]))
        return texts_with[number] > 1

    def whole(self) -> SharedGrams:
        nothing = (np.empty(0, np.int64),) * 3
        text, gram, times = map(np.concatenate, zip(nothing, *self._cells, strict=True))
        return SharedGrams(self._names, text, gram, times)
