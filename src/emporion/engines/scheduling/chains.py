"""Ejection chains: breadth-first search for a way to hold one more meeting.

A node is a held meeting that has lost one of its two places (``q_free`` names the end that is still
free at its old slot; 2 = the root, which has no old slot).  Every node looks for another slot; what
stands in the way becomes its child.  Ejection chains: Glover 1996; the two-slot exchange inside is
the Kempe chain of edge colouring.
"""

from __future__ import annotations

from .compiled import compiled, compiled_inside
from .state import (
    COUNT,
    DAY,
    DAY_QUOTA,
    END0,
    END1,
    EXTRA,
    EXTRA_SLOT,
    FREE,
    FREE_END,
    LEAST,
    LOCK,
    MEETING,
    MOVED,
    MOVED_FROM,
    MOVED_TO,
    PARENT,
    PARENT_SLOT,
    PLACE0,
    QUOTA,
    SEEN0,
    SLOT,
    TAKEN_UNITS,
    UNITS,
    VALUE,
    VISIT,
    State,
    can_put,
    draw,
    fits,
    put,
    room,
    tables_left,
    too_far,
    unset,
    walkable,
)

FAILED, INSERTED, REPLACED = 0, 1, 2


@compiled_inside
def _apply(st: State, node: int, slot: int, extra: int, extra_slot: int, dropped: bool) -> bool:
    """Carry out the path that ends at ``node``; with a live check, undone when it fails."""
    queue = st.queue
    n = 0
    if dropped:
        queue[n, MOVED], queue[n, MOVED_TO] = st.queue[node, MEETING], -1
        n += 1
    else:
        queue[n, MOVED], queue[n, MOVED_TO] = st.queue[node, MEETING], slot
        n += 1
        if extra >= 0:
            queue[n, MOVED], queue[n, MOVED_TO] = extra, extra_slot
            n += 1
    here = node
    while st.queue[here, PARENT] >= 0:
        if st.queue[here, EXTRA] >= 0:
            queue[n, MOVED], queue[n, MOVED_TO] = st.queue[here, EXTRA], st.queue[here, EXTRA_SLOT]
            n += 1
        queue[n, MOVED], queue[n, MOVED_TO] = (
            st.queue[st.queue[here, PARENT], MEETING],
            st.queue[here, PARENT_SLOT],
        )
        n += 1
        here = st.queue[here, PARENT]
    for i in range(n):
        for j in range(i):
            if queue[i, MOVED] == queue[j, MOVED]:
                return False
    for i in range(n):
        r = queue[i, MOVED]
        queue[i, MOVED_FROM] = st.req[r, SLOT]
        if st.req[r, SLOT] >= 0:
            unset(st, r)
    for i in range(n):
        if queue[i, MOVED_TO] < 0:
            continue
        if can_put(st, queue[i, MOVED], queue[i, MOVED_TO]):
            put(st, queue[i, MOVED], queue[i, MOVED_TO])
            continue
        for j in range(i):
            if queue[j, MOVED_TO] >= 0:
                unset(st, queue[j, MOVED])
        for j in range(n):
            if queue[j, MOVED_FROM] >= 0:
                put(st, queue[j, MOVED], queue[j, MOVED_FROM])
        return False
    return True


@compiled_inside
def _missing(st: State, p: int, change: int) -> int:
    """How the shortage against the least number of meetings of p changes (negative = better)."""
    before = max(st.who[p, LEAST] - st.who[p, COUNT], 0)
    return int(max(st.who[p, LEAST] - st.who[p, COUNT] - change, 0) - before)


