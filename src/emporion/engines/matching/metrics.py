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
    list. Neither counts who wants no more meetings.
    `over_capacity_share`: exhibitors that expect more than 3 requests per meeting wanted.
    `looks_per_slot_least` and `looks_per_slot_p5`: the lowest, and what 95 % of exhibitors exceed.
    `inbox_p50` and `inbox_p99`: requests expected per meeting wanted, of half and of 99 %.
    """

    expected_matches: float
    exposure_gini_per_slot: float
    unseen_exhibitors: int
    over_capacity_share: float
    looks_per_slot_least: float = 0.0
    looks_per_slot_p5: float = 0.0
    inbox_p50: float = 0.0
    inbox_p99: float = 0.0


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
    per_slot, inbox = by_exhibitor(looks) / slots, by_exhibitor(wants)
    wanting = capacity > 0
    per_slot, inbox, slots = per_slot[wanting], inbox[wanting], slots[wanting]
    over = inbox > OVERFULL * capacity[wanting]
    some = len(per_slot) > 0
    return Figures(
        expected_matches=float(np.minimum(by_exhibitor(both), capacity).sum()),
        exposure_gini_per_slot=gini(per_slot),
        unseen_exhibitors=int((seen[wanting] == 0).sum()),
        over_capacity_share=float(over.mean()) if some else 0.0,
        looks_per_slot_least=float(per_slot.min()) if some else 0.0,
        looks_per_slot_p5=float(np.quantile(per_slot, 0.05)) if some else 0.0,
        inbox_p50=float(np.quantile(inbox / slots, 0.5)) if some else 0.0,
        inbox_p99=float(np.quantile(inbox / slots, 0.99)) if some else 0.0,
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


def calibration_error(
    probability: npt.ArrayLike, happened: npt.ArrayLike, groups: int = 10
) -> float:
    """Return by how much probabilities miss what happened: the mean over equally large groups.

    Groups go by rising probability; of each, the distance between its mean and its share that
    happened, weighed by size (expected calibration error). 0 without any. O(n log n).
    """
    return float(
        sum(
            abs(said - was) * size for said, was, size in calibration(probability, happened, groups)
        )
        / max(1, np.size(probability))
    )


def calibration(
    probability: npt.ArrayLike, happened: npt.ArrayLike, groups: int = 10
) -> list[tuple[float, float, int]]:
    """Return (mean probability, share that happened, size) by groups of rising probability."""
    said, was = np.asarray(probability, dtype=np.float64), np.asarray(happened, dtype=np.float64)
    order = np.argsort(said, kind="stable")
    return [
        (float(said[part].mean()), float(was[part].mean()), len(part))
        for part in np.array_split(order, groups)
        if len(part)
    ]
