"""The last look at a schedule, at what the moves of the search do not keep by themselves.

What offends is given up (`trim`); what offends still, as it is locked, is told (`offences`).
"""

from __future__ import annotations

import numpy as np

from .instance import Bools, Instance, Ints
from .naming import Conflict, Namer
from .solution import count_breaks
from .state import LOCK, SLOT, VALUE, State, too_far, unset, walking_budget


def trim(instance: Instance, st: State) -> int:
    """Drop what breaks ways, orders and fairness until nothing does or only what is locked is left.

    Gives the number of the dropped.  What nobody locked goes first, then what came in an order,
    with all that has to follow it; never what the instance locks, nor what that has to follow.
    """
    fixed = _fixed(instance)
    dropped, again = 0, True
    while again:
        dropped += _trim_walks(instance, st, fixed)
        more = trim_order(instance, st) + _trim_breaks(instance, st, fixed)
        dropped, again = dropped + more, more > 0
    return dropped


def _fixed(instance: Instance) -> Bools:
    """What the instance locks, and what that has to follow, bool[R]."""
    fixed = np.zeros(len(instance.request_ids), dtype=bool)
    fixed[instance.locked[:, 0]] = True
    first, then = instance.precedences.T
    while (more := first[fixed[then] & ~fixed[first]]).size:
        fixed[more] = True
    return fixed


def _trim_walks(instance: Instance, st: State, fixed: Bools) -> int:
    """Drop meetings between which nobody can walk; gives their number.

    Only needed when the matrix of minutes breaks the triangle inequality: then taking a meeting out
    between two others can make the way between these too long.
    """
    if not st.has_walk:
        return 0
    minutes = instance.walk_minutes
    if all((minutes <= minutes[:, [k]] + minutes[[k], :]).all() for k in range(len(minutes))):
        return 0
    dropped = 0
    again = True
    while again:
        again = False
        for r in np.flatnonzero(st.req[:, SLOT] >= 0):
            for k in range(2):
                if st.req[r, SLOT] < 0:
                    continue
                other = too_far(st, int(r), k, int(st.req[r, SLOT]), -1)
                if other >= 0 and not (fixed[r] and fixed[other]):
                    unset(st, _lighter(st, fixed, int(r), int(other)))
                    dropped += 1
                    again = True
    return dropped


def _lighter(st: State, fixed: Bools, a: int, b: int) -> int:
    if fixed[a] != fixed[b]:
        return b if fixed[a] else a
    if st.req[a, LOCK] != st.req[b, LOCK]:
        return b if st.req[a, LOCK] else a
    return a if st.long[a, VALUE] < st.long[b, VALUE] else b


def trim_order(instance: Instance, st: State) -> int:
    """Drop what is held without what it has to follow, and what has to follow that, and so on.

    Gives their number.  What the instance locks stays.  O(precedences) for each link of a chain.
    """
    then = instance.precedences[:, 1]
    locked = np.isin(then, instance.locked[:, 0])
    dropped = 0
    while True:
        rows = np.unique(then[_out_of_order(instance, st.req[:, SLOT]) & ~locked])
        for r in rows.tolist():
            unset(st, r)
        dropped += len(rows)
        if not len(rows):
            return dropped


def _out_of_order(instance: Instance, slot: Ints) -> Bools:
    """Which precedences a schedule (int32[R]) breaks, bool[precedences]."""
    before, behind = slot[instance.precedences].T
    broken: Bools = (behind >= 0) & ((before < 0) | (before >= behind))
    return broken


