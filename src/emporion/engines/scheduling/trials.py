"""Improvement: force one request in, repair with ejection chains, undo when the total has fallen.

A trial that leaves the total as it was is kept: the drift over equal schedules is what finds the
next gain.  A temperature has been tried and does not help.
"""

from __future__ import annotations

from .chains import FAILED, try_insert
from .compiled import compiled
from .instance import Ints, Longs
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


@compiled
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


@compiled
def _some_occupant(st: State, cell: int) -> int:
    """A random meeting of the cell that may move; -1 = none."""
    taken = st.cell[cell, TAKEN_UNITS]
    start = draw(st, taken)
    for i in range(taken):
        r = st.ureq[st.cell[cell, UNITS] + (start + i) % taken]
        if st.req[r, LOCK] == 0:
            return r
    return -1


@compiled
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


@compiled
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
            return r
    return -1


@compiled
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


@compiled
def _refill(st: State, p: int, most: int, limit: int) -> int:
    """Try the best unheld requests of p; 1 when one went in."""
    tried = 0
    for i in range(st.who[p, FIRST], st.who[p + 1, FIRST]):
        r = st.adj[i]
        if st.req[r, SLOT] >= 0:
            continue
        if try_insert(st, r, limit, -1) != FAILED:
            return 1
        tried += 1
        if tried >= most:
            break
    return 0


@compiled
def one_trial(st: State, root: int, limit: int, evicted: Ints) -> bool:
    """Force the unheld ``root`` into a random slot of its own; keep the result or undo it."""
    S = st.slots
    t = draw(st, S)
    for _ in range(S):
        if fits(st, root, t):
            break
        t = t + 1 if t + 1 < S else 0
    if not fits(st, root, t):
        return False
    before = st.ctl[SCORE]
    st.ctl[LOGGING], st.ctl[LOGGED] = 1, 0
    st.ctl[TRIAL] += 1
    n = 0
    obstacle = _obstacle(st, root, t)
    while obstacle >= 0 and n < evicted.shape[0]:
        unset(st, obstacle)
        evicted[n] = obstacle
        n += 1
        obstacle = _obstacle(st, root, t)
    if obstacle != -1 or not can_put(st, root, t):
        _undo(st)
        return False
    put(st, root, t)
    st.req[root, LOCK] = 1
    for i in range(1, n):
        r = evicted[i]
        j = i - 1
        while j >= 0 and st.long[evicted[j], VALUE] < st.long[r, VALUE]:
            evicted[j + 1] = evicted[j]
            j -= 1
        evicted[j + 1] = r
    for i in range(n):
        r = evicted[i]
        if st.req[r, SLOT] >= 0 or try_insert(st, r, limit, -1) != FAILED:
            continue
        if st.ctl[SCORE] >= before:
            continue
        _refill(st, st.req[r, END0], 3, limit)
        if st.ctl[SCORE] < before:
            _refill(st, st.req[r, END1], 8, limit)
    st.req[root, LOCK] = 0
    if st.ctl[SCORE] < before:
        _undo(st)
        return False
    st.ctl[LOGGING] = 0
    return True


@compiled
def run_trials(st: State, pool: Ints, trials: int, limit: int, evicted: Ints, target: int) -> int:
    """Trials with roots drawn from ``pool``, at most that many, until the total is ``target``.

    Gives the number of trials done.
    """
    for i in range(trials):
        root = pool[draw(st, pool.shape[0])]
        if st.req[root, SLOT] < 0:
            one_trial(st, root, limit, evicted)
            if st.ctl[SCORE] >= target:
                return i + 1
    return trials


@compiled
def fill(st: State, order: Ints) -> int:
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
def put_given(st: State, given: Longs) -> int:
    """Hold requests ``given[:, 0]`` in slots ``given[:, 1]`` where that is possible, in order."""
    done = 0
    for i in range(given.shape[0]):
        r = given[i, 0]
        if st.req[r, SLOT] < 0 and can_put(st, r, given[i, 1]):
            put(st, r, given[i, 1])
            done += 1
    return done