@compiled_inside
def _gain(st: State, root: int, child: int) -> int:
    """Change of the total when ``root`` comes in and ``child`` goes."""
    gain = st.long[root, VALUE] - st.long[child, VALUE]
    if st.has_least:
        a, b, c, d = (
            st.req[root, END0],
            st.req[root, END1],
            st.req[child, END0],
            st.req[child, END1],
        )
        short = 0
        if a != c and a != d:
            short += _missing(st, a, 1)
        if b != c and b != d:
            short += _missing(st, b, 1)
        if c != a and c != b:
            short += _missing(st, c, -1)
        if d != a and d != b:
            short += _missing(st, d, -1)
        gain -= short * st.least_bonus
    return int(gain)


@compiled_inside
def _on_path(st: State, node: int, p: int) -> bool:
    """Whether participant p is already the second end of a meeting on the path to ``node``."""
    here = node
    while here >= 0:
        if st.req[st.queue[here, MEETING], END1] == p:
            return True
        here = st.queue[here, PARENT]
    return False


@compiled_inside
def _day_full(st: State, p: int, told: int, t: int) -> bool:
    day = st.when[t, DAY]
    if told >= 0 and st.when[told, DAY] == day:
        return False
    return bool(st.dcount[p, day] >= st.who[p, DAY_QUOTA])


@compiled_inside
def _far(st: State, r: int, t: int) -> int:
    """The only meeting that r in slot t could not walk from or to: -1 none, -2 several or fixed."""
    k = 0 if st.req[r, PLACE0] >= 0 else 1
    far = too_far(st, r, k, t, -1)
    if far >= 0 and (st.req[far, LOCK] != 0 or too_far(st, r, k, t, far) >= 0):
        return -2
    return far


@compiled_inside
def _place_in(st: State, r: int, p: int, besides: int) -> int:
    """A slot where p has a free unit and the other end of the held meeting r is free; -1 = none."""
    g = st.req[r, END1] if st.req[r, END0] == p else st.req[r, END0]
    for t in range(st.slots):
        if t == st.req[r, SLOT] or not fits(st, r, t):
            continue
        if not room(st, g * st.slots + t):
            continue
        if t != besides and not room(st, p * st.slots + t):
            continue
        if st.has_walk and not walkable(st, r, t):
            continue
        return t
    return -1


@compiled_inside
def _push(st: State, tail: int, r: int, free: int, parent: int, slot: int, x: int, xt: int) -> int:
    """Append a node unless (meeting, kind) has been seen in this search; gives the new tail."""
    if st.long[r, SEEN0 + free] == st.ctl[VISIT] or tail >= st.queue.shape[0]:
        return tail
    st.long[r, SEEN0 + free] = st.ctl[VISIT]
    st.queue[tail, MEETING] = r
    st.queue[tail, FREE_END] = free
    st.queue[tail, PARENT] = parent
    st.queue[tail, PARENT_SLOT] = slot
    st.queue[tail, EXTRA] = x
    st.queue[tail, EXTRA_SLOT] = xt
    return tail + 1


