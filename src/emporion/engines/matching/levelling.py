"""One knob from most matches to most equal: exposure per meeting that an exhibitor wants.

At 0 the lists are those of the cleared market.  At 1 every exhibitor gets about the same number of
looks for each meeting it wants, whatever that costs in matches.  Between the two the correction is
applied in part: a weight e_j per exhibitor, as e_j ** equality, multiplies its score on every list.
The weights are found on the lists themselves, since what is equal in the cleared market is not
equal once only the first twenty are shown and the first ones are looked at most.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from emporion.engines.matching.equilibrium import Equilibrium
from emporion.engines.matching.metrics import gini
from emporion.engines.matching.rank import BLOCK, top_lists

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]

# So many buyers stand for all: enough for the looks of a thousand exhibitors, and ten rounds of
# lists cost about a second.
SAMPLE = 4000
ROUNDS = 24
# The share of the way that one round goes, in how far scores lie apart but in no more than
# `WIDEST` at first: where a few would never be wanted, all scores together lie far apart, and those
# on the lists do not.
STRIDE, WIDEST = 0.5, 0.7
# Whoever went past the mark goes smaller ways from then on (as in `pricing`).
TURNED, ONWARD = 0.5, 1.1


def levelled(
    kernel: Floats,
    cleared: Equilibrium,
    exhibitor_capacity: npt.ArrayLike,
    length: int,
    equality: float,
) -> Equilibrium:
    """Return the equilibrium with the exhibitors' duals moved towards equal exposure per slot.

    `kernel` float32[buyers, exhibitors]; `equality` from 0 (unchanged) to 1.  Nobody becomes
    visible who is excluded.  O(ROUNDS * min(buyers, SAMPLE) * exhibitors).  Raises ValueError for
    an equality outside of 0..1.
    """
    check(equality)
    buyers, exhibitors = kernel.shape
    if equality == 0 or not buyers or exhibitors < 2:
        return cleared
    return moved(cleared, weights(kernel, cleared, exhibitor_capacity, length), equality)


def check(equality: float) -> None:
    """Raise ValueError for an equality outside of 0..1."""
    if not 0 <= equality <= 1:
        raise ValueError(f"equality goes from 0 (most matches) to 1 (most equal), not {equality}")


def moved(cleared: Equilibrium, weight: Doubles, equality: float) -> Equilibrium:
    """Return the equilibrium with the exhibitors' duals moved by `equality` of log e."""
    return replace(cleared, b=cleared.b * np.exp(equality * weight))


def weights(
    kernel: Floats, cleared: Equilibrium, exhibitor_capacity: npt.ArrayLike, length: int
) -> Doubles:
    """Return log e float64[exhibitors], the best of all rounds; see `levelled`."""
    capacity = np.asarray(exhibitor_capacity, dtype=np.float64)
    if not len(kernel) or len(capacity) < 2:
        return np.zeros(len(capacity))
    chosen = np.arange(0, len(kernel), max(1, len(kernel) // SAMPLE))
    base = kernel[chosen] * cleared.b.astype(np.float32)
    base *= cleared.a[chosen, None].astype(np.float32)
    slots = np.maximum(capacity, 1)
    log_weight = np.zeros(len(slots))
    best, best_gini = log_weight, np.inf
    positive = base[base > 0]
    if not positive.size:
        return log_weight
    spread = float(np.log(positive[:: max(1, positive.size // 100_000)]).std()) or 1.0
    stride = np.full(len(slots), STRIDE * min(spread, WIDEST))
    before = np.zeros(len(slots))
    for _ in range(ROUNDS):
        weight = np.exp(log_weight).astype(np.float32)
        blocks = (base[at : at + BLOCK] * weight for at in range(0, len(base), BLOCK))
        lists = top_lists(blocks, len(slots), length)
        looks = np.bincount(lists.other, weights=1.0 / lists.ranks(), minlength=len(slots))
        per_slot = looks / slots
        inequality = gini(per_slot)
        if inequality < best_gini:
            best, best_gini = log_weight, inequality
        # Who is on no list counts as a tenth of the average: it moves, and not out of sight.
        ratio = np.log(np.maximum(per_slot / max(per_slot.mean(), 1e-300), 0.1))
        turned = ratio * before < 0
        stride = np.where(turned, stride * TURNED, np.minimum(stride * ONWARD, STRIDE * spread))
        log_weight = log_weight - stride * ratio
        before = ratio
        log_weight = log_weight - log_weight.mean()
    return best
