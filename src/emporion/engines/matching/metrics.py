"""Figures of a market: what a set of lists would bring about, and who is seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from emporion.engines.matching.rank import Ranking

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
# An inbox above so many times the capacity counts as over capacity.
OVERFULL = 3.0


@dataclass(frozen=True)
class Figures:
    """What the buyers' lists lead to when rank r is looked at with probability 1 / r.

    `expected_matches`: both want to meet, each exhibitor up to its capacity (an estimate: the
    expected number of wishes is capped, not each outcome). `exposure_gini_per_slot`: inequality of
    looks per meeting that an exhibitor wants, 0 equal to 1. `unseen_exhibitors`: in no buyer's
    list. `over_capacity_share`: exhibitors that expect more than 3 requests per meeting wanted.
    """

    expected_matches: float
    exposure_gini_per_slot: float
    unseen_exhibitors: int
    over_capacity_share: float


def figures(
    buyers_lists: Ranking,
    p: npt.ArrayLike,
    q: npt.ArrayLike,
    exhibitor_capacity: npt.ArrayLike,
) -> Figures:
    """Return the figures of the buyers' lists; `p` and `q` are float[entries] of the lists."""
    capacity = np.asarray(exhibitor_capacity, dtype=np.float64)
    looks = 1.0 / buyers_lists.ranks()
    wants = np.asarray(p, dtype=np.float64) * looks
    both = wants * np.asarray(q, dtype=np.float64)

    def by_exhibitor(weights: Doubles) -> Doubles:
        total = np.bincount(buyers_lists.other, weights=weights, minlength=len(capacity))
        return total.astype(np.float64)

    slots = np.maximum(capacity, 1)
    seen = np.bincount(buyers_lists.other, minlength=len(capacity))
    over = by_exhibitor(wants) > OVERFULL * capacity
    return Figures(
        expected_matches=float(np.minimum(by_exhibitor(both), capacity).sum()),
        exposure_gini_per_slot=gini(by_exhibitor(looks) / slots),
        unseen_exhibitors=int((seen == 0).sum()),
        over_capacity_share=float(over.mean()) if len(capacity) else 0.0,
    )


def gini(values: npt.ArrayLike) -> float:
    """Return the Gini coefficient of values >= 0: 0 all equal, near 1 one has everything.

    0 for no values or only zeros. O(n log n).
    """
    ordered = np.sort(np.asarray(values, dtype=np.float64))
    total = float(ordered.sum())
    if not total > 0:
        return 0.0
    n = len(ordered)
    return float((2 * np.arange(1, n + 1) - n - 1) @ ordered / (n * total))
