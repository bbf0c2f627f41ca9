"""The share of near-duplicate texts: MinHash to find candidates, exact Jaccard to decide."""

from dataclasses import dataclass

import numpy as np

GRAM = 5
THRESHOLD = 0.8
_HASHES, _ROWS = 64, 4
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class NearDuplicates:
    """`texts` looked at, `near` of them with a twin at or above the threshold."""

    texts: int
    near: int
    pairs: int

    @property
    def share(self) -> float:
        """near / texts, 0 when there are none."""
        return self.near / self.texts if self.texts else 0.0


def grams(text: str) -> np.ndarray:
    """Hashes of the different 5-grams of a text, sorted; one hash for shorter texts."""
    signs = np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    if len(signs) < GRAM:
        signs = np.pad(signs, (0, GRAM - len(signs)))
    value = np.zeros(len(signs) - GRAM + 1, dtype=np.uint64)
    for k in range(GRAM):
        value = (value ^ signs[k : len(signs) - GRAM + 1 + k]) * _MULTIPLIER
        value ^= value >> np.uint64(29)
    return np.unique(value)


def near_duplicates(texts: list[str]) -> NearDuplicates:
    """Count texts that have a twin with Jaccard similarity of 5-grams >= 0.8.

    Bands of 4 rows over 64 hashes find such a pair with probability 0.9998 at 0.8 and better
    above it (Broder 1997); candidates are then compared exactly. O(texts * length * 64).
    """
    sets = [grams(text) for text in texts]
    keys = (np.arange(1, _HASHES + 1, dtype=np.uint64) * _MULTIPLIER) | np.uint64(1)
    signature = np.empty((len(sets), _HASHES), dtype=np.uint64)
    for i, found in enumerate(sets):
        signature[i] = (found[:, None] * keys[None, :] >> np.uint64(7)).min(axis=0)
    candidates: set[tuple[int, int]] = set()
    for band in range(0, _HASHES, _ROWS):
        buckets: dict[bytes, list[int]] = {}
        for i in range(len(sets)):
            buckets.setdefault(signature[i, band : band + _ROWS].tobytes(), []).append(i)
        for members in buckets.values():
            candidates.update((a, b) for n, a in enumerate(members) for b in members[n + 1 :])
    pairs = [(a, b) for a, b in sorted(candidates) if _jaccard(sets[a], sets[b]) >= THRESHOLD]
    near = {index for pair in pairs for index in pair}
    return NearDuplicates(len(texts), len(near), len(pairs))


def _jaccard(a: np.ndarray, b: np.ndarray) -> float:
    shared = len(np.intersect1d(a, b, assume_unique=True))
    return shared / (len(a) + len(b) - shared)
