"""From a market to ranked lists with reasons for both sides."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from emporion.engines.matching import (
    behaviour,
    clearing,
    encoders,
    exploring,
    levelling,
    metrics,
    rank,
    reasons,
    score,
    variety,
)
from emporion.engines.matching.encoding import Encoder, Store
from emporion.engines.matching.equilibrium import Equilibrium
from emporion.engines.matching.executor import Executor
from emporion.engines.matching.features import Features
from emporion.engines.matching.kept import Kept
from emporion.engines.matching.market import Market, Participant, check_market
from emporion.engines.matching.meaning import read_meaning
from emporion.engines.matching.settled import Settled

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

# Named with every showing, so that what came of it can be laid to the rule that made it.
POLICY = "facets-text-meaning/7"


@dataclass(frozen=True)
class Entry:
    """One line of a list. `p`: the buyer wants the exhibitor; `q`: the reverse, on every list.

    `propensity` is the chance with which it was to be on the list; `beyond` says that it would not
    be there had nothing been drawn (see `exploring`).
    """

    id: str
    rank: int
    score: float
    p: float
    q: float
    reasons: list[tuple[str, dict[str, Any]]]
    propensity: float = 1.0
    beyond: bool = False


@dataclass
class Lists:
    """The lists of one side, as arrays: list i holds the entries start[i] to start[i + 1].

    `other` are indices into `other_ids`; `p` (the buyer wants the exhibitor) and `q` (the reverse)
    have the same meaning on both sides' lists.  `price[i]` is that of the calendar of owner i.
    """

    owner_ids: list[str]
    other_ids: list[str]
    start: Ints
    other: Ints
    score: Floats
    p: Floats
    q: Floats
    reasons: reasons.ReasonTable
    price: npt.NDArray[np.float64]
    propensity: npt.NDArray[np.float64]
    beyond: npt.NDArray[np.bool_]

    def of(self, owner: int) -> list[Entry]:
        """Return the list of one owner (by index), best first."""
        begin, end = int(self.start[owner]), int(self.start[owner + 1])
        return [
            Entry(
                self.other_ids[int(self.other[at])],
                at - begin + 1,
                float(self.score[at]),
                float(self.p[at]),
                float(self.q[at]),
                self.reasons.of(at),
                float(self.propensity[at]),
                bool(self.beyond[at]),
            )
            for at in range(begin, end)
        ]

    def __iter__(self) -> Iterator[tuple[str, list[Entry]]]:
        """Yield (owner id, entries) in the order of ids."""
        for at, owner in enumerate(self.owner_ids):
            yield owner, self.of(at)


@dataclass
class Matching:
    """Both sides' lists, the figures of the market, and how they came about.

    `rule` is the order used (see `clearing`); `lessons` what answers taught of p and q; `models`
    what read the texts for their meaning; `ends` the figures at both ends of the knob, from most
    matches to most equal, where they were asked for.
    """

    buyers: Lists
    exhibitors: Lists
    figures: metrics.Figures
    floor: int
    rule: str
    equality: float
    lessons: tuple[behaviour.Lesson, behaviour.Lesson]
    seed: int
    seconds: float
    models: tuple[str, ...] = ()
    ends: tuple[metrics.Figures, ...] = ()
    less: float = 0.0
    explored: bool = False

    @property
    def policy(self) -> str:
        """Everything that decides the order beside the market itself and the seed."""
        ways = [self.rule, f"{self.equality:g}"]
        if self.less:
            ways.append(f"varied {self.less:g}")
        if self.explored:
            ways.append(f"drawn {exploring.SHARE:g} near {exploring.NEAR:g}")
        return " ".join((POLICY, *ways, *self.models))


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
    progress: Callable[[str], None] | None = None,
) -> Matching:
    """Rank counterparts for both sides of a market, under both sides' capacities.

    `floor`: every exhibitor is in at least so many buyers' lists, where feasible (None: a tenth of
    the average). `equality` goes from 0, most matches, to 1, most equal exposure for each meeting
    that an exhibitor wants. `rule` is how places are shared out (None: what `clearing.rule_at` says
    of the equality). `less` is how much less each further one of a kind counts on a list
    (see `variety`); with `explore` the last places are drawn (see `exploring`). `seed` turns the
    order among exact equals, and draws places and people to learn from. `readers` compare texts by
    meaning (None: the usual encoder, where it is installed); what `store` keeps is not encoded
    again. `progress` is told the name of each step as it begins. Same market, weights, readers and
    seed: same lists. Participants may come in any order. With what an earlier run `settled` nothing
    is learnt and no calendar priced: rules and prices are its. `ends` also works out the figures at
    both ends of the knob; `keep` is handed what ranks single participants anew. `executor` runs
    what takes longest over all pairs elsewhere, with the same lists. Raises `MarketError` for a
    market that cannot be and `EncodingError` where a reader fails.

    O(buyers * exhibitors) time; three float32 matrices of that size at the peak.
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
    p, q = score.probabilities(features, rule_p, rule_q, executor)
    tell("equilibrium")
    exhibitor_capacity = np.asarray([one.room for one in exhibitors], dtype=np.float64)
    buyer_capacity = np.asarray([one.room for one in buyers], dtype=np.float64)
    length = market.buyer_list_length
    if floor is None:
        floor = rank.feasible_floor(len(buyers), len(exhibitors), length)
    levelling.check(equality)
    excluded = _excluded(market, exhibitors, buyers)
    orders: dict[str, clearing.Clearing] = {}

    def order_at(equality: float) -> clearing.Clearing:
        """The order that serves an equality; prices of an earlier run go with their own rule."""
        chosen = rule or (clearing.rule_at(equality) if settled is None else clearing.PRICED)
        if chosen not in orders:
            orders[chosen] = clearing.clear(
                p,
                q,
                buyer_capacity,
                exhibitor_capacity,
                lengths=(length, market.exhibitor_list_length),
                excluded=excluded,
                temperature=temperature,
                rule=chosen,
                prices=None if settled is None else settled.duals(buyers, exhibitors),
            )
        return orders[chosen]

    order = order_at(equality)
    kinds = variety.kinds_of(exhibitors, buyers)

    def lists_at(equality: float) -> tuple[exploring.Drawn, Equilibrium]:
        order = order_at(equality)
        dense, duals = order.kernel, order.duals
        if equality:
            duals = levelling.moved(duals, order.levels(exhibitor_capacity, length), equality)
        long = rank.rank_buyers(dense, duals, _reach(length), seed)
        wider = variety.varied(long, kinds[0], length, exploring.places(length), less)
        ranking = variety.cut(wider, length)
        ranking = rank.raise_to_floor(ranking, dense, duals, floor, length)
        if not explore:
            return exploring.as_computed(ranking), duals
        return exploring.draw(ranking, wider, len(exhibitors), length, floor, seed), duals

    def lists_of_exhibitors(duals: Equilibrium) -> exploring.Drawn:
        size = market.exhibitor_list_length
        long = rank.rank_exhibitors(order.kernel, duals, _reach(size), seed)
        wider = variety.varied(long, kinds[1], size, exploring.places(size), less)
        ranking = variety.cut(wider, size)
        if not explore:
            return exploring.as_computed(ranking)
        return exploring.draw(ranking, wider, len(buyers), size, 0, seed)

    def figures_of(drawn: exploring.Drawn) -> metrics.Figures:
        ranking = drawn.ranking
        at = ranking.owners(), ranking.other
        return metrics.figures(ranking, p[at], q[at], exhibitor_capacity)

    tell("lists")
    for_buyers, cleared = lists_at(equality)
    # The lists themselves are mostly one of the ends.
    both_ends = tuple(
        figures_of(for_buyers if end == equality else lists_at(end)[0])
        for end in ((0.0, 1.0) if ends else ())
    )
    for_exhibitors = lists_of_exhibitors(cleared)
    orders.clear()
    order.kernel = np.empty((0, 0), dtype=np.float32)
    tell("reasons")
    if keep is not None:
        kernel = partial(clearing.kernel_by, order.rule, temperature=temperature)
        keep(Kept(market, features, (rule_p, rule_q), cleared, less, kernel))
    details = reasons.Details()
    explainer = reasons.Explainer(features, rule_p.weight, rule_q.weight, details)
    buyer_lists = _explained(reasons.BUYER, for_buyers, explainer, p, q, floor, cleared)
    exhibitor_lists = _explained(reasons.EXHIBITOR, for_exhibitors, explainer, p, q, floor, cleared)
    return Matching(
        buyers=buyer_lists,
        exhibitors=exhibitor_lists,
        figures=figures_of(for_buyers),
        floor=floor,
        rule=order.rule,
        equality=equality,
        lessons=lessons,
        seed=seed,
        seconds=time.perf_counter() - began,
        models=meaning.models if meaning is not None else (),
        ends=both_ends,
        less=less,
        explored=explore,
    )


def _reach(length: int) -> int:
    return variety.REACH * length


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
    p: Floats,
    q: Floats,
    floor: int,
    duals: Equilibrium,
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
    pair_p, pair_q = p[buyer, exhibitor], q[buyer, exhibitor]
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
    numbers = np.asarray([details.number(meetings=one.free) for one in others])
    open_ = (duals >= np.median(duals)) & np.asarray([one.free > 0 for one in others])
    bare = np.flatnonzero((table.code[:, 0] < 0) & open_[ranking.other])
    table.code[bare, 0] = reasons.NUMBER["open_calendar"]
    table.detail[bare, 0] = numbers[ranking.other[bare]]
