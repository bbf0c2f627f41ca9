"""Two directed probabilities per pair, by logistic forms with documented weights.

p = 1 / (1 + exp(-(bias + sum of weight * feature))) that the buyer wants the exhibitor, and q the
same for the exhibitor.  Every feature is bounded and every weight is >= 0, so both rise with each
feature and no single one decides alone.  The weights start as judgement; where there are answers
they are learnt from them, with what is particular to a person, and calibrated (`behaviour`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from emporion.engines.matching.calibration import Calibrator
from emporion.engines.matching.executor import Executor, Local
from emporion.engines.matching.features import Feature, Features

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
BLOCK = 512
# What meaning weighs where texts are read for it, and what is left of shared words beside it.
MEANING, BESIDE_MEANING = 3.2, 0.5


@dataclass(frozen=True)
class Direction:
    """The weights of one direction. "own" is the side that decides, "other" the one looked at."""

    bias: float = -2.6
    own_needs: float = 3.2
    other_needs: float = 1.0
    text: float = 1.6
    meaning: float = 0.0
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

    def with_meaning(self) -> Weights:
        """Return these weights where texts are also read for their meaning, which says more."""
        return Weights(
            *(
                replace(one, text=one.text * BESIDE_MEANING, meaning=MEANING)
                for one in (self.buyer, self.exhibitor)
            )
        )

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
            out[Feature.MEANING] = one.meaning
            out[Feature[f"{own}_MARKET"]] = one.own_market
            out[Feature.LANGUAGE] = one.language
            out[Feature.DEAL] = one.deal
            out[Feature.SIZE] = one.size
            out[Feature[f"{own}_SIGNAL"]] = one.own_signal
            out[Feature[f"{other}_POPULAR"]] = one.other_popular
            if float(out.min()) < 0:
                raise ValueError("weights must not be negative: the score rises with each feature")
        return p, q


@dataclass(frozen=True)
class Rule:
    """How one direction is scored: log odds = bias + weight . features + offsets of the people.

    `of_buyers` and `of_exhibitors` are None where nothing is known of single people; `calibrator`
    turns the log odds into calibrated ones.
    """

    weight: Floats
    bias: float
    of_buyers: Floats | None = None
    of_exhibitors: Floats | None = None
    calibrator: Calibrator | None = None

    def finish(self, odds: Floats, buyers: slice | Ints, exhibitors: slice | Ints) -> None:
        """Turn weighted features, in place, into probabilities.

        `buyers` and `exhibitors` choose the people of `odds` and broadcast against each other.
        """
        odds += np.float32(self.bias)
        for offset, chosen in ((self.of_buyers, buyers), (self.of_exhibitors, exhibitors)):
            if offset is None:
                continue
            if isinstance(buyers, slice):
                odds += offset[chosen, None] if offset is self.of_buyers else offset[chosen]
            else:
                odds += offset[chosen]
        if self.calibrator is not None:
            odds[...] = self.calibrator(odds)
        _logistic(odds)


def judged(weights: Weights) -> tuple[Rule, Rule]:
    """Return the rules of p and q by judgement alone."""
    p, q = weights.vectors()
    return Rule(p, weights.buyer.bias), Rule(q, weights.exhibitor.bias)


def probabilities(
    features: Features, rule_p: Rule, rule_q: Rule, executor: Executor | None = None
) -> tuple[Floats, Floats]:
    """Return p and q, each float32[buyers, exhibitors], computed in blocks of buyers.

    O(buyers * exhibitors); the two results and a few MB on top. `executor` runs the blocks (None:
    one after the other, here); it is not closed.
    """
    buyers, exhibitors = len(features.buyers), len(features.exhibitors)
    p = np.zeros((buyers, exhibitors), dtype=np.float32)
    q = np.zeros((buyers, exhibitors), dtype=np.float32)
    for rows, *found in by_blocks(features, rule_p, rule_q, executor):
        p[rows], q[rows] = found
    return p, q


def by_blocks(
    features: Features, rule_p: Rule, rule_q: Rule, executor: Executor | None = None
) -> Iterator[tuple[slice, Floats, Floats]]:
    """Yield (rows, p, q) of consecutive blocks of buyers; see `probabilities`."""
    buyers = len(features.buyers)
    if not features.exhibitors:
        return
    where = executor or Local()
    parts = [slice(at, min(at + BLOCK, buyers)) for at in range(0, buyers, BLOCK)]
    # Before threads or processes ask for it.
    features.along()
    shared = where.share((features, rule_p, rule_q))
    for rows, (p, q) in zip(parts, where.map(_block, shared, parts), strict=True):
        yield rows, p, q


def _block(shared: tuple[Features, Rule, Rule], rows: slice) -> tuple[Floats, Floats]:
    features, rule_p, rule_q = shared
    shape = (rows.stop - rows.start, len(features.exhibitors))
    p, q = np.zeros(shape, dtype=np.float32), np.zeros(shape, dtype=np.float32)
    for feature, values in features.block(rows):
        for out, weight in ((p, rule_p.weight[feature]), (q, rule_q.weight[feature])):
            if weight and values.any():
                out += weight * values
    rule_p.finish(p, rows, slice(None))
    rule_q.finish(q, rows, slice(None))
    return p, q


def whole(features: Features, rule_p: Rule, rule_q: Rule) -> tuple[Floats, Floats]:
    """Return what `probabilities` does, in one block: for a side of one."""
    rows = slice(0, len(features.buyers))
    shape = (len(features.buyers), len(features.exhibitors))
    p, q = np.zeros(shape, dtype=np.float32), np.zeros(shape, dtype=np.float32)
    for feature, values in features.block(rows):
        p += rule_p.weight[feature] * values
        q += rule_q.weight[feature] * values
    rule_p.finish(p, rows, slice(None))
    rule_q.finish(q, rows, slice(None))
    return p, q


def pair_probabilities(
    features: Features, rule_p: Rule, rule_q: Rule, buyers: Ints, exhibitors: Ints
) -> tuple[Floats, Floats]:
    """Return p and q float32[pairs] of single pairs."""
    values = features.pairs(buyers, exhibitors)
    found = []
    for rule in (rule_p, rule_q):
        odds = values @ rule.weight
        rule.finish(odds, buyers, exhibitors)
        found.append(odds)
    return found[0], found[1]


def _logistic(z: Floats) -> None:
    np.negative(z, out=z)
    np.exp(z, out=z)
    z += 1
    np.reciprocal(z, out=z)
