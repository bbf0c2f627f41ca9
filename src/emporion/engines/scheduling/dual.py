"""The smoothed dual: prices of single slots that tighten the bound while the search runs.

Subgradient ascent on the Lagrangian dual of the capacities, one price a cell.  All participants
would jump between equally good slots at once; a little noise in every profit makes the demand of a
cell a smooth function of its price.  The participants are asked in blocks, prices move after every
block (incremental subgradient: Nedić and Bertsekas 2001), and L is evaluated without noise at a
running average of the prices.  Any prices give a valid bound, so it can stop at any time.
"""

from __future__ import annotations

import numpy as np

from .calendars import add_demand, best_sets
from .instance import Floats, Longs
from .pricing import PriceBound

BLOCKS = 8
#: Width of the noise and length of a step in hundredths of the median weight: first, last.
NOISE, STEP = (0.6, 0.1), (0.1, 0.006)
#: Sweeps over which noise and step fall from the first to the last.
COOLING = 150
TRACKED = 7
MEMORY, AVERAGE = 0.8, 0.97
SWEEPS_AN_EVALUATION = 20


class SmoothedDual:
    """Ascent from the prices of the flow; ``best`` in integer units, ``prices`` int64[P, S]."""

    def __init__(self, rows: PriceBound, price: Longs, unit: float, best: int, seed: int) -> None:
        """``price`` int64[P] start, ``unit`` a typical weight, ``best`` the bound known so far."""
        self.sellers = np.flatnonzero(rows.priced)
        slots = rows.instance.capacity.shape[1]
        start = price[self.sellers].astype(np.float64)
        self.rows, self.unit, self.best = rows, unit / 100, best
        self.price: Floats = np.repeat(start[:, None], slots, axis=1)
        self.mean = self.price.copy()
        self.prices: Longs | None = None
        self.capacity = rows.instance.capacity[self.sellers].astype(np.float64)
        self.slowness = np.where(self.capacity > 0, np.sqrt(np.maximum(self.capacity, 1)), np.inf)
        self.drift = np.zeros_like(self.price)
        self.demand = np.zeros((len(self.sellers), slots), dtype=np.int32)
        self.random = np.array([seed * 7_919 + 12_345], dtype=np.int64)
        order = np.random.default_rng(seed).permutation(len(rows.rows.people))
        index = np.full(len(rows.priced) + 1, -1, dtype=np.int32)
        index[self.sellers] = np.arange(len(self.sellers))
        self.calendars = rows.rows._replace(
            people=rows.rows.people[order], other=index[rows.rows.other]
        )
        self.blocks = 0
        self.evaluated = 0

    def block(self) -> None:
        """Ask one block of participants, move the prices; now and then evaluate the bound."""
        count = len(self.calendars.people)
        part = self.blocks % BLOCKS
        begin, end = count * part // BLOCKS, count * (part + 1) // BLOCKS
        done = min(self.blocks / (BLOCKS * COOLING), 1.0)
        noise = NOISE[0] * (NOISE[1] / NOISE[0]) ** done * self.unit
        step = STEP[0] * (STEP[1] / STEP[0]) ** done * self.unit
        last = self.rows.last
        whole = np.rint(self.price).astype(np.int64)
        add_demand(self.calendars, begin, end, last, -1, self.demand)
        width = max(int(noise), 1)
        best_sets(self.calendars, begin, end, whole, width, self.random, last, TRACKED)
        add_demand(self.calendars, begin, end, last, 1, self.demand)
        self.blocks += 1
        if self.blocks < BLOCKS:
            return  # nobody's demand is known yet
        self.drift *= MEMORY
        self.drift += (1 - MEMORY) * (self.capacity - self.demand)
        self.price -= step * self.drift / self.slowness
        np.maximum(self.price, 0, out=self.price)
        if self.blocks % BLOCKS == 0:
            self.mean *= AVERAGE
            self.mean += (1 - AVERAGE) * self.price
        if self.blocks % (BLOCKS * SWEEPS_AN_EVALUATION) == 0:
            self.evaluate()

    def evaluate(self) -> None:
        """L at the averaged prices; kept when it is the smallest so far."""
        if self.evaluated == self.blocks:
            return
        self.evaluated = self.blocks
        whole = np.zeros(self.rows.instance.capacity.shape, dtype=np.int64)
        whole[self.sellers] = np.rint(self.mean)
        value = self.rows.value(whole)
        if value < self.best:
            self.best, self.prices = value, whole
