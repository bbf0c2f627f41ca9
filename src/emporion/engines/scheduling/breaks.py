"""Fewer breaks, then fewer idle slots, at equal value: annealing over moves and swaps of meetings
(Kirkpatrick 1983)."""

from __future__ import annotations

import math

import numpy as np

from .compiled import compiled, compiled_inside
from .instance import IntGrid, IntRow, LongGrid
from .state import (
    END0,
    END1,
    LOCK,
    LOGGING,
    SLOT,
    TAKEN_UNITS,
    UNITS,
    State,
    can_put,
    draw,
    fits,
    put,
    room,
    unset,
)

HOT, COLD, STAGES = 0.6, 0.08, 200
#: From this stage on idle slots count as well, each as one part of a break of so many.
IDLE_FROM, BREAK = 160, 8
#: Rises of the energy that `cooling` tells apart; the column behind them says whether idle counts.
RISES = 32


@compiled_inside
def _beside(st: State, window: IntRow, p: int, t: int, idle: int) -> int:
    """How many of the two slots beside t are busy for p, in the same window; ``idle`` is not."""
    base, found = p * st.slots, 0
    for s in (t - 1, t + 1):
        if 0 <= s < st.slots and s != idle and window[s] == window[t]:
            found += st.cell[base + s, TAKEN_UNITS] > 0
    return found


@compiled_inside
def _shift(st: State, busy: IntGrid, window: IntRow, p: int, t: int, t2: int) -> int:
    """Change of the breaks of p when one of its meetings goes from slot t to slot t2.

    ``busy`` int32[P, windows]: slots in which p has meetings.
    """
    base, change, idle, left = p * st.slots, 0, -1, busy[p, window[t2]]
    if st.cell[base + t, TAKEN_UNITS] == 1:
        if busy[p, window[t]] > 1:
            change += _beside(st, window, p, t, -1) - 1
        idle = t
        left -= window[t] == window[t2]
    if st.cell[base + t2, TAKEN_UNITS] == 0 and left > 0:
        change += 1 - _beside(st, window, p, t2, idle)
    return change


@compiled_inside
def _idle(st: State, window: IntRow, p: int, t: int, without: int, also: int) -> int:
    """Idle slots between the first and the last meeting of p in the window of t, as if p were idle
    in the slot ``without`` and busy in ``also``."""
    base, first, last, busy = p * st.slots, -1, -1, 0
    s = t
    while s > 0 and window[s - 1] == window[t]:
        s -= 1
    while s < st.slots and window[s] == window[t]:
        if s == also or (s != without and st.cell[base + s, TAKEN_UNITS] > 0):
            first = s if first < 0 else first
            last = s
            busy += 1
        s += 1
    return last - first + 1 - busy if busy > 0 else 0


@compiled_inside
def _idle_shift(st: State, window: IntRow, p: int, t: int, t2: int) -> int:
    """Change of the idle slots of p when one of its meetings goes from slot t to slot t2."""
    without = t if st.cell[p * st.slots + t, TAKEN_UNITS] == 1 else -1
    same = window[t] == window[t2]
    change = _idle(st, window, p, t, without, t2 if same else -1) - _idle(st, window, p, t, -1, -1)
    if not same:
        change += _idle(st, window, p, t2, -1, t2) - _idle(st, window, p, t2, -1, -1)
    return change


@compiled_inside
def _count(st: State, busy: IntGrid, window: IntRow, p: int, w: int) -> None:
    """Enter into ``busy`` in how many slots of window w participant p has meetings."""
    busy[p, w] = 0
    for t in range(st.slots):
        if window[t] == w and st.cell[p * st.slots + t, TAKEN_UNITS] > 0:
            busy[p, w] += 1


@compiled_inside
def _beside_another(st: State, p: int, t: int) -> int:
    """A slot before or behind one in which p has a meeting, other than that in slot t."""
    s = draw(st, st.slots)
    for _ in range(st.slots):
        if s != t and st.cell[p * st.slots + s, TAKEN_UNITS] > 0:
            break
        s = s + 1 if s + 1 < st.slots else 0
    s += 1 if draw(st, 2) == 0 else -1
    return s if 0 <= s < st.slots else t


