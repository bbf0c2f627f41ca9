"""Isotonic calibration: a score becomes the share that said yes at such a score.

Pool adjacent violators (Ayer et al., 1955), then straight lines between the middles of the pools:
a plain staircase would make equals of pairs that the score tells apart.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Doubles = npt.NDArray[np.float64]
Floats = npt.NDArray[np.float32]

# A certain yes or no is never said: so far the ends stay from 0 and 1.
MARGIN = 1e-4
# Pools smaller than this say nothing by themselves and are joined with the next.
LEAST_POOL = 20


@dataclass(frozen=True)
class Calibrator:
    """Rising knots; `x` are scores as log odds and `y` the log odds of what came of them."""

    x: Doubles
    y: Doubles

    def __call__(self, log_odds: npt.NDArray[np.floating]) -> Floats:
        """Return calibrated log odds. Beyond the ends the distance to them is kept."""
        inside = np.interp(log_odds, self.x, self.y)
        below = np.minimum(log_odds - self.x[0], 0)
        above = np.maximum(log_odds - self.x[-1], 0)
        return np.asarray(inside + below + above, dtype=np.float32)


def fit(log_odds: npt.ArrayLike, happened: npt.ArrayLike) -> Calibrator:
    """Return the calibrator of scores that were made without knowing `happened` (0..1).

    O(n log n). Raises ValueError for less than two pools' worth of decisions.
    """
    # Loaded here: it takes a quarter of a second, and whoever only applies a calibrator has no use
    # for it.
    from scipy.optimize import isotonic_regression

    score = np.asarray(log_odds, dtype=np.float64)
    outcome = np.asarray(happened, dtype=np.float64)
    if len(score) < 2 * LEAST_POOL:
        raise ValueError(f"{len(score)} decisions are too few; {2 * LEAST_POOL} are needed")
    order = np.argsort(score, kind="stable")
    pools = np.array_split(order, max(2, len(score) // LEAST_POOL))
    at = np.asarray([score[pool].mean() for pool in pools])
    share = np.asarray([outcome[pool].mean() for pool in pools])
    size = np.asarray([len(pool) for pool in pools], dtype=np.float64)
    rising = isotonic_regression(share, weights=size).x
    begin = np.flatnonzero(np.r_[True, rising[1:] != rising[:-1]])
    mass = np.add.reduceat(size, begin)
    x = np.add.reduceat(at * size, begin) / mass
    # One yes and one no more than there were: a pool of twenty proves no certainty.
    smooth = (rising[begin] * mass + 0.5) / (mass + 1)
    y = np.clip(np.maximum.accumulate(smooth), MARGIN, 1 - MARGIN)
    return Calibrator(x, np.log(y / (1 - y)))
