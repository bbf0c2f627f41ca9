"""One participant's day as a path through slots and places: the best walkable set of meetings.

Dynamic programme over the slots in time order with the state (set of requests already held, place
of the meeting in the slot before or none), as in the Held-Karp recursion.
"""

from __future__ import annotations

import numpy as np

from .compiled import compiled
from .instance import BoolCube, Bools, Instance, IntRow, LongGrid

NEVER = -(2**60)
#: Largest set that is tracked exactly; 2**n states for each place and slot.
MOST_TRACKED = 10


def reachable_next(instance: Instance) -> Bools:
    """``[t, h, k]``: from a meeting at place h in slot t - 1 one can be at place k in slot t."""
    slots, places = len(instance.slot_ids), len(instance.place_ids)
    reach = np.ones((slots, places, places), dtype=bool)
    if not instance.walking:
        return reach
    same_day = instance.slot_day[1:] == instance.slot_day[:-1]
    for t in np.flatnonzero(same_day):
        reach[t + 1] = instance.walk_minutes <= instance.gap_minutes[t]
    return reach


@compiled
def best_path(
    profit: LongGrid,
    n: int,
    tracked: int,
    local: IntRow,
    places: IntRow,
    reach: BoolCube,
    day: IntRow,
    quota: int,
    chosen: IntRow,
) -> int:
    """Greatest total profit of a walkable set of requests of one participant.

    ``profit`` int64[>= n, S]; request i is held at place ``places[local[i]]``.  The first
    ``tracked`` requests are held at most once, the others may repeat (a relaxation); ``quota``
    counts only when all are tracked.  An idle slot is taken to be enough for any walk.
    ``chosen[i]`` becomes the slot of the tracked request i or -1.  O(S 2**tracked (tracked +
    places)).
    """
    S = profit.shape[1]
    sets, none = 1 << tracked, places.shape[0]
    # Only slots in which something can be held; the others are rest.
    slots = np.empty(S, dtype=np.int64)
    active = 0
    for t in range(S):
        for i in range(n):
            if profit[i, t] > NEVER:
                slots[active] = t
                active += 1
                break
    value = np.empty((sets, none + 1), dtype=np.int64)
    fresh = np.empty((sets, none + 1), dtype=np.int64)
    came = np.empty((active, sets, none + 1), dtype=np.int8)
    held = np.empty((active, sets, none + 1), dtype=np.int8)
    # Arrays that numba fills as it makes them (`np.full`) take half as long to compile as all this.
    value[:], came[:], held[:] = NEVER, np.int8(-1), np.int8(-1)
    size = np.zeros(sets, dtype=np.int64)
    for m in range(1, sets):
        size[m] = size[m >> 1] + (m & 1)
    value[0, none] = 0
    arrive = np.empty(none, dtype=np.int64)
    via = np.empty(none, dtype=np.int8)
    for x in range(active):
        t = slots[x]
        apart = x == 0 or slots[x - 1] != t - 1 or day[t - 1] != day[t]
        fresh[:] = NEVER
        for m in range(sets):
            if size[m] > x:
                continue
            # The best way to have been anywhere, then idle in this slot.
            for h in range(none + 1):
                if value[m, h] > fresh[m, none]:
                    fresh[m, none] = value[m, h]
                    came[x, m, none] = h
        for m in range(sets):
            best = fresh[m, none]
            if best == NEVER or size[m] > x:
                continue
            for k in range(none):
                if apart:
                    arrive[k], via[k] = best, came[x, m, none]
                    continue
                arrive[k], via[k] = value[m, none], none
                for h in range(none):
                    if value[m, h] > arrive[k] and reach[t, places[h], places[k]]:
                        arrive[k], via[k] = value[m, h], h
            for i in range(n):
                gain = profit[i, t]
                k = local[i]
                if gain <= NEVER or arrive[k] <= NEVER:
                    continue
                if i < tracked:
                    if (m >> i) & 1 or (tracked == n and size[m] >= quota):
                        continue
                    target = m | (1 << i)
                else:
                    target = m
                if arrive[k] + gain > fresh[target, k]:
                    fresh[target, k] = arrive[k] + gain
                    came[x, target, k] = via[k]
                    held[x, target, k] = i if i < tracked else -2
        value, fresh = fresh, value
    total, m, h = NEVER, 0, 0
    for s in range(sets):
        for k in range(none + 1):
            if value[s, k] > total:
                total, m, h = value[s, k], s, k
    for i in range(tracked):
        chosen[i] = -1
    for x in range(active - 1, -1, -1):
        i = held[x, m, h] if h < none else -1
        h = came[x, m, h]
        if i >= 0:
            chosen[i] = slots[x]
            m &= ~(1 << i)
    return total


@compiled
def local_places(place: IntRow, n: int, local: IntRow, places: IntRow) -> int:
    """Number the different places of n requests; fills ``local`` and ``places``."""
    count = 0
    for i in range(n):
        found = -1
        for k in range(count):
            if places[k] == place[i]:
                found = k
        if found < 0:
            places[count] = place[i]
            found = count
            count += 1
        local[i] = found
    return count
