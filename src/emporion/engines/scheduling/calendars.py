"""The best set of requests of each participant with one calendar, at given prices of places.

What the price bound adds up and what the smoothed dual learns from: an assignment of requests to
slots and, where that assignment cannot be walked, the best path through the days.
"""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np

from .assignment import assign
from .compiled import compiled, compiled_inside, declare
from .daypath import NEVER, best_path, local_places
from .instance import BoolCube, Bools, IntGrid, IntRow, Ints, LongGrid, LongRow, Longs

#: Requests of a participant that the day path holds at most once; the others may repeat.
PATH_TRACKED = 10


class Calendars(NamedTuple):
    """Participants ``people`` int32[N] with one calendar each, and their requests.

    ``ptr`` int64[P + 1] into ``adj`` int32[.] requests of each participant, ``other`` int32[.] the
    priced end of each entry (-1 none), ``base`` int64[.] its profit before the price, ``place``
    int32[.] where it is held (-1 = no walk), ``mask`` uint32[R, words] its slots, ``quota``
    int32[P], ``walks`` bool[P], ``reach`` as of `reachable_next`, ``day`` int32[S].
    """

    people: Ints
    ptr: Longs
    adj: Ints
    other: Ints
    base: Longs
    place: Ints
    mask: Ints
    quota: Ints
    walks: Bools
    reach: Bools
    day: Ints


declare(
    Calendars,
    [
        numba.int32[::1],
        numba.int64[::1],
        numba.int32[::1],
        numba.int32[::1],
        numba.int64[::1],
        numba.int32[::1],
        numba.int32[:, ::1],
        numba.int32[::1],
        numba.boolean[::1],
        numba.boolean[:, :, ::1],
        numba.int32[::1],
    ],
)


@compiled_inside
def _walked(
    n: int, chosen: IntRow, place: IntRow, at: IntRow, reach: BoolCube, day: IntRow
) -> bool:
    """Whether nobody has to be at two places out of reach in neighbouring slots."""
    at[:] = -1
    for i in range(n):
        if chosen[i] >= 0:
            at[chosen[i]] = place[i]
    for t in range(1, at.shape[0]):
        if at[t] >= 0 and at[t - 1] >= 0 and day[t] == day[t - 1]:  # noqa: SIM102
            if not reach[t, at[t - 1], at[t]]:
                return False
    return True


@compiled_inside
def _rank(value: LongRow, n: int, order: IntRow) -> None:
    """``order[:n]`` becomes the order of ``value[:n]``, greatest first; n is small."""
    for i in range(n):
        j = i
        while j > 0 and value[order[j - 1]] < value[i]:
            order[j] = order[j - 1]
            j -= 1
        order[j] = i


@compiled
def best_sets(
    it: Calendars,
    begin: int,
    end: int,
    price: LongGrid,
    noise: int,
    random: LongRow,
    last: IntRow,
    tracked_most: int,
) -> int:
    """Total best profit of ``people[begin:end]``, never too small.

    ``price`` int64[P, S].  ``last`` int32[len(adj)] becomes the slot in which each entry is held,
    -1 none.  With ``noise`` > 0 every profit gets a random part below it (the total is then no
    bound); ``random`` int64[1] is the state of its generator.  ``tracked_most`` as in `best_path`.
    """
    S = price.shape[1]
    size = 1
    for k in range(begin, end):
        size = max(size, it.ptr[it.people[k] + 1] - it.ptr[it.people[k]])
    profit = np.empty((size, S), dtype=np.int64)
    ranked = np.empty((size, S), dtype=np.int64)
    best_of = np.empty(size, dtype=np.int64)
    entry, chosen = np.empty(size, dtype=np.int32), np.empty(size, dtype=np.int32)
    place, local = np.empty(size, dtype=np.int32), np.empty(size, dtype=np.int32)
    places = np.empty(size, dtype=np.int32)
    work, back = np.empty(S, dtype=np.int64), np.empty((2, S), dtype=np.int32)
    at, order = np.empty(S, dtype=np.int32), np.empty(size, dtype=np.int32)
    total = 0
    for k in range(begin, end):
        p = it.people[k]
        n = 0
        for i in range(it.ptr[p], it.ptr[p + 1]):
            last[i] = -1
            e, r = it.other[i], it.adj[i]
            best_of[n] = 0
            for t in range(S):
                profit[n, t] = NEVER
                if ((np.int64(it.mask[r, t >> 5]) >> (t & 31)) & 1) != 0:
                    gain = it.base[i]
                    if e >= 0:
                        gain -= price[e, t]
                    if noise > 0:
                        value = random[0] * 6364136223846793005 + 1442695040888963407
                        random[0] = value
                        gain += ((value >> 33) & 0x7FFFFFFF) % noise
                    if gain > 0:
                        profit[n, t] = gain
                        best_of[n] = max(best_of[n], gain)
            if best_of[n] > 0:
                entry[n] = i
                place[n] = it.place[i]
                n += 1
        if n == 0:
            continue
        value = assign(profit, n, S, it.quota[p], chosen, work, back)
        if it.walks[p] and not _walked(n, chosen, place, at, it.reach, it.day):
            _rank(best_of, n, order)
            for i in range(n):
                chosen[i] = entry[order[i]]
                # Row by row it would bring numba's check of shapes, a second to compile.
                for t in range(S):
                    ranked[i, t] = profit[order[i], t]
            for i in range(n):
                entry[i] = chosen[i]
                place[i] = it.place[entry[i]]
            count = local_places(place, n, local, places)
            tracked = min(n, tracked_most)
            quota = it.quota[p]
            path = best_path(
                ranked, n, tracked, local, places[:count], it.reach, it.day, quota, chosen
            )
            for i in range(tracked, n):
                chosen[i] = -1
            value = min(value, path)
        total += value
        for i in range(n):
            last[entry[i]] = chosen[i]
    return total


@compiled
def add_demand(
    it: Calendars, begin: int, end: int, last: IntRow, sign: int, demand: IntGrid
) -> None:
    """Add ``sign`` for each place that ``people[begin:end]`` hold to ``demand`` int32[P, S]."""
    for k in range(begin, end):
        p = it.people[k]
        for i in range(it.ptr[p], it.ptr[p + 1]):
            if last[i] >= 0 and it.other[i] >= 0:
                demand[it.other[i], last[i]] += sign
