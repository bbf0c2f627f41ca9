"""The state of a schedule under construction: flat arrays and the moves that keep them true.

A *cell* is (participant, slot), index ``p * S + t``.  A cell has as many *units* as the participant
can hold meetings in parallel at that slot; the first ``occ[cell]`` of them are taken.  Both ends of
a request are treated alike, so the same code serves booths with eight tables, buyers with one
calendar and events where everybody may meet everybody.
"""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np

from .compiled import compiled, compiled_inside, declare
from .instance import NO_LIMIT, Bools, Instance, Ints, Longs

# Places in ``State.ctl``.
LOGGING, LOGGED, SCORE, TRIAL, VISIT, RANDOM, HELD = range(7)
# Columns of ``State.req``, one row a request.
END0, END1, SLOT, UNIT0, UNIT1, PLACE0, PLACE1, POOL, LOCK, LOG, LOG_SLOT, MASK = range(12)
# Columns of ``State.long``, one row a request.
VALUE, SEEN0, SEEN1, LOG_TRIAL = range(4)
# Columns of ``State.who``, one row a participant.
QUOTA, DAY_QUOTA, LEAST, COUNT, FREE, FIRST = range(6)
# Columns of ``State.when``, one row a slot.
DAY, DAY_FIRST, DAY_LAST, TABLES, TAKEN = range(5)
# Columns of ``State.cell``, one row a cell.
UNITS, TAKEN_UNITS = range(2)
# Columns of ``State.queue``: nodes of the search, then the moves of one path.
MEETING, FREE_END, PARENT, PARENT_SLOT, EXTRA, EXTRA_SLOT, MOVED, MOVED_TO, MOVED_FROM = range(9)

#: Most nodes of one search, with some room for the last one's children.
NODES = 20_200


class State(NamedTuple):
    """R requests, P participants, S slots, D days, K pools.  Few arrays with many columns: each
    array that a kernel takes costs compile time, and what is used together lies together.

    ``req`` int32[R, MASK + words]: ends, slot held (-1 = not held), its units, where each end walks
    to for it (-1 = does not walk), table pool, 1 = must not move, journal of the trial, bits of the
    slots in which it may be held.  ``long`` int64[R, 4]: weight in integer units with the bonus of
    mandatory requests, and stamps.  ``who`` int32[P + 1, 6]: limits, meetings held, free units over
    all slots, first entry in ``adj``.  ``when`` int32[S, 5]: day, its first and last slot, tables
    and meetings.  ``cell`` int32[P S + 1, 2]: first unit, units taken.  ``ureq`` int32[units]: who
    sits there.  ``adj`` int32[2 R]: requests of each participant, best first.  ``dcount`` int32[P,
    D]. ``pools`` int32[K, S, 2]: tables and meetings.  ``walk`` int32[H, H] and ``budget`` int32[S,
    S] minutes.
    """

    slots: int
    far: int
    least_bonus: int
    has_days: bool
    has_walk: bool
    has_tables: bool
    has_least: bool
    req: Ints
    long: Longs
    who: Ints
    when: Ints
    cell: Ints
    ureq: Ints
    adj: Ints
    dcount: Ints
    pools: Ints
    walk: Ints
    budget: Ints
    ctl: Longs
    queue: Ints


_SCALARS = [numba.int64] * 3 + [numba.boolean] * 4
_ARRAYS = [
    numba.int32[:, ::1], numba.int64[:, ::1], numba.int32[:, ::1], numba.int32[:, ::1],
    numba.int32[:, ::1], numba.int32[::1], numba.int32[::1], numba.int32[:, ::1],
    numba.int32[:, :, ::1], numba.int32[:, ::1], numba.int32[:, ::1], numba.int64[::1],
    numba.int32[:, ::1],
]  # fmt: skip
declare(State, [*_SCALARS, *_ARRAYS])