def _trim_breaks(instance: Instance, st: State, fixed: Bools) -> int:
    """Drop meetings of participants with more breaks than the fairness rule allows; gives their
    number."""
    most = instance.max_break_difference
    if most is None:
        return 0
    dropped = 0
    while True:
        breaks = count_breaks(instance, st.req[:, SLOT])
        if not len(breaks) or np.ptp(breaks) <= most:
            return dropped
        person = int(breaks.argmax())
        mine = np.flatnonzero(
            (st.req[:, SLOT] >= 0)
            & ~fixed
            & ((instance.first == person) | (instance.second == person))
        )
        loose = mine[st.req[mine, LOCK] == 0]
        if len(loose):
            unset(st, int(loose[np.argmin(st.long[:, VALUE][loose])]))
            dropped += 1
        elif len(mine):
            costs = [_cost(instance, st, r) for r in mine.tolist()]
            unset(st, int(mine[np.argmin(costs)]))
            dropped += 1 + trim_order(instance, st)
        else:
            return dropped


def _cost(instance: Instance, st: State, r: int) -> int:
    """What dropping r costs with all that has to follow it, in integer units."""
    gone = np.zeros(len(instance.request_ids), dtype=bool)
    gone[r] = True
    first, then = instance.precedences.T
    while (more := then[gone[first] & ~gone[then]]).size:
        gone[more] = True
    return int(st.long[gone & (st.req[:, SLOT] >= 0), VALUE].sum())


def offences(instance: Instance, slot: Ints) -> list[Conflict]:
    """What a schedule (int32[R]) breaks of locks, orders, ways and fairness, a sentence for each.

    Nothing else of an instance can be broken by the moves of the search.  O(R log R + P S).
    """
    name = Namer(instance)
    found = []
    for r, t in instance.locked[slot[instance.locked[:, 0]] != instance.locked[:, 1]].tolist():
        own = name.request("locked", r, t)
        found.append(Conflict(f"{own} is not held there", [own]))
    for a, b in instance.precedences[_out_of_order(instance, slot)].tolist():
        order = name.precedence(a, b)
        found.append(Conflict(f"{order} is not kept", [order]))
    found += _too_far_apart(instance, slot)
    if (most := instance.max_break_difference) is not None and len(instance.participant_ids):
        breaks = count_breaks(instance, slot)
        high, low = int(breaks.argmax()), int(breaks.argmin())
        if breaks[high] - breaks[low] > most:
            rule = name.whole("max_break_difference", most)
            who = instance.participant_ids
            sentence = (
                f'{rule} is not kept: participant "{who[high]}" has {breaks[high]} breaks, '
                f'"{who[low]}" {breaks[low]}'
            )
            found.append(Conflict(sentence, [rule]))
    return found


def _too_far_apart(instance: Instance, slot: Ints) -> list[Conflict]:
    """Who cannot walk from one meeting to the next of the day, each participant once."""
    if not instance.walking:
        return []
    width = len(instance.slot_ids)
    held = np.flatnonzero(slot >= 0)
    who = np.concatenate([instance.first[held], instance.second[held]]).astype(np.int64)
    where = instance.place[np.concatenate([instance.second[held], instance.first[held]])]
    key = who * width + np.concatenate([slot[held], slot[held]])
    walks = instance.place[who] < 0
    order = np.flatnonzero(walks)[np.argsort(key[walks], kind="stable")]
    key, where = key[order], where[order]
    stop = np.cumsum(np.diff(key, prepend=key[:1]) != 0)
    # Several meetings in one slot are one stop; each of them is compared with each of the next.
    most = int(np.bincount(stop).max(initial=0))
    budget = walking_budget(instance)
    late: set[int] = set()
    for step in range(1, 2 * most):
        a, b = slice(None, -step), slice(step, None)
        next_ = (stop[b] == stop[a] + 1) & (key[a] // width == key[b] // width)
        next_ &= (where[a] >= 0) & (where[b] >= 0)
        way = instance.walk_minutes[where[a], where[b]]
        far = next_ & (way > budget[key[a] % width, key[b] % width])
        late.update((key[a][far] // width).tolist())
    return [
        Conflict(
            f'participant "{instance.participant_ids[p]}" cannot walk from one meeting to the next',
            [Namer(instance).of("walking", p)],
        )
        for p in sorted(late)
    ]
