"""From p and q to both sides' lists, at any equality of the knob.

Who is on a list is decided step by step: by what the market's clearing leaves to each pair, by
variety, by the exposure floor, and in the last places by chance.  The order of what came of it is
that of p * q, the chance that both want: who was last by the clearing may stand anywhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from emporion.engines.matching import clearing, exploring, levelling, metrics, rank, variety
from emporion.engines.matching.equilibrium import Equilibrium
from emporion.engines.matching.pairs import Pairs, entries

Doubles = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass
class Listing:
    """A market's numbers, and what its lists are to be like.

    `room` is how many meetings buyers and exhibitors want, `lengths` how long their lists are,
    `kinds` what those on them are (see `variety`).  With the `prices` of an earlier run none are
    found.  The `floor` may be but a `wish` (see `rank.at_floor`).  The others are as in
    `pipeline.match`.
    """

    p: Pairs
    q: Pairs
    room: tuple[Doubles, Doubles]
    lengths: tuple[int, int]
    kinds: tuple[Ints, Ints]
    excluded: tuple[Ints, Ints] | None
    prices: Equilibrium | None
    rule: str | None
    temperature: float
    floor: int
    wish: bool
    less: float
    explore: bool
    seed: int
    _orders: dict[str, clearing.Clearing] = field(default_factory=dict)
    _fewest_missing: dict[float, int | None] = field(default_factory=dict)
    _held: dict[float, Bools] = field(default_factory=dict)

    def rule_at(self, equality: float) -> str:
        """Return the rule that serves an equality; prices of an earlier run go with their own."""
        if self.rule is not None:
            return self.rule
        return clearing.rule_at(equality) if self.prices is None else clearing.PRICED

    def clear(self, equality: float) -> clearing.Clearing:
        """Return what decides about places at an equality, before it is levelled; once a rule."""
        rule = self.rule_at(equality)
        if rule not in self._orders:
            self._orders[rule] = clearing.clear(
                self.p,
                self.q,
                *self.room,
                lengths=self.lengths,
                excluded=self.excluded,
                temperature=self.temperature,
                rule=rule,
                prices=self.prices,
            )
        return self._orders[rule]

    def duals(self, equality: float) -> Equilibrium:
        """Return the duals of both sides at an equality."""
        order = self.clear(equality)
        if not equality:
            return order.duals
        levels = order.levels(self.room[1], self.lengths[0])
        return levelling.moved(order.duals, levels, equality)

    def level(self, equality: float) -> Doubles:
        """Return by how much an equality moves the exhibitors' duals: 1 where it leaves them."""
        if not equality:
            return np.ones(len(self.room[1]))
        levels = self.clear(equality).levels(self.room[1], self.lengths[0])
        moved: Doubles = np.exp(equality * levels)
        return moved

    def of_buyers(self, equality: float) -> exploring.Drawn:
        """Return the lists of all buyers."""
        kernel, duals, length = self.clear(equality).kernel, self.duals(equality), self.lengths[0]
        long = rank.rank_buyers(kernel, duals, variety.REACH * length, self.seed)
        wider = self._varied(long, 0)
        cut = variety.cut(wider, length)
        floored = rank.at_floor(cut, kernel, duals, self.floor, length, wish=self.wish)
        self._fewest_missing[equality] = floored.fewest_missing
        seen = np.bincount(floored.ranking.other, minlength=len(duals.b))
        self._held[equality] = seen <= self.floor
        drawn = self._drawn(floored.ranking, wider, 0, self.floor)
        return drawn.in_order(self._both_want(drawn.ranking.owners(), drawn.ranking.other))

    def of_exhibitors(self, equality: float) -> exploring.Drawn:
        """Return the lists of all exhibitors."""
        kernel, duals, length = self.clear(equality).kernel, self.duals(equality), self.lengths[1]
        long = rank.rank_exhibitors(kernel, duals, variety.REACH * length, self.seed)
        wider = self._varied(long, 1)
        drawn = self._drawn(variety.cut(wider, length), wider, 1, 0)
        return drawn.in_order(self._both_want(drawn.ranking.other, drawn.ranking.owners()))

    def fewest_missing(self, equality: float) -> int | None:
        """Return how far any buyers' lists stay below the floor, once they are made.

        See `rank.Floored`.
        """
        return self._fewest_missing[equality]

    def held(self, equality: float) -> Bools:
        """Return who had no showing to spare as buyers' lists were made, before any was drawn."""
        return self._held[equality]

    def figures(self, of_buyers: exploring.Drawn) -> metrics.Figures:
        """Return the figures of buyers' lists."""
        ranking = of_buyers.ranking
        at = ranking.owners(), ranking.other
        return metrics.figures(ranking, entries(self.p, *at), entries(self.q, *at), self.room[1])

    def forget(self) -> None:
        """Let go of what decided about places: it is as large as p."""
        self._orders.clear()

    def _both_want(self, buyer: Ints, exhibitor: Ints) -> Doubles:
        p, q = (entries(one, buyer, exhibitor).astype(np.float64) for one in (self.p, self.q))
        return p * q

    def _varied(self, long: rank.Ranking, side: int) -> rank.Ranking:
        length = self.lengths[side]
        more = exploring.places(length)
        return variety.varied(long, self.kinds[side], length, more, self.less)

    def _drawn(
        self, ranking: rank.Ranking, wider: rank.Ranking, side: int, floor: int
    ) -> exploring.Drawn:
        if not self.explore:
            return exploring.as_computed(ranking)
        width, length = len(self.kinds[side]), self.lengths[side]
        return exploring.draw(ranking, wider, width, length, floor, self.seed)