@compiled_inside
def _exchange(st: State, r: int, t: int, r3: int, t3: int) -> bool:
    """Move ``r`` to slot t, and ``r3`` (if >= 0) to slot t3, or leave both where they are."""
    old, old3 = st.req[r, SLOT], -1
    unset(st, r)
    if r3 >= 0:
        old3 = st.req[r3, SLOT]
        unset(st, r3)
    if can_put(st, r, t):
        put(st, r, t)
        if r3 < 0:
            return True
        if can_put(st, r3, t3):
            put(st, r3, t3)
            return True
        unset(st, r)
    put(st, r, old)
    if r3 >= 0:
        put(st, r3, old3)
    return False


@compiled
def anneal(
    st: State, held: IntRow, window: IntRow, windows: int, proposals: int, odds: LongGrid
) -> int:
    """Reduce the breaks of all participants, and in the last stages their idle slots; gives the
    change of the breaks.  The set of meetings stays the same.

    ``held`` the meetings that may move, ``odds`` int64[stages, RISES + 1]: see `cooling`.
    """
    S = st.slots
    st.ctl[LOGGING] = 0
    busy = np.zeros((st.dcount.shape[0], windows), dtype=np.int32)
    for p in range(st.dcount.shape[0]):
        for w in range(windows):
            _count(st, busy, window, p, w)
    total = 0
    stages = odds.shape[0]
    for i in range(proposals):
        stage = i * stages // proposals
        r = held[draw(st, held.shape[0])]
        t, a, b = st.req[r, SLOT], st.req[r, END0], st.req[r, END1]
        t2 = _beside_another(st, b, t) if draw(st, 4) != 0 else draw(st, S)
        if t2 == t or not fits(st, r, t2) or not room(st, b * S + t2):
            continue
        cell, r3, g = a * S + t2, -1, -1
        if not room(st, cell):
            r3 = st.ureq[st.cell[cell, UNITS] + draw(st, st.cell[cell, TAKEN_UNITS])]
            g = st.req[r3, END1] if st.req[r3, END0] == a else st.req[r3, END0]
            if st.req[r3, LOCK] != 0 or not fits(st, r3, t) or not room(st, g * S + t) or g == b:
                continue
        change = _shift(st, busy, window, b, t, t2)
        if r3 >= 0:
            # The host is busy in both slots before and after.
            change += _shift(st, busy, window, g, t2, t)
        else:
            change += _shift(st, busy, window, a, t, t2)
        rise = BREAK * change
        if odds[stage, RISES] != 0 and rise < RISES:
            rise += _idle_shift(st, window, b, t, t2)
            if r3 >= 0:
                rise += _idle_shift(st, window, g, t2, t)
            else:
                rise += _idle_shift(st, window, a, t, t2)
        if rise > 0 and draw(st, 2**31 - 1) >= odds[stage, min(rise, RISES - 1)]:
            continue
        if not _exchange(st, r, t2, r3, t):
            continue
        total += change
        _count(st, busy, window, b, window[t])
        _count(st, busy, window, b, window[t2])
        other = g if r3 >= 0 else a
        _count(st, busy, window, other, window[t])
        _count(st, busy, window, other, window[t2])
    return total


def cooling() -> LongGrid:
    """Table of chances for `anneal`, from `HOT` to `COLD`, in integers so that machines agree.

    int64[STAGES, RISES + 1]: chance out of 2**31 to accept a rise of the energy, `BREAK` for each
    break and 1 for each idle slot, and whether idle slots count in that stage.
    """
    table = np.zeros((STAGES, RISES + 1), dtype=np.int64)
    for stage in range(STAGES):
        heat = HOT * (COLD / HOT) ** (stage / (STAGES - 1))
        for rise in range(RISES):
            table[stage, rise] = int(math.exp(-rise / BREAK / heat) * 2**31)
        table[stage, RISES] = stage >= IDLE_FROM
    return table
