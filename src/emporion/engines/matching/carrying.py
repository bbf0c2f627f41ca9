"""What a feature carries: by how much log(p q) of a pair falls where the feature falls."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from emporion.engines.matching.features import Feature
from emporion.engines.matching.score import Rule

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
# So far from 0 and 1 as single precision tells them apart.
NEAREST = 2.0**-24


class Carried:
    """Chunks of pairs whose p and q came of two rules.

    log p falls by (1 - p) for each log odd.  Of a calibrated rule these are the calibrated log
    odds, of which a feature moves few where the curve is nearly level, however much it weighs.
    """

    def __init__(self, rules: tuple[Rule, Rule], p: Floats, q: Floats) -> None:
        self._slope = np.zeros((len(p), len(Feature)), dtype=np.float32)
        self._curved = []
        for rule, chance in zip(rules, (p, q), strict=True):
            if rule.calibrator is None:
                self._slope += np.outer(1 - chance, rule.weight)
            else:
                safe = np.clip(chance.astype(np.float64), NEAREST, 1 - NEAREST)
                calibrated = np.log(safe / (1 - safe))
                odds = rule.calibrator.inverse(calibrated)
                self._curved.append(
                    (rule.weight, rule.calibrator, 1 - chance, calibrated.astype(np.float32), odds)
                )

    def by(self, feature: Feature, fall: Floats, pairs: Ints | None = None) -> Floats:
        """Return what `fall` of a feature carries; of all pairs, or of those that `pairs` names."""
        at = slice(None) if pairs is None else pairs
        carried = fall * self._slope[at, feature]
        for weights, curve, room, calibrated, odds in self._curved:
            if weight := weights[feature]:
                carried += room[at] * (calibrated[at] - curve(odds[at] - weight * fall))
        return carried
