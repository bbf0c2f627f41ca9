"""Candidate reasons of many pairs at once, and the weightiest of each pair."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
Keys = npt.NDArray[np.uint64]

# A key holds, from its highest bits on, weight, code and detail: of two the larger one is the
# weightier.  Code and detail are turned round, as of equal weights the lower ones come first.
CODE, DETAIL = np.uint64(24), np.uint64(2**24 - 1)
HALF, LOW = np.uint64(32), np.uint64(2**32 - 1)


class Found:
    """The weightiest candidate reasons of n pairs: of each its weight (> 0), code and detail."""

    def __init__(self, pairs: int, number: Mapping[str, int], most: int) -> None:
        """Start with none, to keep `most` of each pair; `number` is that of each code."""
        self._number = number
        # The weightiest of each pair, the next one, ...; 0: none.
        self._best = np.zeros((most, pairs), dtype=np.uint64)

    def add(self, pairs: Ints, code: str, detail: Ints | int, weight: Floats) -> None:
        """Add a reason of `code` to each of `pairs` (no pair twice).

        Raises ValueError for a detail of more than 24 bits.
        """
        if not len(pairs):
            return
        details = np.asarray(detail, dtype=np.uint64)
        if details.max() > DETAIL:
            raise ValueError(f"detail {details.max()} has no place beside weight and code")
        # Bits of floats above 0 rise with them.
        bits = np.ascontiguousarray(weight, dtype=np.float32).view(np.uint32).astype(np.uint64)
        turned = LOW - ((np.uint64(self._number[code]) << CODE) | details)
        key = (bits << HALF) | turned
        for best in self._best:
            before = best[pairs]
            best[pairs] = np.maximum(before, key)
            key = np.minimum(before, key)

    def least(self) -> Floats:
        """Return the weight of the last reason that is kept of each pair; 0: there is room."""
        return _weights(self._best[-1])

    def weightiest(self) -> Iterator[tuple[npt.NDArray[np.bool_], Ints, Ints]]:
        """Yield (which pairs have one, its code, its detail) of the weightiest, then the next, ...

        Equal weights go by code, then detail: the order of evaluation never shows.
        """
        for best in self._best:
            turned = LOW - (best & LOW)
            yield best > 0, (turned >> CODE).astype(np.int64), (turned & DETAIL).astype(np.int64)


def _weights(keys: Keys) -> Floats:
    return (keys >> HALF).astype(np.uint32).view(np.float32)
