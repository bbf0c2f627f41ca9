"""The search at expo scale as a machine that does a number of steps and can stop at any of them.

A step is one candidate of an insertion pass or one trial of the improvement.  The state after n
steps depends on the instance, the seed and n alone, not on how the steps were cut into batches:
that is what makes a run that was stopped by the clock repeatable by ``work_limit``.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from .assignment import count_needs, start_by_buyer
from .daymoves import make_desk
from .daypath import reachable_next
from .dual import SmoothedDual
from .flow import Relaxation
from .instance import Bools, Instance, Ints, Longs
from .shape import Shape
from .state import COUNT, HELD, LEAST, SCORE, SLOT, VALUE, State
from .trials import MOST_EVICTED, work

#: (nodes of a search, least reduced weight of a candidate in units of the mean granted weight)
PASSES = ((500, 0.0), (2000, 0.0), (2000, -0.1), (10_000, -0.2), (10_000, -0.4))
#: Where people walk, long searches cost much and find little.
WALKING_PASSES = ((100, 0.0), (300, 0.0), (300, -0.1))
POOL_LIFE = 20_000
POOL_FROM = -0.1
TRIAL_NODES = 300
#: Trials between two blocks of the dual, for each request: it takes about a fifth of the time.
STEPS_A_BLOCK, STEPS_A_BLOCK_WALKING = 0.02, 0.03


class Search:
    """Start, passes and trials over one state."""

    def __init__(
        self,
        instance: Instance,
        shape: Shape,
        st: State,
        flow: Relaxation,
        reduced: Longs,
        open_: Bools,
        target: int,
        dual: SmoothedDual | None = None,
    ) -> None:
        """``reduced`` int64[R] weight less both prices, ``open_`` bool[R] requests that may enter.

        ``target`` a total that cannot be exceeded: the search stops when it is reached.  ``dual``
        gets a block of work now and then, tied to the steps so that the bound can be repeated too.
        """
        self.target = target
        self.dual = dual
        share = STEPS_A_BLOCK_WALKING if st.has_walk else STEPS_A_BLOCK
        self.steps_a_block = max(int(share * st.req.shape[0]), 16)
        self.block_due = self.steps_a_block
        self.passes = WALKING_PASSES if st.has_walk else PASSES
        self.st = st
        self.instance = instance
        self.shape = shape
        self.flow = flow
        self.reduced = reduced
        self.open = open_
        self.steps = 0
        self.phase = 0
        self.position = 0
        self.candidates: Ints = np.empty(0, dtype=np.int32)
        self.pool: Ints = np.empty(0, dtype=np.int32)
        self.pool_left = 0
        self.homeless: Ints = np.zeros(MOST_EVICTED, dtype=np.int32)
        reach = reachable_next(instance)
        self.desk = make_desk(instance, reach, flow.price[:, None])
        self.exhausted = False
        wanted = flow.wanted & open_
        granted = st.long[:, VALUE][wanted]
        self.unit = float(np.median(granted)) if granted.size else 1.0

    def start(self) -> None:
        """The first schedule, participant by participant, tightest first."""
        st, wanted = self.st, self.flow.wanted & self.open
        if self.shape.bipartite and len(wanted):
            people = len(self.instance.participant_ids)
            single = self.instance.capacity.max(axis=1, initial=0) <= 1
            asked = np.bincount(self.shape.end1[wanted], minlength=people)
            places = np.maximum(self.instance.capacity.sum(axis=1), 1)
            order = np.argsort(-asked / places, kind="stable")
            buyers = order[single[order] & (asked[order] > 0)].astype(np.int32)
            need = np.zeros(st.cell.shape[0], dtype=np.int32)
            count_needs(st, wanted, need)
            big = int(st.long[:, VALUE].max(initial=1)) * 4
            desk = self.desk
            start_by_buyer(st, buyers, wanted, need, big, desk.reach, desk.day)
        self._enter_pass()

    def _enter_pass(self) -> None:
        unheld = (self.st.req[:, SLOT] < 0) & self.open
        least = self.passes[self.phase][1] * self.unit
        rows = np.flatnonzero(unheld & (self.reduced >= least))
        order = np.argsort(-self.reduced[rows], kind="stable")
        self.candidates = rows[order].astype(np.int32)
        self.position = 0

    def _refresh_pool(self) -> None:
        unheld = (self.st.req[:, SLOT] < 0) & self.open
        pool = np.flatnonzero(unheld & (self.reduced >= POOL_FROM * self.unit))
        if len(pool) < 64:
            pool = np.flatnonzero(unheld)
        if self.st.has_least:
            # A quarter of the trials goes to those who have fewer meetings than they were promised.
            short = self.st.who[:, COUNT] < self.st.who[:, LEAST]
            rows = np.flatnonzero(unheld & (short[self.shape.end0] | short[self.shape.end1]))
            if len(rows):
                pool = np.concatenate([pool, np.repeat(rows, len(pool) // (3 * len(rows)) + 1)])
        self.pool = pool.astype(np.int32)
        self.pool_left = POOL_LIFE
        self.exhausted = not len(pool)

    def advance(self, steps: int) -> int:
        """Do at most that many steps; gives how many were done (less only at a border)."""
        if self.phase < len(self.passes):
            while self.position >= len(self.candidates):
                self.phase += 1
                if self.phase >= len(self.passes):
                    return 0
                self._enter_pass()
            n = min(steps, len(self.candidates) - self.position)
            begin, nodes = self.position, self.passes[self.phase][0]
            n = work(
                self.st,
                self.candidates,
                begin,
                n,
                nodes,
                self.target,
                False,
                self.homeless,
                self.desk,
            )
            self.position += n
        else:
            if self.pool_left <= 0:
                self._refresh_pool()
                if self.exhausted:
                    return 0
            n = min(steps, self.pool_left, self.block_due)
            n = work(
                self.st, self.pool, 0, n, TRIAL_NODES, self.target, True, self.homeless, self.desk
            )
            self.pool_left -= n
            self.block_due -= n
            if self.block_due <= 0:
                self.block_due = self.steps_a_block
                if self.dual is not None:
                    self.dual.block()
        self.steps += n
        return n

    def _work(self, roots: Ints, begin: int, steps: int, nodes: int, forced: bool) -> int:
        target, homeless = self.target, self.homeless
        return work(self.st, roots, begin, steps, nodes, target, forced, homeless, self.desk)

    @property
    def score(self) -> int:
        """Total in integer units, with the bonus for mandatory requests and least numbers."""
        return int(self.st.ctl[SCORE])

    @property
    def improving(self) -> bool:
        """Whether the insertion passes are over."""
        return self.phase >= len(self.passes)

    @property
    def held(self) -> int:
        return int(self.st.ctl[HELD])

    def run(
        self,
        work_limit: int | None,
        deadline: float | None,
        report: Callable[[Search], bool],
    ) -> None:
        """Steps until the work is done, the clock (`time.monotonic`) runs out or ``report`` says
        no.

        Stops by itself when the target is reached or nothing is left to try.  The clock is looked
        at between batches of about 50 ms.
        """
        batch = 64
        while self.score < self.target and not self.exhausted:
            began = time.monotonic()
            if deadline is not None and began >= deadline:
                break
            left = batch if work_limit is None else min(batch, work_limit - self.steps)
            if left <= 0:
                break
            self.advance(left)
            took = time.monotonic() - began
            if took < 0.03:
                batch = min(batch * 2, POOL_LIFE)
            elif took > 0.1:
                batch = max(batch // 2, 16)
            if not report(self):
                break
