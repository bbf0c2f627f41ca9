"""One knob from most matches to most equal: exposure per meeting that an exhibitor wants.

At 0 the lists are those of the cleared market.  At 1 every exhibitor gets about the same number of
looks for each meeting it wants, whatever that costs in matches.  Between the two the correction is
applied in part: a weight e_j per exhibitor, as e_j ** equality, multiplies its score on every list.
The weights are found on the lists themselves, since what is equal in the cleared market is not
equal once only the first twenty are shown and the first ones are looked at most.  Lists take the
best by weight and stand in the order of the kernel (see `clearing`).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from emporion.engines.matching.contenders import Values, contenders
from emporion.engines.matching.equilibrium import Equilibrium
from emporion.engines.matching.metrics import gini
from emporion.engines.matching.pairs import Pairs, rows_of

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# So many buyers stand for all: enough for the looks of a thousand exhibitors.
SAMPLE = 4000
# One of so many of them says how far apart scores lie.
TENTH = 10
# Rounds of each stage, at whose beginning contenders are chosen anew: the first go furthest.
STAGES = (2, 2, 4, 6, 10)
# The share of the way that one round goes, in how far scores lie apart but in no more than
# `WIDEST` at first: where a few would never be wanted, all scores together lie far apart, and those
# on the lists do not.
STRIDE, WIDEST = 0.5, 0.7
# Whoever went past the mark goes smaller ways from then on (as in `pricing`).
TURNED, ONWARD = 0.5, 1.1


def levelled(
    kernel: Pairs,
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
    kernel: Pairs, cleared: Equilibrium, exhibitor_capacity: npt.ArrayLike, length: int
) -> Doubles:
    """Return log e float64[exhibitors], the best of all rounds; see `levelled`."""
    capacity = np.asarray(exhibitor_capacity, dtype=np.float64)
    chosen = np.flatnonzero(cleared.a > 0)
    chosen = chosen[:: max(1, len(chosen) // SAMPLE)]
    log_weight = np.zeros(len(capacity))
    if not len(chosen) or len(capacity) < 2:
        return log_weight
    values = Values(len(chosen), len(capacity), lambda rows: rows_of(kernel, chosen[rows]))
    spread = _spread(kernel, cleared, chosen[::TENTH])
    if spread is None:
        return log_weight
    slots = np.maximum(capacity, 1)
    best, best_gini = log_weight, np.inf
    stride = np.full(len(slots), STRIDE * min(spread, WIDEST))
    before = np.zeros(len(slots))
    for rounds in STAGES:
        found = contenders(values, cleared.b * np.exp(log_weight), length)
        for _ in range(rounds):
            [looks] = found.sums(cleared.b * np.exp(log_weight), length, [found.there])
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


def _spread(kernel: Pairs, cleared: Equilibrium, rows: Ints) -> float | None:
    """Return how far apart the logarithms of meetings lie; None where nobody can be listed."""
    meetings = rows_of(kernel, rows) * cleared.b.astype(np.float32)
    meetings *= cleared.a[rows, None].astype(np.float32)
    positive = meetings[meetings > 0]
    return float(np.log(positive).std()) or 1.0 if positive.size else None
