"""Tiny assignment problems, one for every participant with one calendar: start and price bound."""

from __future__ import annotations

import numpy as np

from .compiled import compiled
from .daypath import MOST_TRACKED, best_path, local_places
from .instance import BoolCube, BoolRow, IntGrid, IntRow, LongGrid, LongRow
from .state import (
    COUNT,
    END0,
    FIRST,
    PLACE1,
    QUOTA,
    SLOT,
    TAKEN_UNITS,
    UNITS,
    VALUE,
    State,
    can_put,
    fits,
    put,
)

NEVER = -(2**60)


@compiled
def assign(
    profit: LongGrid, n: int, m: int, quota: int, chosen: IntRow, work: LongRow, back: IntGrid
) -> int:
    """Most profitable assignment of at most ``quota`` of n requests to m slots.

    ``profit`` int64[>= n, >= m], `NEVER` = impossible.  ``chosen[i]`` becomes the slot of request i
    or
    -1; gives the total.  Successive best augmentation with Bellman-Ford labels over the slots,
    which is optimal for every number of requests; O(quota * n * m) in practice.
    """
    holder = back[1]
    for t in range(m):
        holder[t] = -1
    for i in range(n):
        chosen[i] = -1
    total = 0
    for _ in range(min(quota, n, m)):
        for t in range(m):
            work[t] = NEVER
            back[0, t] = -1
        for i in range(n):
            if chosen[i] < 0:
                for t in range(m):
                    if profit[i, t] > work[t]:
                        work[t] = profit[i, t]
                        back[0, t] = i
        again = True
        while again:
            again = False
            for s in range(m):
                i = holder[s]
                if i < 0 or work[s] == NEVER or back[0, s] == i:
                    continue
                base = work[s] - profit[i, s]
                for t in range(m):
                    if t != s and profit[i, t] > NEVER and base + profit[i, t] > work[t]:
                        work[t] = base + profit[i, t]
                        back[0, t] = i
                        again = True
        best = -1
        for t in range(m):
            if holder[t] < 0 and work[t] > 0 and (best < 0 or work[t] > work[best]):
                best = t
        if best < 0:
            break
        total += work[best]
        t = best
        while True:
            i = back[0, t]
            old = chosen[i]
            chosen[i] = t
            holder[t] = i
            if old < 0:
                break
            t = old
    return total


@compiled
def count_needs(st: State, wanted: BoolRow, need: IntRow) -> None:
    """``need[cell of end 0]`` = number of wanted, unheld requests that could use it."""
    for r in range(wanted.shape[0]):
        if wanted[r] and st.req[r, SLOT] < 0:
            for t in range(st.slots):
                if fits(st, r, t):
                    need[st.req[r, END0] * st.slots + t] += 1


@compiled
def start_by_buyer(
    st: State,
    buyers: IntRow,
    wanted: BoolRow,
    need: IntRow,
    big: int,
    reach: BoolCube,
    day: IntRow,
) -> None:
    """Give slots to the wanted requests, one participant of the second end after the other.

    Each gets the best assignment with the weight plus a bonus for cells that are little asked for;
    where it walks, the best path through its days over its most valuable requests.
    """
    S = st.slots
    most = 0
    for p in buyers:
        most = max(most, st.who[p + 1, FIRST] - st.who[p, FIRST])
    profit = np.empty((most, S), dtype=np.int64)
    rows = np.empty(most, dtype=np.int32)
    chosen = np.empty(most, dtype=np.int32)
    work = np.empty(S, dtype=np.int64)
    back = np.empty((2, S), dtype=np.int32)
    place, local, places = (
        np.empty(most, dtype=np.int32),
        np.empty(most, dtype=np.int32),
        np.empty(most, dtype=np.int32),
    )
    for p in buyers:
        n = 0
        for i in range(st.who[p, FIRST], st.who[p + 1, FIRST]):
            r = st.adj[i]
            if not wanted[r] or st.req[r, SLOT] >= 0:
                continue
            rows[n] = r
            for t in range(S):
                profit[n, t] = NEVER
                if fits(st, r, t):
                    cell = st.req[r, END0] * S + t
                    need[cell] -= 1
                    spare = (
                        st.cell[cell + 1, UNITS] - st.cell[cell, UNITS] - st.cell[cell, TAKEN_UNITS]
                    )
                    if spare > 0 and st.cell[p * S + t, TAKEN_UNITS] == 0:
                        profit[n, t] = (
                            big + st.long[r, VALUE] + (1_000_000 * spare) // (need[cell] + 1)
                        )
            n += 1
        left = st.who[p, QUOTA] - st.who[p, COUNT]
        if st.has_walk and n > 1 and st.req[rows[0], PLACE1] >= 0:
            # ``adj`` has the best requests first: the path is laid through those.
            n = min(n, MOST_TRACKED)
            for i in range(n):
                place[i] = st.req[rows[i], PLACE1]
            count = local_places(place, n, local, places)
            best_path(profit, n, n, local, places[:count], reach, day, left, chosen)
        else:
            assign(profit, n, S, left, chosen, work, back)
        for i in range(n):
            if chosen[i] >= 0 and can_put(st, rows[i], chosen[i]):
                put(st, rows[i], chosen[i])
