"""What would have come of other lists, estimated from what was shown with known chances.

A showing with propensity e stands for 1 / e showings like it.  A rule that would show the entry
with chance t gets the weight t / e for it, and with outcomes r

    IPS = sum(t / e * r) / lists          SNIPS = sum(t / e * r) / sum(t / e)

are what comes of a list, and of a showing, under that rule (Horvitz and Thompson, 1952; Swaminathan
and Joachims, "The Self-Normalized Estimator", NeurIPS 2015).  Taken as given is that an entry fares
alike wherever it stands: those who are drawn were the last by what decides about places, nearly
equal in that, and stand on the list where p q puts them, which may be anywhere.

Taken as given as well is that whoever is on a list is seen.  The propensity is the chance to be on
it, not to stand among those that a page shows first; where readers look at these alone, who stands
near their end is seen with another chance than is kept, since those who are drawn push others over
it.  Measured, that moves the estimate by 0.3 % (docs/benchmarks/matching.md).

What one reader does hangs together, so the interval is that of readers and not of showings: normal,
with the variance of the readers' sums (of their residuals for the ratio).  No interval is made from
fewer than `ENOUGH` readers with an outcome: a normal one would be a pretence.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

# Of the normal distribution, for 95 of 100.
Z = 1.959964
ENOUGH = 10


@dataclass(frozen=True)
class Estimate:
    """What comes of a rule: `value` with the ends of its interval, None where too few are known.

    `a_list` is IPS, outcomes for each list; `a_showing` SNIPS, outcomes for each showing.  `lists`
    and `showings` are how many the log holds, `effective` how many showings of the rule's own would
    say as much: (sum w)^2 / sum w^2.
    """

    a_list: float
    a_list_ends: tuple[float, float] | None
    a_showing: float
    a_showing_ends: tuple[float, float] | None
    lists: int
    showings: int
    effective: float


def estimate(
    reader: npt.ArrayLike,
    propensity: npt.ArrayLike,
    target: npt.ArrayLike,
    outcome: npt.ArrayLike,
) -> Estimate:
    """Return what a rule that shows each logged entry with chance `target` would bring.

    All are arrays of entries: `reader` numbers whose list it was on (each reader's showings count
    as one list), `propensity` is in (0, 1], `target` in [0, 1], `outcome` what came of it.  O(n log
    n).  Raises ValueError for another shape or for a chance that cannot be.
    """
    readers, inverse = np.unique(np.asarray(reader), return_inverse=True)
    e, t, r = (np.asarray(one, dtype=np.float64) for one in (propensity, target, outcome))
    if not e.shape == t.shape == r.shape == inverse.shape:
        raise ValueError("readers, propensities, targets and outcomes must be of one length")
    if e.size and not (float(e.min()) > 0 and float(e.max()) <= 1):
        raise ValueError("a propensity is above 0 and at most 1")
    if t.size and not (float(t.min()) >= 0 and float(t.max()) <= 1):
        raise ValueError("a chance goes from 0 to 1")
    lists = len(readers)
    weight = t / e
    of_reader = np.bincount(inverse, weights=weight * r, minlength=lists)
    weights = np.bincount(inverse, weights=weight, minlength=lists)
    mass, gained = float(weights.sum()), float(of_reader.sum())
    a_list = gained / lists if lists else 0.0
    a_showing = gained / mass if mass else 0.0
    known = int(np.count_nonzero(of_reader)) >= ENOUGH
    return Estimate(
        a_list,
        _ends(a_list, of_reader - a_list, float(lists)) if known else None,
        a_showing,
        _ends(a_showing, of_reader - a_showing * weights, mass) if known else None,
        lists,
        len(e),
        mass * mass / float((weight * weight).sum()) if mass else 0.0,
    )


def _ends(value: float, residual: npt.NDArray[np.floating[Any]], by: float) -> tuple[float, float]:
    count = len(residual)
    error = math.sqrt(float(residual @ residual) * count / max(1, count - 1)) / by
    return max(0.0, value - Z * error), value + Z * error
