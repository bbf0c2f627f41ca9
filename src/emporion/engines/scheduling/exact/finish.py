"""The optimum of a small instance of the objective weight, with its proof.

After the search has found a good schedule: the linear programme of `programme` gives prices of
single slots and with them the tightest bound that prices can give.  Often that bound, rounded down
to what weights can add up to, is the weight of the schedule, or of the corner in which the
programme ended.  Else branch and bound (HiGHS, through SciPy) looks for a schedule, first among
few pairs of request and slot, then among all that a heavier one can have at these prices (reduced
costs: Dantzig, Fulkerson and Johnson 1954).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ..bounds import Bound
from ..instance import Bools, Floats, Instance, Ints, Longs
from ..pricing import PriceBound
from ..shape import step_of
from ..state import SLOT, State, put, unset
from .programme import WHOLE, Programme

if TYPE_CHECKING:
    from ..preparing import Prepared

#: Most pairs of request and slot.
MOST_PAIRS = 60_000
#: Seconds of the linear programme for so many pairs, how they grow, and the part of the time that
#: they may take.
SECONDS, PAIRS, GROWTH, PART = 0.8, 14_000, 2.4, 0.6
#: Corners tried for a whole one, and the share of the pairs that cost nothing for each.
CORNERS, SHARE = 4, 0.5
#: Weights in multiples of their common divisor beyond which branch and bound is not trusted, as it
#: reckons with fractions.
MOST_GAIN = 1e6
#: Steps of the search for each request before.
STEPS_A_REQUEST = 10
#: How a bound was found.
PRICES = "Lagrangian prices of single slots from the linear programme"
RELAXED = "linear programme with tables and walks, its prices in whole numbers"
BRANCHED = "branch and bound over what the prices of the linear programme leave"


#: Hears of what is about to begin; False ends it.
Tell = Callable[[str], bool]


@dataclass
class Proof:
    """No schedule is heavier than ``limit`` (integer units); ``prices`` int64[P, S] say so, unless
    it was found otherwise, by ``method``.  ``slot`` int32[R]: a heavier schedule than the one at
    hand, None = none."""

    limit: int
    prices: Longs | None = None
    slot: Ints | None = None
    method: str = ""


def suits_finish(instance: Instance, possible: Bools, seconds: float | None) -> bool:
    """Whether the instance is small enough for ``seconds`` (None = no clock), and a choice of
    requests is all there is to it: nothing must be held that is not locked, in no order.

    Who walks must do one thing at a time.
    """
    it = instance
    pairs = int(possible.sum()) * (2 if it.walking else 1)
    if it.objective != "weight" or not 0 < pairs <= MOST_PAIRS:
        return False
    if seconds is not None and SECONDS * (pairs / PAIRS) ** GROWTH > PART * seconds:
        return False
    walks = it.capacity[it.place < 0] if it.walking else it.capacity[:0]
    return bool(
        walks.max(initial=0) <= 1
        and not it.precedences.size
        and not it.mandatory.any()
        and not it.min_meetings.any()
        and it.max_break_difference is None
    )


def prove(
    instance: Instance,
    ready: Prepared,
    st: State,
    limit: Bound,
    reduced: Longs,
    deadline: float | None,
    stages: int | None = None,
    tell: Tell | None = None,
) -> tuple[Bound, int | None]:
    """Put the heaviest schedule that can be found into ``st``; gives the bound with its proof, and
    after how many stages it was cut (None: it was not).

    ``reduced`` int64[R] weights less the prices of the flow; ``stages`` as many and no more, which
    repeats a proof that ``deadline`` has cut; ``tell`` hears of each stage before it begins and
    ends the proof with False.  0.5 s for 16,000 pairs in most cases.
    """
    assert limit.rows is not None
    finish = Finish(limit.rows, ready.possible, ready.units, limit.most, deadline, stages, tell)
    proof = finish.run(st.req[:, SLOT].copy(), reduced)
    if proof.slot is not None:
        for r in np.flatnonzero(st.req[:, SLOT] >= 0).tolist():
            unset(st, r)
        for r in np.flatnonzero(proof.slot >= 0).tolist():
            put(st, r, int(proof.slot[r]))
    if proof.prices is not None:
        prices = np.where(limit.rows.priced[:, None], proof.prices / ready.scale, np.nan)
        limit = replace(limit, slot_prices=prices, method=PRICES)
    if proof.method:
        limit = replace(limit, method=proof.method)
    return replace(limit, most=proof.limit), finish.completed if finish.cut else None


class Finish:
    """The proof for one instance; ``limit`` is what is known to be out of reach."""

    def __init__(
        self,
        rows: PriceBound,
        possible: Bools,
        units: Longs,
        limit: int,
        deadline: float | None,
        stages: int | None = None,
        tell: Tell | None = None,
    ) -> None:
        """``deadline`` in `time.monotonic`.  Nothing else is read off the clock, and a stage that
        it cuts leaves nothing behind, so that a run can be repeated: ``completed`` stages, then it
        was ``cut``."""
        self.rows, self.deadline = rows, deadline
        self.stages, self.tell = stages, tell
        self.completed, self.cut = 0, False
        self.step = step_of(units)
        self.units = units
        self.proof = Proof(limit // self.step * self.step)
        self.it = Programme.of(rows.instance, units / self.step, possible, rows.most)

    def run(self, slot: Ints, reduced: Longs) -> Proof:
        """Go on from the schedule ``slot`` int32[R], with the weights less the prices of the flow,
        ``reduced`` int64[R]."""
        it, proof = self.it, self.proof
        self.weight = int(self.units[slot >= 0].sum())
        if not self._enters("linear programme"):
            return proof
        held = slot[it.request] == it.slot
        hope = -reduced[it.request] < proof.limit - self.weight
        kept = np.flatnonzero(held | hope)
        found = it.relaxed(kept, self._left())
        if found is None:
            self.cut = self._is_late()
            return proof
        self.completed = 1
        x, y = found
        self._certify(y)
        if ((x <= WHOLE) | (x >= 1 - WHOLE)).all():
            self._take(kept[x > 0.5])
        else:
            self._mend(kept, x, held, y)
        if not self.cut and self._enters("branch and bound"):
            self._branch(y)
        return proof

    def _left(self) -> float | None:
        return None if self.deadline is None else self.deadline - time.monotonic()

    def _is_late(self) -> bool:
        left = self._left()
        return left is not None and left <= 0

    def _enters(self, stage: str) -> bool:
        """Whether another stage is needed and may begin."""
        if self.weight >= self.proof.limit:
            return False
        self.cut = (
            self._is_late()
            or (self.stages is not None and self.completed >= self.stages)
            or (self.tell is not None and not self.tell(stage))
        )
        return not self.cut

    def _take(self, chosen: Longs) -> None:
        """A schedule has been found, as variables of the programme."""
        weight = int(self.units[self.it.request[chosen]].sum())
        if weight > self.weight:
            slot: Ints = np.full(len(self.units), -1, dtype=np.int32)
            slot[self.it.request[chosen]] = self.it.slot[chosen]
            self.weight, self.proof.slot = weight, slot

    def _certify(self, y: Floats) -> None:
        """The bounds of the prices in whole numbers, rounded down to a multiple: that of people's
        slots alone, which anyone can recompute, and that of all rows where it is smaller."""
        prices = np.zeros(self.rows.instance.capacity.shape, dtype=np.int64)
        host, slot, row = self.it.places.T
        prices[host, slot] = np.rint(np.maximum(y[row], 0) * self.step).astype(np.int64)
        limit = self.rows.value(prices) // self.step * self.step
        if limit <= self.proof.limit:
            self.proof.limit, self.proof.prices = limit, prices
        whole = np.rint(np.maximum(y, 0) * self.step).astype(np.int64)
        limit = self.it.whole_bound(whole, self.units) // self.step * self.step
        if limit < self.proof.limit:
            self.proof.limit, self.proof.method = limit, RELAXED

    def _mend(self, kept: Longs, x: Floats, held: Bools, y: Floats) -> None:
        """A whole schedule near a broken corner: other corners of the same value, over what the
        corner and the schedule at hand use and half of all that costs nothing, drawn anew."""
        it = self.it
        reduced, _ = it.reduced(y)
        used = held.copy()
        used[kept[x > WHOLE]] = True
        random = np.random.default_rng(0)
        for _ in range(CORNERS):
            if not self._enters("other corners"):
                return
            free = used | ((reduced < 0.5) & (random.random(len(used)) < SHARE))
            rows = np.flatnonzero(free)
            found = it.relaxed(rows, self._left())
            if found is None:
                self.cut = self._is_late()
                return
            self.completed += 1
            x = found[0]
            if ((x <= WHOLE) | (x >= 1 - WHOLE)).all():
                self._take(rows[x > 0.5])

    def _branch(self, y: Floats) -> None:
        """Branch and bound over all that a heavier schedule can have."""
        if self.it.gain.max(initial=0) > MOST_GAIN:
            return
        reduced, limit = self.it.reduced(y)
        kept = np.flatnonzero(limit - reduced > self.weight / self.step + 0.5)
        if self._search(kept) and self.weight < self.proof.limit:
            self.proof.method = BRANCHED
            self.proof.limit = self.weight

    def _search(self, kept: Longs) -> bool:
        """Look for a heavier schedule; whether it is certain that there is none heavier than the
        one known then."""
        least, most = self.weight / self.step + 0.5, self.proof.limit / self.step + 0.5
        chosen, sure = self.it.best(kept, least, most, self._left())
        self.cut = self._is_late()
        if self.cut:
            return False
        if chosen is not None:
            self._take(chosen)
        return sure
