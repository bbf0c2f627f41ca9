"""One participant against everybody on the other side, by what the last run found (frozen duals).

For a list between two runs, made where no market is kept in memory: the profiles are read anew, and
scores, prices and reasons are made for the one alone.  Scores come out as the run would give them
but for what it measures on both sides at once: how usual a word, or a nearness of meaning, is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from emporion.engines.matching import score
from emporion.engines.matching.encoding import Encoder, Store
from emporion.engines.matching.features import Features
from emporion.engines.matching.kept import Kept
from emporion.engines.matching.market import Market, MarketError, check_market
from emporion.engines.matching.meaning import read_meaning
from emporion.engines.matching.reasons import FOR, Told
from emporion.engines.matching.result import Entry
from emporion.engines.matching.settled import Settled


def rank_one(
    market: Market,
    name: str,
    *,
    settled: Settled | None = None,
    readers: Sequence[Encoder] = (),
    store: Store | None = None,
) -> list[Entry]:
    """Return the list of the participant with the id `name`, best first.

    Others of the same side may be left out of `market`.  Without `settled` it goes by judgement,
    and all calendars count alike.  Raises MarketError for a market that cannot be or does not hold
    the participant, EncodingError where a reader fails.  O(size of the market).
    """
    check_market(market)
    buyers = [one for one in market.buyers if one.id == name]
    sellers = [one for one in market.exhibitors if one.id == name]
    if not buyers and not sellers:
        raise MarketError(f"{name!r}", "is not in the market")
    exhibitors = sellers or sorted(market.exhibitors, key=lambda one: one.id)
    buyers = buyers or sorted(market.buyers, key=lambda one: one.id)
    here = {one.id for one in (*buyers, *exhibitors)}
    market = replace(
        market,
        exhibitors=exhibitors,
        buyers=buyers,
        signals=[one for one in market.signals if one.sender in here and one.receiver in here],
        exclusions=[pair for pair in market.exclusions if name in pair],
    )
    meaning = read_meaning(exhibitors, buyers, readers, store)
    features = Features(market, exhibitors, buyers, meaning)
    if settled is None:
        weights = score.Weights() if meaning is None else score.Weights().with_meaning()
        rules = score.judged(weights)
        settled = Settled(rules)
    else:
        rules = settled.rules_of(buyers, exhibitors)
    duals = settled.duals(buyers, exhibitors)
    me = (sellers or buyers)[0]
    rows = Kept(market, features, rules, duals).rank(me)
    others, prices = (buyers, duals.a) if sellers else (exhibitors, duals.b)
    # Where nothing of the pair speaks for it: their calendar has room, as far as it has.
    usual = np.median(prices) if len(prices) else 1.0
    room = {
        one.id: one.free for one, p in zip(others, prices, strict=True) if p >= usual and one.free
    }
    return [
        Entry(other, at, value, p, q, _with_room(told, room.get(other)))
        for at, (other, value, p, q, told) in enumerate(rows, 1)
    ]


def _with_room(told: Told, meetings: int | None) -> Told:
    if meetings is None or any(code in FOR for code, _ in told):
        return told
    return [("open_calendar", {"meetings": meetings}), *told]
