"""The neighbourhood of walking: one participant's whole day laid out anew, at prices for places.

A single request forced into a full day only pushes its neighbours out of reach.  Here all meetings
of a participant on one day, and its best waiting requests, compete for the slots of that day by the
path of `daypath`.  A place that is taken costs its price, with some noise, because whoever sits
there has to be moved; who is moved is settled by ejection chains afterwards.
"""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np

from .compiled import compiled_inside, declare
from .daypath import NEVER, best_path, local_places
from .instance import Bools, Instance, IntRow, Ints, Longs
from .state import (
    COUNT,
    DAY,
    DAY_FIRST,
    DAY_LAST,
    DAY_QUOTA,
    END0,
    END1,
    FIRST,
    LOCK,
    PLACE1,
    QUOTA,
    SLOT,
    TAKEN_UNITS,
    UNITS,
    VALUE,
    State,
    can_put,
    draw,
    fits,
    put,
    room,
    unset,
)

#: Requests that compete for one day.
MOST_A_DAY = 8


class Desk(NamedTuple):
    """Scratch of `lay_out_day` and the prices it works with.

    ``price`` int64[P S + 1] of each cell, ``day`` int32[S], ``reach`` as of `reachable_next`.
    """

    price: Longs
    reach: Bools
    day: Ints
    profit: Longs
    rows: Ints
    chosen: Ints


declare(
    Desk,
    [
        numba.int64[::1],
        numba.boolean[:, :, ::1],
        numba.int32[::1],
        numba.int64[:, ::1],
        numba.int32[::1],
        numba.int32[::1],
    ],
)


def make_desk(instance: Instance, reach: Bools, price: Longs) -> Desk:
    """``price`` int64[P, S] or int64[P, 1]: what a place is worth to those who wait for it."""
    people, slots = instance.capacity.shape
    cells = np.zeros(people * slots + 1, dtype=np.int64)
    if instance.walking:
        cells[:-1] = np.broadcast_to(price, (people, slots)).ravel()
    return Desk(
        price=cells,
        reach=reach,
        day=instance.slot_day,
        profit=np.empty((MOST_A_DAY, slots), dtype=np.int64),
        rows=np.empty(MOST_A_DAY, dtype=np.int32),
        chosen=np.empty(MOST_A_DAY, dtype=np.int32),
    )


@compiled_inside
def _competitors(st: State, root: int, p: int, day: int, rows: IntRow) -> int:
    """``root``, the movable meetings of p on that day and some waiting requests; how many."""
    rows[0] = root
    n = 1
    for i in range(st.who[p, FIRST], st.who[p + 1, FIRST]):
        r = st.adj[i]
        t = st.req[r, SLOT]
        if t >= 0 and st.when[t, DAY] == day and st.req[r, LOCK] == 0 and n < rows.shape[0]:
            rows[n] = r
            n += 1
    for i in range(st.who[p, FIRST], st.who[p + 1, FIRST]):
        r = st.adj[i]
        if n >= rows.shape[0]:
            break
        if st.req[r, SLOT] < 0 and r != root and st.req[r, LOCK] == 0 and draw(st, 2) == 0:
            rows[n] = r
            n += 1
    return n


@compiled_inside
def _some_day(st: State, root: int) -> int:
    """A slot of a random day on which ``root`` could be held; -1 = none."""
    t = draw(st, st.slots)
    for _ in range(st.slots):
        if fits(st, root, t):
            return int(t)
        t = t + 1 if t + 1 < st.slots else 0
    return -1


@compiled_inside
def lay_out_day(st: State, root: int, evicted: IntRow, desk: Desk) -> int:
    """Lay out a day of the participant that walks to ``root``; who had to leave is in ``evicted``.

    Gives their number, most valuable first; -1 when nothing came of it.  The caller keeps the
    journal and undoes what did not pay.
    """
    t0 = _some_day(st, root)
    p = st.req[root, END1]
    if t0 < 0 or st.req[root, PLACE1] < 0:
        return -1
    S = st.slots
    profit, rows, chosen = desk.profit, desk.rows, desk.chosen
    first, last = st.when[t0, DAY_FIRST], st.when[t0, DAY_LAST]
    n = _competitors(st, root, p, st.when[t0, DAY], rows)
    heat = draw(st, 1025)
    kept = 0
    for i in range(n):
        r = rows[i]
        if st.req[r, SLOT] >= 0:
            kept += 1
        for t in range(S):
            profit[i, t] = NEVER
            if t < first or t > last or not fits(st, r, t):
                continue
            cell_p = p * S + t
            if st.cell[cell_p, TAKEN_UNITS] > 0:
                sitting = st.ureq[st.cell[cell_p, UNITS]]
                if st.req[sitting, LOCK] != 0:
                    continue
            cell = st.req[r, END0] * S + t
            cost = desk.price[cell]
            if room(st, cell) or st.req[r, SLOT] == t:
                cost = 0
            else:
                cost = (cost * heat >> 10) * draw(st, 1024) >> 9
            profit[i, t] = st.long[r, VALUE] - cost
    quota = st.who[p, QUOTA] - st.who[p, COUNT] + kept
    if st.has_days:
        quota = min(quota, st.who[p, DAY_QUOTA])
    places = np.empty(n, dtype=np.int32)
    local = np.empty(n, dtype=np.int32)
    place = np.empty(n, dtype=np.int32)
    for i in range(n):
        place[i] = st.req[rows[i], PLACE1]
    count = local_places(place, n, local, places)
    best_path(profit, n, n, local, places[:count], desk.reach, desk.day, quota, chosen)
    changed = False
    for i in range(n):
        if st.req[rows[i], SLOT] != chosen[i]:
            changed = True
    if not changed:
        return -1
    k = 0
    for i in range(n):
        if st.req[rows[i], SLOT] >= 0 and st.req[rows[i], SLOT] != chosen[i]:
            unset(st, rows[i])
            if chosen[i] < 0:
                evicted[k] = rows[i]
                k += 1
    for i in range(n):
        r, t = rows[i], chosen[i]
        if t < 0 or st.req[r, SLOT] == t:
            continue
        cell = st.req[r, END0] * S + t
        if not room(st, cell) and k < evicted.shape[0]:
            taken = st.cell[cell, TAKEN_UNITS]
            start = draw(st, taken)
            for j in range(taken):
                out = st.ureq[st.cell[cell, UNITS] + (start + j) % taken]
                if st.req[out, LOCK] == 0 and st.req[out, END1] != p:
                    unset(st, out)
                    evicted[k] = out
                    k += 1
                    break
        if can_put(st, r, t):
            put(st, r, t)
        elif k < evicted.shape[0]:
            evicted[k] = r
            k += 1
    for i in range(1, k):
        r = evicted[i]
        j = i - 1
        while j >= 0 and st.long[evicted[j], VALUE] < st.long[r, VALUE]:
            evicted[j + 1] = evicted[j]
            j -= 1
        evicted[j + 1] = r
    return k