def make_state(
    instance: Instance,
    end0: Ints,
    end1: Ints,
    value: Longs,
    possible: Bools,
    order: Longs,
    seed: int,
    least_bonus: int,
    least: Longs,
) -> State:
    """Empty state.  ``possible`` bool[R, S], ``order`` int64[R]: greater comes first in ``adj``,
    ``least`` int64[P]: each of that many first meetings is worth ``least_bonus`` more."""
    requests, slots = possible.shape
    people = len(instance.participant_ids)
    words = (slots + 31) // 32
    req = np.zeros((requests, MASK + words), dtype=np.int32)
    req[:, END0], req[:, END1] = end0, end1
    req[:, SLOT] = req[:, PLACE0] = req[:, PLACE1] = -1
    req[:, POOL] = np.maximum(instance.pool[end0], instance.pool[end1])
    here = instance.place
    if instance.walking:
        req[:, PLACE0] = np.where(here[end0] < 0, here[end1], -1)
        req[:, PLACE1] = np.where(here[end1] < 0, here[end0], -1)
    padded = np.zeros((requests, words * 32), dtype=np.uint8)
    padded[:, :slots] = possible
    req[:, MASK:] = np.packbits(padded, axis=1, bitorder="little").view("<i4")
    del padded
    long = np.zeros((requests, 4), dtype=np.int64)
    long[:, VALUE] = value
    ends = np.concatenate([end0, end1])
    sequence = np.lexsort((-np.concatenate([order, order]), ends))
    who = np.zeros((people + 1, 6), dtype=np.int32)
    asked = np.bincount(ends, minlength=people)
    # Who may hold any number at once needs no more places than it has requests.
    capacity = np.minimum(instance.capacity, asked[:, None])
    places = capacity.sum(axis=1)
    who[:people, QUOTA] = np.minimum(instance.max_meetings, places)
    who[:people, DAY_QUOTA] = instance.max_per_day
    who[:people, LEAST] = least
    who[:people, FREE] = places
    who[1:, FIRST] = np.cumsum(asked)
    day = instance.slot_day
    when = np.zeros((slots, 5), dtype=np.int32)
    when[:, DAY] = day
    when[:, DAY_FIRST] = [np.flatnonzero(day == d)[0] for d in day]
    when[:, DAY_LAST] = [np.flatnonzero(day == d)[-1] for d in day]
    when[:, TABLES] = instance.tables
    cell = np.zeros((people * slots + 1, 2), dtype=np.int32)
    np.cumsum(capacity.ravel(), out=cell[1:, UNITS])
    pools = np.zeros((max(len(instance.pool_ids), 1), slots, 2), dtype=np.int32)
    if len(instance.pool_ids):
        pools[:, :, 0] = instance.pool_tables
    ctl = np.zeros(8, dtype=np.int64)
    ctl[RANDOM] = (seed * 2_654_435_761 + 88_172_645_463_325_252) % 2**63
    limited = (instance.tables < NO_LIMIT).any() or (instance.pool_tables < NO_LIMIT).any()
    return State(
        slots=slots,
        far=int(instance.walk_minutes.max(initial=0)),
        least_bonus=int(least_bonus),
        has_days=bool((instance.max_per_day < NO_LIMIT).any()),
        has_walk=bool((req[:, PLACE0 : PLACE1 + 1] >= 0).any()),
        has_tables=bool(limited),
        has_least=bool((least > 0).any()),
        req=req,
        long=long,
        who=who,
        when=when,
        cell=cell,
        ureq=np.full(int(cell[-1, UNITS]), -1, dtype=np.int32),
        adj=(sequence % max(requests, 1)).astype(np.int32),
        dcount=np.zeros((people, int(day.max()) + 1), dtype=np.int32),
        pools=pools,
        walk=np.array(instance.walk_minutes, dtype=np.int32, order="C"),
        budget=walking_budget(instance),
        ctl=ctl,
        queue=np.zeros((NODES, 9), dtype=np.int32),
    )


