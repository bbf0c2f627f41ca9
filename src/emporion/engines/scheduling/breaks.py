"""Fewer breaks at equal value: annealing over moves and swaps of meetings (Kirkpatrick 1983)."""

from __future__ import annotations

import math

import numpy as np

from .compiled import compiled
from .instance import IntGrid, IntRow, LongGrid, Longs
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


@compiled
def _toggle(st: State, in_window: IntGrid, window: IntRow, p: int, t: int, on: bool) -> int:
    """Change of the breaks of p when slot t becomes busy or idle; to be called while it is idle."""
    base = p * st.slots
    w = window[t]
    change = 1
    if t > 0 and window[t - 1] == w and st.cell[base + t - 1, TAKEN_UNITS] > 0:
        change -= 1
    if t + 1 < st.slots and window[t + 1] == w and st.cell[base + t + 1, TAKEN_UNITS] > 0:
        change -= 1
    if on:
        before = in_window[p, w]
        in_window[p, w] += 1
        return 0 if before == 0 else change
    in_window[p, w] -= 1
    return 0 if in_window[p, w] == 0 else -change


@compiled
def _take(st: State, in_window: IntGrid, window: IntRow, r: int) -> int:
    t = st.req[r, SLOT]
    unset(st, r)
    change = 0
    for k in range(2):
        p = st.req[r, END0] if k == 0 else st.req[r, END1]
        if st.cell[p * st.slots + t, TAKEN_UNITS] == 0:
            change += _toggle(st, in_window, window, p, t, False)
    return change


@compiled
def _give(st: State, in_window: IntGrid, window: IntRow, r: int, t: int) -> int:
    change = 0
    for k in range(2):
        p = st.req[r, END0] if k == 0 else st.req[r, END1]
        if st.cell[p * st.slots + t, TAKEN_UNITS] == 0:
            change += _toggle(st, in_window, window, p, t, True)
    put(st, r, t)
    return change


@compiled
def anneal(
    st: State, held: IntRow, window: IntRow, windows: int, proposals: int, odds: LongGrid
) -> int:
    """Reduce the breaks of all participants; gives the change.  The set of meetings stays the same.

    ``held`` the meetings that may move, ``odds`` int64[stages, 8]: chance out of 2**31 to accept a
    rise by 0..7 in each stage.
    """
    S = st.slots
    st.ctl[LOGGING] = 0
    in_window = np.zeros((st.dcount.shape[0], windows), dtype=np.int32)
    for p in range(st.dcount.shape[0]):
        for t in range(S):
            if st.cell[p * S + t, TAKEN_UNITS] > 0:
                in_window[p, window[t]] += 1
    total = 0
    stages = odds.shape[0]
    for i in range(proposals):
        stage = i * stages // proposals
        r = held[draw(st, held.shape[0])]
        t, t2 = st.req[r, SLOT], draw(st, S)
        if t2 == t or not fits(st, r, t2) or not room(st, st.req[r, END1] * S + t2):
            continue
        a = st.req[r, END0]
        cell = a * S + t2
        r3 = -1
        if not room(st, cell):
            r3 = st.ureq[st.cell[cell, UNITS] + draw(st, st.cell[cell, TAKEN_UNITS])]
            g = st.req[r3, END1] if st.req[r3, END0] == a else st.req[r3, END0]
            if st.req[r3, LOCK] != 0 or not fits(st, r3, t) or not room(st, g * S + t):
                continue
        change = _take(st, in_window, window, r)
        if r3 >= 0:
            change += _take(st, in_window, window, r3)
        good = can_put(st, r, t2)
        if good:
            change += _give(st, in_window, window, r, t2)
            if r3 >= 0:
                good = can_put(st, r3, t)
                if good:
                    change += _give(st, in_window, window, r3, t)
        if good and change > 0:
            good = draw(st, 2**31 - 1) < odds[stage, min(change, 7)]
        if good:
            total += change
            continue
        if st.req[r, SLOT] >= 0:
            _take(st, in_window, window, r)
        if r3 >= 0 and st.req[r3, SLOT] >= 0:
            _take(st, in_window, window, r3)
        _give(st, in_window, window, r, t)
        if r3 >= 0:
            _give(st, in_window, window, r3, t2)
    return total


def cooling() -> Longs:
    """Table of chances for `anneal`, from `HOT` to `COLD`, in integers so that machines agree."""
    table = np.zeros((STAGES, 8), dtype=np.int64)
    for stage in range(STAGES):
        heat = HOT * (COLD / HOT) ** (stage / (STAGES - 1))
        for rise in range(8):
            table[stage, rise] = int(math.exp(-rise / heat) * 2**31)
    return table
