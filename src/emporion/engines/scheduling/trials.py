"""Improvement: force one request in, repair with ejection chains, undo when the total has fallen.

A trial that leaves the total as it was is kept: the drift over equal schedules is what finds the
next gain.  A temperature has been tried and does not help.
"""

from __future__ import annotations

import numpy as np

from .chains import FAILED, try_insert
from .compiled import compiled, compiled_inside
from .daymoves import Desk, lay_out_day
from .instance import BoolRow, IntRow
from .state import (
    COUNT,
    DAY,
    DAY_QUOTA,
    END0,
    END1,
    FIRST,
    LOCK,
    LOG,
    LOG_SLOT,
    LOGGED,
    LOGGING,
    POOL,
    QUOTA,
    SCORE,
    SLOT,
    TABLES,
    TAKEN,
    TAKEN_UNITS,
    TRIAL,
    UNITS,
    VALUE,
    State,
    can_put,
    draw,
    fits,
    put,
    room,
    tables_left,
    too_far,
    unset,
)

MOST_EVICTED = 24
#: Waiting requests tried for a meeting that found no other place, of each of its ends.
FROM_END0, FROM_END1 = 3, 8


@compiled_inside
def _undo(st: State) -> None:
    """Put every request touched in this trial back where it was."""
    st.ctl[LOGGING] = 0
    n = st.ctl[LOGGED]
    for i in range(n):
        if st.req[st.req[i, LOG], SLOT] >= 0:
            unset(st, st.req[i, LOG])
    for i in range(n):
        if st.req[i, LOG_SLOT] >= 0:
            put(st, st.req[i, LOG], st.req[i, LOG_SLOT])


@compiled_inside
def _some_occupant(st: State, cell: int) -> int:
    """A random meeting of the cell that may move; -1 = none."""
    taken = st.cell[cell, TAKEN_UNITS]
    start = draw(st, taken)
    for i in range(taken):
        r = st.ureq[st.cell[cell, UNITS] + (start + i) % taken]
        if st.req[r, LOCK] == 0:
            return int(r)
    return -1


@compiled_inside
def _weakest(st: State, p: int, day: int) -> int:
    """The least valuable held meeting of p that may move, on one day or on any (-1)."""
    weakest = -1
    for i in range(st.who[p, FIRST], st.who[p + 1, FIRST]):
        r = st.adj[i]
        t = st.req[r, SLOT]
        if t < 0 or st.req[r, LOCK] != 0 or (day >= 0 and st.when[t, DAY] != day):
            continue
        if weakest < 0 or st.long[r, VALUE] < st.long[weakest, VALUE]:
            weakest = r
    return weakest


@compiled_inside
def _some_at_table(st: State, root: int, t: int) -> int:
    """A random meeting in slot t that gives its table to ``root``; -1 = none found."""
    pool = st.req[root, POOL]
    event_full = st.when[t, TAKEN] >= st.when[t, TABLES]
    requests = st.req.shape[0]
    start = draw(st, requests)
    for i in range(requests):
        r = (start + i) % requests
        if (
            st.req[r, SLOT] == t
            and st.req[r, LOCK] == 0
            and (event_full or st.req[r, POOL] == pool)
        ):
            return int(r)
    return -1


@compiled_inside
def _obstacle(st: State, root: int, t: int) -> int:
    """A meeting that keeps ``root`` out of slot t: -1 = none, -2 = one that must not move."""
    for k in range(2):
        p = st.req[root, END0] if k == 0 else st.req[root, END1]
        cell = p * st.slots + t
        if not room(st, cell):
            r = _some_occupant(st, cell)
            return r if r >= 0 else -2
        if st.has_walk:
            r = too_far(st, root, k, t, -1)
            if r >= 0:
                return r if st.req[r, LOCK] == 0 else -2
        if st.who[p, COUNT] >= st.who[p, QUOTA]:
            r = _weakest(st, p, -1)
            return r if r >= 0 else -2
        if st.has_days and st.dcount[p, st.when[t, DAY]] >= st.who[p, DAY_QUOTA]:
            r = _weakest(st, p, st.when[t, DAY])
            return r if r >= 0 else -2
    if st.has_tables and not tables_left(st, root, t):
        r = _some_at_table(st, root, t)
        return r if r >= 0 else -2
    return -1


@compiled_inside
def _some_slot(st: State, root: int) -> int:
    """A random slot in which the request could be held; -1 = there is none."""
    t = draw(st, st.slots)
    for _ in range(st.slots):
        if fits(st, root, t):
            return t
        t = t + 1 if t + 1 < st.slots else 0
    return -1


@compiled_inside
def _in_the_way(st: State, root: int, t: int) -> int:
    """How many meetings would have to leave for ``root`` to be held in slot t, about."""
    count = 0
    for k in range(2):
        p = st.req[root, END0 + k]
        if not room(st, p * st.slots + t):
            count += 1
        far = too_far(st, root, k, t, -1)
        if far >= 0:
            count += 1
            if too_far(st, root, k, t, far) >= 0:
                count += 1
    return count


