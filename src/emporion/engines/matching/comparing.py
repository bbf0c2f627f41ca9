"""Why one stands above another on somebody's list, and why one is on it and another is not.

For the question "why am I not seeing X?".  Both pairs are scored as a list would score them.  What
kept X out is found as the list was filled: place by place, by fit, calendar, level and variety,
with a few places by lot and by the exposure floor.  Where X fits less, what the pair has less of
than that with the last is named: were it as with the other, its score would be higher.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import log

import numpy as np
import numpy.typing as npt

from emporion.engines.matching import clearing, score, variety
from emporion.engines.matching.encoding import Encoder, Store
from emporion.engines.matching.features import Feature, Features
from emporion.engines.matching.market import Market, MarketError, check_market
from emporion.engines.matching.meaning import read_meaning
from emporion.engines.matching.rank import Ranking
from emporion.engines.matching.settled import USUAL, Settled

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

# Log odds of p and of q together; what is less than this apart makes no difference to name.
LEAST = 0.05
NAMED = 3
# Who would stand less than this share before another stands beside them.
BESIDE = 0.02
# In a sample of a market whoever is listed scores a little otherwise than on the list.  So many
# times what nine of ten of them are off by at most says nothing of who stands before whom.
OFF, NINE_OF_TEN = 3.0, 0.9


@dataclass(frozen=True)
class Standing:
    """How a counterpart stands for the one who asks.

    `fit` is p * q, by which a list is sorted; `kernel` what the rule of the run makes of both, and
    `claim` that times the price of the calendar and the level of exposure (see `settled`), by which
    places are given.
    """

    id: str
    p: float
    q: float
    kernel: float
    calendar: float
    level: float

    @property
    def fit(self) -> float:
        return self.p * self.q

    @property
    def claim(self) -> float:
        return self.kernel * self.calendar * self.level


@dataclass(frozen=True)
class Comparison:
    """`one` against `last`, who fits least of the list as scored now, and why `one` is not on it.

    `lacks` are the features that `one` has less of than `last`, weightiest first.

    ============= ===============================================================================
    why           meaning
    ============= ===============================================================================
    ``next_run``  by what is known now they would be on the list
    ``beside``    they stand beside somebody on the list, and places are few
    ``lot``       the lot fell on others who stand about as they do
    ``few_seen``  only those come after them who have, or keep, a place by the exposure floor
    ``fits_less`` all on the list fit better
    ``crowded``   their calendar is asked for more than it holds
    ``evenly``    exposure is made more equal, and they would have had more of it than others
    ``alike``     enough of their kind are on the list
    ============= ===============================================================================
    """

    one: Standing
    last: Standing
    why: str
    lacks: tuple[Feature, ...]


def compare(
    market: Market,
    asking: str,
    one: str,
    listed: Sequence[str],
    *,
    settled: Settled | None = None,
    rule: str = clearing.PRICED,
    drawn: Collection[str] = (),
    forced: Collection[str] = (),
    held: Collection[str] = (),
    thinned: bool = False,
    as_listed: Mapping[str, float] | None = None,
    admirers: Mapping[str, int] | None = None,
    readers: Sequence[Encoder] = (),
    store: Store | None = None,
) -> Comparison:
    """Compare `one` with those `listed`, as counterparts of `asking` (ids; `listed` not empty).

    Rules and prices are those of an earlier run where it `settled` them; the list itself shared
    places out by `rule`, which of one that is made between runs (`rank_one`) is always that of
    prices.  Of those listed some were `drawn` by lot, `forced` by the exposure floor, or `held` by
    it where it took others off (see `result.Entry`); `thinned` says that the run looked at pairs
    near a list alone (see `thinning`).  How usual words are is measured in `market`: that should be
    the one that the list was made in, or hold many of it; then `as_listed` tells p * q of those on
    the list as it has them, and who is only before others by as much as these are off counts as
    beside them.
    `admirers` says how many asked for each, where `market` does not hold all who did.  Raises
    MarketError for ids that do not stand on two sides.  O(size of the market).
    """
    check_market(market)
    exhibitors = sorted(market.exhibitors, key=lambda each: each.id)
    buyers = sorted(market.buyers, key=lambda each: each.id)
    features = Features(
        market, exhibitors, buyers, read_meaning(exhibitors, buyers, readers, store)
    )
    if admirers is not None:
        features.exhibitor_admirers, features.buyer_admirers = (
            np.asarray([admirers.get(each.id, 0) for each in side], dtype=np.int64)
            for side in (exhibitors, buyers)
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
    # Between runs the equilibrium leaves nothing to multiply by: p q alone orders then.
    levelled = settled is not None and settled.rule == rule
    kernel = clearing.kernel_by(rule, p, q)
    standing = []
    for at_name, name in enumerate(names):
        found = people.get(name, USUAL)
        # The equilibrium has no prices: what it multiplies by is all level.
        level = found.level if levelled and found.level else USUAL.level
        calendar = (found.price or USUAL.price) / level if rule == clearing.PRICED else 1.0
        numbers = float(p[at_name]), float(q[at_name]), float(kernel[at_name])
        standing.append(Standing(name, *numbers, calendar, level))
    last = min(range(1, len(names)), key=lambda n: (standing[n].fit, -n))
    kinds = variety.kinds_of(exhibitors, buyers)[0 if asks_as_buyer else 1][theirs]
    chance = np.asarray([name in drawn for name in names])
    floor = np.asarray([name in forced or name in held for name in names])
    values = features.pairs(*pairs)
    gap = (rules[0].weight + rules[1].weight) * (values[last] - values[0])
    order = sorted(Feature, key=lambda feature: (-float(gap[feature]), feature))
    return Comparison(
        standing[0],
        standing[last],
        _why(standing, last, kinds, (chance, floor), thinned, _beside(standing[1:], as_listed)),
        tuple(feature for feature in order if gap[feature] > LEAST)[:NAMED],
    )


def _beside(listed: Sequence[Standing], as_listed: Mapping[str, float] | None) -> float:
    """Return by which share more of worth somebody stands beside others, and not before them."""
    if as_listed is None:
        return BESIDE
    off = np.log([each.fit / max(as_listed[each.id], 1e-9) for each in listed])
    return max(BESIDE, OFF * float(np.quantile(np.abs(off - np.median(off)), NINE_OF_TEN)))


def _why(
    standing: list[Standing],
    last: int,
    kinds: Ints,
    given: tuple[Bools, Bools],
    thinned: bool,
    beside: float,
) -> str:
    """Return why the first of `standing` has no place among the others; see `Comparison`.

    `given` are places by lot, and those that the exposure floor gave or let nobody else have.
    """
    drawn, by_floor = given
    order, worth = _filled(standing, kinds)
    behind = order[order.index(0) + 1 :]
    certain = [at for at in behind if not (drawn[at] or by_floor[at])]
    one, other = standing[0], standing[last]
    if thinned and certain and one.fit < other.fit:
        # Their claim is the greater one, and was not asked for: too many fit better.
        return "fits_less"
    if certain:
        return "next_run" if worth[0] > (1 + beside) * worth[certain[-1]] else "beside"
    if any(drawn[at] for at in behind):
        return "lot"
    if behind:
        return "few_seen"
    if one.fit < other.fit:
        return "fits_less"
    # They fit as well as the last and stand behind it nevertheless: by what most?
    further = {
        "crowded": log(other.calendar / one.calendar),
        "evenly": log(other.level / one.level),
        "alike": log(worth[last] / other.claim) - log(worth[0] / one.claim),
    }
    why = max(further, key=lambda code: further[code])
    return why if further[why] > BESIDE else "beside"


def _filled(standing: list[Standing], kinds: Ints) -> tuple[list[int], dict[int, float]]:
    """Return in which order a list takes all of `standing`, and what each is worth at its turn."""
    claim = np.asarray([each.claim for each in standing])
    # Among equals whoever is on the list comes before the first, who is not.
    place = np.lexsort((np.arange(len(claim)) == 0, -claim))
    nobody = np.zeros(len(claim), dtype=bool)
    long = Ranking(np.asarray([0, len(claim)]), place, claim[place].astype(np.float32), nobody)
    filled = variety.varied(long, kinds, len(claim) - 1, 1)
    order = filled.other.tolist()
    return order, dict(zip(order, filled.score.tolist(), strict=True))
