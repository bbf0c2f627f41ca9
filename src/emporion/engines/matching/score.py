"""Two directed probabilities per pair, by logistic forms with documented weights.

p = 1 / (1 + exp(-(bias + sum of weight * feature))) that the buyer wants the exhibitor, and q the
same for the exhibitor.  Every feature is bounded and every weight is >= 0, so both rise with each
feature and no single one decides alone.  The weights are set by judgement, not fitted: p and q are
ordered and comparable, but not yet calibrated against answers.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from emporion.engines.matching.features import Feature, Features

Floats = npt.NDArray[np.float32]
BLOCK = 512


@dataclass(frozen=True)
class Direction:
    """The weights of one direction. "own" is the side that decides, "other" the one looked at."""

    bias: float = -2.6
    own_needs: float = 3.2
    other_needs: float = 1.0
    text: float = 1.6
    own_market: float = 0.6
    language: float = 0.4
    deal: float = 0.4
    size: float = 0.2
    own_signal: float = 1.0
    other_popular: float = 0.4


@dataclass(frozen=True)
class Weights:
    """The weights of both directions.

    A buyer looks first at what is offered. An exhibitor came to sell: it looks first at whether
    the buyer needs what it offers, then at what it needs itself.
    """

    buyer: Direction = Direction()
    exhibitor: Direction = field(default_factory=lambda: Direction(own_needs=1.4, other_needs=2.8))

    def vectors(self) -> tuple[Floats, Floats]:
        """Return the weights of p and of q by `Feature`."""
        p = np.zeros(len(Feature), dtype=np.float32)
        q = np.zeros(len(Feature), dtype=np.float32)
        for out, one, own, other in (
            (p, self.buyer, "BUYER", "EXHIBITOR"),
            (q, self.exhibitor, "EXHIBITOR", "BUYER"),
        ):
            out[Feature[f"{own}_NEEDS"]] = one.own_needs
            out[Feature[f"{other}_NEEDS"]] = one.other_needs
            out[Feature.TEXT] = one.text
            out[Feature[f"{own}_MARKET"]] = one.own_market
            out[Feature.LANGUAGE] = one.language
            out[Feature.DEAL] = one.deal
            out[Feature.SIZE] = one.size
            out[Feature[f"{own}_SIGNAL"]] = one.own_signal
            out[Feature[f"{other}_POPULAR"]] = one.other_popular
            if float(out.min()) < 0:
                raise ValueError("weights must not be negative: the score rises with each feature")
        return p, q


def probabilities(features: Features, weights: Weights) -> tuple[Floats, Floats]:
    """Return p and q, each float32[buyers, exhibitors], computed in blocks of buyers.

    O(buyers * exhibitors); the two results and a few MB on top.
    """
    buyers, exhibitors = len(features.buyers), len(features.exhibitors)
    weight_p, weight_q = weights.vectors()
    p = np.empty((buyers, exhibitors), dtype=np.float32)
    q = np.empty((buyers, exhibitors), dtype=np.float32)
    if not exhibitors:
        return p, q
    for start in range(0, buyers, BLOCK):
        rows = slice(start, min(start + BLOCK, buyers))
        p[rows], q[rows] = weights.buyer.bias, weights.exhibitor.bias
        for feature, values in features.block(rows):
            for out, weight in ((p[rows], weight_p[feature]), (q[rows], weight_q[feature])):
                if weight and values.any():
                    out += weight * values
        _logistic(p[rows])
        _logistic(q[rows])
    return p, q


def _logistic(z: Floats) -> None:
    np.negative(z, out=z)
    np.exp(z, out=z)
    z += 1
    np.reciprocal(z, out=z)
