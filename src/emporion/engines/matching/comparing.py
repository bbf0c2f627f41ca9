"""Why one stands above another on somebody's list: the features that make the difference.

For the question "why am I not seeing X?".  Both pairs are scored as a list would score them, and
what the pair with X has less of is named: were it as with the other, its score would be higher.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from emporion.engines.matching import score
from emporion.engines.matching.encoding import Encoder, Store
from emporion.engines.matching.features import Feature, Features
from emporion.engines.matching.market import Market, MarketError, check_market
from emporion.engines.matching.meaning import read_meaning
from emporion.engines.matching.settled import Settled

# Log odds of p and of q together; what is less than this apart makes no difference to name.
LEAST = 0.05
NAMED = 3


@dataclass(frozen=True)
class Standing:
    """How a counterpart stands for the one who asks.

    `fit` is p * q, by which a list is sorted; `claim` is fit times price, by which places on it are
    given.
    """

    id: str
    p: float
    q: float
    price: float

    @property
    def fit(self) -> float:
        return self.p * self.q

    @property
    def claim(self) -> float:
        return self.fit * self.price


@dataclass(frozen=True)
class Comparison:
    """`one` against `last`, the last of the list as scored now.

    `least` is who has the least claim to a place on it, mostly but not always the last.  `lacks`
    are the features that `one` has less of than `last`, weightiest first.
    """

    one: Standing
    last: Standing
    least: Standing
    lacks: tuple[Feature, ...]


def compare(
    market: Market,
    asking: str,
    one: str,
    listed: Sequence[str],
    *,
    settled: Settled | None = None,
    readers: Sequence[Encoder] = (),
    store: Store | None = None,
) -> Comparison:
    """Compare `one` with those `listed`, as counterparts of `asking` (ids; `listed` not empty).

    Rules and prices are those of an earlier run where it `settled` them.  Raises MarketError for
    ids that do not stand on two sides.  O(size of the market).
    """
    check_market(market)
    exhibitors = sorted(market.exhibitors, key=lambda each: each.id)
    buyers = sorted(market.buyers, key=lambda each: each.id)
    features = Features(
        market, exhibitors, buyers, read_meaning(exhibitors, buyers, readers, store)
    )
    if settled is None:
        weights = score.Weights() if features.meaning is None else score.Weights().with_meaning()
        rules = score.judged(weights)
    else:
        rules = settled.rules_of(buyers, exhibitors)
    at = {each.id: number for number, each in enumerate(buyers)}
    other = {each.id: number for number, each in enumerate(exhibitors)}
    asks_as_buyer = asking in at
    own, others = (at, other) if asks_as_buyer else (other, at)
    names = [one, *(name for name in listed if name != one)]
    if asking not in own or len(names) < 2 or any(name not in others for name in names):
        raise MarketError(f"{asking!r}", "those who are compared must stand on the other side")
    mine = np.full(len(names), own[asking])
    theirs = np.asarray([others[name] for name in names])
    pairs = (mine, theirs) if asks_as_buyer else (theirs, mine)
    p, q = score.pair_probabilities(features, *rules, *pairs)
    people = settled.people if settled is not None else {}
    standing = [
        Standing(name, float(p[n]), float(q[n]), people[name].price if name in people else 1.0)
        for n, name in enumerate(names)
    ]
    last = min(range(1, len(names)), key=lambda n: (standing[n].fit, -n))
    least = min(standing[1:], key=lambda each: each.claim)
    values = features.pairs(*pairs)
    gap = (rules[0].weight + rules[1].weight) * (values[last] - values[0])
    order = sorted(Feature, key=lambda feature: (-float(gap[feature]), feature))
    return Comparison(
        standing[0],
        standing[last],
        least,
        tuple(feature for feature in order if gap[feature] > LEAST)[:NAMED],
    )
