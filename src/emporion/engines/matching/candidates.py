"""Candidate reasons of many pairs at once, and the weightiest of each pair."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]


class Found:
    """Candidate reasons of n pairs, one column each time some are added: weight (> 0) and detail.

    A column holds one code, and of each pair one reason at most.
    """

    def __init__(self, pairs: int, number: Mapping[str, int]) -> None:
        """Start with none; `number` is that of each code."""
        self._pairs, self._number = pairs, number
        self._codes: list[int] = []
        self._weights: list[Floats] = []
        self._details: list[Ints] = []

    def add(self, pairs: Ints, code: str, detail: Ints | int, weight: Floats) -> None:
        """Add a reason of `code` to each of `pairs` (no pair twice)."""
        if not len(pairs):
            return
        weights = np.full(self._pairs, -np.inf, dtype=np.float32)
        details = np.zeros(self._pairs, dtype=np.int64)
        weights[pairs], details[pairs] = weight, detail
        self._codes.append(self._number[code])
        self._weights.append(weights)
        self._details.append(details)

    def least_of(self, most: int) -> Floats:
        """Return the weight of the last of the `most` weightiest reasons of each pair, or -inf."""
        if len(self._weights) < most:
            return np.full(self._pairs, -np.inf, dtype=np.float32)
        return np.asarray(np.partition(np.stack(self._weights), -most, axis=0)[-most])

    def weightiest(
        self, most: int
    ) -> Iterator[tuple[npt.NDArray[np.bool_], npt.NDArray[np.int64], Ints]]:
        """Yield (which pairs have one, its code, its detail) of the weightiest, then the next, ...

        Equal weights go by code, then detail: the order of evaluation never shows.
        """
        if not self._codes:
            return
        weights, details = np.stack(self._weights), np.stack(self._details)
        turn = np.asarray(self._codes, dtype=np.int64)[:, None] * (int(details.max()) + 1) + details
        every = np.arange(self._pairs)
        for _ in range(min(most, len(self._codes))):
            best = weights.max(axis=0)
            column = np.where(weights == best, turn, np.iinfo(np.int64).max).argmin(axis=0)
            yield best > -np.inf, np.asarray(self._codes)[column], details[column, every]
            weights[column, every] = -np.inf
