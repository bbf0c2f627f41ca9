"""L: the price bound of one instance, for any prices of participants or of their single slots.

For any prices >= 0 of the places of some participants, every schedule weighs at most

    L = sum over the others of the best set of their own requests at profit weight - price
      + sum over the priced participants of what the places they can fill cost at most,

because each granted request is paid for by its price and each place is sold once (Lagrangian
relaxation of the capacities).  A request between two priced participants adds what is left of its
weight in its best slot; one between two without a price is shared half and half.
"""

from __future__ import annotations

import time

import numpy as np

from .calendars import PATH_TRACKED, Calendars, best_sets
from .daypath import reachable_next
from .instance import Bools, Instance, Ints, Longs


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


class PriceBound:
    """L for many price vectors: what does not depend on the prices is laid out once."""

    def __init__(self, instance: Instance, possible: Bools, units: Longs, priced: Bools) -> None:
        """``possible`` bool[R, S], ``units`` int64[R] weights, ``priced`` bool[P]."""
        a, b = instance.first, instance.second
        usable = possible.any(axis=1)
        self.instance, self.possible, self.units = instance, possible, units
        self.priced = priced
        self.most = most_meetings(instance)
        self.both = np.flatnonzero(priced[a] & priced[b] & usable)
        people = len(priced)
        rows_a = np.flatnonzero(usable & ~priced[a])
        rows_b = np.flatnonzero(usable & ~priced[b])
        who, rows = np.concatenate([a[rows_a], b[rows_b]]), np.concatenate([rows_a, rows_b])
        other = np.concatenate([b[rows_a], a[rows_b]])
        order = np.argsort(who, kind="stable")
        who, rows, other = who[order], rows[order], other[order]
        ptr = np.zeros(people + 1, dtype=np.int64)
        np.cumsum(np.bincount(who, minlength=people), out=ptr[1:])
        base = np.where(priced[other], units[rows], (units[rows] + 1) // 2)
        single = instance.capacity.max(axis=1, initial=0) <= 1
        busy = np.diff(ptr) > 0
        self.wide = np.flatnonzero(busy & ~single)
        walks = np.zeros(people, dtype=bool)
        reach = np.ones((possible.shape[1], 1, 1), dtype=bool)
        place = np.full(len(other), -1, dtype=np.int32)
        if instance.walking:
            reach = reachable_next(instance)
            place = instance.place[other].astype(np.int32)
            nowhere = np.zeros(people, dtype=bool)
            nowhere[who[place < 0]] = True
            walks = (instance.place < 0) & ~nowhere
        self.rows = Calendars(
            people=np.flatnonzero(busy & single).astype(np.int32),
            ptr=ptr,
            adj=rows.astype(np.int32),
            other=np.where(priced[other], other, -1).astype(np.int32),
            base=base,
            place=place,
            mask=_packed(possible),
            quota=self.most.astype(np.int32),
            walks=walks,
            reach=reach,
            day=instance.slot_day,
        )
        self.seconds = 0.0  # that the latest `value` took
        self.last: Ints = np.full(len(rows), -1, dtype=np.int32)

    def value(self, price: Longs) -> int:
        """L in integer units for ``price`` int64[P, S] (or [P, 1]), counted where priced.

        0.1 s for 200,000 requests, with walking about 1 s.
        """
        began = time.monotonic()
        people, slots = self.instance.capacity.shape
        full = np.where(self.priced[:, None], np.broadcast_to(price, (people, slots)), 0)
        full = np.ascontiguousarray(full, dtype=np.int64)
        total = self._places(full)
        if len(self.both):
            a, b = self.instance.first[self.both], self.instance.second[self.both]
            left = self.units[self.both, None] - full[a] - full[b]
            left = np.where(self.possible[self.both], left, 0)
            total += int(left.max(axis=1, initial=0).sum())
        nothing = np.zeros(1, dtype=np.int64)
        scratch = np.empty_like(self.last)
        total += int(
            best_sets(self.rows, 0, len(self.rows.people), full, 0, nothing, scratch, PATH_TRACKED)
        )
        for p in self.wide:
            part = slice(self.rows.ptr[p], self.rows.ptr[p + 1])
            rows, other = self.rows.adj[part], self.rows.other[part]
            cost = np.where(other[:, None] >= 0, full[other], 0)
            gain = np.where(self.possible[rows], self.rows.base[part, None] - cost, 0)
            mine = np.sort(gain.max(axis=1, initial=0))[::-1][: self.most[p]]
            total += int(mine.sum())
        self.seconds = time.monotonic() - began
        return total

    def _places(self, price: Longs) -> int:
        """What the places of the priced participants cost, the dearest of them where not all can
        be filled."""
        capacity = self.instance.capacity.astype(np.int64)
        total = int((price * capacity).sum())
        limited = np.flatnonzero(self.priced & (self.most < capacity.sum(axis=1)))
        for p in limited:
            each = np.sort(np.repeat(price[p], capacity[p]))[::-1]
            total -= int(each[self.most[p] :].sum())
        return total


def _packed(possible: Bools) -> Ints:
    words = (possible.shape[1] + 31) // 32
    padded = np.zeros((len(possible), words * 32), dtype=np.uint8)
    padded[:, : possible.shape[1]] = possible
    packed: Ints = np.packbits(padded, axis=1, bitorder="little").view("<i4").astype(np.int32)
    return packed