@compiled
def try_insert(st: State, root: int, limit: int, after: int) -> int:
    """Hold the unheld request ``root``, moving others out of the way; may drop one of less value.

    ``limit`` bounds the nodes of the search (at most 20,000); only slots later than ``after`` are
    used.  Gives `FAILED` (nothing has changed), `INSERTED` or `REPLACED` (the total has grown).
    """
    S = st.slots
    if st.req[root, SLOT] >= 0 or st.req[root, LOCK] != 0:
        return FAILED
    if st.who[st.req[root, END0], COUNT] >= st.who[st.req[root, END0], QUOTA]:
        return FAILED
    if st.who[st.req[root, END1], COUNT] >= st.who[st.req[root, END1], QUOTA]:
        return FAILED
    st.ctl[VISIT] += 1
    st.queue[0, MEETING], st.queue[0, FREE_END], st.queue[0, PARENT] = root, 2, -1
    st.queue[0, EXTRA] = -1
    head, tail = 0, 1
    best, best_gain = -1, 0
    while head < tail and tail < limit:
        r, free = st.queue[head, MEETING], st.queue[head, FREE_END]
        told = st.req[r, SLOT]
        a, b = st.req[r, END0], st.req[r, END1]
        start = draw(st, S)
        for i in range(S):
            t = start + i
            if t >= S:
                t -= S
            if t == told or t <= after or not fits(st, r, t):
                continue
            room_a, room_b = room(st, a * S + t), room(st, b * S + t)
            if not room_a and not room_b and st.who[a, FREE] == 0 and free != 0:
                continue
            far = _far(st, r, t) if st.has_walk else -1
            if far == -2 or (far >= 0 and not (room_a and room_b)):
                continue
            if st.has_days:
                if room_a and _day_full(st, a, told, t):
                    continue
                if room_b and _day_full(st, b, told, t):
                    continue
            grown = tail
            hit, x, xt = False, -1, -1
            if far >= 0:
                # The one neighbour that is out of reach goes; its other end stays free there.
                w = a if st.req[r, PLACE0] >= 0 else b
                kw = 1 if st.req[far, END0] == w else 0
                tail = _push(st, tail, far, kw, head, t, -1, -1)
            elif room_a and room_b:
                hit = not st.has_tables or tables_left(st, r, t)
            elif room_a or room_b:
                k = 1 if room_a else 0
                p = b if room_a else a
                cell = p * S + t
                for u in range(
                    st.cell[cell, UNITS], st.cell[cell, UNITS] + st.cell[cell, TAKEN_UNITS]
                ):
                    r3 = st.ureq[u]
                    if st.req[r3, LOCK] != 0:
                        continue
                    k3 = 0 if st.req[r3, END0] == p else 1
                    g = st.req[r3, END1] if k3 == 0 else st.req[r3, END0]
                    if k3 == 0 and _on_path(st, head, g):
                        continue
                    if free == k and told > after and fits(st, r3, told):
                        cell_g = g * S + told
                        if room(st, cell_g):
                            hit, x, xt = True, r3, told
                            break
                        else:
                            for u4 in range(
                                st.cell[cell_g, UNITS],
                                st.cell[cell_g, UNITS] + st.cell[cell_g, TAKEN_UNITS],
                            ):
                                r4 = st.ureq[u4]
                                if st.req[r4, LOCK] != 0 or r4 == r:
                                    continue
                                k4 = 0 if st.req[r4, END0] == g else 1
                                if k4 == 0 and _on_path(st, head, st.req[r4, END1]):
                                    continue
                                tail = _push(st, tail, r4, 1 - k4, head, t, r3, told)
                    tail = _push(st, tail, r3, 1 - k3, head, t, -1, -1)
                    if tail >= limit:
                        break
            else:
                cell, cell_b = a * S + t, b * S + t
                besides = told if free == 0 else -1
                for u5 in range(
                    st.cell[cell_b, UNITS], st.cell[cell_b, UNITS] + st.cell[cell_b, TAKEN_UNITS]
                ):
                    r5 = st.ureq[u5]
                    if st.req[r5, LOCK] != 0:
                        continue
                    k5 = 1 if st.req[r5, END1] == b else 0
                    if st.long[r5, SEEN0 + 1 - k5] == st.ctl[VISIT]:
                        continue
                    for u in range(
                        st.cell[cell, UNITS], st.cell[cell, UNITS] + st.cell[cell, TAKEN_UNITS]
                    ):
                        r3 = st.ureq[u]
                        if st.req[r3, LOCK] != 0 or r3 == r5:
                            continue
                        other = _place_in(st, r3, a, besides)
                        if other > after:
                            tail = _push(st, tail, r5, 1 - k5, head, t, r3, other)
                            break
            if hit and _apply(st, head, t, x, xt, False):
                return INSERTED
            for n in range(grown, tail):
                gain = _gain(st, root, st.queue[n, MEETING])
                if gain > best_gain:
                    best, best_gain = n, gain
            if tail >= limit:
                break
        head += 1
    if best >= 0 and _apply(st, best, -1, -1, -1, True):
        return REPLACED
    return FAILED
