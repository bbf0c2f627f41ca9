"""From a market to ranked lists with reasons for both sides."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import numpy.typing as npt

from emporion.engines.matching import (
    behaviour,
    clearing,
    encoders,
    exploring,
    levelling,
    rank,
    reasons,
    score,
    thinning,
    variety,
)
from emporion.engines.matching.encoding import Encoder, Store
from emporion.engines.matching.equilibrium import Equilibrium
from emporion.engines.matching.executor import Executor, beside
from emporion.engines.matching.features import Features
from emporion.engines.matching.kept import Kept
from emporion.engines.matching.listing import Listing
from emporion.engines.matching.market import Market, Participant, check_market
from emporion.engines.matching.meaning import read_meaning
from emporion.engines.matching.pairs import Pairs, entries
from emporion.engines.matching.result import Lists, Matching
from emporion.engines.matching.settled import Settled

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]


def match(
    market: Market,
    *,
    weights: score.Weights | None = None,
    rule: str | None = None,
    temperature: float = clearing.TEMPERATURE,
    equality: float = 0.0,
    floor: int | None = None,
    seed: int = 0,
    readers: Sequence[Encoder] | None = None,
    store: Store | None = None,
    settled: Settled | None = None,
    keep: Callable[[Kept], None] | None = None,
    ends: bool = False,
    less: float = variety.LESS,
    explore: bool = False,
    executor: Executor | None = None,
    most_pairs: int | None = None,
    progress: Callable[[str], None] | None = None,
) -> Matching:
    """Rank counterparts for both sides of a market, under both sides' capacities.

    `floor`: every exhibitor is in at least so many buyers' lists, where feasible; where it is not,
    the fewest showings are missing (`Matching.short`). None: a tenth of the average, for which no
    more than a fifth of a list is given away where it is not feasible. `equality` goes from 0, most
    matches, to 1, most equal exposure for each meeting that an exhibitor wants. `rule` is how
    places are shared out (None: what `clearing.rule_at` says of the equality). `less` is how much
    less each further one of a kind counts on a list (see `variety`); with `explore` the last places
    are drawn (see `exploring`). `seed` turns the order among exact equals, and draws places and
    people to learn from. `readers` compare texts by meaning (None: the usual encoder, where it is
    installed); what `store` keeps is not encoded again. `progress` is told the name of each step as
    it begins. Same market, weights, readers and seed: same lists. Participants may come in any
    order. With what an earlier run `settled` nothing is learnt and no calendar priced: rules and
    prices are its. `ends` also works out the figures at both ends of the knob; `keep` is handed
    what ranks single participants anew. `executor` runs what takes longest over all pairs
    elsewhere, with the same lists. Raises `MarketError` for a market that cannot be and
    `EncodingError` where a reader fails.

    O(buyers * exhibitors) time; three float32 matrices of that size at the peak, and beyond
    `most_pairs` (None: some 100 million) the pairs near a list alone (see `thinning`).
    """
    began = time.perf_counter()
    tell = progress or (lambda step: None)
    check_market(market)
    exhibitors = sorted(market.exhibitors, key=lambda one: one.id)
    buyers = sorted(market.buyers, key=lambda one: one.id)
    tell("texts")
    if readers is None:
        written = any(one.texts for one in buyers) and any(one.texts for one in exhibitors)
        readers = encoders.usual_encoders() if written else ()
    meaning = read_meaning(exhibitors, buyers, readers, store)
    tell("profiles")
    features = Features(market, exhibitors, buyers, meaning)
    if weights is None:
        weights = score.Weights() if meaning is None else score.Weights().with_meaning()
    tell("probabilities")
    if settled is None:
        lessons = behaviour.learn(features, market.signals, score.judged(weights), seed)
    else:
        rules = settled.rules_of(buyers, exhibitors)
        lessons = behaviour.Lesson(rules[0], 0), behaviour.Lesson(rules[1], 0)
    rule_p, rule_q = lessons[0].rule, lessons[1].rule
    excluded = _excluded(market, exhibitors, buyers)
    lengths = market.buyer_list_length, market.exhibitor_list_length
    p: Pairs
    q: Pairs
    most = thinning.MOST_PAIRS if most_pairs is None else most_pairs
    if len(buyers) * len(exhibitors) <= most:
        p, q = score.probabilities(features, rule_p, rule_q, executor)
    else:
        blocks = score.by_blocks(features, rule_p, rule_q, executor)
        p, q = thinning.thinned(blocks, (len(buyers), len(exhibitors)), lengths, excluded)
    tell("equilibrium")
    wish = floor is None
    if floor is None:
        floor = rank.feasible_floor(len(buyers), len(exhibitors), lengths[0])
    levelling.check(equality)
    listing = Listing(
        p,
        q,
        room=(_room(buyers), _room(exhibitors)),
        lengths=lengths,
        kinds=variety.kinds_of(exhibitors, buyers),
        excluded=excluded,
        prices=None if settled is None else settled.duals(buyers, exhibitors),
        rule=rule,
        temperature=temperature,
        floor=floor,
        wish=wish,
        less=less,
        explore=explore,
        seed=seed,
    )
    cleared, level = listing.duals(equality), listing.level(equality)
    tell("lists")
    # The lists themselves are mostly one of the ends.
    asked = [end for end in (0.0, 1.0) if ends and end != equality]
    for_buyers, for_exhibitors, *others = beside(
        lambda job: job(),
        [
            partial(listing.of_buyers, equality),
            partial(listing.of_exhibitors, equality),
            *(partial(listing.of_buyers, end) for end in asked),
        ],
    )
    figures = {
        end: listing.figures(drawn)
        for end, drawn in zip((equality, *asked), (for_buyers, *others), strict=True)
    }
    listing.forget()
    tell("reasons")
    if keep is not None:
        kernel = partial(clearing.kernel_by, listing.rule_at(equality), temperature=temperature)
        keep(Kept(market, features, (rule_p, rule_q), cleared, less, kernel))
    details = reasons.Details()
    explainer = reasons.Explainer(features, (rule_p, rule_q), details)
    held = _held(for_buyers, listing.held(equality)), np.zeros(len(for_exhibitors.beyond), bool)
    buyer_lists = _explained(reasons.BUYER, for_buyers, explainer, p, q, floor, cleared, held[0])
    exhibitor_lists = _explained(
        reasons.EXHIBITOR, for_exhibitors, explainer, p, q, floor, cleared, held[1]
    )
    return Matching(
        buyers=buyer_lists,
        exhibitors=exhibitor_lists,
        figures=figures[equality],
        floor=floor,
        short=_short(for_buyers.ranking, floor, cleared, exhibitors),
        fewest_missing=listing.fewest_missing(equality),
        rule=listing.rule_at(equality),
        equality=equality,
        level=level,
        lessons=lessons,
        seed=seed,
        seconds=time.perf_counter() - began,
        models=meaning.models if meaning is not None else (),
        ends=(figures[0.0], figures[1.0]) if ends else (),
        less=less,
        explored=explore,
    )


def _room(people: Sequence[Participant]) -> npt.NDArray[np.float64]:
    return np.asarray([one.room for one in people], dtype=np.float64)


def _short(
    ranking: rank.Ranking, floor: int, cleared: Equilibrium, exhibitors: Sequence[Participant]
) -> dict[str, int]:
    missing = rank.missing(ranking, floor, np.asarray(cleared.b > 0))
    return {one.id: many for one, many in zip(exhibitors, missing.tolist(), strict=True) if many}


def _held(drawn: exploring.Drawn, short: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Return which entries are `held` (see `Entry`); `short` marks who has no showing to spare."""
    ranking, owner = drawn.ranking, drawn.ranking.owners()
    given = np.zeros(len(ranking.start) - 1, dtype=bool)
    given[owner[ranking.forced]] = True
    held: npt.NDArray[np.bool_] = given[owner] & short[ranking.other]
    return held & ~ranking.forced & ~drawn.beyond


