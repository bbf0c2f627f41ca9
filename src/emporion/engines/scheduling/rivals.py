"""Who held the places that a refused request asked for, read off the finished schedule."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .instance import Instance, Ints
from .state import walking_budget


@dataclass(frozen=True)
class Rival:
    """The meeting ``request`` in ``slot`` held the place of ``participant``; -1 = a table."""

    request: int
    slot: int
    participant: int


def rivals(instance: Instance, slot: Ints, request: int) -> list[Rival]:
    """The meetings that held the places which the refused ``request`` could have had.

    ``slot`` int32[R], the slot of every request, -1 = not held.  For each of the two who has
    reached a limit for the whole event, all its meetings.  Then slot by slot where both are
    available: the meetings of whoever has no place left there or has reached its limit for the day,
    the neighbouring meetings too far to walk from or to, and those at the tables when none is left.
    Without any of them the request could be held in that slot.  Empty for a request that is held,
    excluded or without a common slot: nobody held its place.  Dearest first.  O(R) and small.

    >>> from emporion.engines.scheduling import make_instance
    >>> two = make_instance(["9"], ["booth", "anna", "bo"], ["x", "y"], [0, 0], [1, 2],
    ...                     weight=[2, 3])
    >>> rivals(two, np.array([-1, 0], dtype=np.int32), 0)
    [Rival(request=1, slot=0, participant=0)]
    """
    it = instance
    possible = it.allowed_slots()[request]
    if slot[request] >= 0 or it.excluded()[request] or not possible.any():
        return []
    found: dict[Rival, None] = {}
    ends = int(it.first[request]), int(it.second[request])
    open_slots = np.flatnonzero(possible).tolist()
    for p, other in (ends, ends[::-1]):
        own = (slot >= 0) & ((it.first == p) | (it.second == p))
        mine: Ints = np.flatnonzero(own).astype(np.int32)
        at = slot[mine]
        if len(mine) >= it.max_meetings[p]:
            _add(found, mine, slot, p)
        for t in open_slots:
            if (at == t).sum() >= it.capacity[p, t]:
                _add(found, mine[at == t], slot, p)
            day = it.slot_day[at] == it.slot_day[t]
            if day.sum() >= it.max_per_day[p]:
                _add(found, mine[day], slot, p)
            if it.walking and it.place[p] < 0 and it.place[other] >= 0:
                _add(found, _too_far(it, mine, at, p, int(it.place[other]), t), slot, p)
    pool = max(int(it.pool[ends[0]]), int(it.pool[ends[1]]))
    pools = np.maximum(it.pool[it.first], it.pool[it.second])
    for t in open_slots:
        here: Ints = np.flatnonzero(slot == t).astype(np.int32)
        if len(here) >= it.tables[t]:
            _add(found, here, slot, -1)
        inside = here[pools[here] == pool]
        if pool >= 0 and len(inside) >= it.pool_tables[pool, t]:
            _add(found, inside, slot, -1)
    return sorted(found, key=lambda rival: (-it.weight[rival.request], rival.request, rival.slot))


def _add(found: dict[Rival, None], rows: Ints, slot: Ints, p: int) -> None:
    found.update(dict.fromkeys(Rival(r, int(slot[r]), p) for r in rows.tolist()))


def _too_far(it: Instance, mine: Ints, at: Ints, p: int, here: int, t: int) -> Ints:
    """Meetings of p from which it cannot walk to place ``here`` by slot t, or back in time."""
    budget = walking_budget(it)
    guests = np.where(it.first[mine] == p, it.second[mine], it.first[mine])
    there = it.place[guests]
    before, after = at < t, at > t
    minutes = np.where(before, budget[at, t], budget[t, at])
    way = np.where(before, it.walk_minutes[there, here], it.walk_minutes[here, there])
    far: Ints = mine[(there >= 0) & (before | after) & (way > minutes)]
    return far
