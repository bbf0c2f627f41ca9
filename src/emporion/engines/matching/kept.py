"""A market kept in memory after a run: one participant is ranked anew in milliseconds.

Rules, prices and all other profiles stay as the run left them (frozen duals): the row of the one is
scored, priced and sorted.  The exposure floor belongs to runs and is not kept up here.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from emporion.engines.matching import rank, reasons, score, variety
from emporion.engines.matching.equilibrium import Equilibrium
from emporion.engines.matching.features import Features
from emporion.engines.matching.market import Market, MarketError, Participant
from emporion.engines.matching.narrowing import narrowed, rewritten
from emporion.engines.matching.score import Rule

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]


class Kept:
    """What a run leaves: features of everybody, both rules, both sides' prices."""

    def __init__(
        self,
        market: Market,
        features: Features,
        rules: tuple[Rule, Rule],
        duals: Equilibrium,
        less: float = variety.LESS,
        kernel: Callable[[Floats, Floats], Floats] = np.multiply,
    ) -> None:
        """Keep them; `less` is how much less each further one of a kind counts on a list.

        `kernel` makes of p and q what the duals multiply.
        """
        self._features, self._rules, self._duals = features, rules, duals
        self._less, self._kernel = less, kernel
        kinds = variety.kinds_of(features.exhibitors, features.buyers)
        self._kinds = {reasons.BUYER: kinds[0], reasons.EXHIBITOR: kinds[1]}
        self._lengths = {
            reasons.BUYER: market.buyer_list_length,
            reasons.EXHIBITOR: market.exhibitor_list_length,
        }
        self._at = {
            reasons.BUYER: {one.id: n for n, one in enumerate(features.buyers)},
            reasons.EXHIBITOR: {one.id: n for n, one in enumerate(features.exhibitors)},
        }
        self._apart = _apart(market, self._at)
        self._explainer = reasons.Explainer(features, rules, reasons.Details())

    def rank(self, one: Participant) -> list[tuple[str, float, float, float, reasons.Told]]:
        """Return (id, score, p, q, reasons) of whom to show to `one`, best first.

        `one` is a participant of the market, with the profile as it is now; an encoder's vector of
        its text stays as it was.  Raises MarketError for somebody who is not in the market.
        O(people on the other side).
        """
        side = next((name for name, at in self._at.items() if one.id in at), None)
        if side is None:
            raise MarketError(f"{one.id!r}", "is not in the market that was kept")
        at = np.asarray([self._at[side][one.id]])
        alone = (at, None) if side == reasons.BUYER else (None, at)
        features = rewritten(narrowed(self._features, *alone), one, side)
        rules = _rules_of(self._rules, *alone)
        p, q = score.whole(features, *rules)
        value = self._kernel(p, q).ravel()
        value[self._apart[side].get(one.id, [])] = 0
        a, b = self._duals.a, self._duals.b
        own, prices = (a, b) if side == reasons.BUYER else (b, a)
        value = (value * (prices * own[at[0]])).astype(np.float32)
        length = self._lengths[side]
        long = rank.top_lists(iter([value[None, :]]), len(value), variety.REACH * length)
        listed = variety.varied(long, self._kinds[side], length, less=self._less)
        both_want = (p.astype(np.float64) * q).ravel()
        listed, _ = rank.in_order(listed, both_want[listed.other])
        chosen = listed.other
        short = narrowed(
            features,
            *((None, chosen) if side == reasons.BUYER else (chosen, None)),
        )
        table = self._explained(short, side, p.ravel()[chosen], q.ravel()[chosen])
        others = short.exhibitors if side == reasons.BUYER else short.buyers
        return [
            (
                others[n].id,
                float(listed.score[n]),
                float(p.ravel()[chosen[n]]),
                float(q.ravel()[chosen[n]]),
                table.of(n),
            )
            for n in range(len(chosen))
        ]

    def _explained(
        self, features: Features, side: str, p: npt.NDArray[np.float32], q: npt.NDArray[np.float32]
    ) -> reasons.ReasonTable:
        explainer = copy.copy(self._explainer)
        explainer.features, explainer.details = features, reasons.Details()
        many, single = np.arange(len(p)), np.zeros(len(p), dtype=np.int64)
        pair = (single, many) if side == reasons.BUYER else (many, single)
        return explainer.explain(side, *pair, p, q)


def _rules_of(
    rules: tuple[Rule, Rule], buyers: Ints | None, exhibitors: Ints | None
) -> tuple[Rule, Rule]:
    def of(offset: npt.NDArray[np.float32] | None, at: Ints | None) -> Any:
        return offset if offset is None or at is None else offset[at]

    first, second = (
        replace(
            rule,
            of_buyers=of(rule.of_buyers, buyers),
            of_exhibitors=of(rule.of_exhibitors, exhibitors),
        )
        for rule in rules
    )
    return first, second


def _apart(market: Market, at: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, list[int]]]:
    apart: dict[str, dict[str, list[int]]] = {reasons.BUYER: {}, reasons.EXHIBITOR: {}}
    for exhibitor, buyer in market.exclusions:
        apart[reasons.BUYER].setdefault(buyer, []).append(at[reasons.EXHIBITOR][exhibitor])
        apart[reasons.EXHIBITOR].setdefault(exhibitor, []).append(at[reasons.BUYER][buyer])
    return apart