def _excluded(
    market: Market, exhibitors: Sequence[Participant], buyers: Sequence[Participant]
) -> tuple[Ints, Ints] | None:
    if not market.exclusions:
        return None
    exhibitor_at = {one.id: at for at, one in enumerate(exhibitors)}
    buyer_at = {one.id: at for at, one in enumerate(buyers)}
    pairs = [(buyer_at[buyer], exhibitor_at[exhibitor]) for exhibitor, buyer in market.exclusions]
    rows, columns = np.asarray(pairs, dtype=np.int64).T
    return rows, columns


def _explained(
    reader: str,
    drawn: exploring.Drawn,
    explainer: reasons.Explainer,
    p: Pairs,
    q: Pairs,
    floor: int,
    duals: Equilibrium,
    held: npt.NDArray[np.bool_],
) -> Lists:
    features, ranking = explainer.features, drawn.ranking
    own, other = ranking.owners(), ranking.other
    if reader == reasons.BUYER:
        buyer, exhibitor = own, other
        owners, others = features.buyers, features.exhibitors
        price, price_of_others = duals.a, duals.b
    else:
        buyer, exhibitor = other, own
        owners, others = features.exhibitors, features.buyers
        price, price_of_others = duals.b, duals.a
    pair_p, pair_q = entries(p, buyer, exhibitor), entries(q, buyer, exhibitor)
    table = explainer.explain(reader, buyer, exhibitor, pair_p, pair_q)
    _add_placement(table, ranking, explainer.details, others, floor, price_of_others)
    return Lists(
        [one.id for one in owners],
        [one.id for one in others],
        ranking.start,
        other,
        ranking.score,
        pair_p,
        pair_q,
        table,
        price,
        drawn.propensity,
        drawn.beyond,
        held,
    )


def _add_placement(
    table: reasons.ReasonTable,
    ranking: rank.Ranking,
    details: reasons.Details,
    others: Sequence[Participant],
    floor: int,
    duals: npt.NDArray[np.float64],
) -> None:
    """Say where the market, not the pair, put an entry: by the floor, or by an open calendar."""
    forced = np.flatnonzero(ranking.forced)
    table.code[forced, 1 : reasons.FOR_SHOWN] = table.code[forced, : reasons.FOR_SHOWN - 1]
    table.detail[forced, 1 : reasons.FOR_SHOWN] = table.detail[forced, : reasons.FOR_SHOWN - 1]
    table.code[forced, 0] = reasons.NUMBER["exposure_floor"]
    table.detail[forced, 0] = details.number(at_least=floor)
    if not len(others):
        return
    free = [one.free for one in others]
    numbers = details.numbers("meetings", free)
    open_ = (duals >= np.median(duals)) & (np.asarray(free) > 0)
    bare = np.flatnonzero((table.code[:, 0] < 0) & open_[ranking.other])
    table.code[bare, 0] = reasons.NUMBER["open_calendar"]
    table.detail[bare, 0] = numbers[ranking.other[bare]]
