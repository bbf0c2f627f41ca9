"""Upper bounds on the weight that anyone can recompute from a list of prices.

For any prices u >= 0 of some participants, every schedule weighs at most

    L(u) = sum over the others of the best set of their own requests at profit weight - u
         + sum over priced participants of u times the places they have,

because each granted request is paid for by its price and each place is sold once (Lagrangian
relaxation of the capacities).  A request between two priced participants adds max(0, w - u - u);
one between two without a price is shared half and half.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .assignment import price_bound_rows
from .daypath import path_bounds, reachable_next
from .flow import Relaxation, relax
from .instance import Bools, Floats, Instance, Ints, Longs
from .shape import Shape, integer_weights, orient, units_lost

#: Requests of a participant that the day path holds at most once; the others may repeat.
PATH_TRACKED = 10


@dataclass
class Bound:
    """``weight`` an upper bound, ``flow`` the value of U1, ``prices`` float64[P], NaN = none."""

    weight: float
    flow: float
    method: str
    prices: Floats


def most_meetings(instance: Instance) -> Longs:
    """Places a participant has over all slots, at most its greatest number, int64[P]."""
    capacity = instance.capacity.sum(axis=1, dtype=np.int64)
    most: Longs = np.minimum(capacity, instance.max_meetings)
    return most


def most_held(instance: Instance) -> Longs:
    """Most meetings in which a participant can take part: a place each, one request each."""
    requests = np.bincount(
        np.concatenate([instance.first, instance.second]),
        minlength=len(instance.participant_ids),
    )
    return np.minimum(most_meetings(instance), requests)


def price_bound(
    instance: Instance, possible: Bools, units: Longs, prices: Longs, priced: Bools
) -> int:
    """L(u) in integer units.  ``prices`` int64[P], counted where ``priced`` bool[P].

    Quotas, own slots and walking of the participants without a price are kept: of two relaxations
    of each (assignment without walking, day path over its best requests) the smaller counts.  0.1 s
    for 200,000 requests, with walking 5 s.
    """
    people, slots = instance.capacity.shape
    usable = possible.any(axis=1)
    a, b = instance.first, instance.second
    price = np.where(priced, prices, 0)
    both = priced[a] & priced[b] & usable
    total = int((price * most_meetings(instance)).sum())
    total += int(np.maximum(units - price[a] - price[b], 0)[both].sum())
    neither = ~priced[a] & ~priced[b]
    profit = np.where(neither, (units + 1) // 2, units - price[a] - price[b])
    rows_a = np.flatnonzero(usable & ~priced[a])
    rows_b = np.flatnonzero(usable & ~priced[b])
    who = np.concatenate([a[rows_a], b[rows_b]])
    rows = np.concatenate([rows_a, rows_b])
    order = np.argsort(who, kind="stable")
    ptr = np.zeros(people + 1, dtype=np.int64)
    np.cumsum(np.bincount(who, minlength=people), out=ptr[1:])
    adj = rows[order].astype(np.int32)
    single = instance.capacity.max(axis=1, initial=0) <= 1
    quota = most_meetings(instance).astype(np.int32)
    words = (slots + 31) // 32
    padded = np.zeros((len(units), words * 32), dtype=np.uint8)
    padded[:, :slots] = possible
    mask = np.packbits(padded, axis=1, bitorder="little").view("<u4").astype(np.uint32)
    busy = np.flatnonzero(np.diff(ptr) > 0)
    simple = busy[single[busy]].astype(np.int32)
    best = price_bound_rows(ptr, adj, profit, mask, quota, simple, slots)
    if instance.walking:
        best = np.minimum(best, _walking_best(instance, possible, ptr, adj, profit, quota, simple))
    total += int(best.sum())
    for p in busy[~single[busy]]:
        mine = np.sort(profit[adj[ptr[p] : ptr[p + 1]]])[::-1][: quota[p]]
        total += int(mine[mine > 0].sum())
    return total


def _walking_best(
    instance: Instance,
    possible: Bools,
    ptr: Longs,
    adj: Ints,
    profit: Longs,
    quota: Ints,
    people: Ints,
) -> Longs:
    """Best walkable profit of each of ``people``, never too small, int64[len(people)].

    An idle slot counts as time for any walk; where it is not, that only makes the bound larger.
    Participants with a place, or with partners without one, do not walk.
    """
    place = instance.place
    walks = place[people] < 0
    other = np.where(place[instance.first] >= 0, place[instance.first], place[instance.second])
    nowhere = np.zeros(len(place), dtype=bool)
    nowhere[instance.first[other < 0]] = True
    nowhere[instance.second[other < 0]] = True
    walks &= ~nowhere[people]
    best = np.full(len(people), np.iinfo(np.int64).max, dtype=np.int64)
    best[walks] = path_bounds(
        ptr,
        adj,
        profit,
        possible,
        other.astype(np.int32),
        reachable_next(instance),
        instance.slot_day,
        quota,
        people[walks],
        PATH_TRACKED,
    )
    return best


def certificate_participants(instance: Instance, shape: Shape) -> Bools:
    """Who carries a price: those with a place, or the side with many tables when nobody has one."""
    placed = instance.place >= 0
    if placed.any():
        return placed
    priced = np.zeros(len(instance.participant_ids), dtype=bool)
    priced[shape.end0] = True
    if not shape.bipartite:
        priced[shape.end1] = True
    return priced


def bound_from(
    instance: Instance, possible: Bools, shape: Shape, units: Longs, scale: int, flow: Relaxation
) -> Bound:
    """The smaller of the flow bound and L(u) at the duals of the flow, with its certificate."""
    lost = units_lost(instance, units, scale)
    priced = certificate_participants(instance, shape)
    value = price_bound(instance, possible, units, flow.price, priced)
    method = "Lagrangian prices from the slot-free flow"
    if instance.walking:
        method += ", with the walks of each calendar"
    best = value
    if flow.exact and flow.value < value:
        best, method = flow.value, "slot-free b-matching by min-cost flow"
    prices = np.where(priced, flow.price / scale, np.nan)
    return Bound((best + lost) / scale, (flow.value + lost) / scale, method, prices)


def bound(instance: Instance) -> Bound:
    """Upper bound on the weight of any schedule of ``instance``, with its prices.

    0.7 s for 200,000 requests.
    """
    shape = orient(instance)
    units, scale = integer_weights(instance)
    possible = instance.allowed_slots()
    possible[instance.excluded()] = False
    _allow_locked(instance, possible)
    none = np.zeros(len(instance.participant_ids), dtype=np.int64)
    flow = relax(
        shape.end0,
        shape.end1,
        units,
        most_held(instance),
        np.asarray(possible.any(axis=1)),
        shape.bipartite,
        none,
        0,
    )
    return bound_from(instance, possible, shape, units, scale, flow)


def _allow_locked(instance: Instance, possible: Bools) -> None:
    """Locked meetings stay in their slot, even before the frozen one."""
    possible[instance.locked[:, 0]] = False
    possible[instance.locked[:, 0], instance.locked[:, 1]] = True
