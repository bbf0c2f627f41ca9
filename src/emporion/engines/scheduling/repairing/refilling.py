"""What to do with a place that has become free: the kernel behind `live.Floor.no_show`.

All that one move of each participant allows is looked through, not sampled: the row of the host is
a graph of slots, in which a meeting that can come from slot u to slot v is an arc, and a breadth-
first search finds the fewest moves that make a place for a waiting pair.
"""

from __future__ import annotations

import numpy as np

from ..compiled import compiled, compiled_inside
from ..instance import IntGrid, IntRow
from ..state import (
    COUNT,
    DAY,
    DAY_QUOTA,
    END0,
    END1,
    FIRST,
    LOCK,
    QUOTA,
    SLOT,
    TAKEN_UNITS,
    UNITS,
    State,
    can_put,
    fits,
    put,
    room,
    too_far,
    unset,
    walkable,
)
from .kernels import ACCEPTED, MOVED, begin, give_up, insert_within, within

#: How a freed place was used.
NOTHING, WAITING, ROOM_MADE, PULLED = range(4)
#: Waiting requests tried by a chain through other hosts, and the nodes of each search.
CHAINS, NODES = 16, 60


@compiled_inside
def _could(st: State, r: int, p: int, t: int) -> bool:
    """Whether the unheld r could be held in slot t if its end other than p had a place there."""
    if not fits(st, r, t) or not room(st, p * st.slots + t):
        return False
    if st.who[p, COUNT] >= st.who[p, QUOTA]:
        return False
    if st.has_days and st.dcount[p, st.when[t, DAY]] >= st.who[p, DAY_QUOTA]:
        return False
    return not st.has_walk or walkable(st, r, t)


@compiled_inside
def _could_come(st: State, r: int, p: int, t: int) -> bool:
    """`_could` for a held meeting that leaves its slot for it."""
    old = st.req[r, SLOT]
    unset(st, r)
    found = _could(st, r, p, t)
    put(st, r, old)
    return found


@compiled_inside
def _movable(st: State, r: int, p: int, moved: IntGrid) -> bool:
    """Whether the meeting r of participant p may be moved: not locked, and p accepts a move."""
    return bool(st.req[r, LOCK] == 0 and moved[p, MOVED] < moved[p, ACCEPTED])


@compiled_inside
def _free(st: State, r: int) -> bool:
    """Whether r waits for a place."""
    return bool(st.req[r, SLOT] < 0 and st.req[r, LOCK] == 0)


@compiled_inside
def _obstacle(st: State, r: int, p: int, t: int) -> int:
    """The meeting of p that is in the way of r in slot t; -1 = none, or more is in the way."""
    cell = p * st.slots + t
    if not room(st, cell):
        return int(st.ureq[st.cell[cell, UNITS]])
    return too_far(st, r, 0 if st.req[r, END0] == p else 1, t, -1) if st.has_walk else -1


@compiled_inside
def _clear(
    st: State,
    e: int,
    r: int,
    t: int,
    home: IntRow,
    moved: IntGrid,
    most: int,
    touched: IntRow,
) -> bool:
    """Hold r of host e in slot t after the one meeting in the way, of the same guest, has gone to
    another slot."""
    p = st.req[r, END0] + st.req[r, END1] - e
    if not fits(st, r, t):
        return False
    x = _obstacle(st, r, p, t)
    if x < 0 or x == r or not _movable(st, x, p, moved):
        return False
    begin(st)
    if st.req[r, SLOT] >= 0:
        unset(st, r)
    told = st.req[x, SLOT]
    unset(st, x)
    if can_put(st, r, t):
        put(st, r, t)
        for u in range(st.slots):
            if u != told and can_put(st, x, u):
                put(st, x, u)
                return within(st, home, moved, most, touched)
    give_up(st, home, moved, False)
    return False


