"""Whether an answer about who is not on a list is so: the list filled anew, the long way."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from math import log

import numpy as np

from emporion.engines.matching import clearing, variety
from tests.engines.matching.test_variety import slowly_varied

# Numbers that went through single precision, or four digits of a stored list, differ by so much.
ROUNDED = 1.0002


@dataclass(frozen=True)
class Filling:
    """A list, and what decided about its places, by id of those on the other side.

    `pairs` holds (p, q) of everybody who could be on it; `calendar` and `level` are what the rule
    multiplies the kernel of a pair by, 1 where nothing does; `thinned`: pairs near a list alone had
    a place to ask for.
    """

    rule: str
    pairs: Mapping[str, tuple[float, float]]
    calendar: Mapping[str, float]
    level: Mapping[str, float]
    kind: Mapping[str, int]
    listed: Collection[str]
    drawn: Collection[str] = ()
    forced: Collection[str] = ()
    held: Collection[str] = ()
    thinned: bool = False

    def fit(self, name: str) -> float:
        p, q = self.pairs[name]
        return p * q

    def order(self) -> dict[str, float]:
        """{id: worth at its turn} of everybody, in the order in which the list takes them."""
        names = list(self.pairs)
        p, q = (np.asarray(side, np.float32) for side in zip(*self.pairs.values(), strict=True))
        share = [self.calendar[name] * self.level[name] for name in names]
        claims = clearing.kernel_by(self.rule, p, q) * share
        kinds = [self.kind[name] for name in names]
        filled = slowly_varied(range(len(names)), claims.tolist(), kinds, len(names), variety.LESS)
        return {names[at]: worth for at, worth in filled}


def check(made: Filling, one: str, why: str) -> None:
    """Fail unless `why` is so of `one`, who is not on the list."""
    worth = made.order()
    sure = [name for name in made.listed if name not in {*made.drawn, *made.forced, *made.held}]
    if why in ("lot", "few_seen"):
        given = made.drawn if why == "lot" else made.forced
        assert min(worth[name] for name in given) < worth[one] * ROUNDED
        # Nobody comes after them whose place could be given away.
        assert worth[one] <= min((worth[name] for name in sure), default=np.inf) * ROUNDED
        return
    last = min(made.listed, key=made.fit)
    if not (made.thinned and why == "fits_less"):
        # Nobody whose place was sure would have come after them.
        assert worth[one] <= min((worth[name] for name in sure), default=np.inf) * ROUNDED
    if why == "fits_less":
        assert made.fit(one) < made.fit(last) * ROUNDED
        return
    if why == "beside":
        assert any(abs(worth[name] / worth[one] - 1) < 0.1 for name in made.listed)
        return
    # They fit as well as the last, and what is named holds them back most.
    assert made.fit(one) * ROUNDED >= made.fit(last)
    held = {
        "crowded": log(made.calendar[last] / made.calendar[one]),
        "evenly": log(made.level[last] / made.level[one]),
    }
    if why == "alike":
        assert sum(made.kind[name] == made.kind[one] for name in made.listed) >= variety.ALIKE
    else:
        assert held[why] > 0.0199
        assert held[why] == max(held.values())
