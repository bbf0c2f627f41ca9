"""Isotonic calibration: a score becomes the share that said yes at such a score.

Pool adjacent violators (Ayer et al., 1955), then straight lines between the middles of the pools:
a plain staircase would make equals of pairs that the score tells apart.  No line is level, for the
same reason: what raises a score, however little, raises the probability.
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
# Where a higher score brought no more, this much of its rise (in log odds) is kept all the same. It
# tells equals apart, and moves no probability by more than half a hundredth for each log odd.
LEAST_SLOPE = 0.02


@dataclass(frozen=True)
class Calibrator:
    """Strictly rising knots; `x` are scores as log odds, `y` the log odds of what came of them."""

    x: Doubles
    y: Doubles

    def __call__(self, log_odds: npt.NDArray[np.floating]) -> Floats:
        """Return calibrated log odds. Beyond the ends the distance to them is kept."""
        inside = np.interp(log_odds, self.x, self.y)
        below = np.minimum(log_odds - self.x[0], 0)
        above = np.maximum(log_odds - self.x[-1], 0)
        return np.asarray(inside + below + above, dtype=np.float32)

    def inverse(self, calibrated: npt.NDArray[np.floating]) -> Doubles:
        """Return the log odds that were calibrated to these."""
        inside = np.interp(calibrated, self.y, self.x)
        below = np.minimum(calibrated - self.y[0], 0)
        above = np.maximum(calibrated - self.y[-1], 0)
        return np.asarray(inside + below + above, dtype=np.float64)


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
    ordered, outcomes = score[order], outcome[order]
    parts = np.array_split(np.arange(len(score)), max(2, len(score) // LEAST_POOL))
    # Equal scores are of one pool: there is no order among them that could rise.
    first = np.unique(np.searchsorted(ordered, ordered[[part[0] for part in parts]]))
    size = np.diff(np.r_[first, len(score)]).astype(np.float64)
    at = np.add.reduceat(ordered, first) / size
    share = np.add.reduceat(outcomes, first) / size
    rising = isotonic_regression(share, weights=size).x
    begin = np.flatnonzero(np.r_[True, rising[1:] != rising[:-1]])
    mass = np.add.reduceat(size, begin)
    x = np.add.reduceat(at * size, begin) / mass
    # One yes and one no more than there were: a pool of twenty proves no certainty.
    chance = np.clip((rising[begin] * mass + 0.5) / (mass + 1), MARGIN, 1 - MARGIN)
    y = np.log(chance / (1 - chance))
    # That moves small pools more than large ones, so that some may fall now. What is above the
    # least slope is made to rise, each pool counting as much as its log odds are known.
    known = mass * chance * (1 - chance)
    above = isotonic_regression(y - LEAST_SLOPE * x, weights=known).x
    return Calibrator(x, above + LEAST_SLOPE * x)