@compiled_inside
def _follow(
    st: State,
    r: int,
    v: int,
    via: IntRow,
    before: IntRow,
    home: IntRow,
    moved: IntGrid,
    most: int,
    touched: IntRow,
) -> bool:
    """Hold r in slot v, after the meetings there have come forward along the path to it."""
    begin(st)
    good, u = True, v
    while before[u] >= 0:
        unset(st, via[u])
        u = before[u]
    u = v
    while good and before[u] >= 0:
        good = can_put(st, via[u], before[u])
        if good:
            put(st, via[u], before[u])
        u = before[u]
    if good and can_put(st, r, v):
        put(st, r, v)
        return within(st, home, moved, most, touched)
    give_up(st, home, moved, False)
    return False


@compiled
def refill(
    st: State,
    e: int,
    t: int,
    home: IntRow,
    moved: IntGrid,
    most: int,
    touched: IntRow,
) -> int:
    """Use the freed place of participant e in slot t; says how.

    In this order: the best waiting pair that is free then; a waiting pair in a slot from which
    meetings of e come forward, the fewest moves first; a waiting pair whose guest has one other
    meeting in the way, which goes elsewhere; an ejection chain through other hosts for one of the
    best waiting pairs; a later meeting of e pulled forward, the next one, at last with one meeting
    out of its way.  ``most`` announced meetings move at most, none is lost,
    and nobody is moved more often than ``moved`` says.  O(requests of e x S).
    """
    S = st.slots
    first, last = st.who[e, FIRST], st.who[e + 1, FIRST]
    if st.who[e, COUNT] >= st.who[e, QUOTA]:
        return NOTHING
    via, before = np.empty(S, dtype=np.int32), np.empty(S, dtype=np.int32)
    steps, queue = np.empty(S, dtype=np.int32), np.empty(S, dtype=np.int32)
    via[:], before[:], steps[:] = -1, -1, -1
    queue[0], steps[t] = t, 0
    head, tail = 0, 1
    while head < tail:
        v = queue[head]
        head += 1
        for i in range(first, last):
            r = st.adj[i]
            p = st.req[r, END0] + st.req[r, END1] - e
            if not _free(st, r) or not _could(st, r, p, v):
                continue
            if _follow(st, r, v, via, before, home, moved, most, touched):
                return WAITING if v == t else ROOM_MADE
        if steps[v] >= most:
            continue
        for i in range(first, last):
            r = st.adj[i]
            u = st.req[r, SLOT]
            if u < 0 or steps[u] >= 0 or st.cell[e * S + u, TAKEN_UNITS] == 0:
                continue
            p = st.req[r, END0] + st.req[r, END1] - e
            if _movable(st, r, p, moved) and _could_come(st, r, p, v):
                steps[u], via[u], before[u] = steps[v] + 1, r, v
                queue[tail] = u
                tail += 1
    if most < 1:
        return NOTHING
    for i in range(first, last):
        r = st.adj[i]
        if _free(st, r) and _clear(st, e, r, t, home, moved, most, touched):
            return ROOM_MADE
    tried, used, told = 0, NOTHING, touched[0]
    for i in range(first, last):
        r = st.adj[i]
        if tried < CHAINS and _free(st, r) and used == NOTHING:
            tried += 1
            if insert_within(st, r, NODES, t - 1, home, moved, most, touched):
                used = ROOM_MADE
    if used != NOTHING:
        most -= touched[0] - told - 1
        if not room(st, e * S + t):
            return used
    for clear in range(2):
        for s in range(t + 1, S):
            for i in range(first, last):
                r = st.adj[i]
                p = st.req[r, END0] + st.req[r, END1] - e
                if st.req[r, SLOT] != s or not _movable(st, r, p, moved):
                    continue
                if clear == 1:
                    if _clear(st, e, r, t, home, moved, most, touched):
                        return PULLED
                    continue
                begin(st)
                unset(st, r)
                if can_put(st, r, t):
                    put(st, r, t)
                    if within(st, home, moved, most, touched):
                        return PULLED
                else:
                    give_up(st, home, moved, False)
    return used
