"""Precedences: the requests they name are placed first, in order, and then stay."""

from __future__ import annotations

import heapq

import numpy as np

from .chains import try_insert
from .instance import Instance, Ints
from .state import LOCK, MASK, SLOT, VALUE, State, can_put, put

NODES_A_SEARCH = 2000


def ordered_rows(instance: Instance) -> Ints:
    """The requests that some precedence names; once placed they stay where they are."""
    rows: Ints = np.unique(instance.precedences).astype(np.int32)
    return rows


def place_ordered(instance: Instance, st: State) -> None:
    """Hold the requests named in precedences, predecessors first, as early as they fit.

    Other mandatory requests come before them and may still be moved; of those of an order, what a
    locked meeting has to follow comes first, and never behind it.

    "b only when a is held strictly before" is thereby kept whatever happens to the others, at some
    cost in weight: requests that do not fit now are closed for good.  Heavy requests go first where
    the order leaves a choice.
    """
    if not len(instance.precedences):
        return
    ends = _ends(instance, st)
    named = set(instance.precedences.ravel().tolist())
    for r in np.flatnonzero(instance.mandatory).tolist():
        if r not in named:
            try_insert(st, r, NODES_A_SEARCH, -1)
    before: dict[int, set[int]] = {}
    after: dict[int, set[int]] = {}
    for a, b in instance.precedences.tolist():
        before.setdefault(b, set()).add(a)
        before.setdefault(a, set())
        after.setdefault(a, set()).add(b)
    waiting = {r: len(first) for r, first in before.items()}

    def turn(r: int) -> tuple[bool, int, int]:
        return r not in ends, -int(st.long[r, VALUE]), r

    ready = [turn(r) for r, n in waiting.items() if n == 0]
    heapq.heapify(ready)
    while ready:
        *_, r = heapq.heappop(ready)
        _place(st, r, before[r], r in ends or bool(instance.mandatory[r]))
        st.req[r, LOCK] = 1
        for b in after.get(r, ()):
            waiting[b] -= 1
            if waiting[b] == 0:
                heapq.heappush(ready, turn(b))
    for r in before:  # those of a circle have never been ready
        st.req[r, LOCK] = 1


def _ends(instance: Instance, st: State) -> dict[int, int]:
    """The slots before which each request is held that a locked meeting has to follow, directly or
    not; the later ones are closed for it."""
    ends: dict[int, int] = {}
    first, then = instance.precedences.T
    todo = instance.locked[np.isin(instance.locked[:, 0], then)].tolist()
    while todo:
        b, t = todo.pop()
        for a in first[then == b].tolist():
            if st.req[a, SLOT] < 0 and t < ends.get(a, st.slots):
                ends[a] = t
                todo.append((a, max(t - 1, 0)))
    for a, end in ends.items():
        for t in range(end, st.slots):
            st.req[a, MASK + (t >> 5)] &= ~np.uint32(1 << (t & 31)).view(np.int32)
    return ends


def _place(st: State, r: int, first: set[int], must: bool) -> None:
    if st.req[r, SLOT] >= 0:
        return
    slots = [int(st.req[a, SLOT]) for a in first]
    if any(t < 0 for t in slots):
        return
    for t in range(max(slots, default=-1) + 1, st.slots):
        if can_put(st, r, t):
            put(st, r, t)
            return
    if must:
        try_insert(st, r, NODES_A_SEARCH, max(slots, default=-1))