def walking_budget(instance: Instance) -> Ints:
    """Time between the end of slot t1 and the start of t2, idle in between, int32[S, S], in the
    parts of a minute that the instance counts.

    `NO_LIMIT`-sized (2**30) where the two slots lie on different days.
    """
    slots = len(instance.slot_ids)
    gaps = np.concatenate([[0], np.cumsum(instance.gap_minutes, dtype=np.int64)])
    parts = np.cumsum(instance.slot_minutes, dtype=np.int64) * instance.minute_parts
    lengths = np.concatenate([[0], parts])
    t1, t2 = np.meshgrid(np.arange(slots), np.arange(slots), indexing="ij")
    minutes = gaps[t2] - gaps[t1] + lengths[t2] - lengths[np.minimum(t1 + 1, slots)]
    other_day = instance.slot_day[t1] != instance.slot_day[t2]
    return np.where(other_day | (t2 <= t1), 2**30, np.minimum(minutes, 2**30)).astype(np.int32)


def has_shortcuts(instance: Instance) -> bool:
    """Whether some way is longer than one over a third place: the minutes break the triangle
    inequality, and a meeting on the way can be what makes it possible.  O(places^3)."""
    minutes = instance.walk_minutes
    return any((minutes > minutes[:, [k]] + minutes[[k], :]).any() for k in range(len(minutes)))


@compiled_inside
def draw(st: State, top: int) -> int:
    """A number in 0..top-1 from the linear congruential generator kept in the state."""
    value = st.ctl[RANDOM] * 6364136223846793005 + 1442695040888963407
    st.ctl[RANDOM] = value
    return int(((value >> 33) & 0x7FFFFFFF) % top)


@compiled_inside
def fits(st: State, r: int, t: int) -> bool:
    """Whether request r may be held in slot t at all."""
    return bool(((np.int64(st.req[r, MASK + (t >> 5)]) >> (t & 31)) & 1) != 0)


@compiled_inside
def room(st: State, cell: int) -> bool:
    """Whether a cell has a free unit."""
    return bool(st.cell[cell, TAKEN_UNITS] < st.cell[cell + 1, UNITS] - st.cell[cell, UNITS])


@compiled_inside
def _note(st: State, r: int) -> None:
    ctl = st.ctl
    if ctl[LOGGING] != 0 and st.long[r, LOG_TRIAL] != ctl[TRIAL]:
        st.long[r, LOG_TRIAL] = ctl[TRIAL]
        st.req[ctl[LOGGED], LOG] = r
        st.req[ctl[LOGGED], LOG_SLOT] = st.req[r, SLOT]
        ctl[LOGGED] += 1


@compiled_inside
def _enter(st: State, p: int, r: int, t: int) -> int:
    cell = p * st.slots + t
    unit = st.cell[cell, UNITS] + st.cell[cell, TAKEN_UNITS]
    st.ureq[unit] = r
    st.cell[cell, TAKEN_UNITS] += 1
    if st.has_least and st.who[p, COUNT] < st.who[p, LEAST]:
        st.ctl[SCORE] += st.least_bonus
    st.who[p, COUNT] += 1
    st.who[p, FREE] -= 1
    if st.has_days:
        st.dcount[p, st.when[t, DAY]] += 1
    return int(unit)


@compiled_inside
def _leave(st: State, p: int, unit: int, t: int) -> None:
    cell = p * st.slots + t
    last = st.cell[cell, UNITS] + st.cell[cell, TAKEN_UNITS] - 1
    moved = st.ureq[last]
    st.ureq[unit] = moved
    if st.req[moved, END0] == p:
        st.req[moved, UNIT0] = unit
    else:
        st.req[moved, UNIT1] = unit
    st.cell[cell, TAKEN_UNITS] -= 1
    st.who[p, COUNT] -= 1
    st.who[p, FREE] += 1
    if st.has_least and st.who[p, COUNT] < st.who[p, LEAST]:
        st.ctl[SCORE] -= st.least_bonus
    if st.has_days:
        st.dcount[p, st.when[t, DAY]] -= 1


@compiled
def put(st: State, r: int, t: int) -> None:
    """Hold request r in slot t; the caller has made sure that it may (`can_put`)."""
    _note(st, r)
    st.req[r, UNIT0] = _enter(st, st.req[r, END0], r, t)
    st.req[r, UNIT1] = _enter(st, st.req[r, END1], r, t)
    st.req[r, SLOT] = t
    st.ctl[SCORE] += st.long[r, VALUE]
    st.ctl[HELD] += 1
    if st.has_tables:
        st.when[t, TAKEN] += 1
        if st.req[r, POOL] >= 0:
            st.pools[st.req[r, POOL], t, 1] += 1


