"""How near two texts are in meaning, whatever their languages: from vectors to one bounded feature.

A cosine says little by itself: one model puts strangers at 0.1, another at 0.8.  So it is taken as
a distance from what is usual between strangers, in spreads of that; several models are added up.
The vectors of a person are put side by side, scaled, so that one product gives the whole sum.

Where there are offers enough, their middle is taken away from all vectors first: what every offer
has in common, and what is particular to the language of a need, says nothing of who fits whom.  The
same need in two languages then finds more of the same offers.  Moving needs further than that finds
more of the same still, but also where needs have nothing in common: ever the same outliers.  Chosen
on the sentences of benchmarks/matching_tuning.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from emporion.engines.matching.encoding import (
    PASSAGE,
    QUERY,
    Encoder,
    Store,
    mean_of_languages,
)
from emporion.engines.matching.market import Participant

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

# So many spreads above strangers count half; not known counts like strangers.
HALF = 3.0
UNKNOWN = np.float32(1 / (1 + np.exp(HALF)))
# What two models say goes together so far: the spread of their sum.
TOGETHER = 0.5
# Offers with a text from which on their middle is taken away; of so many half of it, as the middle
# of a few says as much of these few.
CENTRED_FROM = 20
# People of each side, and pairs at least, that tell what is usual; what is taken without.
SAMPLE, LEAST_SAMPLE = 300, 100
ASSUMED = (0.3, 0.15)
# Single pairs compared at once: their vectors, laid beside each other, are to stay in a cache.
PAIRS = 256


@dataclass(frozen=True)
class Meaning:
    """Scaled vectors float32[people, d] of both sides; rows of who wrote nothing are not `known`.

    `usual` is what the product of strangers is; `models` name what made the vectors.
    """

    buyers: Floats
    exhibitors: Floats
    buyers_known: Bools
    exhibitors_known: Bools
    usual: float
    models: tuple[str, ...]

    def block(self, rows: slice) -> Floats:
        """Return the feature float32[rows, exhibitors], 0..1. O(rows * exhibitors * d)."""
        found = self._bounded(self.buyers[rows] @ self.exhibitors.T)
        found[~self.buyers_known[rows]] = UNKNOWN
        found[:, ~self.exhibitors_known] = UNKNOWN
        return found

    def pairs(self, buyers: Ints, exhibitors: Ints) -> Floats:
        """Return the feature float32[pairs] of single pairs."""
        products = np.empty(len(buyers), dtype=np.float32)
        for at in range(0, len(buyers), PAIRS):
            part = slice(at, at + PAIRS)
            products[part] = np.einsum(
                "ij,ij->i", self.buyers[buyers[part]], self.exhibitors[exhibitors[part]]
            )
        found = self._bounded(products)
        found[~(self.buyers_known[buyers] & self.exhibitors_known[exhibitors])] = UNKNOWN
        return found

    def _bounded(self, products: Floats) -> Floats:
        products -= np.float32(self.usual + HALF)
        np.negative(products, out=products)
        np.exp(products, out=products)
        products += 1
        np.reciprocal(products, out=products)
        return products


def read_meaning(
    exhibitors: Sequence[Participant],
    buyers: Sequence[Participant],
    encoders: Sequence[Encoder],
    store: Store | None = None,
) -> Meaning | None:
    """Return the vectors of both sides' texts by all encoders together; None without an encoder.

    What an exhibitor writes is an offer, what a buyer writes a need.  Vectors that `store` keeps
    are not made again.  Raises EncodingError where an encoder does.
    """
    if not encoders:
        return None
    parts: list[tuple[Floats, Floats]] = []
    usual = 0.0
    # The spread of a sum of k models that go together.
    whole = float(np.sqrt(len(encoders) * (1 + (len(encoders) - 1) * TOGETHER)))
    for encoder in encoders:
        wanted = mean_of_languages(encoder, [one.texts for one in buyers], QUERY, store)
        given = mean_of_languages(encoder, [one.texts for one in exhibitors], PASSAGE, store)
        offers, needs = (int(side.any(axis=1).sum()) for side in (given, wanted))
        if offers >= CENTRED_FROM and offers * needs >= LEAST_SAMPLE:
            wanted, given = _centred(wanted, given, offers / (offers + CENTRED_FROM))
            middle, spread = _usual(wanted, given)
        else:
            middle, spread = getattr(encoder, "usual", None) or _usual(wanted, given)
        usual += middle / (spread * whole)
        parts.append((wanted * np.float32(1 / (spread * whole)), given))
    of_buyers = np.concatenate([part[0] for part in parts], axis=1)
    of_exhibitors = np.concatenate([part[1] for part in parts], axis=1)
    return Meaning(
        of_buyers,
        of_exhibitors,
        _written(parts, 0),
        _written(parts, 1),
        usual,
        tuple(encoder.model for encoder in encoders),
    )


def _centred(wanted: Floats, given: Floats, share: float) -> tuple[Floats, Floats]:
    """Return unit rows from `share` of the middle of all offers; zeros stay where nothing is."""
    middle = given[given.any(axis=1)].mean(axis=0)
    sides = []
    for side in (wanted, given):
        written = side.any(axis=1, keepdims=True)
        moved = np.where(written, side - np.float32(share) * middle, 0)
        length = np.linalg.norm(moved, axis=1, keepdims=True)
        # Texts that all say the same are at the middle: whoever wrote them has still written.
        unit = np.divide(moved, length, out=np.zeros_like(moved), where=length > 1e-3)
        sides.append(np.asarray(np.where(written & (length <= 1e-3), 1e-6, unit), np.float32))
    return sides[0], sides[1]


def _written(parts: Sequence[tuple[Floats, Floats]], side: int) -> Bools:
    """Whether every model has a vector."""
    known = np.ones(len(parts[0][side]), dtype=bool)
    for part in parts:
        known &= part[side].any(axis=1)
    return known


def _usual(wanted: Floats, given: Floats) -> tuple[float, float]:
    """Return middle and spread of cosines of strangers: most pairs of a market are."""
    some = [side[side.any(axis=1)] for side in (wanted, given)]
    some = [side[:: max(1, len(side) // SAMPLE)] for side in some]
    cosines = (some[0] @ some[1].T).ravel()
    if len(cosines) < LEAST_SAMPLE:
        return ASSUMED
    low, middle, high = np.quantile(cosines, (0.25, 0.5, 0.75))
    return float(middle), max(float(high - low) / 1.349, 1e-3)
