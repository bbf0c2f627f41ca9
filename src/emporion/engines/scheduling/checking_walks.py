"""Best walkable set of requests of one participant, for the checker alone.

A forward search over the slots with the states (requests held, place of the meeting in the slot
before or none), as whole arrays over all sets and independent of the solver.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

#: Requests counted at most once; beyond these the rest may repeat, which is never too little.
EXACT = 10

Floats = npt.NDArray[np.float64]


def best_walk(
    rows: list[tuple[Floats, int]],
    days: list[Any],
    gaps: list[float],
    minutes: list[list[float]],
) -> float:
    """Greatest profit of requests ``(profit of each slot, place)`` held in different slots.

    A profit of 0 means that the slot is closed to the request.

    Between meetings in neighbouring slots of a day there are ``gaps[t]`` minutes to walk; an idle
    slot is taken to be enough for every way, so the result is an upper bound.
    """
    rows = sorted(rows, key=lambda row: -row[0].max())
    exact = min(len(rows), EXACT)
    places = sorted({place for _, place in rows})
    # resting[set]: best so far, nothing in the slot before; after[k, set]: a meeting at place k.
    nothing = np.full((len(places), 1 << exact), -np.inf)
    resting = np.full(1 << exact, -np.inf)
    resting[0] = 0.0
    after = nothing
    previous = -2
    for t in np.flatnonzero(np.any([profit > 0 for profit, _ in rows], axis=0)).tolist():
        if t != previous + 1 or days[t] != days[previous]:
            resting = np.maximum(resting, after.max(axis=0))
            after = nothing
        now = np.full_like(nothing, -np.inf)
        for k, place in enumerate(places):
            near = [j for j, here in enumerate(places) if minutes[here][place] <= gaps[t - 1]]
            source = np.maximum(resting, after[near].max(axis=0)) if near else resting
            for i, (profit, where) in enumerate(rows):
                if where == place and profit[t] > 0:
                    _take(source, now[k], float(profit[t]), i if i < exact else -1)
        resting, after = np.maximum(resting, after.max(axis=0)), now
        previous = t
    return float(max(resting.max(), after.max()))


def _take(source: Floats, target: Floats, profit: float, bit: int) -> None:
    """Add one request to every set of ``source`` without it (-1: to every set, which stays)."""
    if bit < 0:
        np.maximum(target, source + profit, out=target)
        return
    without = source.reshape(-1, 2, 1 << bit)[:, 0]
    with_it = target.reshape(-1, 2, 1 << bit)[:, 1]
    np.maximum(with_it, without + profit, out=with_it)