@compiled_inside
def _choose_slot(st: State, root: int) -> int:
    """A random slot for ``root``; when it walks, the less crowded of two.  -1 = there is none."""
    t = _some_slot(st, root)
    if t >= 0 and st.has_walk:
        other = _some_slot(st, root)
        if _in_the_way(st, root, other) < _in_the_way(st, root, t):
            return other
    return t


@compiled_inside
def _force(st: State, root: int, evicted: IntRow) -> int:
    """Hold ``root`` in a random slot of its own and lock it there.

    Gives the number of meetings that had to leave, most valuable first in ``evicted``; -1 when
    something that must not move stands in the way (what has left by then is in the journal).
    """
    t = _choose_slot(st, root)
    if t < 0:
        return -1
    n = 0
    while True:
        obstacle = _obstacle(st, root, t)
        if obstacle < 0 or n >= evicted.shape[0]:
            break
        unset(st, obstacle)
        j = n - 1
        while j >= 0 and st.long[evicted[j], VALUE] < st.long[obstacle, VALUE]:
            evicted[j + 1] = evicted[j]
            j -= 1
        evicted[j + 1] = obstacle
        n += 1
    if obstacle != -1 or not can_put(st, root, t):
        return -1
    put(st, root, t)
    st.req[root, LOCK] = 1
    return n


@compiled_inside
def _settle(st: State, homeless: IntRow, n: int, before: int, limit: int, forced: bool) -> None:
    """Insert ``homeless[:n]`` again; for who finds no place, the best waiting of both ends.

    ``forced`` = False: only the first part.  Stops as soon as the total is back at ``before``.
    """
    for j in range(n):
        r = homeless[j]
        wanted, stage, position, tried = r, 0, 0, 0
        while wanted >= 0:
            inside = st.req[wanted, SLOT] >= 0 or try_insert(st, wanted, limit, -1) != FAILED
            if not forced or st.ctl[SCORE] >= before or (inside and stage != 1):
                break
            if inside:
                tried = FROM_END0
            wanted = -1
            while wanted < 0 and stage < 3:
                p = st.req[r, END1] if stage == 2 else st.req[r, END0]
                most = FROM_END1 if stage == 2 else FROM_END0
                if stage > 0 and tried < most and position < st.who[p + 1, FIRST]:
                    if st.req[st.adj[position], SLOT] < 0:
                        wanted = st.adj[position]
                        tried += 1
                    position += 1
                else:
                    stage += 1
                    tried = 0
                    position = st.who[st.req[r, END1 if stage == 2 else END0], FIRST]


@compiled
def work(
    st: State,
    roots: IntRow,
    begin: int,
    steps: int,
    limit: int,
    target: int,
    forced: bool,
    homeless: IntRow,
    desk: Desk,
) -> int:
    """At most ``steps`` steps of the search; stops when the total reaches ``target``.

    Plain: `try_insert` on ``roots[begin:begin + steps]``.  ``forced``: roots drawn from ``roots``
    are forced in, or, where people walk, the day of one is laid out anew; who had to leave is
    inserted again or made up for by the best waiting requests of both ends, and everything is
    undone when the total has fallen.  ``homeless`` int32 is scratch.  Gives the number of steps
    done.
    """
    for step in range(steps):
        root = roots[draw(st, roots.shape[0])] if forced else roots[begin + step]
        if st.req[root, SLOT] >= 0:
            continue
        before = st.ctl[SCORE]
        n = 1
        homeless[0] = root
        again = False
        if forced:
            st.ctl[LOGGING], st.ctl[LOGGED] = 1, 0
            st.ctl[TRIAL] += 1
            again = st.has_walk and draw(st, 4) != 0
            n = lay_out_day(st, root, homeless, desk) if again else _force(st, root, homeless)
        _settle(st, homeless, n, before, limit, forced)
        if forced:
            if not again:
                st.req[root, LOCK] = 0
            if n < 0 or st.ctl[SCORE] < before:
                _undo(st)
            st.ctl[LOGGING] = 0
        if st.ctl[SCORE] >= target:
            return step + 1
    return steps


@compiled
def fill(st: State, order: IntRow) -> int:
    """Hold every request of ``order`` that fits as things are, earliest slot first (greedy)."""
    done = 0
    for r in order:
        if st.req[r, SLOT] >= 0 or st.req[r, LOCK] != 0:
            continue
        for t in range(st.slots):
            if can_put(st, r, t):
                put(st, r, t)
                done += 1
                break
    return done


@compiled
def could_hold(st: State, rows: IntRow) -> BoolRow:
    """Which of the unheld ``rows`` fit into some slot as things are, whatever locks them."""
    found = np.zeros(rows.shape[0], dtype=np.bool_)
    for i in range(rows.shape[0]):
        for t in range(st.slots):
            if st.req[rows[i], SLOT] < 0 and can_put(st, rows[i], t):
                found[i] = True
                break
    return found