@compiled
def unset(st: State, r: int) -> None:
    """Take the held request r out of its slot."""
    _note(st, r)
    t = st.req[r, SLOT]
    _leave(st, st.req[r, END0], st.req[r, UNIT0], t)
    _leave(st, st.req[r, END1], st.req[r, UNIT1], t)
    st.req[r, SLOT] = -1
    st.ctl[SCORE] -= st.long[r, VALUE]
    st.ctl[HELD] -= 1
    if st.has_tables:
        st.when[t, TAKEN] -= 1
        if st.req[r, POOL] >= 0:
            st.pools[st.req[r, POOL], t, 1] -= 1


@compiled_inside
def tables_left(st: State, r: int, t: int) -> bool:
    """Whether slot t has a table for request r, in the event and in its pool."""
    if st.when[t, TAKEN] >= st.when[t, TABLES]:
        return False
    pool = st.req[r, POOL]
    return bool(pool < 0 or st.pools[pool, t, 1] < st.pools[pool, t, 0])


@compiled_inside
def _clash(st: State, r: int, besides: int, p: int, here: int, t: int, s: int) -> int:
    """A meeting of p in slot s that it cannot reach from (or come from to) place ``here`` in slot
    t.

    -1 = p is busy there and can; -2 = p is idle in s.
    """
    cell = p * st.slots + s
    minutes = st.budget[min(s, t), max(s, t)]
    answer = -2
    for u in range(st.cell[cell, UNITS], st.cell[cell, UNITS] + st.cell[cell, TAKEN_UNITS]):
        other = st.ureq[u]
        if other == r or other == besides:  # noqa: SIM109
            continue
        answer = -1
        there = st.req[other, PLACE0] if st.req[other, END0] == p else st.req[other, PLACE1]
        if there >= 0:
            way = st.walk[there, here] if s < t else st.walk[here, there]
            if way > minutes:
                return int(other)
    return answer


@compiled
def too_far(st: State, r: int, k: int, t: int, besides: int) -> int:
    """The meeting that end k of request r cannot reach or come from at slot t; -1 = none.

    Looks at the neighbouring meetings of the same day; ignores r itself and ``besides``.
    """
    here = st.req[r, PLACE0 + k]
    if here < 0:
        return -1
    p = st.req[r, END0 + k]
    for step in (-1, 1):
        s = t + step
        while st.when[t, DAY_FIRST] <= s <= st.when[t, DAY_LAST]:
            if st.budget[min(s, t), max(s, t)] >= st.far:
                break
            found = _clash(st, r, besides, p, here, t, s)
            if found >= 0:
                return found
            if found == -1:
                break
            s += step
    return -1


@compiled_inside
def walkable(st: State, r: int, t: int) -> bool:
    """Whether both ends of r can be at slot t, walking from and to their neighbouring meetings."""
    return too_far(st, r, 0, t, -1) < 0 and too_far(st, r, 1, t, -1) < 0


@compiled
def can_put(st: State, r: int, t: int) -> bool:
    """Whether the unheld request r can be held in slot t without touching anything else."""
    if not fits(st, r, t):
        return False
    a, b = st.req[r, END0], st.req[r, END1]
    if not room(st, a * st.slots + t) or not room(st, b * st.slots + t):
        return False
    if st.who[a, COUNT] >= st.who[a, QUOTA] or st.who[b, COUNT] >= st.who[b, QUOTA]:
        return False
    if st.has_days:
        day = st.when[t, DAY]
        if st.dcount[a, day] >= st.who[a, DAY_QUOTA] or st.dcount[b, day] >= st.who[b, DAY_QUOTA]:
            return False
    if st.has_tables and not tables_left(st, r, t):
        return False
    return not st.has_walk or walkable(st, r, t)
