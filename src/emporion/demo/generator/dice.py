"""Seeded chance: one independent stream for each noun, the same on every supported Python.

Only uniform doubles of PCG64 are drawn; everything else is made from them with exact arithmetic,
so a new numpy with other distributions changes nothing.
"""

import zlib
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import TypeVar

import numpy as np

T = TypeVar("T")
_BLOCK = 16_384


def stream(seed: int, name: str) -> np.random.Generator:
    """The random generator for `name`; streams of other names do not move when one draws more."""
    return np.random.Generator(np.random.PCG64([seed, zlib.crc32(name.encode())]))


class Weights:
    """Integer weights of a choice, summed once."""

    def __init__(self, weights: Sequence[int]) -> None:
        self.sums = list(accumulate(weights))
        if not self.sums or self.sums[-1] <= 0:
            raise ValueError("weights need a positive sum")


class Dice:
    """Single draws, read from blocks so that a draw costs well under a microsecond."""

    def __init__(self, seed: int, name: str) -> None:
        self._random = stream(seed, name)
        self._block: list[float] = []

    def unit(self) -> float:
        """A number in [0, 1)."""
        if not self._block:
            self._block = self._random.random(_BLOCK).tolist()
        return self._block.pop()

    def below(self, n: int) -> int:
        """A whole number in [0, n)."""
        return int(self.unit() * n)

    def between(self, low: int, high: int) -> int:
        """A whole number in [low, high]."""
        return low + int(self.unit() * (high - low + 1))

    def chance(self, share: float) -> bool:
        """True in `share` of the draws."""
        return self.unit() < share

    def pick(self, items: Sequence[T]) -> T:
        """One of the items."""
        return items[int(self.unit() * len(items))]

    def weighted(self, weights: Weights) -> int:
        """An index, drawn in proportion to its weight."""
        return bisect_right(weights.sums, int(self.unit() * weights.sums[-1]))

    def sample(self, items: Sequence[T], count: int) -> list[T]:
        """`count` different items (all of them, shuffled, when there are fewer)."""
        pool = list(items)
        for i in range(min(count, len(pool))):
            j = i + int(self.unit() * (len(pool) - i))
            pool[i], pool[j] = pool[j], pool[i]
        return pool[:count]

    def skewed(self, low: int, high: int) -> int:
        """A whole number in [low, high], small ones far more often (the cube of a uniform)."""
        u = self.unit()
        return low + int(u * u * u * (high - low + 1))
